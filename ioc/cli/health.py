"""Is the stack well, and how is it reached: `status`, `credentials`, `doctor`; what it needs: `prepare`."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ioc.cli.output import Data, Json, fail, print_json, say
from ioc.cli.stack import Folder, Tenant

if TYPE_CHECKING:
    from ioc.settings import Settings

STORE_USERS = ("ioc_reader", "ioc_writer")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (status, credentials, doctor, topics, migrate, prepare):
        app.command()(command)


def status(data: Data = None, json: Json = False) -> None:
    """Processes with their restarts, addresses, how far landing is behind each topic, a missing calendar."""
    from ioc.cli.attached import attached, processes_of
    from ioc.cli.stack import ready_document
    from ioc.clock import VIETNAM, SystemClock
    from ioc.reference import missing_calendars
    from local.topics import KafkaUnavailable, lag

    settings = attached(data)
    processes = processes_of(settings)
    addresses = {name: value for name, value in ready_document(settings).items() if name != "ready"}
    behind: dict[str, int] | None
    try:
        behind = lag(settings.kafka)
    except KafkaUnavailable:
        behind = None  # unknown, which is not zero
    today = SystemClock().now().astimezone(VIETNAM).date()
    calendars = missing_calendars(settings.catalogue, today)
    if json:
        missing = {"missing_calendars": [str(file) for file in calendars]}
        print_json({"processes": processes, "addresses": addresses, "lag": behind} | missing)
        return
    if processes is None:
        say("processes   not started here: ask what starts them, such as `docker compose ps`")
    for one in processes or []:
        state = "up" if one["up"] else "DOWN"
        say(f"{one['name']:<11} {state:<5} pid {one['pid'] or '–':<8} restarts {one['restarts']}")
    for name, value in addresses.items():
        say(f"{name:<11} {value if isinstance(value, str) else value['integration']}")
    if behind is None:
        say("lag         unknown: Kafka does not answer")
    else:
        say("lag         " + ", ".join(f"{topic} {count}" for topic, count in behind.items()))
    for file in calendars:
        say(
            f"calendar    no official days off of {file.stem}: all its weekdays count as worked;"
            f" expected {file} (Bộ luật Lao động 2019, Điều 112, and the year's own announcement)"
        )


def credentials(
    source: Annotated[str, typer.Argument(help="A system_code of sources.yaml, ioc_reader, or quan_tri.")],
    data: Data = None,
    json: Json = False,
) -> None:
    """What a source, a reader of the store, or the first administrator needs to connect."""
    from ioc.accounts import FIRST
    from ioc.settings import load

    settings = load(data)
    if source == FIRST:
        document = _administrator(settings)
    else:
        document = _store_user(settings, source) if source in STORE_USERS else _source(settings, source)
    if json:
        print_json(document)
        return
    for name, value in document.items():
        say(f"{name:<14} {value}")


def _store_user(settings: "Settings", user: str) -> dict[str, Any]:
    store = settings.clickhouse
    writer = user == "ioc_writer"
    password = store.writer_password if writer else store.reader_password
    if not password.get_secret_value():
        fail(f"no password for {user} under {settings.data}: it is made at the first start of `ioc up`")
    name = store.writer_user if writer else store.reader_user
    return {
        "source": user,
        "host": store.host,
        "port": store.port,
        "user": name,
        "username": name,
        "password": password.get_secret_value(),
        "database": "ioc" if writer else "ioc_read",
        "secure": store.secure,
    }


def _administrator(settings: "Settings") -> dict[str, Any]:
    """As it was made, or last set by `ioc user reset`; one changed by its owner is known to the owner."""
    from ioc.accounts import FIRST
    from ioc.cli.stack import ready_document
    from local.first_account import known

    password = known(settings, FIRST)
    if password is None:
        fail(f"no password for {FIRST} under {settings.data}: it is made at the first start of `ioc up`")
    office = f"{ready_document(settings)['gateway']}/office"
    return {"account": FIRST, "username": FIRST, "password": password, "office": office}


def _source(settings: "Settings", code: str) -> dict[str, Any]:
    from ioc.cli.stack import ready_document
    from ioc.settings import read_json

    known = read_json(settings.credentials_file).get("sources", {})
    if code not in known:
        fail(
            f"no credentials for source {code!r} under {settings.data}, expected one of "
            f"{', '.join(sorted(known)) or 'none: they are made at the first start of `ioc up`'}"
        )
    addresses = ready_document(settings)
    entry = known[code]
    return {
        "source": code,
        "urn": f"urn:ioc:{settings.tenant}:{code}",
        "username": entry["username"],
        "password": entry["password"],
        "key": entry["key"],
        "gateway": addresses["gateway"],
        "events": f"{addresses['gateway']}/v1/events",
        "portal_sync": addresses["portal_sync"],
        "kafka": addresses["kafka"],
    }


def doctor(data: Data = None, json: Json = False) -> None:
    """Say what is unsafe or missing, one line each; exit 1 when there is anything."""
    from ioc.clock import SystemClock
    from ioc.settings import load
    from local import doctor as machine
    from local import topics as broker
    from storage import doctor as store

    settings = load(data)
    found = {
        "machine": machine.findings(settings),
        "kafka": broker.findings(settings.kafka),
        "store": store.findings(settings.clickhouse, SystemClock()),
    }
    wrong = [f"{room}: {line}" for room, lines in found.items() for line in lines]
    if json:
        print_json({"ok": not wrong, "findings": wrong})
    else:
        for line in wrong:
            say(line)
        if not wrong:
            say("doctor: all is well")
    if wrong:
        raise typer.Exit(1)


def topics(data: Data = None) -> None:
    """Create the Kafka topics that are missing, and check those that are there."""
    from ioc.settings import load
    from local.topics import ensure_topics

    created = ensure_topics(load(data).kafka)
    say(f"topics: created {', '.join(created)}" if created else "topics: all are there")


def migrate(data: Data = None) -> None:
    """Apply the store's migrations that are missing."""
    from ioc.settings import load
    from storage.client import Store
    from storage.migrate import migrate as apply

    settings = load(data).clickhouse
    store = Store(settings)
    try:
        applied = apply(store, settings)
    finally:
        store.close()
    say(f"migrations: applied {', '.join(applied)}" if applied else "migrations: all are applied")


def prepare(data: Data = None, catalogue: Folder = None, tenant: Tenant = None) -> None:
    """All that a production stack needs before its first process: whose data it holds, credentials, topics,
    tables, the accounts that a stack makes for itself. Repeatable."""
    from contextlib import closing

    from ioc.accounts import FIRST
    from ioc.clock import SystemClock
    from ioc.settings import load
    from local import first_account, organisation
    from local.credentials import ensure
    from local.stack import source_codes
    from storage.client import Store

    organisation.settle(load(data).data, catalogue, tenant)
    settings = load(data)
    say(f"organisation: {settings.tenant}, catalogue {settings.catalogue or 'of the program'}")
    ensure(settings.credentials_file, source_codes(settings))
    say(f"credentials: {settings.credentials_file}")
    topics(data)
    migrate(data)
    with closing(Store(settings.clickhouse)) as store:
        made = first_account.ensure(settings, store, SystemClock())
        first_account.ensure_line(settings, store, SystemClock())
    # What is printed here stands in a container's log: the password does not.
    say(f"accounts: {FIRST} was made, see `ioc credentials {FIRST}`" if made else "accounts: there are some")

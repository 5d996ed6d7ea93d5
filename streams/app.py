"""The worker: a Faust app that hosts one role, landing or reduce.

Faust gives lifecycle, signals, the web page and timers. Events do not pass through its agents: landing and
reduce are services with clients of their own, so Faust itself only needs to be a producer.
"""

import asyncio
import fcntl
import gc
import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any, Literal, TypeVar

import faust
from kafka.errors import KafkaError
from mode import Service

from ioc.clock import Clock, FollowingClock
from ioc.connecting import encrypted
from ioc.errors import StoreUnavailable, Unsafe
from ioc.reference import Catalogue
from ioc.settings import LOOPBACK, Kafka, Settings
from ioc.topics import ALL_TOPICS
from storage import clock as store_clock
from storage import doctor
from storage.client import Store
from storage.migrate import migrate
from streams import following, metrics
from streams.land import cluster

Role = Literal["land", "reduce"]
SESSION_S = 8.0
REDUCE_NICENESS = 10
METRICS_S = 5.0
RETRY_S = 0.3

log = logging.getLogger("ioc.worker")
T = TypeVar("T")


def app(settings: Settings, role: Role, clock: FollowingClock | None = None) -> faust.App:
    """The Faust app of a role: its web page on loopback, no tables, no agents that carry events."""
    kafka = settings.kafka
    port = settings.worker_port if role == "land" else settings.reducer_port
    datadir = settings.data / "faust" / f"{role}-{port}"
    datadir.mkdir(parents=True, exist_ok=True)
    hosted = faust.App(
        f"ioc-worker-{role}",
        broker=[f"kafka://{address}" for address in kafka.bootstrap.split(",")],
        broker_credentials=_credentials(kafka),
        broker_session_timeout=SESSION_S,
        consumer_group_instance_id=cluster.member(settings, f"faust-{role}"),
        web_host=LOOPBACK,
        web_bind=LOOPBACK,
        web_port=port,
        web_tables_enabled=False,
        datadir=str(datadir),
        topic_disable_leader=True,
    )
    # With a consumer of its own, Faust would hold our services back until its group has joined.
    hosted.producer_only = True
    _with_metrics(hosted, settings, clock or store_clock.clock())
    return hosted


def _with_metrics(hosted: faust.App, settings: Settings, clock: FollowingClock) -> None:
    """`GET /metrics`: the reconciliation, asked of the store at most every `METRICS_S`."""
    kept: tuple[float, str] = (float("-inf"), "")

    def asked() -> str:
        with closing(Store(settings.clickhouse, timeout=METRICS_S)) as store:
            return metrics.text(store, settings.tenant, clock.now(), clock.skew_s)

    @hosted.page("/metrics")
    async def page(view: Any, _request: Any) -> Any:
        nonlocal kept
        if time.monotonic() - kept[0] >= METRICS_S:
            try:
                kept = (time.monotonic(), await asyncio.to_thread(asked))
            except StoreUnavailable as error:
                return view.text(f"# {error}\n", status=503)
        return view.text(kept[1])


def _credentials(kafka: Kafka) -> Any:
    """How Faust's own producer signs in; None on a plain broker."""
    tls = encrypted(kafka)
    if not kafka.sasl_mechanism:
        return tls
    password = kafka.password.get_secret_value() if kafka.password else None
    return faust.SASLCredentials(
        username=kafka.username, password=password, ssl_context=tls, mechanism=kafka.sasl_mechanism
    )


def service(settings: Settings, role: Role, clock: Clock | None = None) -> Service:
    """What the worker does. Raises `SettingsError` on a wrong catalogue."""
    catalogue = Catalogue.load(settings.catalogue)
    if role == "land":
        from streams.land.service import LandingService

        return LandingService(settings, catalogue.rules(settings.tenant), clock)
    from streams.reduce.service import ReduceService

    hosted: Service = ReduceService(settings, catalogue, clock=clock)
    return hosted


def run(settings: Settings, role: Role) -> None:
    """Run a role until SIGTERM or SIGINT. Raises `Unsafe` instead of counting on unsafe settings."""
    clock = store_clock.clock()
    hosted = service(settings, role, clock)
    prepare(settings, clock)
    _take_turns(role)
    follows = following.Following(settings, clock)
    hosting = app(settings, role, clock)
    worker = faust.Worker(hosting, hosted, follows, loglevel="warn", logfile=None, quiet=True)
    worker.spinner = None  # it would write escape sequences into the log
    worker.execute_from_commandline()


def _take_turns(role: Role) -> None:
    """Landing goes first when both want the machine; neither looks for cyclic garbage at every turn.

    A record is safe once it stands in the ledger, cases and values can follow. A block's rows are tens of
    thousands of objects that no cycle holds: the default thresholds would search them again and again.
    """
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)
    if role == "reduce":
        os.nice(REDUCE_NICENESS)


def prepare(settings: Settings, clock: FollowingClock) -> None:
    """Wait for store and topics, apply migrations, refuse unsafe settings, look at the store's clock."""
    waited("the store", lambda: _migrated(settings, clock))
    waited("the topics", lambda: cluster.names(settings.kafka, [topic.name for topic in ALL_TOPICS]))


def waited(thing: str, attempt: Callable[[], T]) -> T:
    """The result of `attempt`, tried until it has one; says once what it waits for."""
    said = False
    while True:
        try:
            return attempt()
        except (StoreUnavailable, cluster.TopicMissing, KafkaError, OSError) as error:
            if not said:
                log.warning("waiting for %s: %s", thing, error)
                said = True
            time.sleep(RETRY_S)


def _migrated(settings: Settings, clock: FollowingClock) -> None:
    store = Store(settings.clickhouse)
    try:
        with _alone(settings):
            migrate(store, settings.clickhouse)
        findings = doctor.unsafe(store, settings.clickhouse)
        store_clock.look(store, clock)
    finally:
        store.close()
    if findings:
        raise Unsafe("refusing to count: " + "; ".join(findings))


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """One process at a time: both workers of a machine start together."""
    folder = settings.data / "run"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "migrate.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield

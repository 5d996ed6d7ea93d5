"""Lives of staff records: changes with their synchronisation, credentials, training; and the standing
stock."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from ioc.contracts.fields import stamp
from producers.simulator.draft import Draft, Life, local, moment
from producers.simulator.world import Person, World

GROUPS = ("recruitment", "appointment", "transfer", "salary", "qualification", "end_of_service", "other")
GROUP_WEIGHTS = (6, 9, 10, 45, 12, 6, 12)
ISSUERS = {"digital_signature": "ca", "e_card": "the_cc", "official_email": "mail"}
COVERED = {"digital_signature": 0.94, "e_card": 0.87, "official_email": 0.985}
FIELDS_TOTAL = 44


def change(world: World, at: datetime) -> Life:
    """A change completed in the HR system, then synced to the national database: 95 % within a day."""
    rng = world.rng
    person = rng.choice(world.staff)
    ref = world.ref(f"BD-{at:%y%m%d}")
    data = {
        "change_ref": ref,
        "person_ref": person.ref,
        "org": person.unit,
        "change_group": rng.choices(GROUPS, GROUP_WEIGHTS)[0],
        "effective_at": stamp(at - timedelta(days=rng.randint(0, 10))),
        "completed_at": stamp(at),
        "origin": rng.choices(("system", "unit_entry", "external"), (78, 19, 3))[0],
    }
    in_time = rng.random() < 0.95
    wake = world.after(at, 10, 1200) if in_time else world.after(at, 1600, 8000)
    at = yield Draft("hr.change_recorded", "hrm", ref, person.unit, at, data), wake
    if rng.random() < 0.03:
        failed = _synced(world, person, at, "failed", ref)
        at = yield failed, world.after(at, 30, 400)
    yield _synced(world, person, at, "ok", ref), None


def credential(world: World, at: datetime) -> Life:
    """A renewal, now and then a revocation."""
    person = world.rng.choice(world.staff)
    kind = world.rng.choice(tuple(ISSUERS))
    yield _credential(person, kind, "renewed" if world.rng.random() < 0.97 else "revoked", at), None


def training(world: World, at: datetime) -> Life:
    """One participant of a course."""
    yield _trained(world, world.rng.choice(world.staff), at), None


def moved(person: Person, world: World, at: datetime) -> Life:
    """The record of somebody whose unit has been merged; the unit is the one that answers on that day."""
    yield _synced(world, person, at, "ok", None), None


def stock(world: World, at: datetime) -> Iterator[Draft]:
    """What stands on record when the history begins: one after the other for each member of staff."""
    rng = world.rng
    for n, person in enumerate(world.staff):
        when = at + timedelta(milliseconds=n * 40)
        if rng.random() < 0.972:
            yield _synced(world, person, when, "ok", None)
        for kind, share in COVERED.items():
            if rng.random() < share:
                yield _credential(person, kind, "issued", when)
        if rng.random() < 0.83:
            yield _trained(world, person, when)


def _synced(world: World, person: Person, at: datetime, result: str, change_ref: str | None) -> Draft:
    data = {
        "person_ref": person.ref,
        "org": person.unit,
        "target": "national_db",
        "result": result,
        "fields_total": FIELDS_TOTAL,
        "fields_filled": world.rng.randint(37, FIELDS_TOTAL),
        "population_match": world.rng.random() < 0.985,
        "synced_at": stamp(at),
    }
    if change_ref is not None:
        data["change_ref"] = change_ref
    return Draft("hr.record_synced", "csdlqg_cbccvc", person.ref, person.unit, at, data)


def _credential(person: Person, kind: str, action: str, at: datetime) -> Draft:
    data = {"person_ref": person.ref, "org": person.unit, "kind": kind, "action": action}
    if action != "revoked":
        data["valid_until"] = stamp(moment(local(at) + timedelta(days=3 * 365), 17))
    return Draft("hr.credential_issued", ISSUERS[kind], person.ref, person.unit, at, data)


def _trained(world: World, person: Person, at: datetime) -> Draft:
    rng = world.rng
    data = {
        "person_ref": person.ref,
        "org": person.unit,
        "course_group": rng.choices(("dx", "infosec", "ai", "other"), (48, 34, 14, 4))[0],
        "level": "proficient" if rng.random() < 0.3 else "basic",
        "passed": rng.random() < 0.94,
        "hours": rng.choice((4.0, 8.0, 16.0, 24.0)),
        "completed_at": stamp(at),
    }
    return Draft("training.completed", "daotao", person.ref, person.unit, at, data)

"""What a dry run foretells is what happens: values before and after, for every KPI that adds up."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

import orjson
import pytest

from ioc.contracts import Decoded, build, decode, encode
from ioc.reference import Catalogue
from storage.client import Store
from storage.values import WINDOWS, compute, window
from streams.desk.effects import Effects
from tests.engine.reducing import TENANT, Bench, at

pytestmark = pytest.mark.engine
NOW = "2026-03-10 10:00"  # a Tuesday
SPACE = UUID("0d3c2b1a-6f5c-4c7e-9b53-6d1f3f1c1a77")
UNIT, OTHER = "G09.902", "G09.905"
RULES = Catalogue.load().rules(TENANT)
Key = tuple[str, str, str, str]


def said(name: str, n: int, when: str, *, source: str = "qlvb", orgunit: str = UNIT, **data: Any) -> Decoded:
    """An event as the door would let it in."""
    instant = ("_at", "until", "at")
    plain: dict[str, Any] = {
        key: at(value) if isinstance(value, str) and key.endswith(instant) else value
        for key, value in data.items()
    }
    correctionof = plain.pop("correctionof", None)
    made = build(
        name,
        source=f"urn:ioc:{TENANT}:{source}",
        id=str(uuid5(SPACE, f"{name}/{n}")),
        time=at(when),
        orgunit=orgunit,
        seqno=n,
        producedat=at(when),
        data=plain,
        tenant=TENANT,
        correctionof=correctionof,
    )
    return decode(encode(made), rules=RULES, now=at(NOW))


def row(found: Decoded) -> dict[str, Any]:
    """The same as a row of the ledger by hand."""
    head = found.head
    return {
        "name": found.kind.name,
        "id": head.id,
        "time": head.time,
        "data": orjson.loads(found.data),
        "seqno": head.seqno,
        "source": head.source.rpartition(":")[2],
        "orgunit": head.orgunit,
        "correctionof": head.correctionof or "",
    }


def received(n: int, ref: str, arrived: str, due: str | None = None, org: str = UNIT, **more: Any) -> Decoded:
    data: dict[str, Any] = {
        **{"doc_ref": ref, "doc_type": "cong_van", "sender_org": "G12", "receiver_org": org},
        **{"urgency": "normal", "classification": "normal", "channel": "axis", "arrived_at": arrived},
        **{"registered_at": arrived, "steering": False, "response_required": True},
    }
    return said("document.received", n, arrived, **data, **({"due_at": due} if due else {}), **more)


def completed(n: int, ref: str, when: str) -> Decoded:
    return said("document.completed", n, when, doc_ref=ref, org=UNIT, completed_at=when, outcome="filed")


BEFORE = [
    received(1, "A", "2026-03-02 08:00", "2026-03-06 17:00"),
    completed(2, "A", "2026-03-05 09:00"),
    received(3, "B", "2026-03-03 08:00", "2026-03-09 17:00"),
    received(4, "C", "2026-03-03 09:00", "2026-03-20 17:00", org=OTHER),
    received(5, "F", "2026-02-10 09:00", "2026-02-20 17:00", org=OTHER),
]
LATE: Mapping[str, Sequence[Decoded]] = {
    "a document nobody had heard of": [received(11, "N", "2026-03-10 08:00", "2026-03-12 17:00")],
    "the end of one that is overdue": [completed(12, "B", "2026-03-06 09:00")],
    "both ends of one, and one from last month": [
        received(13, "M", "2026-02-12 08:00", "2026-02-20 17:00"),
        completed(14, "M", "2026-02-27 09:00"),
        received(15, "O", "2026-03-09 08:00", "2026-03-09 17:00", org="G09.17"),
    ],
    "a correction that takes one back": [
        received(16, "C", "2026-03-03 09:00", "2026-03-05 17:00", org=UNIT, correctionof=BEFORE[3].head.id)
    ],
    "what is known already": [BEFORE[0]],
}


@pytest.fixture(scope="module")
def bench(alone: Store) -> Iterator[Bench]:
    made = Bench(alone, NOW)
    made.reduce([row(each) for each in BEFORE])
    yield made
    made.empty()


def standing(bench: Bench) -> dict[Key, tuple[int, int, int]]:
    """Every value that adds up, computed anew."""
    kpis = [kpi for kpi in bench.kpis.values() if kpi.flow or kpi.stock]
    windows = [window(name, bench.clock.now().date(), bench.now) for name in WINDOWS]
    found = compute(bench.store, kpis, windows, tenant=TENANT, every=bench.kpis)
    counted = {
        (each.kpi, each.dim, each.unit, each.window): (each.numerator, each.denominator, each.cases)
        for each in found
    }
    return {key: value for key, value in counted.items() if any(value)}


@pytest.mark.parametrize("case", LATE)
def test_what_is_foretold_comes_to_pass_and_nothing_else(bench: Bench, case: str) -> None:
    effects = Effects(bench.store, bench.catalogue, bench.kpis, TENANT)
    cells, before = bench.cells(), standing(bench)
    foreseen = effects.of(LATE[case], bench.now)
    assert bench.cells() == cells, "nothing was written"
    assert standing(bench) == before
    rows = bench.store.query("SELECT count() FROM system.databases WHERE startsWith(name, 'ioc_beside')")
    assert rows == [(0,)]

    known = {each.head.id for each in BEFORE}
    bench.reduce([row(each) for each in LATE[case] if each.head.id not in known])
    after = standing(bench)
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    told = {(each["kpi"], each["dim"], each["unit"], each["window"]): each for each in foreseen.values}
    nothing = (0, 0, 0)
    assert set(told) == changed
    for key, each in told.items():
        assert _counts(each["before"]) == before.get(key, nothing), key
        assert _counts(each["after"]) == after.get(key, nothing), key
    assert bool(told) is (case != "what is known already")
    assert foreseen.cases == 0 or told


def settled(n: int) -> list[Decoded]:
    """A change of one person, synchronised in time."""
    ref, person = f"HR{n}", f"{n:064x}"
    changed = said(
        "hr.change_recorded", 100 + n, "2026-03-02 10:00", source="hrm", change_ref=ref, person_ref=person,
        org=UNIT, change_group="transfer", effective_at="2026-03-02 10:00", completed_at="2026-03-02 10:00",
        origin="system",
    )  # fmt: skip
    known = said(
        "hr.record_synced", 200 + n, "2026-03-03 09:00", source="csdlqg_cbccvc", change_ref=ref,
        person_ref=person, org=UNIT, target="national_db", result="ok", fields_total=30, fields_filled=30,
        synced_at="2026-03-03 09:00",
    )  # fmt: skip
    return [changed, known]


def test_numbers_made_from_few_persons_are_hidden_on_either_side(bench: Bench) -> None:
    kpi = "hr_sync_sla_rate"

    def told(*persons: int) -> list[dict[str, Any]]:
        effects = Effects(bench.store, bench.catalogue, bench.kpis, TENANT)
        found = effects.of([each for n in persons for each in settled(n)], bench.now).document()
        return [each for each in found["values"] if each["kpi"] == kpi]

    few = told(*range(4))
    assert few
    for each in few:
        assert each["hidden"]
        assert {*each["before"].values(), *each["after"].values()} == {None}
    enough = told(*range(5))
    assert {(each["after"]["cases"], each["hidden"]) for each in enough} == {(5, False)}

    bench.reduce([row(each) for n in range(4) for each in settled(n)])
    assert told(*range(4, 9)), "four before, nine after"
    assert all(each["hidden"] for each in told(*range(4, 9)))


def _counts(value: Mapping[str, int]) -> tuple[int, int, int]:
    return value["numerator"], value["denominator"], value["cases"]

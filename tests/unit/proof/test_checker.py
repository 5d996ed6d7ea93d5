"""The oracle finds what is wrong: a suite that cannot fail proves nothing."""

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from proof.oracle import kpis
from proof.oracle.asking import Found, Row, checksum
from proof.oracle.checker import Case, check
from proof.oracle.events import Events, canonical
from proof.oracle.journal import GOOD, Journal, Told, read

TOPIC_OF = {"document": "ioc.documents", "dossier": "ioc.services", "task": "ioc.tasks"}
RUN = "R"


def sent(folder: Path) -> tuple[Journal, list[Told]]:
    """A journal of 60 good events of every source, the first of them sent twice."""
    events = Events(5, RUN, repeats=0.0)
    told = [each for source in ("qlvb", "motcua", "vxp") for each in islice(events.stream(source), 20)]
    journal = Journal(folder / "journal.ndjson")
    journal.sending([*told, told[0]])
    return journal, [*told, told[0]]


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """A stack that did everything right."""
    journal, told = sent(tmp_path)
    found, counted = Found(), set()
    for each in told:
        topic = TOPIC_OF[each.type.split(".")[3]]
        offset = found.ends.get((topic, 0), 0)
        found.ends[topic, 0] = offset + 1
        verdict = "suppressed" if each.key in counted else "counted"
        counted.add(each.key)
        told_row = (each.source, each.id, each.type, each.subject, each.seqno, each.said)
        found.rows.append(Row(topic, "t", 0, offset, verdict, "", *told_row))
        whole = {"source": each.source, "id": each.id, "data": json.loads(each.said)}
        found.records[topic, 0, offset] = canonical(whole).encode()
        journal.ended(each.key, "ok", topic=topic, partition=0, offset=offset)
    journal.close()
    history = read([journal.path])
    for event in history.good():
        found.checksum = (found.checksum + checksum(event.source, event.id, event.said)) % 2**64
    found.cells = dict(kpis.cells(history.good()))
    found.cases = _cases(history.good())
    return Case(history, kpis.cells(history.good()), found, {}, RUN)


def _cases(events: list[Told]) -> dict[str, dict[str, object]]:
    said: dict[str, dict[str, list[tuple[int, dict[str, object]]]]] = {}
    for event in events:
        kind = event.type.removeprefix("vn.gov.ioc.").removesuffix(".v1")
        said.setdefault(event.subject, {}).setdefault(kind, []).append((event.seqno, json.loads(event.said)))
    return {
        subject: {
            "unit": kpis.lead(parts),
            "outcome": parts["document.completed"][0][1]["outcome"] if "document.completed" in parts else "",
        }
        for subject, parts in said.items()
        if "document.received" in parts
    }


def test_a_stack_that_did_everything_right_passes(case: Case) -> None:
    assert {name: wrong for name, wrong in check(case).items() if wrong} == {}


def _lost(case: Case) -> None:
    row = case.found.rows.pop(7)
    case.found.checksum = (case.found.checksum - checksum(row.source, row.id, row.data)) % 2**64


def _doubled(case: Case) -> None:
    row = case.found.rows[7]
    case.found.rows.append(replace(row, offset=case.found.ends[row.topic, 0]))
    case.found.ends[row.topic, 0] += 1


def _changed(case: Case) -> None:
    row = case.found.rows[7]
    case.found.rows[7] = replace(row, data=row.data.replace("G09.9", "G09.8"))


def _elsewhere(case: Case) -> None:
    rows = case.found.rows
    rows[3], rows[4] = replace(rows[3], offset=rows[4].offset), replace(rows[4], offset=rows[3].offset)


def _raw(case: Case) -> None:
    at, value = next(iter(case.found.records.items()))
    case.found.records[at] = value and value.replace(b":", b": ", 1)


def _invented(case: Case) -> None:
    row = case.found.rows[0]
    case.found.rows[0] = replace(row, id="00000000-0000-4000-8000-000000000000")


def _overstated(case: Case) -> None:
    at, (above, below) = next(iter(case.found.cells.items()))
    case.found.cells[at] = above + 1, below + 1


def _older(case: Case) -> None:
    subject = next(iter(case.found.cases))
    case.found.cases[subject] = {**case.found.cases[subject], "unit": "G09.999"}


def _not_suppressed(case: Case) -> None:
    row = case.found.rows[-1]
    assert row.verdict == "suppressed"
    case.found.rows[-1] = replace(row, verdict="counted")


@pytest.mark.parametrize(
    ("spoil", "broken"),
    [
        (_lost, {"I1", "I6"}),
        (_doubled, {"I3", "I4"}),
        (_changed, {"I4"}),
        (_elsewhere, {"I1"}),
        (_raw, {"I4"}),
        (_invented, {"I1", "I2", "I4"}),
        (_overstated, {"I5"}),
        (_older, {"I7"}),
        (_not_suppressed, {"I3", "I4"}),
    ],
)
def test_what_is_wrong_is_named(case: Case, spoil: Callable[[Case], None], broken: set[str]) -> None:
    spoil(case)
    found = {name for name, wrong in check(case).items() if wrong}
    assert found == broken


def test_a_refusal_with_another_code_or_a_receipt_for_what_is_forbidden(case: Case) -> None:
    events = list(case.history.events.values())
    forbidden = replace(events[1], expect="door:secret_marking")
    case.history.events[forbidden.key] = forbidden
    assert any("must be refused" in wrong for wrong in check(case)["I2"])
    case.history.refused[events[2].key] = ["schema"]
    assert any("a good event was refused" in wrong for wrong in check(case)["I2"])


def test_a_gap_that_sql_found_is_a_finding(case: Case) -> None:
    case.found.gaps.append(("events_documents", "t", 0, 4, 6))
    case.found.broken.append(("events_documents", "t", 0, 9, 9, 12))
    assert len(check(case)["I6"]) == 2


def test_a_poisoned_record_must_stand_in_quarantine_with_its_reason(case: Case) -> None:
    row = case.found.rows[2]
    poison = replace(case.history.events[row.key], expect="quarantine:undecodable")
    case.history.events[row.key] = poison
    assert any("expected in quarantine" in wrong for wrong in check(case)["I6"])
    case.found.rows[2] = replace(row, verdict="rejected", reason="undecodable")
    assert check(case)["I6"] == []


def test_a_journal_cut_short_is_read_up_to_its_last_whole_line(tmp_path: Path) -> None:
    journal, told = sent(tmp_path)
    journal.close()
    whole = journal.path.read_bytes()
    journal.path.write_bytes(whole[:-10])
    history = read([journal.path])
    assert history.sends[told[0].key] == 1
    assert len(history.events) == 60


def test_the_generator_repeats_itself_by_its_seed_and_spells_in_many_ways() -> None:
    first, again = (list(islice(Events(9, RUN).stream("qlvb"), 300)) for _ in range(2))
    assert [told.id for told in first] == [told.id for told in again]
    assert any("+07:00" in told.wire for told in first)
    assert any("000.00.9" in told.wire for told in first)
    assert any("\\u0110" in told.wire for told in first)
    assert len({told.key for told in first}) < len(first)
    kinds = {told.type for told in first}
    assert len(kinds) == 6
    assert all(told.expect == GOOD for told in first)
    bad = [Events(seed, RUN).bad() for seed in range(20)]
    assert {told.expect for told in bad} == {
        *("door:undecodable", "door:schema", "door:unknown_unit", "door:secret_marking")
    }

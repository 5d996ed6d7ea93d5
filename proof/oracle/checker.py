"""The judgement: a journal against what was found. Pure functions; each finding names what is wrong."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from proof.oracle import kpis
from proof.oracle.asking import OURS, Base, Found, Row, checksum
from proof.oracle.events import canonical
from proof.oracle.journal import GOOD, History, Key, Told


@dataclass(frozen=True, slots=True)
class Case:
    """What is judged: this run's history, the cells of all that was sent to this stack, what was found."""

    history: History
    cells: kpis.Cells
    found: Found
    base: Base
    run: str
    copies: tuple[int, int] = (1, 100)
    """How often an event that was sent once may stand in Kafka."""


def check(case: Case) -> dict[str, list[str]]:
    """Invariant → what is wrong with it; an empty list: nothing."""
    return {name: list(rule(case)) for name, rule in RULES.items()}


def no_loss(case: Case) -> Iterator[str]:
    """I1: every receipt's place holds that event, and what was acknowledged is counted."""
    rows = {row.place: row for row in case.found.rows}
    settled: dict[Key, set[str]] = defaultdict(set)
    for row in case.found.rows:
        settled[row.key].add(row.verdict)
    for key, places in case.history.receipts.items():
        for place in places:
            there = rows.get(place)
            direct = case.history.events[key].expect.startswith("quarantine:")
            if there is None:
                yield f"acknowledged at {place}, and the ledger has no row there: {key}"
            elif there.key != key and not direct:
                yield f"acknowledged at {place} as {key}, and the ledger has {there.key} there"
        if not case.history.events[key].expect.startswith("quarantine:") and "counted" not in settled[key]:
            yield f"acknowledged and not counted: {key}, verdicts {sorted(settled[key])}"


def no_invention(case: Case) -> Iterator[str]:
    """I2: what stands in the ledger was sent; what the door must refuse does not."""
    for row in case.found.rows:
        if row.source not in OURS:
            continue
        told = case.history.events.get(row.key)
        if told is None and row.id:
            yield f"never sent: {row.key} at {row.place} ({row.verdict} {row.reason})"
        elif told is not None and told.expect.startswith("door:"):
            yield f"had to be refused at the door ({told.expect}): {row.key} at {row.place}"
    for key, codes in case.history.refused.items():
        told = case.history.events[key]
        if told.expect == GOOD:
            yield f"a good event was refused with {codes[0]}: {key}"
        elif told.expect != f"door:{codes[0]}":
            yield f"refused with {codes[0]}, expected {told.expect}: {key}"
    for key, told in case.history.events.items():
        if told.expect.startswith("door:") and case.history.receipts.get(key):
            yield f"acknowledged, though it must be refused ({told.expect}): {key}"


def once(case: Case) -> Iterator[str]:
    """I3: one counted row an event, the other copies suppressed, and as many rows as Kafka has copies."""
    verdicts: dict[Key, Counter[str]] = defaultdict(Counter)
    for row in case.found.rows:
        if row.id:
            verdicts[row.key][row.verdict] += 1
    copies: Counter[Key] = Counter(key for key in map(_key, case.found.records.values()) if key)
    for key, told in case.history.events.items():
        got = verdicts[key]
        if told.expect == GOOD:
            if got["counted"] > 1:
                yield f"counted {got['counted']} times: {key}"
            if got["counted"] and got["suppressed"] != copies[key] - 1:
                yield f"{copies[key]} copies in Kafka, but {got['suppressed']} of them suppressed: {key}"
            low, high = case.copies
            sent = case.history.sends[key]
            if case.history.receipts.get(key) and not low * sent <= copies[key] <= high * sent:
                yield f"{copies[key]} copies in Kafka, expected {low * sent} to {high * sent}: {key}"


def fidelity(case: Case) -> Iterator[str]:
    """I4: the checksum over what is counted, the rows field by field, the bytes in Kafka canonical."""
    counted = [
        row for row in case.found.rows if row.verdict == "counted" and row.subject.startswith(case.run + "/")
    ]
    expected = 0
    for row in counted:
        told = case.history.events.get(row.key)
        if told is not None:
            expected = (expected + checksum(told.source, told.id, told.said)) % 2**64
    if expected != case.found.checksum:
        yield f"checksum of the store {case.found.checksum}, expected {expected}"
    for row in counted:
        if not _same(row, case.history.events.get(row.key)):
            yield f"stored otherwise than sent: {row.key} at {row.place}: {row.data[:120]}"
    for place, value in case.found.records.items():
        key = _key(value)
        told = case.history.events.get(key) if key else None
        if told is None or value is None or told.expect != GOOD:
            continue
        whole = json.loads(value)
        if canonical(whole).encode() != value or canonical(whole["data"]) != told.said:
            yield f"Kafka holds other bytes than the canonical ones at {place}: {key}"


def indicators(case: Case) -> Iterator[str]:
    """I5: the cells of four indicators equal those computed from the journals, over what is counted."""
    expected = case.cells
    found = {at: pair for at, pair in case.found.cells.items() if at[0] in kpis.KPIS}
    for at in sorted(expected.keys() | found.keys()):
        if expected.get(at, (0, 0)) != found.get(at, (0, 0)):
            yield f"{at}: expected {expected.get(at)}, found {found.get(at)}"


def gap_free(case: Case) -> Iterator[str]:
    """I6: one ledger row per Kafka offset, from the first of the run to the end of the log."""
    for broken in case.found.broken:
        yield f"offsets do not add up (table, topic, partition, rows, distinct, span): {broken}"
    for gap in case.found.gaps:
        yield f"gap (table, topic, partition, first, last): {gap}"
    held: dict[tuple[str, int], set[int]] = defaultdict(set)
    for row in case.found.rows:
        held[row.topic, row.partition].add(row.offset)
    for (topic, partition), end in case.found.ends.items():
        begin = case.base.get((topic, partition), 0)
        missing = sorted(set(range(begin, end)) - held[topic, partition])
        if missing:
            span = f"from {missing[0]} to {missing[-1]}"
            yield f"{topic}/{partition}: {len(missing)} records have no row, {span}"
    for place, told in _quarantined(case):
        there = next((each for each in case.found.rows if each.place == place), None)
        want = told.expect.removeprefix("quarantine:")
        if there is None or there.verdict != "rejected" or (want and there.reason != want):
            yield f"expected in quarantine ({want}) at {place}, found {there}"


def last_word(case: Case) -> Iterator[str]:
    """I7: a document is its latest lead assignee's, and ended when it was completed."""
    by_subject: dict[str, dict[str, list[tuple[int, dict[str, object]]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for event in case.history.good():
        kind = event.type.removeprefix("vn.gov.ioc.").removesuffix(".v1")
        by_subject[event.subject][kind].append((event.seqno, json.loads(event.said)))
    for subject, said in by_subject.items():
        if "document.received" not in said:
            continue
        row = case.found.cases.get(subject)
        ends = said.get("document.completed", [])
        outcome = max(ends, key=lambda end: end[0])[1]["outcome"] if ends else ""
        expected = {"unit": kpis.lead(said), "outcome": outcome}
        if row is None or {name: row[name] for name in expected} != expected:
            yield f"case {subject}: expected {expected}, found {row}"


Rule = Callable[[Case], Iterable[str]]
RULES: dict[str, Rule] = {
    "I1": no_loss,
    "I2": no_invention,
    "I3": once,
    "I4": fidelity,
    "I5": indicators,
    "I6": gap_free,
    "I7": last_word,
}


def _quarantined(case: Case) -> Iterator[tuple[tuple[str, int, int], Told]]:
    for key, told in case.history.events.items():
        if told.expect.startswith("quarantine:"):
            for place in case.history.receipts.get(key, ()):
                yield place, told


def _same(row: Row, told: Told | None) -> bool:
    return told is not None and (row.data, row.type, row.subject, row.seqno) == (
        told.said,
        told.type,
        told.subject,
        told.seqno,
    )


def _key(value: bytes | None) -> Key | None:
    try:
        whole = json.loads(value or b"null")
        return str(whole["source"]), str(whole["id"])
    except (ValueError, TypeError, KeyError):
        return None

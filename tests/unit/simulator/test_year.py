"""A told year is the same for the same seed, obeys the calendar, and has what a ministry's year has."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

import orjson
import pytest

from ioc.clock import VIETNAM
from ioc.contracts import BY_NAME, EventRefused, decode
from ioc.reference import Catalogue
from producers.simulator.rhythm import great_holidays
from producers.simulator.sender import CONFLICT, COUNTED, REJECTED, SUPPRESSED, Record
from producers.simulator.year import Span, Year

NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)
CATALOGUE = Catalogue.load(None)
RULES = CATALOGUE.rules("G09")
VOLUME = 0.03
EMITTED_ELSEWHERE = {"alert.transitioned", "event.rejected", "canary.sent"}
"""By the centre itself."""


def year(number: int = 2025, *, seed: int = 1, now: datetime = NOW, volume: float = VOLUME) -> Year:
    return Year(CATALOGUE, "G09", seed, Span(number, now), volume)


@dataclass(frozen=True)
class Sent:
    """A good event, and where it stood among the records."""

    at: int
    name: str
    source: str
    unit: str
    time: datetime
    produced: datetime
    data: dict[str, Any]

    @property
    def day(self) -> date:
        return self.time.astimezone(VIETNAM).date()


def read(records: list[Record]) -> Iterator[Sent]:
    for at, record in enumerate(records):
        if record.expect == COUNTED:
            event = orjson.loads(record.value)
            time, produced = (datetime.fromisoformat(event[name]) for name in ("time", "producedat"))
            name = event["type"][11:-3]
            yield Sent(at, name, record.source, event["orgunit"], time, produced, event["data"])


@pytest.fixture(scope="module")
def told() -> Year:
    return year()


@pytest.fixture(scope="module")
def records(told: Year) -> list[Record]:
    return list(told)


@pytest.fixture(scope="module")
def events(records: list[Record]) -> list[Sent]:
    return list(read(records))


@pytest.fixture(scope="module")
def per_day(events: list[Sent]) -> Counter[date]:
    """Incoming documents by day: people's work, not that of systems."""
    return Counter(event.day for event in events if event.name == "document.received")


def mean(per_day: Counter[date], days: list[date]) -> float:
    return sum(per_day[day] for day in days) / len(days)


def worked(year: int) -> list[date]:
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]
    return [day for day in days if CATALOGUE.calendar.is_working_day(day)]


def test_the_same_seed_makes_the_same_bytes_whatever_the_clock_says() -> None:
    first = list(islice(year(), 2000))
    assert first == list(islice(year(now=NOW + timedelta(days=9)), 2000))
    assert first != list(islice(year(seed=2), 2000))


def test_a_year_under_way_is_the_beginning_of_the_same_year_later() -> None:
    january = datetime(2026, 1, 12, 3, tzinfo=UTC)
    early = list(year(2026, now=january, volume=0.005))
    later = list(year(2026, now=january + timedelta(days=2), volume=0.005))
    assert later[: len(early)] == early
    assert len(later) > len(early)
    latest = max(event.time for event in read(early))
    assert january - timedelta(hours=12) < latest <= january


def test_every_type_is_told_but_those_of_the_centre_itself(events: list[Sent]) -> None:
    assert {event.name for event in events} == set(BY_NAME) - EMITTED_ELSEWHERE


def test_each_record_gets_the_verdict_it_expects(records: list[Record]) -> None:
    seen: dict[tuple[str, str], bytes] = {}
    for record in records:
        try:
            head = decode(record.value, rules=RULES, now=NOW, topic=record.topic).head
        except EventRefused as refused:
            assert (record.expect, record.reason) == (REJECTED, refused.reason.value), record
            continue
        before = seen.setdefault((head.source, head.id), record.value)
        if record.expect == COUNTED:
            assert before is record.value
        else:
            assert record.expect == (SUPPRESSED if before == record.value else CONFLICT)


def test_flaws_have_their_shares(records: list[Record]) -> None:
    expected = Counter(record.expect for record in records)
    assert 0.017 < expected[SUPPRESSED] / len(records) < 0.023
    assert 0.0015 < expected[REJECTED] / len(records) < 0.0045


def test_all_of_it_lies_in_the_year(told: Year, events: list[Sent]) -> None:
    span = told.span
    assert span.over
    for event in events:
        assert span.start <= event.time < span.end
        assert event.produced >= event.time
    assert told.reached > 0.99


def test_weeks_have_a_shape(per_day: Counter[date]) -> None:
    plain = [day for day in worked(2025) if day.month in (3, 5, 6, 10, 11)]
    mondays = [day for day in plain if day.weekday() == 0]
    others = [day for day in plain if day.weekday() in (1, 2, 3, 4)]
    assert 1.15 < mean(per_day, mondays) / mean(per_day, others) < 1.45
    off = [
        day for day in (date(2025, 3, 1) + timedelta(days=n) for n in range(200)) if day not in worked(2025)
    ]
    assert mean(per_day, off) < mean(per_day, others) / 20
    assert per_day[date(2025, 4, 26)] > mean(per_day, others) / 2, "a Saturday that is worked"


def test_before_the_great_holidays_there_is_more_and_on_them_nearly_nothing(per_day: Counter[date]) -> None:
    plain = mean(per_day, [day for day in worked(2025) if day.month in (5, 6) and day.weekday() > 0])
    holidays = great_holidays(CATALOGUE.calendar, 2025)
    assert holidays["tet"] == (date(2025, 1, 25), date(2025, 2, 2))
    assert holidays["national"] == (date(2025, 8, 30), date(2025, 9, 2))
    for first, last in holidays.values():
        eve = [first - timedelta(days=n) for n in range(1, 8)]
        ahead = [day for day in eve if CATALOGUE.calendar.is_working_day(day)]
        rest = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        assert 1.3 < mean(per_day, ahead) / plain < 1.9
        assert mean(per_day, rest) < plain / 10


def test_hours_have_two_peaks(events: list[Sent]) -> None:
    hours = Counter(
        event.time.astimezone(VIETNAM).hour for event in events if event.name == "document.received"
    )
    assert min(hours[8], hours[9], hours[14], hours[15]) > 2 * max(hours[7], hours[12], hours[17])


def test_online_grows_and_units_end_in_time_as_they_do(events: list[Sent]) -> None:
    online: dict[int, list[bool]] = {1: [], 12: []}
    for event in events:
        if event.name == "dossier.received" and event.day.month in online:
            online[event.day.month].append(event.data["channel"] == "online")
    shares = {month: sum(found) / len(found) for month, found in online.items()}
    assert 0.46 < shares[1] < 0.64
    assert 0.70 < shares[12] < 0.88


def test_courses_are_held_on_a_saturday_a_month(events: list[Sent], told: Year) -> None:
    trained = Counter(event.day for event in events if event.name == "training.completed")
    recorded = told.span.start.astimezone(VIETNAM).date()
    busiest = [day for day, _ in trained.most_common(11) if day != recorded]
    assert all(day.weekday() == 5 and 8 <= day.day <= 14 for day in busiest[:8])


def test_an_outage_silences_a_source_and_all_of_it_comes_later(told: Year, events: list[Sent]) -> None:
    (outage,) = told.incidents.outages
    assert timedelta(days=1) <= outage.end - outage.start <= timedelta(days=2)
    of_source = [event for event in events if event.source == outage.source]
    assert not any(outage.start <= event.produced < outage.end for event in of_source)
    held = [event for event in of_source if outage.covers(event.time)]
    business = [event for event in held if event.name != "source.heartbeat"]
    assert len(business) == len(held) > 10
    assert all(event.produced >= outage.end for event in business)
    others = [event for event in events if event.source == "qlvb" and outage.covers(event.produced)]
    assert len(others) > 10


def test_a_surge_fills_one_unit_and_slows_it_down(told: Year, events: list[Sent]) -> None:
    (surge,) = told.incidents.surges
    received = [event for event in events if event.name == "dossier.received" and event.unit == surge.unit]
    within = [event for event in received if surge.covers(event.unit, event.time)]
    before = timedelta(days=28)
    plain = [event for event in received if surge.start - before <= event.time < surge.start]
    assert len(within) / 21 > 1.4 * len(plain) / 28
    due = {event.data["dossier_ref"]: datetime.fromisoformat(event.data["due_at"]) for event in within}
    late = [
        event.time > due[event.data["dossier_ref"]]
        for event in events
        if event.name == "dossier.resolved" and event.data["dossier_ref"] in due
    ]
    assert sum(late) / len(late) > 0.15


def test_units_that_have_gone_tell_nothing_any_more(events: list[Sent]) -> None:
    merged = [unit for code in CATALOGUE.units.codes for unit in CATALOGUE.units.periods(code)]
    gone = {unit.code: unit.valid_to for unit in merged if unit.merged_into and unit.valid_to}
    assert date(2025, 6, 30) in gone.values(), "the reorganisation of 1/7/2025"
    for event in events:
        for code in (event.unit, event.data.get("org"), event.data.get("to_org"), event.data.get("lead_org")):
            assert code not in gone or event.day <= gone[code], event
    inspectorate = next(code for code, last in gone.items() if last == date(2025, 6, 30))
    assert any(event.unit == inspectorate for event in events)
    moved = [
        event
        for event in events
        if event.name == "hr.record_synced"
        and event.day == date(2025, 7, 1)
        and "change_ref" not in event.data
    ]
    assert len(moved) >= CATALOGUE.units.get(inspectorate, date(2025, 6, 30)).headcount


def test_the_ten_tasks_have_numbers_and_no_titles(events: list[Sent]) -> None:
    ten = [event for event in events if event.data.get("program") == "gov2025"]
    assert sorted(event.data["task_ref"] for event in ten) == [f"GOV2025-{n:02d}" for n in range(1, 11)]
    refs = {event.data["task_ref"] for event in ten}
    ended = [event for event in events if event.name == "task.changed" and event.data["task_ref"] in refs]
    assert {event.data["state"] for event in ended} == {"completed"}
    assert 7 <= len(ended) <= 10


def test_systems_tell_by_the_clock(events: list[Sent]) -> None:
    assessed = Counter(event.day for event in events if event.name == "dataset.assessed")
    assert set(assessed.values()) == {10}
    batches = Counter(event.day for event in events if event.name == "archive.batch_processed")
    later = {day: count for day, count in batches.items() if day != date(2025, 1, 1)}
    assert set(later) == set(worked(2025))
    assert set(later.values()) == {9}
    calls = [event for event in events if event.name == "interop.recorded"]
    connected = [
        len({event.data["system_code"] for event in calls if event.day.month == month}) for month in (5, 12)
    ]
    assert connected[0] < connected[1]


def test_procedures_are_published_and_change(events: list[Sent]) -> None:
    published = [event for event in events if event.name == "procedure.published"]
    first = [event for event in published if event.day == date(2025, 1, 1)]
    assert 250 <= len(first) <= 450
    assert {event.data["action"] for event in published} == {"created", "updated", "abolished", "merged"}
    known = {event.data["procedure_code"] for event in first}
    used = {event.data["procedure_code"] for event in events if event.name == "dossier.received"}
    new = {event.data["procedure_code"] for event in published} - known
    assert used <= known | new
    assert len(used) > 60

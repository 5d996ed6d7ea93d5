"""Every packaged rule over small data: it breaches exactly when it should, and not a second earlier."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from ioc.alerts import Rules
from ioc.roles import Roles
from storage import watching
from storage.client import Store
from streams.reduce.plan import dump_vector
from streams.watch.looking import Looking
from streams.watch.machine import Look
from streams.watch.watcher import Watcher
from tests.engine.reducing import TENANT, Bench, at, event, iso
from tests.engine.test_reduce_documents import received
from tests.engine.test_reduce_kpis import change, clock, dossier, heartbeat, resolved
from tests.engine.test_reduce_more_kpis import assigned, changed

pytestmark = pytest.mark.engine
NOW = "2026-03-10 10:00"  # a Tuesday
RULES = Rules.load()


def document(ref: str, arrived: str, **more: Any) -> dict[str, Any]:
    return event("document.received", ref, arrived, received(ref, arrived, arrived, **more))


def documents() -> list[dict[str, Any]]:
    return [
        document("H1", "2026-03-10 09:40", urgency="hoa_toc", receiver_org="G09.903"),  # since 09:55
        document("H2", "2026-03-10 09:50", urgency="hoa_toc", receiver_org="G09.904"),  # from 10:05 on
        document("K1", "2026-03-10 09:20", urgency="khan", receiver_org="G09.903"),  # since 09:50
        document("K2", "2026-03-10 09:45", urgency="thuong_khan", receiver_org="G09.905"),  # from 10:15 on
        document("N", "2026-03-01 08:00", receiver_org="G09.906"),
    ]


def extended(ref: str, *, apology: bool) -> dict[str, Any]:
    """A later date, which has gone by too."""
    made = clock(ref, "extended", "2026-03-05 09:00", 2)
    dates = {"old_due_at": iso("2026-03-06 17:00"), "new_due_at": iso("2026-03-09 17:00")}
    made["data"] |= dates | {"reason": "agency_delay", "apology_issued": apology}
    return made


def dossiers() -> list[dict[str, Any]]:
    made = [
        dossier("soon", "2026-03-03 09:00", "2026-03-11 17:00"),
        dossier("later", "2026-03-03 09:00", "2026-03-20 17:00", org="G09.913"),
        dossier("late", "2026-03-03 09:00", "2026-03-09 17:00", org="G09.914"),
        dossier("old", "2026-02-02 09:00", "2026-02-09 17:00", org="G09.916"),
        dossier("paused", "2026-03-03 09:00", "2026-03-09 17:00", org="G09.917"),
        clock("paused", "paused", "2026-03-04 09:00", 2),
        dossier("done", "2026-03-03 09:00", "2026-03-09 17:00", org="G09.918"),
        resolved("done", "2026-03-09 20:00"),
        dossier("silent", "2026-03-02 09:00", "2026-03-06 17:00", org="G09.920"),
        extended("silent", apology=False),
        dossier("sorry", "2026-03-02 09:00", "2026-03-06 17:00", org="G09.921"),
        extended("sorry", apology=True),
    ]
    for number in range(40):  # two late of 40, in one unit: 95 %; three late of 30 in another: 90 %
        ref = f"a{number}"
        made += [dossier(ref, "2026-02-16 09:00", "2026-02-27 17:00", org="G09.902")]
        made += [resolved(ref, "2026-03-02 10:00" if number < 2 else "2026-02-26 10:00")]
    for number in range(30):
        ref = f"b{number}"
        made += [dossier(ref, "2026-02-16 09:00", "2026-02-27 17:00", org="G09.905")]
        made += [resolved(ref, "2026-03-02 10:00" if number < 3 else "2026-02-26 10:00")]
    for number in range(30):  # as bad, in a unit that was merged into G09.901
        ref = f"m{number}"
        made += [dossier(ref, "2026-02-16 09:00", "2026-02-27 17:00", org="G09.912")]
        made += [resolved(ref, "2026-03-02 10:00" if number < 3 else "2026-02-26 10:00")]
    for number in range(29):  # worse, but too few to judge
        ref = f"c{number}"
        made += [dossier(ref, "2026-02-16 09:00", "2026-02-27 17:00", org="G09.917")]
        made += [resolved(ref, "2026-03-02 10:00")]
    return made


def staff() -> list[dict[str, Any]]:
    """The sources of HR are heard of; the changes themselves are too many to be written one by one."""
    return [change("one", "system", "2026-03-10 09:00", "G09.906")]


def changes(store: Store) -> None:
    """Cases of changes: five too late of 600, one of 101, one of ten; five that wait since January."""
    march, january = ("2026-03-03", "2026-03-04"), ("2026-01-05", "2026-01-06")
    listed = (
        ("G09.902", 5, 600, march),
        ("G09.904", 1, 101, march),
        ("G09.905", 1, 10, march),
        ("G09.914", 5, 50, january),
    )
    for unit, late, whole, (opened, limit) in listed:
        store.execute(
            "INSERT INTO ioc.cases_hr_change (tenant, subject, unit, opened_at, limit_at, open, version)"
            f" SELECT '{TENANT}', concat('{unit}-', toString(number)), '{unit}',"
            f" toDateTime64('{opened} 02:00:00', 3, 'UTC'), toDateTime64('{limit} 02:00:00', 3, 'UTC'),"
            f" number < {late}, 1 FROM numbers({whole})"
        )


def tasks() -> list[dict[str, Any]]:
    return [
        assigned("A", "2026-03-09 17:00", program="gov2025"),
        assigned("B", "2026-03-09 17:00", program="internal", org="G09.904"),
        assigned("C", "2026-03-09 17:00", org="G09.905"),
        assigned("D", "2026-03-09 17:00", org="G09.912"),
        assigned("E", "2026-03-09 17:00", org="G09.901"),
        changed("C", "extended", "2026-03-04 09:00", 2, "2026-03-12 17:00"),
    ]


def assessed(dataset: str, day: str, ok: int, unit: str) -> dict[str, Any]:
    none = dict.fromkeys(("duplicates", "format_errors", "ref_errors", "error_records", "stale_records"), 0)
    data = {
        "dataset_code": dataset, "org": unit, "assessed_at": day, "records_total": 100,
        "records_checked": 100, "verified_ok": ok, "mandatory_total": 100, "mandatory_filled": 100,
        "rule_version": "1", **none,
    }  # fmt: skip
    return event("dataset.assessed", f"{dataset}-{day}", day, data, source="dq_job", orgunit=unit)


def quality() -> list[dict[str, Any]]:
    return [
        assessed("cbccvc", "2026-03-02 08:00", 99, "G09.904"),
        assessed("cbccvc", "2026-03-09 08:00", 96, "G09.904"),
        assessed("viec_lam", "2026-03-02 08:00", 99, "G09.915"),
        assessed("viec_lam", "2026-03-09 08:00", 97, "G09.915"),
    ]


def beats() -> list[dict[str, Any]]:
    """Every source that feeds a rule spoke a minute ago; lgsp fell silent an hour ago, and counts a loss."""
    made = [heartbeat(code, "2026-03-10 09:59") for code in ("qlvb", "motcua", "hrm", "csdlqg_cbccvc")]
    silent = heartbeat("lgsp", "2026-03-10 09:00")
    silent["data"]["sent_total"] = 7
    silent["data"]["sent_epoch"] = at("2026-03-10 08:00").isoformat().replace("+00:00", "Z")
    return [*made, silent]


def refused() -> list[dict[str, Any]]:
    def told(n: int, reason: str) -> dict[str, Any]:
        data = {
            "source": f"urn:ioc:{TENANT}:vxp", "rejected_type": "unknown", "reason": reason, "rule": reason,
            "at": "2026-03-10 09:30",
        }  # fmt: skip
        made = event("event.rejected", f"x{n}", "2026-03-10 09:30", data, source="ioc", orgunit="G09.919")
        made["data"]["at"] = at("2026-03-10 09:30").isoformat().replace("+00:00", "Z")
        return made

    return [told(1, "personal_data"), told(2, "schema")]


@pytest.fixture(scope="module")
def bench(alone: Store) -> Iterator[Bench]:
    made = Bench(alone, NOW)
    lists = (documents, dossiers, staff, tasks, quality, beats, refused)
    made.ledger.append(each for listed in lists for each in listed())
    made.ledger.append([document("H1", "2026-03-10 09:40") | {"orgunit": "G09.907"}], verdict=3)
    reducer = made.reducer()
    while reducer.step():
        pass
    changes(alone)
    columns = "tenant, kpi, dim, unit, on_day, status, target, deadline, expected, reached, computed_at"
    for unit in (TENANT, "G09.904"):
        alone.execute(
            f"INSERT INTO ioc.forecasts ({columns}) VALUES ('{TENANT}', 'online_dossier_rate', '', '{unit}',"
            " '2026-03-10', 'passed', 80, '2025-12-31', NULL, 0, now())"
        )
    yield made
    alone.execute("TRUNCATE TABLE ioc.forecasts")


def looked(bench: Bench, rule: str, now: datetime | None = None) -> Look:
    looking = Looking(bench.store, bench.catalogue, bench.kpis, TENANT)
    around = looking.around(now or bench.clock.now())
    return looking.look(RULES.about(bench.kpis)[rule], around)


def counts(look: Look) -> Mapping[str, int]:
    assert look.trusted
    return {unit: breach.count for unit, breach in look.breaches.items()}


EXPECTED: Mapping[str, Mapping[str, int]] = {
    "hoatoc_unassigned": {"G09.903": 1},
    "khan_unassigned": {"G09.903": 1},
    "dossier_due_24h": {"G09.915": 1},
    "dossier_overdue_new": {"G09.914": 1, "G09.916": 1, "G09.920": 1},  # the second for a month
    "online_rate_off_pace": {"G09": 1},
    "task_overdue": {"G09.901": 2, "G09.903": 1},  # both of G09.901 and of what was merged into it
    "hr_sync_breach": {"G09.902": 5, "G09.905": 1, "G09.914": 5},
    "dq_regression": {"G09.904": 1},
    "secret_or_personal_rejected": {"G09.919": 1},
    "duplicate_conflict": {"G09.907": 1},
}


@pytest.mark.parametrize("rule", sorted(EXPECTED))
def test_a_rule_breaches_for_these_units_and_no_others(bench: Bench, rule: str) -> None:
    assert counts(looked(bench, rule)) == EXPECTED[rule]


def test_an_alert_does_not_end_because_nothing_is_forecast_any_more(bench: Bench) -> None:
    cases = RULES["online_rate_off_pace"].cases
    assert cases is not None
    later = round(at("2026-03-25 10:00").timestamp() * 1000)
    found = watching.cases(bench.store, cases, TENANT, later, later)
    assert [row.unit for row in found.breaching] == [TENANT]


def test_a_value_must_be_wrong_for_days_over_enough_cases(bench: Bench) -> None:
    look = looked(bench, "ontime_drop")
    assert set(look.breaches) >= {"G09.905"}
    assert {"G09.902", "G09.917"}.isdisjoint(look.breaches)
    assert look.breaches["G09.901"].count == 30, "with the past of the unit that was merged into it"
    assert "G09.912" not in look.breaches, "a unit that is gone has no head to tell"
    assert {"G09.902", "G09.917"} <= look.between, "on the limit and too few: neither wrong nor clear"


@pytest.mark.parametrize(
    ("rule", "begins", "unit"),
    [
        ("hoatoc_unassigned", "2026-03-10 10:05", "G09.904"),
        ("khan_unassigned", "2026-03-10 10:15", "G09.905"),
    ],
)
def test_a_document_breaches_at_its_very_deadline(bench: Bench, rule: str, begins: str, unit: str) -> None:
    assert looked(bench, rule).next_at == at(begins)
    cases = RULES[rule].cases
    assert cases is not None
    for shift, expected in ((-1, False), (0, True)):
        instant = round(at(begins).timestamp() * 1000) + shift
        found = watching.cases(bench.store, cases, TENANT, instant, instant)
        assert (unit in {row.unit for row in found.breaching}) is expected


def ticked(bench: Bench, span: timedelta) -> None:
    """The reducer has ticked every 20 seconds of a span."""
    count = span // timedelta(seconds=20)
    since = round(bench.clock.now().timestamp() * 1000)
    bench.clock.advance(span)
    bench.store.execute(
        "INSERT INTO ioc.ticks (tick, kind, started_at, finished_at, live, values_at, settled)"
        " SELECT last + 1 + number, 'clock', at, at, 1, at, last + 1 + number FROM (SELECT number,"
        f" (SELECT max(tick) FROM ioc.ticks) AS last,"
        f" fromUnixTimestamp64Milli(toInt64({since} + (number + 1) * 20000), 'UTC') AS at"
        f" FROM numbers({count}))"
    )


def test_silence_counts_only_while_we_could_have_heard(bench: Bench) -> None:
    """lgsp was silent for an hour, but the pipeline itself has worked for seconds only."""
    look = looked(bench, "source_silent")
    assert counts(look) == {}
    assert look.next_at is not None
    ticked(bench, timedelta(minutes=4))
    assert counts(looked(bench, "source_silent")) == {"G09.901": 5}
    assert watching.working_since(bench.store) == round(at(NOW).timestamp() * 1000)
    bench.clock.advance(timedelta(minutes=10))
    ticked(bench, timedelta(seconds=20))
    assert counts(looked(bench, "source_silent")) == {}, "for ten minutes nobody could have been heard"


def test_nothing_is_judged_by_an_old_picture(bench: Bench) -> None:
    late = bench.clock.now() + timedelta(seconds=31)
    assert not looked(bench, "hoatoc_unassigned", late).trusted
    assert not looked(bench, "source_silent", late).trusted


def test_dossiers_are_not_judged_while_their_source_is_silent(bench: Bench) -> None:
    """By then motcua was silent for more than five minutes; documents need no such trust."""
    assert bench.clock.now() > at("2026-03-10 10:05")
    assert not looked(bench, "dossier_overdue_new").trusted
    assert looked(bench, "hoatoc_unassigned").trusted


def test_nothing_is_judged_while_the_reducer_works_through_a_backlog(bench: Bench) -> None:
    ticked(bench, timedelta(seconds=20))
    assert looked(bench, "hoatoc_unassigned").trusted
    (row,) = bench.store.query("SELECT max(tick), toUnixTimestamp64Milli(max(finished_at)) FROM ioc.ticks")
    tick, done = row
    bench.store.insert(
        "ioc.ticks",
        ["tick", "kind", "started_at", "finished_at", "live", "values_at", "settled", "events"],
        [[tick + 1], ["events"], [done], [done], [1], [done], [tick + 1], [30_000]],
    )
    assert not looked(bench, "hoatoc_unassigned").trusted
    ticked(bench, timedelta(seconds=20))
    assert looked(bench, "hoatoc_unassigned").trusted


def test_nothing_is_judged_while_records_wait_for_landing_or_for_the_reducer(bench: Bench) -> None:
    ticked(bench, timedelta(seconds=20))
    log = uuid4()
    (row,) = bench.store.query("SELECT max(tick), toUnixTimestamp64Milli(max(finished_at)) FROM ioc.ticks")
    tick, done = row
    progress = ["topic", "topic_id", "partition", "start", "end", "at"]
    bench.store.insert("ioc.landing_progress", progress, [["ioc.tasks"], [log], [7], [100], [2_500], [done]])
    assert not looked(bench, "hoatoc_unassigned").trusted, "2.400 records wait"
    names = ["tick", "kind", "started_at", "finished_at", "live", "values_at", "settled", "vector"]
    taken = dump_vector({(log, 7): 600})
    bench.store.insert(
        "ioc.ticks", names, [[tick + 1], ["events"], [done], [done], [1], [done], [tick + 1], [taken]]
    )
    assert looked(bench, "hoatoc_unassigned").trusted, "1.900 are no more than a busy second or two"
    bench.store.execute("TRUNCATE TABLE ioc.landing_progress")


def test_a_watcher_raises_what_breaches_once_and_one_that_follows_knows_it(bench: Bench) -> None:
    def watcher() -> Watcher:
        made = Watcher(
            bench.store, bench.catalogue, bench.kpis, RULES, Roles.load(), tenant=TENANT, clock=bench.clock
        )
        made.recover()
        return made

    first = watcher()
    steps = first.round()
    assert ("hoatoc_unassigned", "G09.903") in {(step.rule, step.unit) for step in steps}
    assert {step.state for step in steps} == {"raised"}
    assert first.round() == []
    assert {(step.id) for step in watcher().round()} == {step.id for step in steps}, "stated again, the same"

"""Whole states in, lifecycle events out, whatever is repeated, cut short or forgotten."""

import itertools
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ioc.contracts import Reason, canonical_data, encode
from producers.adapters.handover import NotAcknowledged
from producers.adapters.portal.diff import after_report
from producers.adapters.portal.dossier import DossierReader
from producers.adapters.portal.draft import Habits
from producers.adapters.portal.recovery import Told
from producers.adapters.portal.state import State
from tests.unit.adapters.dossier_calls import REF, Bench, dossier, step, supplement
from tests.unit.adapters.support import CANARY, CATALOGUE, NOW, field


def test_a_whole_life(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    assert bench.send(TrangThaiHoSo="1", NgayTiepNhan="", NgayHenTra="") == ["portal_synced"]
    assert bench.send(TrangThaiHoSo="2") == ["received", "portal_synced"]
    assert bench.steps(step(4, "20260901100000")) == ["portal_synced"]
    asked = supplement(1, "20260903090000")
    assert bench.send(TrangThaiHoSo="5", DanhSachHoSoBoSung=[asked]) == ["paused", "portal_synced"]
    answered = supplement(1, "20260903090000", "20260908090000", "20260918170000")
    assert bench.send(DanhSachHoSoBoSung=[answered]) == ["running", "extended", "portal_synced"]
    ready: dict[str, Any] = {"NgayKetThucXuLy": "17/09/2026 16:00:00", "DanhSachHoSoBoSung": [answered]}
    results = [{"DuongDanTepTinKetQua": "https://example.vn/a"}]
    assert bench.send(TrangThaiHoSo="9", DanhSachGiayToKetQua=results, **ready) == [
        "received",
        "resolved",
        "portal_synced",
    ]
    ready |= {"DanhSachGiayToKetQua": results, "NgayTra": "20260918080000"}
    assert bench.send(TrangThaiHoSo="10", **ready) == ["closed", "portal_synced"]
    events = bench.publisher.events
    assert len({event.id for event in events}) == len(events)
    assert {event.source for event in events} == {"urn:ioc:G09:motcua"}
    assert {(event.subject, event.orgunit) for event in events} == {(REF, "G09.915")}
    told = b"".join(encode(event) for event in events)
    for personal in (CANARY, "001096012345", "0912345678", "kiem.thu"):
        assert personal.encode() not in told
    assert [event.seqno // 16 for event in events] == sorted(event.seqno // 16 for event in events)


def test_what_the_receipt_says(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    fee = [{"MaPhiLePhi": "1", "Gia": "30000"}, {"MaPhiLePhi": "2", "Gia": ""}]
    assert bench.send(DanhSachLePhi=fee, DuocThanhToanTrucTuyen="1") == [
        "received",
        "completed",
        "portal_synced",
    ]
    received, paid, _ = bench.publisher.events
    said = received.data.__dict__
    assert said["procedure_code"] == "1.009467" and said["field_code"] == "VL" and said["channel"] == "online"
    assert said["applicant_kind"] == "citizen" and said["vneid_verified"] and said["fee_required"]
    assert (said["components_total"], said["components_reused"], said["digitised_components"]) == (2, 1, True)
    assert said["statutory_days"] == 9.0
    assert (
        said["received_at"].isoformat() == "2026-09-01T02:00:00+00:00"
        and received.time == said["received_at"]
    )
    assert (field(paid, "method"), field(paid, "amount_vnd")) == ("online", 30000)


@pytest.mark.parametrize(
    ("papers", "digitised", "reused", "stored"),
    [
        ([], False, 0, False),
        ([{"DuocSoHoa": "1", "DuocTaiSuDung": "0", "DuocLayTuKhoDMQG": "0"}], True, 0, False),
        ([{"DuocSoHoa": "1", "DuocTaiSuDung": "1"}, {"DuocTaiSuDung": "2"}, {}], False, 2, False),
        ([{"DuocSoHoa": "0"}, {"DuocSoHoa": "1", "DuocLayTuKhoDMQG": "1"}], False, 0, True),
        ([{"DuocSoHoa": "1", "DuocTaiSuDung": "True", "DuocLayTuKhoDMQG": "True"}], True, 1, True),
    ],
)
def test_what_the_papers_say(
    tmp_path: Path, papers: list[dict[str, str]], digitised: bool, reused: int, stored: bool
) -> None:
    bench = Bench(tmp_path)
    bench.send(TaiLieuNop=papers)
    said = bench.publisher.events[0].data.__dict__
    assert (said["digitised_components"], said["components_reused"], said["store_reused"]) == (
        digitised,
        reused,
        stored,
    )
    assert said["paper_result"] is None


@pytest.mark.parametrize(
    ("result", "electronic", "returned"),
    [
        ({"MaGiayToKetQua": "KQ.G09.000031"}, False, False),
        ({"DuongDanTepTinKetQua": "https://example.vn/a"}, True, False),
        ({"MaGiayToKetQua": "KQ.G09.000031", "DuongDanTepTinKetQua": "https://example.vn/a"}, True, True),
    ],
)
def test_what_the_result_says(
    tmp_path: Path, result: dict[str, str], electronic: bool, returned: bool
) -> None:
    bench = Bench(tmp_path)
    assert bench.send() == ["received", "portal_synced"]
    done = {"TrangThaiHoSo": "9", "NgayKetThucXuLy": "20260910080000"}
    assert bench.send(**done, DanhSachGiayToKetQua=[result]) == ["received", "resolved", "portal_synced"]
    received, resolved, _ = bench.publisher.events[-3:]
    assert field(received, "paper_result") is True
    assert (field(resolved, "e_result"), field(resolved, "store_returned")) == (electronic, returned)
    assert bench.again().send(**done, DanhSachGiayToKetQua=[result]) == []
    told = bench.send(**done)  # the list is left out: the result is gone, what the procedure ends in is not
    assert told == (["resolved"] if electronic else [])
    assert bench.steps(step(10, "20260911080000")) == ["closed", "portal_synced"]


def test_equal_states_say_nothing_and_returning_states_say_it_again(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    assert bench.send() == ["received", "portal_synced"]
    assert bench.send() == []
    bench.clock.advance(timedelta(hours=1))
    assert bench.again().send() == []
    for _ in range(2):
        assert bench.send(TrangThaiHoSo="6") == ["paused", "portal_synced"]
        assert bench.send(TrangThaiHoSo="6") == []
        assert bench.send() == ["running", "portal_synced"]
    done = {"TrangThaiHoSo": "9", "NgayKetThucXuLy": "20260910080000"}
    for _ in range(2):
        assert bench.send(**done) == ["resolved", "portal_synced"]
        assert bench.send() == ["portal_synced"]
    rounds = [field(event, "round") for event in bench.publisher.events if "clock" in event.type]
    assert rounds == [1, 1, 2, 2]


def test_steps_are_told_once(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.send()
    history = [step(2, "20260901090000"), step(5, "20260903080000"), step(4, "20260904080000")]
    assert bench.steps(*reversed(history)) == ["paused", "running"]
    assert bench.steps(*history) == []
    asked = supplement(7, "20260903075500", "20260904080000")
    assert bench.send(DanhSachHoSoBoSung=[asked]) == []
    assert bench.steps(step(10, "20260910080000")) == ["resolved", "closed", "portal_synced"]
    resolved = bench.publisher.events[-3]
    assert field(resolved, "resolved_at").isoformat() == "2026-09-10T01:00:00+00:00"


def test_a_step_may_date_what_the_dossier_left_open(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.send()
    assert bench.send(TrangThaiHoSo="6") == ["paused", "portal_synced"]
    assert bench.steps(step(4, "20260901100000"), step(6, "20260903080000")) == []
    assert bench.steps(step(4, "20260904080000")) == ["running", "portal_synced"]


def test_endings(tmp_path: Path) -> None:
    for number, (status, outcome) in enumerate((("3", "rejected_at_intake"), ("7", "withdrawn"))):
        bench = Bench(tmp_path / str(number))
        told = bench.send(TrangThaiHoSo=status, NgayTuChoi="20260901093000", NgayTra="20260901094000")
        assert told[-2:] == ["closed", "portal_synced"] and "resolved" not in told
        assert field(bench.publisher.events[-2], "outcome") == outcome
    bench = Bench(tmp_path / "fee")
    fee = [{"Gia": 5000}]
    told = bench.send(
        TrangThaiHoSo="10", NgayKetThucXuLy="20260910080000", NgayTra="20260911080000", DanhSachLePhi=fee
    )
    assert told == ["received", "completed", "resolved", "closed", "portal_synced"]
    assert field(bench.publisher.events[1], "method") == "cash"


def test_a_later_date_without_reason_is_an_extension(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.send()
    assert bench.send(NgayHenTra="20260920170000") == ["extended"]
    assert field(bench.publisher.events[-1], "reason") == "agency_delay"
    assert bench.send(NgayHenTra="20260920170000") == []


@pytest.mark.parametrize(
    ("changes", "member", "reason"),
    [
        ({"MaHoSo": ""}, "MaHoSo", Reason.schema),
        ({"MaHoSo": "001096012345"}, "MaHoSo", Reason.personal_data),
        ({"MaHoSo": "TOI MAT"}, "MaHoSo", Reason.secret_marking),
        ({"TrangThaiHoSo": "11"}, "TrangThaiHoSo", Reason.schema),
        ({"TrangThaiHoSo": "0040"}, "TrangThaiHoSo", Reason.schema),
        ({"TrangThaiHoSo": ["4"]}, "TrangThaiHoSo", Reason.schema),
        ({"TrangThaiHoSo": "004" + "0" * 5000}, "TrangThaiHoSo", Reason.schema),
        ({"NgayTiepNhan": "2026-09-01"}, "NgayTiepNhan", Reason.schema),
        ({"NgayTiepNhan": "20260231080000"}, "NgayTiepNhan", Reason.schema),
        ({"NgayHenTra": ""}, "NgayHenTra", Reason.schema),
        ({"NgayHenTra": "20260801080000"}, "NgayHenTra", Reason.schema),
        ({"NgayNopHoSo": "20260902080000"}, "NgayNopHoSo", Reason.schema),
        (
            {"NgayTiepNhan": "20261201080000", "NgayHenTra": "20261215080000"},
            "NgayTiepNhan",
            Reason.future_time,
        ),
        ({"DonViXuLy": "G09.77", "NoiNopHoSo": "?"}, "DonViXuLy", Reason.unknown_unit),
        ({"KenhThucHien": "9"}, "KenhThucHien", Reason.schema),
        ({"MaTTHC": ""}, "MaTTHC", Reason.schema),
        ({"TaiLieuNop": "x"}, "TaiLieuNop", Reason.schema),
        ({"DanhSachLePhi": [{"Gia": "-5"}]}, "Gia", Reason.schema),
    ],
)
def test_refused_with_the_member(
    tmp_path: Path, changes: dict[str, Any], member: str, reason: Reason
) -> None:
    bench = Bench(tmp_path)
    items = bench.engine.take_dossiers([dossier(**changes), dossier(MaHoSo="KHAC-1")], "data")
    (refused,) = items[0].refused
    assert (refused.where, refused.field, refused.reason) == ("data/0", member, reason)
    assert len(items[1].events) == 2


NO_DATES = ("00010101000000", "01/01/0001 00:00:00", "19000101000000", "99991231235959")


def test_a_date_that_stands_for_none_is_refused_with_its_member(tmp_path: Path) -> None:
    asked = supplement(1, "20260903090000")
    dates = [
        name for raw in (dossier(NgayKetThucXuLy="", NgayTuChoi=""), asked) for name in raw if "Ngay" in name
    ]
    assert len(dates) == 10
    wrong = [
        dossier(DanhSachHoSoBoSung=[asked | {name: no_date}]) if name in asked else dossier(**{name: no_date})
        for name in dates
        for no_date in NO_DATES
    ]
    items = Bench(tmp_path).engine.take_dossiers([*wrong, dossier()], "data")
    refused = [(each.where, each.field) for item in items for each in item.refused]
    members = [name for name in dates for _ in NO_DATES]
    assert refused == [(f"data/{n}", name) for n, name in enumerate(members)]
    assert len(items[-1].events) == 2


def test_a_step_at_a_date_that_stands_for_none_is_refused(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.send()
    items = bench.engine.take_steps([step(5, "00010101000000"), step(5, "20260901100000")], "data")
    assert [each.field for item in items for each in item.refused] == ["ThoiDiemXuLy"]
    assert sum(len(item.events) for item in items) == 2


def test_units_by_code_or_name(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    for number, unit in enumerate(("000.00.915.G09", "Cục Việc làm", "CỤC VIỆC LÀM", "viec-lam")):
        bench.send(MaHoSo=f"A-{number}", DonViXuLy=unit)
    bench.send(MaHoSo="A-9", DonViXuLy="", NoiNopHoSo="G09.915")
    assert {event.orgunit for event in bench.publisher.events} == {"G09.915"}


def test_nothing_moves_on_until_kafka_has_it(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.send()
    bench.publisher.failing = True
    with pytest.raises(NotAcknowledged):
        bench.send(TrangThaiHoSo="6")
    late = bench.again()
    late.clock.advance(timedelta(minutes=5))
    assert late.send() == ["paused", "portal_synced", "running", "portal_synced"]
    paused = late.publisher.events[0]
    assert field(paused, "at") == NOW
    assert late.again().send() == []


class Ledger:
    """The other memory: what a bench's publisher was given."""

    def __init__(self, bench: Bench) -> None:
        self._events = bench.publisher.events

    def any(self, urn: str) -> bool:
        return any(event.source == urn for event in self._events)

    def told(self, urn: str, ref: str) -> list[Told]:
        found = []
        for event in self._events:
            if (event.source, event.subject) == (urn, ref):
                name = event.type.removeprefix("vn.gov.ioc.").removesuffix(".v1")
                found.append(Told(name, event.seqno, event.orgunit, json.loads(canonical_data(event.data))))
        return found


def test_a_lost_memory_is_rebuilt_from_what_was_told(tmp_path: Path) -> None:
    requests = [
        supplement(1, "20260902080000", "20260903080000", "20260917170000"),
        supplement(2, "20260904080000", "20260905080000"),
    ]
    lives: list[dict[str, Any]] = [
        {"TrangThaiHoSo": "6"},
        {"DanhSachHoSoBoSung": requests},
        {"DanhSachHoSoBoSung": requests[:1], "TrangThaiHoSo": "5"},
        {"TrangThaiHoSo": "10", "NgayKetThucXuLy": "20260910080000", "NgayTra": "20260911080000"},
        {"TrangThaiHoSo": "9", "DanhSachLePhi": [{"Gia": "5"}], "DanhSachHoSoBoSung": requests},
        {
            "TrangThaiHoSo": "9",
            "DanhSachGiayToKetQua": [{"MaGiayToKetQua": "KQ.1", "DuongDanTepTinKetQua": "a"}],
        },
    ]
    for number, life in enumerate(lives):
        first = Bench(tmp_path / f"a{number}")
        first.send()
        first.send(**life)
        second = Bench(tmp_path / f"b{number}", recovery=Ledger(first))
        assert second.send(**life) == [], life
        before = first.engine.known(REF)
        second.send(TrangThaiHoSo="7", NgayTra="20260912080000")
        assert before is not None
        assert {event.seqno // 16 for event in second.publisher.events} == {before.revision + 1}


class Foreign:
    """A ledger with what another program told of a dossier, in words that this engine never says."""

    def any(self, urn: str) -> bool:
        return True

    def told(self, urn: str, ref: str) -> list[Told]:
        paid = {"method": "transfer", "amount_vnd": 5, "paid_at": "2026-09-01T02:00:00Z"}
        closed = {"outcome": "returned", "closed_at": "2026-09-11T01:00:00Z", "return_channel": "postal"}
        said: list[tuple[str, dict[str, Any]]] = [("payment.completed", paid), ("dossier.closed", closed)]
        return [
            Told(name, 16 + n, "G09.915", {"dossier_ref": ref, **data}) for n, (name, data) in enumerate(said)
        ]


def test_a_memory_is_rebuilt_from_what_another_program_told(tmp_path: Path) -> None:
    bench = Bench(tmp_path, recovery=Foreign())
    known = bench.engine.known(REF)
    assert known is not None and known.paid is not None and known.closed is not None
    assert (known.paid.method, known.closed.outcome) == ("transfer", "returned")
    told = bench.send(TrangThaiHoSo="10", NgayTra="20260911080000", DanhSachLePhi=[{"Gia": "5"}])
    assert told == ["received", "resolved", "portal_synced"]


def test_a_step_of_an_unknown_dossier_is_refused(tmp_path: Path) -> None:
    (item,) = Bench(tmp_path).engine.take_steps([step(4, "20260901100000")], "data")
    assert [(each.field, each.reason) for each in item.refused] == [("MaHoSo", Reason.schema)]


def test_one_call_with_a_dossier_twice(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    items = bench.engine.take_dossiers([dossier(), dossier(TrangThaiHoSo="6"), dossier()], "data")
    assert [len(item.events) for item in items] == [2, 2, 2]
    known = bench.engine.known(REF)
    assert known is not None and known.revision == 3 and not known.paused


@st.composite
def walks(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A dossier's whole states, one after the other, as a real system would come to them."""
    states = []
    requests: list[dict[str, Any]] = []
    for day, status in zip(
        range(2, 28), draw(st.lists(st.sampled_from([2, 4, 5, 6, 8, 9]), max_size=8)), strict=False
    ):
        at = f"202609{day:02d}080000"
        if status == 5 and draw(st.booleans()):
            requests = [*requests, supplement(day, at)]
        elif bool(requests) and draw(st.booleans()):
            requests = [
                *requests[:-1],
                requests[-1] | {"NgayTiepNhanBoSung": at, "NgayHenTraMoi": "20260925170000"},
            ]
        done: dict[str, Any] = {"NgayKetThucXuLy": at} if status == 9 else {}
        if draw(st.booleans()):
            done["DanhSachGiayToKetQua"] = [{"MaGiayToKetQua": "KQ.1", "DuongDanTepTinKetQua": "a"}]
        states.append(dossier(TrangThaiHoSo=str(status), DanhSachHoSoBoSung=requests, **done))
    return states


PORTAL = CATALOGUE.sources["motcua"].portal_sync
assert PORTAL is not None
HABITS = Habits(CATALOGUE.calendar, PORTAL)


def told(states: list[dict[str, Any]], at: datetime) -> tuple[list[Any], State | None]:
    reader = DossierReader(CATALOGUE.units)
    facts: list[Any] = []
    state = None
    for raw in states:
        state, new = after_report(state, reader.read(raw), at, HABITS)
        facts += new
    return facts, state


@settings(max_examples=150, deadline=None)
@given(walks(), st.data())
def test_repeated_states_change_nothing(states: list[dict[str, Any]], data: st.DataObject) -> None:
    facts, state = told(states, NOW)
    repeated = [raw for raw in states for _ in range(data.draw(st.integers(1, 3)))]
    assert told(repeated, NOW) == (facts, state)
    assert state is None or State.model_validate_json(state.model_dump_json()) == state


@settings(max_examples=150, deadline=None)
@given(walks())
def test_pauses_and_resumptions_alternate(states: list[dict[str, Any]]) -> None:
    facts, state = told(states, NOW)
    clock = [fact.data["state"] for fact in facts if fact.name == "dossier.clock_changed"]
    stops = [each for each in clock if each != "extended"]
    assert all(one != other for one, other in itertools.pairwise(stops))
    assert not stops or stops[0] == "paused"
    if state is not None and state.status in (5, 6, 8) and not states[-1]["DanhSachHoSoBoSung"]:
        assert state.paused

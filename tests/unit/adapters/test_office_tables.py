"""Tables without persons: tasks, archives, data quality, procedures, calls between systems."""

import datetime as dt
import json
from pathlib import Path
from typing import Any, get_args

import pytest
from openpyxl import Workbook
from pydantic import ValidationError

from ioc.contracts import BY_NAME, Reason, canonical_data, encode, fingerprint
from ioc.errors import SettingsError
from ioc.settings import Settings
from ioc.sources import Table
from producers.adapters.base import Item
from producers.adapters.reader import Reader
from producers.adapters.tables import TablesAdapter, person_ref
from producers.adapters.wiring import Adapters
from tests.unit.adapters.support import CANARY, CATALOGUE, RULES, KeepingPublisher, clock, field, maker, names

ASSIGNED = (
    "Mã nhiệm vụ;Tên nhiệm vụ;Chương trình;Mã cơ quan giao;Mã đơn vị chủ trì;Mã đơn vị phối hợp;"
    "Mức ưu tiên;Ngày giao;Thời hạn hoàn thành;Người thực hiện\n"
    f"NV-01;{CANARY};Chính phủ giao năm 2025;G01;000.00.919.G09;G09.901, 000.00.902.G09;"
    f"Cao;01/09/2026;31/12/2026;{CANARY}\n"
    f"NV-02;{CANARY};;G09;G09.910;;;2026-09-02 08:30:00;30/09/2026;{CANARY}\n"
)
CHANGED = (
    "Mã nhiệm vụ;Mã đơn vị chủ trì;Trạng thái;Tiến độ (%);Thời hạn mới;Ngày cập nhật\n"
    "NV-01;G09.919;Đang thực hiện;60;;01/10/2026\n"
    "NV-01;G09.919;Gia hạn;60%;15/01/2027;02/10/2026\n"
    "NV-01;G09.919;Hoàn thành;100;;03/10/2026 10:00:00\n"
)
BATCHES = (
    "Mã lô,Mã trung tâm lưu trữ,Mã phông,Công đoạn,Số hồ sơ,Số trang,Số hồ sơ lỗi,"
    "Tần suất sử dụng,Ngày hoàn thành\n"
    'LO-7,G09.913,PHONG-07,Số hóa,"1.200",48.250,,Cao,02/10/2026\n'
    "LO-8,G09.913,PHONG-07,Mô tả,300,0,2,Thấp,02/10/2026\n"
)
ASSESSED = (
    "Mã CSDL;Mã đơn vị;Ngày đánh giá;Tổng số bản ghi;Số bản ghi đã đối chiếu;Số bản ghi đúng;"
    "Tổng số trường bắt buộc;Số trường bắt buộc đã có;Số bản ghi trùng;Số bản ghi sai định dạng;"
    "Số bản ghi sai tham chiếu;Số bản ghi có lỗi;Số bản ghi chậm cập nhật;Phiên bản bộ quy tắc\n"
    "cbccvc;G09.904;04/10/2026;2.500.000;1000;990;75.000.000;74.900.000;10;20;5;33;40;2026.1\n"
)
PROCEDURES = (
    "Mã TTHC;Tên TTHC;Mã cơ quan thực hiện;Mã lĩnh vực;Nội dung công bố;Mức độ trực tuyến;"
    "Đủ điều kiện toàn trình;Liên quan doanh nghiệp;Thời hạn giải quyết (ngày);Có phí, lệ phí;"
    "Công bố đúng hạn;Công khai đúng hạn;Đủ nội dung công khai;Có kết quả giấy tờ;Ngày công bố\n"
    f"1.009467;{CANARY};G09.915;viec_lam;Sửa đổi, bổ sung;Toàn trình;Có;Không;7,5;Không;"
    "Đúng hạn;Chậm;x;Có;01/10/2026\n"
    f"1.009468;{CANARY};G09.915;viec_lam;Bãi bỏ;Cung cấp thông tin;Không;Không;0;Không;"
    "Có;Có;Có;;01/10/2026\n"
)
CALLS = (
    "Mã hệ thống;Mã hệ thống đối tác;Mã dịch vụ;Nền tảng;Thời điểm bắt đầu;Số lượt gọi;"
    "Số lượt thành công;Số lượt lỗi;Thời gian đáp ứng p95 (ms)\n"
    "motcua;csdlqg_dan_cu;tra_cuu;NGSP;05/10/2026 09:00:00;57;55;2;312,5\n"
    "qlvb;vxp;gui_van_ban;;05/10/2026 09:00:00;3;3;0;\n"
)
FILES = {
    "qlvb": ASSIGNED,
    "luutru": BATCHES,
    "dq_job": ASSESSED,
    "csdl_tthc": PROCEDURES,
    "lgsp": CALLS,
}


def read(tmp_path: Path, source: str, text: str) -> list[Item]:
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="utf-8")
    return list(TablesAdapter(maker(source), b"").read("a.csv", path))


def events(tmp_path: Path, source: str, text: str) -> list[Any]:
    items = read(tmp_path, source, text)
    assert [each for item in items for each in item.refused] == []
    return [event for item in items for event in item.events]


def refusals(tmp_path: Path, source: str, text: str) -> list[tuple[str, str, Reason]]:
    items = read(tmp_path, source, text)
    return [(each.where, each.field, each.reason) for item in items for each in item.refused]


def test_tasks_assigned(tmp_path: Path) -> None:
    first, second = events(tmp_path, "qlvb", ASSIGNED)
    assert names([first, second]) == ["task.assigned"] * 2
    assert (first.subject, first.orgunit) == ("NV-01", "G09.919")
    assert field(first, "program") == "gov2025" and field(first, "priority") == 1
    assert field(first, "coop_orgs") == ("G09.901", "G09.902")
    assert first.time == field(first, "assigned_at") == dt.datetime(2026, 8, 31, 17, tzinfo=dt.UTC)
    assert field(first, "due_at") == dt.datetime(2026, 12, 31, 16, 59, 59, tzinfo=dt.UTC)
    assert (field(second, "program"), field(second, "priority"), field(second, "coop_orgs")) == (
        "other",
        2,
        (),
    )
    assert CANARY.encode() not in b"".join(encode(event) for event in (first, second))


def test_tasks_changed(tmp_path: Path) -> None:
    found = events(tmp_path, "qlvb", CHANGED)
    assert names(found) == ["task.changed"] * 3
    assert [(field(event, "state"), field(event, "progress_pct")) for event in found] == [
        ("in_progress", 60),
        ("extended", 60),
        ("completed", 100),
    ]
    assert field(found[1], "new_due_at") == dt.datetime(2027, 1, 15, 16, 59, 59, tzinfo=dt.UTC)
    assert {event.orgunit for event in found} == {"G09.919"}
    assert [event.seqno for event in found] == sorted(event.seqno for event in found)


SAME_DAY = (
    CHANGED.splitlines()[0]
    + "\n"
    + "".join(
        f"NV-01;G09.919;{state};{progress};;01/10/2026\n"
        for state, progress in (("Đang thực hiện", 50), ("Đã trình", 90), ("Hoàn thành", 100))
    )
)


def test_rows_of_one_day_keep_the_order_of_their_table(tmp_path: Path) -> None:
    other = "NV-02;G09.919;Đang thực hiện;60;;01/10/2026\n"
    *first, alone = events(tmp_path, "qlvb", SAME_DAY + other)
    assert len({event.time for event in first}) == 1
    assert [event.seqno - first[0].seqno for event in first] == [0, 16, 32]
    assert alone.seqno == first[0].seqno


def test_a_table_that_lost_a_row_of_a_day_repeats_the_others(tmp_path: Path) -> None:
    lines = SAME_DAY.splitlines(keepends=True)
    whole, shorter = (events(tmp_path, "qlvb", "".join(rows)) for rows in (lines, [lines[0], *lines[2:]]))
    said = [
        [(event.id, fingerprint(event, canonical_data(event.data))) for event in each]
        for each in (whole, shorter)
    ]
    assert said[1] == said[0][1:]


def test_archive_batches(tmp_path: Path) -> None:
    first, second = events(tmp_path, "luutru", BATCHES)
    assert names([first, second]) == ["archive.batch_processed"] * 2
    assert (field(first, "items"), field(first, "pages"), field(first, "error_items")) == (1200, 48250, 0)
    assert (field(first, "operation"), field(first, "high_use")) == ("digitised", True)
    assert (field(second, "operation"), field(second, "high_use")) == ("described", False)
    assert (first.subject, first.orgunit) == ("LO-7", "G09.913")


def test_datasets_assessed(tmp_path: Path) -> None:
    (event,) = events(tmp_path, "dq_job", ASSESSED)
    assert (event.subject, event.orgunit) == ("cbccvc", "G09.904")
    assert (field(event, "records_total"), field(event, "mandatory_filled")) == (2_500_000, 74_900_000)
    assert field(event, "rule_version") == "2026.1"


def test_procedures_published(tmp_path: Path) -> None:
    first, second = events(tmp_path, "csdl_tthc", PROCEDURES)
    assert names([first, second]) == ["procedure.published"] * 2
    assert (first.subject, first.orgunit) == ("1.009467", "G09.915")
    assert (field(first, "action"), field(first, "online_level")) == ("updated", "full")
    assert (field(first, "statutory_days"), field(second, "statutory_days")) == (7.5, 0.0)
    assert (field(first, "announced_on_time"), field(first, "published_on_time")) == (True, False)
    assert (field(first, "paper_result"), field(second, "paper_result")) == (True, None)
    assert field(first, "citizen_facing") is None
    assert (field(second, "action"), field(second, "online_level")) == ("abolished", "none")
    assert CANARY.encode() not in encode(first)


def test_calls_between_systems(tmp_path: Path) -> None:
    first, second = events(tmp_path, "lgsp", CALLS)
    assert names([first, second]) == ["interop.recorded"] * 2
    assert (first.source, first.subject, first.orgunit) == ("urn:ioc:G09:lgsp", "motcua", "G09.919")
    assert (field(first, "platform"), field(second, "platform")) == ("ngsp", "lgsp")
    assert (field(first, "p95_ms"), field(second, "p95_ms")) == (312.5, None)
    assert first.time == dt.datetime(2026, 10, 5, 2, tzinfo=dt.UTC)


def test_a_workbook_of_tasks(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Mã nhiệm vụ", "Mã đơn vị chủ trì", "Trạng thái", "Tiến độ", "Ngày cập nhật", "Ghi chú"])
    sheet.append(["NV-01", "G09.919", "Hoàn thành", 100.0, dt.date(2026, 10, 2), CANARY])
    sheet.append(["NV-02", "G09.919", "Hoàn thành", 0.99, dt.date(2026, 10, 2), CANARY])
    path = tmp_path / "a.xlsx"
    book.save(path)
    items = list(TablesAdapter(maker("qlvb"), b"").read("a.xlsx", path))
    assert [len(item.events) for item in items] == [1, 0]
    assert [(each.where, each.field) for item in items for each in item.refused] == [("a.xlsx:3", "Tiến độ")]


@pytest.mark.parametrize(
    ("source", "text", "old", "new", "header", "reason"),
    [
        ("qlvb", ASSIGNED, "31/12/2026", "01/08/2026", "Thời hạn hoàn thành", Reason.schema),
        ("qlvb", ASSIGNED, "000.00.902.G09", "Vụ Pháp chế", "Mã đơn vị phối hợp", Reason.schema),
        ("qlvb", ASSIGNED, "G09.901", " ".join(["G09.901"] * 10), "Mã đơn vị phối hợp", Reason.schema),
        ("qlvb", ASSIGNED, "NV-01", "Nhiệm vụ 1", "Mã nhiệm vụ", Reason.schema),
        ("qlvb", ASSIGNED, "NV-01", "0912345678", "Mã nhiệm vụ", Reason.personal_data),
        ("qlvb", ASSIGNED, "000.00.919.G09", "G09.777", "Mã đơn vị chủ trì", Reason.unknown_unit),
        ("qlvb", ASSIGNED, "Cao", "9", "Mức ưu tiên", Reason.schema),
        ("qlvb", CHANGED, "Đang thực hiện;60", "Đang thực hiện;100", "Tiến độ (%)", Reason.schema),
        ("qlvb", CHANGED, "Đang thực hiện", "Để đấy", "Trạng thái", Reason.schema),
        ("qlvb", CHANGED, "60;;", "60;01/02/2027;", "Thời hạn mới", Reason.schema),
        ("luutru", BATCHES, "48.250", "48.25", "Số trang", Reason.schema),
        ("luutru", BATCHES, '"1.200"', "", "Số hồ sơ", Reason.schema),
        ("luutru", BATCHES, "48.250", "9" * 20, "Số trang", Reason.schema),
        ("luutru", BATCHES, "48.250", "9" * 5000, "Số trang", Reason.schema),
        ("dq_job", ASSESSED, ";990;", ";1001;", "Số bản ghi đúng", Reason.schema),
        ("csdl_tthc", PROCEDURES, "7,5", "-1", "Thời hạn giải quyết (ngày)", Reason.schema),
        ("csdl_tthc", PROCEDURES, "Đúng hạn", "Không rõ", "Công bố đúng hạn", Reason.schema),
        ("lgsp", CALLS, ";57;", ";58;", "Số lượt gọi", Reason.schema),
        ("lgsp", CALLS, "09:00:00;57", "23:00:00;57", "Thời điểm bắt đầu", Reason.future_time),
    ],
)
def test_a_row_that_fails_is_named_by_its_header(
    tmp_path: Path, source: str, text: str, old: str, new: str, header: str, reason: Reason
) -> None:
    assert old in text
    wrong = text.replace(old, new, 1)
    assert refusals(tmp_path, source, wrong) == [("a.csv:2", header, reason)]
    rows = text.count("\n") - 1
    assert sum(len(item.events) for item in read(tmp_path, source, wrong)) == rows - 1


@pytest.mark.parametrize("source", sorted(FILES))
def test_importing_needs_no_key_and_counts_once(tmp_path: Path, source: str) -> None:
    (tmp_path / "credentials.json").write_text(json.dumps({"sources": {}}), encoding="utf-8")
    publisher = KeepingPublisher()
    adapters = Adapters(Settings(data=tmp_path), CATALOGUE, clock(), publisher)
    path = tmp_path / "a.csv"
    path.write_text(FILES[source], encoding="utf-8")
    summary = adapters.importer(CATALOGUE.sources[source]).take(path, adapters.reporter)
    rows = FILES[source].count("\n") - 1
    assert (summary.read, summary.published, summary.refused) == (rows, rows, [])
    assert adapters.importer(CATALOGUE.sources[source]).take(path, adapters.reporter).read == 0
    assert len(publisher.events) == rows
    path.write_text(FILES[source] + "\n", encoding="utf-8")
    adapters.importer(CATALOGUE.sources[source]).take(path, adapters.reporter)
    assert len({event.id for event in publisher.events}) == rows


def test_tables_of_persons_still_need_their_key(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Số định danh\n1\n", encoding="utf-8")
    reader = Reader(CATALOGUE.sources["hrm"], RULES, clock(), lambda: b"")
    with pytest.raises(SettingsError, match="pseudonym_key"):
        list(reader.read(tmp_path / "a.csv"))
    with pytest.raises(ValueError, match="pseudonym key"):
        TablesAdapter(maker("hrm"), b"")


@pytest.mark.parametrize("entry", [None, {}, {"pseudonym_key": None}, {"pseudonym_key": 7}])
def test_a_key_that_is_no_text_is_none_until_there_is_one(tmp_path: Path, entry: Any) -> None:
    credentials, path = tmp_path / "credentials.json", tmp_path / "a.csv"
    credentials.write_text(json.dumps({"sources": {"ca": entry}}), encoding="utf-8")
    row = "CB-000007;G09.905;Cấp mới;01/09/2026;01/09/2028"
    path.write_text(f"Số hiệu;Mã đơn vị;Hành động;Ngày cấp;Hiệu lực đến\n{row}\n", encoding="utf-8")
    publisher = KeepingPublisher()
    adapters = Adapters(Settings(data=tmp_path), CATALOGUE, clock(), publisher)
    importer = adapters.importer(CATALOGUE.sources["ca"])
    with pytest.raises(SettingsError, match=r"sources\.ca\.pseudonym_key"):
        importer.take(path, adapters.reporter)
    credentials.write_text(json.dumps({"sources": {"ca": {"pseudonym_key": "khoa"}}}), encoding="utf-8")
    assert importer.take(path, adapters.reporter).published == 1
    assert field(publisher.events[0], "person_ref") == person_ref(b"khoa", "CB-000007")


TABLES = [
    pytest.param(source.system_code, table, id=f"{source.system_code}-{table.name}")
    for source in CATALOGUE.sources.values()
    for table in source.tables
]


@pytest.mark.parametrize(("code", "table"), TABLES)
def test_a_map_can_make_its_event(code: str, table: Table) -> None:
    kind = BY_NAME[table.name]
    assert kind.type in CATALOGUE.sources[code].types
    fields = kind.model.model_fields
    made = {"person_ref" if name == "person" else name for name in table.fields} - {"time", "unit"}
    assert made | table.constants.keys() <= fields.keys()
    needed = {name for name, info in fields.items() if info.is_required()}
    sure = {
        "person_ref" if name == "person" else name
        for name, column in table.fields.items()
        if column.required or column.default is not None or column.kind == "orgs"
    }
    assert needed <= sure | table.constants.keys()
    for name, column in table.fields.items():
        words = {value for value in column.values.values() if isinstance(value, str)}
        if words and get_args(fields[name].annotation):
            assert words <= set(get_args(fields[name].annotation)), name


def test_a_map_without_time_or_unit_is_no_map() -> None:
    good = CATALOGUE.sources["lgsp"].tables[0].model_dump()
    assert Table.model_validate(good).name == "interop.recorded"
    for name in ("window_start", "unit"):
        fields = {key: dict(column) for key, column in good["fields"].items()}
        fields[name] |= {"required": False, "default": None}
        with pytest.raises(ValidationError, match=name):
            Table.model_validate(good | {"fields": fields})

"""HR tables: pseudonyms, headers as people type them, rows that fail alone."""

import datetime as dt
import hashlib
import hmac
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from ioc.contracts import Reason, encode
from producers.adapters import sheets
from producers.adapters.base import Item
from producers.adapters.tables import TablesAdapter, person_ref
from producers.adapters.words import day_or_instant
from tests.unit.adapters.support import CANARY, KEY, field, maker, names

PERSON = "001096012345"
CHANGES = (
    "Số định danh;Họ và tên;Mã đơn vị;Mã biến động;Loại biến động;Ngày hiệu lực;Ngày hoàn thành\n"
    f"{PERSON};{CANARY};G09.901;BD-1;Bổ nhiệm;01/10/2026;02/10/2026\n"
    f"001 096 012 345;{CANARY};000.00.902.G09;BD-2;điều động;2026-10-01;2026-10-02 08:30:00\n"
)


def read(tmp_path: Path, text: str | bytes, source: str = "hrm", name: str = "a.csv") -> list[Item]:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(TablesAdapter(maker(source), KEY).read(name, path))


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("delimiter", [";", ","])
def test_changes(tmp_path: Path, start: bytes, delimiter: str) -> None:
    items = read(tmp_path, start + CHANGES.replace(";", delimiter).replace("\n", "\r\n").encode())
    first, second = (event for item in items for event in item.events)
    assert names([first, second]) == ["hr.change_recorded"] * 2
    assert field(first, "person_ref") == hmac.new(KEY, PERSON.encode(), hashlib.sha256).hexdigest()
    assert field(second, "person_ref") == field(first, "person_ref")
    assert (first.orgunit, second.orgunit) == ("G09.901", "G09.902")
    assert field(first, "change_group") == "appointment" and field(first, "origin") == "system"
    assert field(first, "completed_at").isoformat() == "2026-10-01T17:00:00+00:00"
    assert second.time.isoformat() == "2026-10-02T01:30:00+00:00"
    for event in (first, second):
        assert PERSON.encode() not in encode(event) and CANARY.encode() not in encode(event)


def test_rows_that_fail_are_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    rows = CHANGES.splitlines()
    bad = [
        rows[1].replace("02/10/2026", "31/02/2026"),
        rows[1].replace("Bổ nhiệm", "Thăng chức"),
        rows[1].replace("G09.901", "G09.77"),
        rows[1].replace(PERSON, ""),
        rows[1].replace("BD-1", "012345678"),
        rows[1].replace("02/10/2026", "02/12/2026"),
        ";;;;;;",
    ]
    items = read(tmp_path, "\n".join([rows[0], *bad, rows[2]]))
    refused = [each for item in items for each in item.refused]
    assert [(each.where, each.field, each.reason) for each in refused] == [
        ("a.csv:2", "Ngày hoàn thành", Reason.schema),
        ("a.csv:3", "Loại biến động", Reason.schema),
        ("a.csv:4", "Mã đơn vị", Reason.unknown_unit),
        ("a.csv:5", "Số định danh", Reason.schema),
        ("a.csv:6", "Mã biến động", Reason.personal_data),
        ("a.csv:7", "Ngày hoàn thành", Reason.future_time),
    ]
    assert sum(len(item.events) for item in items) == 1
    assert PERSON not in str([each.as_json() for each in refused])


def test_the_map_is_chosen_by_the_header(tmp_path: Path) -> None:
    text = (
        "person_id,org,target,result,fields_total,fields_filled,Khớp dân cư,synced_at\n"
        f"{PERSON},G09.904,CSDL quốc gia,Thành công,40,38,Có,03/10/2026 10:00:00\n"
        f"{PERSON},G09.904,CSDL quốc gia,Thành công,40,41,,03/10/2026 10:00:00\n"
    )
    good, bad = read(tmp_path, text)
    (event,) = good.events
    assert names([event]) == ["hr.record_synced"]
    assert field(event, "target") == "national_db" and field(event, "population_match") is True
    assert [(each.field, each.reason) for each in bad.refused] == [("fields_filled", Reason.schema)]


def test_constants_of_a_source(tmp_path: Path) -> None:
    text = (
        "Số hiệu;Mã đơn vị;Hành động;Ngày cấp;Hiệu lực đến\nCB-000007;G09.905;Cấp mới;01/09/2026;01/09/2028\n"
    )
    (item,) = read(tmp_path, text, source="ca")
    (event,) = item.events
    assert (field(event, "kind"), field(event, "action")) == ("digital_signature", "issued")
    assert field(event, "valid_until").isoformat() == "2028-09-01T16:59:59+00:00"
    assert event.time.isoformat() == "2026-08-31T17:00:00+00:00"


def test_training(tmp_path: Path) -> None:
    header = "Số hiệu;Mã đơn vị;Nhóm khóa học;Mức độ;Kết quả;Số giờ;Ngày hoàn thành"
    (item,) = read(
        tmp_path, f"{header}\nCB-000007;G09.905;Chuyển đổi số;;Đạt;1.200,5;01/09/2026\n", source="daotao"
    )
    (event,) = item.events
    assert (field(event, "course_group"), field(event, "level"), field(event, "passed")) == (
        "dx",
        "basic",
        True,
    )
    assert field(event, "hours") == 1200.5


def test_workbook(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(
        [
            "Số định danh",
            "Họ và tên",
            "Mã đơn vị",
            "Mã biến động",
            "Loại biến động",
            "Ngày hiệu lực",
            "Ngày hoàn thành",
        ]
    )
    sheet.append(
        [int(PERSON), CANARY, "G09.901", "BD-1", "Bổ nhiệm", dt.date(2026, 10, 1), dt.datetime(2026, 10, 2)]
    )
    sheet.append([PERSON, CANARY, "G09.901", "BD-2", "?", dt.date(2026, 10, 1), "02/10/2026"])
    other = book.create_sheet("Ghi chú")
    other.append(["Tự do", CANARY])
    path = tmp_path / "a.xlsx"
    book.save(path)
    items = list(TablesAdapter(maker("hrm"), KEY).read("a.xlsx", path))
    (event,) = (event for item in items for event in item.events)
    assert field(event, "person_ref") == person_ref(KEY, PERSON)
    assert field(event, "effective_at").isoformat() == "2026-09-30T17:00:00+00:00"
    assert [(each.where, each.field) for item in items for each in item.refused] == [
        ("a.xlsx!1:3", "Loại biến động"),
        ("a.xlsx!2:1", "Số định danh cá nhân"),
    ]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "a.csv"),
        (CHANGES.encode("utf-16"), "a.csv"),
        (CHANGES.encode("windows-1258", "replace").replace(b"?", b"\xff"), "a.csv"),
        (b"PK\x03\x04 broken", "a.xlsx"),
        (b"", "a.xlsx"),
    ],
)
def test_unreadable_files(tmp_path: Path, content: bytes, name: str) -> None:
    (item,) = read(tmp_path, content, name=name)
    assert [each.reason for each in item.refused] == [Reason.undecodable]


def test_a_file_cut_off_keeps_its_good_rows(tmp_path: Path) -> None:
    items = read(tmp_path, CHANGES + f'{PERSON};"{CANARY}')
    assert [len(item.events) for item in items] == [1, 1, 0]
    assert items[-1].refused[0].reason is Reason.undecodable


NOBODY = [
    "-",
    "--",
    "?",
    "N/A",
    "không có",
    "x",
    "CB-7",
    "0",
    "000000000000",
    "1.1E+09",
    "1,1E+09",
    "1.09601234567E+11",
    "1096012345.0",
    "12345",
    "٠٠١٠٩٦٠١٢٣٤٥",
]


@pytest.mark.parametrize("written", NOBODY)
def test_a_cell_that_names_nobody_is_refused_and_not_repeated(tmp_path: Path, written: str) -> None:
    row = CHANGES.splitlines()[1].replace(PERSON, f'"{written}"')
    (item,) = read(tmp_path, f"{CHANGES.splitlines()[0]}\n{row}\n")
    (refused,) = item.refused
    assert (refused.field, refused.reason, refused.expected) == (
        "Số định danh",
        Reason.schema,
        "a number of a person",
    )
    assert item.events == ()


@pytest.mark.parametrize("number", [PERSON, "079" + PERSON[3:]])
@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_zeros_that_a_spreadsheet_dropped_are_put_back(tmp_path: Path, number: str, name: str) -> None:
    rows = [line.split(";") for line in CHANGES.splitlines()[:2]]
    short = number.lstrip("0")
    cells: list[object] = [*rows[1]]
    cells[0] = int(short) if name == "a.xlsx" else short
    path = tmp_path / name
    if name == "a.xlsx":
        book = Workbook()
        sheet = book.active
        assert isinstance(sheet, Worksheet)
        sheet.append(rows[0])
        sheet.append(cells)
        book.save(path)
    else:
        path.write_text("\n".join(";".join(map(str, row)) for row in (rows[0], cells)), encoding="utf-8")
    (item,) = TablesAdapter(maker("hrm"), KEY).read(name, path)
    (event,) = item.events
    assert field(event, "person_ref") == hmac.new(KEY, number.encode(), hashlib.sha256).hexdigest()


@pytest.mark.parametrize(
    ("old", "new", "header"),
    [
        ("02/10/2026", "01/01/0001", "Ngày hoàn thành"),
        ("02/10/2026", "0001-01-01 00:00:00", "Ngày hoàn thành"),
        ("01/10/2026", "01/01/0001", "Ngày hiệu lực"),
    ],
)
def test_a_date_before_all_calendars_fails_its_row_alone(
    tmp_path: Path, old: str, new: str, header: str
) -> None:
    head, first, second = CHANGES.splitlines()
    items = read(tmp_path, "\n".join([head, first.replace(old, new), second]))
    assert [(each.where, each.field) for item in items for each in item.refused] == [("a.csv:2", header)]
    assert [len(item.events) for item in items] == [0, 1]


NUMBERS = st.from_regex(r"(CB-)?[1-9][0-9]{2}[ .]?[0-9]{3,8}", fullmatch=True)


@given(NUMBERS, NUMBERS)
def test_a_pseudonym_depends_on_key_and_number(one: str, other: str) -> None:
    first = person_ref(KEY, one)
    assert len(first) == 64 and first != person_ref(b"khac", one)
    plain = ["".join(sign for sign in each if sign.isalnum()) for each in (one, other)]
    full = [each.zfill(12) if each.isdigit() and len(each) in (10, 11) else each for each in plain]
    assert (first == person_ref(KEY, other)) == (full[0] == full[1])
    spaced = " ".join(one.lower())
    assert person_ref(KEY, spaced) == first


@given(st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2099, 1, 1)))
def test_dates_in_all_their_forms(at: dt.datetime) -> None:
    at = at.replace(microsecond=0)
    forms = ["%Y/%m/%d %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S+07:00"]
    assert len({day_or_instant(at.strftime(form)) for form in forms}) == 1
    assert {day_or_instant(at.strftime(form)) for form in ("%Y/%m/%d", "%d/%m/%Y", "%Y-%m-%d")} == {at.date()}
    assert day_or_instant(at.strftime("%m.%d.%y")) is None


def repacked(tmp_path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """A workbook of one row whose `part` is not what a spreadsheet program would write."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.append(CHANGES.splitlines()[0].split(";"))
    sheet.append(CHANGES.splitlines()[1].split(";"))
    book.save(tmp_path / "good.xlsx")
    path = tmp_path / "a.xlsx"
    with (
        zipfile.ZipFile(tmp_path / "good.xlsx") as good,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bad,
    ):
        for name in good.namelist():
            bad.writestr(name, change(good.read(name)) if name == part else good.read(name))
    return path


def refusals(path: Path) -> list[tuple[Reason, str]]:
    items = TablesAdapter(maker("hrm"), KEY).read(path.name, path)
    return [(each.reason, each.expected) for item in items for each in item.refused]


def test_a_row_numbered_beyond_every_spreadsheet_does_not_keep_the_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "MAX_ROW", 1000)
    far = b"99999999999"
    path = repacked(
        tmp_path,
        "xl/worksheets/sheet1.xml",
        lambda text: text.replace(b'r="2"', b'r="' + far + b'"').replace(b'2"', far + b'"'),
    )
    assert refusals(path) == [(Reason.undecodable, "at most 1000 rows in a worksheet")]


def test_a_small_workbook_that_unpacks_to_much_is_not_unpacked(tmp_path: Path) -> None:
    path = repacked(tmp_path, "xl/styles.xml", lambda text: text + b" " * sheets.MAX_BESIDES)
    assert path.stat().st_size < 100_000
    assert refusals(path) == [(Reason.oversize, "at most 32 MB besides its worksheets")]


def test_no_entities_in_a_workbook(tmp_path: Path) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    part = "xl/worksheets/sheet1.xml"
    path = repacked(tmp_path, part, lambda text: bomb + text.replace(b"G09.901", b"&b;"))
    assert [reason for reason, _ in refusals(path)] == [Reason.undecodable]


SHEET = "xl/worksheets/sheet1.xml"


def members_marked(packed: bytes, offset: int, value: int) -> bytes:
    """The archive with two bytes of every directory entry and of every member's own header replaced."""
    raw = bytearray(packed)
    for sign, at in ((b"PK\x01\x02", offset), (b"PK\x03\x04", offset - 2)):
        start = raw.find(sign)
        while start >= 0:
            raw[start + at : start + at + 2] = value.to_bytes(2, "little")
            start = raw.find(sign, start + 4)
    return bytes(raw)


def deflate_damaged(packed: bytes) -> bytes:
    """The worksheet's packed bytes overwritten, its directory left whole."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        member = archive.getinfo(SHEET)
    start = member.header_offset + 30 + len(SHEET)
    return packed[:start] + b"\xff" * member.compress_size + packed[start + member.compress_size :]


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(deflate_damaged, id="damaged"),
        pytest.param(lambda packed: members_marked(packed, 8, 1), id="encrypted"),
        pytest.param(lambda packed: members_marked(packed, 10, 9), id="deflate64"),
    ],
)
def test_a_workbook_that_cannot_be_unpacked_is_refused(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    path = repacked(tmp_path, SHEET, lambda text: text)
    path.write_bytes(damage(path.read_bytes()))
    assert [reason for reason, _ in refusals(path)] == [Reason.undecodable]

"""One dossier, or one step of it, as one-stop software writes it. Personal members and texts are not read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ioc.clock import VIETNAM
from ioc.contracts import EventRefused, Reason, screening
from ioc.contracts.fields import EARLIEST, LATEST
from ioc.units import Units
from producers.adapters.words import fold, org_code

_FORMATS = (("%Y%m%d%H%M%S", 14), ("%d/%m/%Y %H:%M:%S", 19))
_DATE = "yyyyMMddHHmmss or dd/MM/yyyy HH:mm:ss, from 1990 to 2099"
_CHANNELS = {"1": "direct", "2": "online", "3": "postal"}
_APPLICANTS = {"1": "citizen", "2": "business", "3": "agency", "4": "organisation"}
_REUSED = ("1", "2", "true")
"""`DuocTaiSuDung`: used again as it is, or in the place of a result that it names."""
NO_FIELD = "khac"
_CODE = re.compile(r"[A-Za-z0-9._\-]{1,64}")
MAX_LIST = 1_000

Raw = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Supplement:
    """One request for more papers: when asked, when answered, and the date it moved the deadline to."""

    key: str
    asked: datetime
    answered: datetime | None
    old_due: datetime | None
    new_due: datetime | None


@dataclass(frozen=True, slots=True)
class Report:
    """A dossier's whole state. `intake`: what its receipt says besides dates; `fee`: in đồng.

    `store_returned`: a result went into the citizen's store, which takes a file under its code.
    """

    dossier_ref: str
    status: int
    org: str
    submitted: datetime | None
    received: datetime | None
    due: datetime | None
    finished: datetime | None
    refused: datetime | None
    returned: datetime | None
    supplements: tuple[Supplement, ...]
    intake: Mapping[str, Any]
    e_result: bool
    store_returned: bool
    fee: int
    paid_online: bool

    @property
    def latest(self) -> datetime | None:
        """The latest instant that the report names, deadlines apart."""
        named = [self.submitted, self.received, self.finished, self.refused, self.returned]
        named += [at for each in self.supplements for at in (each.asked, each.answered)]
        return max((at for at in named if at is not None), default=None)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a dossier: its status from an instant on."""

    dossier_ref: str
    status: int
    at: datetime


def refuse(field: str, expected: str, reason: Reason = Reason.schema) -> EventRefused:
    """A refusal that names the member of the call."""
    return EventRefused(reason, field, "", expected)


def _text(raw: Raw, field: str) -> str:
    value = raw.get(field)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise refuse(field, "a string")
    return str(value).strip()


def _instant(raw: Raw, field: str) -> datetime | None:
    text = _text(raw, field)
    if not text:
        return None
    for pattern, length in _FORMATS:
        try:
            at = datetime.strptime(text, pattern).replace(tzinfo=VIETNAM)
        except ValueError:
            continue
        # Software that has no date sends its own zero for it (year 1, 1900, 9999); year 1 has not even a UTC.
        if len(text) == length and EARLIEST <= at < LATEST:
            return at.astimezone(UTC)
    raise refuse(field, _DATE)


def _list(raw: Raw, field: str) -> list[Raw]:
    value = raw.get(field)
    if value in (None, ""):
        return []
    if (
        not isinstance(value, list)
        or len(value) > MAX_LIST
        or not all(isinstance(each, dict) for each in value)
    ):
        raise refuse(field, f"a list of at most {MAX_LIST} objects")
    return value


def _flag(raw: Raw, field: str) -> bool:
    return _text(raw, field).casefold() in ("1", "true")


def _status(raw: Raw, field: str) -> int:
    text = _text(raw, field)
    if not (text.isascii() and text.isdigit() and len(text) <= 2 and 1 <= int(text) <= 10):
        raise refuse(field, "1 to 10")
    return int(text)


def _amount(raw: Raw, field: str) -> int:
    text = _text(raw, field) or "0"
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise refuse(field, "a whole number of đồng")
    return int(text)


def dossier_ref(raw: Raw) -> str:
    """`MaHoSo`. Raises `EventRefused` when it is missing."""
    ref = _text(raw, "MaHoSo")
    if not ref:
        raise refuse("MaHoSo", "the dossier's code")
    return ref


def read_step(raw: Raw) -> Step:
    """One item of `CapNhatTienDoHoSoMC`. Raises `EventRefused` naming the member."""
    ref, at = dossier_ref(raw), _instant(raw, "ThoiDiemXuLy")
    if at is None:
        raise refuse("ThoiDiemXuLy", _DATE)
    return Step(ref, _status(raw, "TrangThai"), at)


class DossierReader:
    """Reads whole dossiers; a unit may be named by code, by name or by its short name."""

    def __init__(self, units: Units) -> None:
        self._codes = units.codes
        self._named = {fold(name): unit.code for unit in units for name in (unit.name, unit.slug)}

    def _org(self, raw: Raw) -> str:
        for field in ("DonViXuLy", "NoiNopHoSo"):
            text = _text(raw, field)
            code = org_code(text)
            found = code if code in self._codes else self._named.get(fold(text))
            if found:
                return found
        raise refuse("DonViXuLy", "a unit of units.yaml", Reason.unknown_unit)

    def read(self, raw: Raw) -> Report:
        """One item of `DongBoHoSoMC`. Raises `EventRefused` naming the member."""
        fees = sum(_amount(each, "Gia") for each in _list(raw, "DanhSachLePhi"))
        results = _list(raw, "DanhSachGiayToKetQua")
        return Report(
            dossier_ref=dossier_ref(raw),
            status=_status(raw, "TrangThaiHoSo"),
            org=self._org(raw),
            submitted=_instant(raw, "NgayNopHoSo"),
            received=_instant(raw, "NgayTiepNhan"),
            due=_instant(raw, "NgayHenTra"),
            finished=_instant(raw, "NgayKetThucXuLy"),
            refused=_instant(raw, "NgayTuChoi"),
            returned=_instant(raw, "NgayTra"),
            supplements=_supplements(raw),
            intake=_intake(raw, fees, results),
            e_result=any(_text(each, "DuongDanTepTinKetQua") for each in results),
            store_returned=any(
                _text(each, "MaGiayToKetQua") and _text(each, "DuongDanTepTinKetQua") for each in results
            ),
            fee=fees,
            paid_online=_text(raw, "DuocThanhToanTrucTuyen") in ("1", "2"),
        )


def _intake(raw: Raw, fees: int, results: list[Raw]) -> dict[str, Any]:
    """Whether a paper is due is told by the first result that is listed: before that it is not known."""
    channel = _CHANNELS.get(_text(raw, "KenhThucHien"))
    if channel is None:
        raise refuse("KenhThucHien", "1, 2 or 3")
    procedure = _text(raw, "MaTTHC")
    if not procedure:
        raise refuse("MaTTHC", "the code of the procedure")
    papers = _list(raw, "TaiLieuNop")
    return {
        "procedure_code": procedure,
        "field_code": _text(raw, "MaLinhVuc") or NO_FIELD,
        "channel": channel,
        "applicant_kind": _APPLICANTS.get(_text(raw, "LoaiDoiTuong"), "other"),
        "digitised_components": bool(papers) and all(_flag(each, "DuocSoHoa") for each in papers),
        "components_total": len(papers),
        "components_reused": sum(_text(each, "DuocTaiSuDung").casefold() in _REUSED for each in papers),
        "vneid_verified": _flag(raw, "TaiKhoanDuocXacThucVoiVNeID"),
        "fee_required": fees > 0,
        "paper_result": True if results else None,
        "store_reused": any(_flag(each, "DuocLayTuKhoDMQG") for each in papers),
    }


def _request(raw: Raw) -> str:
    """`HoSoBoSungId` if it is a code and no person's number: it is remembered, and no event screens it."""
    text = _text(raw, "HoSoBoSungId")
    plain = _CODE.fullmatch(text) and not screening.is_personal(text) and not screening.is_secret(text)
    return text if plain else ""


def _supplements(raw: Raw) -> tuple[Supplement, ...]:
    found = []
    for each in _list(raw, "DanhSachHoSoBoSung"):
        asked = _instant(each, "NgayBoSung")
        if asked is None:
            continue
        found.append(
            Supplement(
                key=_request(each) or asked.isoformat(),
                asked=asked,
                answered=_instant(each, "NgayTiepNhanBoSung"),
                old_due=_instant(each, "NgayHenTraTruoc"),
                new_due=_instant(each, "NgayHenTraMoi"),
            )
        )
    return tuple(sorted(found, key=lambda each: each.asked))

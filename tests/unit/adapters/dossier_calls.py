"""Dossiers as one-stop software writes them, and an engine to take them."""

from pathlib import Path
from typing import Any

from ioc.clock import FixedClock
from producers.adapters.memory import Memory
from producers.adapters.portal.engine import PortalEngine
from producers.adapters.portal.recovery import Recovery
from producers.adapters.portal.store import DossierStore
from tests.unit.adapters.support import CANARY, CATALOGUE, RULES, KeepingPublisher, clock

REF = "000.00.16.G09-261001-0001"


def dossier(**changes: Any) -> dict[str, Any]:
    """A dossier that was received and is being worked on."""
    plain = {
        "MaHoSo": REF,
        "MaTTHC": "1.009467",
        "TenTTHC": CANARY,
        "MaLinhVuc": "VL",
        "KenhThucHien": "2",
        "ChuHoSo": CANARY,
        "LoaiDoiTuong": "1",
        "MaDoiTuong": "001096012345",
        "SoDienThoai": "0912345678",
        "Email": "kiem.thu@example.vn",
        "TrichYeuHoSo": CANARY,
        "NgayNopHoSo": "20260901080000",
        "NgayTiepNhan": "20260901090000",
        "NgayHenTra": "20260915170000",
        "TrangThaiHoSo": "4",
        "DonViXuLy": "G09.915",
        "TaiKhoanDuocXacThucVoiVNeID": "1",
        "DuocThanhToanTrucTuyen": "0",
        "TaiLieuNop": [{"DuocSoHoa": "1", "DuocTaiSuDung": "1", "TenTepDinhKem": CANARY}, {"DuocSoHoa": "1"}],
        "NgayTra": "",
    }
    return plain | changes


def supplement(number: int, asked: str, answered: str = "", moved: str = "") -> dict[str, Any]:
    return {
        "HoSoBoSungId": str(number),
        "NgayBoSung": asked,
        "NgayTiepNhanBoSung": answered,
        "NgayHenTraTruoc": "20260915170000",
        "NgayHenTraMoi": moved,
        "NoiDungBoSung": CANARY,
    }


def step(status: int, at: str, **changes: Any) -> dict[str, Any]:
    return {"MaHoSo": REF, "NguoiXuLy": CANARY, "TrangThai": str(status), "ThoiDiemXuLy": at} | changes


class Bench:
    """An engine with its publisher and clock; `again` is the same after a restart."""

    def __init__(self, folder: Path, at: FixedClock | None = None, recovery: Recovery | None = None) -> None:
        self.clock = at or clock()
        self.publisher = KeepingPublisher()
        self.folder = folder
        self.memory = Memory(folder)
        self.engine = PortalEngine(
            CATALOGUE.sources["motcua"],
            rules=RULES,
            units=CATALOGUE.units,
            calendar=CATALOGUE.calendar,
            clock=self.clock,
            store=DossierStore(folder),
            memory=self.memory,
            publisher=self.publisher,
            recovery=recovery,
        )

    def again(self) -> "Bench":
        return Bench(self.folder, self.clock)

    def send(self, **changes: Any) -> list[str]:
        """Take a whole dossier; the kinds of events that came of it."""
        return self._told(lambda: self.engine.take_dossiers([dossier(**changes)], "data"))

    def steps(self, *steps: dict[str, Any]) -> list[str]:
        return self._told(lambda: self.engine.take_steps(list(steps), "data"))

    def _told(self, call: Any) -> list[str]:
        before = len(self.publisher.events)
        items = call()
        assert not [each for item in items for each in item.refused]
        told = []
        for event in self.publisher.events[before:]:
            name = event.type.split(".")[4]
            told.append(getattr(event.data, "state", name))
        return told

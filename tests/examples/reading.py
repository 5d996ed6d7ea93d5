"""An example file: a law, a few events, and the numbers that a person worked out from them.

Times are Vietnamese hours: `2026-03-06 17:00`, with seconds where they matter, `2026-03-06 24:00` for the
instant at which the day ends. A case of a result is written as the ids of its events: `A1 A2`.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple
from uuid import UUID, uuid5

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ioc.contracts import BY_NAME

FOLDER = Path(__file__).parent
TENANT = "G09"
VIETNAM = timezone(timedelta(hours=7))
_SPACE = UUID("0c9a2f0e-6f5e-4ee5-8c1c-5a1e3a64d9b7")
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?")
_ENVELOPE = {"id", "type", "time", "producedat", "source", "unit", "seqno", "corrects"}

# Who states a type, unless the event says otherwise.
_SOURCES = {
    "document.exchange_changed": "vxp",
    "document": "qlvb",
    "dossier.portal_synced": "dvcqg",
    "dossier": "motcua",
    "payment": "dvcqg",
    "satisfaction": "dvcqg",
    "feedback": "pakn",
    "procedure": "csdl_tthc",
    "hr.change_recorded": "hrm",
    "hr.record_synced": "csdlqg_cbccvc",
    "hr.credential_issued": "ca",
    "training": "daotao",
    "archive": "luutru",
    "task": "qlvb",
    "dataset": "dq_job",
    "interop": "lgsp",
    "alert": "ioc",
}
# When an event happened, and of which unit it speaks, unless it says so itself: the first field it has.
_WHEN = (
    *("at", "registered_at", "completed_at", "assigned_at", "issued_at", "received_at", "resolved_at"),
    *("closed_at", "synced_at", "paid_at", "rated_at", "assessed_at", "window_start"),
)
_WHOSE = ("org", "receiver_org", "issuer_org", "to_org", "lead_org", "archive_centre")


def instant(text: object) -> datetime:
    """`2026-03-06 17:00` in Vietnam, as UTC."""
    day, _, hour = str(text).partition(" ")
    end = hour.startswith("24:00")
    at = datetime.fromisoformat(f"{day} {hour.replace('24:', '00:', 1) if end else hour}")
    return (at + timedelta(days=int(end))).replace(tzinfo=VIETNAM).astimezone(UTC)


def person(name: str) -> str:
    """A pseudonym as a publisher would make it: here simply a digest of `P1`."""
    return hashlib.sha256(name.encode()).hexdigest()


def wide(id: str) -> str:
    """The UUID that stands for `A1`."""
    return str(uuid5(_SPACE, id))


Instant = Annotated[datetime, BeforeValidator(instant)]


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Law(Part):
    """What the indicator rests on; the words as they stand there."""

    document: str = Field(min_length=5)
    quote: str = Field(min_length=5)


class Reference(Part):
    """What no event carries, in place of the ministry's own numbers.

    `headcounts`: own staff of these units, all others have none. `units`: besides those of the catalogue.
    `baselines`: by name and unit, held on every day. `systems`: registered systems and who runs them.
    `declared`: what units say of themselves, by statement and unit.
    """

    headcounts: dict[str, int] | None = None
    units: tuple[dict[str, Any], ...] = ()
    baselines: dict[str, dict[str, int]] = {}
    systems: dict[str, str] = {}
    declared: dict[str, dict[str, float]] = {}


class Between(Part):
    """A value that is known up to the rounding its meaning allows."""

    low: float
    high: float


class Line(Part):
    """One line of an index or one part of a score, and the points it brings; none of them: not judged."""

    numerator: int | None = None
    denominator: int | None = None
    points: float | None
    counted: tuple[str, ...] | None = None


class Expected(Part):
    """One number. `counted`: the cases in the numerator; `among`: those in the denominator.

    `lines`: what an index or a score is made of.
    """

    unit: str = TENANT
    window: Literal["day", "week", "month", "ytd"]
    day: date
    dim: str = ""
    numerator: int | None = None
    denominator: int | None = None
    value: float | Between | None
    cases: int | None = None
    counted: tuple[str, ...] | None = None
    among: tuple[str, ...] | None = None
    lines: dict[str, Line] = {}


class Told(NamedTuple):
    """One event of an example, in the words of its contract."""

    short: str
    name: str
    time: datetime
    producedat: datetime
    source: str
    unit: str
    seqno: int
    corrects: str
    data: dict[str, Any]


class Example(Part):
    """A whole file."""

    kpi: str
    law: tuple[Law, ...] = Field(min_length=1)
    reasoning: str = Field(min_length=80)
    now: Instant
    reference: Reference = Reference()
    common: dict[str, dict[str, Any]] = {}
    events: tuple[dict[str, Any], ...] = Field(min_length=1)
    expect: tuple[Expected, ...] = Field(min_length=1)

    @cached_property
    def told(self) -> list[Told]:
        """Its events in the order written; a subject's seqno rises in that order."""
        seen: Counter[str] = Counter()
        return [_told(dict(each), self.common, seen) for each in self.events]


def _told(written: dict[str, Any], common: Mapping[str, Mapping[str, Any]], seen: Counter[str]) -> Told:
    name = written["type"]
    said = {**common.get(name, {}), **written}
    data = {key: _value(key, value) for key, value in said.items() if key not in _ENVELOPE}
    subject = str(data[BY_NAME[name].subject_field])
    seen[subject] += 1
    time = instant(said["time"] if "time" in said else _first(said, _WHEN))
    produced = instant(said["producedat"]) if "producedat" in said else time
    source = said.get("source") or str(data["system_code"] if name == "source.heartbeat" else _source(name))
    unit = said.get("unit") or _first(said, _WHOSE)
    seqno = said.get("seqno", seen[subject])
    return Told(said["id"], name, time, produced, source, unit, seqno, said.get("corrects", ""), data)


def _first(said: Mapping[str, Any], names: tuple[str, ...]) -> str:
    found = next((said[name] for name in names if name in said), None)
    if found is None:
        raise ValueError(f"{said['id']}: expected one of {', '.join(names)}")
    return str(found)


def _source(name: str) -> str:
    return _SOURCES.get(name) or _SOURCES[name.partition(".")[0]]


def _value(key: str, value: object) -> object:
    if key == "person_ref":
        return person(str(value))
    if isinstance(value, str) and _TIME.fullmatch(value):
        return instant(value).isoformat().replace("+00:00", "Z")
    return value


def read(file: Path) -> Example:
    """One file. Raises `ValueError` naming it."""
    try:
        example = Example.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except ValueError as error:
        raise ValueError(f"{file.name}: {error}") from error
    if example.kpi != file.stem:
        raise ValueError(f"{file.name}: kpi is {example.kpi}, expected the name of the file")
    return example


def files() -> dict[str, Path]:
    """All example files, by KPI."""
    return {file.stem: file for file in sorted(FOLDER.glob("*.yaml"))}

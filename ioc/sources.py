"""The source systems: what each may state, how often it reports, whose word weighs more, its tables."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ioc.errors import SettingsError

TYPE_PREFIX = "vn.gov.ioc."
TYPE_SUFFIX = ".v1"
HEARTBEAT = "source.heartbeat"


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Column(Part):
    """One field of an event and the headers it may stand under in an export.

    `instant_end`: a date alone means the end of that day. `org`, `orgs`: one code, or several in one cell.
    `values`: words of the export → of the contract. `default`: what an empty cell or a missing column means.
    """

    column: tuple[str, ...] = Field(min_length=1)
    required: bool = False
    kind: Literal["text", "org", "orgs", "instant", "instant_end", "integer", "number", "boolean"] = "text"
    default: bool | int | str | None = None
    values: Mapping[str, bool | int | str] = {}


class Table(Part):
    """One kind of exported table and the event that each of its rows becomes.

    `fields` may hold names that are no field of the event: `person` (becomes `person_ref`), `time`, `unit`.
    """

    name: str
    time: str
    orgunit: str
    fields: Mapping[str, Column]
    constants: Mapping[str, str] = {}

    @model_validator(mode="after")
    def _dated_and_placed(self) -> Self:
        """Every row has a time and a unit, or is refused for the missing cell."""
        for name in (self.time, self.orgunit):
            column = self.fields.get(name)
            if column is None or not (column.required or column.default is not None):
                raise ValueError(f"{self.name}: column {name} must be required or have a default")
        return self


class EdXml(Part):
    """Code tables of the document axis; they differ between versions of its client, hence data."""

    doc_type: Mapping[str, str]
    doc_type_names: Mapping[str, str]
    urgency: Mapping[str, str]
    status: Mapping[str, str]
    business: Mapping[str, str]


class PortalSync(Part):
    """`status_8`: what "dừng xử lý" means at this source, a pause or the end of the dossier."""

    status_8: Literal["paused", "closed"] = "paused"


class Source(Part):
    """One source system. `interval_s`: seconds between reports. `units`: codes expected to be heard of.

    `owner`: the unit that runs the system and answers for what it sends.
    """

    system_code: str = Field(pattern=r"^[a-z][a-z0-9_]{1,31}$")
    name: str
    names: frozenset[str] = Field(validation_alias="types")
    interval_s: int = Field(ge=10, le=86_400)
    authority: int = Field(ge=0)
    units: frozenset[str]
    owner: str | None = None
    tables: tuple[Table, ...] = ()
    edxml: EdXml | None = None
    portal_sync: PortalSync | None = None

    @property
    def has_persons(self) -> bool:
        """Whether one of its tables has a column of persons, for which a pseudonym key is needed."""
        return any("person" in table.fields for table in self.tables)

    def urn(self, tenant: str) -> str:
        """The `source` attribute of its events."""
        return f"urn:ioc:{tenant}:{self.system_code}"

    def owned_by(self, mine: Collection[str], units: Collection[str]) -> bool:
        """Whether it is a system of these units: one of them runs it, or nobody is said to
        and it reports for no other unit.

        `units`: all there are; an owner that is none of them (of another ministry's file) is no owner.
        """
        if self.owner in units:
            return self.owner in mine
        return bool(self.units) and self.units <= {*mine}

    @cached_property
    def types(self) -> frozenset[str]:
        """Full names of the event types it may state, its heartbeat included."""
        return frozenset(TYPE_PREFIX + name + TYPE_SUFFIX for name in self.names | {HEARTBEAT})


class Sources(Mapping[str, Source]):
    """The source systems by `system_code`, in the order of the file."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._by_code: dict[str, Source] = {}
        for source in sources:
            if source.system_code in self._by_code:
                raise SettingsError(f"sources.yaml: {source.system_code} stands twice")
            self._by_code[source.system_code] = source

    def __getitem__(self, code: str) -> Source:
        return self._by_code[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_code)

    def __len__(self) -> int:
        return len(self._by_code)

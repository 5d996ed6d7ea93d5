"""What the quarantine desk answers, as its pages say it: pure, so that it can be tested."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import orjson
from pydantic import AwareDatetime, BaseModel, ConfigDict

from ioc.contracts.mending import UNIT, codes_of
from ioc.contracts.registry import TYPES
from ioc.desk import Kind
from ioc.messages import formats, named, say
from ioc.roles import Roles

HOME = "/console/quarantine"
PAGE = "quarantine"
"""The entry of roles.yaml that opens the desk."""
GOOD = ("counted", "suppressed")
"""Verdicts after which a record may be sent again: it is counted, or was already."""
VERDICTS = ("counted", "suppressed", "conflict", "rejected", "gone", "discarded")
_TYPE = ("vn.gov.ioc.", ".v1")


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Group(_Answer):
    """Records that have a cause or a source in common."""

    reason: str = ""
    field: str = ""
    source: str = ""
    records: int
    open: int
    first_at: AwareDatetime
    last_at: AwareDatetime

    @property
    def path(self) -> str:
        """The page with its records."""
        given = {"reason": self.reason, "field": self.field, "source": self.source}
        asked = urlencode({name: value for name, value in given.items() if value})
        return f"{HOME}/records?{asked}" if asked else f"{HOME}/records"

    @property
    def name(self) -> str:
        """What they have in common, in words: `Mã đơn vị không có trong danh mục · /orgunit`."""
        said = (cause(self.reason) if self.reason else "", self.field, system(self.source))
        return " · ".join(part for part in said if part) or say("quarantine.unnamed")


class Record(_Answer):
    """One record that was not counted: where it stands, why, and the shape of what it held."""

    id: str
    verdict: str
    reason: str
    field: str
    source: str
    type: str
    event_id: str = ""
    unit: str = ""
    at: AwareDatetime
    masked: str = ""
    rules: str = ""
    state: str = "open"

    @property
    def path(self) -> str:
        """Its own page. Its name is a topic and two numbers, so it needs no quoting."""
        return f"{HOME}/record/{self.id}"

    @property
    def value(self) -> str:
        """The masked value at the wrong field; a dash where nothing was kept."""
        return (value_at(self.masked, self.field) if self.field else "") or formats.NO_DATA


class DeskAct(_Answer):
    """A wish of the desk and what became of it."""

    act_id: str
    kind: str
    stage: str
    records: tuple[str, ...]
    mends: tuple[str, ...] = ()
    reason: str = ""
    account: str
    at: AwareDatetime
    until: AwareDatetime | None = None
    confirmed_by: str = ""
    outcome: Mapping[str, Any] = {}

    @property
    def verdicts(self) -> Mapping[str, int]:
        """How many records got which verdict, in the order in which they are told."""
        found = Counter(str(each["verdict"]) for each in self.outcome.get("records", ()))
        return {verdict: found[verdict] for verdict in VERDICTS if found[verdict]}

    @property
    def good(self) -> tuple[str, ...]:
        """Records that may be sent again as they were tried."""
        told = self.outcome.get("records", ())
        return tuple(str(each["id"]) for each in told if each["verdict"] in GOOD)


def cause(reason: str) -> str:
    """Why a record was refused, in words."""
    return named("refusal", reason)


def system(urn: str) -> str:
    """The code of a source system; what is no urn of ours is shown as it is."""
    return urn.rpartition(":")[2] if urn.startswith("urn:ioc:") else urn


def kind_of(type_: str) -> str:
    """The name of an event type in words."""
    return named("event", type_.removeprefix(_TYPE[0]).removesuffix(_TYPE[1]))


def value_at(masked: str, pointer: str) -> str:
    """What a shape says at a JSON pointer; empty: nothing stands there."""
    try:
        found: Any = orjson.loads(masked)
    except ValueError:
        return ""
    for part in pointer.split("/")[1:]:
        if isinstance(found, dict):
            found = found.get(part)
        elif isinstance(found, list) and part.isdigit() and int(part) < len(found):
            found = found[int(part)]
        else:
            return found if isinstance(found, str) else ""  # the shape ends above: `list(2)`
    if found is None:
        return ""
    return found if isinstance(found, str) else orjson.dumps(found).decode()


def pretty(masked: str) -> str:
    """A shape on several lines."""
    try:
        return orjson.dumps(orjson.loads(masked), option=orjson.OPT_INDENT_2).decode()
    except ValueError:
        return masked


def mendable(types: Iterable[str]) -> list[str]:
    """The fields that may be changed in events of these types, as a change names them."""
    known = [codes_of(each) for each in types if each in TYPES]
    return [UNIT, *sorted(f"data.{name}" for name in frozenset().union(*known))]


def mended_field(pointer: str, fields: Sequence[str]) -> str:
    """The field that a change most likely is about: the one that was wrong, else the unit."""
    wrong = pointer.removeprefix("/").replace("/", ".", 1)
    return wrong if wrong in fields else UNIT


def offered(roles: Roles, role: str) -> frozenset[Kind]:
    """What a role may do at the desk with records that it sees. The server decides again."""
    return frozenset(kind for kind in Kind if roles.may(role, kind.value, own=True))


def tally(act: DeskAct) -> str:
    """`3 sẽ được tính · 1 vẫn bị từ chối`; of what was only tried it says what would be."""
    told = ((verdict, formats.number(n)) for verdict, n in act.verdicts.items())
    if act.kind == Kind.dry_run:
        return " · ".join(say(f"try.{verdict}", n=n) for verdict, n in told)
    return " · ".join(say(f"did.{verdict}", n=n) for verdict, n in told)

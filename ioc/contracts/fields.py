"""The few kinds of value an event may hold. None of them has room for free text."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, StringConstraints
from pydantic_core import CoreSchema, core_schema

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)
LARGEST = 2**63 - 1
_DAY = r"-[0-9]{2}-[0-9]{2}"
_CLOCK = r"T([01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}"
_STAMP = rf"^(19[89][0-9]|20[0-9]{{2}}|2100){_DAY}{_CLOCK}(\.[0-9]{{1,9}})?(Z|[+-][0-9]{{2}}:[0-9]{{2}})$"
_DATE = (
    r"(?:199[0-9]|20[0-9]{2})-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
    r"|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
    r"|(?:199[26]|20(?:[02468][048]|[13579][26]))-02-29"
)
INSTANT_CANONICAL = rf"(?:{_DATE})T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.(?!000)[0-9]{{3}}000)?"
"""Before the `Z`: text of this form sorts as the instants do, because each instant has one form only."""
_STAMP_CANONICAL = rf"^(199[0-9]|20[0-9]{{2}}){_DAY}{_CLOCK}(\.[0-9]{{3}}(000)?)?Z$"
_ORG = r"[A-Z][0-9]{2}(\.[0-9]{2,3}){0,3}"
_ORG_REVERSED = r"[0-9]{2,3}(\.[0-9]{2,3}){0,2}\.[A-Z][0-9]{2}"
ORG_WRITTEN = f"^({_ORG}|{_ORG_REVERSED})$"
_NOT_ZERO = r"([0-9][1-9]|[1-9]0|[0-9][0-9][1-9]|[0-9][1-9]0|[1-9]00)"
_ORG_CANONICAL = rf"[A-Z][0-9]{{2}}((\.[0-9]{{2,3}}){{0,2}}\.{_NOT_ZERO})?"
ORG_CANONICAL = re.compile(_ORG_CANONICAL)
UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
SOURCE_URN = re.compile(r"urn:ioc:[A-Za-z0-9]{1,16}:[a-z][a-z0-9_]{0,31}")
EVENT_TYPE = re.compile(r"vn\.gov\.ioc\.[a-z_]{1,32}\.[a-z_]{1,32}\.v[0-9]{1,3}")


def utc_ms(value: datetime) -> datetime:
    """The same instant in UTC, cut to the millisecond the ledger stores."""
    value = value.astimezone(UTC)
    rest = value.microsecond % 1000
    return value.replace(microsecond=value.microsecond - rest) if rest else value


def _instant(text: str) -> datetime:
    """A written time (see `_STAMP`) in UTC; raises `ValueError` when there is none such from 1990 to 2099."""
    value = utc_ms(datetime.fromisoformat(text))
    if not EARLIEST <= value < LATEST:
        raise ValueError("year")
    return value


def stamp(value: datetime) -> str:
    """An instant in UTC, cut to the millisecond, as canonical text: `2026-11-20T01:02:03.004000Z`."""
    text = value.isoformat(timespec="milliseconds")[:23]
    return f"{text[:-4]}Z" if text.endswith(".000") else f"{text}000Z"


def canonical_org(code: str) -> str:
    """`G09.901` for itself, for the old reversed form `000.00.901.G09` and for `G09.901.00.000`.

    Groups run from the top down; groups of zeros at the bottom mean "no level here" and are dropped.
    """
    groups = code.split(".")
    if code[0] < "A":
        groups.reverse()
    while len(groups) > 1 and not groups[-1].strip("0"):
        groups.pop()
    return ".".join(groups)


def _quickest(
    canonical: CoreSchema, other: CoreSchema, fix: Callable[[Any], Any], expected: str
) -> CoreSchema:
    """Canonical text is checked without calling Python, which is most of the cost; other text is fixed."""
    return core_schema.union_schema(
        [canonical, core_schema.no_info_after_validator_function(fix, other)],
        mode="left_to_right",
        custom_error_type="form",
        custom_error_message="{expected}",
        custom_error_context={"expected": expected},
    )


class _Instant:
    """RFC 3339 with an offset. The pattern comes first: parsers alone take dates, weeks and epoch seconds."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        canonical = core_schema.no_info_after_validator_function(
            datetime.fromisoformat, core_schema.str_schema(pattern=_STAMP_CANONICAL, strict=True)
        )
        written = core_schema.str_schema(pattern=_STAMP, strict=True)
        expected = "a time with an offset, such as 2026-11-20T08:00:00+07:00, from 1990 to 2099"
        return _quickest(canonical, written, _instant, expected)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string", "format": "date-time", "pattern": _STAMP}


class _OrgCode:
    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        canonical = core_schema.str_schema(pattern=f"^{_ORG_CANONICAL}$", strict=True)
        written = core_schema.str_schema(pattern=ORG_WRITTEN, strict=True)
        return _quickest(canonical, written, canonical_org, "an organisation code such as G09.901")

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"type": "string", "pattern": ORG_WRITTEN}


Ts = Annotated[datetime, _Instant()]
Org = Annotated[str, _OrgCode()]
Ref = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._/,\-Đ]{1,64}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._\-]{1,32}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
SystemCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
PersonRef = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
EventId = Annotated[str, StringConstraints(pattern=f"^{UUID.pattern}$", to_lower=True)]
SourceUrn = Annotated[str, StringConstraints(pattern=f"^{SOURCE_URN.pattern}$")]
Tenant = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{1,16}$")]
Sequence = Annotated[int, Field(ge=1, le=LARGEST)]
Whole = Annotated[int, Field(ge=0, le=10**15)]
Counting = Annotated[int, Field(ge=1, le=10**9)]
Positive = Annotated[float, Field(gt=0, le=10**6, allow_inf_nan=False)]
Amount = Annotated[
    float, Field(ge=0, le=10**6, allow_inf_nan=False), AfterValidator(lambda value: value + 0.0)
]
"""Zero or more; minus zero becomes zero, so that equal amounts are equal text."""

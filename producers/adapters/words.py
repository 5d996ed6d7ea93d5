"""Text of source systems: dates in their many forms, words and codes in one form."""

import hashlib
import re
import unicodedata
from datetime import date, datetime, time

from pydantic import TypeAdapter, ValidationError

from ioc.clock import VIETNAM
from ioc.contracts.fields import Org
from ioc.contracts.screening import is_secret

_ORG: TypeAdapter[str] = TypeAdapter(Org)
_ABSENT = frozenset({"", "n/a", "null", "none"})
_HARMLESS = re.compile(r"\b(?:bảo|bí)\s+mật\b|\bmật\s+(?:độ|khẩu|thiết|ong|mã)\b", re.IGNORECASE)
_REF_SIGN = re.compile(r"[A-Za-z0-9._/,\-Đ]")
REF_LENGTH = 64
END_OF_DAY = time(23, 59, 59)


def fold(text: str) -> str:
    """Lower case without diacritics, spacing or punctuation: for headers and words that people type."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(sign for sign in plain if sign.isalnum())


def given(text: str | None) -> str | None:
    """The text without surrounding space, or `None` for what senders write in place of nothing."""
    if text is None:
        return None
    shown = unicodedata.normalize("NFC", text).strip()
    return None if shown.casefold() in _ABSENT else shown


def marked_secret(text: str) -> bool:
    """A secrecy marking in free text; ordinary words such as "bảo mật" or "mật độ" are no marking."""
    return is_secret(_HARMLESS.sub(" ", unicodedata.normalize("NFC", text)))


def org_code(text: str | None) -> str | None:
    """The canonical code of an organisation, or `None` if the text is none."""
    try:
        return _ORG.validate_python((text or "").strip())
    except ValidationError:
        return None


def reference(text: str) -> str:
    """A document number as a reference: spaces out, letters it cannot hold without their marks.

    Longer than a reference may be: its beginning and a digest of the whole.
    """
    signs = []
    for sign in unicodedata.normalize("NFC", text):
        if sign.isspace():
            continue
        if sign == "đ":
            sign = "Đ"
        if not _REF_SIGN.fullmatch(sign):
            sign = unicodedata.normalize("NFD", sign)[0]
        signs.append(sign if _REF_SIGN.fullmatch(sign) else "-")
    ref = "".join(signs)
    if len(ref) <= REF_LENGTH:
        return ref
    return ref[: REF_LENGTH - 17] + "-" + hashlib.sha256(ref.encode()).hexdigest()[:16]


def _zoned(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=VIETNAM)


def _parse(text: str, *patterns: str) -> datetime | None:
    for pattern in patterns:
        try:
            return datetime.strptime(text, pattern)
        except ValueError:
            continue
    return None


_ISO = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})?)?")


def day_or_instant(text: str) -> date | datetime | None:
    """`yyyy/MM/dd`, `dd/MM/yyyy` or ISO, with or without a time, in Asia/Ho_Chi_Minh unless it has a zone."""
    if _ISO.fullmatch(text):
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            return None
        return _zoned(at) if len(text) > 10 else at.date()
    with_time = _parse(
        text,
        "%Y/%m/%d %H:%M:%S",
        "%d/%m/%Y %H:%M:%S",
        "%Y/%m/%d %H:%M",
        "%d/%m/%Y %H:%M",
        "%Y/%m/%dT%H:%M:%S",
    )
    if with_time:
        return _zoned(with_time)
    alone = _parse(text, "%Y/%m/%d", "%d/%m/%Y")
    return alone.date() if alone else None


def start_of(value: date | datetime) -> datetime:
    """The instant; a date alone begins at midnight in Vietnam."""
    return value if isinstance(value, datetime) else datetime.combine(value, time.min, VIETNAM)


def end_of(value: date | datetime) -> datetime:
    """The instant; a date alone lasts until its last second in Vietnam."""
    return value if isinstance(value, datetime) else datetime.combine(value, END_OF_DAY, VIETNAM)

"""Personal data and secrecy markings: what must never get in, and of which nothing may be kept.

A valid event can hold neither a name nor a written marking, because no field has room for text. So a good
event pays for one scan of its data for what references could still smuggle in: numbers of persons, markings
without diacritics. The full search runs only over events that are refused anyway, to find out whether the
refusal must forget them.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

from ioc.contracts.fields import UUID
from ioc.contracts.refusal import EventRefused, Reason
from ioc.contracts.registry import FIELDS

_PROVINCE = r"(?:0[1-9]|[1-8]\d|9[0-6])"  # the second and third digit of 001…096
_NUMBER = rf"0(?<![0-9A-Za-z]0)(?:{_PROVINCE}\d{{9}}|[35789]\d{{8}})(?![0-9A-Za-z])"
_WHOLE = (
    r"\d{9}|(?:\+?84|0)[35789]\d{8}"
    rf"|0{_PROVINCE}[ .\-]?\d{{3}}[ .\-]?\d{{3}}[ .\-]?\d{{3}}"
    r"|(?:\+?84|0)[ .\-]?[35789]\d{1,2}[ .\-]\d{3}[ .\-]\d{3,4}"
)
_SHAPE = bytes.maketrans(b"123456789MAT", b"000000000mat")
_MARK, _LONG, _DIGITS = "mat", "000000000", "0123456789+ .-"
"""Every marking ends in this word; every number of a person has nine digits in a row or is the whole text."""
_ALL_DIGITS = re.compile(rf"^[{re.escape(_DIGITS)}]{{{len(_LONG)},}}$", re.MULTILINE)
_PERSON = re.compile(rf"{_NUMBER}|^\s*(?:{_WHOLE})\s*$|[^\s@]@[\w\-]+(?:\.[\w\-]+)+")

_PERSONAL_KEYS = frozenset(
    """
    abstract address birthdate birthday cccd chuho chuhoso cmnd cmt comment content dateofbirth
    description diachi dienthoai dinhdanh dob email fax firstname fullname ghichu givenname hoten
    hovaten identitynumber lastname loaidinhdanh madoituong mail mobile name namsinh ngaysinh nguoinop
    nguoixuly noidung noidungxuly note passport phone phonenumber sdt sobhxh socccd socmnd sodienthoai
    sodinhdanh sodinhdanhcanhan surname tel telephone ten thongtinkhac title trichyeu trichyeuhoso
    """.split()  # noqa: SIM905 (a list of words reads better as words)
)
_LEVEL_KEYS = frozenset({"classification", "domat", "secrecy", "secrecylevel", "securitylevel", "daumat"})
_SUSPECT = _PERSONAL_KEYS | _LEVEL_KEYS
_OPEN_LEVELS = frozenset({"normal", ""})
_LETTER = r"[^\W\d_]"
_MARKED = re.compile(rf"(?<!{_LETTER})mật(?!{_LETTER})")
_MARKED_PLAIN = re.compile(r"(?<![a-z0-9])(?:toi|tuyet)[\s_.\-]*mat(?![a-z0-9])")


def _visible(text: str) -> str:
    """Lower case, compatibility forms unified, invisible characters taken out."""
    if text.isascii():
        return text.lower()
    unified = unicodedata.normalize("NFKC", text).lower()
    return unicodedata.normalize("NFC", "".join(c for c in unified if unicodedata.category(c) != "Cf"))


def _without_marks(text: str) -> str:
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFD", text.replace("đ", "d"))
    return "".join(c for c in apart if not unicodedata.combining(c))


def _key(name: str) -> str:
    return "".join(c for c in _without_marks(_visible(name)) if c.isalnum())


def is_secret(text: str) -> bool:
    """A secrecy marking in `text`, whatever its case, its Unicode form or its missing diacritics."""
    shown = _visible(text)
    plain = _without_marks(shown)
    if "mat" not in plain:
        return False
    return bool(_MARKED.search(shown) or _MARKED_PLAIN.search(plain) or shown.strip() == "mat")


def is_personal(text: str) -> bool:
    """A citizen number, telephone number or e-mail address in `text`."""
    return _PERSON.search(text) is not None and UUID.fullmatch(text) is None


def _walk(value: Any, pointer: str, key: str) -> Iterator[tuple[str, str, Any]]:
    """(pointer, key, value) of every member and item; keys of the sender's own are not spelled in the
    pointer, for they can be the secret itself."""
    if isinstance(value, dict):
        for name, inner in value.items():
            here = f"{pointer}/{name}" if name in FIELDS or _is_suspect(name) else f"{pointer}/?"
            yield here, name, inner
            yield from _walk(inner, here, name)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield f"{pointer}/{index}", key, inner
            yield from _walk(inner, f"{pointer}/{index}", key)


def _is_suspect(name: str) -> bool:
    """A name of our lists, plainly written."""
    return re.fullmatch(r"[a-z][a-z_]{0,31}", name) is not None and _key(name) in _SUSPECT


def _level_closed(key: str, value: Any) -> bool:
    if _key(key) not in _LEVEL_KEYS or value is None:
        return False
    return not isinstance(value, str) or value.strip() not in _OPEN_LEVELS


def screen(document: Any) -> None:
    """Raise `EventRefused` for a secrecy marking anywhere, else for personal data anywhere."""
    members = list(_walk(document, "", "")) or [("", "", document)]
    for pointer, key, value in members:
        marked = is_secret(key) or (isinstance(value, str) and is_secret(value))
        if marked or _level_closed(key, value):
            raise EventRefused(Reason.secret_marking, pointer, "", "no classified content at all")
    for pointer, key, value in members:
        if _key(key) in _PERSONAL_KEYS:
            raise EventRefused(Reason.personal_data, pointer, "", "no field for personal data or free text")
        if (isinstance(value, str) and is_personal(value)) or is_personal(key):
            raise EventRefused(Reason.personal_data, pointer, "", "no number or address of a person")


def screen_data(fields: dict[str, Any]) -> None:
    """For an event that fits its schema; raises as `screen` does, naming the field."""
    if harmless([value for value in fields.values() if type(value) is str]):
        return
    for name, value in fields.items():
        if isinstance(value, str) and is_secret(value):
            raise EventRefused(Reason.secret_marking, f"/data/{name}", "", "no classified content at all")
    for name, value in fields.items():
        if isinstance(value, str) and is_personal(value):
            expected = "no number or address of a person"
            raise EventRefused(Reason.personal_data, f"/data/{name}", "", expected)


def screen_envelope(subject: str, dataschema: str | None) -> None:
    """The texts beside the data that a publisher chooses; raises as `screen` does.

    Of an event in good order the subject is that of its data; of any other it may be anything.
    """
    texts = (
        [("/subject", subject)]
        if dataschema is None
        else [("/subject", subject), ("/dataschema", dataschema)]
    )
    if harmless([text for _, text in texts]):
        return
    for pointer, text in texts:
        if is_secret(text):
            raise EventRefused(Reason.secret_marking, pointer, "", "no classified content at all")
    for pointer, text in texts:
        if is_personal(text):
            raise EventRefused(Reason.personal_data, pointer, "", "no number or address of a person")


def harmless(texts: Sequence[str]) -> bool:
    """No marking and no number of a person in references and codes: one scan, details on a hit only."""
    # Searched as one string, for searching bytes costs five times as much.
    shape = "\n".join(texts).encode().translate(_SHAPE).decode()
    if (_MARK in shape or _LONG in shape) and any(is_secret(text) or is_personal(text) for text in texts):
        return False
    for text in texts:
        if not text.strip(_DIGITS) and len(text) >= len(_LONG) and is_personal(text):
            return False
    return True


def harmless_together(texts: Sequence[str]) -> bool:
    """Whether `harmless` certainly holds of all of them, in one search; the texts may be several lines each.

    False says only that one of them must be looked at by itself.
    """
    together = "\n".join(texts)
    shape = together.encode().translate(_SHAPE).decode()
    return _MARK not in shape and _LONG not in shape and _ALL_DIGITS.search(together) is None

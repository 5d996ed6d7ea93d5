"""Strings that would be SQL, markup, a macro, a template or a formula to whatever read them as such."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from proof.harness.trees import Edit

Way = tuple[str, ...]
MARK = "BITTEN"
"""What a script would make of the page's title, or a shell of its answer."""
_SCRIPT = f"document.title='{MARK}'"
HOSTILE: Mapping[str, str] = {
    "SQL that ends a statement": "'; DROP TABLE ioc.events_documents; --",
    "SQL that widens a condition": "' OR 1=1 UNION ALL SELECT name FROM system.tables --",
    "a script": f"<script>{_SCRIPT}</script>",
    "an attribute's end": f'"><img src=x onerror="{_SCRIPT}">',
    "a picture that scripts": f'<svg onload="{_SCRIPT}">',
    "an address that scripts": f"javascript:{_SCRIPT}",
    "a macro of boards": "$__timeFilter(time) ${__all} [[unit]] $unit",
    "a template": "{{7*7}} ${7*7} {0.__class__} %s",
    "a formula": '=HYPERLINK("http://127.0.0.1:1/x";"1")',
    "a path": "../../../../etc/passwd",
    "more lines": "a\r\nSet-Cookie: x=1\r\n\r\n<b>b</b>",
    "a nul": "a\u0000b",
    "turned text": "\u202ea\u2066b",
}
"""What it would be → the string (corpus B9)."""

_FULL, _SHORT = "ioc/catalogue/units.yaml", "dashboards/boards/short_names.yaml"
_NAMES = (
    ("G09.915", "viec-lam", "Cục Việc làm", "Cục Việc làm", "an attribute's end"),
    ("G09.917", "nguoi-co-cong", "Cục Người có công", "Cục Người có công", "a script"),
    ("G09.902", "to-chuc-bien-che", "Vụ Tổ chức - Biên chế", "Vụ Tổ chức - Biên chế", "a macro of boards"),
    ("G09.905", "to-chuc-phi-chinh-phu", "Vụ Tổ chức phi chính phủ", "Vụ Tổ chức phi CP", "a template"),
    ("G09.913", "van-thu-luu-tru", "Cục Văn thư và Lưu trữ nhà nước", "Cục Văn thư, Lưu trữ",
     "SQL that ends a statement"),
)  # fmt: skip
NAMES = tuple(HOSTILE[what] for *_, what in _NAMES)
"""The names that units have in the catalogue of `NAMED_SO`."""
NAMED_SO: tuple[Edit, ...] = tuple(
    edit
    for code, slug, full, short, what in _NAMES
    for edit in (
        (_FULL, f"slug: {slug}, name: {full},", f"slug: {slug}, name: {json.dumps(HOSTILE[what])},"),
        (_SHORT, f"  {code}: {short}\n", f"  {code}: {json.dumps(HOSTILE[what])}\n"),
    )
)
"""What makes of our source one whose units have hostile names."""


def places(event: Mapping[str, Any], way: Way = ()) -> Iterator[Way]:
    """Where a string stands in an event, as the names that lead there."""
    for name, value in event.items():
        if isinstance(value, dict):
            yield from places(value, (*way, name))
        elif isinstance(value, str):
            yield (*way, name)


def with_string(event: Mapping[str, Any], way: Way, text: str) -> dict[str, Any]:
    """The event with another string there."""
    first, *rest = way
    return {**event, first: with_string(event[first], tuple(rest), text) if rest else text}

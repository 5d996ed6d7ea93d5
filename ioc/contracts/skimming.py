"""Many canonical events at once: as `canonical.read` and the rules, at half the cost of an event.

What a regular expression cannot check is checked for all of them together: numbers of persons in one search
over all their texts, sources and units once for each that occurs, times as one array. Whatever does not pass
is left to the exact reading, which finds out whether and why it is refused.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ioc.contracts import canonical, screening
from ioc.contracts.envelope import Rules
from ioc.contracts.grammar import MAX_BYTES

SKEW_MS = int(canonical.SKEW.total_seconds() * 1000)


Skimmed = tuple[bytes, str, str, str, int, str, str, int, int, str, str, bytes]
"""An event as columns: data, id, source, subject, time, tenant, orgunit, seqno, producedat, correctionof,
type, fingerprint. Times in milliseconds since 1970, data and fingerprint as `decode` gives them.
"""


_COLUMNS = len(canonical.COLUMNS)
_SOURCE, _SUBJECT, _TIME, _TENANT, _ORGUNIT, _PRODUCED = map(
    canonical.COLUMNS.index, ("source", "subject", "time", "tenant", "orgunit", "producedat")
)
_Match = tuple[int, str, tuple[Any, ...]]
"""Which of the texts, its type, and its columns as text."""


def skim(raws: Sequence[bytes | None], rules: Rules, topic: str) -> list[Skimmed | None]:
    """The events of `raws` that are canonical, in good order and allowed by the rules; None for any other.

    Not checked: that an event is not of the future, for each has a now of its own.
    """
    skimmed: list[Skimmed | None] = [None] * len(raws)
    matches = _harmless(*_matched(raws, topic))
    if not matches:
        return skimmed
    allowed = _allowed(matches, rules)
    times = _milliseconds([found[_TIME] for _, _, found in matches])
    produced = _milliseconds([found[_PRODUCED] for _, _, found in matches])
    for (at, type_, found), time, produced_at in zip(matches, times, produced, strict=True):
        data, id_, source, subject, text, tenant, orgunit, seqno, _, corrects = found
        if corrects == id_ or produced_at < time - SKEW_MS or (source, type_, tenant, orgunit) not in allowed:
            continue
        body = data.encode()
        print_ = canonical.fingerprint(type_, subject, text, orgunit, corrects, body)
        corrects = corrects or ""
        number = int(seqno)
        skimmed[at] = (
            body, id_, source, subject, time, tenant, orgunit, number, produced_at, corrects, type_, print_
        )  # fmt: skip
    return skimmed


def _matched(raws: Sequence[bytes | None], topic: str) -> tuple[list[_Match], list[str]]:
    """Those that their type's expression matches, and of each the texts that could hide something."""
    matches: list[_Match] = []
    hiding: list[str] = []
    shaped, longest = canonical.shaped, MAX_BYTES
    for at, raw in enumerate(raws):
        if raw is None or len(raw) > longest:
            continue
        try:
            found = shaped(raw.decode())
        except UnicodeDecodeError:
            continue
        if found is None or not found[0].kind.travels_on(topic):
            continue
        shape, match = found
        groups = match.group(*shape.columns, *shape.texts)
        columns, texts = groups[:_COLUMNS], groups[_COLUMNS:]
        if shape.own_source and not columns[_SOURCE].endswith(f":{columns[_SUBJECT]}"):
            continue
        matches.append((at, shape.kind.type, columns))
        hiding.append(
            "\n".join([text for text in texts if text is not None] if shape.texts_may_lack else texts)
        )
    return matches, hiding


def _harmless(matches: list[_Match], hiding: list[str]) -> list[_Match]:
    """Without those that hold a marking or a number of a person."""
    if screening.harmless_together(hiding):
        return matches
    return [
        match for match, text in zip(matches, hiding, strict=True) if screening.harmless(text.split("\n"))
    ]


def _allowed(matches: Sequence[_Match], rules: Rules) -> set[tuple[str, str, str, str]]:
    """The combinations of source, type, tenant and unit that the rules allow."""
    seen = {(found[_SOURCE], type_, found[_TENANT], found[_ORGUNIT]) for _, type_, found in matches}
    nothing: frozenset[str] = frozenset()
    return {
        (source, type_, tenant, unit)
        for source, type_, tenant, unit in seen
        if type_ in rules.sources.get(source, nothing) and tenant == rules.tenant and unit in rules.units
    }


def _milliseconds(instants: Sequence[str]) -> list[int]:
    """Milliseconds since 1970 of canonical instants."""
    plain = np.array([text[:-1] for text in instants], dtype="datetime64[us]")
    milliseconds: list[int] = (plain.astype(np.int64) // 1000).tolist()
    return milliseconds

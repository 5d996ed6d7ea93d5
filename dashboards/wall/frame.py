"""What stands around every board, as HTML: status, title, clock, alerts that want somebody, sources."""

from collections.abc import Mapping, Sequence

from dashboards.wall import alarms, banner, words
from dashboards.wall.alarms import Alarm
from dashboards.wall.around import REACH, SOURCES, Around
from dashboards.wall.house import House
from dashboards.wall.inner import Inner
from dashboards.wall.markup import Html, el, join
from dashboards.wall.panels.scene import Drawn, Tone
from dashboards.wall.rotation import Rotation
from ioc.messages import say

TONE_OF: Mapping[int, Tone] = {0: "old", 1: "good", 2: "warn", 3: "warn", 4: "act", 5: "act"}
STRIP = 3
"""Alerts named in the strip; the rest are counted."""
GRAVE = ("critical", "major")
SIGNS = {"critical": "▲", "major": "◆", "minor": "■"}


def level(around: Around) -> Drawn:
    """The overall status: number, sign and word, and what it rests on."""
    found = around.judged
    figure = str(found.level) if found.level else "?"
    said = el("strong", "", f"{found.sign} {found.word}")
    return Drawn(
        join(el("b", "", figure), el("span", "", said, _parts("small", found.reasons))), TONE_OF[found.level]
    )


def _parts(tag: str, parts: Sequence[str]) -> Html:
    """One line of parts; those that there is no room for are left out whole."""
    return el(tag, "parts", *(el("span", "", f"· {part}" if at else part) for at, part in enumerate(parts)))


def title(inside: Inner) -> Drawn:
    return Drawn(join(el("h1", "", inside.title), _parts("p", inside.subtitle.split(" · "))))


def clock(around: Around) -> Drawn:
    """The clock, drawn here each second, and how far the data reach. A page that stops says so by itself: the
    notice over it is shown by CSS unless a newer clock replaces it."""
    tone, state, reach = _reach(around)
    frozen = el(
        "div", "frozen", el("b", "", say("wall.frozen")),
        el("span", "", say("wall.frozen_at", at=words.clock(around.now))),
    )  # fmt: skip
    now = el("div", "clock", el("b", "", words.clock(around.now)), el("small", "", words.day(around.now)))
    return Drawn(join(now, el("div", "reach", el("b", "", state), el("small", "", reach)), frozen), tone)


def _reach(around: Around) -> tuple[Tone, str, str]:
    data = around.data(REACH)
    row = next(iter(around.rows(REACH)), {})
    as_of = row.get("as_of")
    reach = say("wall.reach", at=words.clock(as_of)) if as_of else say("wall.no_reach")
    if around.lost_since is not None:
        return "act", f"▼ {say('wall.lost')}", say("wall.last_read", at=words.clock(around.lost_since))
    if data.error:
        return "act", say("wall.unreadable"), reach
    if data.read_at is None:
        return "none", say("wall.reading"), say("wall.first_numbers")
    if as_of is None:
        return "none", say("wall.awaited"), reach
    if around.stopped_since is not None:
        return "act", say("wall.stopped"), say("wall.stopped_at", at=words.clock(around.stopped_since))
    if not row.get("live", 1):
        return "warn", say("wall.recounting"), reach
    return "good", say("wall.updating"), reach


def turning(rotation: Rotation) -> Html:
    """Where the rotation stands: `3/9`, what comes of it, and a bar that fills while the board stands."""
    place, of = rotation.place
    said = "" if rotation.mode == "still" else say(f"turn.{rotation.mode}", n=round(rotation.dwell))
    where = f"{place or '–'}/{of}"
    bar = ""
    if rotation.mode == "turning":
        # The whole dwell at once: the browser moves it, nothing is sent meanwhile.
        bar = el(
            "i",
            "",
            el("u", "", style=f"animation-duration:{rotation.dwell:.0f}s"),
        )
    return join(el("b", "", where), el("span", "", said), bar)


def strip(around: Around, house: House) -> Drawn | None:
    """Open alerts that are critical or that nobody has taken up; None when there are none.

    While a critical one stands it alone is shown, large: rule, unit, since when, who is to take it up.
    """
    found = around.known_alarms
    doubt = around.alarms is None
    shown = [alarm for alarm in found if alarm.status != alarms.SHELVED and (alarm.critical or _new(alarm))]
    standing = [alarm for alarm in shown if alarm.stands]
    if standing:
        return _alarm(standing[0], len(standing) - 1, len(shown) - len(standing), around, house)
    if not shown:
        return None
    cells = [_cell(alarm, around, house) for alarm in shown[:STRIP]]
    rest = f"+{len(shown) - STRIP}" if len(shown) > STRIP else ""
    return Drawn(join(*cells, el("small", "rest", rest)), "old" if doubt else _tone(shown))


def _new(alarm: Alarm) -> bool:
    return not alarm.taken_by and alarm.severity in GRAVE


def _tone(shown: Sequence[Alarm]) -> Tone:
    return "warn" if any(not alarm.taken_by for alarm in shown) else "info"


def _cell(alarm: Alarm, around: Around, house: House) -> Html:
    sign = SIGNS.get(alarm.severity, "•")
    where = f" · {house.unit(alarm.unit)}" if alarm.unit else ""
    kind = "taken" if alarm.taken_by else alarm.severity
    return el(
        "span", f"alarm {kind}", el("b", "", f"{sign} {alarm.name}"), where,
        el("em", "", alarms.state(alarm, house.role, house.unit)),
    )  # fmt: skip


def _alarm(alarm: Alarm, more: int, others: int, around: Around, house: House) -> Drawn:
    """The one that the wall stopped for, on two lines."""
    count = say("strip.critical", n=more) if more else ""
    after = say("strip.others", n=others) if others and not more else ""
    old = "" if around.alarms is not None else el("span", "tag", say("wall.old"))
    head = el(
        "div",
        "what",
        el("b", "", f"▲ {alarm.name}"),
        el("strong", "", house.unit(alarm.unit) or say("no_unit")),
        old,
    )
    owner = house.role(alarm.owner)
    said = [
        alarms.since(alarm, around.now),
        alarms.state(alarm, house.role, house.unit).upper(),
        say("strip.waits", role=owner),
    ]
    if count or after:
        said.append(count or after)
    return Drawn(join(head, el("div", "how", " · ".join(said))), "act")


def trust(around: Around) -> Drawn:
    """The banner of sources."""
    data = around.data(SOURCES)
    elapsed = max((around.now - data.read_at).total_seconds(), 0.0) if data.read_at else 0.0
    doubt = say("sources.cut_off") if around.lost_since is not None or data.error else ""
    return Drawn(banner.draw(around.rows(SOURCES), elapsed, doubt), "old" if doubt else "info")

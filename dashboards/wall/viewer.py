"""One viewer's page: the frame, the board inside it, and what the viewer chose. Lives as long as its page."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from nicegui import Client, ui
from nicegui.elements.mixins.text_element import TextElement

from dashboards.wall import frame
from dashboards.wall.card import cards
from dashboards.wall.choosing import form, variables
from dashboards.wall.house import House
from dashboards.wall.panels import Drawn
from dashboards.wall.rotation import Rotation
from dashboards.wall.screen import Screen
from dashboards.wall.screens import Screens
from dashboards.wall.shared import Shared
from ioc.clock import Clock
from ioc.messages import LANGUAGES, language, say, speaking

THEMES = ("dark", "light")
KEYS = (
    ("→", "key.next"),
    ("←", "key.previous"),
    ("Home", "key.first"),
    ("P", "key.pause"),
    ("T", "key.theme"),
    ("L", "key.language"),
    ("Tab", "key.tab"),
    ("?", "key.help"),
)
BUTTONS = (
    ("◀", "press.previous", "ArrowLeft", ""),
    ("❚❚", "press.pause", "p", ""),
    ("▶", "press.next", "ArrowRight", ""),
    ("◐", "press.theme", "t", "minor"),
    ("?", "press.help", "?", "minor"),
)
"""Sign, what it does, the key that does the same; minor ones are left out where nobody has a pointer."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the address asks for. `query`: its other parameters, kept when the board changes."""

    uid: str
    theme: str
    dwell: float
    chosen: Mapping[str, str]
    query: dict[str, str]


def label(key: str) -> str:
    """The property that names an element for those who do not see it."""
    return f'aria-label="{say(key)}"'


class Slot:
    """An element with HTML in it, sent again only when it has changed."""

    def __init__(self, classes: str, tag: str = "section", props: str = "") -> None:
        self._classes = classes
        self._shown: Drawn | None = None
        with ui.element(tag).classes(classes).props(props) as self._element:
            self._body = ui.html("", sanitize=False).classes("body")

    def show(self, drawn: Drawn | None) -> None:
        """Nothing: the element takes no room."""
        if drawn is self._shown or drawn == self._shown:
            return
        before, self._shown = self._shown, drawn
        html = drawn.html if drawn else ""
        if before is None or before.html != html:
            self._body.set_content(html)
        if before is None or drawn is None or before.tone != drawn.tone:
            self._element.classes(replace=f"{self._classes} {drawn.tone if drawn else 'absent'}")


class Viewer:
    """Call inside a NiceGUI page function."""

    def __init__(
        self, screens: Screens, shared: Shared, house: House, clock: Clock, client: Client, wish: Wish
    ) -> None:
        self._screens, self._shared, self._house, self._clock = screens, shared, house, clock
        self._client, self._tongue = client, language()
        self._other = next(each for each in LANGUAGES if each != self._tongue)
        self._wish = wish
        self.theme = wish.theme
        self.rotation = Rotation(house.turning, wish.uid, clock.monotonic(), wish.dwell)
        self._told: Rotation | None = None
        self._looking = False
        self._form: tuple[tuple[str, tuple[int, ...]], Drawn | None] | None = None
        self._screen = self._of(wish.uid)
        self._build()
        self._show_board()
        self.refresh()

    # --- what is on the page ------------------------------------------------------------------------------

    def _build(self) -> None:
        with ui.element("main").classes(self._classes) as self._wall:
            with ui.element("header").classes("head"):
                self._level = Slot("card look-level", props="role=status")
                with ui.element("div").classes("named"):
                    self._title = Slot("card look-title")
                    self._choice = Slot("choice", "div", label("press.choice"))
                self._buttons()
                self._clock_slot = Slot("card look-freshness")
            self._strip = Slot("strip", props=f"aria-live=polite {label('press.alerts')}")
            self._board = ui.element("div").classes("board")
            self._trust = Slot("trust", "footer", props=label("press.sources"))
            self._help()

    def _buttons(self) -> None:
        with ui.element("nav").classes("turn").props(label("press.turn")):
            self._turning = Slot("where", "div")
            for sign, says, key, classes in BUTTONS:
                button = TextElement(tag="button", text=sign).classes(classes)
                button.props(f'type=button {label(says)} title="{say(says)}"')
                button.on("click", lambda _, key=key: self.pressed(key))
            button = TextElement(tag="button", text=self._other.upper()).classes("minor")
            button.props(f"type=button lang={self._other} {label(f'language.{self._other}')}")
            button.on("click", lambda: self.pressed("l"))

    def _help(self) -> None:
        with ui.element("dialog").classes("help").props(label("press.help")):
            TextElement(tag="h2", text=say("press.help"))
            with ui.element("dl"):
                for key, says in KEYS:
                    TextElement(tag="dt", text=key)
                    TextElement(tag="dd", text=say(says))
            with ui.element("form").props("method=dialog"):
                TextElement(tag="button", text=say("press.close"))

    def _show_board(self) -> None:
        """The board of the rotation, in place of the one before."""
        inside = self._screens.said(self._screen.board.uid)
        board = inside.board
        self._title.show(frame.title(inside))
        self._board.clear()
        self._board.style(f"--rows: {board.rows}")
        self._wall.classes(replace=self._classes)
        with self._board:
            self._cards = cards(board)

    def refresh(self) -> None:
        """Time, keys and alerts move the rotation; then everything is shown as it is known now."""
        with speaking(self._tongue):
            around = self._shared.now()
            self._turned(self.rotation.advanced(self._clock.monotonic(), around.standing))
            self._level.show(around.level)
            self._choice.show(self._offered())
            if self._told is not self.rotation:
                self._told = self.rotation
                self._turning.show(Drawn(frame.turning(self.rotation)))
            self._clock_slot.show(around.clock)
            self._strip.show(around.strip)
            self._trust.show(around.trust)
            for number, drawn in self._screen.drawn(self.theme, around.stopped_since).items():
                self._cards[number].show(drawn)

    def _offered(self) -> Drawn | None:
        """What may be chosen on this board. Made anew when board or lists change, not each second."""
        board, chosen = self._screens.said(self._screen.board.uid).board, self._screen.chosen
        known = tuple(id(self._screens.lists.of(one)) for one in variables(board))
        if self._form is None or self._form[0] != (board.uid, known):
            html = form(board, chosen, self._screens.lists.of, self._wish.query)
            self._form = (board.uid, known), Drawn(html) if html else None
        return self._form[1]

    @property
    def _classes(self) -> str:
        kiosk = " kiosk" if "kiosk" in self._wish.query else ""
        return f"wall {self.theme} board-{self._screen.board.uid}{kiosk}"

    # --- what happens -------------------------------------------------------------------------------------

    def pressed(self, key: str) -> None:
        """A key, or the button that does the same."""
        with speaking(self._tongue):
            self._done(key)
        self.refresh()

    def _done(self, key: str) -> None:
        now = self._clock.monotonic()
        match key:
            case "ArrowRight":
                self._turned(self.rotation.stepped(now, 1))
            case "ArrowLeft":
                self._turned(self.rotation.stepped(now, -1))
            case "Home":
                self._turned(self.rotation.gone(now, self._house.first))
            case "p" | "P":
                self._turned(self.rotation.toggled(now))
            case "t" | "T":
                self._themed()
            case "l" | "L":
                there = json.dumps(self._address(lang=self._other))
                self._client.run_javascript(f"location.assign({there})")
            case "?":
                self._client.run_javascript("wall.help()")

    def _themed(self) -> None:
        self.theme = THEMES[1 - THEMES.index(self.theme)]
        self._wall.classes(replace=self._classes)
        self._client.run_javascript(f"wall.theme('{self.theme}')")
        self._addressed()

    def _turned(self, rotation: Rotation) -> None:
        before, self.rotation = self.rotation, rotation
        if rotation.at == before.at:
            return
        old, self._screen = self._screen, self._of(rotation.at)
        if self._looking:
            self._screens.look(self._screen, +1)
            self._screens.look(old, -1)
        self._show_board()
        self._addressed()

    def _addressed(self) -> None:
        title = self._screens.said(self.rotation.at).title
        self._client.run_javascript(f"wall.show({json.dumps(self.address)}, {json.dumps(title)})")

    @property
    def address(self) -> str:
        """Where a reload would come back to."""
        return self._address()

    def _address(self, **more: str) -> str:
        offered = {one.name for one in variables(self._screens.boards[self.rotation.at])}
        asked = {name: value for name, value in self._wish.query.items() if name not in offered}
        theme = {"theme": self.theme} if "theme" in asked else {}
        query = urlencode(asked | theme | dict(self._screen.chosen) | more)
        return f"/wall/{self.rotation.at}" + (f"?{query}" if query else "")

    def _of(self, uid: str) -> Screen:
        screen = self._screens.of(uid, self._wish.chosen)
        self._screens.look(screen)
        return screen

    def came(self) -> None:
        """The page is open and its connection stands."""
        if not self._looking:
            self._looking = True
            self._screens.look(self._screen, +1)

    def left(self) -> None:
        """The connection is gone; the page may come back."""
        if self._looking:
            self._looking = False
            self._screens.look(self._screen, -1)

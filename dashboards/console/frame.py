"""The frame around every page: head, navigation, what is down, and the elements pages are made of."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from dashboards.console.sessions import Visitor
from ioc.messages import LANGUAGES, kept, language, say

CSS = Path(__file__).with_name("console.css")
NAVIGATION = (
    ("nav.leader", "/leader", ("leader", "ranking")),
    ("nav.console", "/console", ("console",)),
    ("nav.work", "/console/work", ("console",)),
    ("nav.shift", "/console/shift", ("console",)),
    ("nav.quarantine", "/console/quarantine", ("quarantine",)),
    ("nav.orders", "/console/orders", ("orders", "corrections")),
    ("nav.sources", "/console/sources", ("publishers",)),
    ("nav.targets", "/console/targets", ("configuration", "kpis")),
    ("nav.audit", "/console/audit", ("audit",)),
    ("nav.wall", "/wall", ("wall",)),
    ("nav.adoption", "/adoption", ("leader", "audit", "configuration")),
)
"""Pages with the entries of roles.yaml that open them."""


def text(tag: str, said: str, classes: str = "") -> TextElement:
    """One element with nothing but text in it, which the browser never reads as markup."""
    return TextElement(tag=tag, text=said).classes(classes)


def box(classes: str, tag: str = "div") -> ui.element:
    return ui.element(tag).classes(classes)


def button(said: str, do: Callable[[], object], *, primary: bool = False) -> ui.button:
    """A button in our own colours."""
    made = ui.button(said, on_click=kept(do), color=None).props("no-caps unelevated")
    return made.classes("button primary" if primary else "button")


class Notice:
    """One line above the page that says what is down; hidden while nothing is."""

    def __init__(self) -> None:
        self._line = text("p", "", "notice").props("role=status aria-live=polite")
        self.show("")

    def show(self, said: str, tone: str = "warn") -> None:
        self._line.set_text(said)
        self._line.classes(remove="warn act", add=tone)
        self._line.set_visibility(bool(said))


def pages_of(visitor: Visitor) -> list[tuple[str, str]]:
    """Words and address of the pages that are open to a visitor, its first page first."""
    found = [(words, path) for words, path, needed in NAVIGATION if visitor.opens(*needed)]
    if visitor.opens("console"):  # who works with lists begins with the list
        found.sort(key=lambda each: each[0] != "nav.console")
    return found


def languages() -> None:
    """Links to the same page in the other languages."""
    for each in LANGUAGES:
        if each != language():
            text("a", say(f"language.{each}")).props(f"href=?lang={each} lang={each}")


def plain(title: str) -> None:
    """Title, style and language of a page."""
    ui.query("html").props(f"lang={language()}")
    ui.page_title(f"{title} · {say('title')}")
    ui.add_css(CSS)


@contextmanager
def frame(visitor: Visitor, title: str, here: str) -> Iterator[Notice]:
    """A page for somebody who is signed in; what is made inside stands in its main part."""
    plain(title)
    with box("console"):
        ui.link(say("skip"), "#main").classes("skip")
        with box("top", "header"):
            with box("nav", "nav").props(f'aria-label="{say("nav.label")}"'):
                for words, path in pages_of(visitor):
                    link = ui.link(say(words), path)
                    if path == here:
                        link.classes("here").props("aria-current=page")
            with box("who"):
                text("span", visitor.signed.account, "account")
                text("span", visitor.role_name, "soft")
                languages()
                ui.link(say("nav.password"), "/console/password")
                with ui.element("form").props("method=post action=/console/sign-out"):
                    text("button", say("sign_out"), "quiet").props("type=submit")
        with box("main").props("id=main tabindex=-1"):
            if title:
                text("h1", title)
            yield Notice()

"""No value can become markup."""

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from dashboards.wall.markup import Html, el, join


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.said = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.said += data


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


@given(st.text())
def test_a_string_stays_text(value: str) -> None:
    read_back = read(el("p", "", value, el("b", "", value)))
    assert read_back.tags == ["p", "b"]
    assert read_back.said == 2 * "".join(sign for sign in value if sign == " " or sign.isprintable())


def test_hostile_strings_are_inert() -> None:
    hostile = '<img src=x onerror="alert(1)">'
    assert read(el("p", "", hostile)).tags == ["p"]
    assert "<img" not in el("p", hostile, style=hostile).split(">", 1)[1]
    assert '"alert' not in el("p", '"><script>', "x")


def test_html_is_not_escaped_twice() -> None:
    assert join(Html("<b>1</b>"), "<", "") == "<b>1</b>&lt;"

"""What a viewer may choose: held against the list, refused in words, kept from board to board."""

from collections.abc import Sequence

import pytest

from dashboards.wall.answers import Answers
from dashboards.wall.board import Board, boards
from dashboards.wall.choices import Choice, Variable
from dashboards.wall.choosing import NotKnownYet, NotOffered, checked, form, kept, variables
from dashboards.wall.lists import EVERY_S, Lists
from dashboards.wall.screens import Screens
from dashboards.wall.source import Table
from ioc.clock import FixedClock
from ioc.errors import StoreUnavailable
from tests.unit.dashboards.conftest import NOW
from tests.unit.dashboards.test_poller import seconds

UNITS = [Choice(text="Bộ Nội vụ", value="G09"), Choice(text='Cục <b>"Việc làm', value="G09.915")]


def known(variable: Variable) -> Sequence[Choice]:
    return UNITS if variable.type == "query" else variable.options


@pytest.fixture(scope="module")
def all_boards() -> dict[str, Board]:
    return boards()


@pytest.fixture
def tasks(all_boards: dict[str, Board]) -> Board:
    return all_boards["tasks"]


def test_what_the_board_shows_anyway_is_no_choice(tasks: Board) -> None:
    assert checked(tasks, {"unit": "G09", "window": "month", "kiosk": ""}, known) == {}
    assert checked(tasks, {"unit": "G09.915", "window": "ytd"}, known) == {"unit": "G09.915", "window": "ytd"}


@pytest.mark.parametrize(
    "asked", [{"unit": "G09.999"}, {"unit": "' OR 1=1"}, {"window": "hour"}, {"unit": ""}]
)
def test_what_is_not_in_the_list_is_refused_in_words(tasks: Board, asked: dict[str, str]) -> None:
    with pytest.raises(NotOffered, match=r"Không có (đơn vị|kỳ) “.*” trên bảng Nhiệm vụ. Có thể chọn: "):
        checked(tasks, asked, known)


def test_a_list_that_nobody_could_read_lets_nothing_through(tasks: Board) -> None:
    with pytest.raises(NotKnownYet, match="“G09"):
        checked(tasks, {"unit": "G09.915"}, lambda one: None)
    assert checked(tasks, {"unit": "G09"}, lambda one: None) == {}


def test_a_board_without_variables_offers_nothing(all_boards: dict[str, Board]) -> None:
    wall = all_boards["operations-wall"]
    assert variables(wall) == [] and form(wall, {}, known, {}) == ""
    assert checked(wall, {"unit": "G09.915"}, known) == {}


def test_another_board_keeps_what_it_offers_too(all_boards: dict[str, Board]) -> None:
    chosen = {"unit": "G09.915", "window": "day"}
    assert kept(all_boards["documents"], chosen) == chosen
    assert kept(all_boards["ranking"], chosen) == {"unit": "G09.915"}, "a ranking has no day"
    assert kept(all_boards["operations-wall"], chosen) == {}


def test_the_form_offers_the_lists_inert_and_keeps_the_rest_of_the_address(tasks: Board) -> None:
    html = form(tasks, {"unit": "G09.915"}, known, {"kiosk": "", "theme": "light", "unit": "G09.915"})
    assert '<option value="G09.915" selected="selected">Cục &lt;b&gt;' in html and "<b>" not in html
    assert 'action="/wall/tasks"' in html and 'name="theme" value="light"' in html
    assert html.count('name="unit"') == 1 and "Tháng này</p>" in html


def test_a_choice_is_what_its_statements_say(all_boards: dict[str, Board], clock: FixedClock) -> None:
    asked: list[str] = []

    class Listening:
        def read(self, sql: str) -> Table:
            asked.append(sql)
            return Table(("value",), ())

        def close(self) -> None: ...

    screens = Screens({"tasks": all_boards["tasks"]}, Listening, clock)
    screens.look(screens.of("tasks", {"unit": "G09.915"}), +1)
    screens.round()
    assert any("'G09.915'" in sql for sql in asked)
    assert not any("unit = 'G09'" in sql for sql in asked)
    assert screens.of("tasks", {"unit": "G09"}) is screens.of("tasks"), "the usual is one screen for all"


def test_lists_are_read_when_wanted_and_once_a_minute(tasks: Board, clock: FixedClock) -> None:
    class Units:
        stopped = False
        reads = 0

        def read(self, sql: str) -> Table:
            if self.stopped:
                raise StoreUnavailable("gone")
            self.reads += 1
            return Table(("code", "name"), (("G09", "Bộ Nội vụ"), ("G09.1", "Cục")))

        def close(self) -> None: ...

    store, lists = Units(), Lists()
    answers = Answers(lambda: store, clock)
    unit, window, _ = tasks.templating.list
    lists.read(answers, clock.monotonic())
    assert store.reads == 0 and lists.of(unit) is None
    assert [one.value for one in lists.of(window) or ()] == ["day", "week", "month", "ytd"]
    for _ in range(3):
        lists.read(answers, clock.monotonic())
    assert store.reads == 1 and [one.value for one in lists.of(unit) or ()] == ["G09", "G09.1"]
    store.stopped = True
    clock.advance(seconds(EVERY_S))
    lists.read(answers, clock.monotonic())
    assert lists.of(unit), "what is known stays known"
    assert clock.now() > NOW

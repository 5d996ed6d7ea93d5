"""What the plugin would send, sent here too; nothing half expanded."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.boards.parts import quoted
from dashboards.wall.board import Board, BoardError
from dashboards.wall.macros import expand, quote

NOW = datetime(2026, 11, 23, 17, 30, tzinfo=UTC)
"""Already the 24th in Vietnam."""


def test_dates_are_vietnamese_days() -> None:
    assert expand("$__dateFilter(day)", now=NOW, variables={}) == (
        "(day >= toDate('2026-10-25') AND day <= toDate('2026-11-24'))"
    )


def test_instants_are_seconds_since_1970() -> None:
    now = int(NOW.timestamp())
    assert expand("$__timeFilter(at)", now=NOW, variables={}) == (
        f"(at >= toDateTime({now - 30 * 86_400}) AND at <= toDateTime({now}))"
    )
    assert expand("$__toTime", now=NOW, variables={}) == f"toDateTime({now})"


@pytest.mark.parametrize(
    "sql", ["$__timeGroup(a, 5m)", "${unit}", "${unit:csv}", "${other:singlequote}", "$unit"]
)
def test_what_is_not_known_is_refused(sql: str) -> None:
    with pytest.raises(BoardError):
        expand(sql, now=NOW, variables={"unit": "G09"})


def test_a_variable_is_a_string_literal() -> None:
    assert expand("u = ${unit:singlequote}", now=NOW, variables={"unit": "G'9\\"}) == r"u = 'G\'9\\'"


@given(st.text())
def test_a_literal_ends_only_at_its_end(value: str) -> None:
    body = quote(value)[1:-1].replace("\\\\", "").replace("\\'", "")
    assert "'" not in body and "\\" not in body


@given(st.lists(st.text(), min_size=1))
def test_names_in_a_statement_are_no_macros(names: list[str]) -> None:
    made = quoted(names)
    assert expand(made, now=NOW, variables={}) == made
    assert "[[" not in made


def test_every_statement_of_the_board_expands(board: Board) -> None:
    for panel in board.panels:
        for target in panel.targets:
            assert "$" not in expand(target.rawSql, now=NOW, variables=board.variables)

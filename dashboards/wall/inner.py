"""A board without its header: a wall has status, title and clock at the same place around every board."""

from dataclasses import dataclass

from dashboards.wall.board import Board, Panel

HEADER = ("level", "as_of")
"""What stats of a header are about."""


@dataclass(frozen=True, slots=True)
class Inner:
    """What is left of a board, with the words of its header."""

    board: Board
    title: str
    subtitle: str


def inner(board: Board) -> Inner:
    """The board from below its first row, if that row is a header."""
    head = [panel for panel in board.panels if panel.gridPos.y == 0]
    if not head or not all(_of_header(panel) for panel in head):
        return Inner(board, board.title, board.description)
    lines = [
        line.strip() for panel in head if panel.type == "text" for line in _content(panel) if line.strip()
    ]
    title = next((line.removeprefix("# ") for line in lines if line.startswith("# ")), board.title)
    subtitle = " ".join(line for line in lines if not line.startswith("#"))
    height = max(panel.gridPos.h for panel in head)
    kept = [_up(panel, height) for panel in board.panels if panel not in head]
    return Inner(board.model_copy(update={"panels": kept}), title, subtitle)


def _of_header(panel: Panel) -> bool:
    return panel.type == "text" or (panel.type == "stat" and panel.principal in HEADER)


def _content(panel: Panel) -> list[str]:
    return str(panel.options["content"]).splitlines()


def _up(panel: Panel, by: int) -> Panel:
    at = panel.gridPos
    return panel.model_copy(update={"gridPos": at.model_copy(update={"y": max(at.y - by, 0)})})

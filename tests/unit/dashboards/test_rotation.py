"""The rotation as a machine: over time, keys and critical alerts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.wall.rotation import Rotation, Standing, seconds

BOARDS = ("wall", "documents", "tasks")
URGENT = Standing("a-1", "documents")
OTHER = Standing("a-2", "tasks")


def turning(at: str = "wall") -> Rotation:
    return Rotation(BOARDS, at, since=0.0, dwell=30.0)


def test_each_board_stands_its_time_and_then_the_first_comes_again() -> None:
    rotation, seen = turning(), []
    for second in range(1, 121):
        before, rotation = rotation.at, rotation.advanced(float(second), ())
        if rotation.at != before:
            seen.append((second, rotation.at))
    assert seen == [(30, "documents"), (60, "tasks"), (90, "wall"), (120, "documents")]


def test_a_board_outside_the_rotation_gives_way_to_the_first() -> None:
    assert turning("leadership").advanced(30.0, ()).at == "wall"
    assert turning("leadership").place == (0, 3)


def test_a_still_wall_never_moves() -> None:
    still = Rotation(BOARDS, "wall", since=0.0)
    assert still.mode == "still"
    assert still.advanced(1e6, (URGENT,)) == still
    assert still.stepped(1.0, 1).at == "documents"
    assert still.toggled(1.0) == still


def test_a_critical_alert_freezes_the_wall_on_its_board_until_it_is_taken_up() -> None:
    frozen = turning("tasks").advanced(5.0, (URGENT,))
    assert (frozen.at, frozen.mode, frozen.held) == ("documents", "frozen", "a-1")
    for second in range(6, 400):
        frozen = frozen.advanced(float(second), (URGENT,))
        assert (frozen.at, frozen.mode) == ("documents", "frozen")
    freed = frozen.advanced(400.0, ())
    assert (freed.at, freed.mode) == ("documents", "turning"), "who took it up is shown for one dwell"
    assert freed.advanced(429.0, ()).at == "documents"
    assert freed.advanced(430.0, ()).at == "wall", "behind the board where it was interrupted"


def test_alerts_that_cannot_be_read_free_nothing_and_freeze_nothing() -> None:
    frozen = turning().advanced(5.0, (URGENT,))
    assert frozen.advanced(100.0, None) == frozen
    assert turning().advanced(30.0, None).mode == "turning"


def test_the_next_alert_takes_over_when_the_first_is_taken_up() -> None:
    frozen = turning().advanced(5.0, (URGENT, OTHER))
    assert frozen.at == "documents"
    second = frozen.advanced(50.0, (OTHER,))
    assert (second.at, second.held) == ("tasks", "a-2")
    freed = second.advanced(60.0, ()).advanced(90.0, ())
    assert freed.at == "documents", "behind the wall, where all this began"


def test_a_newer_alert_does_not_drive_out_the_one_that_is_shown() -> None:
    frozen = turning().advanced(5.0, (OTHER,))
    assert frozen.advanced(6.0, (URGENT, OTHER)).held == "a-2"


def test_a_person_may_look_elsewhere_for_one_dwell() -> None:
    frozen = turning().advanced(5.0, (URGENT,))
    away = frozen.stepped(10.0, 1)
    assert (away.at, away.mode) == ("tasks", "frozen")
    assert away.advanced(39.0, (URGENT,)).at == "tasks"
    assert away.advanced(40.0, (URGENT,)).at == "documents"


def test_a_paused_wall_stays_is_frozen_all_the_same_and_returns() -> None:
    paused = turning().toggled(1.0)
    assert paused.advanced(1000.0, ()).at == "wall"
    frozen = paused.advanced(1001.0, (URGENT,))
    assert (frozen.at, frozen.mode) == ("documents", "frozen")
    freed = frozen.advanced(1010.0, ())
    assert (freed.at, freed.mode) == ("documents", "paused")
    assert freed.advanced(1040.0, ()).at == "wall"
    assert freed.advanced(1040.0, ()).advanced(2000.0, ()).at == "wall"


def test_paused_and_let_go_again_it_has_its_whole_time() -> None:
    again = turning().toggled(20.0).toggled(50.0)
    assert again.advanced(79.0, ()).at == "wall"
    assert again.advanced(80.0, ()).at == "documents"


@pytest.mark.parametrize(
    ("asked", "found"),
    [("", 30.0), ("45", 45.0), ("10", 10.0), ("600", 600.0), ("9", None), ("601", None), ("soon", None),
     ("nan", None)],
)  # fmt: skip
def test_seconds_are_bounded(asked: str, found: float | None) -> None:
    assert seconds(asked) == found


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["wait", "next", "previous", "pause"]),
        st.one_of(st.none(), st.lists(st.sampled_from([URGENT, OTHER]), unique=True, max_size=2)),
        st.floats(0.0, 60.0),
    ),
    max_size=40,
)


@given(STEPS)
def test_whatever_happens_it_shows_a_board_and_never_lets_go_of_an_alert_by_itself(
    steps: list[tuple[str, list[Standing] | None, float]],
) -> None:
    rotation, now = turning(), 0.0
    for key, standing, wait in steps:
        now += wait
        before = rotation
        if key == "pause":
            rotation = rotation.toggled(now)
        elif key != "wait":
            rotation = rotation.stepped(now, 1 if key == "next" else -1)
        rotation = rotation.advanced(now, standing)
        assert rotation.at in BOARDS
        if standing:
            assert rotation.held in {one.ref for one in standing}
            if key == "wait" and rotation.held != before.held:
                home = next(one.board for one in standing if one.ref == rotation.held)
                assert rotation.at == home
        if standing is None:
            assert rotation.held == before.held
        if standing == []:
            assert not rotation.held

"""I9: a wall whose numbers have grown old says so, and does not go on saying it."""

import threading
import time

from proof.harness import wall
from proof.harness.stack import StackFailed, until
from proof.scene import Act, Scene

TELLS_S = 30.0
"""After a fault began."""
CLEARS_S = 60.0
"""After it ended."""


def awake(scene: Scene) -> None:
    """Wait for the first numbers: before them nothing could grow old. Raises `StackFailed`."""
    if not until(lambda: bool(scene.asked.sql("SELECT 1 FROM ioc.ticks WHERE live LIMIT 1")), 120, 1.0):
        raise StackFailed("the reducer made no numbers within 120 s")


def told_by_the_wall(act: Act) -> Act:
    """The same fault, while somebody looks at the wall. For faults that last longer than `TELLS_S`."""

    def watched(scene: Scene) -> None:
        awake(scene)
        scene.more.setdefault("I9", [])
        port, begun, over = scene.stack.port + 5, time.monotonic(), threading.Event()
        first: list[tuple[float, str]] = []

        def look() -> None:
            while not over.is_set():
                if (said := wall.doubt(port)) and not first:
                    first.append((time.monotonic() - begun, said))
                over.wait(1.0)

        looking = threading.Thread(target=look, daemon=True)
        looking.start()
        try:
            act(scene)
        finally:
            over.set()
            looking.join(15)
        _tells(scene, first)
        _clears(scene, port)

    return watched


def _tells(scene: Scene, first: list[tuple[float, str]]) -> None:
    if not first:
        scene.wrong("I9", "the wall never said that its numbers are old")
        return
    after_s, said = first[0]
    scene.numbers["wall_said"], scene.numbers["wall_said_after_s"] = said, round(after_s, 1)
    if after_s > TELLS_S:
        scene.wrong("I9", f"the wall said {said} after {after_s:.0f} s, allowed {TELLS_S:.0f} s")


def _clears(scene: Scene, port: int) -> None:
    back = time.monotonic()
    if not until(lambda: not wall.doubt(port), CLEARS_S, 1.0):
        scene.wrong("I9", f"the wall says {wall.doubt(port)} {CLEARS_S:.0f} s after the end of the fault")
    scene.numbers["wall_clear_after_s"] = round(time.monotonic() - back, 1)

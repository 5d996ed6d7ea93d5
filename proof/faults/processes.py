"""Processes that die."""

from proof.scene import Fault, Scene


def sink(scene: Scene) -> None:
    """The landing worker dies again and again while it works."""
    for _ in range(3):
        scene.load.wait_accepted(scene.chance.randrange(50, 400))
        scene.kill("worker")


FAULTS = (Fault("F05", "kill -9 of the landing worker, three times under load", sink, tier=1),)

"""Faults of the matrix that cannot be made here, each with what is missing; never counted as passed."""

from proof.scene import Fault, Scene

WHY = {
    "F35": ("Grafana dies and comes back", "a Grafana binary"),
}


def _never(_: Scene) -> None:
    raise AssertionError("a fault that is skipped does not run")


def _absent(name: str, title: str, missing: str) -> Fault:
    return Fault(name, title, _never, needs=lambda: missing)


FAULTS = tuple(_absent(name, title, missing) for name, (title, missing) in WHY.items())

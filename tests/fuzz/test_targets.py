"""Without a fuzzer: no reader fails on its seeds, nor on what a fuzzer once found."""

from collections.abc import Iterator

import pytest

from tests.fuzz.bytes import FOUND
from tests.fuzz.seeding import SEEDS
from tests.fuzz.targets import TARGETS


def found() -> Iterator[tuple[str, str]]:
    """Target and name of every kept input."""
    for path in sorted(FOUND.iterdir()):
        yield path.name.partition("-")[0], path.name


def test_every_target_has_seeds() -> None:
    assert set(SEEDS) == set(TARGETS)


# The decoder's seeds are the corpus, which has its own test.
@pytest.mark.parametrize("name", sorted(set(TARGETS) - {"decoder"}))
def test_seeds_are_read_or_refused(name: str) -> None:
    seeds = list(SEEDS[name]())
    assert seeds
    for seed in seeds:
        TARGETS[name].run(seed)


@pytest.mark.parametrize(("target", "name"), list(found()))
def test_what_was_found_once_is_read_or_refused(target: str, name: str) -> None:
    TARGETS[target].run((FOUND / name).read_bytes())


def test_a_target_that_fails_is_noticed() -> None:
    class Slip(Exception): ...

    def feed(_: bytes) -> None:
        raise Slip

    from tests.fuzz.targets import Target

    with pytest.raises(Slip):
        Target("x", feed, (ValueError,)).run(b"")

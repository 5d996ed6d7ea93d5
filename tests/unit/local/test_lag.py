"""How far landing is behind, asked of a broker that has just started."""

from typing import Any

import pytest
from kafka.errors import (
    CoordinatorLoadInProgressError,
    CoordinatorNotAvailableError,
    GroupAuthorizationFailedError,
    NotCoordinatorError,
)

from local import topics


class Starting:
    """An admin client whose broker answers with these errors first."""

    def __init__(self, *errors: type[Exception]) -> None:
        self._errors = list(errors)

    def list_group_offsets(self, groups: dict[str, Any]) -> dict[str, Any]:
        if self._errors:
            raise self._errors.pop(0)
        return {group: {} for group in groups}


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.topics.time.sleep", lambda _: None)


def test_a_group_without_its_coordinator_is_asked_again() -> None:
    passing = (CoordinatorNotAvailableError, NotCoordinatorError, CoordinatorLoadInProgressError)
    assert topics._committed(Starting(*passing), []) == {}


def test_what_does_not_pass_is_said() -> None:
    with pytest.raises(GroupAuthorizationFailedError):
        topics._committed(Starting(GroupAuthorizationFailedError), [])
    with pytest.raises(NotCoordinatorError):
        topics._committed(Starting(*[NotCoordinatorError] * 3), [], attempts=3)

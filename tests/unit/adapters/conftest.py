"""What tests of files get handed."""

from pathlib import Path

import pytest

from tests.unit.adapters.site import Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """An inbox in which nothing has to rest."""
    return Site(tmp_path)

"""The real engine for tests: one process a test run, in a directory of its own."""

from collections.abc import Iterator

import pytest

from ioc.settings import ClickHouse
from storage.client import Store
from storage.migrate import migrate
from tests.engine.process import StoreProcess


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouse]:
    """Settings that reach a running store; nothing is migrated yet."""
    process = StoreProcess(tmp_path_factory.mktemp("store")).start()
    yield process.settings
    process.stop()


@pytest.fixture(scope="session")
def migrated(engine: ClickHouse) -> ClickHouse:
    """The same, with the project's tables."""
    store = Store(engine)
    migrate(store, engine)
    store.close()
    return engine


@pytest.fixture
def store(migrated: ClickHouse) -> Iterator[Store]:
    """A writer on a migrated store. Tables are shared by all tests: choose keys of your own."""
    store = Store(migrated)
    yield store
    store.close()


@pytest.fixture
def reading(migrated: ClickHouse) -> Iterator[Store]:
    """A reader on a migrated store."""
    store = Store(migrated, role="reader")
    yield store
    store.close()


@pytest.fixture(scope="session")
def own_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouse]:
    """A store for tests that empty tables and count everything in them."""
    process = StoreProcess(tmp_path_factory.mktemp("alone")).start()
    store = Store(process.settings)
    migrate(store, process.settings)
    store.close()
    yield process.settings
    process.stop()


@pytest.fixture(scope="session")
def alone(own_engine: ClickHouse) -> Iterator[Store]:
    """A writer on that store."""
    store = Store(own_engine)
    yield store
    store.close()


@pytest.fixture
def reading_alone(own_engine: ClickHouse) -> Iterator[Store]:
    """A reader on that store."""
    store = Store(own_engine, role="reader")
    yield store
    store.close()

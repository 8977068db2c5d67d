"""A store on a file of its own, and a journal that writes to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.records.bus import LocalBus
from ivr.records.journal import DatabaseJournal
from ivr.records.store import Store


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "var" / "ivr.sqlite3"


@pytest.fixture
def store(database: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{database}", busy_timeout_ms=50)
    store.migrate()
    yield store
    store.close()


@pytest.fixture
def bus() -> LocalBus:
    return LocalBus()


@pytest.fixture
def journal(store: Store, bus: LocalBus) -> Iterator[DatabaseJournal]:
    journal = DatabaseJournal(store, bus, max_in_memory=10)
    yield journal
    journal.close()

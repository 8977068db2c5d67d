"""A store on a database of its own, and a journal that writes to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.records.bus import LocalBus
from ivr.records.journal import DatabaseJournal
from ivr.records.recordings import Vault, read_keys
from ivr.records.store import Store
from tests.records.samples import KEY


@pytest.fixture
def store(database_url: str, tmp_path: Path) -> Iterator[Store]:
    state_dir = None if database_url.startswith("sqlite") else tmp_path / "journal"
    store = Store(database_url, state_dir=state_dir, busy_timeout_ms=50)
    store.migrate()
    yield store
    store.close()


@pytest.fixture
def vault(store: Store, tmp_path: Path) -> Vault:
    return Vault(store.engine, tmp_path / "recordings", read_keys(KEY))


@pytest.fixture
def bus() -> LocalBus:
    return LocalBus()


@pytest.fixture
def journal(store: Store, bus: LocalBus) -> Iterator[DatabaseJournal]:
    journal = DatabaseJournal(store, bus, max_in_memory=10)
    yield journal
    journal.close()

"""A store on a PostgreSQL database of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.records.store import Store
from tests.postgres import PostgresServer


@pytest.fixture
def url(postgres: PostgresServer) -> Iterator[str]:
    url = postgres.create()
    yield url
    postgres.drop(url)


@pytest.fixture
def store(url: str, tmp_path: Path) -> Iterator[Store]:
    store = Store(url, state_dir=tmp_path / "journal", busy_timeout_ms=100)
    yield store
    store.close()

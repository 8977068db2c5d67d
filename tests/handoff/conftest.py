"""An office for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.handoff.desks import Office


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path / "desk.sqlite3", url=database_url)
    yield office
    office.close()

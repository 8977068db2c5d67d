"""An office for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.handoff.desks import Office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path / "desk.sqlite3")
    yield office
    office.close()

"""What tests share: one real hotline for all that ring it, and databases of either kind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.calls.hotlines import hotline
from tests.postgres import PostgresServer, postgres_server


@pytest.fixture(scope="session")
def hotline_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real hotline: gunicorn, recognizer, voices and databases, in a process of its own."""
    with hotline(None, tmp_path_factory.mktemp("hotline")) as url:
        yield url


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server; skips who asks for it when there is none on this machine."""
    with postgres_server() as server:
        yield server


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """The file of the test's database. Who asks for it is tested on SQLite alone."""
    return tmp_path / "var" / "ivr.sqlite3"


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a database of the test's own: once in a SQLite file, once, slowly, on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{request.getfixturevalue('database')}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.create()
    yield url
    server.drop(url)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Test on both databases what asks for one by its address."""
    chosen = any("database_url" in str(mark.args[0]) for mark in metafunc.definition.iter_markers("parametrize"))
    if "database_url" in metafunc.fixturenames and not chosen:
        file_alone = "database" in metafunc.fixturenames
        others = [] if file_alone else [pytest.param("postgresql", marks=pytest.mark.slow)]
        metafunc.parametrize("database_url", ["sqlite", *others], indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast tests first: a broken rule shows within seconds, not after the last call.

    Then those that wait for calls: two at a time they leave each other the cores, which the others would not.
    """
    items.sort(key=lambda item: (item.get_closest_marker("slow") is not None, not _rings(item)))


def _rings(item: pytest.Item) -> bool:
    """Whether a test rings a real hotline."""
    fixtures: tuple[str, ...] = getattr(item, "fixturenames", ())
    return "hotline_url" in fixtures or item.path.parent.name in {"system", "docs"}

"""What tests share: one real hotline for all that ring it."""

from collections.abc import Iterator

import pytest

from tests.calls.hotlines import hotline


@pytest.fixture(scope="session")
def hotline_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real hotline: gunicorn, recognizer, voices and databases, in a process of its own."""
    with hotline(None, tmp_path_factory.mktemp("hotline")) as url:
        yield url


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast tests first: a broken rule shows within seconds, not after the last call."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None)

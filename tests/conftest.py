"""What tests share: one real hotline for all that ring it."""

from collections.abc import Iterator

import pytest

from ivr.bench.own_server import own_server


@pytest.fixture(scope="session")
def hotline_url() -> Iterator[str]:
    """The address of a real hotline: gunicorn, recognizer, voices and databases, in a process of its own."""
    with own_server(IVR_NO_INPUT_S="4") as url:
        yield url


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Fast tests first: a broken rule shows within seconds, not after the last call."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None)

"""One set of browsers for each module that drives one."""

from collections.abc import Iterator

import pytest

from tests.web.browser import kept_browsers


@pytest.fixture(scope="module")
def browsers() -> Iterator[None]:
    with kept_browsers():
        yield

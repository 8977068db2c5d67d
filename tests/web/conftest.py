"""What tests of pages share: browsers for each module that drives one, an office to log in to, the desk."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from ivr.records.store import Store
from tests.web.browser import kept_browsers, launch
from tests.web.desk_page import Floor, open_floor
from tests.web.login_office import MORNING, PASSWORD, PEOPLE, Office, accounts_of


@pytest.fixture(scope="module")
def browsers() -> Iterator[None]:
    with kept_browsers():
        yield


@pytest.fixture(scope="module")
def office_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which the three people are already."""
    file = tmp_path_factory.mktemp("template") / "ivr.sqlite3"
    store = Store(f"sqlite:///{file}")
    store.migrate()
    for name, role in PEOPLE.items():
        accounts_of(store).add(name, role, PASSWORD, MORNING)
    store.close()
    return file


@pytest.fixture
def make_office(tmp_path: Path, office_template: Path) -> Iterator[Callable[..., Office]]:
    made: list[Office] = []

    def open_office(**settings: Any) -> Office:
        made.append(Office(tmp_path, office_template, **settings))
        return made[-1]

    yield open_office
    for office in made:
        office.store.close()


@pytest.fixture
def office(make_office: Callable[..., Office]) -> Office:
    return make_office()


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    with open_floor(tmp_path) as opened:
        yield opened


@pytest.fixture
def page(browsers: None, floor: Floor) -> Iterator[Page]:
    with launch(locale="ko-KR") as opened:
        yield opened

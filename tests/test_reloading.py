"""Taking edited prompts without a restart: what is good is taken, what is broken never is."""

import shutil
import threading
import time
from pathlib import Path

import pytest

from ivr.content.loader import load_content
from ivr.content.types import Content
from ivr.errors import ConfigurationError
from ivr.metrics import Metrics
from ivr.reloading import PROBLEMS_SHOWN, Reloader
from tests.content.conftest import prompts

__all__ = ["prompts"]


class _House:
    """Stands in for what prepares a version: remembers what new calls get."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.metrics = Metrics()
        self.given = load_content(folder)
        self.fails: Exception | None = None
        self.reloader = Reloader(folder, self.given, self._take, self.metrics, poll_s=0.01)
        self.rest()

    def _take(self, before: Content, content: Content) -> None:
        assert before is self.given
        if self.fails:
            raise self.fails
        self.given = content

    def rest(self) -> bool:
        """Look until nothing moves; whether a version was taken."""
        return True in [self.reloader.poll() for _ in range(3)]

    def count(self, result: str) -> float:
        return self.metrics.registry.get_sample_value("ivr_prompts_reloads_total", {"result": result}) or 0.0


@pytest.fixture
def house(prompts: Path) -> _House:
    return _House(prompts)


def _edit(path: Path, before: str, after: str) -> None:
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after), "utf-8")


def _goodbye(content: Content) -> str:
    return content.texts["en"]["goodbye"].wordings["neutral"][0]


def test_an_edited_text_is_taken(house: _House) -> None:
    before = house.given
    _edit(house.folder / "en" / "dialogue.yaml", "Have a nice day.", "See you soon.")
    assert house.rest()
    assert _goodbye(house.given) == "Thank you for calling. See you soon."
    assert house.given.version != before.version
    assert _goodbye(before) == "Thank you for calling. Have a nice day."  # what calls in progress have
    assert (house.count("taken"), house.count("refused"), house.reloader.problem) == (1, 0, None)


def test_what_is_as_it_was_is_not_prepared_again(house: _House) -> None:
    before = house.given
    (house.folder / "slots.yaml").touch()
    assert not house.rest()
    assert house.given is before
    assert house.count("taken") == 0


def test_a_broken_file_changes_nothing_and_is_named(house: _House) -> None:
    before = house.given
    path = house.folder / "en" / "dialogue.yaml"
    good = path.read_bytes()
    path.write_text("goodbye: 'half a text", "utf-8")
    assert not house.rest()
    assert house.given is before
    assert f"{path}:" in (house.reloader.problem or "")
    assert house.count("refused") == 1
    path.write_bytes(good)
    house.rest()
    assert house.given is before
    assert house.reloader.problem is None


def test_many_problems_are_shown_in_part(house: _House) -> None:
    (house.folder / "en" / "extra.yaml").write_text("".join(f"A{n}: b\n" for n in range(100)), "utf-8")
    house.rest()
    lines = (house.reloader.problem or "").splitlines()
    assert len(lines) == PROBLEMS_SHOWN + 1
    assert lines[-1] == "and 80 more: python -m ivr check"


def test_a_folder_that_is_gone_changes_nothing(house: _House) -> None:
    before = house.given
    away = house.folder.with_name("away")
    house.folder.rename(away)
    house.rest()
    assert house.given is before
    assert "is not a folder" in (house.reloader.problem or "")
    shutil.copytree(away, house.folder)
    house.rest()
    assert house.reloader.problem is None


@pytest.mark.parametrize("failure", [ConfigurationError("SHOP_URL is not set"), ZeroDivisionError("bug")])
def test_a_version_that_can_not_be_prepared_is_refused(house: _House, failure: Exception) -> None:
    before, house.fails = house.given, failure
    _edit(house.folder / "en" / "dialogue.yaml", "Have a nice day.", "See you soon.")
    assert not house.rest()
    assert house.given is before
    assert str(failure) in (house.reloader.problem or "")
    house.fails = None
    _edit(house.folder / "en" / "dialogue.yaml", "See you soon.", "Until next time.")
    assert house.rest()
    assert house.reloader.problem is None


def test_it_watches_in_a_thread_of_its_own_until_it_is_closed(house: _House) -> None:
    house.reloader.start()
    _edit(house.folder / "en" / "dialogue.yaml", "Have a nice day.", "See you soon.")
    deadline_s = time.monotonic() + 10.0
    while "See you" not in _goodbye(house.given) and time.monotonic() < deadline_s:
        time.sleep(0.01)
    assert "See you" in _goodbye(house.given)
    assert "prompts" in {thread.name for thread in threading.enumerate()}
    house.reloader.close()
    assert "prompts" not in {thread.name for thread in threading.enumerate()}

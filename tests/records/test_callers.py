"""What a caller asked for is kept for the number, whichever way it was said, and the latest wish holds."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr.cli import main
from ivr.records.bus import LocalBus
from ivr.records.journal import DatabaseJournal
from ivr.records.store import Store
from ivr.records.types import KnownNumber
from tests.records.samples import STARTED_AT, started

NUMBER = "+821012345678"
LONG_AGO = STARTED_AT - timedelta(days=14)


def test_a_number_nobody_asked_anything_for_may_be_judged(store: Store) -> None:
    assert store.known_number(NUMBER, LONG_AGO) == KnownNumber(None, feelings=True)


def test_what_was_said_in_a_call_holds_for_the_numbers_next_ones(store: Store, journal: DatabaseJournal) -> None:
    journal.call_started(started())
    journal.caller_feelings("CA1", NUMBER, False)
    assert journal.flush(5)
    assert store.known_number(NUMBER, LONG_AGO).feelings is False
    assert store.feelings("+821099999999") is True


def test_the_latest_wish_holds_even_if_an_older_one_comes_late(
    store: Store, bus: LocalBus, journal: DatabaseJournal
) -> None:
    store.migrate()
    store.set_feelings(NUMBER, allowed=True)  # now
    late = DatabaseJournal(store, bus, clock_us=lambda: 1_000_000)  # what a dead process left behind
    late.caller_feelings("CA1", NUMBER, False)
    assert late.flush(5)
    late.close()
    assert store.feelings(NUMBER) is True
    store.set_feelings(NUMBER, allowed=False)
    assert store.feelings(NUMBER) is False


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.setenv("IVR_DATABASE_URL", f"sqlite:///{tmp_path}/calls.db")
    return lambda *arguments: CliRunner().invoke(main, ["caller", *arguments])


def test_the_command_shows_and_sets_it(run: Callable[..., Result]) -> None:
    assert run(NUMBER).output == f"{NUMBER}: feelings on\n"
    assert run(NUMBER, "--feelings", "off").output == f"{NUMBER}: feelings off\n"
    assert run(NUMBER).output == f"{NUMBER}: feelings off\n"
    assert run(NUMBER, "--feelings", "on").output == f"{NUMBER}: feelings on\n"


def test_what_is_no_number_is_told(run: Callable[..., Result]) -> None:
    answer = run("010-1234-5678", "--feelings", "off")
    assert answer.exit_code == 2
    assert "is no telephone number like +821012345678" in answer.stderr


def test_a_database_that_can_not_be_used_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no database")
    monkeypatch.setenv("IVR_DATABASE_URL", f"sqlite:///{tmp_path}/file")
    answer = CliRunner().invoke(main, ["caller", NUMBER])
    assert answer.exit_code == 2
    assert "IVR_DATABASE_URL" in answer.stderr

"""Forgetting a person: all of it, only theirs, and without a trace of who it was."""

import json
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ivr.commands.forget import command
from ivr.errors import AccountError
from ivr.records import forget as forget_module
from ivr.records.audit import AuditLog
from ivr.records.bus import LocalBus
from ivr.records.forget import same_number
from ivr.records.journal import DatabaseJournal
from ivr.records.models import Base
from ivr.records.recordings import Vault
from ivr.records.store import Store
from ivr.records.types import VoicemailRecord
from tests.records.person import LONG_AGO, NOTES, WORDS, call, everything

NUMBER, OTHER = "+821012345678", "+821099998888"


@pytest.fixture
def forget(database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Forget":
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IVR_DATABASE_URL", f"sqlite:///{database}")
    monkeypatch.setenv("IVR_RECORDINGS_DIR", str(tmp_path / "recordings"))
    return Forget()


class Forget:
    """Runs the command."""

    def __call__(self, number: str = NUMBER, *options: str, answer: str | None = None) -> Result:
        return CliRunner().invoke(command, ["--caller", number, *(options or ("--yes",))], input=answer)


def test_nothing_is_left_of_a_person_and_everything_of_the_others(
    store: Store, vault: Vault, database: Path, tmp_path: Path, forget: Forget
) -> None:
    call(store, vault, "CA1", NUMBER, LONG_AGO)
    call(store, vault, "CA2", NUMBER, LONG_AGO + timedelta(days=2))
    told = forget()
    assert told.exit_code == 1  # without credentials the carrier can't be told to delete their messages
    for line in (
        "calls: 2",
        "turns: 2",
        "hand-offs: 2",
        "call-backs: 2",
        "recordings: 2",
        "feedback: 2",
        "Erased.",
    ):
        assert line in told.output
    assert "The carrier still keeps recording RECA1: TWILIO_ACCOUNT_SID" in told.output
    left = everything(store, database).replace("RECA", "")  # which the carrier has yet to delete
    for theirs in (WORDS, NOTES, NUMBER, "12345678", "Hong Gildong", "carrier.example", "CA1", "CA2"):
        assert theirs not in left, theirs
    assert list((tmp_path / "recordings").iterdir()) == []
    entry = AuditLog(store.engine).entries(1)[0][1]
    assert (entry.who, entry.action, entry.detail["calls"]) == ("cli", "forgotten", 2)


def test_no_table_is_overlooked() -> None:
    """Whoever adds a table about calls or callers must say here, and in the code, what becomes of it."""
    told = {"callers' words": {str(row.__tablename__) for _, row in forget_module._PARTS}}
    told["handled by name"] = {"calls", "desk_calls", "desk_offers", "agent_sessions", "recordings", "callers"}
    told["hold no caller's data"] = {"agents", "audit", "users", "login_sessions"}
    told["what the carrier has to forget"] = {"carrier_deletions"}
    assert set(Base.metadata.tables) == set().union(*told.values())


def test_a_wish_about_feelings_is_forgotten_too(store: Store, database: Path, forget: Forget) -> None:
    store.set_feelings(NUMBER, allowed=False)
    store.set_feelings(OTHER, allowed=False)
    told = forget()
    assert told.exit_code == 0
    assert "wishes about feelings: 1" in told.output
    assert store.feelings(NUMBER)
    assert not store.feelings(OTHER)
    assert NUMBER not in everything(store, database)


def test_other_people_stay(store: Store, vault: Vault, database: Path, forget: Forget) -> None:
    call(store, vault, "CA1", NUMBER, LONG_AGO)
    call(store, vault, "CA9", OTHER, LONG_AGO)
    forget()
    view = store.call("CA9")
    assert view is not None
    assert (len(view.turns), len(view.decisions)) == (1, 1)
    assert view.handoff and view.callback and view.voicemail
    assert vault.find("CA9") is not None
    assert NOTES in everything(store, database)


def test_it_may_be_repeated(store: Store, vault: Vault, forget: Forget) -> None:
    call(store, vault, "CA1", NUMBER, LONG_AGO)
    forget()
    again = forget()
    assert again.output.startswith("Nothing is kept under this number in sqlite:///")
    assert again.exit_code == 1  # the carrier's recording is still there
    assert len(AuditLog(store.engine).entries(9)) == 1


def test_a_database_that_is_not_there_is_not_taken_for_one_that_holds_nobody(
    tmp_path: Path, forget: Forget, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IVR_DATABASE_URL", "sqlite:///elsewhere/ivr.sqlite3")
    told = forget()
    assert (told.exit_code, "there is no database at" in told.output) == (2, True)
    assert not (tmp_path / "elsewhere").exists()


def test_it_asks_first(store: Store, vault: Vault, forget: Forget) -> None:
    call(store, vault, "CA1", NUMBER, LONG_AGO)
    assert CliRunner().invoke(command, ["--caller", NUMBER], input="n\n").exit_code == 1
    assert store.call("CA1") is not None
    assert "Erased." in CliRunner().invoke(command, ["--caller", NUMBER], input="y\n").output
    assert store.call("CA1") is None


@pytest.mark.parametrize("written", ["+82 10-1234-5678", "010-1234-5678", "821012345678", "01012345678"])
def test_a_number_is_known_however_it_is_written(store: Store, vault: Vault, forget: Forget, written: str) -> None:
    call(store, vault, "CA1", NUMBER, LONG_AGO)
    forget(written)
    assert store.call("CA1") is None


def test_numbers_that_only_look_alike_are_others() -> None:
    same = same_number("+821012345678", "ko")
    assert same("010-1234-5678")
    assert same("sip:+821012345678@carrier.example")
    for other in ("+821012345679", "+811012345678", "12345678", "anonymous", "+266696687", None, ""):
        assert not same(other), other


@pytest.mark.parametrize("wrong", ["", "119", "Hong Gildong", "%", "12345"])
def test_what_is_no_number_erases_nothing(store: Store, vault: Vault, forget: Forget, wrong: str) -> None:
    call(store, vault, "CA1", NUMBER, LONG_AGO)
    with pytest.raises(AccountError):
        same_number(wrong, "ko")
    told = forget(wrong)
    assert told.exit_code == 2
    assert "no telephone number" in told.output
    assert store.call("CA1") is not None


def test_who_is_on_the_line_is_forgotten_when_the_call_is_over(store: Store, vault: Vault, forget: Forget) -> None:
    call(store, vault, "CA1", NUMBER, LONG_AGO)
    call(store, vault, "CA2", NUMBER, LONG_AGO, over=False)  # its process, this one, lives
    told = forget()
    assert told.exit_code == 1
    assert "on the line now" in told.output
    assert store.call("CA1") is None
    assert store.call("CA2") is not None


@pytest.mark.parametrize("heard", [{"transcript": WORDS}, {"problem": "its sound can't be fetched"}])
def test_a_message_that_is_written_down_afterwards_brings_nobody_back(
    store: Store, vault: Vault, database: Path, forget: Forget, heard: dict[str, Any]
) -> None:
    call(store, vault, "CA1", NUMBER, LONG_AGO)
    forget()
    journal = DatabaseJournal(store, LocalBus())
    journal.voicemail("CA1", replace(VoicemailRecord("https://carrier.example/CA1", "RECA1", 3.0), **heard))
    assert journal.flush(5)
    journal.close()
    assert store.call("CA1") is None
    assert WORDS not in everything(store, database)


def test_what_waited_to_be_written_is_forgotten_too(store: Store, vault: Vault, forget: Forget) -> None:
    call(store, vault, "CA1", NUMBER, LONG_AGO)
    spill = store.presence.folder / "dead-1-2.jsonl"
    lines = [{"seq": 1, "call_sid": sid, "kind": "turn", "data": {"text": WORDS}} for sid in ("CA1", "CA9")]
    spill.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    assert "waiting writes: 1" in forget().output
    assert [json.loads(line)["call_sid"] for line in spill.read_text(encoding="utf-8").splitlines()] == ["CA9"]


def test_while_the_database_is_locked_it_says_so_and_can_be_done_again(
    store: Store, vault: Vault, database: Path, forget: Forget
) -> None:
    call(store, vault, "CA1", NUMBER, LONG_AGO)
    holder = sqlite3.connect(database, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    told = forget()
    holder.execute("ROLLBACK")
    holder.close()
    assert told.exit_code == 1
    assert "run the same again" in told.output
    assert "Erased." in forget().output
    assert store.call("CA1") is None

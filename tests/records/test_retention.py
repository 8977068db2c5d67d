"""What is old goes, what is not stays, and what is counted stays countable."""

import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from ivr.commands.retention import command
from ivr.records.audit import AuditEntry, AuditLog
from ivr.records.recordings import Vault
from ivr.records.retention import Keep, RetentionJob, expire
from ivr.records.store import Store
from tests.records.person import LONG_AGO, NOTES, WORDS, call, everything

DAY = timedelta(days=1)
KEEP = Keep(recordings=30 * DAY, transcripts=90 * DAY, signs=60 * DAY, audit=365 * DAY)


def test_before_its_day_nothing_goes(store: Store, vault: Vault) -> None:
    call(store, vault, "CA1", "+821012345678", LONG_AGO)
    assert expire(store.engine, vault, KEEP, LONG_AGO + 29 * DAY) == {}
    assert len(list(vault.play("CA1"))) == 1


def test_recordings_then_signs_then_words_go(store: Store, vault: Vault, database: Path) -> None:
    call(store, vault, "CA1", "+821012345678", LONG_AGO)
    assert expire(store.engine, vault, KEEP, LONG_AGO + 31 * DAY) == {"recordings": 1}
    assert expire(store.engine, vault, KEEP, LONG_AGO + 61 * DAY) == {
        "signs": 1,
        "decisions' signs": 1,
        "desk_signs": 1,
        "offers' signs": 1,
        "telephones' signs": 1,
    }
    assert "furious" not in everything(store, database).partition("SQLite format")[0]
    view = store.call("CA1")
    assert view is not None
    turn = view.turns[0].entry
    assert (turn.emotion, turn.prosody, turn.signs, turn.frustration, turn.speech_rate) == (None,) * 5
    assert turn.contributions is None
    assert view.decisions[0].entry.contributions == {}
    assert turn.text == WORDS
    done = expire(store.engine, vault, KEEP, LONG_AGO + 92 * DAY)
    assert done == dict.fromkeys(
        (
            "turns",
            "decisions",
            "numbers",
            "summaries",
            "callbacks",
            "voicemails",
            "desk_calls",
            "desk_events",
            "feedback",
        ),
        1,
    )
    left = everything(store, database)
    for theirs in (WORDS, NOTES, "12345678", "47291", "Hong Gildong"):
        assert theirs not in left.partition("SQLite format")[0], theirs
    kept = store.call("CA1")
    assert kept is not None
    assert (kept.turns[0].entry.intent, kept.header.outcome, len(kept.decisions)) == (
        "order_status",
        "abandoned",
        1,
    )
    assert expire(store.engine, vault, KEEP, LONG_AGO + 92 * DAY) == {}


def test_a_call_that_goes_on_keeps_its_words(store: Store, vault: Vault) -> None:
    call(store, vault, "CA1", "+821012345678", LONG_AGO, over=False)
    expire(store.engine, vault, KEEP, LONG_AGO + 400 * DAY)
    view = store.call("CA1")
    assert view is not None
    assert view.turns[0].entry.text == WORDS


def test_the_audit_log_goes_by_its_own_time(store: Store, vault: Vault) -> None:
    audit = AuditLog(store.engine)
    for days in (0, 10):
        audit.note(AuditEntry(LONG_AGO + days * DAY, "anna", "agent", "login"))
    assert expire(store.engine, vault, KEEP, LONG_AGO + 366 * DAY) == {"audit": 1}
    assert len(audit.entries(9)) == 1


def test_the_job_notes_what_it_did_and_lives_through_a_locked_database(
    store: Store, vault: Vault, database: Path
) -> None:
    call(store, vault, "CA1", "+821012345678", LONG_AGO)
    audit = AuditLog(store.engine)
    job = RetentionJob(store.engine, vault, replace(KEEP, signs=3650 * DAY), audit, lambda: LONG_AGO + 92 * DAY)
    holder = sqlite3.connect(database, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert job.round() == {}
    holder.execute("ROLLBACK")
    holder.close()
    assert job.round()["turns"] == 1
    assert [(entry.who, entry.action) for _, entry in audit.entries(9)] == [("retention", "expired")]
    job.start()
    job.stop()


def test_the_command_deletes_only_when_told_to(
    store: Store, vault: Vault, database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IVR_DATABASE_URL", f"sqlite:///{database}")
    monkeypatch.setenv("IVR_RECORDINGS_DIR", str(tmp_path / "recordings"))
    monkeypatch.setenv("IVR_KEEP_TRANSCRIPTS_DAYS", "7")
    call(store, vault, "CA1", "+821012345678", LONG_AGO)
    told = CliRunner().invoke(command, [])
    assert (told.exit_code, "transcripts 7 days" in told.output) == (0, True)
    assert vault.find("CA1") is not None
    done = CliRunner().invoke(command, ["--now"])
    assert done.exit_code == 1
    assert "The carrier still keeps recording RECA1: TWILIO_ACCOUNT_SID" in done.output
    assert "recordings: 1" in done.output
    assert "turns: 1" in done.output
    assert "Nothing is older" in CliRunner().invoke(command, ["--now"]).output

"""What docs/privacy.md says is stored is what the tables have, and its statements delete what they say."""

import re
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.records.bus import LocalBus
from ivr.records.journal import DatabaseJournal
from ivr.records.models import Base
from ivr.records.store import Store
from ivr.records.types import CallStarted, TurnRecord
from tests.docs.documents import ROOT, blocks

PRIVACY = ROOT / "docs" / "privacy.md"
FELT = ("emotion", "prosody", "speech_rate", "frustration", "signs")


def test_every_table_is_told() -> None:
    told = set(re.findall(r"^\| `(\w+)` \|", PRIVACY.read_text("utf-8"), re.MULTILINE))
    assert {*Base.metadata.tables} <= told


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A call from the number that the document names, and another."""
    path = tmp_path / "calls.db"
    store = Store(f"sqlite:///{path}")
    journal = DatabaseJournal(store, LocalBus())
    for call_sid, number in (("CA1", "+821012345678"), ("CA2", "+821099999999")):
        journal.call_started(CallStarted(call_sid, datetime(2026, 2, 1, tzinfo=UTC), from_number=number))
        felt = {"emotion": {"label": "angry"}, "prosody": {"pauses": 1}, "signs": {"words": 0.5}}
        turn = TurnRecord("caller", "hello", 0, 900, speech_rate=4.0, frustration=0.3, **felt)  # type: ignore[arg-type]
        journal.turn(call_sid, turn)
    assert journal.flush(5)
    journal.close()
    store.close()
    return path


def test_its_statements_delete_what_they_say(database: Path) -> None:
    calls, felt = (block.body for block in blocks(PRIVACY, "sql"))
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.executescript(felt)
    rows = connection.execute(f"SELECT text, {', '.join(FELT)} FROM turns").fetchall()
    assert rows == [("hello", *[None] * len(FELT))] * 2
    by_number, by_day = (statement for statement in calls.split(";") if statement.strip())
    connection.execute(by_day)
    assert connection.execute("SELECT count(*) FROM calls").fetchone() == (2,)  # both are younger
    connection.execute(by_number)
    assert connection.execute("SELECT call_sid FROM turns").fetchall() == [("CA2",)]
    connection.close()

"""The database: its tables, its times, and what it says when it can't be used."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from ivr.errors import RecordsError
from ivr.records.bus import LocalBus
from ivr.records.journal import DatabaseJournal
from ivr.records.models import Base
from ivr.records.store import Store
from tests.databases import migrated_at_once
from tests.records.samples import DECISION, HANDOFF, STARTED_AT, started, turn


def test_migrations_make_exactly_the_tables_of_the_models(store: Store, database: Path) -> None:
    engine = create_engine(f"sqlite:///{database}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_migrating_again_changes_nothing(store: Store) -> None:
    store.migrate()
    assert store.check() is None
    assert store.latest(10) == ()


def test_processes_that_start_at_once_share_one_migration(database: Path) -> None:
    with migrated_at_once(f"sqlite:///{database}") as stores:
        assert [store.check() for store in stores] == [None] * 4


def test_a_database_of_a_newer_program_is_refused(store: Store, database: Path) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(RecordsError, match=r"newer version.*9999.*knows up to [0-9]{4}.*Update the program"):
        store.migrate()


def test_a_file_that_is_no_database_is_named(database: Path) -> None:
    database.parent.mkdir()
    database.write_text("this is a shopping list, not a database " * 30)
    store = Store(f"sqlite:///{database}")
    with pytest.raises(RecordsError, match=r"ivr\.sqlite3.*not a database"):
        store.migrate()
    assert "not a database" in str(store.check())
    store.close()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("sqlite://", "keeps nothing"),
        ("sqlite:///:memory:", "keeps nothing"),
        ("not a url", "not an SQLAlchemy URL"),
        ("nosuch://host/db", "no driver for nosuch"),
        ("sqlite:////proc/nowhere/ivr.sqlite3", "can't make the database's folder"),
    ],
)
def test_a_wrong_url_is_explained(url: str, says: str) -> None:
    with pytest.raises(RecordsError, match=says):
        Store(url)


def test_the_write_ahead_log_and_foreign_keys_are_on(store: Store, database: Path) -> None:
    connection = sqlite3.connect(database)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()
    with store._engine.connect() as own:
        assert own.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_times_keep_their_moment_whatever_zone_they_came_in(store: Store, journal: DatabaseJournal) -> None:
    seoul = STARTED_AT.astimezone(timezone(timedelta(hours=9)))
    journal.call_started(started(at=seoul))
    assert journal.flush(5)
    view = store.call("CA1")
    assert view is not None
    assert view.header.started_at == STARTED_AT.replace(microsecond=567_000)
    assert view.as_json()["started_at"] == "2026-01-31T02:03:04.567Z"


def test_the_latest_calls_come_newest_first(store: Store, journal: DatabaseJournal) -> None:
    for number in range(5):
        journal.call_started(started(f"CA{number}", STARTED_AT + timedelta(minutes=number)))
    assert journal.flush(5)
    assert [view.header.call_sid for view in store.latest(3)] == ["CA4", "CA3", "CA2"]


def test_an_unknown_call_is_none(store: Store) -> None:
    assert store.call("CA404") is None


def test_calls_of_a_dead_process_are_closed_and_those_of_a_live_one_are_not(store: Store, database: Path) -> None:
    dying = Store(f"sqlite:///{database}")
    for writer, call_sid in ((dying, "CA_dead"), (store, "CA_live")):
        journal = DatabaseJournal(writer, LocalBus())
        journal.call_started(started(call_sid))
        journal.decision(call_sid, DECISION)
        journal.handoff(call_sid, HANDOFF)
        journal.close()
    assert store.close_stale() == 0  # both live
    dying.close()
    assert store.close_stale() == 1

    dead, live = store.call("CA_dead"), store.call("CA_live")
    assert dead is not None
    assert live is not None
    assert dead.header.outcome == "failed"
    assert dead.header.ended_at is not None
    assert dead.header.started_at < dead.header.ended_at <= datetime.now(UTC)
    assert dead.handoff is not None
    assert dead.handoff.entry.status == "waiting"
    assert live.header.outcome == "in_progress"
    assert live.header.ended_at is None


def test_a_call_already_handed_off_stays_so_when_its_process_dies(store: Store, database: Path) -> None:
    dying = Store(f"sqlite:///{database}")
    journal = DatabaseJournal(dying, LocalBus())
    journal.call_started(started())
    journal.turn("CA1", turn("a person please"))
    journal.outcome("CA1", "handed_off")
    journal.close()
    dying.close()
    store.close_stale()
    view = store.call("CA1")
    assert view is not None
    assert view.header.outcome == "handed_off"
    assert view.header.ended_at is not None


def test_a_call_that_goes_on_here_is_not_closed_as_a_dead_processs(store: Store, database: Path) -> None:
    dying = Store(f"sqlite:///{database}")
    journal = DatabaseJournal(dying, LocalBus())
    journal.call_started(started())
    journal.close()
    dying.close()
    with closing(DatabaseJournal(store, LocalBus())) as journal:  # closes what is stale, then writes
        journal.reopened("CA1")
        assert journal.flush(5)
        assert store.close_stale() == 0
        view = store.call("CA1")
        assert view is not None
        assert (view.header.outcome, view.header.ended_at) == ("in_progress", None)


@pytest.mark.slow
def test_the_calls_of_a_killed_process_are_closed_at_the_next_start(store: Store, database: Path) -> None:
    program = f"""
import sys, time
from ivr.records.bus import LocalBus
from ivr.records.journal import DatabaseJournal
from ivr.records.store import Store
from tests.records.samples import started, turn
journal = DatabaseJournal(Store("sqlite:///{database}"), LocalBus())
journal.call_started(started())
journal.turn("CA1", turn("hello"))
print(journal.flush(10), flush=True)
sys.stdin.read()
"""
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "True\n"
        assert store.close_stale() == 0
        process.kill()
        process.wait(10)
    assert store.close_stale() == 1
    view = store.call("CA1")
    assert view is not None
    assert view.header.outcome == "failed"
    assert [one.entry.text for one in view.turns] == ["hello"]

"""Servers that go away, stand still or break off: nothing is lost, and nobody waits for ever."""

import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from ivr.errors import RecordsError
from ivr.records.bus import LocalBus
from ivr.records.journal import DatabaseJournal
from ivr.records.patience import PatientConnection
from ivr.records.store import FORGOTTEN_AFTER, Store
from tests.postgres import PostgresServer
from tests.records.samples import started, texts, turn
from tests.system.hotline import wait_until

NUMBER = "+821012345678"
PATIENCE_S = 20.0

pytestmark = pytest.mark.slow


def test_a_server_that_stops_in_mid_call_loses_nothing(postgres: PostgresServer, store: Store) -> None:
    with closing(DatabaseJournal(store, LocalBus(), max_in_memory=10)) as journal:
        journal.call_started(started())
        journal.turn("CA1", turn("0"))
        assert journal.flush(PATIENCE_S)
        with capture_logs() as lines:
            postgres.stop()
            began_s = time.monotonic()
            for number in range(1, 30):  # three times what fits into memory
                journal.turn("CA1", turn(str(number)))
            assert time.monotonic() - began_s < 1
            assert not journal.flush(0.5)
            assert store.presence.spill.exists()
            assert store.check() is not None
            with pytest.raises(RecordsError, match="IVR_DATABASE_URL"):
                store.latest(1)
            postgres.start()
            assert journal.flush(PATIENCE_S)
        assert texts(store) == [str(number) for number in range(30)]
        assert not store.presence.spill.exists()
        told = [line["event"] for line in lines]
        assert told == ["records.database_down", "records.database_back"]
        assert store.check() is None


def test_what_a_process_could_not_write_is_written_by_the_next(
    postgres: PostgresServer, url: str, tmp_path: Path
) -> None:
    with closing(Store(url, state_dir=tmp_path / "journal")) as first:
        journal = DatabaseJournal(first, LocalBus())
        journal.call_started(started())
        assert journal.flush(PATIENCE_S)
        postgres.stop()
        journal.turn("CA1", turn("while it was away"))
        journal.close(timeout_s=0.3)
    postgres.start()
    with closing(Store(url, state_dir=tmp_path / "journal")) as second:
        journal = DatabaseJournal(second, LocalBus())
        wait_until(lambda: texts(second), PATIENCE_S, "it is written")
        journal.close()
        view = second.call("CA1")
        assert view is not None
        assert texts(second) == ["while it was away"]
        assert view.header.outcome == "failed"  # its process died; on this machine that is known at once


def test_a_server_that_stands_still_is_given_up_and_waited_for(
    postgres: PostgresServer, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PatientConnection, "answer_s", 0.3)
    with closing(DatabaseJournal(store, LocalBus())) as journal:
        journal.call_started(started())
        assert journal.flush(PATIENCE_S)
        with capture_logs() as lines, postgres.frozen():
            journal.turn("CA1", turn("patience"))
            began_s = time.monotonic()
            with pytest.raises(RecordsError, match="timeout"):  # of the connection that was to replace it
                store.latest(1)
            assert time.monotonic() - began_s < PATIENCE_S
            wait_until(lambda: lines, PATIENCE_S, "the writer has given up")
        assert journal.flush(PATIENCE_S)
    assert texts(store) == ["patience"]
    with store.engine.connect() as connection, postgres.frozen():
        with pytest.raises(OperationalError, match=r"has not answered for 0\.3 s"):
            connection.exec_driver_sql("SELECT 1")
        assert connection.invalidated


def test_connections_that_break_off_are_replaced(postgres: PostgresServer, url: str, store: Store) -> None:
    store.set_feelings(NUMBER, allowed=False)
    postgres.break_off(url)
    assert store.feelings(NUMBER) is False
    postgres.break_off(url)
    store.set_feelings(NUMBER, allowed=True)
    assert store.feelings(NUMBER) is True


def test_a_server_that_only_reads_for_now_is_waited_for(postgres: PostgresServer, url: str, store: Store) -> None:
    """As one does that has just become the standby of another."""
    database = postgres.do("SELECT current_database()", url)[0][0]
    with closing(DatabaseJournal(store, LocalBus())) as journal:
        journal.call_started(started())
        assert journal.flush(PATIENCE_S)
        with capture_logs() as lines:
            postgres.do(f"ALTER DATABASE {database} SET default_transaction_read_only = on")
            postgres.break_off(url)
            journal.turn("CA1", turn("patience"))
            assert not journal.flush(0.5)
            postgres.do(f"ALTER DATABASE {database} RESET default_transaction_read_only")
            assert journal.flush(PATIENCE_S)
    assert texts(store) == ["patience"]
    assert "read-only" in lines[0]["problem"]


def test_only_processes_that_share_a_folder_can_tell_that_one_is_dead(url: str, tmp_path: Path) -> None:
    """Two containers of one name, say: neither may close the other's calls."""
    now = datetime.now(UTC)
    first = Store(url, state_dir=tmp_path / "one")
    neighbour, stranger = Store(url, state_dir=tmp_path / "one"), Store(url, state_dir=tmp_path / "other")
    node = first.presence.node
    assert not neighbour.dead(node, now) and not stranger.dead(node, now)
    first.close()
    assert neighbour.dead(node, now)
    assert not stranger.dead(node, now)
    assert stranger.dead(node, now - FORGOTTEN_AFTER - timedelta(seconds=1))
    neighbour.close()
    stranger.close()

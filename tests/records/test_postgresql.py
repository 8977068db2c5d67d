"""What is PostgreSQL's own: servers that go away, writers that wait for each other, rows it would not take."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import delete, func, insert, inspect, select, text, update
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from ivr.errors import RecordsError
from ivr.records import engine as engine_module
from ivr.records import forget, migrations, retention
from ivr.records.accounts_models import AuditRow
from ivr.records.audit import AuditEntry, AuditLog
from ivr.records.bus import LocalBus
from ivr.records.engine import connect, for_reading, for_writing
from ivr.records.journal import DatabaseJournal
from ivr.records.models import Base, CallerRow, TurnRow
from ivr.records.patience import PatientConnection
from ivr.records.recordings import Vault, read_keys
from ivr.records.retention import Keep
from ivr.records.store import FORGOTTEN_AFTER, Store
from ivr.records.transactions import writing
from ivr.records.types import VoicemailRecord
from tests.databases import locked
from tests.postgres import PostgresServer
from tests.records.person import LONG_AGO, NOTES, WORDS, call
from tests.records.samples import started, turn
from tests.records.test_recordings import KEY

NUMBER, OTHER = "+821012345678", "+821099998888"
PATIENCE_S = 20.0

pytestmark = pytest.mark.slow


@pytest.fixture
def url(postgres: PostgresServer) -> Iterator[str]:
    url = postgres.create()
    yield url
    postgres.drop(url)


@pytest.fixture
def store(url: str, tmp_path: Path) -> Iterator[Store]:
    store = Store(url, state_dir=tmp_path / "journal", busy_timeout_ms=100)
    yield store
    store.close()


@pytest.fixture
def vault(store: Store, tmp_path: Path) -> Vault:
    return Vault(store.engine, tmp_path / "recordings", read_keys(KEY))


def texts(store: Store) -> list[str]:
    view = store.call("CA1")
    assert view is not None
    return [each.entry.text for each in view.turns]


def wait_until(true: Callable[[], object], what: str) -> None:
    give_up_s = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < give_up_s, f"not within {PATIENCE_S:g} s: {what}"
        time.sleep(0.02)


def test_processes_that_start_at_once_make_exactly_the_tables_of_the_models(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    url = postgres.create(empty=True)
    stores = [Store(url, state_dir=tmp_path / "journal") for _ in range(4)]
    problems: list[Exception] = []

    def migrate(store: Store) -> None:
        try:
            store.migrate()
        except Exception as error:
            problems.append(error)

    threads = [threading.Thread(target=migrate, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    with stores[0].engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    for store in stores:
        store.close()
    postgres.drop(url)


def test_migrations_lead_back_and_forth(store: Store) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    with for_writing(store.engine) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]
    store.migrate()
    assert set(inspect(store.engine).get_table_names()) == {*Base.metadata.tables, "alembic_version"}


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
        wait_until(lambda: texts(second), "it is written")
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
            wait_until(lambda: lines, "the writer has given up")
        assert journal.flush(PATIENCE_S)
    assert texts(store) == ["patience"]
    with store.engine.connect() as connection, postgres.frozen():
        with pytest.raises(OperationalError, match=r"has not answered for 0\.3 s"):
            connection.exec_driver_sql("SELECT 1")
        assert connection.invalidated


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


def test_a_write_waits_its_turn_and_no_longer_than_it_may(url: str, store: Store) -> None:
    with locked(url):
        began_s = time.monotonic()
        with pytest.raises(RecordsError, match="lock timeout"):
            store.set_feelings(NUMBER, allowed=False)
        assert 0.09 < time.monotonic() - began_s < 2
        assert store.feelings(NUMBER) is True  # who only reads waits for nobody
    store.set_feelings(NUMBER, allowed=False)
    assert store.feelings(NUMBER) is False


def test_a_process_that_hangs_in_mid_write_loses_its_turn(
    url: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "IDLE_TIMEOUT_MS", 300)
    hung = connect(url)
    connection = for_writing(hung, "calls")
    connection.begin()
    with pytest.raises(RecordsError):
        store.set_feelings(NUMBER, allowed=False)
    time.sleep(0.5)
    store.set_feelings(NUMBER, allowed=False)
    assert store.feelings(NUMBER) is False
    connection.invalidate()
    connection.close()
    hung.dispose()


def test_who_reads_sees_one_moment(store: Store) -> None:
    with for_reading(store.engine) as connection:
        before = connection.scalar(select(func.count()).select_from(CallerRow))
        store.set_feelings(NUMBER, allowed=False)
        assert connection.scalar(select(func.count()).select_from(CallerRow)) == before == 0
    assert store.feelings(NUMBER) is False


def test_of_several_who_keep_the_same_number_at_once_all_succeed(url: str, tmp_path: Path) -> None:
    store = Store(url, state_dir=tmp_path / "journal", busy_timeout_ms=10_000)
    together, problems = threading.Barrier(4), []

    def wish(allowed: bool) -> None:
        together.wait(5)
        try:
            for _ in range(20):
                store.set_feelings(NUMBER, allowed=allowed)
        except RecordsError as error:
            problems.append(error)

    threads = [threading.Thread(target=wish, args=(number % 2 == 0,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store.close()
    assert problems == []


def test_what_is_too_long_or_holds_nul_is_kept_cut_and_mended(store: Store) -> None:
    with closing(DatabaseJournal(store, LocalBus())) as journal:
        journal.call_started(started("CA1"))
        journal.language_found("CA1", "x" * 40)
        journal.left_open("CA1", "y" * 300)
        journal.turn("CA1", turn("a\x00b"))
        assert journal.flush(PATIENCE_S)
    view = store.call("CA1")
    assert view is not None
    assert view.header.language == "x" * 16
    assert texts(store) == ["a\ufffdb"]
    assert store.call("CA1\x00") is None
    assert not (store.presence.folder / "rejected.log").exists()


def test_no_message_holds_a_password_or_what_stands_in_a_row(store: Store, tmp_path: Path) -> None:
    with pytest.raises(RecordsError) as refused, writing(store.engine) as session:
        for _ in range(2):
            session.execute(insert(CallerRow).values(number=NUMBER, feelings=True, seq=1))
    assert "duplicate key" in str(refused.value)
    assert NUMBER not in str(refused.value)
    nowhere = Store("postgresql://ivr:secret-word@127.0.0.1:1/hotline", state_dir=tmp_path / "other")
    problem = nowhere.check() or ""
    assert "refused" in problem
    assert "secret-word" not in problem
    nowhere.close()


def test_the_audit_log_can_not_be_changed(store: Store) -> None:
    audit = AuditLog(store.engine)
    now = datetime.now(UTC)
    audit.require(AuditEntry(now, "anna", "agent", "call_opened", "CA1"))
    audit.require(AuditEntry(now - timedelta(days=40), "anna", "agent", "call_opened", "CA1"))
    for statement in (update(AuditRow).values(who="nobody"), delete(AuditRow), text("TRUNCATE audit")):
        with pytest.raises(RecordsError, match="append-only"), writing(store.engine) as session:
            session.execute(statement)
    with writing(store.engine) as session:  # retention may
        session.execute(delete(AuditRow).where(AuditRow.at < now - timedelta(days=35)))
    assert len(audit.entries(9)) == 1


def test_a_person_is_forgotten_and_the_others_stay(store: Store, vault: Vault) -> None:
    call(store, vault, "CA1", NUMBER, LONG_AGO)
    call(store, vault, "CA9", OTHER, LONG_AGO)
    person = forget.find(store.engine, vault, forget.same_number("010-1234-5678", "ko"), lambda node, since: False)
    assert person.call_sids == ("CA1",)
    forget.erase(store.engine, vault, (), person, AuditEntry(LONG_AGO, "cli", "none", "forgotten"))
    left = everything(store)
    for theirs in (NUMBER, "'CA1'", "carrier.example/CA1"):
        assert theirs not in left, theirs
    assert NOTES in left and OTHER in left
    assert store.call("CA9") is not None


def test_what_is_old_goes(store: Store, vault: Vault) -> None:
    call(store, vault, "CA1", NUMBER, LONG_AGO)
    days = timedelta(days=30)
    done = retention.expire(store.engine, vault, Keep(days, days, days, days), LONG_AGO + 2 * days)
    assert {"turns", "decisions", "numbers", "summaries", "signs", "desk_calls", "feedback"} <= set(done)
    left = everything(store)
    for theirs in (WORDS, NOTES, NUMBER):
        assert theirs not in left, theirs
    assert store.call("CA1") is not None
    assert retention.expire(store.engine, vault, Keep(days, days, days, days), LONG_AGO + 2 * days) == {}


def everything(store: Store) -> str:
    """All rows, as text."""
    with store.engine.connect() as connection:
        return "\n".join(
            str(row) for table in Base.metadata.sorted_tables for row in connection.execute(select(table))
        )


def test_messages_without_a_time_come_last(store: Store) -> None:
    with closing(DatabaseJournal(store, LocalBus())) as journal:
        for call_sid, left_at in (("CA1", None), ("CA2", LONG_AGO), ("CA3", LONG_AGO + timedelta(days=1))):
            journal.call_started(started(call_sid))
            journal.voicemail(call_sid, VoicemailRecord("https://carrier.example/1", "RE1", 3.0, left_at=left_at))
        assert journal.flush(PATIENCE_S)
    assert [call_sid for call_sid, _ in store.voicemails(None, 9)] == ["CA3", "CA2", "CA1"]


def test_what_waits_for_one_database_is_not_written_into_another(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folders = []
    for url in (
        "postgresql://ivr:one@db/hotline",
        "postgres://ivr:two@db/hotline",
        "postgresql+psycopg://ivr@db/other",
    ):
        with closing(Store(url)) as store:
            folders.append(store.presence.folder)
    assert folders[0] == folders[1] != folders[2]
    assert all(folder.is_relative_to(tmp_path) for folder in folders)


def test_a_missing_driver_is_named_with_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(RecordsError, match=r"no driver for postgresql\+psycopg.*requirements-postgres\.txt"):
        connect("postgresql://ivr@db/hotline")


def test_limits_of_the_address_go_before_ours() -> None:
    ours = connect("postgresql://ivr@db/hotline?connect_timeout=30&options=-c%20lock_timeout%3D1")
    _, given = ours.dialect.create_connect_args(ours.url)
    assert given["connect_timeout"] == "30"
    assert given["options"] == "-c lock_timeout=1"
    assert ours.url.drivername == "postgresql+psycopg"
    ours.dispose()


def test_a_turn_without_its_call_is_refused(store: Store) -> None:
    row = {"seq": 1, "speaker": "caller", "text": "", "start_ms": 0, "end_ms": 0, "slots": {}, "interrupted": False}
    with pytest.raises(RecordsError, match="foreign key"), writing(store.engine) as session:
        session.execute(insert(TurnRow).values(call_sid="CA404", **row))

"""Rows that PostgreSQL alone would not take, or would not let go, and its tables."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import delete, insert, inspect, select, text, update

from ivr.errors import RecordsError
from ivr.records import forget, migrations, retention
from ivr.records.accounts_models import AuditRow
from ivr.records.audit import AuditEntry, AuditLog
from ivr.records.bus import LocalBus
from ivr.records.engine import for_writing
from ivr.records.journal import DatabaseJournal
from ivr.records.models import Base, CallerRow, TurnRow
from ivr.records.recordings import Vault
from ivr.records.retention import Keep
from ivr.records.store import Store
from ivr.records.transactions import writing
from ivr.records.types import VoicemailRecord
from tests.records.person import LONG_AGO, NOTES, WORDS, call
from tests.records.samples import started, texts, turn

NUMBER, OTHER = "+821012345678", "+821099998888"
PATIENCE_S = 20.0

pytestmark = pytest.mark.slow


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


def test_messages_without_a_time_come_last(store: Store) -> None:
    with closing(DatabaseJournal(store, LocalBus())) as journal:
        for call_sid, left_at in (("CA1", None), ("CA2", LONG_AGO), ("CA3", LONG_AGO + timedelta(days=1))):
            journal.call_started(started(call_sid))
            journal.voicemail(call_sid, VoicemailRecord("https://carrier.example/1", "RE1", 3.0, left_at=left_at))
        assert journal.flush(PATIENCE_S)
    assert [call_sid for call_sid, _ in store.voicemails(None, 9)] == ["CA3", "CA2", "CA1"]


def test_a_turn_without_its_call_is_refused(store: Store) -> None:
    row = {"seq": 1, "speaker": "caller", "text": "", "start_ms": 0, "end_ms": 0, "slots": {}, "interrupted": False}
    with pytest.raises(RecordsError, match="foreign key"), writing(store.engine) as session:
        session.execute(insert(TurnRow).values(call_sid="CA404", **row))


def everything(store: Store) -> str:
    """All rows, as text."""
    with store.engine.connect() as connection:
        return "\n".join(
            str(row) for table in Base.metadata.sorted_tables for row in connection.execute(select(table))
        )

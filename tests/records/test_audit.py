"""The audit log: nothing in it changes, nothing is lost while the database is away."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ivr.errors import RecordsError
from ivr.records.audit import RETRY_S, SAME_WITHIN, AuditEntry, AuditLog
from ivr.records.store import Store

NOW = datetime.now(UTC).replace(microsecond=0)  # the database's own guard goes by its own clock


SECONDS = [0.0]
"""The log's clock."""


def did(action: str = "call_opened", at: datetime = NOW, call_sid: str | None = "CA1") -> AuditEntry:
    return AuditEntry(at, "anna", "agent", action, call_sid)


@pytest.fixture
def audit(store: Store) -> AuditLog:
    return AuditLog(store.engine, lambda: SECONDS[0])


def test_the_newest_comes_first_page_by_page(audit: AuditLog) -> None:
    for number in range(5):
        audit.note(did(f"action_{number}"))
    newest = audit.entries(2)
    assert [entry.action for _, entry in newest] == ["action_4", "action_3"]
    assert [entry.action for _, entry in audit.entries(2, before=newest[-1][0])] == ["action_2", "action_1"]
    assert audit.entries(9, who="nobody") == ()
    assert len(audit.entries(9, call_sid="CA1")) == 5


def test_the_same_again_is_one_entry_for_a_while(audit: AuditLog) -> None:
    for at in (NOW, NOW + timedelta(minutes=1), NOW + SAME_WITHIN, NOW + SAME_WITHIN + timedelta(minutes=1)):
        audit.note(did(at=at), once=True)
    audit.note(did(call_sid="CA2"), once=True)
    assert [entry.call_sid for _, entry in audit.entries(9)] == ["CA2", "CA1", "CA1"]


def test_the_database_refuses_to_change_or_delete_entries(audit: AuditLog, database: Path) -> None:
    audit.note(did())
    audit.note(did(at=NOW - timedelta(days=40)))
    with sqlite3.connect(database) as connection:
        for statement in ("UPDATE audit SET who = 'nobody'", "DELETE FROM audit"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute(statement)
        connection.execute("DELETE FROM audit WHERE at < datetime('now', '-35 days')")  # retention may
    assert [entry.who for _, entry in audit.entries(9)] == ["anna"]


def test_entries_wait_while_the_database_is_locked_and_come_in_order(audit: AuditLog, database: Path) -> None:
    holder = sqlite3.connect(database, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    audit.note(did("first"))
    audit.note(did("second"))
    assert audit.waiting == 2
    with pytest.raises(RecordsError):
        audit.require(did("must not happen"))
    holder.execute("ROLLBACK")
    holder.close()
    audit.note(did("third"))
    assert audit.waiting == 3  # it is not asked again at once
    SECONDS[0] += RETRY_S
    assert [entry.action for _, entry in reversed(audit.entries(9))] == ["first", "second", "third"]
    assert audit.waiting == 0

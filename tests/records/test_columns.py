"""Every column that can hold something of a person is emptied when they are forgotten, and when its time is over.

Whoever adds a column either sees to it in :mod:`ivr.records.forget` and :mod:`ivr.records.retention`, or says here
why it may stay.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Double,
    Integer,
    String,
    Table,
    TypeDecorator,
    insert,
    select,
)
from sqlalchemy.types import TypeEngine

from ivr.records import accounts_models, carrier_models, desk_models  # noqa: F401  # their tables
from ivr.records.audit import AuditEntry
from ivr.records.forget import erase, find, same_number
from ivr.records.models import Base
from ivr.records.recordings import Vault
from ivr.records.retention import Keep, expire
from ivr.records.store import Store
from ivr.records.transactions import reading, writing
from tests.records.person import LONG_AGO

NUMBER = "+821012345678"
DAY = timedelta(days=1)
KEEP = Keep(recordings=30 * DAY, transcripts=90 * DAY, signs=60 * DAY, audit=365 * DAY)

NOT_OF_CALLERS = {"agents", "users", "login_sessions", "audit"}
"""Tables of those who use the pages. The audit log holds nobody's words and no number (its own tests)."""

FORGETTING_LEAVES = {
    "carrier_deletions.recording_sid": "a name that only the carrier knows, until it has deleted the recording",
    "carrier_deletions.problem": "what the carrier answered",
    "agent_sessions.agent_id": "an agent's own",
    "agent_sessions.status": "an agent's own",
    "agent_sessions.node": "a process",
}
EXPIRY_LEAVES = FORGETTING_LEAVES | {
    "calls.call_sid": "what calls are counted by",
    "calls.to_number": "the hotline's own number",
    "calls.language": "counted",
    "calls.outcome": "counted",
    "calls.origin": "counted",
    "calls.content_version": "which prompts",
    "calls.node": "a process",
    "calls.open_intent": "an intent: counted",
    "turns.call_sid": "its call",
    "turns.speaker": "counted",
    "turns.language": "counted",
    "turns.intent": "an intent: counted",
    "turns.intent_confidence": "counted",
    "decisions.call_sid": "its call",
    "decisions.action": "counted",
    "handoffs.call_sid": "its call",
    "handoffs.reason": "counted",
    "handoffs.status": "counted",
    "handoffs.agent": "an agent's name",
    "handoffs.state": "counted",
    "handoffs.state_why": "the ringing's own sentence",
    "desk_calls.id": "made up",
    "desk_calls.call_sid": "its call",
    "desk_calls.state": "counted",
    "desk_calls.language": "counted",
    "desk_calls.topic": "an intent: counted",
    "desk_calls.reason": "counted",
    "desk_calls.agent_id": "an agent",
    "desk_calls.disposition": "one of a list: counted",
    "desk_calls.node": "a process",
    "desk_offers.desk_call_id": "made up",
    "desk_offers.agent_id": "an agent",
    "desk_offers.answer": "counted",
    "agent_sessions.hand_off_id": "made up",
    "feedback.call_sid": "its call",
    "feedback.agent_id": "an agent",
    "feedback.label": "teaches the machine",
    "feedback.right_intent": "teaches the machine",
    "callers.number": "somebody's wish, kept until they are forgotten",
}


def _tables() -> list[Table]:
    return [table for table in Base.metadata.sorted_tables if table.name not in NOT_OF_CALLERS]


def _kind(column: Column[Any]) -> TypeEngine[Any]:
    """A column's type, as the database sees it."""
    return column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type


def _mark(number: int, column: Column[Any]) -> object:
    """Something to know a column's content by."""
    kind = _kind(column)
    if isinstance(kind, String):  # Text is one
        return f"§{number}§"
    if isinstance(kind, JSON):
        return {"mark": f"§{number}§"}
    if isinstance(kind, Double):
        return 1000 + number + 0.125
    if isinstance(kind, DateTime):
        return LONG_AGO
    return True if isinstance(kind, Boolean) else 1


def _fill(store: Store) -> dict[str, str]:
    """One row in each table, with a mark of its own in each column; mark → ``table.column``."""
    marks: dict[str, str] = {}
    ids = {"call_sid": "CA1", "desk_call_id": "h-1", "hand_off_id": "h-1"}
    with writing(store.engine, "calls", "desk") as session:
        agent = {"id": "anna", "name": "Anna", "languages": [], "topics": [], "created_at": LONG_AGO}
        session.execute(insert(desk_models.AgentRow).values(**agent))
        for table in _tables():
            values: dict[str, object] = {}
            for column in table.columns:
                mark = _mark(len(marks), column)
                name = f"{table.name}.{column.name}"
                if column.name in ids:
                    mark = ids[column.name]
                elif name == "desk_calls.id":
                    mark = "h-1"
                elif column.name == "agent_id":
                    mark = "anna"
                elif column.name in ("from_number", "number"):
                    mark = NUMBER
                if isinstance(_kind(column), String | JSON | Double):
                    marks[name] = str(mark)
                values[column.name] = mark
            session.execute(insert(table).values(**values))
    return marks


def _left(store: Store, marks: dict[str, str]) -> set[str]:
    """The columns that still hold their marks."""
    with reading(store.engine) as session:
        return {
            f"{table.name}.{column.name}"
            for table in _tables()
            for row in session.execute(select(table)).mappings()
            for column in table.columns
            if str(row[column.name]) == marks.get(f"{table.name}.{column.name}")
        }


def test_all_kinds_of_columns_are_known() -> None:
    """A column of a new kind must be given a mark, or it is overlooked here."""
    known = (String, JSON, Double, DateTime, Boolean, Integer)
    kinds = {
        type(column.type).__name__
        for t in _tables()
        for column in t.columns
        if not isinstance(_kind(column), known)
    }
    assert kinds == set()


def test_nothing_of_a_forgotten_person_is_left_in_any_column(store: Store, vault: Vault) -> None:
    marks = _fill(store)
    assert _left(store, marks) == set(marks)
    person = find(store.engine, vault, same_number(NUMBER, "ko"), lambda node, since: False)
    erase(store.engine, vault, (), person, AuditEntry(LONG_AGO, "cli", "admin", "forgotten"))
    assert _left(store, marks) == set(FORGETTING_LEAVES)


def test_nothing_of_a_caller_is_left_in_any_column_when_its_time_is_over(store: Store, vault: Vault) -> None:
    marks = _fill(store)
    expire(store.engine, vault, KEEP, LONG_AGO + 400 * DAY)
    assert _left(store, marks) == set(EXPIRY_LEAVES)

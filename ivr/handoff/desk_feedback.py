"""What agents say the machine did wrong: labelled turns, for the managers to learn from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, insert, select

from ivr.handoff.desk_sql import FEEDBACK, note
from ivr.handoff.desk_store import DeskStore

LONGEST_NOTE = 2_000
"""Characters."""


class Label(StrEnum):
    """What was wrong."""

    MISUNDERSTOOD = "misunderstood"
    """With the right intent, or :data:`NONE_OF_OURS`."""
    UNKIND = "unkind"
    EARLIER = "should_have_handed_over_earlier"
    LATER = "should_have_handed_over_later"


NONE_OF_OURS = "none"
"""The right intent of what no request covers."""


@dataclass(frozen=True)
class Feedback:
    """One label."""

    call_sid: str
    agent_id: str
    label: Label
    at: datetime
    turn_start_ms: int | None = None
    """Which turn, by its beginning; None: the whole call."""
    right_intent: str | None = None
    note: str = ""
    id: int = 0
    """Given by the database."""

    def as_json(self) -> Mapping[str, object]:
        """As the API lists it, but for the time."""
        return {
            "id": self.id,
            "call_sid": self.call_sid,
            "agent": self.agent_id,
            "label": self.label.value,
            "turn": self.turn_start_ms,
            "right_intent": self.right_intent,
            "note": self.note,
        }


class FeedbackStore:
    """Labels in the desk's database. Every method may raise :class:`ivr.errors.DeskBusyError`."""

    def __init__(self, store: DeskStore) -> None:
        """Use the desk's transactions."""
        self._store = store

    def add(self, feedback: Feedback) -> int:
        """Keep a label; the same agent's earlier one of the same kind on the same turn is replaced.

        Returns:
            Its number.
        """
        with self._store.writing() as connection:
            same_turn = (
                FEEDBACK.c.turn_start_ms.is_(None)
                if feedback.turn_start_ms is None
                else FEEDBACK.c.turn_start_ms == feedback.turn_start_ms
            )
            connection.execute(
                delete(FEEDBACK).where(
                    FEEDBACK.c.call_sid == feedback.call_sid,
                    FEEDBACK.c.agent_id == feedback.agent_id,
                    FEEDBACK.c.label == feedback.label.value,
                    same_turn,
                )
            )
            inserted = connection.execute(
                insert(FEEDBACK).values(
                    at=feedback.at,
                    call_sid=feedback.call_sid,
                    agent_id=feedback.agent_id,
                    label=feedback.label.value,
                    turn_start_ms=feedback.turn_start_ms,
                    right_intent=feedback.right_intent,
                    note=feedback.note[:LONGEST_NOTE],
                )
            )
            label = feedback.label.value
            note(connection, feedback.at, "feedback", feedback.call_sid, feedback.agent_id, label=label)
            key = inserted.inserted_primary_key
            return int(key[0]) if key else 0

    def remove(self, number: int, agent_id: str) -> bool:
        """Take one's own label back; False when there is none of that number."""
        with self._store.writing() as connection:
            gone = connection.execute(
                delete(FEEDBACK).where(FEEDBACK.c.id == number, FEEDBACK.c.agent_id == agent_id)
            )
            return gone.rowcount > 0

    def latest(self, limit: int, label: Label | None = None, call_sid: str | None = None) -> tuple[Feedback, ...]:
        """The latest labels, newest first; all, or those of one kind, of one call."""
        query = select(FEEDBACK).order_by(FEEDBACK.c.id.desc()).limit(limit)
        if label is not None:
            query = query.where(FEEDBACK.c.label == label.value)
        if call_sid is not None:
            query = query.where(FEEDBACK.c.call_sid == call_sid)
        with self._store.reading() as connection:
            return tuple(
                Feedback(
                    row.call_sid,
                    row.agent_id,
                    Label(row.label),
                    row.at,
                    row.turn_start_ms,
                    row.right_intent,
                    row.note,
                    row.id,
                )
                for row in connection.execute(query)
            )

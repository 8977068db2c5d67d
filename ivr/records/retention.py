"""Deletes what has been kept long enough: recordings, words, signs of feeling, the audit log."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Engine, Text, cast, delete, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from ivr.errors import RecordsError
from ivr.records.accounts_models import AuditRow
from ivr.records.audit import AuditEntry, AuditLog
from ivr.records.carrier_deletions import Deleter, carry_out, note
from ivr.records.desk_models import DeskCallRow, DeskEventRow, DeskOfferRow, FeedbackRow
from ivr.records.models import CallbackRow, CallRow, DecisionRow, HandoffRow, TurnRow, VoicemailRow
from ivr.records.recordings import Vault
from ivr.records.transactions import reading, writing
from ivr.settings import Settings

log = structlog.get_logger(__name__)

BATCH = 500
"""Rows in a transaction, so that a live call's write never waits long for the database's lock."""

FIRST_AFTER_S, EVERY_S = 300.0, 3600.0
"""Seconds after the start, and between two rounds: days are kept to the hour."""


@dataclass(frozen=True)
class Keep:
    """How long things are kept."""

    recordings: timedelta
    transcripts: timedelta
    signs: timedelta
    audit: timedelta


def keep_of(settings: Settings) -> Keep:
    """What a deployment has set."""
    return Keep(
        recordings=timedelta(days=settings.keep_recordings_days),
        transcripts=timedelta(days=settings.keep_transcripts_days),
        signs=timedelta(days=settings.keep_signs_days),
        audit=timedelta(days=settings.keep_audit_days),
    )


@dataclass(frozen=True)
class _Step:
    """One table to go through: the rows that match are deleted, or emptied of these values."""

    name: str
    key: InstrumentedAttribute[Any]
    where: ColumnElement[bool]
    values: Mapping[str, object] | None
    """None: delete."""
    first: Callable[[Session, ColumnElement[bool]], None] | None = None
    """Done in the same transaction, before, with what says which rows."""


def expire(engine: Engine, vault: Vault, keep: Keep, now: datetime) -> dict[str, int]:
    """Delete everything that is older than it may be. May be repeated at any time.

    Of a call its times, intents, decisions' names and outcome stay, for counting; nobody's words, number or
    feelings do.

    Args:
        engine: The calls' database.
        vault: The recordings.
        keep: How long.
        now: The time.

    Returns:
        What was deleted: kind → how many. Kinds of which nothing was are left out.

    Raises:
        RecordsError: the database or the folder can't be used; what was deleted before stays deleted.
    """
    done = {"recordings": vault.delete_before(now - keep.recordings)}
    for step in (
        *_words(now - keep.transcripts, partial(note, now=now)),
        *_signs(now - keep.signs),
        _Step("audit", AuditRow.id, AuditRow.at < now - keep.audit, None),
    ):
        done[step.name] = done.get(step.name, 0) + _in_batches(engine, step)
    return {name: count for name, count in done.items() if count}


def _ended_before(moment: datetime, call_sid: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    return call_sid.in_(select(CallRow.call_sid).where(CallRow.ended_at < moment))


def _words(moment: datetime, message_goes: Callable[[Session, ColumnElement[bool]], None]) -> tuple[_Step, ...]:
    """Words, numbers, summaries and notes of calls that ended before ``moment``."""
    left_in = _ended_before(moment, VoicemailRow.call_sid)
    return (
        _Step(
            "turns",
            TurnRow.id,
            _ended_before(moment, TurnRow.call_sid) & (TurnRow.text != ""),
            {"text": "", "slots": {}, "recognition": None},
        ),
        _Step(
            "decisions",
            DecisionRow.id,
            _ended_before(moment, DecisionRow.call_sid) & (DecisionRow.reason != ""),
            {"reason": ""},
        ),
        _Step(
            "numbers",
            CallRow.call_sid,
            (CallRow.ended_at < moment) & CallRow.from_number.is_not(None),
            {"from_number": None},
        ),
        _Step(
            "summaries",
            HandoffRow.call_sid,
            _ended_before(moment, HandoffRow.call_sid) & (func.length(cast(HandoffRow.summary, Text)) > 2),
            {"summary": {}},
        ),
        _Step("callbacks", CallbackRow.call_sid, CallbackRow.at < moment, None),
        _Step("voicemails", VoicemailRow.call_sid, left_in, None, message_goes),
        _Step(
            "desk_calls",
            DeskCallRow.id,
            (DeskCallRow.requested_at < moment)
            & or_(DeskCallRow.headline != "", DeskCallRow.notes != "", DeskCallRow.from_number.is_not(None)),
            {"headline": "", "headlines": {}, "notes": "", "from_number": None, "risks": []},
        ),
        _Step("desk_events", DeskEventRow.id, DeskEventRow.at < moment, None),
        _Step("feedback", FeedbackRow.id, (FeedbackRow.at < moment) & (FeedbackRow.note != ""), {"note": ""}),
    )


def _signs(moment: datetime) -> tuple[_Step, ...]:
    """What voices and feelings showed in calls that ended before ``moment``."""
    columns = (
        *(TurnRow.emotion, TurnRow.prosody, TurnRow.speech_rate),
        *(TurnRow.signs, TurnRow.frustration, TurnRow.contributions),
    )
    why: Mapping[str, object] = {"why": "", "contributions": {}}
    return (
        _Step(
            "signs",
            TurnRow.id,
            _ended_before(moment, TurnRow.call_sid) & or_(*(column.is_not(None) for column in columns)),
            {column.key: None for column in columns},
        ),
        _Step(
            "decisions' signs",
            DecisionRow.id,
            _ended_before(moment, DecisionRow.call_sid)
            & (func.length(cast(DecisionRow.contributions, Text)) > len("{}")),
            {"contributions": {}},
        ),
        _Step(
            "desk_signs",
            DeskCallRow.id,
            (DeskCallRow.requested_at < moment) & (DeskCallRow.frustration != 0),
            {"frustration": 0.0},
        ),
        _Step("offers' signs", DeskOfferRow.id, (DeskOfferRow.offered_at < moment) & (DeskOfferRow.why != ""), why),
        _Step(
            "telephones' signs",
            HandoffRow.call_sid,
            _ended_before(moment, HandoffRow.call_sid) & (func.length(cast(HandoffRow.attempts, Text)) > len("[]")),
            {"attempts": []},
        ),
    )


def _in_batches(engine: Engine, step: _Step) -> int:
    table: Any = step.key.class_
    total = 0
    while True:
        with reading(engine) as session:
            keys = session.scalars(select(step.key).where(step.where).limit(BATCH)).all()
        if not keys:
            return total
        mine = step.key.in_(keys)
        with writing(engine, "calls", "desk") as session:
            if step.first is not None:
                step.first(session, mine)
            session.execute(
                delete(table).where(mine)
                if step.values is None
                else update(table).where(mine).values(**step.values)
            )
        total += len(keys)


class RetentionJob:
    """Does it every hour, in a thread of its own, until it is stopped."""

    def __init__(
        self,
        engine: Engine,
        vault: Vault,
        keep: Keep,
        audit: AuditLog,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        delete_at_carrier: Deleter | None = None,
    ) -> None:
        """Prepare; :meth:`start` begins.

        Args:
            engine: The calls' database.
            vault: The recordings.
            keep: How long.
            audit: Where it is noted.
            clock: For tests.
            delete_at_carrier: Deletes what the carrier keeps; None: without its credentials nothing can be.
        """
        self._engine = engine
        self._vault = vault
        self._keep = keep
        self._audit = audit
        self._clock = clock
        self._delete_at_carrier = delete_at_carrier
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="retention", daemon=True)

    def start(self) -> None:
        """Begin waiting for the first round."""
        self._thread.start()

    def stop(self) -> None:
        """End after the round that runs. Idempotent."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(5.0)

    def round(self) -> dict[str, int]:
        """One round, noted in the audit log when it deleted something. Never raises."""
        now = self._clock()
        try:
            done = expire(self._engine, self._vault, self._keep, now)
            if gone := carry_out(self._engine, self._delete_at_carrier).done:
                done["carrier's recordings"] = gone
        except RecordsError as error:
            log.warning("retention.failed", problem=str(error))  # the next round does it
            return {}
        if done:
            log.info("retention.done", **done)
            self._audit.note(AuditEntry(now, "retention", "none", "expired", None, dict(done)))
        return done

    def _run(self) -> None:
        wait_s = FIRST_AFTER_S
        while not self._stopping.wait(wait_s):
            self.round()
            wait_s = EVERY_S

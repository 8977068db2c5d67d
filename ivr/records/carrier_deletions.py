"""What the telephone carrier keeps of people and has to delete: messages that callers left.

A deletion is noted in the transaction that deletes the message here, and stays noted until the carrier has done it:
neither a carrier that is down nor a crash leaves a recording behind that nobody knows of.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Engine, select
from sqlalchemy.orm import Session

from ivr.errors import DiallingError
from ivr.records.carrier_models import CarrierDeletionRow
from ivr.records.models import VoicemailRow
from ivr.records.transactions import reading, writing

log = structlog.get_logger(__name__)

_SID_IN_URL = re.compile(r"/Recordings/(RE[0-9a-fA-F]{32})(?![0-9a-zA-Z])")
"""https://www.twilio.com/docs/voice/api/recording: where a recording is, and its name."""

MOST_FAILURES = 3
"""Failures in a row after which a round ends: each may take 23 s when the carrier does not answer."""

NO_CREDENTIALS = "TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN are not set"

Deleter = Callable[[str], None]
"""Deletes a recording by its SID; blocks; raises :class:`ivr.errors.DiallingError`."""


@dataclass(frozen=True)
class Left:
    """A recording that the carrier still keeps."""

    recording_sid: str
    problem: str


@dataclass(frozen=True)
class Deleted:
    """What became of the deletions that waited."""

    done: int
    left: tuple[Left, ...]


def sid_of(recording_sid: str | None, recording_url: str) -> str | None:
    """The carrier's name of a message's recording; None when it can't be told."""
    found = _SID_IN_URL.search(recording_url)
    return recording_sid or (found[1] if found else None)


def note(session: Session, where: ColumnElement[bool], now: datetime) -> None:
    """Note the recordings of the messages that match, in the transaction that deletes those.

    Args:
        session: With a transaction that may write.
        where: Which messages.
        now: The time.
    """
    for row in session.execute(select(VoicemailRow.recording_sid, VoicemailRow.recording_url).where(where)):
        sid = sid_of(row.recording_sid, row.recording_url)
        if sid is not None and session.get(CarrierDeletionRow, sid) is None:
            session.add(CarrierDeletionRow(recording_sid=sid, since=now, tries=0, problem=""))
            session.flush()


def waiting(engine: Engine) -> tuple[Left, ...]:
    """The recordings that the carrier still has to delete: those refused least often first, then the oldest.

    Recordings that are always refused must not end every round before the others are asked for.

    Raises:
        RecordsError: the database can't be read.
    """
    row = CarrierDeletionRow
    with reading(engine) as session:
        found = session.execute(
            select(row.recording_sid, row.problem).order_by(row.tries, row.since, row.recording_sid)
        )
        return tuple(Left(each.recording_sid, each.problem) for each in found)


def carry_out(engine: Engine, delete: Deleter | None) -> Deleted:
    """Let the carrier delete what waits to be deleted. May be repeated at any time, also by two at once.

    Args:
        engine: The calls' database.
        delete: Asks the carrier; None: without its credentials nothing can be deleted there.

    Raises:
        RecordsError: the database can't be used; what was deleted meanwhile is asked for again the next time.
    """
    found, done, failures, left = waiting(engine), 0, 0, []
    if delete is None:
        return Deleted(0, tuple(Left(each.recording_sid, NO_CREDENTIALS) for each in found))
    problem = ""
    for each in found:
        if failures < MOST_FAILURES:
            problem = _tried(delete, each.recording_sid)
            failures = failures + 1 if problem else 0
            _keep(engine, each.recording_sid, problem)
        if problem:
            left.append(Left(each.recording_sid, problem))
        else:
            done += 1
    if left:
        log.warning("carrier_deletions_left", recordings=len(left), why=left[0].problem)
    return Deleted(done, tuple(left))


def _tried(delete: Deleter, recording_sid: str) -> str:
    """Ask once; why it failed, empty when the recording is gone."""
    try:
        delete(recording_sid)
    except DiallingError as error:
        return "" if error.gone else str(error)[:300]
    return ""


def _keep(engine: Engine, recording_sid: str, problem: str) -> None:
    with writing(engine) as session:
        row = session.get(CarrierDeletionRow, recording_sid)
        if row is not None and problem:
            row.tries, row.problem = row.tries + 1, problem
        elif row is not None:
            session.delete(row)


def keeps_unnamed(rows: Iterable[Any]) -> tuple[str, ...]:
    """The addresses of messages whose recording can't be named: somebody has to delete those by hand."""
    return tuple(row.recording_url for row in rows if sid_of(row.recording_sid, row.recording_url) is None)

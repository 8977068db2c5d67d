"""The calls' database as the rest of the hotline uses it."""

import hashlib
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import platformdirs
from sqlalchemy import URL, Engine, func, select
from sqlalchemy.orm import Session

from ivr.errors import RecordsError
from ivr.records import callers, history, queries
from ivr.records.engine import BUSY_TIMEOUT_MS, connect, for_writing, sqlite_file
from ivr.records.history import EarlierCall
from ivr.records.migrate import migrate
from ivr.records.models import CallRow, DecisionRow, HandoffRow, TurnRow
from ivr.records.presence import Presence
from ivr.records.transactions import reading, writing
from ivr.records.types import CallbackRecord, KnownNumber, OpenRequest, VoicemailRecord
from ivr.records.views import CallView
from ivr.records.writes import Write, apply

FORGOTTEN_AFTER = timedelta(hours=24)
"""A call of a process on another machine counts as dead when it began this long ago; the longest call a
setting allows takes four hours."""


class Store:
    """Calls, turns, decisions and hand-offs. Safe from any thread. Close it when done."""

    def __init__(self, url: str, *, state_dir: Path | None = None, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> None:
        """Prepare to use a database; nothing is opened until :meth:`migrate`.

        Args:
            url: SQLAlchemy URL, e.g. ``sqlite:///var/ivr.sqlite3``.
            state_dir: Where processes on this machine note that they live and what they could not write yet.
                None: beside a SQLite file (``ivr.sqlite3.journal/``), else in the user's cache folder, for each
                database one.
            busy_timeout_ms: How long a write waits for another process's.

        Raises:
            RecordsError: the URL or a folder can't be used.
        """
        self._engine = connect(url, busy_timeout_ms=busy_timeout_ms)
        file = sqlite_file(self._engine.url)
        if state_dir is None:
            state_dir = (
                file.with_name(file.name + ".journal")
                if file
                else Path(platformdirs.user_cache_dir("voice-hotline")) / "journal" / _name_of(self._engine.url)
            )
        self._beside = file is not None
        self.presence = Presence(state_dir)
        self.where = self._engine.url.render_as_string(hide_password=True)
        """The database's URL without its password, for messages."""

    @property
    def engine(self) -> Engine:
        """The database, for what is not of one call (:mod:`ivr.handoff.desk_store`)."""
        return self._engine

    def migrate(self) -> None:
        """Create or upgrade the tables; quick and harmless when they are up to date.

        Raises:
            RecordsError: the database can't be used, or was written by a newer version of this program.
        """
        migrate(self._engine, self.presence.folder)

    def check(self) -> str | None:
        """For ``/ready``: what is wrong with the database, or None."""
        try:
            with reading(self._engine) as session:
                session.execute(select(CallRow.call_sid).limit(1))
        except RecordsError as error:
            return str(error)
        return None

    def latest(self, limit: int) -> tuple[CallView, ...]:
        """The latest ``limit`` calls, newest first.

        Raises:
            RecordsError: the database can't be read.
        """
        with reading(self._engine) as session:
            return queries.latest(session, limit)

    def call(self, call_sid: str) -> CallView | None:
        """One call, live or ended; None when there is none of that name.

        Raises:
            RecordsError: the database can't be read.
        """
        with reading(self._engine) as session:
            return queries.call(session, call_sid)

    def callbacks(self, status: str | None, limit: int) -> tuple[tuple[str, CallbackRecord], ...]:
        """Call SID and promise of the ``limit`` call-backs that are due first.

        Args:
            status: ``waiting`` or ``done``; None: both.
            limit: At most so many.

        Raises:
            RecordsError: the database can't be read.
        """
        with reading(self._engine) as session:
            return queries.callbacks(session, status, limit)

    def voicemails(self, status: str | None, limit: int) -> tuple[tuple[str, VoicemailRecord], ...]:
        """Call SID and message of the ``limit`` newest messages.

        Args:
            status: ``waiting`` or ``done``; None: both.
            limit: At most so many.

        Raises:
            RecordsError: the database can't be read.
        """
        with reading(self._engine) as session:
            return queries.voicemails(session, status, limit)

    def open_request(self, number: str, since: datetime) -> OpenRequest | None:
        """What the latest call of ``number``, if it ended at ``since`` or later, left open and is open still.

        Raises:
            RecordsError: the database can't be read.
        """
        return self.known_number(number, since).open_request

    def known_number(self, number: str, since: datetime) -> KnownNumber:
        """All that is known of a number: :meth:`open_request`, and whether feelings may be judged.

        Raises:
            RecordsError: the database can't be read.
        """
        with reading(self._engine) as session:
            return callers.known_number(session, number, since)

    def feelings(self, number: str) -> bool:
        """Whether the feelings of who calls from ``number`` may be judged.

        Raises:
            RecordsError: the database can't be read.
        """
        with reading(self._engine) as session:
            return callers.feelings_of(session, number)

    def set_feelings(self, number: str, *, allowed: bool) -> None:
        """Say whether the feelings of who calls from ``number`` may be judged, from their next call on.

        Raises:
            RecordsError: the database can't be written.
        """
        with writing(self._engine) as session:
            callers.keep_feelings(session, number, allowed=allowed, seq=time.time_ns() // 1000)

    def earlier_calls(self, number: str, since: datetime, but: str) -> tuple[EarlierCall, ...]:
        """The ended calls of ``number`` that began at ``since`` or later, newest first, without the call ``but``.

        Raises:
            RecordsError: the database can't be read.
        """
        with reading(self._engine) as session:
            return history.earlier_calls(session, number, since, but)

    def write(self, writes: Sequence[Write]) -> None:
        """Do ``writes``, all or none. The journal's business; nobody else writes.

        Raises:
            SQLAlchemyError: the database failed or refused.
            KeyError, TypeError, ValueError: a write lacks what its kind needs.
        """
        with for_writing(self._engine) as connection, Session(connection) as session:
            apply(session, writes, self.presence.node)
            session.commit()

    def reconnect(self) -> None:
        """Use new connections from now on: one that was opened to a read-only file stays so for good."""
        self._engine.dispose()

    def close_stale(self) -> int:
        """Close the calls that a dead process left in progress: outcome ``failed``, ended with their last word.

        Hand-offs that wait stay waiting: somebody may still be there. Calls whose process left writes behind
        are left alone until the journal has done those.

        Returns:
            How many were closed.

        Raises:
            RecordsError: the database can't be used.
        """
        unfinished = {path.stem for path in self.presence.left_behind()}
        with writing(self._engine) as session:
            stale = [
                row
                for row in session.scalars(select(CallRow).where(CallRow.ended_at.is_(None)))
                if row.node not in unfinished and self.dead(row.node, row.started_at)
            ]
            for row in stale:
                row.ended_at, row.ended_seq = _last_sign(session, row)
                if row.outcome == "in_progress":
                    row.outcome = "failed"
        return len(stale)

    def close(self) -> None:
        """Let go of the database and of this process's name. Idempotent."""
        self._engine.dispose()
        self.presence.close()

    def dead(self, node: str, since: datetime) -> bool:
        """Whether the process ``node``, which was alive at ``since``, is not any more."""
        if self._beside or self.presence.is_local(node):
            return not self.presence.alive(node)
        return datetime.now(UTC) - since > FORGOTTEN_AFTER


def _name_of(url: URL) -> str:
    """A folder's name for a database on a server: what waits for one must not be written into another."""
    where = f"{url.host}:{url.port}/{url.database}?{sorted(url.query.items())}"
    return f"{url.get_backend_name()}-{hashlib.sha256(where.encode()).hexdigest()[:16]}"


def _last_sign(session: Session, row: CallRow) -> tuple[datetime, int]:
    """When the last thing that was kept of the call was made, and the number that follows it."""
    tables = (TurnRow, DecisionRow, HandoffRow)
    numbers = [
        session.scalar(select(func.max(table.seq)).where(table.call_sid == row.call_sid)) for table in tables
    ]
    last = max(int(row.started_at.timestamp() * 1e6), row.outcome_seq, *(number or 0 for number in numbers))
    return datetime.fromtimestamp(last / 1e6, UTC), last + 1

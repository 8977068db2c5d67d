"""Who saw and changed what: written, never changed."""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from ivr.errors import RecordsError
from ivr.records.accounts_models import AuditRow
from ivr.records.transactions import reading, writing
from ivr.records.views import Json, plain, time_text

log = structlog.get_logger(__name__)

MOST_WAITING = 1_000
"""Entries kept in memory while the database is away; beyond that the oldest is left to the process's own log."""

RETRY_S = 5.0
"""Seconds before a database that refused an entry is asked again: everybody's requests would wait for its lock,
one after the other."""

SAME_WITHIN = timedelta(minutes=10)
"""A page that asks for the same call again within this time has not opened it anew."""

_MOST_REMEMBERED = 2_000


@dataclass(frozen=True)
class AuditEntry:
    """One thing somebody did. Holds nobody's words and no caller's number."""

    at: datetime
    """Aware."""
    who: str
    """A login's name, ``token`` (the API token), ``local`` (the embedded default), ``cli`` or ``retention``."""
    role: str
    action: str
    """``call_opened``, ``recording_heard``, ``feedback``, ``user_added``, ``forgotten`` …"""
    call_sid: str | None = None
    detail: Mapping[str, object] = field(default_factory=dict)

    def as_json(self) -> Json:
        """As ``GET /api/audit`` shows it, without its id."""
        return {
            "at": time_text(self.at),
            "who": self.who,
            "role": self.role,
            "action": self.action,
            "call_sid": self.call_sid,
            "detail": plain(self.detail),
        }


class AuditLog:
    """Safe from any thread."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.monotonic) -> None:
        """Write to a database whose tables are there by the first entry.

        Args:
            engine: The database.
            clock: Monotonic seconds.
        """
        self._engine = engine
        self._clock = clock
        self._patient_until_s = 0.0
        self._lock = threading.Lock()
        self._waiting: deque[AuditEntry] = deque()
        self._noted: OrderedDict[tuple[str, str, str | None], datetime] = OrderedDict()

    @property
    def waiting(self) -> int:
        """Entries that the database has not taken yet."""
        with self._lock:
            return len(self._waiting)

    def require(self, entry: AuditEntry) -> None:
        """Write an entry, or say that it can't be: then what it is about must not happen.

        Raises:
            RecordsError: the database can't be written now.
        """
        with self._lock:
            self._write([*self._waiting, entry])
            self._waiting.clear()

    def note(self, entry: AuditEntry, *, once: bool = False) -> None:
        """Write an entry; one the database does not take waits for the next. Never raises.

        Args:
            entry: What happened.
            once: The same person doing the same with the same call within :data:`SAME_WITHIN` is one entry.
        """
        with self._lock:
            if once and self._is_known(entry):
                return
            self._waiting.append(entry)
            if not self._flush():
                log.warning("audit.waiting", **entry.as_json())
            if len(self._waiting) > MOST_WAITING:
                log.critical("audit.lost", **self._waiting.popleft().as_json())

    def flush(self) -> bool:
        """Try to write what waits; whether nothing does any more. Never raises."""
        with self._lock:
            return self._flush()

    def _flush(self) -> bool:
        """With the lock held."""
        if not self._waiting:
            return True
        if self._clock() < self._patient_until_s:
            return False
        try:
            self._write(list(self._waiting))
        except RecordsError as error:
            log.warning("audit.database_down", problem=str(error))
            self._patient_until_s = self._clock() + RETRY_S
            return False
        self._waiting.clear()
        return True

    def entries(
        self, limit: int, *, before: int | None = None, who: str | None = None, call_sid: str | None = None
    ) -> tuple[tuple[int, AuditEntry], ...]:
        """The latest entries with their ids, newest first.

        Args:
            limit: At most so many.
            before: Only those with a smaller id: the next page.
            who: Only this person's.
            call_sid: Only those about this call.

        Raises:
            RecordsError: the database can't be read.
        """
        self.flush()
        query = select(AuditRow).order_by(AuditRow.id.desc()).limit(limit)
        if before is not None:
            query = query.where(AuditRow.id < before)
        if who is not None:
            query = query.where(AuditRow.who == who)
        if call_sid is not None:
            query = query.where(AuditRow.call_sid == call_sid)
        with reading(self._engine) as session:
            return tuple((row.id, _entry(row)) for row in session.scalars(query))

    def _is_known(self, entry: AuditEntry) -> bool:
        key = (entry.who, entry.action, entry.call_sid)
        last = self._noted.get(key)
        if last is not None and abs(entry.at - last) < SAME_WITHIN:
            return True
        self._noted[key] = entry.at
        self._noted.move_to_end(key)
        while len(self._noted) > _MOST_REMEMBERED:
            self._noted.popitem(last=False)
        return False

    def _write(self, entries: list[AuditEntry]) -> None:
        with writing(self._engine) as session:
            for entry in entries:
                add_entry(session, entry)


def add_entry(session: Session, entry: AuditEntry) -> None:
    """Write an entry in the transaction in which what it is about happens."""
    session.add(
        AuditRow(
            at=entry.at,
            who=entry.who[:128],
            role=entry.role,
            action=entry.action,
            call_sid=None if entry.call_sid is None else entry.call_sid[:64],
            detail=plain(entry.detail),
        )
    )


def _entry(row: AuditRow) -> AuditEntry:
    return AuditEntry(row.at, row.who, row.role, row.action, row.call_sid, row.detail)

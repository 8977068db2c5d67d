"""The thread that takes writes out of the backlog and puts them into the database."""

import json
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import structlog
from sqlalchemy.exc import DataError, DBAPIError, DisconnectionError, IntegrityError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from ivr.errors import RecordsError
from ivr.records.backlog import Backlog
from ivr.records.engine import reason
from ivr.records.store import Store
from ivr.records.writes import Write

log = structlog.get_logger(__name__)

BATCH = 100
"""Writes per transaction: a few milliseconds of SQLite, so that its lock is never held for long."""

FIRST_RETRY_S, LONGEST_RETRY_S = 0.1, 5.0
"""Back-off while the database can't be used, doubling between these."""

_IDLE_S = 60.0
"""The thread wakes this often when there is nothing to do."""

REJECTED_FILE = "rejected.log"
"""Beside the spill files: writes that the database refused because of what is in them, with the reason."""


class Writer:
    """Owns all writing to the store, from a thread of its own, until it is stopped."""

    def __init__(self, store: Store, backlog: Backlog, written: Callable[[Sequence[Write]], None]) -> None:
        """Start the thread; first it does what dead processes left behind and closes their calls.

        Args:
            store: The database.
            backlog: What to write.
            written: Told what is safely in the database; must be quick and not raise.
        """
        self._store = store
        self._backlog = backlog
        self._written = written
        self._stopping = threading.Event()
        self._prepared = False
        self._failures = 0
        self._thread = threading.Thread(target=self._run, name="records-writer", daemon=True)
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """End the thread after the transaction it is in; what is in the backlog stays there."""
        self._stopping.set()
        self._backlog.wake()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                if not self._prepared:
                    self._prepare()
                batch = self._backlog.peek(BATCH)
                if batch:
                    self._do(batch)
                if self._failures:
                    log.warning("records.database_back", database=self._store.where, attempts=self._failures)
                    self._failures = 0
            except Exception as error:
                self._fail(error)
                continue
            if not batch:
                self._backlog.wait_for_work(_IDLE_S)

    def _prepare(self) -> None:
        """Bring the tables up to date; finish what dead processes began."""
        self._store.migrate()
        for spill in self._store.presence.left_behind():
            self._recover(spill)
        closed = self._store.close_stale()
        if closed:
            log.warning("records.stale_calls_closed", calls=closed)
        self._prepared = True

    def _recover(self, spill: Path) -> None:
        """Do the writes of a spill file. Two processes may do the same one: writes can be repeated."""
        try:
            lines = spill.read_bytes().split(b"\n")
        except FileNotFoundError:
            return
        writes: list[Write] = []
        for line in lines:
            if not line.strip():
                continue
            try:
                writes.append(Write.from_line(line.decode()))
            except (RecordsError, UnicodeDecodeError) as error:
                self._reject(line.decode("utf-8", "replace"), error)
        for start in range(0, len(writes), BATCH):
            self._write(writes[start : start + BATCH])
        spill.unlink(missing_ok=True)
        log.warning("records.recovered", file=str(spill), writes=len(writes))

    def _do(self, batch: list[Write]) -> None:
        self._write(batch)
        self._backlog.done(len(batch))
        self._written(batch)

    def _write(self, batch: list[Write]) -> None:
        """Write all, or all but those that can never be written."""
        try:
            self._store.write(batch)
        except Exception as error:
            if _is_outage(error):
                raise
            if len(batch) > 1:
                for write in batch:
                    self._write([write])
                return
            self._reject(batch[0].as_line(), error)

    def _reject(self, line: str, error: Exception) -> None:
        file = self._store.presence.folder / REJECTED_FILE
        with file.open("a", encoding="utf-8") as rejected:
            rejected.write(json.dumps({"problem": reason(error), "write": line}, ensure_ascii=False) + "\n")
        log.error("records.write_rejected", kept_in=str(file), problem=f"{type(error).__name__}: {reason(error)}")

    def _fail(self, error: Exception) -> None:
        """Note an outage once, and wait before the next attempt."""
        self._prepared = False  # the file may be new: its tables have to be made again
        self._store.reconnect()
        self._failures += 1
        if self._failures == 1:
            log.error(
                "records.database_down",
                database=self._store.where,
                problem=reason(error),
                kind=type(error).__name__,
            )
        self._stopping.wait(min(FIRST_RETRY_S * 2 ** min(self._failures - 1, 10), LONGEST_RETRY_S))


def _is_outage(error: Exception) -> bool:
    """Whether the same write may succeed later: the database failed, not what was to be written."""
    if isinstance(error, IntegrityError | DataError):
        return False
    if isinstance(error, DBAPIError):
        return True
    if isinstance(error, StatementError):
        return False
    return isinstance(error, DisconnectionError | PoolTimeoutError | OSError | RecordsError)

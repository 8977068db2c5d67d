"""What waits to be written: in memory, and in a file when there is too much of it."""

import threading
from collections import deque
from pathlib import Path

import structlog

from ivr.errors import RecordsError
from ivr.records.writes import Write

log = structlog.get_logger(__name__)

MAX_IN_MEMORY = 1_000
"""Writes kept in memory before the rest goes to the file: over 10 minutes of a call (a turn and a decision every
2 s), or half a minute of thirty."""

MAX_WITHOUT_DISK = 10 * MAX_IN_MEMORY
"""Writes kept in memory when the file can't be written either; beyond that the newest are lost, and logged."""


class Backlog:
    """An ordered queue of writes. Any thread appends, one thread takes. Bounded in memory, not on disk.

    Order: everything in memory is older than everything in the file that was not read back yet.
    """

    def __init__(self, spill: Path, *, limit: int = MAX_IN_MEMORY) -> None:
        """Begin empty.

        Args:
            spill: The file for what does not fit; made when first needed, removed when all of it is done.
            limit: Writes in memory.
        """
        self._spill = spill
        self._limit = limit
        self._memory: deque[Write] = deque()
        self._unread = 0  # lines in the file that are not in memory yet
        self._offset = 0  # bytes of the file read so far
        self._torn = False
        self._woken = False
        self._lost = 0
        self._changed = threading.Condition()

    def __len__(self) -> int:
        with self._changed:
            return len(self._memory) + self._unread

    def append(self, write: Write) -> None:
        """Add a write at the end. Never raises for lack of disk."""
        with self._changed:
            if not self._unread and len(self._memory) < self._limit:
                self._memory.append(write)
            else:
                self._append_to_file(write)
            self._changed.notify_all()

    def peek(self, count: int) -> list[Write]:
        """The oldest ``count`` writes or fewer; they stay until :meth:`done`."""
        with self._changed:
            if not self._memory and self._unread:
                self._read_back()
            return [self._memory[index] for index in range(min(count, len(self._memory)))]

    def done(self, count: int) -> None:
        """Take the oldest ``count`` writes away."""
        with self._changed:
            for _ in range(count):
                self._memory.popleft()
            if not self._memory and not self._unread and self._offset:
                self._spill.unlink(missing_ok=True)
                self._offset = 0
            self._changed.notify_all()

    def wait_for_work(self, timeout_s: float) -> None:
        """Return when there is something to write, or after ``timeout_s``."""
        with self._changed:
            self._changed.wait_for(lambda: self._memory or self._unread or self._woken, timeout_s)
            self._woken = False

    def wake(self) -> None:
        """Make :meth:`wait_for_work` return, now or the next time."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def wait_until_empty(self, timeout_s: float) -> bool:
        """Return True once everything is written, False after ``timeout_s``."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._memory and not self._unread, timeout_s)

    def put_away(self) -> int:
        """Leave everything in the file, for another process: what memory holds first, to keep the order.

        Returns:
            How many writes are in it.

        Raises:
            OSError: the file can't be written.
        """
        with self._changed:
            rest = b""
            if self._unread:
                with self._spill.open("rb") as file:
                    file.seek(self._offset)
                    rest = file.read()
            count = len(self._memory) + self._unread
            if count:
                new = self._spill.with_suffix(".new")
                lines = "".join(write.as_line() + "\n" for write in self._memory)
                new.write_bytes(lines.encode() + rest)
                new.replace(self._spill)
            self._memory.clear()
            self._unread = self._offset = 0
            return count

    def _append_to_file(self, write: Write) -> None:
        line = write.as_line() + "\n"
        try:
            self._spill.parent.mkdir(parents=True, exist_ok=True)
            with self._spill.open("ab") as file:
                file.write(f"\n{line}".encode() if self._torn else line.encode())
            self._torn = False
            self._unread += 1
        except OSError as error:
            self._torn = True  # half a line may be there (disk full)
            self._keep_without_disk(write, error)

    def _keep_without_disk(self, write: Write, error: OSError) -> None:
        # Memory is older than the file: with lines in the file this breaks the order, which ``seq`` mends.
        if len(self._memory) < MAX_WITHOUT_DISK:
            self._memory.append(write)
            return
        self._lost += 1
        if self._lost == 1:
            log.error("records.lost", file=str(self._spill), problem=str(error), call_sid=write.call_sid)

    def _read_back(self) -> None:
        try:
            with self._spill.open("rb") as file:
                file.seek(self._offset)
                while self._unread and len(self._memory) < self._limit:
                    line = file.readline()
                    if not line:
                        break
                    self._offset += len(line)
                    self._take_line(line)
                else:
                    return
        except FileNotFoundError:
            pass
        log.error("records.spill_gone", file=str(self._spill), lost=self._unread)
        self._unread = 0

    def _take_line(self, line: bytes) -> None:
        try:
            self._memory.append(Write.from_line(line.decode()))
        except (RecordsError, UnicodeDecodeError) as error:
            if line.strip():
                log.warning("records.spill_line_unreadable", file=str(self._spill), problem=str(error))
        else:
            self._unread -= 1

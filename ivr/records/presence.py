"""Which processes are alive: each holds a locked file for as long as it lives, however it dies.

The folder also holds what a process could not write to the database (``NODE.jsonl``), so that the next one to
start can.
"""

import os
import socket
import uuid
from pathlib import Path

from filelock import FileLock, Timeout

from ivr.errors import RecordsError

_LOCK_WAIT_S = 5.0
"""Seconds; another process may be looking at this very moment whether the file is locked."""


class Presence:
    """This process among those that share a folder. Close it to be dead."""

    def __init__(self, folder: Path) -> None:
        """Take a name and lock its file.

        Args:
            folder: Made if missing; shared by the processes that share the database on this machine.

        Raises:
            RecordsError: the folder can't be used.
        """
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._here = f"{_host()}-{_place(folder)}-"
            self.node = f"{self._here}{os.getpid()}-{uuid.uuid4().hex[:12]}"
            self._lock = _lock(self._lock_file(self.node))
            self._lock.acquire(timeout=_LOCK_WAIT_S)
        except OSError as error:
            raise RecordsError(f"{folder}: can't be written: {error.strerror or error}") from error

    @property
    def spill(self) -> Path:
        """Where this process puts what the database would not take."""
        return self.folder / f"{self.node}.jsonl"

    def is_local(self, node: str) -> bool:
        """Whether ``node`` used this very folder, so that :meth:`alive` can tell.

        A machine's name is not enough: containers, or users, may share it and have folders of their own.
        """
        return node.startswith(self._here)

    def alive(self, node: str) -> bool:
        """Whether the process called ``node`` still runs (False for a name never seen here)."""
        if node == self.node:
            return self._lock.is_locked
        path = self._lock_file(node)
        if not path.exists():
            return False
        try:
            with _lock(path).acquire(timeout=0):
                return False
        except Timeout:
            return True

    def left_behind(self) -> list[Path]:
        """The spill files of dead processes, oldest first. Their lock files are cleared away."""
        for path in self.folder.glob("*.lock"):
            if not self.alive(path.stem):
                path.unlink(missing_ok=True)
        return sorted(
            (path for path in self.folder.glob("*.jsonl") if not self.alive(path.stem)),
            key=lambda path: path.stat().st_mtime,
        )

    def close(self) -> None:
        """Give the name up. Idempotent."""
        self._lock.release()
        self._lock_file(self.node).unlink(missing_ok=True)

    def _lock_file(self, node: str) -> Path:
        return self.folder / f"{node}.lock"


def _host() -> str:
    return socket.gethostname()[:60]


def _place(folder: Path) -> str:
    """A name that only this folder has: kept in it, made by whoever is first."""
    path = folder / "place"
    with _lock(folder / "placing").acquire(timeout=_LOCK_WAIT_S):
        if not path.exists() or not path.read_text().strip():  # empty: who was first died while writing it
            path.write_text(uuid.uuid4().hex[:8])
        return path.read_text().strip()


def _lock(path: Path) -> FileLock:
    # Not per thread: the thread that closes the store need not be the one that opened it.
    return FileLock(path, thread_local=False)

"""A PostgreSQL server of the tests' own: in a temporary folder, on a socket in it, gone when they are done."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ivr.records.store import Store

USER = "ivr"
START_S = 30.0
"""Longest start on a busy machine."""
LONGEST_MS = 30_000
"""Longest statement of the tests themselves: a server that hangs must fail its test, not hold up all others."""
NOBODY = "nobody"
"""Who runs the server when the tests are run by root: PostgreSQL refuses that."""


class PostgresServer:
    """One server. ``stop`` and ``start`` may follow each other."""

    def __init__(self, programs: Path, folder: Path, *, safe: bool) -> None:
        self.folder = folder
        self._sync = "on" if safe else "off"
        self._programs = programs
        self._numbers = count()
        self._as: dict[str, Any] = {"cwd": folder, "stdin": subprocess.DEVNULL}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam(NOBODY)
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
            self._as |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        subprocess.run(
            [str(programs / "initdb"), "-D", str(folder / "data"), "-U", USER, "-A", "trust", "-E", "UTF8", "-N"],
            check=True,
            stdout=subprocess.DEVNULL,
            **self._as,
        )
        self._process: subprocess.Popen[bytes] | None = None
        self.start()
        version = int(self.do("SHOW server_version_num")[0][0])
        self._quickly = "STRATEGY FILE_COPY" if version >= 150_000 else ""  # older ones know no other
        template = self.create(empty=True)
        store = Store(template, state_dir=folder / "journal")
        store.migrate()
        store.close()

    def start(self) -> None:
        """Start, and wait until it answers."""
        options = ("listen_addresses=", f"fsync={self._sync}", "max_connections=60", "log_min_messages=warning")
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._programs / "postgres"), "-D", str(self.folder / "data"), "-k", str(self.folder)]
                + [part for option in options for part in ("-c", option)],
                stdout=log,
                stderr=log,
                **self._as,
            )
        give_up_s = time.monotonic() + START_S
        while True:
            try:
                self.do("SELECT 1")
                return
            except psycopg.OperationalError:
                assert time.monotonic() < give_up_s, (self.folder / "log").read_text(errors="replace")[-2_000:]
                time.sleep(0.05)

    def stop(self) -> None:
        """Stop at once: connections break off, as they do when the machine loses power."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(START_S)
            self._process = None

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """The machine stands still: what was sent is taken, nothing is answered."""
        if self._process is None:
            raise RuntimeError("the server does not run")
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        frozen = [self._process.pid, *map(int, children)]
        try:
            _signal(frozen, signal.SIGSTOP)
            yield
        finally:
            _signal(frozen, signal.SIGCONT)

    def url(self, database: str) -> str:
        """The address of a database."""
        return f"postgresql://{USER}@/{database}?host={self.folder}"

    def create(self, *, empty: bool = False) -> str:
        """The address of a new database: with our tables, or without any."""
        name = f"test{next(self._numbers)}"
        template = "" if empty else f"TEMPLATE test0 {self._quickly}"
        self.do(f"CREATE DATABASE {name} {template}")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Throw a database away, whoever is connected to it."""
        self.do(f"DROP DATABASE {_name(url)} WITH (FORCE)")

    def break_off(self, url: str) -> None:
        """Break off everybody's connection to a database."""
        self.do(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{_name(url)}'")

    def do(self, statement: str, url: str | None = None) -> list[tuple[Any, ...]]:
        """Run a statement as the server's owner; what it returns."""
        with psycopg.connect(
            url or self.url("postgres"),
            autocommit=True,
            connect_timeout=3,
            options=f"-c statement_timeout={LONGEST_MS}",
        ) as connection:
            found = connection.execute(statement.encode())
            return found.fetchall() if found.description else []


def _signal(processes: Iterable[int], what: signal.Signals) -> None:
    """Send a signal to all of them; some may have ended meanwhile, which must not keep it from the others."""
    for pid in processes:
        with suppress(ProcessLookupError):
            os.kill(pid, what)


def _name(url: str) -> str:
    return url.split("@/")[1].partition("?")[0]


def programs() -> Path | None:
    """The folder of the server's programs; None when there is none on this machine."""
    found = shutil.which("postgres")
    known = [Path(found).resolve()] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    return next((path.parent for path in reversed(known) if (path.parent / "initdb").exists()), None)


@contextmanager
def postgres_server(*, safe: bool = False) -> Iterator[PostgresServer]:
    """Run one; skips the test when there is no PostgreSQL on this machine.

    Args:
        safe: Whether it waits for the disk, as one does whose data matter: for measurements.
    """
    found = programs()
    if found is None:
        pytest.skip("there is no PostgreSQL server on this machine")
    folder = Path(tempfile.mkdtemp(prefix="ivr-pg-", dir="/tmp"))  # a socket's path must be short
    server: PostgresServer | None = None
    try:
        server = PostgresServer(found, folder, safe=safe)
        yield server
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)

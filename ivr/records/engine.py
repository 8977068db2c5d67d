"""Connections to the calls' database: the only place that knows one database from another."""

import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry

from ivr.errors import RecordsError

BUSY_TIMEOUT_MS = 2_000
"""How long SQLite waits for another process's write lock before the write counts as failed (and is retried)."""

WRITES = {"sqlite_begin": "BEGIN IMMEDIATE"}
"""Execution options of a transaction that will write. In SQLite's WAL mode a transaction that began by reading
can't always become a writing one (SQLITE_BUSY_SNAPSHOT, which no timeout helps): it takes the lock at once."""


def connect(url: str, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> Engine:
    """Make the engine for ``url``; nothing is opened yet.

    Args:
        url: A SQLAlchemy URL. The parent folder of a SQLite file is made.
        busy_timeout_ms: See :data:`BUSY_TIMEOUT_MS`.

    Raises:
        RecordsError: the URL is wrong, its driver is missing, or its folder can't be made.
    """
    try:
        parsed = make_url(url)
        path = sqlite_file(parsed)
        if parsed.get_backend_name() != "sqlite":
            return create_engine(parsed, pool_pre_ping=True, hide_parameters=True)
        if path is None:
            raise RecordsError(
                f"IVR_DATABASE_URL: {url} keeps nothing beyond this process. Name a file: sqlite:///var/ivr.sqlite3"
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        # Parameters are callers' words and numbers: they don't belong into error messages.
        engine = create_engine(parsed, connect_args={"timeout": busy_timeout_ms / 1000}, hide_parameters=True)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise RecordsError(
            f"IVR_DATABASE_URL: no driver for {parsed.drivername}: install it with pip ({error})"
        ) from error
    except ArgumentError as error:
        raise RecordsError(
            f"IVR_DATABASE_URL: not an SQLAlchemy URL such as sqlite:///var/ivr.sqlite3 ({type(error).__name__})"
        ) from error
    except OSError as error:
        raise RecordsError(
            f"{Path(str(parsed.database)).parent}: can't make the database's folder: {error.strerror}"
        ) from error
    _tune_sqlite(engine, path)
    return engine


def sqlite_file(url: URL) -> Path | None:
    """The file of a SQLite URL; None when it is another database or in memory."""
    if url.get_backend_name() != "sqlite" or url.database in {None, "", ":memory:"}:
        return None
    return Path(str(url.database))


def use_write_ahead_log(connection: Connection) -> None:
    """Let readers and the writer work at the same time (SQLite; kept in the file, so set once)."""
    if connection.dialect.name == "sqlite":
        dbapi: Any = connection.connection.dbapi_connection
        dbapi.execute("PRAGMA journal_mode = WAL")


def _tune_sqlite(engine: Engine, path: Path) -> None:
    """Foreign keys, explicit transactions, and noticing that the file was deleted or replaced."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # sqlite3 would begin transactions late and not for CREATE TABLE
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")  # what is erased is overwritten, not only unlisted
        entry.info["file"] = _identity(path)

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))

    @event.listens_for(engine, "checkout")
    def on_checkout(connection: sqlite3.Connection, entry: ConnectionPoolEntry, proxy: object) -> None:
        # A deleted file lives on, unseen, as long as it is open: what is written to it would be lost.
        if entry.info.get("file") != _identity(path):
            raise DisconnectionError(f"{path} was deleted or replaced")

    @event.listens_for(engine, "commit")
    def on_commit(connection: Connection) -> None:
        if connection.info.get("file") != _identity(path):
            raise DisconnectionError(f"{path} was deleted or replaced")


def _identity(path: Path) -> tuple[int, int] | None:
    with suppress(OSError):
        status = path.stat()
        return status.st_dev, status.st_ino
    return None

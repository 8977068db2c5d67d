"""Connections to the calls' database: the only place that knows one database from another."""

import math
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry

from ivr.errors import RecordsError

BUSY_TIMEOUT_MS = 2_000
"""How long a write waits for another process's before it counts as failed (and is retried)."""

STATEMENT_TIMEOUT_MS, IDLE_TIMEOUT_MS = 10_000, 10_000
"""PostgreSQL gives up on a statement, and on a transaction that does nothing, after these: a server that hangs in
mid-write must not keep the others from writing. Choices; our longest statements take some 10 ms."""

CONNECT_S, SILENT_S = 3, 10
"""Seconds for a connection to PostgreSQL, and without an answer after which one counts as lost. Choices: callers'
music covers both."""

POOL_SIZE, POOL_OVERFLOW, POOL_WAIT_S = 10, 20, 2.0
"""Connections to PostgreSQL that a process keeps, more under load, and how long a thread waits for one. Each is
used for milliseconds; PostgreSQL allows 100 altogether unless told otherwise."""

Turn = Literal["calls", "desk"]
"""What is written by one process at a time. The order in which a transaction that needs both takes them."""

_TURNS: dict[Turn, int] = {"calls": 1, "desk": 2}
_OURS = 0x49_56_52
"""First half of our advisory locks' names in PostgreSQL: "IVR"."""

_DRIVER = "psycopg"
"""The driver whose parameters we know: libpq's."""


def connect(url: str, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> Engine:
    """Make the engine for ``url``; nothing is opened yet.

    Args:
        url: A SQLAlchemy URL. The parent folder of a SQLite file is made; ``postgresql://`` and ``postgres://``
            mean psycopg.
        busy_timeout_ms: See :data:`BUSY_TIMEOUT_MS`.

    Raises:
        RecordsError: the URL is wrong, its driver is missing, or its folder can't be made.
    """
    try:
        parsed = make_url(url)
        if parsed.drivername in {"postgres", "postgresql"}:
            parsed = parsed.set(drivername=f"postgresql+{_DRIVER}")
        path = sqlite_file(parsed)
        if parsed.get_backend_name() != "sqlite":
            return _connect_to_server(parsed, busy_timeout_ms)
        if path is None:
            raise RecordsError(
                f"IVR_DATABASE_URL: {url} keeps nothing beyond this process. Name a file: sqlite:///var/ivr.sqlite3"
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        # Parameters are callers' words and numbers: they don't belong into error messages.
        engine = create_engine(parsed, connect_args={"timeout": busy_timeout_ms / 1000}, hide_parameters=True)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        how = "-r requirements-postgres.txt" if parsed.get_backend_name() == "postgresql" else "it"
        raise RecordsError(
            f"IVR_DATABASE_URL: no driver for {parsed.drivername}: pip install {how} ({error})"
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


def for_reading(engine: Engine) -> Connection:
    """A connection whose transaction sees everything as it was at one moment.

    SQLite's do; PostgreSQL's would show each statement what was written since the one before.
    """
    if engine.dialect.name != "postgresql":
        return engine.connect()
    return engine.connect().execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def for_writing(engine: Engine, *turns: Turn) -> Connection:
    """A connection whose transaction writes, and for that waits for its turn.

    One process at a time writes: what a transaction has read stays true until it is committed, whoever else wants
    to write, and what is numbered by the database becomes visible in the order of its numbers. SQLite has one turn
    for everything. PostgreSQL has one for each of ``turns``, an advisory lock that ends with the transaction.

    Args:
        engine: The database.
        turns: What is going to be written; nothing said: ``calls``.
    """
    return engine.connect().execution_options(ivr_turns=turns or ("calls",))


def sqlite_file(url: URL) -> Path | None:
    """The file of a SQLite URL; None when it is another database or in memory."""
    if url.get_backend_name() != "sqlite" or url.database in {None, "", ":memory:"}:
        return None
    return Path(str(url.database))


def reason(error: Exception) -> str:
    """What a database says is wrong, in a line.

    PostgreSQL's details are left out: they quote the row, which holds callers' words and numbers.
    """
    cause = getattr(error, "orig", None) or error
    primary = getattr(getattr(cause, "diag", None), "message_primary", None)
    return " ".join(str(primary or cause).split()) or type(cause).__name__


def no_time_limit(connection: Connection) -> None:
    """Let the transaction under way take as long as it needs (PostgreSQL); its connection is not used again."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        if connection.dialect.driver == _DRIVER:
            dbapi: Any = connection.connection.dbapi_connection
            dbapi.answer_s = math.inf
        connection.detach()


def use_write_ahead_log(connection: Connection) -> None:
    """Let readers and the writer work at the same time (SQLite; kept in the file, so set once)."""
    if connection.dialect.name == "sqlite":
        dbapi: Any = connection.connection.dbapi_connection
        dbapi.execute("PRAGMA journal_mode = WAL")


def _connect_to_server(url: URL, busy_timeout_ms: int) -> Engine:
    options: dict[str, Any] = {}
    if url.get_backend_name() == "postgresql":
        options = {"pool_size": POOL_SIZE, "max_overflow": POOL_OVERFLOW, "pool_timeout": POOL_WAIT_S}
    if url.get_driver_name() == _DRIVER:
        named = _libpq_parameters(busy_timeout_ms)
        options["connect_args"] = {name: value for name, value in named.items() if name not in url.query}
    engine = create_engine(url, pool_pre_ping=True, hide_parameters=True, **options)
    if url.get_backend_name() == "postgresql":
        event.listen(engine, "begin", _wait_for_turns)
    if url.get_driver_name() == _DRIVER:
        event.listen(engine, "do_connect", _connect_patiently)
    return engine


def _libpq_parameters(busy_timeout_ms: int) -> dict[str, str | int]:
    limits = {
        "lock_timeout": busy_timeout_ms,
        "statement_timeout": STATEMENT_TIMEOUT_MS,
        "idle_in_transaction_session_timeout": IDLE_TIMEOUT_MS,
    }
    return {
        "connect_timeout": CONNECT_S,
        "application_name": "ivr",
        "keepalives_idle": SILENT_S,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": SILENT_S * 1000,
        "options": " ".join(f"-c {name}={value}" for name, value in limits.items()),
    }


def _connect_patiently(dialect: object, entry: object, given: Sequence[Any], named: Mapping[str, Any]) -> object:
    from ivr.records.patience import PatientConnection  # noqa: PLC0415  # psycopg is there with PostgreSQL only

    return PatientConnection.connect(*given, **named)


def _wait_for_turns(connection: Connection) -> None:
    wanted = connection.get_execution_options().get("ivr_turns", ())
    for turn, number in _TURNS.items():  # always in this order, so that no two wait for each other
        if turn in wanted:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_OURS}, {number})")


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
        # In WAL mode a transaction that began by reading can't always become a writing one (SQLITE_BUSY_SNAPSHOT,
        # which no timeout helps): who is going to write takes the lock at once.
        writes = connection.get_execution_options().get("ivr_turns")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

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

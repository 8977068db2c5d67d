"""Connectors that ask a database: one statement with named parameters, the first row its answer."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from ivr.content.types import Language, SqlSpec
from ivr.errors import BackendDownError, ConfigurationError
from ivr.fulfilment.declared import Answer
from ivr.fulfilment.environment import Environment
from ivr.fulfilment.guard import Guard

CONNECT_S = 1.0
"""Seconds to wait for a connection, a free one of the pool, or a lock."""
STATEMENT_S = 2.0
"""Seconds a statement may take: with the wait before it, less than ``fulfilment_deadline_s``."""
POOL_SIZE = 4
"""Connections kept open; as many again are opened in a rush."""
_STEPS = 10_000
"""SQLite's virtual machine asks after so many instructions whether to go on: every few milliseconds."""


class SqlSource:
    """One declared statement and the connections to its database. Safe from any thread."""

    def __init__(
        self, spec: SqlSpec, variables: Mapping[str, str], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Prepare; the database is opened when it is asked.

        Args:
            spec: What was declared.
            variables: The environment, for ``${NAME}``.
            clock: Seconds, monotonic.

        Raises:
            ConfigurationError: a variable is not set, or the address is none or names a driver that is not
                installed; the message names file and connector.
        """
        self._spec = spec
        self._clock = clock
        self._environment = Environment(spec, variables)
        self._guard = Guard(spec.name, clock)
        self._statement = text(spec.query)
        self._parameters = tuple(self._statement._bindparams)
        address = self._environment.expand_database_url(spec.url)
        try:
            self._url = make_url(address)
            self._engine: Engine = create_engine(self._url, hide_parameters=True, **_engine_options(self._url))
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError) as error:
            why = self._environment.hide(str(error).partition("\n")[0])
            raise ConfigurationError(f"{spec.source}: connector {spec.name}: url can't be used ({why})") from None

    def ask(self, slots: Mapping[str, str], language: Language) -> Answer | None:
        """Run the statement; None when it has no row (or, for one that changes rows, changed none).

        Raises:
            BackendDownError: the database is gone, locked, too slow, or has no such table or column.
        """
        with self._guard.asking():
            try:
                return self._ask(slots, language)
            except DBAPIError as error:
                raise self._down(str(error.orig)) from None
            except (SQLAlchemyError, OSError, ValueError) as error:
                raise self._down(f"{type(error).__name__}: {error}") from None

    def close(self) -> None:
        """Close all connections that are not in use."""
        self._engine.dispose()

    def _ask(self, slots: Mapping[str, str], language: Language) -> Answer | None:
        if _is_file(self._url) and not Path(str(self._url.database)).exists():
            raise self._down(f"there is no file {self._url.database}")
        with self._engine.begin() as connection:
            _limit(connection, self._clock)
            result = connection.execute(self._statement, {name: slots.get(name) for name in self._parameters})
            if not result.returns_rows:
                return self._answer({}, language) if result.rowcount else None
            row = result.mappings().first()
            return None if row is None else self._answer(row, language)

    def _answer(self, row: Mapping[Any, Any], language: Language) -> Answer:
        spec = self._spec
        outcome = spec.outcome.strip("'") if spec.outcome.startswith("'") else self._column(row, spec.outcome)
        values = {
            name: self._column(row, column.replace("{language}", language)) for name, column in spec.values.items()
        }
        return Answer(outcome, values, {name: self._column(row, name) for name in spec.facts})

    def _column(self, row: Mapping[Any, Any], column: str) -> object:
        if column not in row:
            raise self._down(
                f"its answer has no column {column!r} (there are {', '.join(map(str, row)) or 'none'})"
            )
        value: object = row[column]
        return value

    def _down(self, why: str) -> BackendDownError:
        return BackendDownError(f"connector {self._spec.name}: {self._environment.hide(' '.join(why.split()))}")


def _is_file(url: URL) -> bool:
    return url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")


def _engine_options(url: URL) -> dict[str, Any]:
    """How to connect. Files are opened anew each time, so that one that is replaced is seen."""
    if url.get_backend_name() == "sqlite":
        options: dict[str, Any] = {"connect_args": {"timeout": CONNECT_S}}
        return {**options, "poolclass": NullPool} if _is_file(url) else options
    pool = {"pool_size": POOL_SIZE, "max_overflow": POOL_SIZE, "pool_timeout": CONNECT_S, "pool_pre_ping": True}
    if url.get_backend_name() == "postgresql":
        return {**pool, "connect_args": {"connect_timeout": max(1, round(CONNECT_S))}}
    return pool


def _limit(connection: Connection, clock: Callable[[], float]) -> None:
    """Have SQLite and PostgreSQL give up on a statement that takes too long; others by an option of their URL."""
    match connection.dialect.name:
        case "sqlite":
            until = clock() + STATEMENT_S
            raw: Any = connection.connection.dbapi_connection
            raw.set_progress_handler(lambda: clock() > until, _STEPS)
        case "postgresql":
            connection.execute(text(f"SET LOCAL statement_timeout = {round(STATEMENT_S * 1000)}"))

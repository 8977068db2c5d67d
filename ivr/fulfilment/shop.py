"""The demo shop's database: made, seeded and kept fresh on first use; asked and changed in transactions."""

import contextlib
import datetime as dt
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateIndex, CreateTable

from ivr.errors import BackendDownError, ConfigurationError
from ivr.fulfilment.shop_seeds import seed
from ivr.fulfilment.shop_tables import Base

_Found = TypeVar("_Found")

BUSY_S = 1.0
"""Seconds to wait for a locked database, or for a connection of the pool: well under ``fulfilment_deadline_s``."""


class DemoShop:
    """The shop. Safe from any thread and for several processes on one database."""

    def __init__(self, url: str, now: Callable[[], dt.datetime] = dt.datetime.now) -> None:
        """Prepare the shop; the database itself is opened on first use.

        Args:
            url: SQLAlchemy URL. A SQLite database is made and seeded; any other is used as it is.
            now: The time where the shop is, for "tomorrow" and "this morning".

        Raises:
            ConfigurationError: the URL is none, or names a driver that is not installed.
        """
        self._now = now
        try:
            self._url = make_url(url)
            self._sqlite = self._url.get_backend_name() == "sqlite"
            self._engine: Engine = create_engine(self._url, hide_parameters=True, **self._engine_options())
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
            raise ConfigurationError(
                f"IVR_SHOP_DATABASE_URL: {url!r} is no usable database address ({error}); "
                "write for example sqlite:///var/shop.sqlite3"
            ) from error
        self._lock = threading.Lock()
        self._prepared = False

    def now(self) -> dt.datetime:
        """The time where the shop is."""
        return self._now()

    def today(self) -> dt.date:
        """The day where the shop is."""
        return self._now().date()

    def open(self) -> None:
        """Make and seed the database ahead of the first call.

        Raises:
            BackendDownError: the database is gone, locked or damaged.
        """
        try:
            self._prepare()
        except (SQLAlchemyError, OSError) as error:
            raise self._down(error) from error

    def run(self, work: Callable[[Session], _Found]) -> _Found:
        """Ask or change the shop in one transaction: all of it happens, or nothing.

        Args:
            work: Given the session. What changes rows must begin with an UPDATE on the order whose WHERE is the
                condition: it takes the lock, so that of two callers one finds the other's change.

        Raises:
            BackendDownError: the database is gone, locked or damaged.
        """
        try:
            self._prepare()
            with Session(self._engine, expire_on_commit=False) as session, session.begin():
                return work(session)
        except (SQLAlchemyError, OSError) as error:
            raise self._down(error) from error

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _engine_options(self) -> dict[str, Any]:
        if not self._sqlite:
            return {"pool_pre_ping": True, "pool_timeout": BUSY_S}
        options: dict[str, Any] = {"connect_args": {"timeout": BUSY_S}}
        if not self._in_memory:
            options["poolclass"] = NullPool  # opening a file is cheap, and none is left open behind a removed one
        return options

    @property
    def _in_memory(self) -> bool:
        return self._url.database in (None, "", ":memory:")

    def _down(self, error: Exception) -> BackendDownError:
        self._prepared = False
        where = self._url.render_as_string(hide_password=True)
        return BackendDownError(f"the shop's database {where} can't be used: {error}")

    def _prepare(self) -> None:
        """Make, seed and date the demo database, once; a database removed meanwhile is made again."""
        if not self._sqlite:
            return
        database, in_memory = self._url.database, self._in_memory
        with self._lock:
            if self._prepared and (in_memory or Path(str(database)).exists()):
                return
            if not in_memory:
                Path(str(database)).parent.mkdir(parents=True, exist_ok=True)
                self._engine.dispose()
            _make_tables(self._engine)
            with contextlib.suppress(IntegrityError):  # another process seeded it in the same moment
                seed(self._engine, self.today())
            self._prepared = True


def _make_tables(engine: Engine) -> None:
    """Make what is not there yet. Not ``create_all``: it looks first, and another process may come in between."""
    with engine.begin() as connection:
        for table in Base.metadata.sorted_tables:
            connection.execute(CreateTable(table, if_not_exists=True))
            for index in table.indexes:
                connection.execute(CreateIndex(index, if_not_exists=True))

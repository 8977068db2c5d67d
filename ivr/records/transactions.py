"""Transactions whose failures are the room's own error."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ivr.errors import RecordsError
from ivr.records.engine import Turn, for_reading, for_writing, reason


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """Look something up.

    Raises:
        RecordsError: the database can't be read now.
    """
    try:
        with for_reading(engine) as connection, Session(connection) as session:
            yield session
    except SQLAlchemyError as error:
        raise _problem(engine, error) from error


@contextmanager
def writing(engine: Engine, *turns: Turn) -> Iterator[Session]:
    """Change something; all or, after any exception, nothing.

    Args:
        engine: The database.
        turns: See :func:`ivr.records.engine.for_writing`.

    Raises:
        RecordsError: the database is locked or away; nothing was changed.
    """
    try:
        with for_writing(engine, *turns) as connection, Session(connection) as session:
            yield session
            session.commit()
    except SQLAlchemyError as error:
        raise _problem(engine, error) from error


def _problem(engine: Engine, error: SQLAlchemyError) -> RecordsError:
    where = engine.url.render_as_string(hide_password=True)
    return RecordsError(f"IVR_DATABASE_URL: {where}: {reason(error)}")

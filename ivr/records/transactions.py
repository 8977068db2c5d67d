"""Transactions whose failures are the room's own error."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ivr.errors import RecordsError
from ivr.records.engine import WRITES


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """Look something up.

    Raises:
        RecordsError: the database can't be read now.
    """
    try:
        with Session(engine) as session:
            yield session
    except SQLAlchemyError as error:
        raise _problem(engine, error) from error


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """Change something; all or, after any exception, nothing.

    Raises:
        RecordsError: the database is locked or away; nothing was changed.
    """
    try:
        with engine.connect().execution_options(**WRITES) as connection, Session(connection) as session:
            yield session
            session.commit()
    except SQLAlchemyError as error:
        raise _problem(engine, error) from error


def _problem(engine: Engine, error: SQLAlchemyError) -> RecordsError:
    where = engine.url.render_as_string(hide_password=True)
    return RecordsError(f"IVR_DATABASE_URL: {where}: {getattr(error, 'orig', None) or error}")

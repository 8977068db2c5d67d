"""What tests do to a database, whichever it is."""

from collections.abc import Iterator
from contextlib import contextmanager

from ivr.records.engine import connect, for_writing


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Another process is writing, and does not come to an end."""
    engine = connect(url)
    try:
        with for_writing(engine, "calls", "desk") as connection, connection.begin():
            yield
    finally:
        engine.dispose()

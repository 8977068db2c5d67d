"""What tests do to a database, whichever it is."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from ivr.records.engine import connect, for_writing
from ivr.records.store import Store


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Another process is writing, and does not come to an end."""
    engine = connect(url)
    try:
        with for_writing(engine, "calls", "desk") as connection, connection.begin():
            yield
    finally:
        engine.dispose()


@contextmanager
def migrated_at_once(url: str, state_dir: Path | None = None) -> Iterator[list[Store]]:
    """Four stores of an empty database, as processes that start at once open them; fails when one can't migrate."""
    with ExitStack() as opened:
        stores = [opened.enter_context(closing(Store(url, state_dir=state_dir))) for _ in range(4)]
        with ThreadPoolExecutor(len(stores)) as threads:
            list(threads.map(Store.migrate, stores))  # raises what one of them raised
        yield stores

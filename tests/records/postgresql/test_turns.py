"""Writers that wait for each other, and readers that wait for nobody."""

import threading
import time
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import func, select

from ivr.errors import RecordsError
from ivr.records import engine as engine_module
from ivr.records.engine import connect, for_reading, for_writing
from ivr.records.models import Base, CallerRow
from ivr.records.store import Store
from tests.databases import locked, migrated_at_once
from tests.postgres import PostgresServer

NUMBER = "+821012345678"

pytestmark = pytest.mark.slow


def test_processes_that_start_at_once_make_exactly_the_tables_of_the_models(
    postgres: PostgresServer, tmp_path: Path
) -> None:
    url = postgres.create(empty=True)
    with migrated_at_once(url, tmp_path / "journal") as stores, stores[0].engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    postgres.drop(url)


def test_a_write_waits_its_turn_and_no_longer_than_it_may(url: str, store: Store) -> None:
    with locked(url):
        began_s = time.monotonic()
        with pytest.raises(RecordsError, match="lock timeout"):
            store.set_feelings(NUMBER, allowed=False)
        assert 0.09 < time.monotonic() - began_s < 2
        assert store.feelings(NUMBER) is True  # who only reads waits for nobody
    store.set_feelings(NUMBER, allowed=False)
    assert store.feelings(NUMBER) is False


def test_a_process_that_hangs_in_mid_write_loses_its_turn(
    url: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "IDLE_TIMEOUT_MS", 300)
    hung = connect(url)
    connection = for_writing(hung, "calls")
    connection.begin()
    with pytest.raises(RecordsError):
        store.set_feelings(NUMBER, allowed=False)
    time.sleep(0.5)
    store.set_feelings(NUMBER, allowed=False)
    assert store.feelings(NUMBER) is False
    connection.invalidate()
    connection.close()
    hung.dispose()


def test_who_reads_sees_one_moment(store: Store) -> None:
    with for_reading(store.engine) as connection:
        before = connection.scalar(select(func.count()).select_from(CallerRow))
        store.set_feelings(NUMBER, allowed=False)
        assert connection.scalar(select(func.count()).select_from(CallerRow)) == before == 0
    assert store.feelings(NUMBER) is False


def test_of_several_who_keep_the_same_number_at_once_all_succeed(url: str, tmp_path: Path) -> None:
    store = Store(url, state_dir=tmp_path / "journal", busy_timeout_ms=10_000)
    together, problems = threading.Barrier(4), []

    def wish(allowed: bool) -> None:
        together.wait(5)
        try:
            for _ in range(20):
                store.set_feelings(NUMBER, allowed=allowed)
        except RecordsError as error:
            problems.append(error)

    threads = [threading.Thread(target=wish, args=(number % 2 == 0,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store.close()
    assert problems == []

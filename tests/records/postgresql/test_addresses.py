"""What an address of a PostgreSQL database leads to, without a server behind it."""

import sys
from contextlib import closing
from pathlib import Path

import pytest

from ivr.errors import RecordsError
from ivr.records.engine import connect
from ivr.records.store import Store


def test_what_waits_for_one_database_is_not_written_into_another(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folders = []
    for url in (
        "postgresql://ivr:one@db/hotline",
        "postgres://ivr:two@db/hotline",
        "postgresql+psycopg://ivr@db/other",
    ):
        with closing(Store(url)) as store:
            folders.append(store.presence.folder)
    assert folders[0] == folders[1] != folders[2]
    assert all(folder.is_relative_to(tmp_path) for folder in folders)


def test_a_missing_driver_is_named_with_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(RecordsError, match=r"no driver for postgresql\+psycopg.*requirements-postgres\.txt"):
        connect("postgresql://ivr@db/hotline")


def test_limits_of_the_address_go_before_ours() -> None:
    ours = connect("postgresql://ivr@db/hotline?connect_timeout=30&options=-c%20lock_timeout%3D1")
    _, given = ours.dialect.create_connect_args(ours.url)
    assert given["connect_timeout"] == "30"
    assert given["options"] == "-c lock_timeout=1"
    assert ours.url.drivername == "postgresql+psycopg"
    ours.dispose()

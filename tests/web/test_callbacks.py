"""Whom to call back, over HTTP."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ivr.records.bus import LocalBus
from ivr.records.journal import DatabaseJournal
from ivr.records.store import Store
from ivr.records.types import CallbackRecord
from ivr.web import callbacks
from tests.records.samples import started

CALLBACK = CallbackRecord(datetime(2026, 2, 1, 1, 0, tzinfo=UTC), "+821012345678", "start_return", "반품")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[DatabaseJournal]:
    store = Store(f"sqlite:///{tmp_path / 'ivr.sqlite3'}", busy_timeout_ms=50)
    store.migrate()
    journal = DatabaseJournal(store, LocalBus())
    for hours, call_sid in ((2, "CA1"), (1, "CA2")):
        journal.call_started(started(call_sid))
        journal.callback(call_sid, replace(CALLBACK, at=CALLBACK.at + timedelta(hours=hours)))
    yield journal
    journal.close(timeout_s=1)
    store.close()


@pytest.fixture
def client(journal: DatabaseJournal, tmp_path: Path) -> Iterator[FlaskClient]:
    store = Store(f"sqlite:///{tmp_path / 'ivr.sqlite3'}", busy_timeout_ms=50)
    app = Flask(__name__)
    app.register_blueprint(callbacks.blueprint(store, journal, journal.flush))
    yield app.test_client()
    store.close()


def test_the_one_due_first_comes_first(client: FlaskClient) -> None:
    listed = client.get("/api/callbacks").get_json()
    assert [entry["call_sid"] for entry in listed] == ["CA2", "CA1"]
    assert listed[0] == {
        "call_sid": "CA2",
        "at": "2026-02-01T02:00:00.000Z",
        "number": "+821012345678",
        "request": "start_return",
        "topic": "반품",
        "status": "waiting",
    }
    assert len(client.get("/api/callbacks?limit=1").get_json()) == 1


def test_one_that_was_done_waits_no_more(client: FlaskClient) -> None:
    answer = client.post("/api/callbacks/CA2/done")
    assert (answer.status_code, answer.get_json()["status"]) == (200, "done")
    assert [entry["call_sid"] for entry in client.get("/api/callbacks?status=waiting").get_json()] == ["CA1"]
    assert [entry["call_sid"] for entry in client.get("/api/callbacks?status=done").get_json()] == ["CA2"]
    assert client.post("/api/callbacks/CA2/done").status_code == 200  # once more changes nothing


@pytest.mark.parametrize(
    ("path", "word"),
    [("?limit=0", "limit"), ("?limit=many", "limit"), ("?limit=501", "limit"), ("?status=x", "status")],
)
def test_a_wrong_question_is_told_what_is_wrong(client: FlaskClient, path: str, word: str) -> None:
    answer = client.get("/api/callbacks" + path)
    assert answer.status_code == 400
    assert word in answer.get_json()["error"]


def test_nothing_promised_nothing_done(client: FlaskClient) -> None:
    assert client.post("/api/callbacks/CA9/done").status_code == 404


def test_a_database_that_can_not_be_read_is_said_so(client: FlaskClient, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "ivr.sqlite3") as connection:
        connection.execute("DROP TABLE callbacks")
    answer = client.get("/api/callbacks")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]

"""Whom to call back, over HTTP."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ivr.errors import DiallingError
from ivr.records.bus import LocalBus
from ivr.records.journal import DatabaseJournal
from ivr.records.store import Store
from ivr.records.types import CallbackRecord, VoicemailRecord
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


# --- messages ---


MESSAGE = VoicemailRecord(
    "https://api.twilio.com/RE1", "RE1", 12.5, "ko", "반품이요, 010-1234-5678", "반품", "", CALLBACK.at
)


def test_messages_are_listed_the_newest_first_with_their_sound(
    client: FlaskClient, journal: DatabaseJournal
) -> None:
    journal.voicemail("CA1", MESSAGE)
    journal.voicemail("CA2", replace(MESSAGE, left_at=CALLBACK.at + timedelta(hours=1), transcript=None))
    listed = client.get("/api/voicemails?status=waiting").get_json()
    assert [entry["call_sid"] for entry in listed] == ["CA2", "CA1"]
    assert listed[1]["audio_url"] == "/api/voicemails/CA1/audio"
    assert listed[1]["transcript"].startswith("반품이요")
    assert "1234" not in listed[1]["transcript"]  # masked
    assert client.post("/api/voicemails/CA1/done").get_json()["status"] == "done"
    assert [entry["call_sid"] for entry in client.get("/api/voicemails?status=waiting").get_json()] == ["CA2"]
    assert client.post("/api/voicemails/CA9/done").status_code == 404
    assert client.get("/api/voicemails?limit=x").status_code == 400


@pytest.mark.parametrize(
    ("fetched", "status"),
    [
        (b"RIFF", 200),
        (DiallingError("HTTP 404", gone=True), 404),
        (DiallingError("HTTP 500"), 502),
        (None, 503),
    ],
)
def test_the_sound_comes_from_the_carrier(
    journal: DatabaseJournal, tmp_path: Path, fetched: bytes | Exception | None, status: int
) -> None:
    journal.voicemail("CA1", MESSAGE)

    def fetch(recording_sid: str) -> bytes:
        assert recording_sid == "RE1"
        if isinstance(fetched, bytes):
            return fetched
        assert fetched is not None
        raise fetched

    store = Store(f"sqlite:///{tmp_path / 'ivr.sqlite3'}", busy_timeout_ms=50)
    app = Flask(__name__)
    app.register_blueprint(
        callbacks.blueprint(store, journal, journal.flush, fetch if fetched is not None else None)
    )
    web = app.test_client()
    answer = web.get("/api/voicemails/CA1/audio")
    assert answer.status_code == status
    if status == 200:
        assert (answer.mimetype, answer.data) == ("audio/wav", b"RIFF")
        assert answer.headers["Cache-Control"] == "no-store"
    assert web.get("/api/voicemails/CA2/audio").status_code == 404
    store.close()

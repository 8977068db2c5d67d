"""Hearing a recording: by whom, and never unnoticed."""

import io
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile
from flask import Flask

from ivr.records.audit import AuditLog
from ivr.records.recordings import Recording, Vault, read_keys
from ivr.records.store import Store
from ivr.settings import load_settings
from ivr.web import access, recordings
from tests.records.samples import KEY, STARTED_AT

TOKEN = "a-token-of-some-length"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
LOUD, QUIET = b"\x80", b"\xff"
"""µ-law: the loudest positive sample, and zero."""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "ivr.sqlite3"


@pytest.fixture
def store(database: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{database}", busy_timeout_ms=50)
    store.migrate()
    yield store
    store.close()


@pytest.fixture
def vault(store: Store, tmp_path: Path) -> Vault:
    vault = Vault(store.engine, tmp_path / "recordings", read_keys(KEY))
    file = vault.create("CA1")
    file.append((LOUD + QUIET) * 800)
    file.append((QUIET + LOUD) * 800, last=True)
    vault.keep(Recording("CA1", STARTED_AT, 200, "This call is recorded."))
    return vault


@pytest.fixture
def app(store: Store, vault: Vault) -> Flask:
    app = Flask(__name__)
    access.protect(app, load_settings(api_token=TOKEN))
    app.register_blueprint(recordings.blueprint(vault, AuditLog(store.engine)))
    return app


def test_it_is_a_stereo_file_with_the_caller_on_the_left(app: Flask) -> None:
    answer = app.test_client().get("/api/recordings/CA1/audio", headers=BEARER)
    assert answer.headers["Content-Type"] == "audio/wav"
    assert answer.headers["Cache-Control"] == "no-store"
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    samples, rate_hz = soundfile.read(io.BytesIO(answer.data))
    assert (samples.shape, rate_hz) == ((1600, 2), 8000)
    assert samples[:800, 0].min() > 0.9
    assert abs(samples[:800, 1]).max() == 0
    assert samples[800:, 1].min() > 0.9


def test_it_says_what_the_caller_was_told(app: Flask) -> None:
    assert app.test_client().get("/api/recordings/CA1", headers=BEARER).get_json() == {
        "call_sid": "CA1",
        "started_at": "2026-01-31T02:03:04.567Z",
        "duration_ms": 200,
        "notice": "This call is recorded.",
    }
    assert app.test_client().get("/api/recordings/CA2", headers=BEARER).status_code == 404
    assert app.test_client().get("/api/recordings/CA2/audio", headers=BEARER).status_code == 404


def test_hearing_it_is_noted_each_time_and_only_who_may_hears_it(app: Flask, store: Store) -> None:
    client = app.test_client()
    assert client.get("/api/recordings/CA1/audio").status_code == 401
    for _ in range(2):
        client.get("/api/recordings/CA1/audio", headers=BEARER)
    noted = [(entry.who, entry.action, entry.call_sid) for _, entry in AuditLog(store.engine).entries(9)]
    assert noted == [("token", "recording_heard", "CA1")] * 2


def test_what_can_not_be_noted_is_not_heard(app: Flask, database: Path) -> None:
    holder = sqlite3.connect(database, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    answer = app.test_client().get("/api/recordings/CA1/audio", headers=BEARER)
    holder.execute("ROLLBACK")
    holder.close()
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0


def test_a_damaged_recording_is_told_and_not_counted_as_heard(app: Flask, store: Store, tmp_path: Path) -> None:
    (path,) = (tmp_path / "recordings").iterdir()
    path.write_bytes(path.read_bytes()[:100])
    answer = app.test_client().get("/api/recordings/CA1/audio", headers=BEARER)
    assert answer.status_code == 500
    assert "can't be read" in answer.get_json()["error"]
    assert AuditLog(store.engine).entries(9) == ()

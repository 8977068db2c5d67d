"""Calls over HTTP: as they were, and as they happen."""

import http.client
import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from ivr.records.bus import LocalBus
from ivr.records.journal import DatabaseJournal
from ivr.records.store import Store
from ivr.web import api
from tests.records.samples import (
    ASSISTANT_TURN,
    CALLER_TURN,
    DECISION,
    HANDOFF,
    STARTED_AT,
    started,
    turn,
)

PATIENCE_S = 10.0


@dataclass
class Hotline:
    """A store, a bus and a journal behind the API."""

    database: Path
    heartbeat_s: float = 15.0
    most_streams: int = 3
    store: Store = field(init=False)
    bus: LocalBus = field(default_factory=LocalBus)
    journal: DatabaseJournal = field(init=False)
    app: Flask = field(init=False)

    def __post_init__(self) -> None:
        self.store = Store(f"sqlite:///{self.database}", busy_timeout_ms=50)
        self.store.migrate()
        self.journal = DatabaseJournal(self.store, self.bus)
        self.app = Flask(__name__)
        self.app.register_blueprint(
            api.blueprint(
                self.store,
                self.bus,
                self.journal.flush,
                heartbeat_s=self.heartbeat_s,
                most_streams=self.most_streams,
            )
        )

    def close(self) -> None:
        self.journal.close(timeout_s=1)
        self.store.close()


@pytest.fixture
def hotline(tmp_path: Path) -> Iterator[Hotline]:
    hotline = Hotline(tmp_path / "ivr.sqlite3", heartbeat_s=0.2)
    yield hotline
    hotline.close()


@pytest.fixture
def client(hotline: Hotline) -> FlaskClient:
    return hotline.app.test_client()


@pytest.fixture
def url(hotline: Hotline) -> Iterator[str]:
    """The API on a real server, a thread per request."""
    server = make_server("127.0.0.1", 0, hotline.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="api-server")
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    hotline.bus.close()
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass(frozen=True)
class Told:
    """One server-sent event."""

    kind: str
    data: Any
    id: str | None


class Follower:
    """Reads an event stream the way a browser does."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.response = response
        self.comments = 0

    def __iter__(self) -> Iterator[Told]:
        parts: dict[str, str] = {}
        for raw in self.response:
            line = raw.decode().rstrip("\n")
            if line.startswith(":"):
                self.comments += 1
            elif line:
                key, _, value = line.partition(": ")
                parts[key] = value
            elif parts:
                yield Told(parts["event"], json.loads(parts["data"]), parts.get("id"))
                parts = {}


@contextmanager
def follow(url: str, call_sid: str = "CA1", **headers: str) -> Iterator[Follower]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE_S)
    connection.request("GET", f"/api/calls/{call_sid}/events", headers=headers)
    response = connection.getresponse()
    assert response.status == 200, response.read()
    assert response.headers["Content-Type"].startswith("text/event-stream")
    try:
        yield Follower(response)
    finally:
        response.close()
        connection.close()


def talk(hotline: Hotline) -> None:
    """The beginning of a call."""
    hotline.journal.call_started(started())
    hotline.journal.turn("CA1", CALLER_TURN)
    hotline.journal.decision("CA1", DECISION)


def test_a_call_is_there_as_soon_as_it_was_written(hotline: Hotline, client: FlaskClient) -> None:
    talk(hotline)
    answer = client.get("/api/calls/CA1")
    assert answer.status_code == 200
    call = answer.get_json()
    assert call["call_sid"] == "CA1"
    assert call["ended_at"] is None
    assert call["turns"][0]["slots"] == {"order_number": "47291"}
    assert call["handoff"] is None


def test_a_live_call_has_its_picture(hotline: Hotline, client: FlaskClient) -> None:
    talk(hotline)
    hotline.journal.turn("CA1", turn("<svg onload=alert(1)>\x07"))
    korean = client.get("/api/calls/CA1/timeline.svg", headers={"Accept-Language": "ko"}).get_data(as_text=True)
    assert "답답함" in korean and "frustration" not in korean
    answer = client.get("/api/calls/CA1/timeline.svg")
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    svg = answer.get_data(as_text=True)
    assert ElementTree.fromstring(svg).tag.endswith("svg")
    assert "angry 0.80" in svg
    assert "<svg onload" not in svg


def test_an_unknown_call_is_404_in_json(client: FlaskClient) -> None:
    for path in ("/api/calls/CA404", "/api/calls/CA404/events", "/api/calls/CA404/timeline.svg"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "CA404" in answer.get_json()["error"]


def test_the_latest_calls_come_newest_first(hotline: Hotline, client: FlaskClient) -> None:
    for number in range(3):
        hotline.journal.call_started(started(f"CA{number}", STARTED_AT + timedelta(minutes=number)))
    assert [call["call_sid"] for call in client.get("/api/calls?limit=2").get_json()] == ["CA2", "CA1"]
    assert len(client.get("/api/calls").get_json()) == 3


@pytest.mark.parametrize("limit", ["0", "501", "-1", "ten", "", "1.5", "٣", "1e2", "9" * 30])
def test_a_wrong_limit_is_named(client: FlaskClient, limit: str) -> None:
    answer = client.get("/api/calls", query_string={"limit": limit})
    assert answer.status_code == 400
    assert answer.get_json()["error"].startswith("limit:")


def test_a_database_that_is_gone_is_503(hotline: Hotline, client: FlaskClient) -> None:
    hotline.journal.close()
    connection = sqlite3.connect(hotline.database)
    connection.execute("DROP TABLE turns")
    connection.execute("DROP TABLE calls")
    connection.close()
    for path in ("/api/calls", "/api/calls/CA1", "/api/calls/CA1/timeline.svg", "/api/calls/CA1/events"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert "try again" in answer.get_json()["error"]
        assert "Retry-After" in answer.headers


def test_the_call_so_far_is_followed_by_what_happens(hotline: Hotline, url: str) -> None:
    talk(hotline)
    with follow(url) as follower:
        events = iter(follower)
        so_far = [next(events) for _ in range(3)]
        hotline.journal.live("CA1", {"event": "partial", "text": "내일"})
        hotline.journal.turn("CA1", ASSISTANT_TURN)
        hotline.journal.handoff("CA1", HANDOFF)
        hotline.journal.handoff_status("CA1", "accepted", "Kim")
        hotline.journal.call_ended("CA1", STARTED_AT, "handed_off")
        live = list(events)  # ends by itself
    assert [event.kind for event in so_far] == ["status", "turn", "decision"]
    assert [event.kind for event in live] == ["partial", "turn", "handoff", "handoff", "ended"]
    call = hotline.app.test_client().get("/api/calls/CA1").get_json()
    assert [event.data for event in (*so_far, *live) if event.kind == "turn"] == call["turns"]
    assert so_far[2].data == call["decisions"][0]
    assert live[3].data == call["handoff"]
    assert live[0].data == {"text": "내일"}
    assert live[0].id is None
    assert live[4].data["outcome"] == "handed_off"


def test_nothing_is_missed_or_told_twice_while_the_call_goes_on(hotline: Hotline, url: str) -> None:
    hotline.journal.call_started(started())
    last = 150

    def speak() -> None:
        for number in range(last):
            hotline.journal.turn("CA1", turn(str(number)))
            time.sleep(0.001)
        hotline.journal.call_ended("CA1", STARTED_AT, "resolved")

    speaker = threading.Thread(target=speak)
    speaker.start()
    heard: list[list[str]] = []
    for _ in range(3):
        time.sleep(0.03)
        with follow(url) as follower:
            heard.append([event.data["text"] for event in follower if event.kind == "turn"])
    speaker.join()
    assert heard == [[str(number) for number in range(last)]] * 3


def test_an_ended_call_is_told_from_the_database(hotline: Hotline, url: str) -> None:
    talk(hotline)
    hotline.journal.handoff("CA1", HANDOFF)
    hotline.journal.call_ended("CA1", STARTED_AT, "handed_off")
    assert hotline.journal.flush(5)
    hotline.bus.forget("CA1")
    with follow(url) as follower:
        events = list(follower)
    assert [event.kind for event in events] == ["status", "turn", "decision", "handoff", "ended"]
    numbers = [int(event.id) for event in events if event.id]
    assert numbers == sorted(set(numbers))


def test_who_comes_back_is_told_only_what_was_missed(hotline: Hotline, url: str) -> None:
    talk(hotline)
    with follow(url) as follower:
        events = iter(follower)
        told = [next(events) for _ in range(2)]
    with follow(url, **{"Last-Event-ID": str(told[1].id)}) as follower:
        assert next(iter(follower)).kind == "decision"
    hotline.journal.call_ended("CA1", STARTED_AT, "resolved")
    with follow(url, **{"Last-Event-ID": str(told[1].id)}) as follower:
        missed = list(follower)
    assert [event.kind for event in missed if event.id] == ["decision", "ended"]
    answer = hotline.app.test_client().get("/api/calls/CA1/events", headers={"Last-Event-ID": str(missed[-1].id)})
    assert answer.status_code == 204


def test_a_strange_last_event_id_starts_at_the_beginning(hotline: Hotline, url: str) -> None:
    talk(hotline)
    with follow(url, **{"Last-Event-ID": "abc"}) as follower:
        assert next(iter(follower)).kind == "status"


def test_a_silent_stream_beats_and_ends_with_a_call_of_another_process(hotline: Hotline, url: str) -> None:
    talk(hotline)
    assert hotline.journal.flush(5)
    hotline.bus.forget("CA1")  # as if another process held the call
    with follow(url) as follower:
        events = iter(follower)
        assert [next(events).kind for _ in range(3)] == ["status", "turn", "decision"]
        other = DatabaseJournal(hotline.store, LocalBus())
        other.call_ended("CA1", STARTED_AT, "resolved")
        assert other.flush(5)
        assert [event.kind for event in events] == ["ended"]
        other.close()
    assert follower.comments >= 1


def test_a_client_that_leaves_frees_its_place(hotline: Hotline, url: str) -> None:
    talk(hotline)
    for _ in range(hotline.most_streams * 2):
        deadline_s = time.monotonic() + PATIENCE_S
        while True:
            try:
                with follow(url) as follower:
                    assert next(iter(follower)).kind == "status"
                break
            except AssertionError:
                if time.monotonic() > deadline_s:
                    raise
                time.sleep(0.05)
    deadline_s = time.monotonic() + PATIENCE_S
    while hotline.bus.watchers("CA1") and time.monotonic() < deadline_s:
        time.sleep(0.02)
    assert hotline.bus.watchers("CA1") == 0


def test_too_many_streams_are_refused(hotline: Hotline, url: str) -> None:
    talk(hotline)
    with follow(url) as one, follow(url) as two, follow(url) as three:
        for follower in (one, two, three):
            next(iter(follower))
        answer = hotline.app.test_client().get("/api/calls/CA1/events")
        assert answer.status_code == 503
        assert "streams" in answer.get_json()["error"]


def test_streams_end_when_the_server_goes_down(hotline: Hotline, url: str) -> None:
    talk(hotline)
    with follow(url) as follower:
        events = iter(follower)
        next(events)
        hotline.journal.close()
        assert [event.kind for event in events] == ["turn", "decision"]

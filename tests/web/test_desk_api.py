"""What an agent's page asks for, over HTTP."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from ivr.handoff.agents import DEMO_AGENTS
from ivr.handoff.types import Agent, HandOffState
from ivr.records.bus import LocalBus
from ivr.records.desk_models import AgentRow
from ivr.records.journal import DatabaseJournal
from ivr.settings import load_settings
from ivr.web import access, desk_api
from tests.handoff.desks import Office
from tests.records.samples import ASSISTANT_TURN, CALLER_TURN, started

RISKY = '<script>alert(1)</script>\x00\x1b[31m 반품 "안 돼요"'


@dataclass
class Room:
    """A desk behind its API, and two browsers."""

    office: Office
    app: Flask
    mina: FlaskClient
    jiho: FlaskClient


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    office = Office(tmp_path / "desk.sqlite3")
    office.desk.agents.add(DEMO_AGENTS, office.desk.now())
    journal = DatabaseJournal(office.records, LocalBus())
    journal.call_started(started("CA1"))
    journal.turn("CA1", CALLER_TURN)
    journal.turn("CA1", ASSISTANT_TURN)
    assert journal.flush(5)
    app = Flask(__name__)
    access.protect(app, load_settings(host="127.0.0.1"))
    app.register_blueprint(
        desk_api.blueprint(
            office.desk, office.records, intents=lambda: ("start_return", "order_status"), flush=journal.flush
        )
    )
    room = Room(office, app, app.test_client(), app.test_client())
    for client, agent in ((room.mina, "mina"), (room.jiho, "jiho")):
        assert client.post("/api/desk/enter", json={"agent": agent}).status_code == 200
    yield room
    journal.close(timeout_s=1)
    office.close()


def _available(*clients: FlaskClient) -> None:
    for client in clients:
        assert client.post("/api/desk/me/status", json={"status": "available"}).status_code == 200


def _seconds(earlier: str, later: str) -> float:
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()


def test_a_whole_call_at_the_desk(room: Room) -> None:
    _available(room.mina)
    room.office.ring("CA1", topic="start_return", frustration=0.8, risks=("legal",))
    room.office.go(1, "mina", "jiho")
    waiting = room.jiho.get("/api/desk/waiting").get_json()
    assert (waiting["total"], waiting["open"]) == (1, True)
    [call] = waiting["calls"]
    assert (call["state"], call["agent"], call["headline"], call["position"]) == ("offered", "mina", "반품 문의", 1)
    assert call["contributions"] == {"waiting": 0.003, "frustration": 0.8, "risk": 0.5} and call["urgency"] == 1.303
    me = room.mina.get("/api/desk/me").get_json()
    assert (me["call"]["call_sid"], me["agent"]["status"]) == ("CA1", "available")
    assert _seconds(me["call"]["changed_at"], me["call"]["until"]) == 20, "then it rings at the next desk"
    accepted = room.mina.post("/api/desk/calls/CA1/accept")
    assert (accepted.status_code, accepted.get_json()["audio_token"]) == (200, "token-CA1-mina")
    room.office.desk.talking("CA1", "mina")
    room.office.go(1, "mina", "jiho")
    assert room.mina.post("/api/desk/calls/CA1/hold", json={"on": True}).get_json()["call"]["on_hold"] is True
    assert ("hold", "CA1", "True") in room.office.bridge.asked
    assert room.mina.post("/api/desk/calls/CA1/notes", json={"notes": RISKY}).status_code == 204
    assert room.mina.post("/api/desk/calls/CA1/disposition", json={"disposition": "solved"}).status_code == 204
    assert room.mina.get("/api/desk/me").get_json()["call"]["until"] is None
    written_up = room.mina.post("/api/desk/calls/CA1/finish").get_json()
    assert written_up["agent"]["status"] == "wrap_up"
    assert _seconds(written_up["call"]["changed_at"], written_up["call"]["until"]) == 60
    _available(room.mina)
    done = room.jiho.get("/api/desk/calls/CA1").get_json()
    assert (done["state"], done["disposition"]) == ("completed", "solved")
    assert done["notes"] == '<script>alert(1)</script>[31m 반품 "안 돼요"'  # kept as text, without control codes
    [offer] = done["offers"]
    assert (offer["agent"], offer["answer"]) == ("mina", "accepted") and "furious (0.80)" in offer["why"]
    agents = {each["id"]: each for each in room.mina.get("/api/desk/agents").get_json()}
    assert (agents["mina"]["calls_today"], agents["mina"]["hard_calls_today"]) == (1, 1)
    assert agents["mina"]["resting_until"] is not None and agents["jiho"]["resting_until"] is None


def test_the_slower_of_two_is_told_who_was_faster(room: Room) -> None:
    _available(room.mina, room.jiho)
    room.office.ring("CA1")
    room.office.go(1, "mina", "jiho")
    assert room.jiho.post("/api/desk/calls/CA1/accept").status_code == 200
    late = room.mina.post("/api/desk/calls/CA1/accept")
    assert (late.status_code, late.get_json()) == (
        409,
        {
            "error": "박지호 was faster and has this call",
            "code": "taken",
            "agent": "jiho",
            "agent_name": "박지호",
        },
    )


def test_a_caller_who_is_gone_is_said_to_be_gone(room: Room) -> None:
    _available(room.mina)
    room.office.ring("CA1")
    room.office.go(1, "mina", "jiho")
    room.office.bridge.on_the_line.clear()
    gone = room.mina.post("/api/desk/calls/CA1/accept")
    assert (gone.status_code, gone.get_json()["code"]) == (410, "caller_gone")
    over = room.mina.post("/api/desk/calls/CA1/accept")
    assert (over.status_code, over.get_json()["code"]) == (409, "over")
    unknown = room.mina.post("/api/desk/calls/CA9/accept")
    assert (unknown.status_code, unknown.get_json()["code"]) == (409, "no_call")


def test_a_call_that_another_has_is_never_said_to_be_for_somebody_rested(room: Room) -> None:
    _available(room.mina, room.jiho)
    for call_sid in ("CA1", "CA2"):
        room.office.ring(call_sid, frustration=0.9)
    room.office.go(1, "mina", "jiho")
    first = room.office.hand_off("CA1").agent_id
    client, other = (room.mina, room.jiho) if first == "mina" else (room.jiho, room.mina)
    assert client.post("/api/desk/calls/CA1/accept").status_code == 200
    assert client.post("/api/desk/calls/CA1/finish").status_code == 200
    assert other.post("/api/desk/calls/CA2/accept").status_code == 200
    assert other.post("/api/desk/calls/CA2/finish").status_code == 200
    _available(client)
    late = client.post("/api/desk/calls/CA2/accept").get_json()
    assert late["code"] == "over", late


def test_every_refusal_has_a_code(room: Room) -> None:
    stranger = room.app.test_client()
    asked = [
        (stranger.get("/api/desk/me"), 403, "not_entered"),
        (stranger.post("/api/desk/enter", json={"agent": "ghost"}), 409, "no_agent"),
        (room.mina.post("/api/desk/me/status", json={"status": "busy"}), 400, "bad_request"),
        (room.mina.post("/api/desk/calls/CA1/decline"), 409, "not_ringing"),
        (room.mina.post("/api/desk/calls/CA1/hold", json={"on": True}), 409, "not_yours"),
        (room.mina.get("/api/desk/calls/CA9"), 404, "no_call"),
        (room.mina.post("/api/desk/calls/CA1/feedback", json={"label": "unkind", "turn": 1}), 404, "no_turn"),
        (room.mina.delete("/api/desk/feedback/9"), 404, "no_feedback"),
        (room.mina.post("/api/desk/me/alive", headers={"Origin": "https://evil.test"}), 403, "another_site"),
        (room.mina.get("/api/desk/me", base_url="http://evil.test"), 403, "not_this_machine"),
    ]
    for number, (answer, status, code) in enumerate(asked):
        told = answer.get_json()
        assert (answer.status_code, told["code"]) == (status, code), (number, told)
        assert told["error"], "and people who read English are told, too"
    _available(room.mina)
    room.office.ring("CA1")
    room.office.go(1, "mina", "jiho")
    assert room.mina.post("/api/desk/calls/CA1/accept").status_code == 200
    busy = room.mina.post("/api/desk/me/status", json={"status": "break"})
    assert (busy.status_code, busy.get_json()["code"]) == (409, "in_a_call")
    room.mina.post("/api/desk/calls/CA1/finish")
    again = room.mina.post("/api/desk/calls/CA1/finish")
    assert (again.status_code, again.get_json()["code"]) == (409, "talk_over")


def test_a_locked_database_is_said_to_be_worth_another_try(room: Room) -> None:
    _available(room.mina)
    room.office.ring("CA1")
    room.office.go(1, "mina", "jiho")
    lock = sqlite3.connect(room.office.path, isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    refused = room.mina.post("/api/desk/calls/CA1/accept")
    lock.execute("ROLLBACK")
    lock.close()
    assert refused.status_code == 503 and refused.headers["Retry-After"]
    assert refused.get_json()["code"] == "try_again"
    assert "nothing was changed" in refused.get_json()["error"]
    assert room.mina.post("/api/desk/calls/CA1/accept").status_code == 200


def test_declining_gives_the_call_to_the_next(room: Room) -> None:
    _available(room.mina, room.jiho)
    room.office.ring("CA1")
    room.office.go(1, "mina", "jiho")
    first = room.office.hand_off("CA1").agent_id
    client, other = (room.mina, "jiho") if first == "mina" else (room.jiho, "mina")
    assert client.post("/api/desk/calls/CA1/decline", json={"reason": "busy"}).get_json()["call"] is None
    room.office.go(1, "mina", "jiho")
    assert room.office.hand_off("CA1").agent_id == other
    assert client.post("/api/desk/calls/CA1/decline").status_code == 409


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        ("enter", {}, "agent: a text is needed"),
        ("enter", {"agent": "x" * 65}, "agent: 65 characters"),
        ("me/status", {"status": "busy"}, "status: 'busy' is not one of available, break, offline"),
        ("me/status", {"status": None}, "status"),
        ("calls/CA1/decline", {"reason": "no_answer"}, "reason"),
        ("calls/CA1/hold", {"on": "yes"}, "on: true or false"),
        ("calls/CA1/notes", {"notes": 5}, "notes"),
        ("calls/CA1/notes", {"notes": "x" * 10_001}, "notes: 10001 characters"),
        ("calls/CA1/finish", {"back_to_machine": 1}, "back_to_machine"),
        ("calls/CA1/feedback", {"label": "rude"}, "label: 'rude' is not one of misunderstood, unkind"),
        ("calls/CA1/feedback", {"label": "misunderstood"}, "turn: say which"),
        ("calls/CA1/feedback", {"label": "misunderstood", "turn": 5120, "right_intent": "fly"}, "right_intent"),
        ("calls/CA1/feedback", {"label": "misunderstood", "turn": 8770, "right_intent": "none"}, "turn: only what"),
        ("calls/CA1/feedback", {"label": "unkind", "turn": -1}, "turn"),
        ("calls/CA1/feedback", {"label": "unkind", "right_intent": "none"}, "right_intent"),
    ],
)
def test_what_is_wrong_is_said_by_field(room: Room, path: str, body: object, says: str) -> None:
    answer = room.mina.post(f"/api/desk/{path}", json=body)
    assert answer.status_code == 400
    assert says in answer.get_json()["error"]


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"\xff"])
def test_what_is_no_json_object_is_refused(room: Room, body: bytes) -> None:
    answer = room.mina.post("/api/desk/me/status", data=body, content_type="application/json")
    assert (answer.status_code, answer.get_json()["error"]) == (400, "send a JSON object, as application/json")
    assert room.mina.post("/api/desk/me/status", data=b"x" * 70_000).status_code == 400


def test_nobody_in_particular_is_asked_who_they_are(room: Room) -> None:
    stranger = room.app.test_client()
    for method, path in (("GET", "me"), ("GET", "events"), ("POST", "calls/CA1/accept"), ("POST", "me/alive")):
        assert stranger.open(f"/api/desk/{path}", method=method).status_code == 403
    assert stranger.get("/api/desk/me", headers={"X-Desk-Agent": "mina"}).get_json()["agent"]["name"] == "김미나"
    assert stranger.get("/api/desk/me", headers={"X-Desk-Agent": "ghost"}).status_code == 403
    assert stranger.post("/api/desk/enter", json={"agent": "ghost"}).status_code == 409


def test_a_login_is_an_agent_and_nobody_else(room: Room) -> None:
    app = Flask(__name__)
    login = Agent("sora", "한소라", ("ko",))
    app.register_blueprint(desk_api.blueprint(room.office.desk, room.office.records, logged_in=lambda: login))
    sora = app.test_client()
    assert sora.post("/api/desk/enter", json={"agent": "mina"}).get_json()["agent"]["name"] == "한소라"
    assert sora.get("/api/desk/me", headers={"X-Desk-Agent": "mina"}).get_json()["agent"]["id"] == "sora"


def test_another_sites_page_can_not_click(room: Room) -> None:
    answer = room.mina.post(
        "/api/desk/me/status", json={"status": "break"}, headers={"Origin": "https://evil.test"}
    )
    assert answer.status_code == 403


def test_another_agents_call_is_not_mine_to_change(room: Room) -> None:
    _available(room.mina)
    room.office.ring("CA1")
    room.office.go(1, "mina", "jiho")
    room.mina.post("/api/desk/calls/CA1/accept")
    for path, body in (("hold", {"on": True}), ("finish", {}), ("notes", {"notes": "x"})):
        answer = room.jiho.post(f"/api/desk/calls/CA1/{path}", json=body)
        assert (answer.status_code, "not your call" in answer.get_json()["error"]) == (409, True)
    assert room.office.hand_off("CA1").state is HandOffState.ACCEPTED


def test_a_login_that_is_removed_in_mid_talk_leaves_the_caller_to_a_colleague(room: Room) -> None:
    _available(room.mina)
    room.office.ring("CA1")
    room.office.go(1, "mina", "jiho")
    assert room.mina.post("/api/desk/calls/CA1/accept").status_code == 200
    room.office.desk.talking("CA1", "mina")
    room.office.go(1, "mina", "jiho")
    assert room.office.hand_off("CA1").state is HandOffState.TALKING
    with Session(room.office.records.engine) as session:
        session.execute(delete(AgentRow).where(AgentRow.id == "mina"))
        session.commit()
    _available(room.jiho)
    room.office.go(2, "jiho")
    assert room.mina.get("/api/desk/me").get_json()["code"] == "not_entered"
    again = room.office.hand_off("CA1")
    assert (again.state, again.agent_id, again.returned) == (HandOffState.OFFERED, "jiho", 1)


def test_one_click_tells_what_was_misunderstood(room: Room) -> None:
    body = {"label": "misunderstood", "turn": 5120, "right_intent": "start_return", "note": "반품 얘기였음"}
    first = room.mina.post("/api/desk/calls/CA1/feedback", json=body)
    assert first.status_code == 201
    room.mina.post("/api/desk/calls/CA1/feedback", json={**body, "right_intent": "none"})
    room.jiho.post("/api/desk/calls/CA1/feedback", json={"label": "should_have_handed_over_earlier"})
    listed = room.mina.get("/api/desk/feedback").get_json()
    assert [(each["agent"], each["label"], each["right_intent"]) for each in listed] == [
        ("jiho", "should_have_handed_over_earlier", None),
        ("mina", "misunderstood", "none"),
    ]
    assert len(room.mina.get("/api/desk/feedback?label=misunderstood&call_sid=CA1").get_json()) == 1
    assert room.mina.get("/api/desk/feedback?limit=0").status_code == 400
    assert room.mina.get("/api/desk/feedback?label=x").status_code == 400
    number = listed[1]["id"]
    assert room.jiho.delete(f"/api/desk/feedback/{number}").status_code == 404
    assert room.mina.delete(f"/api/desk/feedback/{number}").status_code == 204
    assert room.mina.post("/api/desk/calls/CA9/feedback", json={"label": "unkind"}).status_code == 404
    assert room.mina.post("/api/desk/calls/CA1/feedback", json={"label": "unkind", "turn": 1}).status_code == 404


def _events(answer: TestResponse, until: str) -> list[tuple[str, dict[str, Any], str]]:
    """(event, data, id) of a stream up to the first ``until``."""
    found: list[tuple[str, dict[str, Any], str]] = []
    pending = ""
    for part in answer.response:
        pending += part if isinstance(part, str) else bytes(part).decode()
        while "\n\n" in pending:
            block, _, pending = pending.partition("\n\n")
            if block.startswith(":"):
                continue
            lines = dict(line.split(": ", 1) for line in block.splitlines())
            found.append((lines["event"], json.loads(lines["data"]), lines["id"]))
            if lines["event"] == until:
                answer.close()
                return found
    raise AssertionError(f"the stream ended without {until!r}: {found}")


def test_what_happens_on_the_desk_is_told_as_it_happens(room: Room) -> None:
    stream = room.mina.get("/api/desk/events", buffered=False)
    assert stream.mimetype == "text/event-stream"

    def happen() -> None:
        _available(room.jiho)
        room.office.ring("CA1", headline=RISKY)
        room.office.go(1, "mina", "jiho")
        room.office.desk.accept("CA1", "jiho")

    threading.Timer(0.1, happen).start()
    told = _events(stream, "accepted")
    assert told[0][0] == "hello" and told[0][1]["agent"]["id"] == "mina"
    assert [kind for kind, _, _ in told[1:]] == ["agent", "waiting", "offered", "agent", "accepted"]
    assert told[2][1]["headline"] == RISKY.replace("\x00", "\ufffd")
    last = told[3][2]
    again = room.mina.get("/api/desk/events", buffered=False, headers={"Last-Event-ID": last})
    assert [kind for kind, _, _ in _events(again, "accepted")[1:]] == ["agent", "accepted"]


def test_an_open_stream_is_a_sign_of_life(room: Room) -> None:
    stream = room.mina.get("/api/desk/events", buffered=False)
    assert next(iter(stream.response))
    room.office.go(30, "jiho", step_s=3)
    assert room.office.agent("mina").status.value == "break"
    stream.close()
    room.office.go(1)
    assert room.office.agent("mina").status.value == "offline"

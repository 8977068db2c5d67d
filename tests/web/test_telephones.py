"""Managers see what agents had by telephone today."""

from flask import Flask

from ivr.handoff.ringing import Caller, RingPolicy
from ivr.handoff.ringing_service import RingingService
from ivr.handoff.types import WaitingCall
from ivr.web.roles import may
from ivr.web.telephones import blueprint
from tests.handoff.desks import NOON, Time
from tests.handoff.phones import FIRST, PHONES, phone
from tests.telephony.house import FakeHouse


def test_each_telephone_shows_who_has_it_what_it_does_and_its_load() -> None:
    time = Time()
    agents = [phone(PHONES[0], "ko", name="김미나", topics=("start_return",)), phone(PHONES[1])]
    ringing = RingingService(agents, None, FakeHouse(), policy=RingPolicy("in_order"), clock=time.clock())
    app = Flask(__name__)
    app.register_blueprint(blueprint(ringing))
    ringing.enter(Caller(FIRST, "ko", known=WaitingCall(FIRST, NOON, frustration=0.9, topic="start_return")))
    ringing.dialled(FIRST)
    ringing.pressed(FIRST, 0, "CAleg", "1")
    answer = app.test_client().get("/api/telephones")
    mina = {
        "number": PHONES[0],
        "name": "김미나",
        "languages": ["ko"],
        "topics": ["start_return"],
        "status": "busy",
        "call_sid": FIRST,
        "calls_today": 1,
        "hard_calls_today": 1,
        "anger_today": 0.9,
        "resting_until": None,
    }
    other: dict[str, object] = {
        "number": PHONES[1],
        "name": PHONES[1],
        "languages": [],
        "topics": [],
        "status": "available",
        "call_sid": None,
        "calls_today": 0,
        "hard_calls_today": 0,
        "anger_today": 0.0,
        "resting_until": None,
    }
    assert answer.json == {"open": True, "telephones": [mina, other]}
    time.go(60)
    ringing.talked(FIRST)
    shown = app.test_client().get("/api/telephones").get_json()["telephones"][0]
    assert (shown["status"], shown["resting_until"]) == ("available", "2026-03-02T03:03:00.000Z")


def test_it_is_for_managers() -> None:
    assert may("manager", "/api/telephones", "GET", lambda call_sid: False)
    assert not may("agent", "/api/telephones", "GET", lambda call_sid: False)

"""Agents whose telephones ring by a ``<Dial>`` in the caller's own call: the whisper, their keys, how it ends."""

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ivr.settings import load_settings
from tests.telephony.house import WHISPER, FakeHouse
from tests.telephony.web import AGENTS, SID, client, post, twiml, verbs

LEG = ["CA" + digit * 32 for digit in "bcd"]


def agent(web: FlaskClient, number: int, key: str | None = None, path: str = "", **fields: str) -> TestResponse:
    """What an agent's own call asks: picked up, or (``key``) pressed something."""
    path = path or ("" if key is None else "/answer")
    pressed = {} if key is None else {"Digits": key}
    return web.post(f"/twilio/whisper/{SID}/{number}{path}", data={"CallSid": LEG[number], **pressed, **fields})


def ringing(house: FakeHouse, **settings: object) -> FlaskClient:
    """Agents' telephones ring in the caller's own call."""
    web = client(house, load_settings(agent_numbers=AGENTS, language="en", **settings))
    assert "Dial" in verbs(post(web, "/twilio/after"))
    return web


def test_the_agent_hears_who_calls_and_is_asked_twice() -> None:
    answer = twiml(agent(ringing(FakeHouse()), 1))
    assert [verb.name for verb in answer.children] == ["Gather", "Gather", "Redirect"]
    first, second, late = answer.children
    assert [say.text for say in first.children] == [WHISPER, "[whisper_accept en]"]
    assert [say.text for say in second.children] == ["[whisper_accept en]"]
    assert first.attributes["numDigits"] == "1"
    assert first.attributes["action"] == f"http://localhost/twilio/whisper/{SID}/1/answer"
    assert late.text == f"http://localhost/twilio/whisper/{SID}/1/answer?late=1"
    assert answer.find("Dial") is None  # not allowed while whispering


def test_pressing_1_joins_the_two_and_the_talk_is_completed() -> None:
    house = FakeHouse()
    web = ringing(house)
    agent(web, 1)
    # An empty document after the whisper is what joins agent and caller.
    assert verbs(agent(web, 1, "1")) == []
    assert house.rung[SID][:2] == ("talking", [("+821000000001", "withdrawn"), ("+821000000002", "accepted")])
    assert verbs(post(web, "/twilio/dialled", DialCallStatus="completed")) == ["Hangup"]
    assert house.notes == [
        ("handoff", SID, "accepted", "+821000000002"),
        ("handoff", SID, "completed", None),
    ]
    assert house.rung[SID][0] == "completed"


def test_pressing_2_declines_and_the_caller_is_offered_something_else() -> None:
    house = FakeHouse()
    web = ringing(house)
    agent(web, 0)
    assert verbs(agent(web, 0, "2")) == ["Hangup"]
    agent(web, 1, path="/status", CallStatus="busy")
    # Twilio calls an answered and declined leg "completed" too.
    assert verbs(post(web, "/twilio/dialled", DialCallStatus="completed")) == [
        "Gather",
        "Say",
        "Record",
        "Redirect",
    ]
    assert house.rung[SID] == (
        "waiting",
        [("+821000000001", "declined"), ("+821000000002", "busy")],
        "no agent took the call",
    )
    post(web, "/twilio/status", CallStatus="completed")
    assert house.rung[SID][0] == "declined"
    assert ("handoff", SID, "declined", None) in house.notes


@pytest.mark.parametrize("digits", ["5", "", "11", "#", "<1>"])
def test_any_other_key_repeats_the_whisper(digits: str) -> None:
    web = ringing(FakeHouse())
    agent(web, 0)
    answer = twiml(agent(web, 0, digits))
    assert [say.text for say in answer.children[0].children] == [WHISPER, "[whisper_accept en]"]
    assert answer.children[0].attributes["action"] == f"http://localhost/twilio/whisper/{SID}/0/answer"
    assert verbs(agent(web, 0, "1")) == []


def test_no_key_at_all_is_no_answer() -> None:
    house = FakeHouse()
    web = ringing(house)
    agent(web, 0)
    assert verbs(agent(web, 0, path="/answer?late=1")) == ["Hangup"]
    assert house.rung[SID][1][0] == ("+821000000001", "no_answer")


def test_one_agents_no_does_not_undo_anothers_yes() -> None:
    web = ringing(FakeHouse())
    agent(web, 0)
    agent(web, 1)
    agent(web, 0, "1")
    assert "[whisper_late en]" in agent(web, 1, "2").text
    assert verbs(post(web, "/twilio/dialled", DialCallStatus="completed")) == ["Hangup"]


def test_of_two_agents_who_press_1_one_gets_the_call() -> None:
    web = ringing(FakeHouse())
    agent(web, 0)
    agent(web, 1)
    assert verbs(agent(web, 1, "1")) == []
    assert "[whisper_late en]" in agent(web, 0, "1").text
    assert verbs(agent(web, 1, "1")) == []  # the webhook came twice


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        ("no-answer", "no_answer"),
        ("busy", "busy"),
        ("failed", "unreachable"),
        ("canceled", "withdrawn"),
        ("", "no_answer"),
        ("nonsense", "no_answer"),
    ],
)
def test_nobody_there_is_stored_with_its_reason(status: str, answer: str) -> None:
    house = FakeHouse()
    web = ringing(house)
    assert "Record" in verbs(post(web, "/twilio/dialled", DialCallStatus=status))
    assert house.rung[SID][1] == [("+821000000001", answer), ("+821000000002", answer)]
    # The telephone's own word may come later, and counts more.
    agent(web, 1, path="/status", CallStatus="busy")
    assert house.rung[SID][1] == [("+821000000001", answer), ("+821000000002", "busy")]
    post(web, "/twilio/status", CallStatus="completed")
    assert house.rung[SID][0] == "missed"
    assert ("handoff", SID, "missed", None) in house.notes


def test_in_order_one_rings_after_the_other() -> None:
    house = FakeHouse()
    web = client(house, load_settings(agent_numbers=AGENTS, agent_ring_order="in_order"))
    first = twiml(post(web, "/twilio/after"))
    assert [number.text for number in first.all("Number")] == ["+821000000001"]
    second = twiml(post(web, "/twilio/dialled", DialCallStatus="busy"))
    assert [number.text for number in second.all("Number")] == ["+821000000002"]
    assert "Record" in verbs(post(web, "/twilio/dialled", DialCallStatus="no-answer"))
    assert house.rung[SID][1] == [("+821000000001", "busy"), ("+821000000002", "no_answer")]


def test_a_webhook_that_comes_twice_rings_nobody_twice() -> None:
    house = FakeHouse()
    web = ringing(house)
    again = twiml(post(web, "/twilio/after"))
    assert len(again.all("Number")) == 2
    assert len(house.rung[SID][1]) == 2
    agent(web, 0)
    agent(web, 0, "1")
    post(web, "/twilio/dialled", DialCallStatus="completed")
    assert verbs(post(web, "/twilio/after")) == ["Hangup"]
    assert verbs(post(web, "/twilio/dialled", DialCallStatus="completed")) == ["Hangup"]


def test_nothing_rings_for_a_caller_who_has_hung_up_already() -> None:
    house = FakeHouse()
    web = client(house, load_settings(agent_numbers=AGENTS))
    post(web, "/twilio/status", CallStatus="completed")
    assert verbs(post(web, "/twilio/after")) == ["Hangup"]
    assert SID not in house.rung


def test_twilios_own_word_on_the_bridge_counts_after_a_restart() -> None:
    house = FakeHouse()
    web = client(house, load_settings(agent_numbers=AGENTS))
    assert verbs(post(web, "/twilio/dialled", DialCallStatus="completed", DialBridged="true")) == ["Hangup"]
    assert house.rung[SID][0] == "completed"
    again = client(FakeHouse(), load_settings(agent_numbers=AGENTS))
    assert "Record" in verbs(post(again, "/twilio/dialled", DialCallStatus="completed", DialBridged="false"))

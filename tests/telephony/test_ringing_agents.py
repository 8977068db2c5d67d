"""Agents' telephones are agents: what is known of a caller chooses among them, and their hours hold."""

from collections.abc import Iterator
from datetime import time
from unittest.mock import patch

import pytest
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from ivr.call.line import CallInfo
from ivr.call.switchboard_types import Ending
from ivr.content.types import Content, Hours, Language, Schedule
from ivr.handoff.types import WaitingCall
from ivr.settings import load_settings
from ivr.telephony.dialling import make_ringing
from tests.handoff.desks import NOON, Time
from tests.telephony.exchange import CALLER, OURS, PHONES, Exchange, exchange
from tests.telephony.house import WHISPER, FakeHouse
from tests.telephony.web import AGENTS, SID, client, post, twiml, verbs

MONDAYS = Hours(agents=Schedule(weekly={0: ((time(9), time(18)),)}))
EVENING_S = 8 * 3600.0
"""From noon."""
AGENT_TABLES = [
    {"number": PHONES[0], "name": "김미나", "languages": ["ko"], "topics": ["start_return"]},
    {"number": PHONES[1], "name": "Alex", "languages": ["en", "ko"]},
]


@pytest.fixture
def closed() -> Iterator[Exchange]:
    """A hotline in the evening."""
    with exchange(MONDAYS) as hotline:
        hotline.time.go(EVENING_S)
        yield hotline


def test_what_is_known_of_the_caller_chooses_the_telephone_and_is_written_down() -> None:
    with exchange(agents=AGENT_TABLES, agent_ring_order="in_order") as hotline:
        known = WaitingCall(SID, NOON, language="ko", topic="start_return", frustration=0.7, risks=("legal",))
        hotline.house.endings[SID] = Ending("person", "ko", WHISPER, caller=known)
        hotline.waits()
        (leg,) = hotline.rung(1)
        assert leg.form["To"] == PHONES[0]
        (attempt,) = hotline.house.attempts[SID]
        assert attempt["agent"] == "김미나"
        assert attempt["chosen"] == (
            "next (waited 0 s, furious (0.70), risk: legal); "
            "김미나 is the best of 2 free: topic +1.00, first language +0.20"
        )
        assert attempt["contributions"] == {"topic": 1.0, "first_language": 0.2}
        hotline.takes(leg)
        assert ("handoff", SID, "accepted", "김미나") in hotline.house.notes
        assert {agent.name: agent.anger_today for agent, _ in hotline.ringing.agents()} == {
            "김미나": 0.7,
            "Alex": 0.0,
        }


def test_each_agent_is_told_of_the_caller_in_the_language_they_speak_best() -> None:
    with exchange(agents=AGENT_TABLES, language="en") as hotline:
        told: dict[Language, str] = {"ko": "주문 문의입니다.", "en": WHISPER}
        hotline.house.endings[SID] = Ending("person", "ko", WHISPER, told)
        hotline.waits()
        mina, alex = hotline.rung(2)
        for path, fields in (("", {}), ("/answer", {"Digits": "7"})):
            heard = [twiml(hotline.leg(leg, path, **fields)).children[0].all("Say") for leg in (mina, alex)]
            assert [[say.text for say in says] for says in heard] == [
                ["주문 문의입니다.", "[whisper_accept ko]"],
                [WHISPER, "[whisper_accept en]"],
            ]
            assert [say.attributes["language"] for say in heard[0]] == ["ko-KR", "ko-KR"]
        hotline.takes(alex)
        assert "[whisper_late ko]" in hotline.leg(mina, "/answer", Digits="1").text


def test_what_was_not_told_in_an_agents_language_is_told_in_the_hotlines() -> None:
    with exchange(agents=AGENT_TABLES, language="en") as hotline:
        hotline.house.endings[SID] = Ending("person", "ko", WHISPER)
        hotline.waits()
        says = twiml(hotline.leg(hotline.rung(2)[0])).children[0].all("Say")
        assert [(say.text, say.attributes["language"]) for say in says] == [
            (WHISPER, "en-US"),
            ("[whisper_accept ko]", "ko-KR"),
        ]


def test_topics_that_are_no_requests_are_logged() -> None:
    content = Content("1", {}, {})
    with capture_logs() as logs:
        make_ringing(load_settings(agents=AGENT_TABLES), FakeHouse(), content=lambda: content).stop()
    (warned,) = [line for line in logs if line["event"] == "agent_topics_unknown"]
    assert (warned["agent"], warned["topics"]) == (1, ["start_return"])


# --- outside the agents' hours ---


def test_outside_the_hours_the_machine_arranges_a_call_back_and_nothing_rings(closed: Exchange) -> None:
    closed.house.resumes = CallInfo(SID, CALLER, OURS, "en")
    assert [verb.name for verb in closed.waits().children] == ["Connect", "Redirect"]
    assert closed.house.resumed == [(SID, "callback")]
    assert not closed.twilio.legs
    assert closed.house.rung[SID] == ("callback", [], "outside the agents' hours")


def test_a_call_that_had_no_conversation_is_promised_a_call_back(closed: Exchange) -> None:
    closed.house.admitting = False
    assert verbs(closed.post("/twilio/voice")) == ["Say", "Record", "Redirect"]
    assert ("callback", SID, CALLER) in closed.house.notes
    assert closed.state() == "callback"


def test_a_withheld_number_may_leave_a_message(closed: Exchange) -> None:
    answer = twiml(closed.post("/twilio/after", From="anonymous"))
    assert [verb.name for verb in answer.children] == ["Say", "Record", "Redirect"]
    assert not closed.house.resumed
    closed.post("/twilio/voicemail", RecordingUrl="https://x/RE1", RecordingSid="RE0001")
    assert closed.state() == "voicemail"


def test_who_got_nowhere_with_the_call_back_may_leave_a_message(closed: Exchange) -> None:
    closed.house.resumes = CallInfo(SID, CALLER, OURS, "en")
    assert closed.waits().find("Connect")
    assert verbs(closed.post("/twilio/after")) == ["Say", "Record", "Redirect"]
    assert closed.house.resumed == [(SID, "callback")]
    closed.post("/twilio/voicemail")
    assert closed.state() == "missed"


def test_who_waits_at_closing_time_is_fetched_and_gets_a_call_back() -> None:
    with exchange(MONDAYS) as hotline:
        hotline.time.go(6 * 3600 - 5)
        hotline.waits()
        for leg in hotline.rung(2):
            hotline.time.go(5)
            hotline.over(leg, "no-answer")
        hotline.ringing.round()
        hotline.settled(lambda: bool(hotline.twilio.redirects))
        hotline.house.resumes = CallInfo(SID, CALLER, OURS, "en")
        assert "Connect" in verbs(hotline.post(hotline.twilio.redirects[0][1]))
        assert hotline.house.resumed == [(SID, "callback")]


def test_a_broken_house_makes_no_telephone_ring_outside_the_hours(closed: Exchange) -> None:
    closed.house.broken = {"admit", "ending", "text"}
    with capture_logs():
        assert closed.post("/twilio/voice").text.count("<Dial") == 0
    with capture_logs(), patch.object(closed.ringing, "is_open", side_effect=RuntimeError("broken")):
        assert closed.post("/twilio/voice").text.count("<Dial") == 1


def _without_rest(house: FakeHouse, hours: Hours) -> FlaskClient:
    settings, evening = load_settings(agent_numbers=AGENTS), Time()
    evening.go(EVENING_S)
    ringing = make_ringing(settings, house, None, evening.clock(), lambda: Content("1", {}, {}, hours=hours))
    return client(house, settings, ringing=ringing)


def test_without_rest_no_dial_rings_outside_the_hours() -> None:
    house = FakeHouse()
    web = _without_rest(house, MONDAYS)
    assert verbs(post(web, "/twilio/after", From=CALLER)) == ["Say", "Record", "Redirect"]
    assert house.rung[SID][:2] == ("callback", [])


def test_when_nobody_is_there_for_weeks_no_call_back_is_promised() -> None:
    house = FakeHouse()
    web = _without_rest(house, Hours(agents=Schedule()))
    assert verbs(post(web, "/twilio/after", From=CALLER)) == ["Say", "Record", "Redirect"]
    assert not house.resumed
    assert not house.notes

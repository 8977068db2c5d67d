"""Agents' telephones ring while the caller waits: everybody ends where they should, and it is written down."""

from collections.abc import Iterator

import pytest

from ivr.call.line import CallInfo
from ivr.records.types import VoicemailRecord
from tests.telephony.exchange import CALLER, OURS, PHONES, Exchange, exchange
from tests.telephony.house import WHISPER
from tests.telephony.web import SID, twiml, verbs

OTHER = "CA" + "e" * 32


@pytest.fixture
def hotline() -> Iterator[Exchange]:
    with exchange() as hotline:
        yield hotline


def test_the_caller_hears_how_things_stand_and_music_while_all_phones_ring(hotline: Exchange) -> None:
    waiting = hotline.waits()
    gather = waiting.find("Gather")
    assert gather
    assert [say.text for say in gather.all("Say")] == ["[twiml_connecting en]"]
    assert gather.attributes["input"] == "dtmf speech"
    music = hotline.web.get(gather.all("Play")[0].text)
    assert (music.status_code, music.mimetype, music.data[:4]) == (200, "audio/wav", b"RIFF")
    legs = hotline.rung(2)
    assert [(leg.form["To"], leg.form["From"], leg.form["Timeout"]) for leg in legs] == [
        (phone, OURS, "20") for phone in PHONES
    ]
    assert hotline.state() == "offered"
    again = twiml(hotline.post(waiting.all("Redirect")[0].text))
    assert [say.text for say in again.all("Say")] == ["[desk_next en]", "[desk_offer en]"]


def test_an_agent_takes_the_call_and_the_caller_is_fetched(hotline: Exchange) -> None:
    hotline.waits()
    first, second = hotline.rung(2)
    asked = twiml(hotline.leg(second))
    assert [say.text for say in asked.children[0].children] == [WHISPER, "[whisper_accept en]"]
    (room,) = twiml(hotline.leg(second, "/answer", Digits="1")).all("Conference")
    assert (room.text, room.attributes["endConferenceOnExit"]) == (SID, "true")
    hotline.settled(lambda: bool(hotline.twilio.redirects) and first.status == "completed")
    ((call_sid, url),) = hotline.twilio.redirects
    assert call_sid == SID
    joined = twiml(hotline.post(url))
    assert joined.all("Conference")[0].text == SID
    assert hotline.state() == "talking"
    assert hotline.answers() == [(PHONES[0], "withdrawn"), (PHONES[1], "accepted")]
    hotline.over(first, "canceled")
    assert verbs(hotline.post(joined.all("Dial")[0].attributes["action"])) == ["Hangup"]
    assert hotline.state() == "completed"
    assert hotline.house.notes == [
        ("handoff", SID, "accepted", PHONES[1]),
        ("handoff", SID, "completed", None),
    ]


def test_a_webhook_that_is_repeated_in_the_room_does_not_part_them(hotline: Exchange) -> None:
    hotline.waits()
    hotline.takes(hotline.rung(2)[0])
    for _ in range(2):
        assert twiml(hotline.post("/twilio/waiting")).all("Conference")
    assert hotline.state() == "talking"


def test_every_reason_is_stored_and_the_caller_is_asked(hotline: Exchange) -> None:
    hotline.waits()
    first, second = hotline.rung(2)
    hotline.leg(first)
    assert verbs(hotline.leg(first, "/answer", Digits="2")) == ["Hangup"]
    hotline.over(first, "completed")
    hotline.over(second, "busy")
    hotline.ringing.round()
    hotline.settled(lambda: bool(hotline.twilio.redirects))
    assert verbs(hotline.post(hotline.twilio.redirects[0][1])) == ["Gather", "Say", "Record", "Redirect"]
    assert hotline.answers() == [(PHONES[0], "declined"), (PHONES[1], "busy")]
    hotline.post("/twilio/status", CallStatus="completed")
    assert hotline.state() == "declined"
    assert ("handoff", SID, "declined", None) in hotline.house.notes


@pytest.mark.parametrize(
    ("status", "answer"), [("busy", "busy"), ("no-answer", "no_answer"), ("failed", "unreachable")]
)
def test_twilios_status_is_the_reason(hotline: Exchange, status: str, answer: str) -> None:
    hotline.waits()
    for leg in hotline.rung(2):
        hotline.over(leg, status)
    assert hotline.answers() == [(PHONES[0], answer), (PHONES[1], answer)]


def test_hanging_up_in_the_whisper_declines(hotline: Exchange) -> None:
    hotline.waits()
    first, _ = hotline.rung(2)
    hotline.leg(first)
    hotline.over(first, "completed")
    assert hotline.answers()[0] == (PHONES[0], "declined")


def test_in_order_the_next_rings_when_the_first_has_said_no() -> None:
    with exchange(agent_ring_order="in_order") as hotline:
        hotline.waits()
        (first,) = hotline.rung(1)
        hotline.ringing.round()
        assert len(hotline.twilio.legs) == 1
        hotline.over(first, "no-answer")
        hotline.ringing.round()
        _, second = hotline.rung(2)
        assert second.form["To"] == PHONES[1]
        hotline.takes(second)
        assert hotline.answers() == [(PHONES[0], "no_answer"), (PHONES[1], "accepted")]


def test_a_second_caller_waits_for_phones_that_are_engaged(hotline: Exchange) -> None:
    hotline.waits()
    first, _ = hotline.rung(2)
    hotline.waits(OTHER)
    assert len(hotline.twilio.legs) == 2
    told = twiml(hotline.post("/twilio/waiting?heard=1", OTHER))
    assert "[desk_position en]" in [say.text for say in told.all("Say")]
    hotline.takes(first)
    hotline.ringing.round()
    assert hotline.rung(3)[2].form["To"] == PHONES[1]


# --- choices while waiting ---


def test_a_caller_who_would_rather_go_on_comes_back_on_a_new_stream(hotline: Exchange) -> None:
    hotline.waits()
    legs = hotline.rung(2)
    hotline.house.resumes = CallInfo(SID, CALLER, OURS, "en")
    answer = twiml(hotline.post("/twilio/waiting/choice?language=en", Digits="3"))
    assert [verb.name for verb in answer.children] == ["Connect", "Redirect"]
    assert hotline.house.resumed == [(SID, "machine")]
    hotline.settled(lambda: all(leg.status == "completed" for leg in legs))
    assert hotline.state() == "back_to_machine"
    assert "[whisper_late en]" in hotline.leg(legs[0]).text
    # The machine may hand over again.
    hotline.waits()
    assert len(hotline.rung(4)) == 4


def test_a_call_back_is_arranged_by_the_machine_or_promised_at_once(hotline: Exchange) -> None:
    hotline.waits()
    answer = twiml(hotline.post("/twilio/waiting/choice", Digits="1"))
    assert hotline.house.resumed == [(SID, "callback")]
    assert ("callback", SID, CALLER) in hotline.house.notes
    assert [verb.name for verb in answer.children] == ["Say", "Record", "Redirect"]
    assert answer.children[0].text == "[twiml_callback en]"
    url = "https://api.twilio.com/RE1"
    hotline.post("/twilio/voicemail", RecordingUrl=url, RecordingSid="RE0001", RecordingDuration="4")
    assert hotline.state() == "callback"
    assert hotline.left == [(SID, VoicemailRecord(url, "RE0001", 4.0, "en"))]


def test_voicemail_is_final_once_the_message_is_there(hotline: Exchange) -> None:
    hotline.waits()
    legs = hotline.rung(2)
    assert "Record" in verbs(hotline.post("/twilio/waiting/choice", Digits="2"))
    hotline.settled(lambda: all(leg.status == "completed" for leg in legs))
    hotline.post("/twilio/voicemail", RecordingUrl="https://x/RE1", RecordingSid="RE0001")
    assert hotline.state() == "voicemail"


def test_a_message_counts_that_comes_after_the_hang_up(hotline: Exchange) -> None:
    hotline.waits()
    hotline.post("/twilio/waiting/choice", Digits="2")
    hotline.post("/twilio/status", CallStatus="completed")
    assert hotline.state() == "missed"
    hotline.post("/twilio/voicemail", RecordingUrl="https://x/RE1", RecordingSid="RE0001")
    assert hotline.state() == "voicemail"


@pytest.mark.parametrize("fields", [{"Digits": "9"}, {"SpeechResult": "what?"}, {}, {"SpeechResult": "<x>"}])
def test_what_is_no_choice_changes_nothing(hotline: Exchange, fields: dict[str, str]) -> None:
    hotline.waits()
    assert twiml(hotline.post("/twilio/waiting/choice", **fields)).find("Play")
    assert hotline.state() == "offered"


def test_an_agent_who_is_faster_than_the_callers_choice_gets_the_call(hotline: Exchange) -> None:
    hotline.waits()
    hotline.takes(hotline.rung(2)[0])
    assert twiml(hotline.post("/twilio/waiting/choice", Digits="1")).all("Conference")
    assert not hotline.house.resumed


# --- nobody falls through ---


def test_the_caller_hangs_up_while_phones_ring(hotline: Exchange) -> None:
    hotline.waits()
    legs = hotline.rung(2)
    hotline.post("/twilio/status", CallStatus="completed")
    hotline.settled(lambda: all(leg.status == "completed" for leg in legs))
    assert hotline.house.rung[SID] == (
        "abandoned",
        [(PHONES[0], "withdrawn"), (PHONES[1], "withdrawn")],
        "the caller hung up",
    )
    assert "[whisper_late en]" in hotline.leg(legs[0]).text
    assert verbs(hotline.leg(legs[0], "/answer", Digits="1")) == ["Hangup"]


def test_the_caller_is_gone_when_an_agent_says_yes(hotline: Exchange) -> None:
    hotline.waits()
    legs = hotline.rung(2)
    hotline.twilio.callers.clear()  # their hang-up has not reached us yet
    hotline.takes(legs[0])
    hotline.settled(lambda: hotline.state() == "abandoned")
    hotline.settled(lambda: all(leg.status == "completed" for leg in legs))


def test_without_rest_the_waiting_call_finds_its_agent_by_itself(hotline: Exchange) -> None:
    hotline.waits()
    legs = hotline.rung(2)
    hotline.twilio.always = 500
    hotline.takes(legs[0])
    hotline.settled(lambda: hotline.twilio.asked.count(f"POST /Calls/{SID}.json") > 3)
    assert hotline.state() == "accepted"
    assert twiml(hotline.post("/twilio/waiting?heard=2")).all("Conference")
    assert hotline.state() == "talking"


@pytest.mark.parametrize("status", [401, 429])
def test_rest_is_refused_so_a_dial_rings_instead(hotline: Exchange, status: int) -> None:
    hotline.twilio.always = status
    hotline.waits()
    hotline.settled(lambda: hotline.stages() == ["over", "over"])
    hotline.ringing.round()
    answer = twiml(hotline.post("/twilio/waiting?heard=1"))
    assert [number.text for number in answer.all("Number")] == list(PHONES)
    assert [reason for _, reason in hotline.answers()] == ["unreachable", "unreachable", None, None]
    url = answer.all("Number")[1].attributes["url"]
    hotline.web.post(url, data={"CallSid": OTHER})
    assert verbs(hotline.web.post(f"{url}/answer", data={"CallSid": OTHER, "Digits": "1"})) == []
    assert verbs(hotline.post("/twilio/dialled", DialCallStatus="completed", DialBridged="true")) == ["Hangup"]
    assert hotline.state() == "completed"


def test_what_may_be_ringing_is_not_rung_by_a_dial(hotline: Exchange) -> None:
    hotline.twilio.always = 500
    hotline.waits()
    hotline.settled(lambda: hotline.stages() == ["over", "over"])
    hotline.ringing.round()
    assert "Record" in verbs(hotline.post("/twilio/waiting?heard=1"))
    assert hotline.answers() == [(PHONES[0], "unreachable"), (PHONES[1], "unreachable")]


def test_a_number_that_is_none_does_not_stop_the_others(hotline: Exchange) -> None:
    hotline.twilio.bad_numbers.add(PHONES[0])
    hotline.waits()
    (leg,) = hotline.rung(1)
    hotline.settled(lambda: hotline.stages() == ["over", "ringing"])
    hotline.takes(leg)
    assert hotline.answers() == [(PHONES[0], "unreachable"), (PHONES[1], "accepted")]


def test_a_second_call_of_the_same_attempt_is_sent_away(hotline: Exchange) -> None:
    hotline.waits()
    first, _ = hotline.rung(2)
    hotline.leg(first)
    twin = hotline.leg(first, CallSid="CA" + "f" * 32)
    assert "[whisper_late en]" in twin.text
    assert verbs(hotline.leg(first, "/answer", CallSid="CA" + "f" * 32, Digits="1")) == ["Hangup"]
    assert twiml(hotline.leg(first, "/answer", Digits="1")).all("Conference")


def test_an_agents_phone_that_dies_before_the_caller_comes_leaves_them_to_others() -> None:
    with exchange(agent_ring_order="in_order") as hotline:
        hotline.waits()
        (first,) = hotline.rung(1)
        hotline.takes(first)
        hotline.over(first, "completed")
        assert hotline.answers() == [(PHONES[0], "unreachable")]
        hotline.ringing.round()
        assert hotline.rung(2)[1].form["To"] == PHONES[1]
        assert twiml(hotline.post("/twilio/waiting")).find("Play")


def test_a_caller_left_alone_in_the_room_is_fetched(hotline: Exchange) -> None:
    hotline.waits()
    legs = hotline.rung(2)
    hotline.takes(legs[0])
    hotline.settled(lambda: bool(hotline.twilio.redirects))
    hotline.post("/twilio/waiting")
    hotline.over(legs[0], "completed")
    hotline.ringing.round()
    assert len(hotline.twilio.redirects) == 1
    hotline.time.go(6)
    hotline.ringing.round()
    hotline.settled(lambda: len(hotline.twilio.redirects) == 2)
    assert verbs(hotline.post(hotline.twilio.redirects[1][1])) == ["Hangup"]
    assert hotline.state() == "completed"


def test_a_phone_of_which_nothing_is_heard_is_given_up(hotline: Exchange) -> None:
    hotline.waits()
    legs = hotline.rung(2)
    hotline.time.go(100)
    hotline.ringing.round()
    hotline.settled(lambda: all(leg.status == "completed" for leg in legs))
    assert [reason for _, reason in hotline.answers()] == ["unreachable", "unreachable"]


def test_after_a_restart_a_waiting_caller_is_known_again_and_no_phone_rings_twice(hotline: Exchange) -> None:
    waiting = hotline.waits()
    legs = hotline.rung(2)
    hotline.close()
    hotline.open()
    again = twiml(hotline.post(waiting.all("Redirect")[0].text))
    assert again.find("Play")
    hotline.ringing.round()
    assert len(hotline.twilio.legs) == 2  # what rang before may still ring
    assert "[whisper_late en]" in hotline.leg(legs[0]).text
    hotline.time.go(70)
    hotline.ringing.round()
    assert len(hotline.rung(4)) == 4


def test_after_a_restart_two_who_were_talking_end_in_peace(hotline: Exchange) -> None:
    assert verbs(hotline.post("/twilio/talked")) == ["Hangup"]


def test_a_simulated_call_makes_no_telephone_ring_over_rest(hotline: Exchange) -> None:
    answer = twiml(hotline.post("/twilio/after", IvrOrigin="simulated"))
    assert [number.text for number in answer.all("Number")] == list(PHONES)
    hotline.ringing.round()
    assert not hotline.twilio.asked


def test_a_call_whose_own_number_is_not_known_is_dialled(hotline: Exchange) -> None:
    hotline.twilio.callers.add(SID)
    answer = twiml(hotline.web.post("/twilio/after", data={"CallSid": SID}))
    assert [number.text for number in answer.all("Number")] == list(PHONES)


def test_a_broken_record_does_not_keep_the_agent_from_the_caller(hotline: Exchange) -> None:
    hotline.house.broken = {"handoff_rung", "handoff_status", "text"}
    hotline.waits()
    assert twiml(hotline.takes(hotline.rung(2)[0])).all("Conference")
    assert twiml(hotline.post("/twilio/waiting")).all("Conference")

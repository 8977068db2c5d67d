"""What Twilio asks, and the TwiML it gets."""

import re

import pytest

from ivr.call.line import CallInfo
from ivr.call.switchboard_types import Ending
from ivr.settings import load_settings
from ivr.telephony.tokens import StreamTokens
from ivr.telephony.waiting_room import MOST_SOON
from tests.telephony.house import WHISPER, FakeHouse
from tests.telephony.web import AGENTS, SID, client, post, twiml, verbs

# --- a call comes in ---


def test_a_call_is_connected_to_a_stream_and_what_follows_is_asked_for() -> None:
    house = FakeHouse()
    tokens = StreamTokens()
    answer = twiml(
        post(client(house, tokens=tokens), "/twilio/voice?language=ja", From="+8210", To="+8221234", Extra="x")
    )
    assert [verb.name for verb in answer.children] == ["Connect", "Redirect"]
    stream, redirect = answer.find("Stream"), answer.find("Redirect")
    assert stream
    assert redirect
    assert re.fullmatch(r"ws://localhost/twilio/stream/[\w-]{43}", stream.attributes["url"])
    assert (redirect.text, redirect.attributes["method"]) == ("http://localhost/twilio/after", "POST")
    info = house.admitted[0]
    assert (info.call_sid, info.from_number, info.to_number, info.language, info.origin) == (
        SID,
        "+8210",
        "+8221234",
        "ja",
        "twilio",
    )
    assert tokens.redeem(stream.attributes["url"].rpartition("/")[2]) == info


@pytest.mark.parametrize(
    ("host", "public_url", "expected"),
    [
        ("127.0.0.1:8080", None, "ws://127.0.0.1:8080/"),
        ("[::1]:8080", None, "ws://[::1]:8080/"),
        ("hotline.example", None, "wss://hotline.example/"),
        ("127.0.0.1:8080", "https://hotline.example/", "wss://hotline.example/"),
        ("127.0.0.1:8080", "https://example.org/phone", "wss://example.org/phone/"),
    ],
)
def test_the_stream_address_is_how_the_outside_reaches_us(host: str, public_url: str | None, expected: str) -> None:
    web = client(FakeHouse(), load_settings(public_url=public_url))
    stream = twiml(post(web, "/twilio/voice", headers={"Host": host})).find("Stream")
    assert stream
    assert stream.attributes["url"].startswith(expected + "twilio/stream/")


@pytest.mark.parametrize("path", ["voice", "after", "status", "dialled", "voicemail"])
@pytest.mark.parametrize("sid", [None, "", "garbage", "CA", "CA'; DROP TABLE calls", "CA" + "f" * 500, "여보세요"])
def test_a_webhook_without_a_call_is_told_so(path: str, sid: str | None) -> None:
    house = FakeHouse()
    answer = client(house).post(f"/twilio/{path}", data={} if sid is None else {"CallSid": sid})
    assert answer.status_code == 400
    assert "CallSid" in answer.text
    assert not house.admitted
    assert not house.notes


@pytest.mark.parametrize("language", ["klingon", "KO", "", "auto"])
def test_a_language_we_do_not_speak_is_ignored(language: str) -> None:
    house = FakeHouse()
    twiml(post(client(house), f"/twilio/voice?language={language}"))
    assert house.admitted[0].language is None


@pytest.mark.parametrize("number", ["anonymous", "+82-10", "<script>", "+" + "9" * 40, ""])
def test_a_number_that_is_none_is_not_known(number: str) -> None:
    house = FakeHouse()
    twiml(post(client(house), "/twilio/voice", From=number))
    assert house.admitted[0].from_number is None


def test_a_repeated_webhook_gets_a_fresh_token_and_no_second_record() -> None:
    house = FakeHouse()
    web = client(house)
    first, second = (twiml(post(web, "/twilio/voice")).find("Stream") for _ in range(2))
    assert first
    assert second
    assert first.attributes["url"] != second.attributes["url"]
    assert len(house.admitted) == 1


def test_a_full_house_puts_the_call_straight_through() -> None:
    house = FakeHouse()
    house.admitting = False
    web = client(house, load_settings(agent_numbers=AGENTS))
    assert verbs(post(web, "/twilio/voice")) == ["Say", "Dial"]


# --- after the stream ---


def test_after_a_resolved_call_comes_the_hang_up() -> None:
    house = FakeHouse()
    house.endings[SID] = Ending("hang_up", "ko")
    assert verbs(post(client(house), "/twilio/after")) == ["Hangup"]


def test_after_a_hand_off_all_agents_ring_with_a_whisper_each() -> None:
    house = FakeHouse()
    house.endings[SID] = Ending("person", "zh", WHISPER)
    web = client(house, load_settings(agent_numbers=AGENTS, agent_ring_s=25))
    answer = twiml(post(web, "/twilio/after"))
    say, dial = answer.children
    assert (say.text, say.attributes["language"]) == ("[twiml_connecting zh]", "cmn-CN")
    assert dial.attributes == {
        "action": "http://localhost/twilio/dialled",
        "method": "POST",
        "timeout": "25",
        "answerOnBridge": "true",
    }
    assert [(number.text, number.attributes["url"]) for number in dial.children] == [
        ("+821000000001", f"http://localhost/twilio/whisper/{SID}/0"),
        ("+821000000002", f"http://localhost/twilio/whisper/{SID}/1"),
    ]


def test_twilio_rings_ten_numbers_at_most() -> None:
    numbers = ",".join(f"+8210000000{number:02}" for number in range(12))
    answer = twiml(post(client(FakeHouse(), load_settings(agent_numbers=numbers)), "/twilio/after"))
    assert len(answer.all("Number")) == 10


def test_without_agents_a_message_is_taken() -> None:
    house = FakeHouse()
    answer = twiml(post(client(house), "/twilio/after"))
    assert [verb.name for verb in answer.children] == ["Gather", "Say", "Record", "Redirect"]
    record = answer.find("Record")
    assert record
    assert record.attributes["action"] == "http://localhost/twilio/voicemail"
    assert house.rung[SID] == ("waiting", [], "no agents' numbers are set")


def test_who_waited_for_an_agent_leaves_a_message_and_rings_nobody() -> None:
    house = FakeHouse()
    house.endings[SID] = Ending("voicemail", "ko")
    web = client(house, load_settings(agent_numbers=AGENTS))
    assert verbs(post(web, "/twilio/after")) == ["Say", "Record", "Redirect"]
    assert house.notes == []


def test_a_stream_that_failed_voids_its_token() -> None:
    tokens = StreamTokens()
    web = client(FakeHouse(), tokens=tokens)
    stream = twiml(post(web, "/twilio/voice")).find("Stream")
    post(web, "/twilio/after")
    assert stream
    assert tokens.peek(stream.attributes["url"].rpartition("/")[2]) is None


# --- at the desk ---


@pytest.mark.parametrize("path", ["/twilio/after", "/twilio/voice?language=ko"])
def test_who_is_to_get_a_person_waits_at_the_desk_on_another_stream(path: str) -> None:
    house, tokens = FakeHouse(), StreamTokens()
    house.admitting = False
    house.at_desk = CallInfo(SID, "+8210", language="ko")
    web = client(house, load_settings(agent_numbers=AGENTS), tokens)
    answer = twiml(post(web, path, From="+8210", To="+8221234"))
    assert [verb.name for verb in answer.children] == ["Connect", "Redirect"]
    stream = answer.find("Stream")
    assert stream
    assert tokens.redeem(stream.attributes["url"].rpartition("/")[2]) == house.at_desk
    (asked,) = house.asked_for_desk
    assert (asked.from_number, asked.to_number) == ("+8210", "+8221234")
    assert not house.rung


def test_who_comes_while_the_models_are_loaded_hears_music_and_asks_again() -> None:
    house = FakeHouse()
    house.admitting, house.at_desk = False, "soon"
    web = client(house, load_settings(agent_numbers=AGENTS))
    path = "/twilio/voice?language=ja"
    for times in range(MOST_SOON):
        answer = twiml(post(web, path))
        assert [verb.name for verb in answer.children] == (["Say"] if times == 0 else []) + ["Play", "Redirect"]
        redirect = answer.find("Redirect")
        assert redirect
        path = redirect.text.removeprefix("http://localhost")
        assert path == f"/twilio/after?soon={times + 1}&language=ja"
    assert {info.language for info in house.asked_for_desk} == {"ja"}
    assert verbs(post(web, path)) == ["Say", "Dial"]  # in vain: telephones ring


def test_a_piece_of_the_music_is_as_long_as_a_chord() -> None:
    web = client(FakeHouse())
    whole, *pieces = (
        web.get(f"/twilio/hold.wav{query}").data
        for query in ("", "?piece=0", "?piece=3", "?piece=99", f"?piece={'9' * 5_000}")
    )
    assert {len(piece) for piece in pieces} == {44 + 2 * 8_000 * 4}
    assert whole[44:].startswith(pieces[0][44:])
    assert whole.endswith(pieces[1][44:])
    assert pieces[1] == pieces[2] == pieces[3]


def test_a_desk_that_is_broken_leaves_the_caller_to_the_telephones() -> None:
    house = FakeHouse()
    house.broken = {"to_desk"}
    web = client(house, load_settings(agent_numbers=AGENTS))
    assert verbs(post(web, "/twilio/after")) == ["Say", "Dial"]


def test_whose_agents_telephones_ring_is_not_sent_to_the_desk() -> None:
    house = FakeHouse()
    web = client(house, load_settings(agent_numbers=AGENTS))
    assert verbs(post(web, "/twilio/after")) == ["Say", "Dial"]
    house.at_desk = CallInfo(SID)
    assert verbs(post(web, "/twilio/after")) == ["Say", "Dial"]  # the webhook came twice


# --- voicemail and status ---


def test_a_message_is_kept_and_thanked_for() -> None:
    house = FakeHouse()
    url = "https://api.twilio.com/recordings/RE1"
    answer = post(
        client(house), "/twilio/voicemail", RecordingUrl=url, RecordingDuration="12", RecordingSid="RE0001"
    )
    assert verbs(answer) == ["Say", "Hangup"]
    assert "[twiml_voicemail_thanks en]" in answer.text
    assert house.notes == [("voicemail", SID, url, 12.0, "RE0001")]


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        ({}, ("voicemail", SID, None, None, None)),
        ({"RecordingUrl": "javascript:alert(1)", "RecordingDuration": "3"}, ("voicemail", SID, None, None, None)),
        (
            {"RecordingUrl": "https://x/y", "RecordingDuration": "long"},
            ("voicemail", SID, "https://x/y", None, None),
        ),
        (
            {"RecordingUrl": "https://x/y", "RecordingDuration": "nan"},
            ("voicemail", SID, "https://x/y", None, None),
        ),
        ({"RecordingUrl": "https://x/y", "RecordingSid": "<RE>"}, ("voicemail", SID, "https://x/y", None, None)),
    ],
)
def test_no_message_or_an_odd_one_is_recorded_as_such(fields: dict[str, str], note: tuple[object, ...]) -> None:
    house = FakeHouse()
    assert verbs(client(house).post("/twilio/voicemail", data={"CallSid": SID, **fields})) == ["Say", "Hangup"]
    assert house.notes == [note]


@pytest.mark.parametrize("status", ["completed", "busy", "failed", "no-answer", "canceled"])
def test_the_end_of_the_call_closes_its_record(status: str) -> None:
    house = FakeHouse()
    assert post(client(house), "/twilio/status", CallStatus=status).status_code == 204
    assert house.notes == [("finished", SID)]


@pytest.mark.parametrize("status", ["ringing", "in-progress", "", "nonsense"])
def test_other_news_does_not(status: str) -> None:
    house = FakeHouse()
    assert post(client(house), "/twilio/status", CallStatus=status).status_code == 204
    assert not house.notes


# --- when something of ours is broken ---


@pytest.mark.parametrize("broken", [{"admit"}, {"ending"}, {"text"}, {"ending", "text", "handoff_status"}])
def test_a_broken_house_still_puts_the_caller_through(broken: set[str]) -> None:
    house = FakeHouse()
    house.broken = broken
    house.admitting = False
    web = client(house, load_settings(agent_numbers=AGENTS))
    for path in ("/twilio/voice", "/twilio/after"):
        answer = twiml(post(web, path))
        assert [number.text for number in answer.all("Number")] == AGENTS.split(",")
        say = answer.find("Say")
        assert say
        assert say.text


def test_a_broken_house_without_agents_takes_a_message() -> None:
    house = FakeHouse()
    house.broken = {"admit", "ending", "text", "handoff_status"}
    assert "Record" in verbs(post(client(house), "/twilio/voice"))


def test_a_broken_record_does_not_keep_the_agent_from_the_caller() -> None:
    house = FakeHouse()
    house.broken = {"handoff_status", "ending", "text"}
    web = client(house, load_settings(agent_numbers=AGENTS))
    assert "Gather" in verbs(post(web, f"/twilio/whisper/{SID}/0"))
    assert verbs(post(web, f"/twilio/whisper/{SID}/0/answer", Digits="1")) == []  # a call of before a restart

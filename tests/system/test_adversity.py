"""What no test of one room shows: broken callers, broken streams and noise, against the real server."""

import base64
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import requests

from ivr.errors import LineError
from ivr.telephony.client_socket import ClientSocket
from ivr.telephony.simulated_line import SimulatedCall
from tests.system.callers import RudeCall, answered, greeted, new_sid, on_the_line, recording, say
from tests.system.hotline import Api

pytestmark = pytest.mark.slow

Record = dict[str, Any]
NOISES = {
    "music": ("music_calm", "hum_60hz", "dtmf_sequence"),
    "noise": ("white_loud", "pink_loud", "brown_loud"),
    "clicks": ("clicks", "white_quiet", "dtmf_5", "brown_quiet"),
}
NOISE_S = 15.0


def garbage(call: RudeCall) -> None:
    """Everything that Twilio never sends, in the middle of a call."""
    media = {"track": "inbound", "chunk": "x", "timestamp": "-1", "payload": "%%%not base64"}
    second_start = {"streamSid": call.stream_sid, "callSid": "CAsomeoneelse", "tracks": ["inbound"]}
    for text in (
        "this is not JSON",
        "[1, 2]",
        '"text"',
        "null",
        '{"event": 7}',
        '{"event": "telepathy"}',
        json.dumps({"event": "media", "media": media}),
        json.dumps({"event": "media", "media": {"payload": base64.b64encode(b"x" * 9_999).decode()}}),
        '{"event": "media", "media": {}}',
        '{"event": "dtmf", "dtmf": {"digit": "kangaroo"}}',
        '{"event": "mark", "mark": {"name": "never asked for"}}',
        json.dumps({"event": "start", "start": second_start}),
        "\ud7ff" * 1_000,
        "x" * 10 * 1024 * 1024,
    ):
        call.send_text(text)
    call.send_bytes(b"\x00\x01\x02")


def garbled(url: str) -> Record:
    """Garbage before the first question; the call must end like any other."""
    with on_the_line(lambda: RudeCall(url, language="en")) as call:
        greeted(call)
        garbage(call)
        replied = say(call, "en/hours")
        say(call, "en/goodbye")
        call.wait_over(20)
        followed = call.follow()
    assert replied
    assert followed is not None
    assert followed.next == "hang_up"
    return Api(url).record(call.call_sid)


def cut_off(url: str, when: str) -> Record:
    """The connection breaks without a word."""
    call = answered(lambda: RudeCall(url, language="en"))
    if when == "in the greeting":
        assert call.wait_for("audio_start", timeout_s=15)
        time.sleep(1.0)
    else:
        greeted(call)
        call.say(recording("en/order_status"))
        if when == "in a word":
            time.sleep(1.0)
        else:
            call.wait_said()
            time.sleep(0.3)  # the decode is under way, or has just been done
    call.cut()
    return Api(url).record(call.call_sid)


def noisy(url: str, noise: str) -> Record:
    """Nothing but noise from the caller's side."""
    sound = np.concatenate([recording(f"nonspeech/{name}") for name in NOISES[noise]])
    sound = np.tile(sound, int(np.ceil(NOISE_S * 8_000 / len(sound))))[: int(NOISE_S * 8_000)]
    with on_the_line(lambda: SimulatedCall(url, language="en")) as call:
        assert call.wait_for("audio_start", timeout_s=15)
        call.say(sound.astype(np.float32))
        call.wait_said()
        call.wait_over(1.0)
    return Api(url).record(call.call_sid)


def asks(url: str, line: str, name: str) -> Record:
    """One question on the line of a language."""
    with on_the_line(lambda: SimulatedCall(url, language=line)) as call:
        greeted(call)
        say(call, name)
    return Api(url).record(call.call_sid)


@pytest.fixture(scope="module")
def calls(hotline_url: str) -> Iterator[Callable[..., Record]]:
    """All calls of this file, six at a time; gives what came of one."""
    jobs: list[tuple[Any, ...]] = [
        (asks, "ko", "ko/hours"),
        (asks, "en", "en/hours"),
        (garbled,),
        *((cut_off, when) for when in ("in the greeting", "in a word", "before the reply")),
        *((noisy, noise) for noise in NOISES),
        *((asks, "en", f"{language}/hours") for language in ("ko", "ja", "zh")),
    ]
    with ThreadPoolExecutor(6, thread_name_prefix="caller") as pool:
        futures: dict[tuple[Any, ...], Future[Record]] = {
            job: pool.submit(job[0], hotline_url, *job[1:]) for job in jobs
        }
        yield lambda *job: futures[job].result(240)


def caller_turns(record: Record) -> list[Record]:
    return [turn for turn in record["turns"] if turn["speaker"] == "caller"]


def test_garbage_on_the_line_does_not_stop_a_call(calls: Callable[..., Record], hotline_url: str) -> None:
    record = calls(garbled)
    assert record["outcome"] == "resolved", record
    assert "opening_hours" in [turn["intent"] for turn in caller_turns(record)]
    hotline = Api(hotline_url)
    for kind in ("frame", "event", "media.payload", "start"):
        assert hotline.metric("ivr_frames_bad_total", kind=kind) > 0, kind


@pytest.mark.parametrize("when", ["in the greeting", "in a word", "before the reply"])
def test_a_cut_line_closes_the_record(calls: Callable[..., Record], when: str) -> None:
    record = calls(cut_off, when)
    assert record["outcome"] == "abandoned", record
    assert record["handoff"] is None
    if when == "in the greeting":
        assert caller_turns(record) == []
        assert record["turns"][0]["interrupted"]
    if when == "before the reply":
        assert caller_turns(record)[0]["text"]


@pytest.mark.parametrize("noise", list(NOISES))
def test_noise_says_nothing(calls: Callable[..., Record], noise: str) -> None:
    record = calls(noisy, noise)
    assert [turn["text"] for turn in caller_turns(record)] == []


@pytest.mark.parametrize("language", ["ko", "ja", "zh"])
def test_another_language_than_the_lines_is_answered(calls: Callable[..., Record], language: str) -> None:
    record = calls(asks, "en", f"{language}/hours")
    turns = record["turns"]
    asked = next(index for index, turn in enumerate(turns) if turn["speaker"] == "caller")
    if record["handoff"] is None:
        assert turns[asked]["language"] == language, turns
        assert {turn["language"] for turn in turns[asked:]} == {language}, turns


def test_two_callers_at_once_do_not_mix(calls: Callable[..., Record]) -> None:
    for language in ("ko", "en"):
        record = calls(asks, language, f"{language}/hours")
        assert [turn["intent"] for turn in caller_turns(record)] == ["opening_hours"], record["turns"]
        assert {turn["language"] for turn in record["turns"]} == {language}, record["turns"]


# --- the door ---


def test_a_webhook_without_a_call_is_told_so(hotline_url: str) -> None:
    answer = requests.post(f"{hotline_url}/twilio/voice", data={"From": "+821012345678"}, timeout=10)
    assert answer.status_code == 400
    assert "CallSid" in answer.text


def test_a_token_opens_one_stream_once(hotline_url: str) -> None:
    connect = Api(hotline_url).webhook(new_sid())
    stream = connect.find("Stream")
    assert stream is not None
    address = stream.attributes["url"]
    ClientSocket.connect(address, headers={}, timeout_s=5).close()
    base = address.rpartition("/")[0]
    for forged in (address, address[:-1] + ("A" if address[-1] != "A" else "B"), f"{base}/{'0' * 43}", f"{base}/"):
        with pytest.raises(LineError, match=r"HTTP 40[34]"):
            ClientSocket.connect(forged, headers={}, timeout_s=5)


def test_a_stream_that_never_starts_and_is_asked_about_goes_to_a_person(hotline_url: str) -> None:
    hotline, call_sid = Api(hotline_url), new_sid()
    assert hotline.webhook(call_sid).find("Stream") is not None
    waiting = hotline.metric("ivr_calls_live", state="waiting")
    assert waiting >= 1
    assert hotline.webhook(call_sid, "/twilio/after").find("Record") is not None  # no agents here: a message
    record = hotline.record(call_sid)
    assert record["outcome"] == "handed_off"
    hotline.webhook(call_sid, "/twilio/status", CallStatus="completed")


def test_after_all_that_nobody_is_left_on_the_line(calls: Callable[..., Record], hotline_url: str) -> None:
    calls(garbled)
    hotline = Api(hotline_url)
    assert hotline.problems() == {}
    give_up_s = time.monotonic() + 10
    while hotline.metric("ivr_records_pending") and time.monotonic() < give_up_s:
        time.sleep(0.2)  # the other calls' last words are being written
    assert hotline.metric("ivr_records_pending") == 0

"""The simulated line behaves as Twilio does; an independent client agrees about our side."""

import threading
import time
from functools import partial

import numpy as np
import pytest
from streamdouble import api
from streamdouble.chaos import Impairments
from streamdouble.session import SessionConfig

from ivr.call.line import AudioReceived, CallInfo, LineEvent, MarkReached
from ivr.call.switchboard_types import Ending
from ivr.errors import LineError
from ivr.settings import load_settings
from ivr.telephony.pacer import Pacer
from ivr.telephony.playback import Playback
from ivr.telephony.simulated_line import SimulatedCall
from ivr.telephony.tokens import StreamTokens
from ivr.telephony.watch import StreamWatch
from tests.telephony.house import FakeCall, FakeHouse, echo, make_app, serving

TONE = np.full(4_000, 0.25, dtype=np.float32)
"""Half a second that is not silence."""


# --- Twilio's buffer ---


def test_a_mark_comes_back_when_the_audio_before_it_was_played() -> None:
    buffer = Playback()
    buffer.add(b"\x01" * 200)
    assert buffer.mark("a") == []
    buffer.add(b"\x02" * 40)
    assert buffer.mark("b") == []
    assert buffer.play(160) == (b"\x01" * 160, [])
    assert buffer.play(160) == (b"\x01" * 40 + b"\x02" * 40 + b"\xff" * 80, ["a", "b"])
    assert buffer.mark("c") == ["c"]


def test_clear_empties_the_buffer_and_returns_its_marks() -> None:
    buffer = Playback()
    buffer.add(b"\x01" * 400)
    buffer.mark("a")
    buffer.play(160)
    assert buffer.clear() == ["a"]
    assert buffer.waiting == 0
    buffer.add(b"\x03" * 160)
    buffer.mark("b")
    assert buffer.play(160) == (b"\x03" * 160, ["b"])


# --- the line's time ---


def test_the_pacer_keeps_the_time_of_many_and_its_thread_ends_with_them() -> None:
    pacer = Pacer()
    ticks = [0] * 8
    began_s = time.monotonic()

    def ticker(index: int) -> None:
        ticks[index] += 1
        if ticks[index] == 25:
            pacer.remove(index)
        if index == 0 and ticks[0] == 3:
            time.sleep(0.1)  # late once: made up for

    for index in range(8):
        pacer.add(index, partial(ticker, index))
    while any(thread.name == "line-pacer" for thread in threading.enumerate()):
        assert time.monotonic() - began_s < 5
        time.sleep(0.01)
    assert ticks == [25] * 8
    assert 0.45 < time.monotonic() - began_s < 1.5


# --- a whole call ---


def polite(call: FakeCall, event: LineEvent) -> None:
    """After half a second of the caller's voice: an answer, and goodbye when it was heard."""
    loud = bytes(byte for byte in call.heard if byte != 0xFF)
    if isinstance(event, AudioReceived) and len(loud) >= 4_000 and not call.answered:
        call.answered = True
        call.line.send_audio(b"\x20" * 1_600)
        call.line.send_mark("bye")
    elif isinstance(event, MarkReached) and event.name == "bye":
        call.line.close()


def greet(call: FakeCall) -> None:
    call.line.send_audio(b"\x10" * 1_600)
    call.line.send_mark("greeted")


def test_a_call_from_ring_to_hang_up() -> None:
    house = FakeHouse(polite, greet)
    heard_kinds: list[str] = []
    with serving(make_app(house, load_settings(agent_numbers="+821000000001"))) as url:
        with SimulatedCall(url, language="ko", on_event=lambda moment: heard_kinds.append(moment.kind)) as call:
            house.endings[call.call_sid] = Ending("person", "ko")
            assert call.wait_reply(quiet_s=0.1)
            call.say(TONE)
            assert call.wait_said()
            assert call.wait_over(5)
            assert call.closed_by_hotline
            followed = call.follow()
        assert followed is not None
        assert (followed.next, followed.numbers) == ("person", ("+821000000001",))
        assert ("finished", call.call_sid) in house.notes
    live = house.call()
    assert (live.info.language, live.info.origin, live.info.from_number) == ("ko", "simulated", "+821012345678")
    assert live.marks == ["greeted", "bye"]
    assert live.why == "closed from our side"

    kinds = [moment.kind for moment in call.timeline]
    assert heard_kinds == kinds
    assert "odd" not in kinds
    assert [kind for kind in kinds if kind.startswith(("audio", "say"))] in (
        ["audio_start", "audio_end", "say_start", "say_end", "audio_start", "audio_end"],
        ["audio_start", "audio_end", "say_start", "audio_start", "say_end", "audio_end"],
    )
    caller, assistant = call.recording()
    assert len(caller) == len(assistant)
    say = next(moment for moment in call.timeline if moment.kind == "say_start")
    voiced = np.flatnonzero(np.abs(caller) > 0.1)
    assert voiced[0] / 8 == say.line_ms
    assert len(voiced) == 4_000
    # The greeting and the answer, 200 ms each, in the assistant's track.
    assert np.count_nonzero(np.abs(assistant) > 0.01) == 3_200


def test_barge_in_empties_the_buffer_and_returns_the_mark_at_once() -> None:
    def begin(call: FakeCall) -> None:
        call.line.send_audio(b"\x10" * 80_000)  # ten seconds
        call.line.send_mark("long")

    def stop(call: FakeCall, event: LineEvent) -> None:
        if isinstance(event, AudioReceived) and any(byte != 0xFF for byte in event.ulaw):
            call.line.clear()

    house = FakeHouse(stop, begin)
    with serving(make_app(house)) as url, SimulatedCall(url) as call:
        assert call.wait_for("mark")
        call.say(TONE[:160])
        cleared = call.wait_for("clear")
        assert cleared
        assert cleared.detail.endswith("ms unplayed")
        assert house.call().wait(lambda live: live.marks == ["long"], 2)
        assert call.wait_until_quiet(quiet_s=0.1, timeout_s=2)


def test_keys_and_hanging_up_reach_the_call() -> None:
    house = FakeHouse()
    with serving(make_app(house)) as url, SimulatedCall(url) as call:
        call.press("47#", gap_s=0.01)
        assert house.call().wait(lambda live: live.keys == "47#")
        call.hang_up()
        assert house.call().ended.wait(5)
        assert house.call().why == "stop"
        assert call.follow() is None
        assert ("finished", call.call_sid) in house.notes


def test_a_call_goes_on_on_the_stream_that_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.telephony.carrier.HOLD_S", 0.0)
    house, holds = FakeHouse(polite, greet), ["soon", "soon"]
    monkeypatch.setattr(house, "to_desk", lambda info: holds.pop() if holds else info)
    with serving(make_app(house)) as url, SimulatedCall(url) as call:
        assert call.wait_reply(quiet_s=0.1)
        call.say(TONE)
        assert call.wait_over(5)
        followed = call.follow()
        assert followed is not None
        assert followed.next == "desk"
        assert not holds
        assert not call.over
        call.say(TONE)
        assert call.wait_over(5)
    assert len(house.calls) == 2
    starts = [moment for moment in call.timeline if moment.kind == "start"]
    assert 0 == starts[0].line_ms < starts[1].line_ms
    caller, assistant = call.recording()
    assert len(caller) == len(assistant)
    assert np.count_nonzero(np.abs(caller) > 0.1) == 2 * len(TONE)


def test_a_line_that_breaks_off_is_dropped_and_twilio_still_asks_what_follows() -> None:
    house = FakeHouse(begin=FakeCall.cut)
    with serving(make_app(house)) as url, SimulatedCall(url) as call:
        assert call.wait_over(5)
        assert call.dropped
        followed = call.follow()
        assert followed
        assert followed.next == "voicemail"


def test_a_signed_call_passes_and_a_wrongly_signed_one_is_not_answered() -> None:
    secret = "12345678901234567890123456789012"
    house = FakeHouse()
    with serving(make_app(house, load_settings(twilio_auth_token=secret))) as url:
        with SimulatedCall(url, auth_token=secret) as call:
            assert house.call().info.call_sid == call.call_sid
        for token in (None, "another"):
            with pytest.raises(LineError, match="403"):
                SimulatedCall(url, auth_token=token).ring()


def test_a_full_house_is_no_answer() -> None:
    house = FakeHouse()
    house.admitting = False
    with serving(make_app(house)) as url, pytest.raises(LineError, match="voicemail"):
        SimulatedCall(url).ring()


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "ftp://127.0.0.1", "127.0.0.1:8080", ""])
def test_nobody_there_is_no_answer(url: str) -> None:
    with pytest.raises(LineError):
        SimulatedCall(url).ring()


def test_a_call_whose_socket_never_comes_is_closed() -> None:
    house = FakeHouse()
    tokens = StreamTokens(0.05)
    watch = StreamWatch(tokens, lambda info: house.finished(info.call_sid), every_s=0.02)
    watch.start()
    web = make_app(house, tokens=tokens).test_client()
    assert web.post("/twilio/voice", data={"CallSid": "CAnever"}).status_code == 200
    give_up_s = time.monotonic() + 5
    while not house.notes and time.monotonic() < give_up_s:
        time.sleep(0.01)
    watch.stop()
    assert house.notes == [("finished", "CAnever")]


@pytest.mark.slow
@pytest.mark.alone
def test_eight_calls_at_once_keep_time() -> None:
    house = FakeHouse(echo)
    with serving(make_app(house)) as url:
        calls = [SimulatedCall(url) for _ in range(8)]
        for call in calls:
            call.ring()
            call.say(np.tile(TONE, 4))
        began_s = time.monotonic()
        time.sleep(3.0)
        lasted_ms = (time.monotonic() - began_s) * 1000
        sent_ms = [len(call.recording()[0]) / 8 for call in calls]
        for call in calls:
            call.hang_up()
    assert all(abs(ms - lasted_ms) < 500 for ms in sent_ms), (lasted_ms, sent_ms)
    assert all(len(house.call(index).heard) >= 16_000 for index in range(8))


# --- an independent client ---


def streamdouble_call(
    house: FakeHouse, frames: list[bytes], impairments: Impairments | None = None
) -> api.CallReport:
    tokens = StreamTokens()
    config = SessionConfig(
        response_timeout_s=5,
        quiet_period_s=0.3,
        max_drain_s=5,
        impairments=impairments or Impairments(),
        chaos_seed=7,
    )
    with serving(make_app(house, tokens=tokens)) as url:
        stream = f"{url.replace('http', 'ws')}/twilio/stream/{tokens.issue(CallInfo('CAdouble'))}"
        report = api.call_sync(stream, frames=frames, config=config)
        assert house.call().ended.wait(5)
    return report


@pytest.mark.slow
def test_an_independent_client_finds_no_violation() -> None:
    house = FakeHouse(echo, greet)
    report = streamdouble_call(house, [bytes([number]) * 160 for number in range(50)])
    assert report.violations == []
    assert report.exit_code == 0
    assert report.result.marks_echoed == ["greeted"]
    assert report.time_to_first_audio_ms is not None
    assert report.time_to_first_audio_ms < 300
    assert house.call().heard == b"".join(bytes([number]) * 160 for number in range(50))
    assert house.call().why == "stop"


@pytest.mark.slow
def test_packet_loss_shortens_nothing() -> None:
    house = FakeHouse(begin=greet)
    frames = [bytes([number % 200]) * 160 for number in range(1, 101)]
    report = streamdouble_call(house, frames, Impairments(loss=0.2))
    assert report.violations == []
    assert report.result.frames_dropped > 5
    heard = house.call().heard
    kept = [heard[start : start + 160] for start in range(0, len(heard), 160)]
    # Each frame that arrived lies where it was said; silence lies where one was lost.
    placed = [(at, frame) for at, frame in enumerate(kept) if frame != b"\xff" * 160]
    first = frames.index(kept[0])
    assert all(frame == frames[first + at] for at, frame in placed)
    assert len(placed) == 100 - report.result.frames_dropped

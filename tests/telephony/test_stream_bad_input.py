"""The media stream over real sockets: whatever comes in, the call lives."""

import time

import pytest
from structlog.testing import capture_logs

from ivr.errors import LineClosedError
from ivr.telephony.stream import StreamLimits
from tests.telephony.house import FakeHouse
from tests.telephony.peer import FRAME, SID, ringing, talking
from tests.telephony.test_messages import start


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ("this is not JSON", "frame"),
        ("[]", "frame"),
        ("x" * 10 * 1024 * 1024, "frame"),
        ('{"event":"telepathy"}', "event"),
        ('{"event":"media","media":{"payload":"%%%"}}', "media.payload"),
        ('{"event":"media","media":{"track":"outbound","payload":"////"}}', "media.track"),
        (
            '{"event":"media","sequenceNumber":"1","media":{"chunk":"1","timestamp":"0","payload":"////"}}',
            "media.chunk",
        ),
        ('{"event":"dtmf","dtmf":{}}', "dtmf.digit"),
        ('{"event":"mark"}', "mark"),
        (start(callSid="CAother"), "start"),
    ],
)
def test_a_bad_message_is_one_log_line_and_the_call_goes_on(bad: str, field: str) -> None:
    with capture_logs() as logs, talking() as (peer, call):
        peer.speak(2)
        peer.send(bad)
        peer.speak(2)
        assert call.wait(lambda call: len(call.heard) >= 4 * 160), len(call.heard)
    assert call.heard == FRAME * 4
    odd = [entry for entry in logs if entry["event"] == "stream_message_odd" and entry["field"] == field]
    assert [(entry["frame"], entry["call_sid"]) for entry in odd] == [(5, SID)]
    assert odd[0]["problem"]


def test_a_binary_message_is_told_and_the_call_goes_on() -> None:
    from wsproto.events import BytesMessage

    with capture_logs() as logs, talking() as (peer, call):
        peer.socket._send(BytesMessage(data=b"\x00\x01\x02"))
        peer.speak(1)
        assert call.wait(lambda call: call.heard == FRAME)
    assert [entry["field"] for entry in logs if entry["event"] == "stream_message_odd"] == ["frame"]


def test_what_comes_before_start_is_told_and_not_heard() -> None:
    house = FakeHouse()
    with capture_logs() as logs, ringing(house) as peer:
        peer.speak(3)
        peer.send('{"event":"dtmf","dtmf":{"digit":"5"}}', start(callSid=SID))
        peer.frames = 0
        peer.speak(1)
        call = house.call()
        assert call.wait(lambda call: len(call.heard) >= 160)
    assert call.heard == FRAME
    assert call.keys == ""
    # Three frames, of which the first two are logged (1st, 2nd, 4th …), and the key.
    odd = [(entry["field"], entry["count"]) for entry in logs if entry["event"] == "stream_message_odd"]
    assert odd == [("media", 1), ("media", 2), ("KeyPressed", 1)]


def test_another_calls_sid_in_start_is_logged_and_not_refused() -> None:
    house = FakeHouse()
    with capture_logs() as logs, ringing(house) as peer:
        peer.send(start(callSid="CAother"))
        assert house.call().info.call_sid == SID
    assert [entry["field"] for entry in logs if entry["event"] == "stream_message_odd"] == ["start.callSid"]


def test_audio_in_another_format_is_not_heard_but_keys_are() -> None:
    house = FakeHouse()
    with capture_logs() as logs, ringing(house) as peer:
        peer.send(start(callSid=SID, mediaFormat={"encoding": "audio/l16", "sampleRate": 16000, "channels": 1}))
        peer.speak(5)
        peer.send('{"event":"dtmf","dtmf":{"digit":"0"}}')
        call = house.call()
        assert call.wait(lambda call: call.keys == "0")
        assert call.heard == b""
    assert "start.mediaFormat.encoding" in [entry.get("field") for entry in logs]


def test_a_flood_of_bad_messages_is_a_handful_of_log_lines() -> None:
    with capture_logs() as logs, talking() as (peer, call):
        peer.send(*(["{"] * 1000))
        peer.speak(1)
        assert call.wait(lambda call: call.heard == FRAME)
    odd = [entry["count"] for entry in logs if entry["event"] == "stream_message_odd"]
    assert odd == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]


def test_lost_frames_become_silence() -> None:
    with talking() as (peer, call):
        peer.speak(2)
        peer.speak(1, skip=4)
        assert call.wait(lambda call: len(call.heard) >= 7 * 160)
    assert call.heard == FRAME * 2 + b"\xff" * 640 + FRAME


def test_a_silent_socket_counts_as_a_dead_line() -> None:
    with talking(limits=StreamLimits(idle_s=0.2)) as (peer, call):
        assert call.ended.wait(5)
        assert call.why == "idle: nothing came for 0.2 s"
        assert peer.closed.wait(5)


def test_a_stream_without_start_is_given_up() -> None:
    house = FakeHouse()
    with ringing(house, StreamLimits(start_s=0.2)) as peer:
        give_up_s = time.monotonic() + 5
        while not peer.closed.is_set() and time.monotonic() < give_up_s:
            try:
                peer.speak(1)
            except LineClosedError:
                break
            time.sleep(0.02)
        assert peer.closed.wait(5)
    assert not house.calls


def test_a_house_that_fails_to_begin_closes_the_stream_so_that_twilio_goes_on() -> None:
    house = FakeHouse()
    house.broken = {"begin"}
    with ringing(house) as peer:
        peer.send(start(callSid=SID))
        assert peer.closed.wait(5)
        assert peer.status == 1000

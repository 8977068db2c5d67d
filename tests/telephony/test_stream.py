"""The media stream over real sockets: a call as documented, and many at once."""

import base64
import socket
import threading
import time
from collections.abc import Callable

import pytest

from ivr.call.line import CallInfo, LineEnded
from ivr.errors import LineClosedError
from ivr.telephony.stream import StreamLimits
from ivr.telephony.tokens import StreamTokens
from tests.telephony.house import FakeHouse, echo, make_app, serving
from tests.telephony.peer import FRAME, SID, Peer, talking
from tests.telephony.test_messages import STREAM, start


def test_a_call_hears_audio_keys_and_marks_in_order_and_ends_with_stop() -> None:
    with talking() as (peer, call):
        assert call.info == CallInfo(SID, parameters={"from": "webhook", "a": "b"})
        peer.speak(3)
        peer.send('{"event":"dtmf","dtmf":{"digit":"5"}}', '{"event":"mark","mark":{"name":"m"}}')
        peer.speak(1)
        peer.send('{"event":"stop","stop":{}}')
        assert call.ended.wait(5)
    kinds = [type(event).__name__ for event in call.events]
    assert kinds == ["AudioReceived"] * 3 + ["KeyPressed", "MarkReached", "AudioReceived", "LineEnded"]
    assert (call.heard, call.keys, call.marks, call.why) == (FRAME * 4, "5", ["m"], "stop")


def test_audio_goes_out_in_20_ms_messages_and_a_mark_after_all_of_it() -> None:
    with talking() as (peer, call):
        call.line.send_audio(b"\x01" * 100)
        call.line.send_audio(b"\x02" * 300)
        call.line.send_mark("said")
        peer.wait("mark")
        payloads = [base64.b64decode(message["media"]["payload"]) for message in peer.wait("media")]
    assert b"".join(payloads) == b"\x01" * 100 + b"\x02" * 300 + b"\xff" * 80
    assert {len(payload) for payload in payloads} == {160}
    assert [message["event"] for message in peer.received] == ["media", "media", "media", "mark"]
    assert {message["streamSid"] for message in peer.received} == {STREAM}


def test_clear_also_throws_away_what_was_not_yet_a_frame() -> None:
    with talking() as (peer, call):
        call.line.send_audio(b"\x01" * 100)
        call.line.clear()
        call.line.send_mark("m")
        peer.wait("mark")
    assert [message["event"] for message in peer.received] == ["clear", "mark"]


def test_closing_from_our_side_says_goodbye_and_then_nothing_can_be_sent() -> None:
    with talking() as (peer, call):
        call.line.close()
        assert peer.closed.wait(5)
        assert peer.status == 1000
        assert call.ended.wait(5)
        assert call.why == "closed from our side"
        attempts: list[Callable[[], None]] = [
            lambda: call.line.send_audio(FRAME),
            lambda: call.line.send_audio(b"\x01"),
            lambda: call.line.send_mark("m"),
            call.line.clear,
            call.line.close,
        ]
        for attempt in attempts:
            with pytest.raises(LineClosedError):
                attempt()


def test_a_socket_that_breaks_without_stop_ends_the_call() -> None:
    with talking() as (peer, call):
        peer.speak(2)
        assert call.wait(lambda call: len(call.heard) == 320)
        peer.socket._sock.shutdown(socket.SHUT_RDWR)  # the network is gone
        assert call.ended.wait(5)
        assert isinstance(call.events[-1], LineEnded)


def test_a_peer_that_stops_reading_cannot_hold_the_call_for_ever() -> None:
    house = FakeHouse()
    tokens = StreamTokens()
    with serving(make_app(house, tokens=tokens, limits=StreamLimits(send_s=0.3))) as url:
        deaf = socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])))
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        token = tokens.issue(CallInfo(SID))
        lines = [
            f"GET /twilio/stream/{token} HTTP/1.1",
            "Host: 127.0.0.1",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version: 13",
        ]
        deaf.sendall("\r\n".join([*lines, "", ""]).encode())
        assert b"101" in deaf.recv(200)
        text = start(callSid=SID).encode()
        header = bytes([0x81, 0x80 | 126]) + len(text).to_bytes(2, "big") + bytes(4)  # masked with zeros
        deaf.sendall(header + text)
        call = house.call()
        began_s = time.monotonic()
        with pytest.raises(LineClosedError):
            for _ in range(1000):
                call.line.send_audio(FRAME * 500)
        assert time.monotonic() - began_s < 5
        assert call.ended.wait(5)
        deaf.close()


def test_thirty_streams_at_once_and_no_thread_is_left_behind() -> None:
    tokens = StreamTokens()
    house = FakeHouse(echo)
    before = set(threading.enumerate())
    with serving(make_app(house, tokens=tokens)) as url:
        peers = [Peer(url, tokens.issue(CallInfo(f"CA{number:04}"))) for number in range(30)]
        for number, peer in enumerate(peers):
            peer.send(start(callSid=f"CA{number:04}"))
            peer.speak(10)
        for peer in peers:
            peer.wait("media", 10)
        for peer in peers:
            peer.socket.close()
        for index in range(30):
            assert house.call(index).ended.wait(5)
    give_up_s = time.monotonic() + 5
    while set(threading.enumerate()) - before and time.monotonic() < give_up_s:
        time.sleep(0.02)
    assert not set(threading.enumerate()) - before

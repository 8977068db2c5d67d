"""The media stream over real sockets: whatever comes in, the call lives."""

import base64
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from structlog.testing import capture_logs
from twilio.request_validator import RequestValidator

from ivr.call.line import CallInfo, LineEnded
from ivr.errors import LineClosedError, LineError
from ivr.settings import load_settings
from ivr.telephony.client_socket import ClientSocket
from ivr.telephony.stream import StreamLimits
from ivr.telephony.tokens import StreamTokens
from tests.telephony.house import FakeCall, FakeHouse, Script, echo, make_app, serving, silent
from tests.telephony.test_messages import STREAM, start

SID = "CA" + "a" * 32
FRAME = b"\x22" * 160


class Peer:
    """A client that says exactly what a test wants, right or wrong."""

    def __init__(self, url: str, token: str, **headers: str) -> None:
        address = url.replace("http", "ws") + f"/twilio/stream/{token}"
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        self.socket = ClientSocket.connect(address, headers=names, timeout_s=5)
        self.received: list[dict[str, object]] = []
        self.changed = threading.Condition()
        self.closed = threading.Event()
        self.status: int | None = None
        self.frames = 0
        self.socket.start(self._take, self._close, "test-peer")

    def _take(self, text: str) -> None:
        with self.changed:
            self.received.append(json.loads(text))
            self.changed.notify_all()

    def _close(self, status: int | None) -> None:
        self.status = status
        self.closed.set()

    def send(self, *messages: str) -> None:
        for message in messages:
            self.socket.send(message)

    def speak(self, count: int = 1, skip: int = 0) -> None:
        """Send frames as Twilio numbers them, leaving ``skip`` out first."""
        self.frames += skip
        for _ in range(count):
            self.frames += 1
            part = {
                "track": "inbound",
                "chunk": str(self.frames),
                "timestamp": str((self.frames - 1) * 20),
                "payload": base64.b64encode(FRAME).decode(),
            }
            number = str(self.frames + 1)
            message = {"event": "media", "sequenceNumber": number, "streamSid": STREAM, "media": part}
            self.send(json.dumps(message))

    def wait(self, event: str, count: int = 1) -> list[dict[str, object]]:
        def found() -> list[dict[str, object]]:
            return [message for message in self.received if message["event"] == event]

        with self.changed:
            assert self.changed.wait_for(lambda: len(found()) >= count, 5), (event, self.received[-3:])
        return found()


@contextmanager
def ringing(house: FakeHouse, limits: StreamLimits | None = None) -> Iterator[Peer]:
    """A peer whose upgrade was accepted."""
    tokens = StreamTokens()
    with serving(make_app(house, tokens=tokens, limits=limits)) as url:
        peer = Peer(url, tokens.issue(CallInfo(SID, parameters={"from": "webhook"})))
        try:
            yield peer
        finally:
            peer.socket.close()


@contextmanager
def talking(script: Script = silent, limits: StreamLimits | None = None) -> Iterator[tuple[Peer, FakeCall]]:
    """A peer and its call, begun."""
    house = FakeHouse(script)
    with ringing(house, limits) as peer:
        peer.send('{"event":"connected","protocol":"Call","version":"1.0.0"}', start(callSid=SID))
        yield peer, house.call()


# --- as documented ---


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
        payloads = [
            base64.b64decode(message["media"]["payload"])  # type: ignore[index]
            for message in peer.wait("media")
        ]
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


# --- tokens and signatures ---


def test_bad_used_and_expired_tokens_are_refused_before_the_upgrade() -> None:
    now_s = [0.0]
    tokens = StreamTokens(60, clock=lambda: now_s[0])
    house = FakeHouse()
    with serving(make_app(house, tokens=tokens)) as url, capture_logs() as logs:
        used, late = tokens.issue(CallInfo("CAused")), tokens.issue(CallInfo("CAlate"))
        Peer(url, used).socket.close()
        now_s[0] = 61.0
        for token in ("nonsense", used, late):
            with pytest.raises(LineError, match="HTTP 403"):
                Peer(url, token)
    refused = [entry["why"] for entry in logs if entry["event"] == "request_refused"]
    assert refused == ["stream token: unknown", "stream token: used before", "stream token: expired"]
    assert not any(used in str(entry) for entry in logs)
    assert not house.calls


def test_what_is_no_websocket_upgrade_is_refused_in_words() -> None:
    house = FakeHouse()
    tokens = StreamTokens()
    web = make_app(house, tokens=tokens).test_client()
    path = f"/twilio/stream/{tokens.issue(CallInfo(SID))}"
    assert web.get(path).status_code == 400
    assert web.post(path, data={"CallSid": SID}).status_code in {400, 405}
    # An upgrade without a key, and from a server whose socket can't be had.
    assert web.get(path, headers={"Upgrade": "websocket", "Connection": "Upgrade"}).status_code == 500
    assert not house.calls


def test_the_upgrade_must_be_signed_over_its_wss_address() -> None:
    secret = "12345678901234567890123456789012"
    tokens = StreamTokens()
    settings = load_settings(twilio_auth_token=secret, public_url="https://hotline.example")
    with serving(make_app(FakeHouse(), settings, tokens)) as url:
        token = tokens.issue(CallInfo(SID))
        validator = RequestValidator(secret)
        wrong = validator.compute_signature("wss://hotline.example/twilio/stream/other", {})
        for headers in ({}, {"X_Twilio_Signature": wrong}):
            with pytest.raises(LineError, match="HTTP 403"):
                Peer(url, token, **headers)
        # The refusals did not use the token up.
        right = validator.compute_signature(f"wss://hotline.example/twilio/stream/{token}", {})
        Peer(url, token, X_Twilio_Signature=right).socket.close()


def test_a_browsers_token_needs_no_signature_but_our_own_page() -> None:
    tokens = StreamTokens()
    settings = load_settings(twilio_auth_token="12345678901234567890123456789012")
    with serving(make_app(FakeHouse(), settings, tokens)) as url:
        token = tokens.issue(CallInfo(SID, origin="browser"))
        with pytest.raises(LineError, match="HTTP 403"):
            Peer(url, token, Origin="https://evil.example")
        Peer(url, token, Origin=url).socket.close()


# --- bad input ---


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


# --- a peer that does not read ---


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

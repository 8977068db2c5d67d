"""A client of the media stream that says exactly what a test wants, right or wrong."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ivr.call.line import CallInfo
from ivr.telephony.client_socket import ClientSocket
from ivr.telephony.stream import StreamLimits
from ivr.telephony.tokens import StreamTokens
from tests.telephony.house import FakeCall, FakeHouse, Script, make_app, serving, silent
from tests.telephony.test_messages import STREAM, start

SID = "CA" + "a" * 32
FRAME = b"\x22" * 160


class Peer:
    """A client that says exactly what a test wants, right or wrong."""

    def __init__(self, url: str, token: str, **headers: str) -> None:
        address = url.replace("http", "ws") + f"/twilio/stream/{token}"
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        self.socket = ClientSocket.connect(address, headers=names, timeout_s=5)
        self.received: list[dict[str, Any]] = []
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

    def wait(self, event: str, count: int = 1) -> list[dict[str, Any]]:
        def found() -> list[dict[str, Any]]:
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

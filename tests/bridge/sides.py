"""The two who talk over the bridge, on real sockets: a caller's telephone and an agent's browser."""

import json
import struct
import threading
import time
from contextlib import suppress
from typing import Any

import numpy as np
import simple_websocket

from audio.g711 import ulaw_to_samples
from ivr.telephony.client_socket import ClientSocket
from ivr.telephony.far_side import FarSide
from ivr.telephony.pacer import Pacer
from ivr.telephony.playback import Playback
from tests.bridge.sounds import pitch_hz

SID = "CA" + "b" * 32
HELLO: dict[str, Any] = {"type": "hello", "format": "ulaw", "rate_hz": 8_000}


class Caller:
    """A telephone: sends a frame every 20 ms, plays what comes as a carrier does, keeps what was heard."""

    def __init__(self, url: str, token: str, call_sid: str = SID) -> None:
        self._side = FarSide(call_sid, "AC" + "0" * 32, "MZ" + "1" * 32)
        self._lock = threading.Lock()
        self._playback = Playback()
        self._say = bytearray()
        self.heard = bytearray()
        self.arrived: list[tuple[float, bytes]] = []
        self.sent: list[tuple[float, bytes]] = []
        self.closed = threading.Event()
        address = url.replace("http", "ws") + f"/twilio/stream/{token}"
        self._socket = ClientSocket.connect(address, headers={}, timeout_s=5)
        self._socket.start(self._take, lambda status: self.closed.set(), "test-caller")
        self._socket.send(self._side.connected())
        self._socket.send(self._side.start())
        self._pacer = Pacer()
        self._pacer.add(self, self._tick)

    def _take(self, text: str) -> None:
        order = self._side.read(text)
        with self._lock:
            if order.event == "media":
                self.arrived.append((time.monotonic(), order.ulaw))
                self._playback.add(order.ulaw)
                return
            names = self._playback.clear() if order.event == "clear" else self._playback.mark(order.name)
        self._send(*(self._side.mark(name) for name in names))

    def _tick(self) -> None:
        with self._lock:
            audio, marks = self._playback.play(160)
            self.heard += audio
            frame = bytes(self._say[:160]).ljust(160, b"\xff")
            del self._say[:160]
        self.sent.append((time.monotonic(), frame))
        self._send(self._side.media(frame), *(self._side.mark(name) for name in marks))

    def _send(self, *messages: str) -> None:
        with suppress(Exception):
            for message in messages:
                self._socket.send(message)

    def say(self, ulaw: bytes) -> None:
        with self._lock:
            self._say += ulaw

    def press(self, key: str) -> None:
        self._socket.send(self._side.dtmf(key))

    def hears_hz(self, seconds: float = 0.5) -> float:
        """The pitch of the last stretch heard."""
        with self._lock:
            last = bytes(self.heard[-int(seconds * 8_000) :])
        return pitch_hz(ulaw_to_samples(last))

    def hang_up(self) -> None:
        self._pacer.remove(self)
        self._send(self._side.stop())
        self._socket.close()

    def cut(self) -> None:
        """The line breaks, without a word."""
        self._pacer.remove(self)
        self._socket._sock.cut()


class _Browser(simple_websocket.Client):  # type: ignore[misc]  # simple_websocket publishes no types
    """A client that also notices a close which comes together with the upgrade's answer."""

    receive_bytes: int

    def handshake(self) -> None:
        """Read nothing beyond the answer: what the library reads with it, it looks at when more comes, or never."""
        usual, self.receive_bytes = self.receive_bytes, 1
        super().handshake()
        self.receive_bytes = usual


class Agent:
    """A browser at the desk: µ-law at 8 kHz unless said otherwise."""

    def __init__(self, url: str, token: str, hello: dict[str, Any] | None = None, *, speaks: bool = True) -> None:
        self._ws = _Browser(url.replace("http", "ws") + f"/desk/audio/{token}")
        self._hello = dict(HELLO if hello is None else hello)
        self._ulaw = self._hello.get("format") == "ulaw"
        self._rate_hz = int(self._hello.get("rate_hz", 8_000))
        self._bytes_per_frame = self._rate_hz // 50 * (1 if self._ulaw else 2)
        self._say = bytearray()
        self._lock = threading.Lock()
        self._sequence = 0
        self.frames: list[tuple[float, bytes]] = []
        self.sent: list[tuple[float, bytes]] = []
        self.messages: list[dict[str, Any]] = []
        self.status: int | None = None
        self.reason = ""
        self.closed = threading.Event()
        self._pacer = Pacer()
        if self._hello:
            self.tell(**self._hello)
        threading.Thread(target=self._read, name="test-agent", daemon=True).start()
        if speaks:
            self.speak()

    def speak(self) -> None:
        self._pacer.add(self, self._tick)

    def fall_silent(self) -> None:
        self._pacer.remove(self)

    def _tick(self) -> None:
        size = self._bytes_per_frame
        silence = b"\xff" if self._ulaw else b"\0"
        with self._lock:
            frame = bytes(self._say[:size]).ljust(size, silence)
            del self._say[:size]
        self.sent.append((time.monotonic(), frame))
        self.send(struct.pack(">I", self._sequence) + frame)
        self._sequence += 1

    def _read(self) -> None:
        try:
            while True:
                message = self._ws.receive()
                if isinstance(message, str):
                    self.messages.append(json.loads(message))
                else:
                    self.frames.append((time.monotonic(), bytes(message)))
        except simple_websocket.ConnectionClosed as closed:
            self.status, self.reason = int(closed.reason), closed.message or ""
        finally:
            self._pacer.remove(self)
            self.closed.set()

    def send(self, message: bytes | str) -> None:
        with suppress(simple_websocket.ConnectionClosed, OSError):
            self._ws.send(message)

    def tell(self, **message: Any) -> None:
        self.send(json.dumps(message))

    def say(self, audio: bytes) -> None:
        with self._lock:
            self._say += audio

    def got(self, kind: str) -> dict[str, Any] | None:
        return next((message for message in self.messages if message["type"] == kind), None)

    def hears_hz(self, seconds: float = 0.5) -> float:
        last = b"".join(frame[4:] for _, frame in self.frames[-int(seconds * 50) :])
        if self._ulaw:
            return pitch_hz(ulaw_to_samples(last)) if last else 0.0
        samples = np.frombuffer(last, "<i2").astype(np.float32) / np.float32(32_768)
        return pitch_hz(samples) * self._rate_hz / 8_000 if len(samples) else 0.0

    def die(self) -> None:
        """The browser is gone, without a word."""
        self._pacer.remove(self)
        self._ws.sock.shutdown(2)

    def leave(self) -> None:
        with suppress(simple_websocket.ConnectionClosed, OSError):
            self._ws.close()

"""A real hotline without models: real sockets, real calls, real bridge; a desk that writes down what it is told."""

import json
import struct
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

import numpy as np
import simple_websocket
from flask import Flask

from audio.contracts import Language, Recognition, Samples
from audio.g711 import samples_to_ulaw, ulaw_to_samples
from audio.prosody import warm_up
from audio.scheduler import RecognitionScheduler
from audio.voice_cache import VoiceCache
from ivr.bridge.hub import BridgeHub
from ivr.call.house import House
from ivr.call.line import CallInfo
from ivr.call.persons import Persons
from ivr.call.services import CallServices
from ivr.content.types import LANGUAGES, Hours
from ivr.handoff.types import CallerChoice, DeskEvents, Outlook, WaitingCall
from ivr.metrics import Metrics
from ivr.records.types import Journal
from ivr.records.views import CallView
from ivr.settings import load_settings
from ivr.telephony.client_socket import ClientSocket
from ivr.telephony.far_side import FarSide
from ivr.telephony.pacer import Pacer
from ivr.telephony.playback import Playback
from ivr.telephony.tokens import StreamTokens
from ivr.telephony.webhooks import blueprint as telephony_routes
from ivr.understanding.types import ANYTHING, Expectation, Meaning
from ivr.web import desk_audio, phone
from tests.call.stage import Notebook, PaperVoice, content, voice_model, words
from tests.telephony.house import serving

SID = "CA" + "b" * 32
SILENCE = b"\xff" * 160
PATIENCE_S = 10.0
HELLO: dict[str, Any] = {"type": "hello", "format": "ulaw", "rate_hz": 8_000}


def tone(hz: float, seconds: float) -> bytes:
    """A steady tone, µ-law."""
    at = np.arange(int(seconds * 8_000)) / 8_000
    return samples_to_ulaw((0.3 * np.sin(2 * np.pi * hz * at)).astype(np.float32))


def pitch_hz(samples: Samples) -> float:
    """The strongest frequency, Hz; 0 for silence."""
    if not len(samples) or float(np.sqrt(np.mean(np.square(samples)))) < 0.01:
        return 0.0
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * 8_000 / len(samples))


def wait_for(true: Callable[[], Any], what: str, timeout_s: float = PATIENCE_S) -> Any:
    """Ask until it is true; fails the test when it never is."""
    give_up_s = time.monotonic() + timeout_s
    while not (found := true()):
        assert time.monotonic() < give_up_s, f"not within {timeout_s:g} s: {what}"
        time.sleep(0.005)
    return found


class FakeDesk:
    """Takes every event; satisfies ``DeskEvents``."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []
        self.state = Outlook(1, None, 1, True)

    def request(self, call: WaitingCall) -> None:
        self.told.append(("request", call))

    def expect(self, call_sid: str) -> None:
        self.told.append(("expect", call_sid))

    def outlook(self, call_sid: str) -> Outlook:
        return self.state

    def talking(self, call_sid: str, agent_id: str) -> None:
        self.told.append(("talking", call_sid, agent_id))

    def caller_gone(self, call_sid: str) -> None:
        self.told.append(("caller_gone", call_sid))

    def agent_gone(self, call_sid: str, agent_id: str, why: str) -> None:
        self.told.append(("agent_gone", call_sid, agent_id, why))

    def caller_chose(self, call_sid: str, choice: CallerChoice, at: datetime | None = None) -> None:
        self.told.append(("caller_chose", call_sid, choice))

    def heard_of(self, event: str) -> bool:
        return any(each[0] == event for each in self.told)


class Parrot:
    """Hears the same words in everything. A ``Recognizer``."""

    text = "it is about my tea"

    def recognize(self, samples: Samples, **_: object) -> Recognition:
        return words(self.text)


class Plain:
    """Understands yes. An ``Understander``."""

    def understand(
        self, text: str, language: Language, expecting: Expectation = ANYTHING, now: datetime | None = None
    ) -> Meaning:
        return Meaning(text, language, "yes" if text == "yes" else None, 0.9)


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


@dataclass
class Scene:
    """A server with a call that waits for a person."""

    url: str
    hub: BridgeHub
    desk: FakeDesk
    house: House
    notebook: Notebook
    parrot: Parrot
    tokens: StreamTokens
    caller: Caller = field(init=False)
    agents: list[Agent] = field(default_factory=list)
    wanted: bool = True
    """Whether the desk takes callers."""
    loaded: bool = True
    """Whether the models are there."""
    loading: bool = True
    """Whether they are going to be, if not."""
    opening: bool = False
    """Whether the desk is being opened."""

    def ring(self) -> Caller:
        """The caller calls, and asks for a person with the key zero."""
        info = CallInfo(SID, "+821012345678", language="en")
        assert self.house.admit(info)
        self.caller = Caller(self.url, self.tokens.issue(info))
        wait_for(lambda: self.caller.arrived, "the greeting")
        self.caller.press("0")
        wait_for(lambda: self.hub.alive(SID), "the caller waits")
        return self.caller

    def accept(self, agent_id: str = "mina", **options: Any) -> Agent:
        """An agent takes the call."""
        agent = Agent(self.url, self.hub.attach(SID, agent_id), **options)
        self.agents.append(agent)
        return agent

    def talk(self, **options: Any) -> tuple[Caller, Agent]:
        """A caller and an agent who hear each other."""
        caller = self.ring()
        agent = self.accept(**options)
        wait_for(lambda: agent.got("joined"), "they are joined")
        return caller, agent

    def ended(self) -> None:
        wait_for(lambda: self.house.live_calls == 0, "the call is over")

    @property
    def outcome(self) -> str:
        return str(next(values[2] for name, values in self.notebook.other if name == "call_ended"))


@cache
def warm_prosody() -> None:
    """Let the first measurement's compiling be done before anybody speaks, as the product does."""
    warm_up()


@contextmanager
def scene(
    real_desk: Callable[[BridgeHub], DeskEvents] | None = None,
    *,
    desk_open: bool = True,
    max_calls: int = 5,
    recall: Callable[[str], CallView | None] = lambda call_sid: None,
) -> Iterator[Scene]:
    """Serve a hotline whose desk takes everybody, or (not ``desk_open``) nobody.

    Args:
        real_desk: Makes a desk in place of the one that only writes down what it is told.
        desk_open: Whether the desk takes callers.
        max_calls: Conversations at once.
        recall: Reads the record of a call that another process held.
    """
    warm_prosody()
    settings = load_settings(language="en", database_url="sqlite://")
    notebook, parrot, desk, hub = Notebook(), Parrot(), FakeDesk(), BridgeHub()
    recognition = RecognitionScheduler(cast(Any, parrot), workers=1, queue_limit=20)
    pool = ThreadPoolExecutor(2)
    services = CallServices(
        settings=settings,
        recognition=recognition,
        voice_model=voice_model(),
        voices=VoiceCache(PaperVoice(), Path("/dev/null/voices")),
        content=replace(content(), hours=Hours()),  # open at all times
        understander=Plain(),
        connectors={},
        journal=cast(Journal, notebook),
        metrics=Metrics(),
        lookups=pool,
        analysis=pool,
        calm_sentence=dict.fromkeys(LANGUAGES, SILENCE),
        clock=time.monotonic,
    )
    house = House(
        lambda: services if stage.loaded else None,
        content=content(),
        max_calls=max_calls,
        language="en",
        journal=services.journal,
        persons=Persons(real_desk(hub) if real_desk else desk, hub, lambda: stage.wanted, lambda: stage.opening),
        recall=recall,
        loading=lambda: stage.loading,
    )
    tokens = StreamTokens()
    stage = Scene("", hub, desk, house, notebook, parrot, tokens, wanted=desk_open)
    app = Flask("bridge", static_folder=None)
    app.register_blueprint(telephony_routes(house, settings, tokens))
    app.register_blueprint(desk_audio.blueprint(hub, settings))
    app.register_blueprint(phone.blueprint(house, settings, tokens))  # its page and the scripts, for real browsers
    with serving(app) as url:
        stage.url = url
        try:
            yield stage
        finally:
            if hasattr(stage, "caller"):
                stage.caller.hang_up()
            for agent in stage.agents:
                agent.leave()
            stage.ended()
    recognition.close()
    pool.shutdown()

"""A small house to test the carrier's edge against: no hearing, no speech, only what the line needs."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

from flask import Flask
from werkzeug.serving import make_server

from ivr.call.line import AudioReceived, CallInfo, KeyPressed, Line, LineEnded, LineEvent, MarkReached
from ivr.call.switchboard_types import Ending
from ivr.content.types import Language
from ivr.errors import LineClosedError
from ivr.handoff.ringing_service import RingingService
from ivr.settings import Settings, load_settings
from ivr.telephony.handover import MessageLeft
from ivr.telephony.stream import StreamLimits
from ivr.telephony.tokens import StreamTokens
from ivr.telephony.webhooks import blueprint

WHISPER = "A caller asks about order four seven two nine one."


@dataclass
class FakeCall:
    """Keeps what it hears; answers through ``script``."""

    info: CallInfo
    line: Line
    script: "Script"
    events: list[LineEvent] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)
    changed: threading.Condition = field(default_factory=threading.Condition)
    answered: bool = False
    """Set by a script that answers once."""

    def receive(self, event: LineEvent) -> None:
        with self.changed:
            self.events.append(event)
            self.changed.notify_all()
        with suppress(LineClosedError):
            self.script(self, event)
        if isinstance(event, LineEnded):
            self.ended.set()

    @property
    def heard(self) -> bytes:
        return b"".join(event.ulaw for event in self.events if isinstance(event, AudioReceived))

    @property
    def keys(self) -> str:
        return "".join(event.key for event in self.events if isinstance(event, KeyPressed))

    @property
    def marks(self) -> list[str]:
        return [event.name for event in self.events if isinstance(event, MarkReached)]

    @property
    def why(self) -> str:
        return next((event.why for event in self.events if isinstance(event, LineEnded)), "")

    def wait(self, true: Callable[["FakeCall"], bool], timeout_s: float = 5.0) -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: true(self), timeout_s)

    def cut(self) -> None:
        """Break the connection off without a word."""
        self.line._sock._sock.cut()  # type: ignore[attr-defined]  # no line can be asked to break


Script = Callable[[FakeCall, LineEvent], None]


def silent(call: FakeCall, event: LineEvent) -> None:
    """Say nothing."""


def echo(call: FakeCall, event: LineEvent) -> None:
    """Say back what was heard; on a key: a mark."""
    if isinstance(event, AudioReceived):
        call.line.send_audio(event.ulaw)
    elif isinstance(event, KeyPressed):
        call.line.send_mark(f"key {event.key}")


class FakeHouse:
    """A switchboard that admits everyone and keeps notes. ``script`` runs in the line's thread."""

    def __init__(self, script: Script = silent, begin: Callable[[FakeCall], None] | None = None) -> None:
        self.script = script
        self.on_begin = begin
        self.admitting = True
        self.endings: dict[str, Ending] = {}
        self.calls: list[FakeCall] = []
        self.admitted: list[CallInfo] = []
        self.notes: list[tuple[object, ...]] = []
        self.began = threading.Condition()
        self.broken: set[str] = set()
        self.rung: dict[str, tuple[str, list[tuple[object, object]], str]] = {}
        self.attempts: dict[str, Sequence[Mapping[str, object]]] = {}
        self.resumed: list[tuple[str, str]] = []
        self.resumes: CallInfo | None = None
        self.at_desk: CallInfo | Literal["soon"] | None = None
        self.asked_for_desk: list[CallInfo] = []

    def _break(self, what: str) -> None:
        if what in self.broken:
            raise RuntimeError(f"{what} is broken on purpose")

    def admit(self, info: CallInfo) -> bool:
        self._break("admit")
        self.admitted.append(info)
        return self.admitting

    def begin(self, info: CallInfo, line: Line) -> FakeCall:
        self._break("begin")
        call = FakeCall(info, line, self.script)
        with self.began:
            self.calls.append(call)
            self.began.notify_all()
        if self.on_begin:
            self.on_begin(call)
        return call

    def ending(self, call_sid: str) -> Ending:
        self._break("ending")
        return self.endings.get(call_sid, Ending("person", "en", WHISPER))

    def text(self, key: str, language: Language, **values: str) -> str:
        self._break("text")
        return f"[{key} {language}]"

    def handoff_status(self, call_sid: str, status: str, agent: str | None = None) -> None:
        self._break("handoff_status")
        self.notes.append(("handoff", call_sid, status, agent))

    def handoff_rung(
        self, call_sid: str, attempts: Sequence[Mapping[str, object]], state: str, state_why: str
    ) -> None:
        self._break("handoff_rung")
        self.rung[call_sid] = (state, [(a["phone"], a["answer"]) for a in attempts], state_why)
        self.attempts[call_sid] = attempts

    def to_desk(self, info: CallInfo) -> CallInfo | Literal["soon"] | None:
        self._break("to_desk")
        self.asked_for_desk.append(info)
        return self.at_desk

    def resume(self, call_sid: str, how: str) -> CallInfo | None:
        self._break("resume")
        self.resumed.append((call_sid, how))
        return self.resumes

    def callback(self, call_sid: str, number: str) -> None:
        self.notes.append(("callback", call_sid, number))

    def voicemail(
        self,
        call_sid: str,
        recording_url: str | None,
        duration_s: float | None,
        recording_sid: str | None = None,
    ) -> None:
        self.notes.append(("voicemail", call_sid, recording_url, duration_s, recording_sid))

    def finished(self, call_sid: str) -> None:
        self.notes.append(("finished", call_sid))

    def call(self, index: int = 0, timeout_s: float = 5.0) -> FakeCall:
        with self.began:
            assert self.began.wait_for(lambda: len(self.calls) > index, timeout_s), "the call never began"
        return self.calls[index]


def make_app(
    house: FakeHouse,
    settings: Settings | None = None,
    tokens: StreamTokens | None = None,
    limits: StreamLimits | None = None,
    ringing: RingingService | None = None,
    message_left: MessageLeft | None = None,
) -> Flask:
    settings = settings or load_settings()
    app = Flask(__name__)
    tokens = tokens or StreamTokens(settings.stream_token_s)
    app.register_blueprint(blueprint(house, settings, tokens, limits, ringing=ringing, message_left=message_left))
    return app


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """A real server on a free port of this machine; gives its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), name="test-server")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

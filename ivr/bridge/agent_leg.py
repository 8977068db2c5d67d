"""An agent's end of a talk: the browser's WebSocket, what it sends evened out, what the caller says passed on.

Three threads meet here: the request's own reads the socket, one more writes to it, and the talk's
(:mod:`ivr.bridge.talk`) takes the agent's voice out every 20 ms.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

import structlog

from audio.contracts import Samples
from audio.jitter import FRAME_MS, FRAME_SAMPLES, JitterBuffer, JitterCounts
from ivr.bridge import wire
from ivr.bridge.wire import Bye, FrameCodec, Hello, Microphone, Mute
from ivr.errors import FrameError, LineClosedError

HELLO_S = 5.0
"""Seconds in which ``hello`` must come."""
IDLE_S = 3.0
"""Seconds without a frame after which the browser counts as gone: it sends 50 a second, muted or not, and the
caller is to hear of it within 5 s."""
UNSENT_FRAMES = 1000 // FRAME_MS
"""Frames of the caller's kept for a browser that does not read (1 s); beyond that the oldest are given up."""
STALLED_S = 3.0
"""Seconds for which nothing could be written, after which the browser counts as gone."""
COMPLAINTS_EVERY = 100
"""The first bad message and every so many are told to the browser and the log."""

ENDED, BAD_HELLO, REFUSED, CALLER_GONE, STALLED, REPLACED, FAILED = 1000, 4400, 4401, 4404, 4408, 4409, 4500
"""WebSocket statuses with which the audio is closed: the talk is over; the first message was no proper ``hello``;
the token opens nothing; the caller has gone; the browser fell silent; it was opened anew elsewhere; something of
ours broke."""

_log = structlog.get_logger(__name__)


class Socket(Protocol):
    """What is needed of a WebSocket (:class:`ivr.websocket.CallSocket`)."""

    def send(self, *messages: str | bytes) -> None:
        """Send; raises LineClosedError when the connection is gone."""
        ...

    def receive(self, timeout_s: float) -> str | bytes | None:
        """Wait for a message; None when none came; raises LineClosedError."""
        ...

    def close(self, status: int = 1000, why: str = "") -> None:
        """Say goodbye and wake the reader."""
        ...


class AgentLeg:
    """One agent's audio, from ``hello`` to the end."""

    def __init__(
        self, sock: Socket, call_sid: str, agent_id: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Take over a socket that was just opened.

        Args:
            sock: The browser's.
            call_sid: Whose caller it is joined with.
            agent_id: Who sits there.
            clock: Monotonic seconds.
        """
        self.call_sid, self.agent_id = call_sid, agent_id
        self.joined = False
        """Whether a caller hears it; set once, by the talk."""
        self._sock = sock
        self._clock = clock
        self._jitter = JitterBuffer()
        self._jitter_lock = threading.Lock()
        self._codec: FrameCodec | None = None
        self._muted = False
        self._bad = 0
        self._outbox: deque[str | bytes] = deque()
        self._changed = threading.Condition()  # guards _outbox, _closing, _lost_frames
        self._closing: tuple[int, str] | None = None
        self._lost_frames = 0
        self._writer = threading.Thread(target=self._write, name=f"agent-{call_sid[-8:]}", daemon=True)

    # --- the request's thread -----------------------------------------------------------------------------

    def greet(self) -> Hello:
        """Wait for ``hello``, and begin to write.

        Raises:
            FrameError: something else came, or nothing; the audio can't begin.
            LineClosedError: the browser has gone.
        """
        message = self._sock.receive(HELLO_S)
        if message is None:
            raise FrameError(f"hello: did not come within {HELLO_S:g} s")
        if not isinstance(message, str):
            raise FrameError("hello: must come before any audio")
        hello = wire.read_control(message)
        if not isinstance(hello, Hello):
            raise FrameError("hello: must come first")
        self._codec = FrameCodec(hello.format)
        self._writer.start()
        self.tell(
            "ready",
            call_sid=self.call_sid,
            format=hello.format.name,
            rate_hz=hello.format.rate_hz,
            frame_ms=FRAME_MS,
        )
        self._check_microphone(hello.microphone)
        return hello

    def read(self, caller_is_there: Callable[[], bool]) -> tuple[str, bool]:
        """Read until the browser goes, or :meth:`end` is called.

        Args:
            caller_is_there: Asked until the two are joined: the caller may go just before that.

        Returns:
            Why it ended, and whether the agent's page meant it.
        """
        heard_s = self._clock()
        while True:
            try:
                message = self._sock.receive(IDLE_S)
            except LineClosedError as error:
                return str(error), False
            now_s = self._clock()
            if not self.joined and not caller_is_there():
                self.end(CALLER_GONE, "the caller is no longer on the line")
            if isinstance(message, bytes | bytearray):
                heard_s = now_s
                self._take_frame(bytes(message), now_s)
            elif message is not None and self._take_control(message):
                return "the agent's page closed its audio", True
            if now_s - heard_s >= IDLE_S:
                self.end(STALLED, "no audio came from the browser")
                return f"no audio came for {IDLE_S:g} s", False

    def _take_frame(self, message: bytes, now_s: float) -> None:
        if self._codec is None or not self.joined:  # what is said before the caller can hear it must not pile up
            return
        try:
            sequence, samples = self._codec.read(message)
        except FrameError as error:
            self._complain(str(error))
            return
        with self._jitter_lock:
            self._jitter.push(sequence, samples * 0 if self._muted else samples, now_s)

    def _take_control(self, text: str) -> bool:
        """Follow a text message; whether it was a goodbye."""
        try:
            message = wire.read_control(text)
        except FrameError as error:
            self._complain(str(error))
            return False
        match message:
            case Mute(on):
                self._muted = on
                self.tell("muted", on=on)
            case Microphone(state):
                self._check_microphone(state)
            case Hello():
                self._complain("hello: came before; the first one counts")
            case Bye():
                return True
        return False

    def _check_microphone(self, state: str) -> None:
        _log.info("agent_microphone", call_sid=self.call_sid, agent=self.agent_id, state=state)
        if state != "ok":
            self.tell("problem", code="microphone", message="The caller can't hear you: there is no microphone.")

    def _complain(self, problem: str) -> None:
        """One bad message never ends a talk."""
        self._bad += 1
        if self._bad % COMPLAINTS_EVERY == 1:
            _log.warning("agent_message_bad", call_sid=self.call_sid, problem=problem, bad=self._bad)
            self.tell("problem", code="message", message=problem)

    # --- the talk's thread --------------------------------------------------------------------------------

    def pull(self) -> Samples:
        """The agent's next 20 ms: float32, shape (160,), at 8 kHz."""
        with self._jitter_lock:
            return self._jitter.pull()

    @property
    def counts(self) -> JitterCounts:
        """What became of the agent's frames."""
        return self._jitter.counts

    # --- any thread ---------------------------------------------------------------------------------------

    def hear(self, ulaw: bytes) -> None:
        """Pass on 20 ms of the caller's voice (µ-law, 160 bytes); never blocks."""
        self._put(ulaw)

    def tell(self, kind: str, **fields: object) -> None:
        """Send a control message; never blocks."""
        self._put(wire.control(kind, **fields))

    def end(self, status: int, why: str) -> None:
        """Close the audio once what was said so far has been written; never blocks."""
        with self._changed:
            self._closing = self._closing or (status, why)
            self._changed.notify_all()
        if self._writer.ident is None:  # greet() never came so far
            self._sock.close(status, why)

    def join(self, timeout_s: float) -> None:
        """Wait until everything is written and the socket closed."""
        if self._writer.ident is not None:
            self._writer.join(timeout_s)

    def _put(self, message: str | bytes) -> None:
        with self._changed:
            if self._closing is not None:
                return
            self._outbox.append(message)
            if len(self._outbox) > UNSENT_FRAMES:
                self._drop_oldest_frame()
            self._changed.notify_all()

    def _drop_oldest_frame(self) -> None:
        """Make room; control messages are few and stay. With the lock held."""
        oldest = next((at for at, message in enumerate(self._outbox) if isinstance(message, bytes)), 0)
        del self._outbox[oldest]
        self._lost_frames += 1
        if self._lost_frames * FRAME_MS >= STALLED_S * 1000 and self._closing is None:
            self._closing = (STALLED, "the browser does not take its audio")
            self._outbox.clear()
            self._changed.notify_all()

    # --- the writing thread -------------------------------------------------------------------------------

    def _write(self) -> None:
        try:
            while True:
                with self._changed:
                    self._changed.wait_for(lambda: self._outbox or self._closing is not None)
                    messages, closing = list(self._outbox), self._closing
                    self._outbox.clear()
                if messages:
                    self._sock.send(*map(self._encoded, messages))
                    with self._changed:
                        self._lost_frames = 0
                elif closing is not None:
                    self._sock.close(*closing)
                    return
        except LineClosedError as error:
            _log.info("agent_socket_lost", call_sid=self.call_sid, why=str(error))
        except Exception:
            _log.exception("agent_socket_failed", call_sid=self.call_sid)
            self._sock.close(FAILED, "something failed here")
        finally:
            with self._changed:
                self._closing = self._closing or (FAILED, "")
                self._outbox.clear()

    def _encoded(self, message: str | bytes) -> str | bytes:
        if isinstance(message, str) or self._codec is None:
            return message
        return self._codec.write(message)


def frames_of(ulaw: bytes) -> tuple[list[bytes], bytes]:
    """Cut µ-law into frames of 20 ms; what is left over comes second."""
    whole = len(ulaw) // FRAME_SAMPLES * FRAME_SAMPLES
    return [ulaw[start : start + FRAME_SAMPLES] for start in range(0, whole, FRAME_SAMPLES)], ulaw[whole:]

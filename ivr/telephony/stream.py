"""One call's media stream: Twilio's messages in, the call's audio out."""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog
from simple_websocket import Server

from ivr.call.line import FRAME_MS, AudioReceived, CallInfo, KeyPressed, LineEnded, LineEvent, MarkReached
from ivr.call.switchboard_types import LiveCall, Switchboard
from ivr.errors import FrameError, LineClosedError
from ivr.telephony import messages
from ivr.telephony.complaints import Complaints
from ivr.telephony.messages import Dtmf, Mark, Media, Message, Started, Stopped
from ivr.telephony.timekeeper import BYTES_PER_MS, ULAW_SILENCE, Timekeeper
from ivr.websocket import CallSocket

FRAME_BYTES = FRAME_MS * BYTES_PER_MS
"""One outgoing ``media`` message: 20 ms, 160 bytes of µ-law, as Twilio itself sends."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class StreamLimits:
    """How patient a stream is."""

    idle_s: float = 10.0
    """Seconds without any message after which the line counts as dead: Twilio sends 50 a second."""
    start_s: float = 10.0
    """Seconds in which ``start`` must come; Twilio sends it at once."""
    send_s: float = 2.0
    """Longest a send waits for a peer that does not read; Twilio buffers all it gets, so never long."""


class TwilioLine:
    """The call's side of a media stream (:class:`ivr.call.line.Line`). One sending thread at a time."""

    def __init__(self, sock: CallSocket, stream_sid: str) -> None:
        """Write to ``sock`` as stream ``stream_sid``."""
        self._sock = sock
        self._stream_sid = stream_sid
        self._rest = b""

    def send_audio(self, ulaw: bytes) -> None:
        """Send µ-law 8 kHz audio in 20 ms messages; less than a frame waits for more or for a mark.

        Raises:
            LineClosedError: the line is gone.
        """
        audio = self._rest + ulaw
        whole = len(audio) - len(audio) % FRAME_BYTES
        self._rest = audio[whole:]
        self._sock.send(
            *(
                messages.media(self._stream_sid, audio[start : start + FRAME_BYTES])
                for start in range(0, whole, FRAME_BYTES)
            )
        )

    def send_mark(self, name: str) -> None:
        """Send a mark, after what is left of the audio (filled up with silence).

        Raises:
            LineClosedError: the line is gone.
        """
        if self._rest:
            self.send_audio(ULAW_SILENCE * (FRAME_BYTES - len(self._rest)))
        self._sock.send(messages.mark(self._stream_sid, name))

    def clear(self) -> None:
        """Throw away what was sent and not played.

        Raises:
            LineClosedError: the line is gone.
        """
        self._rest = b""
        self._sock.send(messages.clear(self._stream_sid))

    def close(self) -> None:
        """End the stream: Twilio goes on with the verb after ``<Connect>``.

        Raises:
            LineClosedError: the line is gone already.
        """
        if not self._sock.open:
            raise LineClosedError("line: the stream is closed")
        self._sock.close()


class MediaStream:
    """Reads one stream to its end and hands what happens to the call. One thread: the request's own."""

    def __init__(
        self,
        sock: CallSocket,
        info: CallInfo,
        switchboard: Switchboard,
        limits: StreamLimits,
        clock: Callable[[], float] = time.monotonic,
        frame_bad: Callable[[str], None] | None = None,
    ) -> None:
        """Prepare to read ``sock`` for the call ``info``, which the token named.

        ``frame_bad`` is told the kind of each message that is skipped.
        """
        self._sock = sock
        self._info = info
        self._switchboard = switchboard
        self._limits = limits
        self._clock = clock
        self._complaints = Complaints(info.call_sid, frame_bad)
        self._timekeeper = Timekeeper()
        self._call: LiveCall | None = None
        self._deaf = False
        self._frame = 0

    def run(self) -> str:
        """Read until the line ends.

        Returns:
            Why it ended.
        """
        try:
            why = self._read()
        except Exception as error:  # whatever broke, the call must hear that its line is gone
            _log.exception("stream_failed", call_sid=self._info.call_sid)
            why = f"failed: {type(error).__name__}"
        if self._call is not None:
            self._hand_over(LineEnded(why))
        _log.info(
            "stream_ended",
            call_sid=self._info.call_sid,
            why=why,
            frames=self._frame,
            odd=self._complaints.total,
        )
        return why

    def _read(self) -> str:
        started_by_s = self._clock() + self._limits.start_s
        while True:
            try:
                text = self._sock.receive(self._limits.idle_s)
            except LineClosedError as error:
                return str(error)
            if text is None:
                return f"idle: nothing came for {self._limits.idle_s:g} s"
            self._frame += 1
            try:
                message = messages.parse(text)
                if isinstance(message, Stopped):
                    return "stop"
                self._handle(message)
            except FrameError as error:
                self._complaints.about(self._frame, str(error))
            if self._call is None and self._clock() > started_by_s:
                return f"no start within {self._limits.start_s:g} s"

    def _handle(self, message: Message) -> None:
        if isinstance(message, Started):
            self._start(message)
        elif isinstance(message, Media):
            self._hear(message)
        elif isinstance(message, Dtmf):
            self._hand_over(KeyPressed(message.key))
        elif isinstance(message, Mark):
            self._hand_over(MarkReached(message.name))

    def _start(self, started: Started) -> None:
        if self._call is not None:
            raise FrameError("start: came before; the first one counts")
        if started.call_sid != self._info.call_sid:
            self._complaints.about(
                self._frame, f"start.callSid: {started.call_sid!r} is not the token's call; the token counts"
            )
        if started.format_problem:
            # Keys and our own voice still work: the caller is asked again, and gets to a person.
            self._deaf = True
            self._complaints.about(self._frame, started.format_problem)
        info = replace(self._info, parameters={**self._info.parameters, **started.parameters})
        self._call = self._switchboard.begin(info, TwilioLine(self._sock, started.stream_sid))
        _log.info("stream_started", call_sid=self._info.call_sid, stream_sid=started.stream_sid)

    def _hear(self, media: Media) -> None:
        if self._call is None:
            raise FrameError("media: before start")
        if media.track != "inbound":
            raise FrameError(f"media.track: {media.track!r}; only the caller's own (inbound) is heard")
        if self._deaf:
            raise FrameError("media.payload: not heard, see start.mediaFormat")
        placed = self._timekeeper.place(media)
        for problem in placed.problems:
            self._complaints.about(self._frame, problem)
        if placed.ulaw:
            self._hand_over(AudioReceived(placed.ulaw))

    def _hand_over(self, event: LineEvent) -> None:
        if self._call is None:
            raise FrameError(f"{type(event).__name__}: before start")
        self._call.receive(event)


def serve(
    ws: Server,
    info: CallInfo,
    switchboard: Switchboard,
    limits: StreamLimits,
    frame_bad: Callable[[str], None] | None = None,
) -> None:
    """Carry one call's stream, from the accepted upgrade to the end. Never raises.

    Args:
        ws: What flask-sock handed to the route.
        info: The call whose token opened the stream.
        switchboard: The house.
        limits: How patient to be.
        frame_bad: Told the kind of each message that is skipped.
    """
    sock = CallSocket(ws, send_timeout_s=limits.send_s)
    try:
        MediaStream(sock, info, switchboard, limits, frame_bad=frame_bad).run()
    except Exception:  # the call was to take any event without raising
        _log.exception("stream_failed", call_sid=info.call_sid)
    finally:
        with contextlib.suppress(Exception):
            sock.finish()

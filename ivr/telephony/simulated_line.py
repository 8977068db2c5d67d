"""A telephone call without a telephone: rings the hotline the way Twilio does, in real time.

The webhook is posted, the media stream opened, 20 ms of µ-law sent every 20 ms, what comes back is played in
time (so marks return when they are reached), and what follows the stream is asked for.
"""

import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Self
from urllib.parse import urlencode

from audio.contracts import Samples
from audio.g711 import samples_to_ulaw, ulaw_to_samples
from ivr.call.line import FRAME_MS
from ivr.errors import FrameError, LineClosedError, LineError
from ivr.telephony.carrier import Carrier, Followed, Verb, what_follows
from ivr.telephony.client_socket import ClientSocket
from ivr.telephony.far_side import FarSide
from ivr.telephony.pacer import Pacer
from ivr.telephony.playback import Playback
from ivr.telephony.stream import FRAME_BYTES
from ivr.telephony.timekeeper import BYTES_PER_MS, ULAW_SILENCE

DEFAULT_URL = "http://127.0.0.1:8080"
CONNECT_TIMEOUT_S = 10.0
"""Longest wait for the media stream to open."""
PACER = Pacer()
"""Keeps the time of every simulated call of this process."""

MomentKind = Literal[
    "start", "say_start", "say_end", "key", "audio_start", "audio_end", "mark", "clear", "odd", "closed"
]


@dataclass(frozen=True)
class Moment:
    """One thing that happened on the line."""

    kind: MomentKind
    """``start``: the stream is up · ``say_start``, ``say_end``: first and last frame of a recording sent ·
    ``key``: a key pressed · ``audio_start``: the assistant's audio arrives after silence · ``audio_end``: all
    of it was played · ``mark``, ``clear``: arrived · ``odd``: a message Twilio would not understand ·
    ``closed``: the stream is over."""
    at_s: float
    """``time.monotonic()``."""
    line_ms: int
    """Milliseconds of line time since ``start``: where it lies in the recording."""
    detail: str = ""


class SimulatedCall:
    """One call. Use as a context manager, or call :meth:`ring` and :meth:`hang_up`.

    Methods may be called from any one thread; ``on_event`` is called from the line's own threads and must be
    quick.
    """

    def __init__(
        self,
        url: str = DEFAULT_URL,
        *,
        language: str | None = None,
        from_number: str = "+821012345678",
        to_number: str = "+8215770000",
        call_sid: str | None = None,
        auth_token: str | None = None,
        on_event: Callable[[Moment], None] | None = None,
        pacer: Pacer = PACER,
    ) -> None:
        """Prepare a call.

        Args:
            url: Address of the hotline.
            language: ``ko``, ``en``, ``ja`` or ``zh``: as if a number for it had been dialled; None: any.
            from_number: Who calls, E.164.
            to_number: The number dialled, E.164.
            call_sid: None for a new one.
            auth_token: Signs as Twilio would; None rings unsigned.
            on_event: Told of every moment.
            pacer: Whose time the call keeps.
        """
        self.call_sid = call_sid or f"CA{uuid.uuid4().hex}"
        self.url = url.rstrip("/")
        self.timeline: list[Moment] = []
        self.followed: Followed | None = None
        self._language = language
        self._fields = {
            "CallSid": self.call_sid,
            "AccountSid": "AC" + "0" * 32,
            "From": from_number,
            "To": to_number,
            "Direction": "inbound",
            "ApiVersion": "2010-04-01",
            "IvrOrigin": "simulated",
        }
        self._carrier = Carrier(auth_token)
        self._on_event = on_event
        self._pacer = pacer
        self._socket: ClientSocket | None = None
        self._after_url: str | None = None
        self._far_side = FarSide(self.call_sid, self._fields["AccountSid"], f"MZ{uuid.uuid4().hex}")
        self._earlier_frames = 0  # of streams before
        self._changed = threading.Condition(threading.RLock())
        self._playback = Playback()
        self._to_say: deque[bytes | None] = deque()  # frames; None ends a recording
        self._saying = False
        self._playing = False
        self._quiet_frames = 0
        self._sent, self._heard = bytearray(), bytearray()
        self._closed = False
        self._close_status: int | None = None
        self._hung_up = False

    # --- ringing and hanging up ---

    def ring(self) -> None:
        """Call and wait until the hotline has answered.

        Raises:
            LineError: no answer, or it answered with something else than a media stream.
        """
        query = f"?{urlencode({'language': self._language})}" if self._language else ""
        response = self._ask(f"{self.url}/twilio/voice{query}", "ringing")
        if response.find("Stream") is None:
            self.followed = what_follows(response)
            raise LineError(f"no answer: the hotline would go on with {self.followed.next} at once")
        self._connect(response)

    def _connect(self, response: Verb) -> None:
        """Open the media stream that the hotline asks for."""
        stream, redirect = response.find("Stream"), response.find("Redirect")
        self._after_url = redirect.text if redirect else None
        url = stream.attributes.get("url", "") if stream else ""
        headers = self._carrier.signature(url, {})
        try:
            self._socket = ClientSocket.connect(url, headers=headers, timeout_s=CONNECT_TIMEOUT_S)
            with self._changed:
                self._earlier_frames += self._far_side.frames
                self._far_side = FarSide(self.call_sid, self._fields["AccountSid"], f"MZ{uuid.uuid4().hex}")
                self._playback, self._playing = Playback(), False
                self._closed, self._close_status = False, None
                self._send(self._far_side.connected())
                self._send(self._far_side.start())
                self._note("start")
        except LineError:
            self._post_quietly("/twilio/status", CallStatus="completed")
            raise
        self._socket.start(self._on_text, self._on_closed, f"simulated-line-{self.call_sid[-6:]}")
        self._pacer.add(self, self._tick)

    def hang_up(self) -> None:
        """Put the phone down; no error when the call is over already."""
        with self._changed:
            first, self._hung_up = not self._hung_up, True
        if not first:
            return
        self._pacer.remove(self)
        if self._socket is not None:
            with self._changed:
                if not self._closed:
                    self._try_to_send(self._far_side.stop())
            self._socket.close()
            self._post_quietly("/twilio/status", CallStatus="completed")

    def follow(self) -> Followed | None:
        """Ask what follows a stream that ended on the hotline's side: Twilio goes on with the next verb.

        If that is another stream, it is opened, and the call goes on.

        Returns:
            None when the caller hung up first.

        Raises:
            LineError: no answer.
        """
        if self._after_url is None or self._hung_up or not self._closed:
            return None
        answer = self._ask(self._after_url, "in-progress")
        self.followed = what_follows(answer)
        if self.followed.next == "desk":
            self._connect(answer)
        return self.followed

    @property
    def over(self) -> bool:
        """Whether the stream is closed."""
        return self._closed

    @property
    def closed_by_hotline(self) -> bool:
        """Whether the hotline ended the stream in good order (status 1000) before the caller hung up."""
        return self._closed and not self._hung_up and self._close_status == 1000

    @property
    def dropped(self) -> bool:
        """Whether the stream broke off: neither side said goodbye."""
        return self._closed and not self._hung_up and self._close_status != 1000

    def __enter__(self) -> Self:
        """Ring."""
        self.ring()
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up."""
        self.hang_up()

    # --- talking ---

    def say(self, samples: Samples) -> None:
        """Say something, after whatever is still being said; returns at once.

        Args:
            samples: 8 kHz audio.
        """
        ulaw = samples_to_ulaw(samples)
        with self._changed:
            for start in range(0, len(ulaw), FRAME_BYTES):
                frame = ulaw[start : start + FRAME_BYTES]
                self._to_say.append(frame + ULAW_SILENCE * (FRAME_BYTES - len(frame)))
            self._to_say.append(None)

    def press(self, keys: str, *, gap_s: float = 0.25) -> None:
        """Press keys, one after the other.

        Args:
            keys: Of ``0123456789*#``.
            gap_s: Seconds between two.

        Raises:
            LineClosedError: the call is over.
        """
        for number, key in enumerate(keys):
            if number:
                time.sleep(gap_s)
            with self._changed:
                self._send(self._far_side.dtmf(key))
                self._note("key", key)

    def wait_said(self, timeout_s: float = 120.0) -> bool:
        """Wait until everything to say is said (True), or the call is over or time is up (False)."""
        with self._changed:
            return self._changed.wait_for(lambda: self._closed or not self._to_say, timeout_s) and not self._to_say

    def wait_reply(self, *, quiet_s: float = 1.0, timeout_s: float = 30.0) -> bool:
        """Wait until the assistant has spoken since the caller last began to, and is quiet again.

        Args:
            quiet_s: How long it must have been quiet, in line time.
            timeout_s: Longest wait.

        Returns:
            False when the call is over or time is up.
        """
        quiet_frames = int(quiet_s * 1000 / FRAME_MS)
        with self._changed:
            self._changed.wait_for(
                lambda: self._closed or (self._replied() and self._quiet_frames >= quiet_frames), timeout_s
            )
            return not self._closed and self._replied()

    def wait_until_quiet(self, *, quiet_s: float = 1.0, timeout_s: float = 30.0) -> bool:
        """Wait until nothing of the assistant was heard for ``quiet_s`` (line time); False as above."""
        quiet_frames = int(quiet_s * 1000 / FRAME_MS)
        with self._changed:
            quiet = self._changed.wait_for(lambda: self._closed or self._quiet_frames >= quiet_frames, timeout_s)
            return quiet and not self._closed

    def wait_over(self, timeout_s: float) -> bool:
        """Wait until the stream is closed; False when time is up."""
        with self._changed:
            return self._changed.wait_for(lambda: self._closed, timeout_s)

    def wait_for(self, kind: MomentKind, *, after: int = 0, timeout_s: float = 10.0) -> Moment | None:
        """Wait for a moment.

        Args:
            kind: Which kind.
            after: How many moments of the timeline to leave out.
            timeout_s: Longest wait.

        Returns:
            The first such moment; None when the call is over or time is up without one.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._find(kind, after) is not None, timeout_s)
            return self._find(kind, after)

    # --- afterwards ---

    def recording(self) -> tuple[Samples, Samples]:
        """What the caller said and what they heard: two 8 kHz tracks of equal length, aligned in time."""
        with self._changed:
            return ulaw_to_samples(bytes(self._sent)), ulaw_to_samples(bytes(self._heard))

    # --- the line's own threads ---

    def _tick(self) -> None:
        """Send one frame and play one: every 20 ms, from the pacer's thread."""
        with self._changed:
            if self._closed or self._hung_up:
                self._pacer.remove(self)
                return
            frame = self._next_frame()
            heard, due = self._playback.play(FRAME_BYTES)
            self._sent += frame
            self._heard += heard
            self._quiet_frames = 0 if self._playing else self._quiet_frames + 1
            if self._playing and self._playback.waiting == 0:
                self._playing = False
                self._note("audio_end")
            self._changed.notify_all()
            self._try_to_send(self._far_side.media(frame))
            self._return_marks(due)

    def _next_frame(self) -> bytes:
        if self._to_say and self._to_say[0] is not None and not self._saying:
            self._saying = True
            self._note("say_start")
        frame = self._to_say.popleft() if self._to_say else None
        while self._to_say and self._to_say[0] is None:
            self._to_say.popleft()
            if self._saying:
                self._saying = False
                self._note("say_end")
        return frame or ULAW_SILENCE * FRAME_BYTES

    def _on_text(self, text: str) -> None:
        """One message of the hotline, from the reading thread."""
        with self._changed:
            try:
                order = self._far_side.read(text)
            except FrameError as error:
                self._note("odd", str(error))
                return
            if order.event == "media":
                self._playback.add(order.ulaw)
                if not self._playing and order.ulaw:
                    self._playing = True
                    self._quiet_frames = 0
                    self._note("audio_start")
            elif order.event == "mark":
                self._note("mark", order.name)
                self._return_marks(self._playback.mark(order.name))
            else:
                self._note("clear", f"{self._playback.waiting // BYTES_PER_MS} ms unplayed")
                self._return_marks(self._playback.clear())

    def _on_closed(self, status: int | None) -> None:
        self._pacer.remove(self)
        with self._changed:
            self._closed = True
            self._close_status = status
            self._note("closed", "" if status is None else str(status))

    # --- small parts, all with the lock held ---

    def _replied(self) -> bool:
        if self._to_say:
            return False
        starts = [index for index, moment in enumerate(self.timeline) if moment.kind == "say_start"]
        return self._find("audio_start", starts[-1] if starts else 0) is not None

    def _find(self, kind: MomentKind, after: int) -> Moment | None:
        return next((moment for moment in self.timeline[after:] if moment.kind == kind), None)

    def _note(self, kind: MomentKind, detail: str = "") -> None:
        moment = Moment(kind, time.monotonic(), (self._earlier_frames + self._far_side.frames) * FRAME_MS, detail)
        self.timeline.append(moment)
        self._changed.notify_all()
        if self._on_event is not None:
            self._on_event(moment)

    def _return_marks(self, names: Sequence[str]) -> None:
        for name in names:
            self._try_to_send(self._far_side.mark(name))

    def _send(self, text: str) -> None:
        if self._socket is None:
            raise LineClosedError("line: ring first")
        self._socket.send(text)

    def _try_to_send(self, text: str) -> None:
        try:
            self._send(text)
        except LineClosedError:
            return  # the reading thread finds the same and says so

    def _ask(self, url: str, status: str) -> Verb:
        return self._carrier.ask(url, {**self._fields, "CallStatus": status}, lambda: not self._hung_up)

    def _post_quietly(self, path: str, **fields: str) -> None:
        try:
            self._carrier.post(self.url + path, {**self._fields, **fields})
        except LineError:
            return  # a status callback is news, not a question: Twilio goes on without an answer too

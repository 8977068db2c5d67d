"""A caller and an agent who hear each other. One thread per talk speaks on the caller's line, every 20 ms."""

import threading
import time
from collections.abc import Callable
from typing import Protocol

import structlog

from audio.g711 import samples_to_ulaw
from audio.jitter import FRAME_MS, FRAME_SAMPLES
from ivr.bridge.agent_leg import AgentLeg, frames_of
from ivr.bridge.music import hold_music
from ivr.bridge.types import AgentSpoke, BridgeEvent
from ivr.errors import LineClosedError

CATCH_UP_S = 0.04
"""Being late up to this is made up for by sending sooner; after a longer stop the clock starts afresh: the carrier
has played silence meanwhile, and whatever were sent at once would keep the agent's voice late ever after."""
STOP_S = 3.0
"""Longest wait for the thread to end: a send to a line that does not read takes 2 s at most."""
LOST_AHEAD_FRAMES = 50
"""Frames of the caller's that may come at once (a filled gap): more are older than anybody wants to hear."""

_log = structlog.get_logger(__name__)


class CallersLine(Protocol):
    """What is needed of the caller's line (:class:`ivr.call.line.Line`)."""

    def send_audio(self, ulaw: bytes) -> None:
        """Play µ-law at 8 kHz; raises LineClosedError."""
        ...


class Talk:
    """Joins one agent's leg with the caller's line, from :meth:`start` to :meth:`stop`.

    Between the two nobody else may speak on the line.
    """

    def __init__(
        self,
        line: CallersLine,
        leg: AgentLeg,
        post: Callable[[BridgeEvent], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare.

        Args:
            line: The caller's.
            leg: The agent's.
            post: Takes what the agent says, for transcription; must not block.
            clock: Monotonic seconds.
        """
        self.leg = leg
        self._line = line
        self._post = post
        self._clock = clock
        self._held = threading.Event()
        self._stop = threading.Event()
        self._rest = b""
        self._music_at = 0
        self._thread = threading.Thread(target=self._run, name=f"talk-{leg.call_sid[-8:]}", daemon=True)

    def start(self) -> None:
        """Let them hear each other."""
        self.leg.joined = True
        self.leg.tell("joined")
        self._thread.start()

    @property
    def held(self) -> bool:
        """Whether the caller hears music."""
        return self._held.is_set()

    def hold(self, on: bool) -> None:
        """Let the caller hear music and the agent nothing, or join them again. Any thread."""
        if on == self.held:
            return
        if on:
            self._held.set()
        else:
            self._held.clear()
        self.leg.tell("hold", on=on)

    def caller_spoke(self, ulaw: bytes) -> None:
        """Pass on the caller's voice (µ-law at 8 kHz, any length). One thread, the line's own; never blocks."""
        frames, self._rest = frames_of(self._rest + ulaw)
        if not self.held:
            for frame in frames[-LOST_AHEAD_FRAMES:]:
                self.leg.hear(frame)

    def stop(self) -> None:
        """End it; the line is free when this returns."""
        self._stop.set()
        if self._thread.ident is not None and threading.current_thread() is not self._thread:
            self._thread.join(STOP_S)

    def _run(self) -> None:
        step_s = FRAME_MS / 1000
        due_s = self._clock()
        try:
            while not self._stop.is_set():
                self._line.send_audio(self._next_frame())
                due_s += step_s
                wait_s = due_s - self._clock()
                if wait_s > 0:
                    self._stop.wait(wait_s)
                elif wait_s < -CATCH_UP_S:
                    due_s = self._clock()
        except LineClosedError:
            pass  # the line itself tells the call
        except Exception:
            _log.exception("talk_failed", call_sid=self.leg.call_sid)
        counts = self.leg.counts
        _log.info(
            "talk_ended",
            call_sid=self.leg.call_sid,
            played=counts.played,
            concealed=counts.concealed,
            late=counts.late,
            skipped=counts.skipped,
        )

    def _next_frame(self) -> bytes:
        samples = self.leg.pull()  # on hold, too: what is said meanwhile must not pile up
        if not self.held:
            ulaw = samples_to_ulaw(samples)
            self._post(AgentSpoke(ulaw))
            self._music_at = 0
            return ulaw
        music = hold_music()
        at = self._music_at
        self._music_at = (at + FRAME_SAMPLES) % len(music)
        return music[at : at + FRAME_SAMPLES]

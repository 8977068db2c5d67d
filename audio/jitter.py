"""Evens out a voice that comes over a network: frames go in as they arrive, and come out one every 20 ms.

As little as possible is held back: just what the arrival times of the last four seconds call for. What is missing
when its turn comes is made up for (:mod:`audio.concealment`); what piles up is played a little faster.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np

from audio.concealment import Concealer
from audio.contracts import LINE_RATE_HZ, Samples

FRAME_MS = 20
FRAME_SAMPLES = LINE_RATE_HZ * FRAME_MS // 1000
"""160 samples at 8 kHz."""

STRETCH, STRETCHES = 25, 8
"""Arrival times are looked at in stretches of half a second, four seconds in all: long enough to have met a
network's usual hiccups, short enough to forget them."""
TOLERATED = 2
"""Stretches whose latest frame is not waited for: one stall makes up to a dozen frames late at once, which may lie
in two of them. What happens once in four seconds is made up for and drained; what happens more often is held back
for. With a percentile of single frames (as NetEq's 0.95) a stall of 170 ms kept the voice 100 ms late for two
seconds (``python -m tests.measure.bridge``)."""
LEAST_MS, MOST_MS = 20, 200
"""Bounds of what is held back: one frame, since the clocks of two machines never agree to the millisecond; and
200 ms, since ITU-T G.114 calls a voice that is 400 ms late in all unacceptable."""
SURPLUS_FRAMES = 2
"""Frames above what is to be held back from which playing speeds up: at once where nothing is said …"""
PATIENCE_FRAMES, GREAT_SURPLUS_FRAMES, LITTLE_PATIENCE_FRAMES = 10, 4, 2
"""… and within speech only when the surplus has lasted for so many frames (a burst after a hiccup is often followed
by its pause), or for two when it is great: one frame in three, until it is gone."""
QUIET_DB = -50.0
"""RMS of a frame, relative to full scale, below which nothing is said: a line's own noise lies at -65 to -50,
voices around -20 (ITU-T P.56)."""
MOST_FRAMES = 25
"""Frames kept at most, 500 ms: beyond that the oldest are given up."""
FADED_FRAMES = 3
"""Frames in a row that are made up for; after them (60 ms) it is silent, and playing begins afresh."""

_RISE = ((np.arange(FRAME_SAMPLES) + 0.5) / FRAME_SAMPLES).astype(np.float32)


@dataclass
class JitterCounts:
    """What became of the frames."""

    played: int = 0
    concealed: int = 0
    """Made up for."""
    late: int = 0
    """Came after their turn, or twice."""
    skipped: int = 0
    """Merged into another to catch up, or given up because too many waited."""


class JitterBuffer:
    """One voice's buffer. Not thread-safe; time is an argument."""

    def __init__(self) -> None:
        self.counts = JitterCounts()
        self._frames: dict[int, Samples] = {}
        self._next: int | None = None  # the frame that is to be played next; None: playing has not begun
        self._transits_ms: deque[float] = deque(maxlen=STRETCH * STRETCHES)
        self._concealer = Concealer()
        self._missing = 0
        self._surplus = 0

    @property
    def target_ms(self) -> float:
        """What is held back at present, in ms."""
        if not self._transits_ms:
            return LEAST_MS
        transits = list(self._transits_ms)
        latest = sorted((max(transits[at : at + STRETCH]) for at in range(0, len(transits), STRETCH)), reverse=True)
        spread = latest[min(TOLERATED, len(latest) - 1)] - min(transits)
        return min(MOST_MS, max(LEAST_MS, spread))

    @property
    def waiting(self) -> int:
        """Frames that wait to be played."""
        return len(self._frames)

    def push(self, sequence: int, samples: Samples, now_s: float) -> None:
        """Take in a frame.

        Args:
            sequence: Its number, one more than the frame before it had, from any beginning.
            samples: float32, shape (160,), in [-1, 1], at 8 kHz.
            now_s: When it arrived, monotonic.

        Raises:
            ValueError: it is not 20 ms long.
        """
        if len(samples) != FRAME_SAMPLES:
            raise ValueError(f"a frame has {FRAME_SAMPLES} samples, not {len(samples)}")
        newest = max(self._frames, default=self._next)
        if newest is not None and abs(sequence - newest) > MOST_FRAMES:
            self._begin_afresh()  # another count, or a long break: nothing of before belongs to it
        self._transits_ms.append(now_s * 1000 - sequence * FRAME_MS)
        if sequence in self._frames or (self._next is not None and sequence < self._next):
            self.counts.late += 1
            return
        self._frames[sequence] = samples
        while len(self._frames) > MOST_FRAMES:
            oldest = min(self._frames)
            del self._frames[oldest]
            self._next = oldest + 1
            self.counts.skipped += 1

    def pull(self) -> Samples:
        """Take out the next 20 ms; to be called every 20 ms.

        Returns:
            float32, shape (160,): the next frame, or what makes up for it; silence when there is nothing.
        """
        if self._next is None:
            if not self._frames or len(self._frames) * FRAME_MS < self.target_ms:
                return self._concealer.lost(FRAME_SAMPLES)
            self._next = min(self._frames)
        frame = self._frames.pop(self._next, None)
        if frame is None:
            return self._lost()
        self._missing = 0
        self._next += 1
        self.counts.played += 1
        return self._concealer.good(self._caught_up(frame))

    def _lost(self) -> Samples:
        """The frame whose turn it is has not come: make up for it, and give it up if later ones are there."""
        self._missing += 1
        self.counts.concealed += 1
        if self._frames and self._next is not None:
            self._next += 1
        elif self._missing >= FADED_FRAMES:
            self._next = None  # the voice has broken off: hold back anew when it comes again
            self._missing = 0
        return self._concealer.lost(FRAME_SAMPLES)

    def _caught_up(self, frame: Samples) -> Samples:
        """The frame; or when too many wait, the next one with something said in it, or the two blended."""
        surplus = self._surplus_frames()
        while surplus >= SURPLUS_FRAMES and _quiet(frame) and (following := self._take()) is not None:
            frame = following
            surplus -= 1
        self._surplus = self._surplus + 1 if surplus >= SURPLUS_FRAMES else 0
        patience = LITTLE_PATIENCE_FRAMES if surplus >= GREAT_SURPLUS_FRAMES else PATIENCE_FRAMES
        if self._surplus <= patience or (following := self._take()) is None:
            return frame
        self._surplus = 0
        merged: Samples = frame * (1 - _RISE) + following * _RISE
        return merged

    def _surplus_frames(self) -> float:
        """Frames above what is to be held back, the one about to be played included."""
        return len(self._frames) + 1 - self.target_ms / FRAME_MS

    def _take(self) -> Samples | None:
        """The frame after the one about to be played, taken out to catch up; None when it is not there."""
        following = self._frames.pop(self._next, None) if self._next is not None else None
        if following is not None and self._next is not None:
            self._next += 1
            self.counts.skipped += 1
        return following

    def _begin_afresh(self) -> None:
        self.counts.skipped += len(self._frames)
        self._frames.clear()
        self._transits_ms.clear()
        self._next = None
        self._missing = self._surplus = 0


def _quiet(frame: Samples) -> bool:
    return float(np.mean(np.square(frame))) < 10 ** (QUIET_DB / 10)

"""The caller's side of the sound: µ-law frames in, voice activity and utterances out."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from audio.contracts import RECOGNITION_RATE_HZ, Samples
from audio.endpointing import WINDOW_MS, Phase, TurnState, advance, next_turn
from audio.g711 import ulaw_to_samples
from audio.resample import LineUpsampler
from audio.vad import VoiceStream

_WINDOW = RECOGNITION_RATE_HZ * WINDOW_MS // 1000
PRE_ROLL_MS = 320
"""Audio kept from before the first speech window: the detector fires a little after a soft start ("h", "s")."""

MAX_KEPT_MS = 40_000
"""Most audio kept of one turn; a turn is ended well before (``turn_taking.MAX_TURN_MS``)."""

MAX_GAP_MS = 4_000
"""The turn before is kept at most this long after its last word: a bound on memory, well beyond any pause after
which a caller goes on (``going_on.JOIN_MS``)."""


@dataclass(frozen=True)
class Window:
    """One VAD window: the turn after it, and how loud it was."""

    turn: TurnState
    level_db: float
    """RMS of the window, dB relative to full scale; -120 for digital silence."""


class Ear:
    """Listens to one line. Owned by the call's thread."""

    def __init__(self, voice: VoiceStream) -> None:
        self._voice = voice
        self._upsampler = LineUpsampler()
        self._pending: Samples = np.zeros(0, np.float32)
        self._kept: list[Samples] = []
        self._before: list[Samples] = []  # the turn before and the silence after it, up to what is kept
        self._turn_before: TurnState | None = None
        self.turn = TurnState()
        """The caller's turn as it stands."""

    def feed(self, ulaw: bytes) -> Iterator[Window]:
        """Take in some audio, and give each VAD window it completes.

        Args:
            ulaw: µ-law at 8 kHz, any length.
        """
        samples = np.concatenate([self._pending, self._upsampler.push(ulaw_to_samples(ulaw))])
        whole = len(samples) // _WINDOW * _WINDOW
        self._pending = samples[whole:]
        for start in range(0, whole, _WINDOW):
            window = samples[start : start + _WINDOW]
            (probability,) = self._voice.push(window)
            self._kept.append(window)
            self.turn = advance(self.turn, probability)
            self._forget_old()
            yield Window(self.turn, _level_db(window))

    def utterance(self) -> Samples:
        """The turn's audio so far, 16 kHz, from a little before its first to its last sample received."""
        return np.concatenate(self._kept) if self._kept else np.zeros(0, np.float32)

    def next_turn(self) -> None:
        """The turn has ended; the next one begins. This one can be gone on with for a while (:meth:`go_on`)."""
        self._turn_before, self._before = self.turn, []
        self.turn = next_turn(self.turn)
        self._forget_old()

    @property
    def gap_ms(self) -> int | None:
        """Silence between the turn before and this one; None while this one has no speech, or none came before."""
        before, turn = self._turn_before, self.turn
        if before is None or turn.phase is Phase.SILENT or turn.first_voiced_ms is None:
            return None
        return turn.first_voiced_ms - before.last_voiced_ms

    def go_on(self) -> None:
        """Make this turn one with the turn before, the silence between them included."""
        before = self._turn_before
        if before is None:
            return
        self.turn = replace(
            self.turn, first_voiced_ms=before.first_voiced_ms, speech_ms=before.speech_ms + self.turn.speech_ms
        )
        self._kept = self._before + self._kept
        self.forget_before()

    def forget_before(self) -> None:
        """The turn before is over for good."""
        self._turn_before, self._before = None, []

    def _forget_old(self) -> None:
        limit_ms = MAX_KEPT_MS
        if self.turn.first_voiced_ms is None:
            limit_ms = PRE_ROLL_MS
        old = max(0, len(self._kept) - limit_ms // WINDOW_MS)
        if self._turn_before is not None:
            self._before += self._kept[:old]
            if self.turn.now_ms - self._turn_before.last_voiced_ms > MAX_GAP_MS:
                self.forget_before()
        del self._kept[:old]


def _level_db(window: Samples) -> float:
    power = float(np.mean(np.square(window, dtype=np.float64)))
    return 10 * math.log10(power) if power > 1e-12 else -120.0

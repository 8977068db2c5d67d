"""The caller's side of the sound: µ-law frames in, voice activity and utterances out."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from audio.contracts import RECOGNITION_RATE_HZ, Samples
from audio.endpointing import WINDOW_MS, TurnState, advance, next_turn
from audio.g711 import ulaw_to_samples
from audio.resample import LineUpsampler
from audio.vad import VoiceStream

_WINDOW = RECOGNITION_RATE_HZ * WINDOW_MS // 1000
PRE_ROLL_MS = 320
"""Audio kept from before the first speech window: the detector fires a little after a soft start ("h", "s")."""

MAX_KEPT_MS = 40_000
"""Most audio kept of one turn; a turn is ended well before (``turn_taking.MAX_TURN_MS``)."""


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
        """Forget the turn; the next one begins."""
        self.turn = next_turn(self.turn)
        self._forget_old()

    def _forget_old(self) -> None:
        limit_ms = MAX_KEPT_MS
        if self.turn.first_voiced_ms is None:
            limit_ms = PRE_ROLL_MS
        del self._kept[: max(0, len(self._kept) - limit_ms // WINDOW_MS)]


def _level_db(window: Samples) -> float:
    power = float(np.mean(np.square(window, dtype=np.float64)))
    return 10 * math.log10(power) if power > 1e-12 else -120.0

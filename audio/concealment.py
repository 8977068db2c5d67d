"""Fills a short hole in a voice so that it is hardly heard: the last pitch period goes on, and fades.

After ITU-T G.711 Appendix I (09/99), simplified: the period is looked for by normalised correlation, repeated, held
for 10 ms, faded by a fifth every further 10 ms, and silent after 60 ms; the first 4 ms after the hole are blended.
"""

import numpy as np

from audio.contracts import LINE_RATE_HZ, Samples

SHORTEST_PERIOD, LONGEST_PERIOD = LINE_RATE_HZ // 200, LINE_RATE_HZ * 15 // 1000
"""Pitch periods looked for, in samples: 5 to 15 ms, 200 to 66 Hz (G.711 Appendix I, I.2.2)."""
COMPARED = LINE_RATE_HZ * 20 // 1000
"""Samples that are compared to find the period: 20 ms (the same)."""
HELD = LINE_RATE_HZ * 10 // 1000
"""Samples at full level: 10 ms (G.711 Appendix I, I.2.5)."""
FADED = LINE_RATE_HZ * 60 // 1000
"""Samples after which nothing is left: 60 ms (the same)."""
BLENDED = LINE_RATE_HZ * 4 // 1000
"""Samples over which the real voice takes over again: 4 ms (the same, for the shortest holes)."""

_KEPT = COMPARED + LONGEST_PERIOD


class Concealer:
    """Follows one voice at 8 kHz, piece by piece. Not thread-safe."""

    def __init__(self) -> None:
        self._history: Samples = np.zeros(_KEPT, np.float32)
        self._period: Samples | None = None
        self._made = 0

    def good(self, samples: Samples) -> Samples:
        """Take in a piece that came; right after a hole its beginning is blended with what filled the hole.

        Args:
            samples: float32, shape (n,), in [-1, 1].

        Returns:
            The piece to play, the same length.
        """
        if self._period is not None:
            count = min(BLENDED, len(samples))
            bridge = self._make(count)
            rise = (np.arange(count, dtype=np.float32) + 0.5) / count
            samples = samples.copy()
            samples[:count] = samples[:count] * rise + bridge * (1 - rise)
            self._period = None
        self._history = np.concatenate((self._history, samples))[-_KEPT:]
        return samples

    def lost(self, count: int) -> Samples:
        """Make up for ``count`` samples that did not come.

        Returns:
            float32, shape (count,); silence from 60 ms after the hole began.
        """
        if self._period is None:
            self._period = self._history[-_period_of(self._history) :]
            self._made = 0
        return self._make(count)

    def _make(self, count: int) -> Samples:
        period = self._period
        if period is None or self._made >= FADED:
            return np.zeros(count, np.float32)
        at = self._made + np.arange(count)
        self._made += count
        gain = np.clip(1 - (at - HELD) / (FADED - HELD), 0.0, 1.0).astype(np.float32)
        made: Samples = period[at % len(period)] * gain
        return made


def _period_of(history: Samples) -> int:
    """The lag, in samples, at which the latest 20 ms are most like what came before them."""
    latest = history[-COMPARED:]
    products = np.correlate(history, latest, mode="valid")  # one for each lag from the longest down to none
    energies = np.convolve(np.square(history), np.ones(COMPARED, np.float32), mode="valid")
    likeness = products / np.sqrt(energies + 1e-9)
    wanted = likeness[: LONGEST_PERIOD - SHORTEST_PERIOD + 1]
    return LONGEST_PERIOD - int(np.argmax(wanted))

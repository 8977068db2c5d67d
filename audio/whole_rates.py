"""Changes the sampling rate of a live voice by a whole factor: 16 or 24 kHz to the line's 8 kHz, and back.

Like :class:`audio.resample.LineUpsampler`, these hold nothing back beyond the 2 ms of their filter.
"""

import numpy as np

from audio.contracts import Samples

HALF_SAMPLES = 16
"""Half the filter's length, in samples of the lower rate: its delay, 2 ms at 8 kHz."""
KAISER_BETA = 5.65
"""60 dB in the stop band (Kaiser 1974, as given in Oppenheim & Schafer, Discrete-Time Signal Processing, 7.5.3)."""
CUTOFF = 0.4625
"""Of the lower rate: 3.7 kHz of 8 kHz. With the window above the transition is about (60 - 8) / (14.36 * 32) = 0.11
of the lower rate wide (Kaiser 1974): flat to 3.3 kHz, -60 dB from 4.2 kHz."""


def _low_pass(factor: int) -> Samples:
    half = HALF_SAMPLES * factor
    at = np.arange(-half, half + 1)
    taps = np.sinc(2 * CUTOFF * at / factor) * np.kaiser(2 * half + 1, KAISER_BETA)
    normalised: Samples = (taps / taps.sum()).astype(np.float32)
    return normalised


class StepDown:
    """To a rate lower by a whole factor. Not thread-safe: one per voice."""

    def __init__(self, factor: int) -> None:
        """Prepare; ``factor`` 1 leaves the voice as it is.

        Raises:
            ValueError: the factor is less than 1.
        """
        if factor < 1:
            raise ValueError(f"the factor must be 1 or more, not {factor}")
        self._factor = factor
        self._taps = _low_pass(factor)
        self._history: Samples = np.zeros(len(self._taps) - 1, np.float32)

    def push(self, samples: Samples) -> Samples:
        """Take the next piece down.

        Args:
            samples: float32, shape (n,), n a multiple of the factor.

        Returns:
            float32, shape (n / factor,).

        Raises:
            ValueError: n is no multiple of the factor.
        """
        if len(samples) % self._factor:
            raise ValueError(f"{len(samples)} samples are no multiple of {self._factor}")
        if self._factor == 1 or not len(samples):
            return samples
        line = np.concatenate((self._history, samples))
        self._history = line[-len(self._history) :]
        lowered: Samples = np.convolve(line, self._taps, mode="valid")[:: self._factor]
        return lowered


class StepUp:
    """To a rate higher by a whole factor. Not thread-safe: one per voice."""

    def __init__(self, factor: int) -> None:
        """Prepare; ``factor`` 1 leaves the voice as it is.

        Raises:
            ValueError: the factor is less than 1.
        """
        if factor < 1:
            raise ValueError(f"the factor must be 1 or more, not {factor}")
        self._factor = factor
        self._taps = (_low_pass(factor) * factor).astype(np.float32)
        self._history: Samples = np.zeros(len(self._taps) - 1, np.float32)

    def push(self, samples: Samples) -> Samples:
        """Take the next piece up: float32, shape (n,), to shape (n * factor,)."""
        if self._factor == 1 or not len(samples):
            return samples
        spread = np.zeros(len(samples) * self._factor, np.float32)
        spread[:: self._factor] = samples
        line = np.concatenate((self._history, spread))
        self._history = line[-len(self._history) :]
        raised: Samples = np.convolve(line, self._taps, mode="valid")
        return raised

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


class _LowPass:
    """The filter of both directions, at the higher rate, with what it remembers of a voice."""

    def __init__(self, factor: int, gain: float) -> None:
        if factor < 1:
            raise ValueError(f"the factor must be 1 or more, not {factor}")
        half = HALF_SAMPLES * factor
        at = np.arange(-half, half + 1)
        taps = np.sinc(2 * CUTOFF * at / factor) * np.kaiser(2 * half + 1, KAISER_BETA)
        self._taps = (gain * taps / taps.sum()).astype(np.float32)
        self._history: Samples = np.zeros(len(taps) - 1, np.float32)

    def push(self, samples: Samples) -> Samples:
        line = np.concatenate((self._history, samples))
        self._history = line[-len(self._history) :]
        passed: Samples = np.convolve(line, self._taps, mode="valid")
        return passed


class StepDown:
    """To a rate lower by a whole factor. Not thread-safe: one per voice."""

    def __init__(self, factor: int) -> None:
        """Prepare; ``factor`` 1 leaves the voice as it is.

        Raises:
            ValueError: the factor is less than 1.
        """
        self._factor = factor
        self._low_pass = _LowPass(factor, gain=1.0)

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
        return self._low_pass.push(samples)[:: self._factor]


class StepUp:
    """To a rate higher by a whole factor. Not thread-safe: one per voice."""

    def __init__(self, factor: int) -> None:
        """Prepare; ``factor`` 1 leaves the voice as it is.

        Raises:
            ValueError: the factor is less than 1.
        """
        self._factor = factor
        self._low_pass = _LowPass(factor, gain=factor)  # the zeros put in take as much away

    def push(self, samples: Samples) -> Samples:
        """Take the next piece up: float32, shape (n,), to shape (n * factor,)."""
        if self._factor == 1 or not len(samples):
            return samples
        spread = np.zeros(len(samples) * self._factor, np.float32)
        spread[:: self._factor] = samples
        return self._low_pass.push(spread)

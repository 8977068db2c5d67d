"""Changing the sampling rate: of a live call as it comes in, and of whole recordings."""

import numpy as np
import soxr

from audio.contracts import LINE_RATE_HZ, RECOGNITION_RATE_HZ, Samples

_HALF_TAPS = 32
"""Taps of the interpolating phase. 32 with a Kaiser window of beta 5.65 (60 dB: Kaiser 1974, as given in
Oppenheim & Schafer, Discrete-Time Signal Processing, 7.5.3) let the telephone band (to 3.4 kHz) through within
0.1 dB and its images (from 4.6 kHz) at -60 dB: tests/audio/test_resample.py measures both."""

_KAISER_BETA = 5.65

UPSAMPLER_DELAY_MS = 1e3 * (_HALF_TAPS // 2) / LINE_RATE_HZ
"""How far the upsampler's output lies behind its input: 2 ms."""


def _interpolating_phase() -> Samples:
    """Impulse response of a half-band filter at its odd samples: a windowed sinc midway between two samples."""
    offset = np.arange(_HALF_TAPS) - (_HALF_TAPS - 1) / 2
    # The window of the whole (odd-length) half-band filter, at every other sample.
    window = np.kaiser(2 * _HALF_TAPS - 1, _KAISER_BETA)[::2]
    taps = np.sinc(offset) * window
    normalised: Samples = (taps / taps.sum()).astype(np.float32)
    return normalised


_TAPS = _interpolating_phase()


class LineUpsampler:
    """Brings one call's audio from 8 to 16 kHz as it arrives. Not thread-safe: one per call.

    A half-band FIR filter whose output is always exactly twice its input, 2 ms late. ``soxr.ResampleStream``
    is not used here because it holds audio back: fed 20 ms frames it lagged by up to 61 ms (LQ) to 118 ms
    (MQ, HQ) in bursts, and its one quick setting (QQ) leaves images at -11 dB. A caller who interrupts must
    be heard within 300 ms, so those 100 ms count.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget what came before."""
        self._history: Samples = np.zeros(_HALF_TAPS - 1, dtype=np.float32)

    def push(self, samples: Samples) -> Samples:
        """Upsample the next piece.

        Args:
            samples: 8 kHz, shape (n,), any n; values that are not numbers count as silence.

        Returns:
            16 kHz, shape (2 n,), :data:`UPSAMPLER_DELAY_MS` behind.
        """
        if not len(samples):
            return np.zeros(0, dtype=np.float32)
        clean = np.nan_to_num(np.asarray(samples, dtype=np.float32), posinf=0.0, neginf=0.0)
        line = np.concatenate((self._history, clean))
        self._history = line[-(_HALF_TAPS - 1) :]
        output = np.empty(2 * len(clean), dtype=np.float32)
        start = _HALF_TAPS // 2 - 1
        output[0::2] = line[start : start + len(clean)]
        output[1::2] = np.convolve(line, _TAPS, mode="valid")
        return output


def resample(samples: Samples, from_hz: int, to_hz: int) -> Samples:
    """Resample a whole recording, without delay (soxr, high quality).

    Args:
        samples: float32, shape (n,), mono.
        from_hz: Its rate.
        to_hz: The rate wanted.

    Returns:
        float32, shape about (n * to_hz / from_hz,), clipped to [-1, 1] (a filter overshoots at hard edges).

    Raises:
        ValueError: a rate is not positive.
    """
    if from_hz <= 0 or to_hz <= 0:
        raise ValueError(f"sampling rates must be positive, not {from_hz} and {to_hz} Hz")
    if from_hz == to_hz or not len(samples):
        return np.asarray(samples, dtype=np.float32)
    converted = soxr.resample(np.asarray(samples, dtype=np.float32), from_hz, to_hz, quality="HQ")
    clipped: Samples = np.clip(converted, -1.0, 1.0).astype(np.float32, copy=False)
    return clipped


def to_recognition_rate(line: Samples) -> Samples:
    """Bring a whole piece of line audio (8 kHz) to the recognizer's 16 kHz."""
    return resample(line, LINE_RATE_HZ, RECOGNITION_RATE_HZ)

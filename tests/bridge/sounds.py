"""What is said and heard on both sides of the bridge: tones, told apart by their pitch."""

import numpy as np

from audio.contracts import Samples
from audio.g711 import samples_to_ulaw

SILENCE = b"\xff" * 160


def sine(hz: float, seconds: float) -> Samples:
    """A steady tone, 8 kHz."""
    at_s = np.arange(int(seconds * 8_000)) / 8_000
    return (0.3 * np.sin(2 * np.pi * hz * at_s)).astype(np.float32)


def tone(hz: float, seconds: float) -> bytes:
    """A steady tone, µ-law."""
    return samples_to_ulaw(sine(hz, seconds))


def pitch_hz(samples: Samples) -> float:
    """The strongest frequency, Hz; 0 for silence."""
    if not len(samples) or float(np.sqrt(np.mean(np.square(samples)))) < 0.01:
        return 0.0
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * 8_000 / len(samples))

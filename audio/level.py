"""Bringing speech to one level, for judges that must not hear how far a microphone is from a mouth."""

import numpy as np
from numpy.typing import NDArray

from audio.contracts import RECOGNITION_RATE_HZ, Samples

REFERENCE_DB = -26.0
"""Level that speech is brought to, dB relative to full scale: what ITU-T P.56 measures as the active speech level,
and telephone networks are planned for (ITU-T G.101 and P.830: -26 dBov)."""

MOST_GAIN_DB = 20.0
"""Never louder or quieter by more: beyond it there is only the line's noise to be lifted. The quietest of 651
recordings of callers (``tests.measure.recognition``'s folder) are at -42 dB."""

_FRAME = RECOGNITION_RATE_HZ // 50
"""20 ms, one state of Whisper's encoder."""

_SPEECH_RANGE_DB = 30.0
"""Speech spans 30 dB (ANSI S3.5-1997, Speech Intelligibility Index): what is fainter than that is a pause."""


def speech_frames(samples: Samples) -> NDArray[np.bool_]:
    """Which whole frames of 20 ms are within 30 dB of the loud ones.

    Args:
        samples: 16 kHz, shape (n,).

    Returns:
        Shape (n // 320,).
    """
    power = _power(samples)
    if not len(power):
        return np.zeros(0, dtype=np.bool_)
    # The 95th percentile rather than the maximum: one click must not make pauses of the words.
    speech: NDArray[np.bool_] = power >= np.percentile(power, 95) * 10 ** (-_SPEECH_RANGE_DB / 10)
    return speech


def mean_over_speech(states: NDArray[np.float32], samples: Samples) -> NDArray[np.float32]:
    """Mean of what was found each 20 ms, over the :func:`speech_frames`.

    Args:
        states: Shape (n, width): of Whisper's encoder, say; those beyond the samples' end are left out.
        samples: 16 kHz, at least one frame.

    Returns:
        Shape (width,).
    """
    speech = speech_frames(samples)[: len(states)]
    mean: NDArray[np.float32] = states[: len(speech)][speech].mean(axis=0).astype(np.float32)
    return mean


def speech_level_db(samples: Samples) -> float | None:
    """Level of the speech in ``samples`` (16 kHz), dB relative to full scale; None without any sound."""
    speech = _power(samples)[speech_frames(samples)]
    if not len(speech) or not (mean := float(speech.mean())) > 0:
        return None
    return float(10 * np.log10(mean))


def levelled(samples: Samples) -> Samples:
    """``samples`` (16 kHz) with their speech at :data:`REFERENCE_DB`, moved by at most :data:`MOST_GAIN_DB`.

    Peaks may come to lie beyond full scale: nothing is clipped.
    """
    level_db = speech_level_db(samples)
    if level_db is None:
        return samples
    gain_db = float(np.clip(REFERENCE_DB - level_db, -MOST_GAIN_DB, MOST_GAIN_DB))
    return (samples * np.float32(10 ** (gain_db / 20))).astype(np.float32)


def _power(samples: Samples) -> NDArray[np.float64]:
    frames = samples[: len(samples) // _FRAME * _FRAME].reshape(-1, _FRAME)
    power: NDArray[np.float64] = np.mean(np.square(frames, dtype=np.float64), axis=1)
    return power

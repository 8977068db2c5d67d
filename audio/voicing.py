"""Which 10 ms of an utterance hold voice, and at what pitch.

F0 is librosa's YIN (de Cheveigné & Kawahara 2002), which gives a number for every frame, noise included; so a
frame counts as voiced only when it is also loud enough and repeats itself at the period YIN found.
"""

import warnings
from dataclasses import dataclass
from typing import Any

import librosa
import numpy as np
from numpy.typing import NDArray

from audio.contracts import LINE_RATE_HZ, Samples
from audio.resample import resample

HOP = LINE_RATE_HZ // 100
"""10 ms between frames."""

FRAME = 512
"""64 ms at 8 kHz: YIN needs two periods of the lowest pitch (2 x 1/65 s = 31 ms) and some more."""

WINDOW = 256
"""32 ms in the middle of a frame: what a frame's power and spectrum are of, and what is compared with itself one
period later."""

_F0_RANGE_HZ = (65.0, 600.0)
"""From a low man's voice to a woman's shouting; lower and higher limits only add YIN's octave errors."""

_PERIODIC = 0.6
"""Normalised autocorrelation at the period from which a frame counts as voiced. Boersma (1993) uses 0.45 for
clean speech; a telephone's noise and tones that hit the period by chance ask for more."""

_BELOW_LEVEL_DB = 30.0
"""Frames further below the loud frames (95th percentile) are not speech: the range of speech power in a
sentence is about 30 dB (ANSI S3.5-1997, speech intelligibility index)."""

_ABOVE_FLOOR_DB = 6.0
"""Frames must stand out of the line's own noise (5th percentile) by this: twice its amplitude."""

_LEAST_DB = -60.0
"""Absolute floor: three steps of µ-law around zero."""


@dataclass(frozen=True)
class Frames:
    """What each frame holds; number i speaks of the sound from 10 i + 16 to 10 i + 48 ms."""

    middle: NDArray[np.float32]
    """Sound of the frame's middle, shape (n, 256)."""
    power: NDArray[np.float64]
    """Mean square; full scale 1."""
    sounding: NDArray[np.bool_]
    """Loud enough to be speech."""
    f0_hz: NDArray[np.float64]
    """Pitch; means nothing where there is no voice."""
    periodicity: NDArray[np.float64]
    """Normalised autocorrelation at the period, -1 to 1; 0 for silence."""
    voiced: NDArray[np.bool_]


def frames_of(samples: Samples, rate_hz: int) -> Frames | None:
    """Judge each frame.

    Args:
        samples: float32, shape (n,), mono, any length; values that are not finite count as silence.
        rate_hz: Its rate; everything is judged at 8 kHz, the telephone's.

    Returns:
        None when there is less than one frame (64 ms).
    """
    clean = np.nan_to_num(np.asarray(samples, dtype=np.float32), posinf=0.0, neginf=0.0)
    line = resample(np.clip(clean, -1.0, 1.0), rate_hz, LINE_RATE_HZ)
    if len(line) < FRAME:
        return None
    line = line - line.mean()
    frames = np.lib.stride_tricks.sliding_window_view(line, FRAME)[::HOP]
    # The middle of each frame: the whole would smear a pause's edges by 32 ms.
    middle = frames[:, (FRAME - WINDOW) // 2 : (FRAME + WINDOW) // 2]
    power = np.mean(np.square(middle, dtype=np.float64), axis=1)
    sounding = _sounding(10.0 * np.log10(power + 1e-12))
    f0_hz = _pitch(line)
    periodicity = _periodicity(frames, f0_hz)
    voiced = sounding & (periodicity >= _PERIODIC)
    return Frames(middle, power, sounding, f0_hz, periodicity, voiced)


def _sounding(level_db: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which frames are loud enough to be speech."""
    floor_db, loud_db = np.percentile(level_db, [5, 95])
    # A turn without any silence has no floor to stand out of: never ask for more than 10 dB below the loud.
    above_floor_db = min(floor_db + _ABOVE_FLOOR_DB, loud_db - 10.0)
    sounding: NDArray[np.bool_] = level_db > max(loud_db - _BELOW_LEVEL_DB, above_floor_db, _LEAST_DB)
    return sounding


def _pitch(line: Samples) -> NDArray[np.float64]:
    """F0 of each frame, Hz, by YIN; meaningless where there is no voice."""
    with warnings.catch_warnings():
        # YIN divides by the energy so far: 0/0 in digital silence, which is not voiced anyway.
        warnings.simplefilter("ignore", RuntimeWarning)
        f0_hz: Any = librosa.yin(
            line,
            fmin=_F0_RANGE_HZ[0],
            fmax=_F0_RANGE_HZ[1],
            sr=LINE_RATE_HZ,
            frame_length=FRAME,
            hop_length=HOP,
            center=False,
        )
    usable: NDArray[np.float64] = np.nan_to_num(f0_hz, nan=_F0_RANGE_HZ[1], posinf=_F0_RANGE_HZ[1])
    return np.clip(usable, *_F0_RANGE_HZ)


def _periodicity(frames: NDArray[np.float32], f0_hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Normalised autocorrelation of each frame at its period, -1 to 1; 0 for silence."""
    lag = np.rint(LINE_RATE_HZ / f0_hz).astype(np.intp)
    now = frames[:, :WINDOW].astype(np.float64)
    later = np.take_along_axis(frames, lag[:, None] + np.arange(WINDOW), axis=1).astype(np.float64)
    now -= now.mean(axis=1, keepdims=True)
    later -= later.mean(axis=1, keepdims=True)
    energy = np.sqrt(np.square(now).sum(axis=1) * np.square(later).sum(axis=1))
    alike: NDArray[np.float64] = np.einsum("ij,ij->i", now, later) / np.maximum(energy, 1e-9)
    return alike

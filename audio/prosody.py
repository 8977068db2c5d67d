"""How an utterance was said: pitch, loudness, pauses.

F0 is librosa's YIN (de Cheveigné & Kawahara 2002), which gives a number for every frame, noise included; so a
frame counts as voiced only when it is also loud enough and repeats itself at the period YIN found.
"""

import warnings
from dataclasses import dataclass
from typing import Any

import librosa
import numpy as np
from numpy.typing import NDArray

from audio.contracts import LINE_RATE_HZ, Prosody, Samples
from audio.resample import resample

_HOP = LINE_RATE_HZ // 100
"""10 ms between frames."""

_FRAME = 512
"""64 ms at 8 kHz: YIN needs two periods of the lowest pitch (2 x 1/65 s = 31 ms) and some more."""

_WINDOW = 256
"""32 ms over which a frame is compared with itself one period later."""

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

_PAUSE_FRAMES = 20
"""200 ms, as :class:`audio.contracts.Prosody` defines a pause."""

_LEAST_VOICED_FRAMES = 8
"""80 ms: one short vowel. Less tells nothing about a voice."""

_SILENT = Prosody(None, None, None, None, 0.0, 0)


def measure(samples: Samples, rate_hz: int) -> Prosody:
    """Measure one utterance.

    Args:
        samples: float32, shape (n,), mono, any length; values that are not finite count as silence.
        rate_hz: Its rate; everything is measured at 8 kHz, the telephone's.

    Returns:
        Finite numbers (``voiced_ratio`` and ``voiced_s`` count voiced frames and the consonants between them,
        not pauses), and None for what can't be told: pitch without 80 ms of voice, loudness without
        a frame above -60 dBFS, everything for less than one frame (64 ms) of sound.
    """
    heard = _hear(samples, rate_hz)
    if heard is None:
        return _SILENT
    if not heard.sounding.any():
        return Prosody(None, None, None, 0.0, 0.0, 0)
    median_hz, range_semitones = _pitch_summary(heard.f0_hz[heard.voiced])
    spoken = _bridged(heard.voiced)
    return Prosody(
        f0_median_hz=median_hz,
        f0_range_semitones=range_semitones,
        energy_db=float(10.0 * np.log10(heard.power[heard.sounding].mean())),
        voiced_ratio=float(spoken.mean()),
        voiced_s=float(spoken.sum()) * _HOP / LINE_RATE_HZ,
        pauses=_pauses(heard.sounding),
    )


def voiced_frames(samples: Samples, rate_hz: int) -> NDArray[np.bool_]:
    """Where there is voice, judged by loudness and periodicity alone: independent of the VAD, to measure it by.

    Args:
        samples: As for :func:`measure`.
        rate_hz: Its rate.

    Returns:
        One value each 10 ms; number i speaks of the sound from 10 i + 16 to 10 i + 48 ms.
    """
    heard = _hear(samples, rate_hz)
    return np.zeros(0, dtype=np.bool_) if heard is None else heard.voiced


def warm_up() -> None:
    """Import and compile what librosa leaves to its first use.

    Once per installation this takes 20 to 40 s of CPU (numba compiles, and keeps the result beside librosa or in
    the user's cache folder); afterwards 2 to 4 s per process.
    """
    time_s = np.arange(LINE_RATE_HZ // 2) / LINE_RATE_HZ
    measure((0.3 * np.sin(2 * np.pi * 150.0 * time_s)).astype(np.float32), LINE_RATE_HZ)


@dataclass(frozen=True)
class _Heard:
    """What each frame holds."""

    power: NDArray[np.float64]
    """Mean square; full scale 1."""
    sounding: NDArray[np.bool_]
    f0_hz: NDArray[np.float64]
    voiced: NDArray[np.bool_]


def _hear(samples: Samples, rate_hz: int) -> _Heard | None:
    """Judge each frame; None when there is not one."""
    clean = np.nan_to_num(np.asarray(samples, dtype=np.float32), posinf=0.0, neginf=0.0)
    line = resample(np.clip(clean, -1.0, 1.0), rate_hz, LINE_RATE_HZ)
    if len(line) < _FRAME:
        return None
    line = line - line.mean()
    frames = np.lib.stride_tricks.sliding_window_view(line, _FRAME)[::_HOP]
    # The middle of each frame: the whole would smear a pause's edges by 32 ms.
    middle = frames[:, (_FRAME - _WINDOW) // 2 : (_FRAME + _WINDOW) // 2]
    power = np.mean(np.square(middle, dtype=np.float64), axis=1)
    sounding = _sounding(10.0 * np.log10(power + 1e-12))
    f0_hz = _pitch(line)
    voiced = sounding & (_periodicity(frames, f0_hz) >= _PERIODIC)
    return _Heard(power, sounding, f0_hz, voiced)


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
            frame_length=_FRAME,
            hop_length=_HOP,
            center=False,
        )
    usable: NDArray[np.float64] = np.nan_to_num(f0_hz, nan=_F0_RANGE_HZ[1], posinf=_F0_RANGE_HZ[1])
    return np.clip(usable, *_F0_RANGE_HZ)


def _periodicity(frames: NDArray[np.float32], f0_hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Normalised autocorrelation of each frame at its period, -1 to 1; 0 for silence."""
    lag = np.rint(LINE_RATE_HZ / f0_hz).astype(np.intp)
    now = frames[:, :_WINDOW].astype(np.float64)
    later = np.take_along_axis(frames, lag[:, None] + np.arange(_WINDOW), axis=1).astype(np.float64)
    now -= now.mean(axis=1, keepdims=True)
    later -= later.mean(axis=1, keepdims=True)
    energy = np.sqrt(np.square(now).sum(axis=1) * np.square(later).sum(axis=1))
    alike: NDArray[np.float64] = np.einsum("ij,ij->i", now, later) / np.maximum(energy, 1e-9)
    return alike


def _pitch_summary(f0_hz: NDArray[np.float64]) -> tuple[float | None, float | None]:
    """Median (Hz) and range (semitones, 5th to 95th percentile) of the voiced frames' pitch."""
    if len(f0_hz) < _LEAST_VOICED_FRAMES:
        return None, None
    median_hz = float(np.median(f0_hz))
    semitones = 12.0 * np.log2(f0_hz / median_hz)
    # YIN's errors are octaves; nobody's voice jumps that far from its middle within a sentence.
    semitones = semitones[np.abs(semitones) < 11.0]
    low, high = np.percentile(semitones, [5, 95])
    return median_hz, float(high - low)


def _bridged(voiced: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Voiced speech: voiced frames and the gaps between them that are shorter than a pause.

    Those gaps are the consonants of the same syllables. Without them a noisy line, on which fewer frames look
    periodic, would seem to make its caller speak faster.
    """
    at = np.flatnonzero(voiced)
    bridged = voiced.copy()
    for before, gap in zip(at[:-1], np.diff(at), strict=True):
        if 1 < gap <= _PAUSE_FRAMES:
            bridged[before : before + gap] = True
    return bridged


def _pauses(sounding: NDArray[np.bool_]) -> int:
    """Silences of 200 ms and more between sounding frames."""
    at = np.flatnonzero(sounding)
    return int((np.diff(at) > _PAUSE_FRAMES).sum())

"""How an utterance was said: pitch, loudness, timbre, pauses."""

import numpy as np
from numpy.typing import NDArray

from audio.acoustics import (
    MOST_FROM_MIDDLE,
    MOST_STEP,
    RANGE_DB,
    centroid_hz,
    describe,
    power_spectrum,
    tilt_db,
)
from audio.contracts import LINE_RATE_HZ, Prosody, Samples
from audio.voicing import HOP, Frames, frames_of

_FRAMES_PER_S = LINE_RATE_HZ / HOP

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
        not pauses), and None for what can't be told: pitch and timbre without 80 ms of voice, loudness without
        a frame above -60 dBFS, everything for less than one frame (64 ms) of sound.
    """
    heard = frames_of(samples, rate_hz)
    if heard is None:
        return _SILENT
    if not heard.sounding.any():
        return Prosody(None, None, None, 0.0, 0.0, 0)
    median_hz, range_semitones = _pitch_summary(heard.f0_hz[heard.voiced])
    spoken = _bridged(heard.voiced)
    pauses = _pauses(heard.sounding)
    level_db = 10.0 * np.log10(heard.power[heard.sounding])
    lowest_db, highest_db = np.percentile(level_db, [5, 95])
    alpha_db, hammarberg_db, centre_hz = _timbre(heard)
    slope, jitter = _movement(heard)
    return Prosody(
        f0_median_hz=median_hz,
        f0_range_semitones=range_semitones,
        energy_db=float(10.0 * np.log10(heard.power[heard.sounding].mean())),
        voiced_ratio=float(spoken.mean()),
        voiced_s=float(spoken.sum()) / _FRAMES_PER_S,
        pauses=len(pauses),
        f0_slope_semitones_s=slope,
        energy_range_db=float(highest_db - lowest_db),
        alpha_ratio_db=alpha_db,
        hammarberg_db=hammarberg_db,
        centroid_hz=centre_hz,
        jitter=jitter,
        shimmer_db=_shimmer_db(heard),
        pause_s=float(sum(pauses)) / _FRAMES_PER_S,
    )


def voiced_frames(samples: Samples, rate_hz: int) -> NDArray[np.bool_]:
    """Where there is voice, judged by loudness and periodicity alone: independent of the VAD, to measure it by.

    Args:
        samples: As for :func:`measure`.
        rate_hz: Its rate.

    Returns:
        One value each 10 ms; number i speaks of the sound from 10 i + 16 to 10 i + 48 ms.
    """
    heard = frames_of(samples, rate_hz)
    return np.zeros(0, dtype=np.bool_) if heard is None else heard.voiced


def warm_up() -> None:
    """Import and compile what librosa leaves to its first use.

    Once per installation this takes 20 to 40 s of CPU (numba compiles, and keeps the result beside librosa or in
    the user's cache folder); afterwards 2 to 4 s per process.
    """
    time_s = np.arange(LINE_RATE_HZ // 2) / LINE_RATE_HZ
    tone = (0.3 * np.sin(2 * np.pi * 150.0 * time_s)).astype(np.float32)
    measure(tone, LINE_RATE_HZ)
    describe(tone, LINE_RATE_HZ)


def _pitch_summary(f0_hz: NDArray[np.float64]) -> tuple[float | None, float | None]:
    """Median (Hz) and range (semitones, 5th to 95th percentile) of the voiced frames' pitch."""
    if len(f0_hz) < _LEAST_VOICED_FRAMES:
        return None, None
    median_hz = float(np.median(f0_hz))
    semitones = 12.0 * np.log2(f0_hz / median_hz)
    semitones = semitones[np.abs(semitones) < MOST_FROM_MIDDLE]
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


def _pauses(sounding: NDArray[np.bool_]) -> list[int]:
    """Frames of each silence of 200 ms and more between sounding frames."""
    gaps = np.diff(np.flatnonzero(sounding))
    return [int(gap) - 1 for gap in gaps if gap > _PAUSE_FRAMES]


def _timbre(heard: Frames) -> tuple[float | None, float | None, float | None]:
    """Alpha ratio (dB), Hammarberg index (dB) and centroid (Hz) of the voiced frames."""
    if np.count_nonzero(heard.voiced) < _LEAST_VOICED_FRAMES:
        return None, None, None
    spectrum = power_spectrum(heard.middle[heard.voiced])
    floor = float(np.percentile(heard.power[heard.voiced], 95)) * 10 ** (-RANGE_DB / 10)
    alpha_db, hammarberg_db = tilt_db(spectrum, floor)
    return float(alpha_db.mean()), float(hammarberg_db.mean()), float(centroid_hz(spectrum).mean())


def _movement(heard: Frames) -> tuple[float | None, float | None]:
    """Slope of the pitch over the utterance (semitones per second), and jitter."""
    at = np.flatnonzero(heard.voiced)
    if len(at) < _LEAST_VOICED_FRAMES:
        return None, None
    semitones = 12.0 * np.log2(heard.f0_hz[at])
    right = np.abs(semitones - np.median(semitones)) < MOST_FROM_MIDDLE
    time_s = at[right] / _FRAMES_PER_S
    time_s = time_s - time_s.mean()
    slope = float(time_s @ (semitones[right] - semitones[right].mean()) / max(float(time_s @ time_s), 1e-9))
    step = np.abs(np.diff(semitones))[np.diff(at) == 1]
    step = step[step < MOST_STEP]
    return slope, float(np.median(2 ** (step / 12) - 1)) if len(step) else None


def _shimmer_db(heard: Frames) -> float | None:
    """Mean change of level between voiced frames that follow one another."""
    together = heard.voiced[1:] & heard.voiced[:-1]
    if np.count_nonzero(together) < _LEAST_VOICED_FRAMES:
        return None
    return float(np.abs(np.diff(10.0 * np.log10(heard.power + 1e-12)))[together].mean())

"""The sound of a voice in numbers that say nothing of how loud the line is: pitch, timbre, rhythm.

The measures are those that speech emotion research has found to carry most (Eyben et al. 2016, GeMAPS), as far as
a telephone's 300 to 3400 Hz let them through; they are computed with librosa and NumPy. Everything loud is
relative to the same utterance: recording levels differ more between lines than between moods.
"""

from functools import cache
from typing import Final

import librosa
import numpy as np
from numpy.typing import NDArray

from audio.contracts import LINE_RATE_HZ, Samples
from audio.voicing import HOP, WINDOW, Frames, frames_of

Vector = NDArray[np.float64]

LEAST_VOICED_S = 0.25
"""Less voice than this (one or two syllables) tells nothing about a mood."""

_FRAMES_PER_S = LINE_RATE_HZ / HOP
_MEL_BANDS = 24
_CEPSTRA = 12
"""MFCC 1 to 12, as in every speech front end since Davis & Mermelstein (1980); number 0, the level, is left out."""

RANGE_DB = 50.0
"""Spectra are cut this far below the utterance's loud frames: what lies deeper is the line's noise."""

MOST_FROM_MIDDLE = 11.0
"""Semitones from the utterance's median beyond which a pitch is one of YIN's octave errors: nobody's voice jumps
that far from its middle within a sentence."""

MOST_STEP = 3.0
"""Semitones from one 10 ms frame to the next from which a step is an error, not a glide: 300 a second."""

_BAND_HZ = (150.0, 3700.0)
"""What is looked at of a telephone's band and its slopes."""

_FREQUENCIES_HZ: Final = np.fft.rfftfreq(WINDOW, 1 / LINE_RATE_HZ)
_TAPER: Final = np.hamming(WINDOW)
_COSINES: Final = np.cos(np.pi / _MEL_BANDS * np.outer(np.arange(1, _CEPSTRA + 1), np.arange(_MEL_BANDS) + 0.5))

_TIMBRE: Final = ("alpha_db", "hammarberg_db", "slope_low", "slope_high", "centroid", "spread", "flux", "hnr_db")
_STATISTICS: Final = ("mean", "std", "p20", "p80")
_PITCH: Final = ("median", "p20", "p80", "range", "std", "rise", "fall", "movement", "jitter")
_DYNAMICS: Final = ("range", "std", "upper", "lower", "rise", "fall", "shimmer", "loud_share")
_RHYTHM: Final = (
    "voiced",
    "segments_per_s",
    "segment_s",
    "segment_std_s",
    "peaks_per_s",
    "pause",
    "longest_pause_s",
)

NAMES: Final[tuple[str, ...]] = (
    *(f"mfcc{n}_{what}" for what in ("mean", "std", "delta") for n in range(1, _CEPSTRA + 1)),
    *(f"{name}_{what}" for what in _STATISTICS for name in _TIMBRE),
    *(f"pitch_{name}" for name in _PITCH),
    *(f"level_{name}" for name in _DYNAMICS),
    *(f"rhythm_{name}" for name in _RHYTHM),
)
"""What each number of :func:`describe` is."""


def describe(samples: Samples, rate_hz: int) -> Vector | None:
    """Describe one utterance.

    Args:
        samples: float32, shape (n,), mono, any length; values that are not finite count as silence.
        rate_hz: Its rate; everything is measured at 8 kHz, the telephone's.

    Returns:
        Finite numbers, float64, shape (len(NAMES),), or None with less than 0.25 s of voiced frames.
    """
    frames = frames_of(samples, rate_hz)
    return None if frames is None else describe_frames(frames)


def describe_frames(frames: Frames) -> Vector | None:
    """As :func:`describe`, of frames that are already there."""
    if np.count_nonzero(frames.voiced) < LEAST_VOICED_S * _FRAMES_PER_S:
        return None
    spectrum = power_spectrum(frames.middle)
    loud = np.percentile(frames.power[frames.sounding], 95)
    floor = loud * 10 ** (-RANGE_DB / 10)
    cepstra = np.log(spectrum @ _mel_filters().T + floor) @ _COSINES.T * (2 / _MEL_BANDS)
    voiced = frames.voiced
    together = voiced[1:] & voiced[:-1]
    mfcc = (
        cepstra[voiced].mean(axis=0),
        cepstra[voiced].std(axis=0),
        _mean_or_zero(np.abs(np.diff(cepstra, axis=0))[together]),
    )
    timbre = _timbre(spectrum, frames.periodicity, floor)[voiced]
    low, high = np.percentile(timbre, [20, 80], axis=0)
    described = np.concatenate(
        (
            *mfcc,
            timbre.mean(axis=0),
            timbre.std(axis=0),
            low,
            high,
            _pitch(frames.f0_hz, voiced),
            _dynamics(frames.power, frames.sounding, together, floor),
            _rhythm(frames.power, frames.sounding, voiced),
        )
    )
    finite: Vector = np.nan_to_num(described, nan=0.0, posinf=0.0, neginf=0.0)
    return finite


@cache
def _mel_filters() -> Vector:
    """Triangles on the mel scale, shape (24, 129). Made at first use: importing librosa's code takes a second."""
    filters: Vector = librosa.filters.mel(
        sr=LINE_RATE_HZ, n_fft=WINDOW, n_mels=_MEL_BANDS, fmin=_BAND_HZ[0], fmax=_BAND_HZ[1], norm=None
    ).astype(np.float64)
    return filters


def power_spectrum(middle: NDArray[np.float32]) -> Vector:
    """Power at :data:`_FREQUENCIES_HZ` of each frame; sums to its mean square, about. Shape (n, 129)."""
    tapered = middle * _TAPER
    scale = 2.0 / (WINDOW * np.square(_TAPER).sum())
    power: Vector = np.square(np.abs(np.fft.rfft(tapered, axis=1))) * scale
    return power


def _between(low_hz: float, high_hz: float) -> NDArray[np.bool_]:
    """Which of :data:`_FREQUENCIES_HZ` lie from one frequency up to below another."""
    inside: NDArray[np.bool_] = (low_hz <= _FREQUENCIES_HZ) & (high_hz > _FREQUENCIES_HZ)
    return inside


def band_db(spectrum: Vector, low_hz: float, high_hz: float, floor: float) -> Vector:
    """Power between two frequencies in each frame, dB."""
    power: Vector = 10 * np.log10(spectrum[:, _between(low_hz, high_hz)].sum(axis=1) + floor)
    return power


def tilt_db(spectrum: Vector, floor: float) -> tuple[Vector, Vector]:
    """Alpha ratio and Hammarberg index of each frame, dB (Eyben et al. 2016), within the telephone's band.

    Alpha ratio: power from 1 kHz up over power below. Hammarberg index: the strongest below 2 kHz over the
    strongest above. A raised voice is brighter: the first goes up, the second down.
    """
    lowest, highest = _BAND_HZ
    alpha = band_db(spectrum, 1000, highest, floor) - band_db(spectrum, lowest, 1000, floor)
    below = spectrum[:, _between(lowest, 2000)].max(axis=1)
    above = spectrum[:, _between(2000, highest)].max(axis=1)
    return alpha, 10 * np.log10((below + floor / 100) / (above + floor / 100))


def centroid_hz(spectrum: Vector) -> Vector:
    """Centre of gravity of each frame's spectrum from 150 to 3700 Hz."""
    inside = _between(*_BAND_HZ)
    power = spectrum[:, inside]
    centre: Vector = (power @ _FREQUENCIES_HZ[inside]) / (power.sum(axis=1) + 1e-12)
    return centre


def _timbre(spectrum: Vector, periodicity: Vector, floor: float) -> Vector:
    """:data:`_TIMBRE` of each frame, shape (n, 8)."""
    alpha, hammarberg = tilt_db(spectrum, floor)
    centre = centroid_hz(spectrum)
    inside = _between(*_BAND_HZ)
    power = spectrum[:, inside]
    share = power / (power.sum(axis=1, keepdims=True) + 1e-12)
    spread = np.sqrt((share * np.square(_FREQUENCIES_HZ[inside] - centre[:, None])).sum(axis=1))
    flux = np.concatenate(([0.0], np.abs(np.diff(share, axis=0)).sum(axis=1)))
    alike = np.clip(periodicity, 0.01, 0.999)
    return np.column_stack(
        (
            alpha,
            hammarberg,
            _slope(spectrum, 200, 1000, floor),
            _slope(spectrum, 1000, 3400, floor),
            centre / 1000,
            spread / 1000,
            flux,
            10 * np.log10(alike / (1 - alike)),  # harmonics to noise: Boersma (1993), eq. 4
        )
    )


def _slope(spectrum: Vector, low_hz: float, high_hz: float, floor: float) -> Vector:
    """Regression of the level on frequency, dB per kHz."""
    inside = _between(low_hz, high_hz)
    at = _FREQUENCIES_HZ[inside] / 1000
    at = at - at.mean()
    level = 10 * np.log10(spectrum[:, inside] + floor / 100)
    slope: Vector = level @ at / np.square(at).sum()
    return slope


def _pitch(f0_hz: Vector, voiced: NDArray[np.bool_]) -> Vector:
    """:data:`_PITCH`, in semitones above 27.5 Hz and semitones per second."""
    semitones = 12 * np.log2(f0_hz / 27.5)
    middle = float(np.median(semitones[voiced]))
    right = voiced & (np.abs(semitones - middle) < MOST_FROM_MIDDLE)
    low, high = np.percentile(semitones[right], [20, 80])
    lowest, highest = np.percentile(semitones[right], [5, 95])
    follows = right[1:] & right[:-1]
    step = np.diff(semitones)[follows]
    step = step[np.abs(step) < MOST_STEP]
    period = 2 ** (-semitones / 12)
    wobble = (np.abs(np.diff(period)) / period[1:])[follows]
    return np.array(
        (
            middle,
            low,
            high,
            highest - lowest,
            semitones[right].std(),
            _mean_or_zero(step[step > 0]) * _FRAMES_PER_S,
            _mean_or_zero(step[step < 0]) * _FRAMES_PER_S,
            _mean_or_zero(np.abs(step)) * _FRAMES_PER_S,
            np.median(wobble) if len(wobble) else 0.0,
        )
    )


def _dynamics(power: Vector, sounding: NDArray[np.bool_], together: NDArray[np.bool_], floor: float) -> Vector:
    """:data:`_DYNAMICS`, in dB and dB per second."""
    level = 10 * np.log10(power + floor)
    of_speech = level[sounding]
    lowest, low, middle, high, highest = np.percentile(of_speech, [5, 20, 50, 80, 95])
    step = np.diff(level)
    heard = step[sounding[1:] & sounding[:-1]]
    return np.array(
        (
            highest - lowest,
            of_speech.std(),
            high - middle,
            middle - low,
            _mean_or_zero(heard[heard > 0]) * _FRAMES_PER_S,
            _mean_or_zero(heard[heard < 0]) * _FRAMES_PER_S,
            _mean_or_zero(np.abs(step[together])),
            np.mean(of_speech > highest - 6),
        )
    )


def _rhythm(power: Vector, sounding: NDArray[np.bool_], voiced: NDArray[np.bool_]) -> Vector:
    """:data:`_RHYTHM`, shares, seconds and counts per second between the first and the last sound."""
    at = np.flatnonzero(sounding)
    spoken = slice(at[0], at[-1] + 1)
    total_s = (at[-1] + 1 - at[0]) / _FRAMES_PER_S
    segments_s = _runs(voiced[spoken]) / _FRAMES_PER_S
    silences_s = _runs(~sounding[spoken]) / _FRAMES_PER_S
    pauses_s = silences_s[silences_s > 0.2]
    # Bumps of loudness, smoothed over 70 ms, are syllables, more or less (Mermelstein 1975).
    smooth = np.convolve(np.sqrt(power), np.hanning(9)[1:-1] / np.hanning(9).sum(), mode="same")[spoken]
    peaks = (smooth[1:-1] > smooth[:-2]) & (smooth[1:-1] >= smooth[2:]) & voiced[spoken][1:-1]
    return np.array(
        (
            np.mean(voiced[spoken]),
            len(segments_s) / total_s,
            _mean_or_zero(segments_s),
            segments_s.std() if len(segments_s) else 0.0,
            np.count_nonzero(peaks) / total_s,
            pauses_s.sum() / total_s,
            pauses_s.max() if len(pauses_s) else 0.0,
        )
    )


def _runs(flags: NDArray[np.bool_]) -> Vector:
    """Lengths of the runs of True."""
    edges = np.diff(np.concatenate(([0], flags.astype(np.int8), [0])))
    lengths: Vector = (np.flatnonzero(edges < 0) - np.flatnonzero(edges > 0)).astype(np.float64)
    return lengths


def _mean_or_zero(values: Vector) -> Vector:
    """Mean over the first axis; 0 where there is nothing."""
    mean: Vector = values.mean(axis=0) if len(values) else np.zeros(values.shape[1:])
    return mean

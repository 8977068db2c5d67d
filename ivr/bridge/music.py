"""What a caller hears while waiting: soft chords, made here, so that nobody's rights are touched."""

from functools import cache

import numpy as np

from audio.contracts import LINE_RATE_HZ, Samples
from audio.g711 import samples_to_ulaw

CHORDS_HZ = (
    (261.63, 329.63, 392.00, 493.88),  # C major seventh
    (220.00, 261.63, 329.63, 392.00),  # A minor seventh
    (174.61, 220.00, 261.63, 329.63),  # F major seventh
    (196.00, 246.94, 293.66, 392.00),  # G major
)
"""Equal temperament, A = 440 Hz; all within what a telephone carries, with their first overtones."""
CHORD_S = 4.0
STEP_S = 0.5
"""One note of the chord is plucked every half second, over the held chord."""
LEVEL_DB = -30.0
"""RMS relative to full scale: 8 to 10 dB below a telephone voice (ITU-T P.56 levels lie around -20), so that it is
soft, and far above the line's own noise."""


@cache
def hold_music() -> bytes:
    """One round of it (16 s), µ-law at 8 kHz; its end joins its beginning."""
    chord = int(CHORD_S * LINE_RATE_HZ)
    pieces = np.zeros(chord * len(CHORDS_HZ), np.float64)
    for number, notes in enumerate(CHORDS_HZ):
        _add(pieces, number * chord, _held(notes, chord))
        for step in range(int(CHORD_S / STEP_S)):
            note = notes[(0, 2, 1, 3, 2, 3, 1, 2)[step % 8]]
            _add(pieces, number * chord + int(step * STEP_S * LINE_RATE_HZ), _plucked(note))
    level = 10 ** (LEVEL_DB / 20) / np.sqrt(np.mean(np.square(pieces)))
    music: Samples = (pieces * level).astype(np.float32)
    return samples_to_ulaw(music)


def _held(notes: tuple[float, ...], length: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """A chord that swells and dies away, a little longer than its time, into the next one."""
    long = length * 5 // 4
    at_s = np.arange(long) / LINE_RATE_HZ
    swell = np.sin(np.pi * np.arange(long) / long) ** 2
    voices = [np.sin(2 * np.pi * hz * at_s) + 0.2 * np.sin(4 * np.pi * hz * at_s) for hz in notes]
    chord: np.ndarray[tuple[int], np.dtype[np.float64]] = 0.3 * swell * np.sum(voices, axis=0)
    return chord


def _plucked(hz: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    at_s = np.arange(int(1.5 * LINE_RATE_HZ)) / LINE_RATE_HZ
    rise = np.minimum(1.0, at_s / 0.02)
    overtones = np.sin(2 * np.pi * hz * at_s) + 0.3 * np.sin(6 * np.pi * hz * at_s) * np.exp(-at_s / 0.1)
    faded: np.ndarray[tuple[int], np.dtype[np.float64]] = 0.5 * rise * np.exp(-at_s / 0.4) * overtones
    return faded


def _add(
    whole: np.ndarray[tuple[int], np.dtype[np.float64]],
    start: int,
    piece: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> None:
    """Mix a piece in; what goes beyond the end goes on at the beginning."""
    at = (start + np.arange(len(piece))) % len(whole)
    whole[at] += piece

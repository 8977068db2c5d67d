"""From a voice's or a generator's samples to a recording as a telephone line leaves it."""

from pathlib import Path

import numpy as np
import soundfile

from audio.contracts import LINE_RATE_HZ, Samples

SPEECH_LEVEL_DB = -26.0
"""RMS over the speech, dB relative to full scale: the nominal level of ITU-T P.56 and G.191 (-26 dBov)."""

LEAD_S, TAIL_S = 0.06, 0.1
"""Silence kept before the first and after the last sound."""

AUDIBLE_DB = -50.0
"""Relative to the loudest 10 ms: below it the voice has not begun or has ended. The hiss of an s, most of it
above what the line carries, is 30 to 40 dB below a vowel."""


def trim(samples: Samples, *, lead_s: float = LEAD_S, tail_s: float = TAIL_S) -> Samples:
    """Cut 8 kHz ``samples`` to what is audible and ``lead_s`` before and ``tail_s`` after it.

    Raises:
        ValueError: nothing in it is audible.
    """
    frame = LINE_RATE_HZ // 100
    energy = np.square(samples[: len(samples) // frame * frame].reshape(-1, frame)).mean(axis=1)
    if not len(energy) or energy.max() <= 0:
        raise ValueError("the voice said nothing audible")
    audible = np.flatnonzero(energy > energy.max() * 10 ** (AUDIBLE_DB / 10))
    lead, tail = round(lead_s * LINE_RATE_HZ), round(tail_s * LINE_RATE_HZ)
    silence = np.pad(samples, (lead, tail))
    return silence[audible[0] * frame : (audible[-1] + 1) * frame + lead + tail]


def level(samples: Samples, level_db: float = SPEECH_LEVEL_DB) -> Samples:
    """Scale to ``level_db`` RMS over the frames that are audible, without clipping."""
    frame = LINE_RATE_HZ // 100
    energy = np.square(samples[: len(samples) // frame * frame].reshape(-1, frame)).mean(axis=1)
    active = energy[energy > energy.max() * 10 ** (AUDIBLE_DB / 10)].mean()
    gain = min(10 ** (level_db / 20) / np.sqrt(active), 0.99 / np.abs(samples).max())
    return np.asarray(samples * gain, dtype=np.float32)


def save(path: Path, samples: Samples) -> None:
    """Write 8 kHz ``samples`` as a G.711 µ-law WAV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, samples, LINE_RATE_HZ, subtype="ULAW")


def load(path: Path) -> Samples:
    """Read a recording back as 8 kHz samples."""
    samples, _rate = soundfile.read(path, dtype="float32")
    return np.asarray(samples, dtype=np.float32)

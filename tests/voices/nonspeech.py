"""Sounds that are not speech, the same ones from the same seed: for tests of what must *not* be heard.

Needs numpy alone. All at 8 kHz.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from audio.contracts import LINE_RATE_HZ, Samples

Array = NDArray[np.float64]
SEED = 20_260_131

DTMF_HZ = {
    key: (low, high)
    for low, keys in zip((697, 770, 852, 941), ("123A", "456B", "789C", "*0#D"), strict=True)
    for high, key in zip((1209, 1336, 1477, 1633), keys, strict=True)
}
"""The two tones of each key, ITU-T Q.23."""

KINDS = {
    "silence": "silence",
    "white_quiet": "noise",
    "white_loud": "noise",
    "pink_quiet": "noise",
    "pink_loud": "noise",
    "brown_quiet": "noise",
    "brown_loud": "noise",
    "hum_60hz": "tone",
    "dtmf_5": "tone",
    "dtmf_sequence": "tone",
    "clicks": "noise",
    "music_calm": "music",
    "music_lively": "music",
    "breath": "breath",
    "babble_faint": "babble",
    "babble_near": "babble",
}
"""What :func:`make` makes, and of what kind each is."""

QUIET_DB, LOUD_DB = -55.0, -35.0
"""RMS of the noises, dB relative to full scale: a quiet room, and a street, behind speech at -26."""


def make(name: str, *, speech: Sequence[Samples] = (), seed: int = SEED) -> Samples:
    """Make one sound.

    Args:
        name: One of :data:`KINDS`.
        speech: At least six recordings of 8 kHz speech; babble alone needs them.
        seed: The same seed gives the same samples.

    Returns:
        8 kHz samples, 1 to 6 seconds.

    Raises:
        ValueError: the name is unknown, or babble has fewer than six voices.
    """
    if name not in KINDS:
        raise ValueError(f"no such sound: {name!r}; there are {', '.join(KINDS)}")
    rng = np.random.default_rng([seed, list(KINDS).index(name)])
    base, _, how = name.partition("_")
    loudness_db = LOUD_DB if how == "loud" else QUIET_DB
    makers: dict[str, Callable[[], Array]] = {
        "silence": lambda: np.zeros(3 * LINE_RATE_HZ),
        "white": lambda: at_level(coloured(rng, 5.0, exponent=0.0), loudness_db),
        "pink": lambda: at_level(coloured(rng, 5.0, exponent=1.0), loudness_db),
        "brown": lambda: at_level(coloured(rng, 5.0, exponent=2.0), loudness_db),
        "hum": lambda: at_level(hum(4.0), -35.0),
        "dtmf": lambda: dtmf("5" if how == "5" else "47291#"),
        "clicks": lambda: clicks(rng, 4.0),
        "music": lambda: at_level(music(lively=how == "lively"), -30.0),
        "breath": lambda: at_level(breath(rng), -42.0),
        "babble": lambda: at_level(babble(rng, speech, 5.0), -46.0 if how == "faint" else -36.0),
    }
    return np.asarray(makers[base](), dtype=np.float32)


def at_level(samples: Array, level_db: float) -> Array:
    """Scale to an RMS of ``level_db`` relative to full scale."""
    return np.asarray(samples * (10 ** (level_db / 20) / np.sqrt(np.square(samples).mean())))


def coloured(rng: np.random.Generator, seconds: float, *, exponent: float) -> Array:
    """Noise whose power falls as 1/f**exponent: 0 is white, 1 pink, 2 brown. Nothing below 20 Hz."""
    length = int(seconds * LINE_RATE_HZ)
    spectrum = np.fft.rfft(rng.standard_normal(length))
    frequency_hz = np.fft.rfftfreq(length, 1 / LINE_RATE_HZ)
    spectrum[frequency_hz < 20] = 0
    return np.asarray(np.fft.irfft(spectrum / np.maximum(frequency_hz, 20) ** (exponent / 2), length))


def hum(seconds: float, mains_hz: float = 60.0) -> Array:
    """Mains hum with its odd harmonics."""
    t = np.arange(int(seconds * LINE_RATE_HZ)) / LINE_RATE_HZ
    return np.asarray(sum(np.sin(2 * np.pi * mains_hz * n * t) / n**1.5 for n in (1, 3, 5, 7)))


def dtmf(keys: str, *, tone_s: float = 0.2, gap_s: float = 0.1, level_db: float = -12.0) -> Array:
    """Key tones with silence around them; ``level_db`` of each of the two tones (peak, full scale)."""
    t = np.arange(int(tone_s * LINE_RATE_HZ)) / LINE_RATE_HZ
    gap = np.zeros(int(gap_s * LINE_RATE_HZ))
    parts = [np.zeros(LINE_RATE_HZ // 2)]
    for key in keys:
        low_hz, high_hz = DTMF_HZ[key]
        tones = np.sin(2 * np.pi * low_hz * t) + np.sin(2 * np.pi * high_hz * t)
        parts += [10 ** (level_db / 20) * tones, gap]
    return np.concatenate([*parts, np.zeros(LINE_RATE_HZ // 2)])


def clicks(rng: np.random.Generator, seconds: float) -> Array:
    """About three short clicks a second, as of a bad contact."""
    samples = np.zeros(int(seconds * LINE_RATE_HZ))
    for start in rng.integers(0, len(samples) - 40, size=int(3 * seconds)):
        samples[start : start + 40] += rng.uniform(0.1, 0.4) * rng.choice([-1, 1]) * np.exp(-np.arange(40) / 6)
    return samples


def music(*, lively: bool) -> Array:
    """Hold music: a chord progression, calm sustained chords or lively broken ones with a bass."""
    # Semitones above C4, I-vi-IV-V and ii-V-I-vi.
    chords = ((2, 5, 9), (7, 11, 14), (0, 4, 7), (9, 12, 16)) if lively else ((0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14))
    chord_s = 1.0 if lively else 1.5
    parts = []
    for chord in chords:
        if lively:
            notes = [_note(chord[i % 3], chord_s / 6, decay_s=0.15) for i in (0, 1, 2, 1, 2, 1)]
            part = np.concatenate(notes) + _note(chord[0] - 12, chord_s, decay_s=0.5)
        else:
            part = np.sum([_note(step, chord_s, decay_s=2.0) for step in (*chord, chord[0] - 12)], axis=0)
        parts.append(part)
    return np.concatenate(parts)


def _note(semitones: int, seconds: float, *, decay_s: float) -> Array:
    t = np.arange(round(seconds * LINE_RATE_HZ)) / LINE_RATE_HZ
    pitch_hz = 261.63 * 2 ** (semitones / 12)
    tone = sum(np.sin(2 * np.pi * pitch_hz * n * t) / n**2 for n in (1, 2, 3, 4))
    fade = np.minimum(1, np.minimum(t, seconds - t) / 0.01)
    return np.asarray(tone * np.exp(-t / decay_s) * fade)


def breath(rng: np.random.Generator) -> Array:
    """Breathing into the mouthpiece: bursts of noise between 300 and 2,500 Hz that swell and fade."""
    parts = [np.zeros(LINE_RATE_HZ // 2)]
    for seconds in (0.7, 1.0, 0.6):
        noise = coloured(rng, seconds, exponent=0.7)
        spectrum = np.fft.rfft(noise)
        frequency_hz = np.fft.rfftfreq(len(noise), 1 / LINE_RATE_HZ)
        spectrum *= np.exp(-(np.log(np.maximum(frequency_hz, 1) / 850) ** 2))
        parts += [np.fft.irfft(spectrum, len(noise)) * np.hanning(len(noise)) ** 0.7, np.zeros(LINE_RATE_HZ // 2)]
    return np.concatenate(parts)


def babble(rng: np.random.Generator, speech: Sequence[Samples], seconds: float, *, voices: int = 8) -> Array:
    """Many people talking at once, none of them to the telephone."""
    if len(speech) < 6:
        raise ValueError(f"babble needs at least 6 recordings of speech, got {len(speech)}")
    length = int(seconds * LINE_RATE_HZ)
    mix = np.zeros(length)
    for _ in range(min(voices, len(speech))):
        talk = np.concatenate([speech[i] for i in rng.permutation(len(speech))])
        mix += np.roll(np.resize(talk, length), int(rng.integers(length)))
    return mix

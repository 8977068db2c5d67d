"""What a hotline hears besides clear speech, made on the spot and the same every time: 8 kHz float32."""

from collections.abc import Callable

import numpy as np
from scipy.signal import istft, stft

from audio.contracts import LINE_RATE_HZ, Samples
from audio.resample import resample
from tests.audio import signals

_WINDOW = 256
"""32 ms: long enough to take the pitch off a voice and short enough to keep its words."""


def _mixed(speech: Samples, other: Samples, other_db: float) -> Samples:
    """Speech with something else, ``other_db`` louder than it, repeated as long as the speech lasts."""
    other = np.resize(other, len(speech))
    level = np.sqrt(np.mean(np.square(speech)) / max(1e-12, float(np.mean(np.square(other)))))
    both = np.clip(speech + other * np.float32(level * 10 ** (other_db / 20)), -1.0, 1.0)
    mixed: Samples = both.astype(np.float32)
    return mixed


def whispered(speech: Samples) -> Samples:
    """The same sounds without the vocal cords: noise in place of the pulses, 20 dB quieter."""
    _, _, spectrum = stft(speech, LINE_RATE_HZ, nperseg=_WINDOW)
    chance = np.random.default_rng(7)
    smooth = np.apply_along_axis(lambda band: np.convolve(band, np.ones(9) / 9, "same"), 0, np.abs(spectrum))
    noise = chance.standard_normal(spectrum.shape) + 1j * chance.standard_normal(spectrum.shape)
    _, sound = istft(smooth * noise, LINE_RATE_HZ, nperseg=_WINDOW)
    loud = np.abs(sound).max()
    gain = 0.1 * float(np.abs(speech).max()) / float(loud)
    whisper: Samples = np.asarray(sound[: len(speech)] * gain, dtype=np.float32)
    return whisper


def shouted(speech: Samples) -> Samples:
    """Higher, faster, brighter and as loud as the line bears."""
    higher = resample(speech, round(LINE_RATE_HZ * 1.3), LINE_RATE_HZ)
    brighter = np.append(higher[:1], higher[1:] - 0.6 * higher[:-1])
    loud: Samples = np.clip(brighter / np.abs(brighter).max() * 3, -1.0, 1.0).astype(np.float32)
    return loud


def clipped(speech: Samples) -> Samples:
    """Thirty decibels too much for the line."""
    squared: Samples = np.clip(speech * np.float32(30.0), -1.0, 1.0)
    return squared


def on_a_noisy_line(speech: Samples) -> Samples:
    """White noise as loud as the caller."""
    return _mixed(speech, signals.white(5, -20), 0.0)


def line_noise(speech: Samples) -> Samples:
    """Noise, and nobody speaks."""
    return signals.white(len(speech) / LINE_RATE_HZ, -25)


def music(speech: Samples) -> Samples:
    """Hold music, and nobody speaks."""
    return signals.chords(len(speech) / LINE_RATE_HZ)


def over_music(speech: Samples) -> Samples:
    """Music as loud as the caller."""
    return _mixed(speech, signals.chords(5), 0.0)


def crying_child(speech: Samples) -> Samples:
    """Wails of about a second, 350 to 600 Hz, rising and falling, rough, with every harmonic."""
    seconds = len(speech) / LINE_RATE_HZ
    time_s = signals.times_s(seconds).astype(np.float64)
    place = (time_s % 1.1) / 1.1
    pitch_hz = 350 + 250 * np.sin(np.pi * np.minimum(place / 0.8, 1.0)) + 12 * np.sin(2 * np.pi * 7 * time_s)
    phase = 2 * np.pi * np.cumsum(pitch_hz) / LINE_RATE_HZ
    wail = sum((np.sin(n * phase) / n**0.7 for n in range(1, 6)), np.zeros(len(time_s)))
    wail *= np.where(place < 0.8, np.sin(np.pi * place / 0.8), 0.0)
    cry: Samples = (0.4 * wail / np.abs(wail).max()).astype(np.float32)
    return cry


def with_a_crying_child(speech: Samples) -> Samples:
    """A child crying beside the caller, as loud."""
    return _mixed(speech, crying_child(speech), 0.0)


def two_voices(speech: Samples) -> Samples:
    """A second voice at once: the first one's sentence backwards, a fifth higher, as loud."""
    other = resample(speech[::-1].copy(), LINE_RATE_HZ * 3 // 2, LINE_RATE_HZ)
    return _mixed(speech, other, 0.0)


def keys_pressed(speech: Samples) -> Samples:
    """Key tones, and nobody speaks."""
    tones = signals.keys("15900#")
    return np.resize(tones, len(speech))


def over_keys(speech: Samples) -> Samples:
    """Key tones while the caller speaks, 6 dB louder."""
    return _mixed(speech, signals.keys("1590"), 6.0)


def two_hundred_ms(speech: Samples) -> Samples:
    """A piece from the middle."""
    middle = len(speech) // 2
    return speech[middle : middle + LINE_RATE_HZ // 5]


def silence(speech: Samples) -> Samples:
    """Nothing."""
    return np.zeros_like(speech)


SPOKEN: dict[str, Callable[[Samples], Samples]] = {
    "whispered": whispered,
    "shouted": shouted,
    "clipped": clipped,
    "on a noisy line": on_a_noisy_line,
    "over music": over_music,
    "beside a crying child": with_a_crying_child,
    "two voices at once": two_voices,
    "over key tones": over_keys,
}
"""Somebody speaks, badly audible."""

UNSPOKEN: dict[str, Callable[[Samples], Samples]] = {
    "line noise": line_noise,
    "music": music,
    "a crying child": crying_child,
    "key tones": keys_pressed,
    "200 ms": two_hundred_ms,
    "silence": silence,
}
"""Nobody says anything that could be judged."""

ALL = SPOKEN | UNSPOKEN

"""Sounds that are not speech, made on the spot and the same every time: 8 kHz, as on a telephone line."""

from collections.abc import Callable

import numpy as np

from audio.contracts import LINE_RATE_HZ, Samples

DTMF_HZ = {"1": (697, 1209), "5": (770, 1336), "9": (852, 1477), "0": (941, 1336), "#": (941, 1477)}
"""Low and high tone of each key (ITU-T Q.23)."""


def times_s(seconds: float) -> Samples:
    """The moment of each sample."""
    return (np.arange(int(seconds * LINE_RATE_HZ)) / LINE_RATE_HZ).astype(np.float32)


def silence(seconds: float) -> Samples:
    return np.zeros(int(seconds * LINE_RATE_HZ), dtype=np.float32)


def tone(hz: float, seconds: float, level_dbfs: float = -20.0) -> Samples:
    """A sine of the given RMS level."""
    wave = np.sqrt(2) * np.sin(2 * np.pi * hz * times_s(seconds).astype(np.float64))
    return _at_level(wave, level_dbfs)


def white(seconds: float, level_dbfs: float, seed: int = 1) -> Samples:
    return _at_level(np.random.default_rng(seed).standard_normal(int(seconds * LINE_RATE_HZ)), level_dbfs)


def pink(seconds: float, level_dbfs: float, seed: int = 2) -> Samples:
    """Noise of equal power in each octave, from 20 Hz."""
    count = int(seconds * LINE_RATE_HZ)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(count))
    hz = np.fft.rfftfreq(count, 1 / LINE_RATE_HZ)
    return _at_level(np.fft.irfft(spectrum / np.sqrt(np.maximum(hz, 20.0)), count), level_dbfs)


def hum(seconds: float, level_dbfs: float, mains_hz: float = 60.0) -> Samples:
    """Mains hum with its odd harmonics."""
    time_s = times_s(seconds).astype(np.float64)
    return _at_level(
        sum((np.sin(2 * np.pi * mains_hz * n * time_s) / n for n in (1, 3, 5, 7)), np.zeros(1)), level_dbfs
    )


def keys(pressed: str, level_dbfs: float = -12.0) -> Samples:
    """Key tones, 100 ms on, 100 ms off."""
    pieces = []
    for key in pressed:
        low, high = DTMF_HZ[key]
        pieces += [tone(low, 0.1, level_dbfs - 3) + tone(high, 0.1, level_dbfs - 3), silence(0.1)]
    return np.concatenate(pieces)


def chords(seconds: float, level_dbfs: float = -22.0) -> Samples:
    """Hold music: plucked triads with overtones, a new one each 0.6 s."""
    roots_hz = (220.0, 174.6, 261.6, 196.0)
    time_s = times_s(0.6).astype(np.float64)
    pieces = []
    for number in range(int(np.ceil(seconds / 0.6))):
        root = roots_hz[number % len(roots_hz)]
        notes = [root * ratio for ratio in (1, 5 / 4, 3 / 2)]
        pieces.append(
            sum(
                (np.sin(2 * np.pi * hz * n * time_s) / n**1.5 for hz in notes for n in (1, 2, 3, 4)),
                np.zeros(len(time_s)),
            )
            * np.exp(-2.5 * time_s)
        )
    return _at_level(np.concatenate(pieces)[: int(seconds * LINE_RATE_HZ)], level_dbfs)


def breath(seconds: float, level_dbfs: float = -35.0) -> Samples:
    """Breathing into the mouthpiece: noise of 300 to 2,500 Hz that swells and fades each 2 s."""
    count = int(seconds * LINE_RATE_HZ)
    spectrum = np.fft.rfft(np.random.default_rng(3).standard_normal(count))
    hz = np.fft.rfftfreq(count, 1 / LINE_RATE_HZ)
    band = np.fft.irfft(np.where((hz > 300) & (hz < 2500), spectrum, 0), count)
    return _at_level(band * np.sin(np.pi * times_s(seconds) / 2.0) ** 2, level_dbfs)


def buzz(hz: float, seconds: float, level_dbfs: float = -20.0) -> Samples:
    """A voice's source without a mouth: a band-limited pulse train, every harmonic up to 3.4 kHz."""
    time_s = times_s(seconds).astype(np.float64)
    harmonics = range(1, int(3400 // hz) + 1)
    return _at_level(
        sum((np.cos(2 * np.pi * hz * n * time_s) / n for n in harmonics), np.zeros(len(time_s))), level_dbfs
    )


NOT_SPEECH: dict[str, Callable[[], Samples]] = {
    "digital silence": lambda: silence(4),
    "quiet line noise": lambda: white(4, -60),
    "white noise": lambda: white(4, -30),
    "loud white noise": lambda: white(4, -15),
    "pink noise": lambda: pink(4, -30),
    "mains hum 50 Hz": lambda: hum(4, -25, 50),
    "mains hum 60 Hz": lambda: hum(4, -25, 60),
    "keys": lambda: keys("15900#"),
    "dial tone": lambda: tone(350, 4) + tone(440, 4),
    "breath": lambda: breath(4),
}


def _at_level(wave: np.ndarray[tuple[int], np.dtype[np.float64]], level_dbfs: float) -> Samples:
    scaled = wave * 10 ** (level_dbfs / 20) / np.sqrt(np.mean(np.square(wave)))
    clipped: Samples = np.clip(scaled, -1.0, 1.0).astype(np.float32)
    return clipped

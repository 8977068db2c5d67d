"""Louder speech is louder, softer speech softer, and nothing is ever clipped."""

import numpy as np
import pytest

from audio.g711 import samples_to_ulaw, ulaw_to_samples
from audio.loudness import CEILING, KNEE, amplified


def _tone(peak: float) -> bytes:
    return samples_to_ulaw((peak * np.sin(np.arange(8_000) * 2 * np.pi * 440 / 8_000)).astype(np.float32))


def _rms(ulaw: bytes) -> float:
    return float(np.sqrt(np.mean(np.square(ulaw_to_samples(ulaw), dtype=np.float64))))


@pytest.mark.parametrize("peak", [0.01, 0.1, 0.25])
def test_what_has_room_gains_six_decibels(peak: float) -> None:
    sound = _tone(peak)
    assert 20 * np.log10(_rms(amplified(sound, 6.0)) / _rms(sound)) == pytest.approx(6.0, abs=0.2)


@pytest.mark.parametrize("peak", [0.5, 0.9, 0.98])
def test_what_has_none_is_bent_and_not_clipped(peak: float) -> None:
    sound = _tone(peak)
    made = ulaw_to_samples(amplified(sound, 6.0))
    assert KNEE < float(np.abs(made).max()) <= CEILING + 0.016  # half a step of µ-law up there
    assert _rms(amplified(sound, 6.0)) > _rms(sound)
    assert len(np.unique(made)) > 20  # a curve, not a plateau with edges


@pytest.mark.parametrize("gain_db", [-1.0, -6.0])
def test_softer_is_softer_by_as_much(gain_db: float) -> None:
    sound = _tone(0.5)
    assert 20 * np.log10(_rms(amplified(sound, gain_db)) / _rms(sound)) == pytest.approx(gain_db, abs=0.2)


def test_silence_stays_silent_and_nothing_stays_nothing() -> None:
    assert _rms(amplified(samples_to_ulaw(np.zeros(800, np.float32)), 6.0)) < 1e-3
    assert amplified(b"", 6.0) == b""


def test_louder_is_never_softer() -> None:
    steps = bytes(range(256))
    before, after = np.abs(ulaw_to_samples(steps)), np.abs(ulaw_to_samples(amplified(steps, 6.0)))
    assert np.all(after >= np.minimum(before, KNEE))

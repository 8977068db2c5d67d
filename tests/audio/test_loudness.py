"""Louder speech is louder, and never clipped."""

import numpy as np
import pytest

from audio.g711 import samples_to_ulaw, ulaw_to_samples
from audio.loudness import CEILING, KNEE, louder


def _tone(peak: float) -> bytes:
    return samples_to_ulaw((peak * np.sin(np.arange(8_000) * 2 * np.pi * 440 / 8_000)).astype(np.float32))


def _rms(ulaw: bytes) -> float:
    return float(np.sqrt(np.mean(np.square(ulaw_to_samples(ulaw), dtype=np.float64))))


@pytest.mark.parametrize("peak", [0.01, 0.1, 0.25])
def test_what_has_room_gains_six_decibels(peak: float) -> None:
    sound = _tone(peak)
    assert 20 * np.log10(_rms(louder(sound)) / _rms(sound)) == pytest.approx(6.0, abs=0.2)


@pytest.mark.parametrize("peak", [0.5, 0.9, 0.98])
def test_what_has_none_is_bent_and_not_clipped(peak: float) -> None:
    sound = _tone(peak)
    made = ulaw_to_samples(louder(sound))
    assert KNEE < float(np.abs(made).max()) <= CEILING + 0.016  # half a step of µ-law up there
    assert _rms(louder(sound)) > _rms(sound)
    assert len(np.unique(made)) > 20  # a curve, not a plateau with edges


def test_silence_stays_silent_and_nothing_stays_nothing() -> None:
    assert _rms(louder(samples_to_ulaw(np.zeros(800, np.float32)))) < 1e-3
    assert louder(b"") == b""


def test_louder_is_never_softer() -> None:
    steps = bytes(range(256))
    before, after = np.abs(ulaw_to_samples(steps)), np.abs(ulaw_to_samples(louder(steps)))
    assert np.all(after >= np.minimum(before, KNEE))

"""Resampling: nothing lost, nothing invented, nothing late."""

import numpy as np
import pytest

from audio.contracts import Samples
from audio.resample import UPSAMPLER_DELAY_MS, LineUpsampler, resample
from tests.audio import signals


def _level_db(samples: Samples, hz: float) -> float:
    """Level of one frequency in the settled half of 16 kHz samples."""
    settled = samples[len(samples) // 2 :]
    spectrum = np.abs(np.fft.rfft(settled * np.hanning(len(settled)))) / len(settled) * 4
    near = np.abs(np.fft.rfftfreq(len(settled), 1 / 16_000) - hz) < 20
    return float(20 * np.log10(spectrum[near].max() + 1e-12))


@pytest.mark.parametrize("hz", [200, 1000, 2500, 3400])
def test_the_telephone_band_passes_and_its_image_does_not(hz: int) -> None:
    raised = LineUpsampler().push(signals.tone(hz, 1.0))
    assert _level_db(raised, hz) == pytest.approx(-17.0, abs=0.1)  # -20 dB RMS is -17 dB peak
    assert _level_db(raised, 8000 - hz) < -17.0 - 60.0


def test_the_live_upsampler_is_as_late_as_it_says() -> None:
    click = np.zeros(1600, dtype=np.float32)
    click[800] = 1.0
    came_at_ms = np.argmax(LineUpsampler().push(click)) / 16.0
    assert came_at_ms - 100.0 == UPSAMPLER_DELAY_MS == 2.0


@pytest.mark.parametrize("piece", [1, 7, 160, 161, 4000])
def test_pieces_of_any_size_give_the_same_sound(piece: int) -> None:
    line = signals.white(0.5, -20)
    whole = LineUpsampler().push(line)
    upsampler = LineUpsampler()
    pieces = [upsampler.push(line[start : start + piece]) for start in range(0, len(line), piece)]
    np.testing.assert_allclose(np.concatenate(pieces), whole, atol=1e-6)
    assert len(whole) == 2 * len(line)


def test_reset_forgets_the_last_call() -> None:
    upsampler = LineUpsampler()
    upsampler.push(signals.tone(1000, 0.1))
    upsampler.reset()
    assert not upsampler.push(signals.silence(0.1)).any()


def test_a_broken_sample_does_not_spoil_what_follows() -> None:
    upsampler = LineUpsampler()
    upsampler.push(np.array([np.nan, np.inf, -np.inf], dtype=np.float32))
    assert np.isfinite(upsampler.push(signals.tone(1000, 0.1))).all()


def test_nothing_gives_nothing() -> None:
    assert len(LineUpsampler().push(signals.silence(0))) == 0
    assert len(resample(signals.silence(0), 8000, 16_000)) == 0


def test_whole_recordings_keep_length_and_level() -> None:
    lowered = resample(signals.tone(1000, 1.0), 44_100, 16_000)
    assert len(lowered) == pytest.approx(8000 * 16_000 / 44_100, abs=1)
    assert np.sqrt(np.mean(np.square(lowered[500:-500]))) == pytest.approx(0.1, rel=0.02)


def test_an_impossible_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="must be positive"):
        resample(signals.tone(1000, 0.1), 0, 8000)

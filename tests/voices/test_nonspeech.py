"""The generated noises are the same every time and what they are called."""

import numpy as np
import pytest

from audio.contracts import LINE_RATE_HZ, Samples
from tests.fixtures.library import clips_of
from tests.voices import nonspeech, shape
from tests.voices.nonspeech import KINDS, make


@pytest.fixture(scope="module")
def speech() -> list[Samples]:
    return [shape.load(each.path) for each in clips_of("en", "sentence")[:8]]


@pytest.mark.parametrize("name", KINDS)
def test_the_same_seed_gives_the_same_sound(name: str, speech: list[Samples]) -> None:
    samples = make(name, speech=speech)
    assert samples.dtype == np.float32
    assert 1.0 <= len(samples) / LINE_RATE_HZ <= 8.0
    assert np.abs(samples).max() < 1.0
    np.testing.assert_array_equal(samples, make(name, speech=speech))


def test_another_seed_gives_another_noise() -> None:
    assert not np.array_equal(make("white_loud"), make("white_loud", seed=1))


def test_loud_is_louder_than_quiet() -> None:
    def level_db(samples: Samples) -> float:
        return float(10 * np.log10(np.square(samples).mean()))

    for colour in ("white", "pink", "brown"):
        assert level_db(make(f"{colour}_quiet")) == pytest.approx(nonspeech.QUIET_DB, abs=0.1)
        assert level_db(make(f"{colour}_loud")) == pytest.approx(nonspeech.LOUD_DB, abs=0.1)


@pytest.mark.parametrize(("colour", "octave_db"), [("white", 0.0), ("pink", -3.0), ("brown", -6.0)])
def test_a_colour_falls_as_it_should(colour: str, octave_db: float) -> None:
    power = np.square(np.abs(np.fft.rfft(make(f"{colour}_loud"))))
    hz = np.fft.rfftfreq(5 * LINE_RATE_HZ, 1 / LINE_RATE_HZ)
    low, high = (10 * np.log10(power[(hz > centre) & (hz < centre * 1.4)].mean()) for centre in (200, 1_600))
    assert (high - low) / 3 == pytest.approx(octave_db, abs=0.5)


def test_a_key_is_its_two_tones() -> None:
    spectrum = np.abs(np.fft.rfft(make("dtmf_5")))
    hz = np.fft.rfftfreq(len(make("dtmf_5")), 1 / LINE_RATE_HZ)
    low = hz[hz < 1_000][spectrum[hz < 1_000].argmax()]
    high = hz[hz > 1_000][spectrum[hz > 1_000].argmax()]
    assert (low, high) == pytest.approx((770, 1336), abs=5)


def test_babble_needs_voices() -> None:
    with pytest.raises(ValueError, match="at least 6 recordings of speech, got 0"):
        make("babble_faint")


def test_an_unknown_sound_is_refused() -> None:
    with pytest.raises(ValueError, match="no such sound: 'thunder'; there are silence"):
        make("thunder")

"""Prosody: right on sounds whose pitch is known, silent on those that have none, finite always."""

import math
import time

import numpy as np
import pytest

from audio.contracts import Prosody, Samples
from audio.prosody import measure, warm_up
from audio.resample import resample
from audio.wav import read_wav
from tests.audio import signals, speech


@pytest.fixture(scope="module", autouse=True)
def _compiled() -> None:
    warm_up()


@pytest.mark.parametrize("hz", [80, 120, 220, 330, 480])
@pytest.mark.parametrize("rate_hz", [8000, 16_000])
def test_a_known_pitch_is_found(hz: int, rate_hz: int) -> None:
    said = measure(resample(signals.buzz(hz, 1.0), 8000, rate_hz), rate_hz)
    assert said.f0_median_hz == pytest.approx(hz, rel=0.02)
    assert said.f0_range_semitones == pytest.approx(0.0, abs=0.5)
    assert said.voiced_ratio == pytest.approx(1.0, abs=0.05)
    assert said.energy_db == pytest.approx(-20.0, abs=1.0)


def test_a_glide_of_an_octave_is_measured_in_semitones() -> None:
    time_s = signals.times_s(2.0).astype(np.float64)
    phase = 2 * np.pi * 120 * 2.0 / math.log(2) * (2 ** (time_s / 2.0) - 1)
    glide = sum((np.cos(n * phase) / n for n in range(1, 12)), np.zeros(len(time_s)))
    said = measure((0.1 * glide).astype(np.float32), 8000)
    assert said.f0_range_semitones == pytest.approx(12 * 0.9, abs=0.8)  # 5th to 95th percentile


def test_pauses_of_200_ms_count_and_shorter_ones_are_bridged() -> None:
    word = signals.buzz(150, 0.5)
    said = measure(np.concatenate((word, signals.silence(0.4), word, signals.silence(0.1), word)), 8000)
    assert said.pauses == 1
    assert said.voiced_s == pytest.approx(1.6, abs=0.1)  # three words, and the 100 ms between two of them


def test_loudness_moves_the_level_and_nothing_else() -> None:
    quiet, loud = (measure(signals.buzz(150, 1.0, level), 8000) for level in (-40.0, -20.0))
    assert loud.energy_db is not None
    assert quiet.energy_db is not None
    assert loud.energy_db - quiet.energy_db == pytest.approx(20.0, abs=0.5)
    assert quiet.f0_median_hz == pytest.approx(loud.f0_median_hz, rel=0.01)
    assert quiet.voiced_ratio == pytest.approx(loud.voiced_ratio, abs=0.02)


def test_pitch_survives_line_noise() -> None:
    said = measure(signals.buzz(180, 1.0, -20) + signals.white(1.0, -32), 8000)
    assert said.f0_median_hz == pytest.approx(180, rel=0.03)


@pytest.mark.parametrize(
    "name", ["digital silence", "quiet line noise", "white noise", "loud white noise", "pink noise", "breath"]
)
def test_what_has_no_pitch_gets_none(name: str) -> None:
    said = measure(signals.NOT_SPEECH[name](), 8000)
    assert said.f0_median_hz is None
    assert said.f0_range_semitones is None
    assert said.voiced_s < 0.1


def test_digital_silence_has_no_loudness_either() -> None:
    assert measure(signals.silence(1.0), 8000) == Prosody(None, None, None, 0.0, 0.0, 0)


def test_fifty_milliseconds_tell_nothing() -> None:
    assert measure(signals.buzz(150, 0.05), 8000) == Prosody(None, None, None, None, 0.0, 0)
    assert measure(signals.silence(0), 8000) == Prosody(None, None, None, None, 0.0, 0)


def _odd() -> dict[str, Samples]:
    voice = signals.buzz(150, 1.0)
    return {
        "clipped": np.clip(50 * voice, -1, 1),
        "too loud": 10 * voice,
        "one click": np.eye(1, 8000, 4000, dtype=np.float32)[0],
        "constant": np.full(8000, 0.5, dtype=np.float32),
        "no numbers": np.full(8000, np.nan, dtype=np.float32),
        "infinite": np.where(signals.times_s(1.0) > 0.5, np.inf, voice).astype(np.float32),
        "keys": signals.keys("150"),
        "hum": signals.hum(1.0, -25),
        "faint": 1e-5 * voice,
        "one frame": voice[:512],
        "one step of µ-law": np.where(np.arange(8000) % 2, 8 / 32_768, 0).astype(np.float32),
    }


@pytest.mark.parametrize("name", sorted(_odd()))
def test_odd_sounds_give_finite_numbers_or_none(name: str) -> None:
    said = measure(_odd()[name], 8000)
    for value in (said.f0_median_hz, said.f0_range_semitones, said.energy_db, said.voiced_ratio, said.voiced_s):
        assert value is None or math.isfinite(value)
    assert said.voiced_ratio is None or 0.0 <= said.voiced_ratio <= 1.0
    assert said.pauses >= 0


@pytest.mark.slow
def test_real_speech_is_measured_within_its_budget() -> None:
    recordings = [read_wav(clip.path, 16_000) for clip in speech.clips() if clip.language == "ko"][:24]
    before_s = time.process_time()
    measured = [measure(recording, 16_000) for recording in recordings]
    cost_s = time.process_time() - before_s
    seconds = sum(map(len, recordings)) / 16_000
    print(f"{1000 * cost_s / seconds:.1f} ms of CPU per second of speech")
    assert cost_s / seconds < 0.020
    assert all(said.f0_median_hz and 65 < said.f0_median_hz < 450 for said in measured)
    assert all(said.voiced_ratio and said.voiced_ratio > 0.3 for said in measured)

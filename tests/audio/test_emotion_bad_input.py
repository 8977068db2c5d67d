"""Feelings and bad sound: finite where somebody can be heard, "not enough evidence" where nobody can."""

from dataclasses import asdict

import numpy as np
import pytest

from audio.baseline import updated
from audio.contracts import LANGUAGES, RECOGNITION_RATE_HZ, CallerBaseline, Emotion, Samples
from audio.emotion import TrainedEmotion, describe_voice
from audio.prosody import measure
from audio.resample import to_recognition_rate
from audio.wav import read_wav
from tests.audio.bad_sounds import ALL, SPOKEN, UNSPOKEN
from tests.audio.test_emotion import assert_sane, feel, recognition
from tests.fixtures.library import clip, clips_of


@pytest.fixture(scope="module")
def judge() -> TrainedEmotion:
    return TrainedEmotion.load()


def line(language: str, name: str = "hours") -> Samples:
    return read_wav(clip(language, name), 8000)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", SPOKEN)
def test_a_badly_audible_voice_gets_finite_scores_or_none(judge: TrainedEmotion, kind: str, language: str) -> None:
    samples = to_recognition_rate(SPOKEN[kind](line(language)))
    for encoder_mean in (None, np.zeros(512, np.float32)):
        emotion = feel(judge, samples, recognition(encoder_mean=encoder_mean))
        if emotion is not None:
            assert_sane(emotion)


@pytest.mark.parametrize("kind", ALL)
def test_measures_of_bad_sound_are_finite_or_null(kind: str) -> None:
    samples = to_recognition_rate(ALL[kind](line("ko")))
    measured = [value for value in asdict(measure(samples, RECOGNITION_RATE_HZ)).values() if value is not None]
    assert np.isfinite(measured).all()


@pytest.mark.parametrize("kind", UNSPOKEN)
def test_where_nobody_speaks_there_is_no_evidence_even_if_words_are_invented(
    judge: TrainedEmotion, kind: str
) -> None:
    for language in LANGUAGES:
        for each in clips_of(language, "sentence")[:3]:
            samples = to_recognition_rate(UNSPOKEN[kind](read_wav(each.path, 8000)))
            assert feel(judge, samples, recognition(text="")) is None
            assert feel(judge, samples, recognition(text="you")) is None


def test_a_whisper_is_no_evidence(judge: TrainedEmotion) -> None:
    whisper = to_recognition_rate(SPOKEN["whispered"](line("en")))
    assert describe_voice(whisper) is None
    assert feel(judge, whisper) is None
    assert measure(whisper, RECOGNITION_RATE_HZ).f0_median_hz is None


def test_a_shout_is_still_heard(judge: TrainedEmotion) -> None:
    """Bad input must not be got rid of by hearing nothing at all."""
    calm, loud = (feel(judge, to_recognition_rate(sound)) for sound in (line("ja"), SPOKEN["shouted"](line("ja"))))
    assert calm is not None
    assert loud is not None
    assert loud.arousal > calm.arousal


@pytest.mark.parametrize("kind", ALL)
def test_a_baseline_learnt_from_bad_sound_stays_finite(judge: TrainedEmotion, kind: str) -> None:
    """A call that begins on a bad line must not spoil the judgement of what comes after."""
    baseline = CallerBaseline()
    for each in clips_of("ko", "sentence")[:4]:
        samples = to_recognition_rate(ALL[kind](read_wav(each.path, 8000)))
        prosody = measure(samples, RECOGNITION_RATE_HZ)
        baseline = updated(baseline, prosody, None, feel(judge, samples, None, baseline))
    assert np.isfinite(list(baseline.means.values())).all()
    clear: Emotion | None = feel(judge, to_recognition_rate(line("ko")), None, baseline)
    assert clear is not None
    assert_sane(clear)

"""The voice's mood: never invented, the same on a louder line, relative to the caller's own calm voice."""

import dataclasses
import time
from pathlib import Path

import numpy as np
import pytest

from audio.baseline import relative, updated
from audio.contracts import (
    EMOTIONS,
    RECOGNITION_RATE_HZ,
    CallerBaseline,
    Emotion,
    EmotionModel,
    Prosody,
    Recognition,
    Samples,
)
from audio.emotion import BUNDLED, HEADS, TrainedEmotion, describe_voice, load_coefficients, save_coefficients
from audio.emotion_index import UntrainedEmotion
from audio.emotion_models import create_emotion_model
from audio.errors import ModelCorruptError, ModelMissingError
from audio.g711 import samples_to_ulaw, ulaw_to_samples
from audio.prosody import measure
from audio.resample import to_recognition_rate
from audio.wav import read_wav
from tests.audio import signals
from tests.fixtures.library import clip

WIDTH = 512


@pytest.fixture(scope="module")
def judge() -> TrainedEmotion:
    return TrainedEmotion.load()


def recognition(text: str = "words", encoder_mean: np.ndarray | None = None) -> Recognition:
    return Recognition(
        text=text,
        language="en",
        language_probabilities={"ko": 0.0, "en": 1.0, "ja": 0.0, "zh": 0.0},
        confidence=0.9,
        no_speech_probability=0.0,
        compression_ratio=1.0,
        window="short",
        decode_s=0.0,
        encoder_mean=encoder_mean,
    )


def feel(
    judge: EmotionModel, samples: Samples, heard: Recognition | None = None, baseline: CallerBaseline | None = None
) -> Emotion | None:
    return judge.judge(samples, measure(samples, RECOGNITION_RATE_HZ), heard or recognition(), baseline)


def voice(language: str = "en", name: str = "hours") -> Samples:
    return to_recognition_rate(read_wav(clip(language, name), 8000))


def assert_sane(emotion: Emotion) -> None:
    assert tuple(emotion.probabilities) == EMOTIONS
    assert sum(emotion.probabilities.values()) == pytest.approx(1.0, abs=1e-6)
    assert all(0 <= p <= 1 for p in emotion.probabilities.values())
    assert emotion.confidence == emotion.probabilities[emotion.label] == max(emotion.probabilities.values())
    assert 0 <= emotion.arousal <= 1
    assert -1 <= emotion.valence <= 1
    assert np.isfinite(list(emotion.scores.values())).all()


@pytest.mark.parametrize("language", ["ko", "en", "ja", "zh"])
def test_a_calm_sentence_is_not_angry(judge: TrainedEmotion, language: str) -> None:
    emotion = feel(judge, voice(language))
    assert emotion is not None
    assert_sane(emotion)
    assert emotion.probabilities["angry"] < 0.5


@pytest.mark.parametrize("name", sorted(signals.NOT_SPEECH))
def test_what_is_no_voice_is_never_angry(judge: TrainedEmotion, name: str) -> None:
    samples = to_recognition_rate(signals.NOT_SPEECH[name]())
    assert feel(judge, samples, recognition(text="")) is None
    invented = feel(judge, samples)  # a recognizer that invents words: nothing may come of it
    assert invented is None or invented.probabilities["angry"] < 0.5


@pytest.mark.parametrize(
    "samples", [np.zeros(0), np.full(16_000, np.nan), np.full(16_000, np.inf), np.zeros(16_000)]
)
def test_broken_sound_is_no_evidence(judge: TrainedEmotion, samples: Samples) -> None:
    assert feel(judge, samples.astype(np.float32)) is None


def test_two_hundred_milliseconds_are_no_evidence(judge: TrainedEmotion) -> None:
    samples = voice()
    middle = len(samples) // 2
    assert feel(judge, samples[middle : middle + RECOGNITION_RATE_HZ // 5]) is None


@pytest.mark.parametrize("gain_db", [-6.0, 6.0])
@pytest.mark.parametrize(("language", "name"), [("en", "hours"), ("ko", "complaint"), ("ja", "complaint")])
def test_a_louder_line_is_no_angrier(judge: TrainedEmotion, gain_db: float, language: str, name: str) -> None:
    line = read_wav(clip(language, name), 8000)
    line = line * np.float32(0.4 / np.abs(line).max())  # room for 6 dB
    moved = ulaw_to_samples(samples_to_ulaw(line * np.float32(10 ** (gain_db / 20))))
    as_it_is = ulaw_to_samples(samples_to_ulaw(line))
    before, after = (feel(judge, to_recognition_rate(each)) for each in (as_it_is, moved))
    assert before is not None
    assert after is not None
    assert after.probabilities["angry"] == pytest.approx(before.probabilities["angry"], abs=0.02)
    assert after.arousal == pytest.approx(before.arousal, abs=0.05)


def test_clipped_and_whispered_speech_stays_finite(judge: TrainedEmotion) -> None:
    samples = voice()
    clipped = np.clip(samples * 50, -1, 1).astype(np.float32)
    whispered = (0.02 * np.random.default_rng(5).standard_normal(len(samples)) * np.abs(samples)).astype(np.float32)
    for strange in (clipped, whispered):
        emotion = feel(judge, strange)
        if emotion is not None:
            assert_sane(emotion)


def test_without_the_encoder_the_acoustics_judge(judge: TrainedEmotion) -> None:
    samples = voice()
    for unknown in (None, np.zeros(768, np.float32), np.full(WIDTH, np.nan, np.float32)):
        emotion = feel(judge, samples, recognition(encoder_mean=unknown))
        assert emotion is not None
        assert set(emotion.scores) == {f"sound_{head}" for head in HEADS}
    emotion = feel(judge, samples, recognition(encoder_mean=np.zeros(WIDTH, np.float32)))
    assert emotion is not None
    assert set(emotion.scores) == {f"both_{head}" for head in HEADS}


def test_a_voice_that_is_always_sharp_counts_less_the_longer_it_is_known(judge: TrainedEmotion) -> None:
    samples = voice()
    first = feel(judge, samples)
    assert first is not None
    sharp = {name: value + (2.0 if name.endswith("anger") else 0.0) for name, value in first.scores.items()}
    seen = []
    for count in (1.0, 3.0, 8.0):
        emotion = feel(judge, samples, None, CallerBaseline(sharp, dict.fromkeys(sharp, count)))
        assert emotion is not None
        seen.append((emotion.probabilities["angry"], emotion.baseline_weight))
    assert seen[0][0] >= seen[1][0] >= seen[2][0]
    assert 0 < seen[0][1] < seen[1][1] < seen[2][1] < 1


def test_anger_teaches_nothing_about_calm(judge: TrainedEmotion) -> None:
    samples = voice()
    calm = feel(judge, samples)
    assert calm is not None
    prosody = measure(samples, RECOGNITION_RATE_HZ)
    angry = dataclasses.replace(
        calm, probabilities={"neutral": 0.1, "angry": 0.9, "happy": 0.0, "sad": 0.0, "anxious": 0.0}
    )
    before = updated(CallerBaseline(), prosody, 5.0, calm)
    assert before.weights["f0_semitones"] > 0.5
    assert updated(before, prosody, 9.0, angry) == before


def test_a_baseline_follows_and_does_not_run_away() -> None:
    low, high = (Prosody(hz, 3.0, -20.0, 0.7, 1.0, 0) for hz in (100.0, 200.0))
    baseline = CallerBaseline()
    for _ in range(50):
        baseline = updated(baseline, low, 4.0)
    assert relative(high, 8.0, baseline).f0_semitones == pytest.approx(12.0)
    assert relative(high, 8.0, baseline).rate_ratio == pytest.approx(2.0)
    assert relative(high, None, baseline).rate_ratio is None
    assert max(baseline.weights.values()) <= 8.0
    for _ in range(50):
        baseline = updated(baseline, high, 4.0)
    assert abs(relative(high, 4.0, baseline).f0_semitones or 99.0) < 0.1


def test_the_index_needs_calm_speech_first_and_hears_excitement() -> None:
    model = UntrainedEmotion()
    calm = Prosody(120.0, 4.0, -26.0, 0.7, 1.5, 0, alpha_ratio_db=-12.0, hammarberg_db=20.0, centroid_hz=700.0)
    raised = Prosody(180.0, 9.0, -16.0, 0.8, 1.5, 0, alpha_ratio_db=-5.0, hammarberg_db=12.0, centroid_hz=1100.0)
    nothing = np.zeros(0, np.float32)
    assert model.judge(nothing, raised, recognition(), None) is None
    assert model.judge(nothing, raised, recognition(), CallerBaseline()) is None
    baseline = updated(CallerBaseline(), calm)
    same, up = (model.judge(nothing, each, recognition(), baseline) for each in (calm, raised))
    assert same is not None
    assert up is not None
    assert_sane(same)
    assert_sane(up)
    assert same.arousal < 0.1
    assert up.arousal > 0.8
    assert up.label == "angry"
    assert up.probabilities["angry"] <= 0.5  # it can't tell anger from joy


def test_the_models_are_chosen_by_name(tmp_path: Path) -> None:
    assert create_emotion_model("off") is None
    assert isinstance(create_emotion_model("index"), UntrainedEmotion)
    assert isinstance(create_emotion_model(), TrainedEmotion)
    with pytest.raises(ModelMissingError, match="train-emotion"):
        create_emotion_model(str(tmp_path / "nothing.npz"))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a zip", b"\x93NUMPY"])
def test_a_file_that_is_no_model_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.npz"
    path.write_bytes(content)
    with pytest.raises(ModelCorruptError, match=r"broken\.npz"):
        load_coefficients(path)


def test_coefficients_are_the_same_after_saving(tmp_path: Path) -> None:
    model = load_coefficients(BUNDLED)
    save_coefficients(tmp_path / "again.npz", model)
    again = load_coefficients(tmp_path / "again.npz")
    np.testing.assert_array_equal(again.both.weights, model.both.weights)
    assert again.prior == pytest.approx(dict(model.prior))
    assert again.card == model.card


def test_the_bundled_file_is_trained_on_what_may_ship() -> None:
    assert '"corpora": ["emodb", "emodb_2s"]' in load_coefficients(BUNDLED).card
    assert BUNDLED.stat().st_size < 100_000


def test_three_seconds_cost_at_most_sixty_milliseconds(judge: TrainedEmotion) -> None:
    samples = np.resize(voice(), 3 * RECOGNITION_RATE_HZ)
    mean = np.zeros(WIDTH, np.float32)
    spent = []
    for _ in range(5):
        before_s = time.thread_time()
        sound = describe_voice(samples)
        assert sound is not None
        judge.judge_description(sound, mean)
        spent.append(time.thread_time() - before_s)
    assert min(spent) < 0.06

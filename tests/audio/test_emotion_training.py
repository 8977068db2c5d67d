"""Training emotion: learns what is there, keeps speakers apart, and says what is wrong with a folder."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from audio.acoustics import NAMES
from audio.contracts import Samples
from audio.emotion import TrainedEmotion
from audio.emotion_corpus import Clip, Described, describe_clips, read_clips, without_copies
from audio.emotion_training import fit, folds
from tests.audio import signals

WIDTH = 16


class Encoder:
    """States that tell the pitch apart, at no cost."""

    def states(self, samples: Samples) -> NDArray[np.float32]:
        count = len(samples) // 320
        return np.tile(np.arange(WIDTH, dtype=np.float32), (count, 1))


def made_up(
    moods: tuple[str, ...] = ("neutral", "angry", "happy", "sad", "anxious"), speakers: int = 6
) -> Described:
    """Speakers whose voices differ, and moods that move the first measures."""
    chance = np.random.default_rng(3)
    sound, encoder, clips = [], [], []
    for speaker in range(speakers):
        own = chance.normal(0, 0.5, len(NAMES))
        for number, mood in enumerate(moods):
            for take in range(6):
                one = own + chance.normal(0, 0.5, len(NAMES))
                one[number] += 3
                sound.append(one)
                encoder.append(chance.normal(0, 1, WIDTH))
                clips.append(Clip(Path(f"{take}.wav"), "made_up", str(speaker), mood))
    return Described(np.array(sound), np.array(encoder), tuple(clips), np.ones(len(clips), dtype=bool))


def test_what_can_be_learnt_is_learnt() -> None:
    data = made_up()
    judge = TrainedEmotion(fit(data))
    new = made_up(speakers=9).rows(np.arange(6 * 30, 9 * 30))  # speakers it never heard
    right = 0
    for sound, encoder, clip in zip(new.sound, new.encoder, new.clips, strict=True):
        emotion = judge.judge_description(sound, encoder.astype(np.float32))
        assert emotion is not None
        right += emotion.label == clip.emotion
    assert right / len(new) > 0.5  # chance: 0.2


def test_speakers_are_never_on_both_sides() -> None:
    data = made_up()
    for train, test in folds(data, 5):
        assert not set(data.speaker[train]) & set(data.speaker[test])


def test_a_sound_unlike_any_voice_is_no_evidence() -> None:
    judge = TrainedEmotion(fit(made_up()))
    assert judge.judge_description(np.full(len(NAMES), 100.0), None) is None


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (made_up(speakers=1), "one speaker"),
        (made_up(("neutral", "sad")), "angry"),
        (made_up(("angry", "sad")), "neutral or calm"),
    ],
)
def test_too_little_to_learn_from_is_said(data: Described, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        fit(data)


def write(folder: Path, rows: str, *names: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.csv").write_text(rows, encoding="utf-8")
    for name in names:
        soundfile.write(folder / name, signals.buzz(150, 1.5), 8000)


def test_a_folder_is_read_and_described(tmp_path: Path) -> None:
    write(
        tmp_path / "ours",
        "path,speaker,emotion\na.wav,x,Anger\nb.wav,y,boredom\nc.wav,y,confused\n",
        "a.wav",
        "b.wav",
    )
    (tmp_path / "ours" / "c.wav").write_bytes(b"no sound")
    clips = read_clips(tmp_path)
    assert [(clip.corpus, clip.speaker, clip.emotion) for clip in clips] == [
        ("ours", "x", "angry"),
        ("ours", "y", "calm"),
    ]
    data = describe_clips(clips, Encoder(), crops=2, cache=tmp_path / "cache")
    assert data.whole.sum() == 2
    assert len(data) == 6
    again = describe_clips(clips, Encoder(), crops=2, cache=tmp_path / "cache")
    np.testing.assert_array_equal(again.sound, data.sound)


def test_a_recording_of_a_few_samples_is_left_out(tmp_path: Path) -> None:
    write(tmp_path, "path,speaker,emotion\na.wav,x,angry\nb.wav,y,calm\n", "a.wav")
    soundfile.write(tmp_path / "b.wav", signals.buzz(150, 0.01), 8000)
    assert [clip.speaker for clip in describe_clips(read_clips(tmp_path), Encoder(), crops=2).clips] == ["x"] * 3


def test_of_copies_the_longest_counts(tmp_path: Path) -> None:
    for name, seconds in (("full", 2.0), ("short", 1.0)):
        write(tmp_path / name, "path,speaker,emotion\na.wav,x,angry\n")
        soundfile.write(tmp_path / name / "a.wav", signals.buzz(150, seconds), 8000)
    assert [clip.corpus for clip in without_copies(read_clips(tmp_path))] == ["full"]


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ("path,emotion\na.wav,angry\n", r"manifest\.csv:1: no column speaker"),
        ("path,speaker,emotion\nb.wav,x,angry\n", r"manifest\.csv:2: b\.wav"),
        ("path,speaker,emotion\na.wav, ,angry\n", r"manifest\.csv:2: no speaker"),
    ],
)
def test_a_wrong_manifest_is_said(tmp_path: Path, rows: str, complaint: str) -> None:
    write(tmp_path, rows, "a.wav")
    with pytest.raises(ValueError, match=complaint):
        read_clips(tmp_path)


def test_a_folder_without_manifest_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"no manifest\.csv"):
        read_clips(tmp_path)

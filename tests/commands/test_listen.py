"""``python -m ivr listen``: one answer per recording, whatever the recording is."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner, Result

from audio.contracts import LANGUAGES, Language, Recognition, Samples
from audio.errors import ModelMissingError, RecognitionError
from audio.wav import read_wav, write_wav
from ivr.commands import listen, listen_picture
from ivr.commands.listen import Listener
from ivr.content.types import FrustrationWeights, Policy
from ivr.errors import ContentError
from ivr.understanding.types import ANYTHING, Expectation, Meaning, SlotValue
from tests.audio import signals

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
SPOKEN = FIXTURES / "en" / "order_status.wav"


class Recognizer:
    """Hears the same words in everything, and remembers what it was given."""

    def __init__(self, text: str = "where is my order", language: Language = "en") -> None:
        self.text = text
        self.language = language
        self.given: list[tuple[int, Language | None, int | None]] = []
        self.broken = False

    def recognize(
        self,
        samples: Samples,
        *,
        language: Language | None = None,
        quick: bool = False,
        speech_ms: int | None = None,
    ) -> Recognition:
        self.given.append((len(samples), language, speech_ms))
        if self.broken:
            raise RecognitionError("the engine failed")
        spoken = language or self.language
        return Recognition(self.text, spoken, dict.fromkeys(LANGUAGES, 0.25), 0.9, 0.01, 1.0, "short", 0.1)


class Understander:
    """Knows one request."""

    def understand(
        self, text: str, language: Language, expecting: Expectation = ANYTHING, now: datetime | None = None
    ) -> Meaning:
        if "order" not in text:
            return Meaning(text, language, None, 0.3)
        return Meaning(text, language, "order_status", 0.876, slots={"order_number": SlotValue("47291", 0.9)})


@pytest.fixture
def recognizer(monkeypatch: pytest.MonkeyPatch) -> Recognizer:
    heard = Recognizer()
    monkeypatch.setattr(listen, "create_listener", lambda settings: Listener(heard, Understander()))
    return heard


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(listen.command, [str(argument) for argument in arguments])


def documents(*arguments: str | Path) -> Sequence[dict[str, Any]]:
    return [json.loads(line) for line in run("--json", *arguments).stdout.splitlines()]


def test_a_recording_becomes_one_object_of_the_public_form(recognizer: Recognizer) -> None:
    (heard,) = documents(SPOKEN)
    assert list(heard) == [
        "file", "duration_ms", "language", "text", "speech_rate", "prosody", "emotion", "frustration", "intent",
        "intent_confidence", "slots",
    ]  # fmt: skip
    assert heard["file"] == str(SPOKEN)
    assert heard["duration_ms"] == pytest.approx(soundfile.info(SPOKEN).duration * 1000, abs=1)
    assert (heard["language"], heard["text"]) == ("en", "where is my order")
    assert 1 < heard["speech_rate"] < 12
    assert list(heard["prosody"]) == ["f0_median_hz", "f0_range_semitones", "energy_db", "voiced_ratio", "pauses"]
    assert 65 < heard["prosody"]["f0_median_hz"] < 400
    assert (heard["intent"], heard["intent_confidence"]) == ("order_status", 0.88)
    assert heard["slots"] == {"order_number": "47291"}
    assert (heard["emotion"], heard["frustration"]) == (
        None,
        0.0,
    )  # too little to judge by, and nothing unkind said


def test_the_whole_turn_is_recognised_at_once_with_what_the_vad_says(recognizer: Recognizer) -> None:
    run(SPOKEN)
    ((samples, language, speech_ms),) = recognizer.given
    assert language is None
    assert speech_ms is not None
    duration_ms = soundfile.info(SPOKEN).duration * 1000
    assert 0.3 * duration_ms < speech_ms <= duration_ms
    assert speech_ms <= samples / 16 <= duration_ms


def test_the_language_can_be_given(recognizer: Recognizer) -> None:
    (heard,) = documents("--language", "ja", SPOKEN)
    assert heard["language"] == recognizer.given[0][1] == "ja"
    documents("--language", "auto", SPOKEN)
    assert recognizer.given[1][1] is None


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "ULAW"])
@pytest.mark.parametrize(("rate_hz", "channels"), [(8000, 1), (44_100, 2)])
def test_every_kind_of_wav_is_heard(
    recognizer: Recognizer, tmp_path: Path, subtype: str, rate_hz: int, channels: int
) -> None:
    path = tmp_path / "said.wav"
    said = read_wav(SPOKEN, rate_hz)
    soundfile.write(path, np.repeat(said[:, None], channels, axis=1), rate_hz, subtype=subtype)
    (heard,) = documents(path)
    assert heard["text"] == "where is my order"
    assert heard["duration_ms"] == pytest.approx(len(said) * 1000 / rate_hz, abs=2)


@pytest.mark.parametrize("name", sorted(signals.NOT_SPEECH))
def test_what_is_not_speech_is_not_recognised_and_gives_nulls(
    recognizer: Recognizer, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "noise.wav"
    write_wav(path, signals.NOT_SPEECH[name](), 8000)
    (heard,) = documents("--language", "ko", path)
    assert recognizer.given == []
    assert heard["text"] == ""
    assert heard["slots"] == {}
    assert set(heard["prosody"].values()) == {None}
    known = {key for key, value in heard.items() if value is not None}
    assert known == {"file", "duration_ms", "text", "prosody", "slots"}


def test_words_thrown_away_by_the_recognizer_are_no_words(recognizer: Recognizer) -> None:
    recognizer.text = ""
    (heard,) = documents(SPOKEN)
    assert (heard["text"], heard["language"], heard["intent"]) == ("", None, None)


def test_what_is_not_understood_has_no_intent_and_no_confidence(recognizer: Recognizer) -> None:
    recognizer.text = "the weather is fine"
    (heard,) = documents(SPOKEN)
    assert (heard["intent"], heard["intent_confidence"], heard["slots"]) == (None, None, {})


def test_an_unreadable_recording_is_named_and_the_others_are_heard(recognizer: Recognizer, tmp_path: Path) -> None:
    (tmp_path / "words.wav").write_text("not sound")
    result = run("--json", tmp_path / "gone.wav", SPOKEN, tmp_path / "words.wav", SPOKEN)
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 4
    assert [sorted(line) == ["error", "file"] for line in lines] == [True, False, True, False]
    assert lines[0] == {
        "file": str(tmp_path / "gone.wav"),
        "error": f"{tmp_path / 'gone.wav'}: no such file",
    }
    assert "not a readable recording" in lines[2]["error"]


def test_nothing_is_loaded_for_recordings_that_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(_: object) -> Listener:
        raise AssertionError("loaded")

    monkeypatch.setattr(listen, "create_listener", refuse)
    result = run(tmp_path / "gone.wav")
    assert result.exit_code == 4
    assert "no such file" in result.stderr


def test_a_failing_engine_costs_one_recording(recognizer: Recognizer) -> None:
    recognizer.broken = True
    result = run("--json", SPOKEN)
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {"file": str(SPOKEN), "error": f"{SPOKEN}: the engine failed"}


@pytest.mark.parametrize("error", [ModelMissingError("model.bin: gone"), ContentError("a.yaml:3: no intent")])
def test_a_wrong_configuration_is_said_once(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(_: object) -> Listener:
        raise error

    monkeypatch.setattr(listen, "create_listener", fail)
    result = run(SPOKEN, SPOKEN)
    assert result.exit_code == 2
    assert result.stderr == f"{error}\n"


def test_people_get_sentences(recognizer: Recognizer, tmp_path: Path) -> None:
    write_wav(tmp_path / "quiet.wav", signals.silence(1.0), 8000)
    shown = run(SPOKEN, tmp_path / "quiet.wav").stdout
    assert "en: where is my order" in shown
    assert "syllables/s" in shown
    assert "order_status (0.88), order_number 47291" in shown
    assert "quiet.wav  (1.0 s)\n  no speech" in shown
    recognizer.text = "the weather is fine"
    assert "not understood" in run(SPOKEN).stdout


def test_without_a_recording_the_command_says_what_it_needs() -> None:
    assert run().exit_code == 2


@pytest.mark.slow
def test_the_real_machine_hears_korean_and_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FIXTURES.parents[1])
    noise = FIXTURES / "nonspeech" / "white_loud.wav"
    korean, english, nothing = documents(FIXTURES / "ko" / "hours.wav", SPOKEN, noise)
    assert (korean["language"], korean["intent"]) == ("ko", "opening_hours")
    assert "영업" in korean["text"]
    assert (english["language"], english["intent"]) == ("en", "order_status")
    assert "order" in english["text"].lower()
    assert nothing["text"] == ""


def texts(picture: Path) -> list[str]:
    return [each.text or "" for each in ElementTree.parse(picture).iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.usefixtures("recognizer")
def test_a_recording_is_drawn(tmp_path: Path) -> None:
    out = tmp_path / "heard.svg"
    assert run("--picture", out, SPOKEN).exit_code == 0
    shown = texts(out)
    assert shown[0].startswith("order_status.wav · ")
    assert "where is my order" in shown
    assert [name for name in ("speech", "pitch (Hz)", "loudness (dB)", "frustration") if name in shown] == [
        "speech", "pitch (Hz)", "loudness (dB)", "frustration",
    ]  # fmt: skip
    assert "emotion" not in shown, "nothing judged it"


def test_pitch_and_loudness_stand_at_their_moments() -> None:
    tone = np.concatenate([np.zeros(8_000, np.float32), signals.buzz(120.0, 1.0)])
    loudness, pitch = listen_picture.curves(tone)
    assert all(at > 900 for at, _ in pitch)
    assert np.median([level for at, level in loudness if at > 1_100]) > -40
    assert max(level for at, level in loudness if at < 900) == pytest.approx(listen_picture.QUIETEST_DB)


def test_long_recordings_make_pictures_of_bounded_size() -> None:
    loudness, pitch = listen_picture.curves(np.tile(signals.buzz(120.0, 1.0), 70))
    assert max(len(loudness), len(pitch)) <= listen_picture.MOST_POINTS
    assert loudness[-1][0] == pytest.approx(70_000, abs=100)


@pytest.mark.parametrize("name", sorted(signals.NOT_SPEECH))
@pytest.mark.usefixtures("recognizer")
def test_what_is_not_speech_has_a_picture_too(tmp_path: Path, name: str) -> None:
    write_wav(tmp_path / "noise.wav", signals.NOT_SPEECH[name](), 8000)
    out = tmp_path / "noise.svg"
    assert run("--picture", out, tmp_path / "noise.wav").exit_code == 0
    shown = texts(out)
    assert "loudness (dB)" in shown
    assert not {"emotion", "frustration"} & set(shown)


def test_several_recordings_get_a_picture_each(recognizer: Recognizer, tmp_path: Path) -> None:
    recognizer.text = "<script>alert(1)</script>\x07"
    other = tmp_path / "order_status.wav"
    other.write_bytes(SPOKEN.read_bytes())
    assert run("--picture", tmp_path / "all.svg", SPOKEN, other).exit_code == 0
    assert sorted(path.name for path in tmp_path.glob("*.svg")) == [
        "all-order_status-2.svg",
        "all-order_status.svg",
    ]
    drawn = (tmp_path / "all-order_status.svg").read_text(encoding="utf-8")
    assert "<script" not in drawn
    assert "\x07" not in drawn


@pytest.mark.usefixtures("recognizer")
def test_a_picture_that_cannot_be_written_is_told_and_the_words_are_not_lost(tmp_path: Path) -> None:
    result = run("--json", "--picture", tmp_path / "nowhere" / "a.svg", SPOKEN)
    assert result.exit_code == 1
    assert "a.svg: the picture can't be written: No such file" in result.stderr
    assert json.loads(result.stdout)["text"] == "where is my order"
    refused = run("--picture", tmp_path / "a.png", SPOKEN)
    assert refused.exit_code == 2
    assert "pictures are written as .svg" in refused.stderr


def test_where_feelings_are_switched_off_none_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    deaf = Listener(Recognizer("this is terrible"), Understander(), policy=Policy(feel=False))
    monkeypatch.setattr(listen, "create_listener", lambda settings: deaf)
    (heard,) = documents(SPOKEN)
    assert (heard["emotion"], heard["frustration"]) == (None, None)


def test_frustration_follows_the_deployment_s_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    policies = [Policy(), Policy(frustration=FrustrationWeights(words=0.0, demand=0.0))]
    scores = []
    for policy in policies:
        listener = Listener(Recognizer("This is terrible, I am really angry."), Understander(), policy=policy)
        monkeypatch.setattr(listen, "create_listener", lambda settings, made=listener: made)
        scores.append(documents(SPOKEN)[0]["frustration"])
    assert scores[0] > 0.1
    assert scores[1] == 0.0


def test_words_that_are_learnt_to_be_upset_count_as_in_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    class Judging(Understander):
        def understand(
            self, text: str, language: Language, expecting: Expectation = ANYTHING, now: datetime | None = None
        ) -> Meaning:
            return Meaning(text, language, None, 0.3, upset=0.9)

    monkeypatch.setattr(listen, "create_listener", lambda settings: Listener(Recognizer("so be it"), Judging()))
    assert documents(SPOKEN)[0]["frustration"] == pytest.approx(0.9 * FrustrationWeights().words, abs=0.01)

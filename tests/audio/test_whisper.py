"""Real callers are understood; what is not speech, and what is not audio, gives no text."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs
import pytest

from audio.contracts import LANGUAGES, LINE_RATE_HZ, RECOGNITION_RATE_HZ, Language, Recognizer, Samples
from audio.errors import ModelCorruptError, RecognitionError
from audio.phantoms import Evidence
from audio.resample import to_recognition_rate
from audio.wav import read_wav
from audio.weights import resolve_model
from audio.whisper import DecodeOptions, WhisperRecognizer
from tests.audio.speech import FOLDER, Clip, clips
from tests.measure.recognition import is_dev, speech_ms
from tests.measure.scoring import characters, edits
from tests.voices import nonspeech

pytestmark = pytest.mark.slow

MAX_CER: dict[Language, float] = {"ko": 0.20, "en": 0.10, "ja": 0.50, "zh": 0.35}
"""Character error rates that tell understanding from not, with room for a handful's luck: Whisper base makes
about half of these (``python -m tests.measure.recognition``)."""
CLIPS_EACH = 6


@pytest.fixture(scope="module")
def model() -> Path:
    return resolve_model("base", Path(platformdirs.user_cache_dir("voice-hotline")))


@pytest.fixture(scope="module")
def recognizer(model: Path) -> WhisperRecognizer:
    return WhisperRecognizer(model, workers=2, threads=1)


def load(clip: Clip) -> Samples:
    return to_recognition_rate(read_wav(clip.path, LINE_RATE_HZ))


def sentences(language: Language) -> list[Clip]:
    """A handful of real sentences that no constant was chosen on."""
    kinds = ("sentence", "prompt", "command")
    found = [clip for clip in clips() if clip.language == language and clip.kind in kinds]
    found = [clip for clip in found if not is_dev(clip.path.relative_to(FOLDER).as_posix())]
    return found[:: max(1, len(found) // CLIPS_EACH)][:CLIPS_EACH]


def test_it_is_a_recognizer(recognizer: WhisperRecognizer) -> None:
    as_protocol: Recognizer = recognizer
    assert as_protocol.recognize(np.zeros(0, np.float32)).text == ""


@pytest.mark.parametrize("language", LANGUAGES)
def test_real_callers_are_understood(recognizer: WhisperRecognizer, language: Language) -> None:
    wrong = said = 0
    for clip in sentences(language):
        samples = load(clip)
        heard = recognizer.recognize(samples, speech_ms=speech_ms(samples))
        reference = characters(clip.transcript, language)
        assert heard.language == language, clip.path
        assert heard.rejected_because is None, clip.path
        assert sum(heard.language_probabilities.values()) == pytest.approx(1.0)
        assert 0 < heard.confidence <= 1
        assert heard.encoder_mean is not None
        assert heard.encoder_mean.shape == (512,)
        wrong += edits(reference, characters(heard.text, language))
        said += len(reference)
    assert wrong / said <= MAX_CER[language]


def test_mandarin_is_written_in_simplified_characters(recognizer: WhisperRecognizer) -> None:
    texts = [recognizer.recognize(load(clip), language="zh").text for clip in sentences("zh")]
    traditional = set("們這說對為個來時買車幾點電話沒還應該問題關於實現場會開長門過進國學發經種後動體業員觀")
    assert "".join(texts)
    assert not traditional & set("".join(texts))


@pytest.mark.parametrize("name", [name for name in nonspeech.KINDS if not name.startswith("babble")])
def test_sounds_without_speech_give_no_text(recognizer: WhisperRecognizer, name: str) -> None:
    samples = to_recognition_rate(nonspeech.make(name, seed=7))
    heard = recognizer.recognize(samples, speech_ms=speech_ms(samples))
    assert heard.text == ""
    assert heard.rejected_because


@pytest.mark.parametrize(
    ("samples", "reason"),
    [
        (np.zeros(0, np.float32), "too short"),
        (np.full(1599, 0.1, np.float32), "too short: 100 ms"),
        (np.zeros(RECOGNITION_RATE_HZ, np.float32), "digital silence"),
        (np.full(RECOGNITION_RATE_HZ, np.nan, np.float32), "16000 of 16000 samples are NaN"),
        (np.append(np.full(RECOGNITION_RATE_HZ, 0.1), np.inf).astype(np.float32), "1 of 16001 samples are NaN"),
    ],
)
def test_what_holds_no_words_is_not_decoded(recognizer: WhisperRecognizer, samples: Samples, reason: str) -> None:
    heard = recognizer.recognize(samples, language="ja")
    assert (heard.text, heard.language) == ("", "ja")
    assert reason in (heard.rejected_because or "")
    assert sum(heard.language_probabilities.values()) == pytest.approx(1.0)


@pytest.mark.parametrize("seconds", [0.1, 0.11, 28.98, 29.0])
def test_any_length_is_borne(recognizer: WhisperRecognizer, seconds: float) -> None:
    noise = np.random.default_rng(3).normal(0, 0.003, round(seconds * RECOGNITION_RATE_HZ)).astype(np.float32)
    heard = recognizer.recognize(noise, language="ko", quick=True)
    assert (heard.text, heard.window) == ("", "short")


def test_a_turn_longer_than_the_window_is_heard_to_its_end(recognizer: WhisperRecognizer) -> None:
    prompts = [clip for clip in clips() if clip.kind == "prompt"]
    pause = np.zeros(RECOGNITION_RATE_HZ // 2, np.float32)
    parts: list[Samples] = []
    said: list[str] = []
    while sum(map(len, parts)) < 32 * RECOGNITION_RATE_HZ:
        clip = prompts.pop(0)
        parts += [load(clip), pause]
        said.append(clip.transcript)
    heard = recognizer.recognize(np.concatenate(parts), language="en")
    assert heard.window == "stock"
    reference = characters(" ".join(said), "en")
    assert edits(reference, characters(heard.text, "en")) / len(reference) <= 0.2
    assert characters(heard.text, "en")[-6:] == reference[-6:]


@pytest.mark.parametrize(
    "name",
    ["ko/emotiontts/pfb_pfb00012.wav", "ko/emotiontts/pma_pma00022.wav", "en/asterisk_prompts/vm-toreply.wav"],
)
def test_a_sentence_said_once_is_heard_once(recognizer: WhisperRecognizer, name: str) -> None:
    clip = next(clip for clip in clips() if clip.path == FOLDER / name)
    heard = recognizer.recognize(load(clip), quick=True)
    language = heard.language
    assert len(characters(heard.text, language)) < 1.5 * len(characters(clip.transcript, language))


@pytest.mark.parametrize("shape", [(2, 1600), (1, 1600), ()])
def test_what_is_not_mono_is_an_error(recognizer: WhisperRecognizer, shape: Sequence[int]) -> None:
    with pytest.raises(RecognitionError, match="mono"):
        recognizer.recognize(np.zeros(shape, np.float32))


def test_a_language_we_do_not_serve_is_an_error(recognizer: WhisperRecognizer) -> None:
    french: Any = "fr"
    with pytest.raises(RecognitionError, match="'fr'"):
        recognizer.recognize(np.zeros(1600, np.float32), language=french)


def test_what_the_engine_throws_is_an_error_of_ours(
    recognizer: WhisperRecognizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("mkl: out of memory")

    monkeypatch.setattr(recognizer, "_encode", broken)
    with pytest.raises(RecognitionError, match=r"1\.0 s of audio failed: mkl: out of memory"):
        recognizer.recognize(np.full(RECOGNITION_RATE_HZ, 0.1, np.float32))


def test_threads_at_once_hear_the_same(recognizer: WhisperRecognizer) -> None:
    said = [load(clip) for clip in sentences("en")][:3]
    alone = [recognizer.recognize(samples, language="en").text for samples in said]
    start = threading.Barrier(len(said))

    def together(samples: Samples) -> str:
        start.wait(10)
        return recognizer.recognize(samples, language="en").text

    with ThreadPoolExecutor(len(said)) as pool:
        assert list(pool.map(together, said)) == alone


def test_the_gate_is_told_what_is_known(model: Path) -> None:
    seen: list[Evidence] = []

    def refuse(evidence: Evidence) -> str | None:
        seen.append(evidence)
        return "refused by the test"

    recognizer = WhisperRecognizer(model, gate=refuse)
    clip = sentences("en")[0]
    heard = recognizer.recognize(load(clip), language="en", speech_ms=1234)
    assert (heard.text, heard.rejected_because) == ("", "refused by the test")
    assert seen[-1].text
    assert (seen[-1].language, seen[-1].speech_ms) == ("en", 1234)


def test_a_speculative_decode_skips_the_stock_fallback(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("audio.phantoms.looks_wrong", lambda *_: True)
    recognizer = WhisperRecognizer(model, gate=lambda _: None)
    samples = load(sentences("en")[0])
    assert recognizer.recognize(samples, language="en", quick=True).window == "short"
    unsure = WhisperRecognizer(model, gate=lambda _: None, options=DecodeOptions(fallback=False))
    assert unsure.recognize(samples, language="en").window == "short"


@pytest.mark.parametrize("content", [b"", b"not a model"])
def test_files_that_are_no_model_are_said(tmp_path: Path, content: bytes) -> None:
    for name in ("model.bin", "config.json", "tokenizer.json", "vocabulary.json"):
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ModelCorruptError, match="can't be loaded"):
        WhisperRecognizer(tmp_path)

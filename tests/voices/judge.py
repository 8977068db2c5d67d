"""What the project's recognizer hears in a recording, and whether a hotline could act on it."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from audio.contracts import LINE_RATE_HZ, Language, Samples
from audio.resample import LineUpsampler
from audio.weights import bundled_whisper
from audio.whisper import WhisperRecognizer
from ivr.understanding.numbers import CERTAIN, find_digits
from tests.measure.scoring import characters, edits
from tests.voices.script import Line

CACHE = Path(__file__).parents[2] / "var" / "voices"
"""Where the recognizer's weights are put together; not under version control."""

FRAMINGS_S = ((0.26, 0.5), (0.3, 0.25), (0.22, 0.8), (0.0, 0.1))
"""Silence before and after the recording when it is recognised. A call keeps up to 320 ms from before the first
voiced window, of which the recording holds some, and recognises at pauses of 200 ms to a second; the last pair is a
recording given whole, as ``ivr listen`` may get it."""

_ENGLISH = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
DIGITS = {
    "ko": dict(zip("영공일이삼사오육륙칠팔구", "001234566789", strict=True)),
    "en": {word: str(value) for value, word in enumerate(_ENGLISH)},
    "ja": dict(zip("零〇一二三四五六七八九", "00123456789", strict=True)),
    "zh": dict(zip("零〇一二三四五六七八九", "00123456789", strict=True)),
}


@dataclass(frozen=True)
class Verdict:
    """What became of one recording."""

    heard: str
    """The transcript, the language given."""
    detected: Language
    """The language it is taken for when none is given."""
    cer: float
    """Character error rate, digits said and digits written being the same."""
    understood: bool
    """Whether a hotline could act on it."""
    plain: bool
    """Whether it is taken for its own language, and its digits were read without guessing at sound-alikes."""


@cache
def _recognizer() -> WhisperRecognizer:
    # A gate that never closes: what is judged here is known to be speech.
    return WhisperRecognizer(bundled_whisper(CACHE), threads=1, gate=lambda _evidence: None)


def judge(samples: Samples, line: Line) -> Verdict:
    """Recognise 8 kHz ``samples`` of ``line`` as the hotline would, when it would: the worst verdict counts.

    Whisper is fickle on short utterances: a little more silence before or after, and it writes another word. Words
    that nobody needs to understand (backchannels) are recognised once.
    """
    framings = FRAMINGS_S if line.kind != "backchannel" else FRAMINGS_S[:1]
    worst: Verdict | None = None
    for lead_s, tail_s in framings:
        verdict = _judge_framed(samples, line, lead_s, tail_s)
        if worst is None or _badness(verdict) > _badness(worst):
            worst = verdict
        if not worst.understood:
            break
    if worst is None:
        raise ValueError("no framings to judge with")
    return worst


def _badness(verdict: Verdict) -> tuple[bool, bool, float]:
    return not verdict.understood, not verdict.plain, verdict.cer


def _judge_framed(samples: Samples, line: Line, lead_s: float, tail_s: float) -> Verdict:
    silence = round(lead_s * LINE_RATE_HZ), round(tail_s * LINE_RATE_HZ)
    recognition = _recognizer().recognize(LineUpsampler().push(np.pad(samples, silence)), language=line.language)
    heard, probabilities = recognition.text, recognition.language_probabilities
    detected = max(probabilities, key=probabilities.__getitem__)
    understood = all(re.search(pattern, normalise(heard)) for pattern in line.must)
    plain = detected == line.language
    if line.digits is not None:
        asked_for = len(line.digits) if line.kind == "number" else None
        number = find_digits(heard, line.language, asked_for)
        understood = understood and number is not None and number.value == line.digits
        plain = plain and number is not None and number.confidence >= CERTAIN
    return Verdict(heard, detected, error_rate(heard, line), understood, plain)


def normalise(text: str) -> str:
    """Lower case, no spaces, no punctuation, compatibility forms folded."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return "".join(letter for letter in folded if unicodedata.category(letter)[0] in "LN")


def error_rate(heard: str, line: Line) -> float:
    """Character error rate of a transcript: edits over the length of what was said, both normalised."""
    texts = (line.text, heard)
    if line.digits is not None:
        texts = (write_digits(line.text, line.language), write_digits(heard, line.language))
    said, got = (characters(text, line.language) for text in texts)
    return edits(said, got) / max(len(said), 1)


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

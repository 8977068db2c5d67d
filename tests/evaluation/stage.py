"""Rooms for tests: the product's own understanding, decisions and shop behind ears that are told what they hear."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path

from audio.contracts import LANGUAGES, Emotion, EmotionLabel, Language, Prosody, Recognition, Samples
from ivr.content.loader import load_content
from ivr.content.types import Content
from ivr.evaluation.hearing import Ears
from ivr.evaluation.replaying import Rooms
from ivr.evaluation.rooms import connecting
from ivr.understanding.types import ANYTHING, Expectation, Meaning, SlotValue

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures"

KNOWN: Mapping[str, str] = {"where is my order": "order_status", "bye": "goodbye", "cancel it": "cancel_order"}


@cache
def content() -> Content:
    return load_content(ROOT / "prompts")


class Script:
    """A recognizer that hears what the script says, recording by recording."""

    def __init__(self, *texts: str, language: Language = "en") -> None:
        self.texts = list(texts)
        self.language: Language = language
        self.asked_for: list[Language | None] = []

    def recognize(
        self,
        samples: Samples,
        *,
        language: Language | None = None,
        quick: bool = False,
        speech_ms: int | None = None,
    ) -> Recognition:
        self.asked_for.append(language)
        chances = {each: float(each == self.language) for each in LANGUAGES}
        return Recognition(self.texts.pop(0), language or self.language, chances, 0.9, 0.0, 1.0, "short", 0.1)


class Simple:
    """Understands a handful of sentences, at no cost."""

    def understand(
        self, text: str, language: Language, expecting: Expectation = ANYTHING, now: datetime | None = None
    ) -> Meaning:
        if text.isdigit():
            return Meaning(text, language, expecting.intent, 0.9, slots={"order_number": SlotValue(text, 0.9)})
        intent = KNOWN.get(text)
        return Meaning(text, language, intent, 0.9 if intent else 0.1)


class Angry:
    """An emotion model that hears the same in everything."""

    def __init__(self, anger: float = 0.9) -> None:
        self._anger = anger

    def judge(self, samples: Samples, prosody: Prosody, *_: object) -> Emotion:
        rest = 1 - self._anger
        chances = {"neutral": rest, "angry": self._anger, "happy": 0.0, "sad": 0.0, "anxious": 0.0}
        label: EmotionLabel = "angry" if self._anger > rest else "neutral"
        return Emotion(label, max(self._anger, rest), chances, 0.5, 0.0, baseline_weight=1.0)


def rooms(*texts: str, anger: float | None = None, script: Script | None = None) -> Rooms:
    """Rooms in which the recordings say ``texts``."""
    emotion = None if anger is None else Angry(anger)
    return Rooms(
        ears=Ears(script or Script(*texts), emotion=emotion),
        understander=Simple(),
        connect=connecting(content()),
        content=content(),
        language="en",
    )

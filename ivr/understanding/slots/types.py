"""What an extractor is given besides the text."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from ivr.content.types import Language
from ivr.understanding.types import SlotValue


@dataclass(frozen=True)
class Goods:
    """One kind of goods, as callers name it."""

    key: str
    """What is stored: a stock number or the goods' name."""
    names: tuple[str, ...]
    """Names and readings (kana for Japanese ideographs)."""


@dataclass(frozen=True)
class SlotContext:
    """What an answer is understood against."""

    now: datetime | None = None
    """The time of the call, local to the deployment; days and times are relative to it.
    None: none is understood."""
    catalogue: tuple[Goods, ...] = ()
    digits: int | None = None
    """How many digits were asked for, when it is a number."""
    region: str = "KR"
    """Country of the deployment (ISO 3166-1 alpha-2): telephone numbers without a country code are its own."""
    question: Literal["offer", "check"] = "offer"
    """What a yes or no answers: "would you like …?" or "is that right?". 괜찮아요 is a no to the first and a yes to
    the second."""


class Extractor(Protocol):
    """Finds one kind of value; pure, never raises on any text, takes at most 5 ms."""

    def __call__(self, text: str, language: Language, context: SlotContext) -> tuple[SlotValue, ...]:
        """The values found, the most likely first; none when there is none."""
        ...

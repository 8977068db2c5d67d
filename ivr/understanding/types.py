"""What an utterance meant."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from ivr.content.types import Language


@dataclass(frozen=True)
class SlotValue:
    """One piece of information taken from an utterance."""

    value: str
    """Normalised: digits only for numbers, ``yes``/``no`` for answers."""
    confidence: float
    """0 to 1."""
    span: tuple[int, int] | None = None
    """Where in the text it was said (start, end), when it came from text."""


@dataclass(frozen=True)
class Expectation:
    """What was asked, so that the answer can be read and the end of the turn judged."""

    kind: Literal["anything", "yes_no", "digits", "choice"] = "anything"
    slot: str | None = None
    digits: int | None = None
    """How many digits complete the answer, when ``kind`` is ``digits``."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Key → intent, when ``kind`` is ``choice``."""
    intent: str | None = None
    """The request being worked on: an utterance that only fills ``slot`` belongs to it."""


ANYTHING = Expectation()


@dataclass(frozen=True)
class Meaning:
    """One utterance, understood as far as it goes."""

    text: str
    language: Language
    intent: str | None
    """None: not understood. An honest unknown is what hands a caller to a person."""
    confidence: float
    """0 to 1."""
    alternatives: tuple[tuple[str, float], ...] = ()
    """Runners-up, best first."""
    slots: Mapping[str, SlotValue] = field(default_factory=dict)
    sure: bool = True
    """False: the intent is likely, but better asked back about ("반품 말씀이세요?") than acted on."""

    def value(self, slot: str) -> str | None:
        """The value of ``slot``, or None."""
        found = self.slots.get(slot)
        return found.value if found else None


class Understander(Protocol):
    """Text in, meaning out; pure, quick (milliseconds), never raises on any text."""

    def understand(self, text: str, language: Language, expecting: Expectation = ANYTHING) -> Meaning:
        """Understand one utterance."""
        ...

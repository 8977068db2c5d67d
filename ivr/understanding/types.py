"""What an utterance meant."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
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

    kind: Literal["anything", "yes_no", "digits", "choice", "slot"] = "anything"
    """``slot``: a value of a kind other than digits (the slot's own kind says which)."""
    slot: str | None = None
    digits: int | None = None
    """How many digits complete the answer, when ``kind`` is ``digits``."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Key → intent, when ``kind`` is ``choice``."""
    intent: str | None = None
    """The request being worked on: an utterance that only fills ``slot`` belongs to it."""
    question: Literal["offer", "check"] = "offer"
    """What a yes or no answers: "would you like …?" or "is that right?"."""
    partial: str = ""
    """Digits already heard, when ``kind`` is ``digits``: a correction may reach back into them. With ``yes_no`` and
    a ``slot``: the value that is being read back, which the answer may correct ("no, nine five")."""
    typed: bool = False
    """The answer may be typed: keys are collected (up to ``digits``, when that is known), as with ``digits``."""
    patient: bool = False
    """The caller asked for time: silence is waited for longer than usual."""


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
    also: tuple[str, ...] = ()
    """Further requests in the same breath, in the order said, each understood by itself."""
    instead: bool = False
    """The caller takes back what was being done ("아니 그거 말고 …", "no, I meant …")."""
    upset: float | None = None
    """Probability (0 to 1) that the caller is upset, by the words alone. None: not judged, as there are no examples
    of upset callers, or nothing but a command or a value was said."""

    def value(self, slot: str) -> str | None:
        """The value of ``slot``, or None."""
        found = self.slots.get(slot)
        return found.value if found else None


class Understander(Protocol):
    """Text in, meaning out; pure, quick (milliseconds), never raises on any text."""

    def understand(
        self, text: str, language: Language, expecting: Expectation = ANYTHING, now: datetime | None = None
    ) -> Meaning:
        """Understand one utterance.

        Args:
            text: The recognised words; any text at all.
            language: The language of the call.
            expecting: What was asked.
            now: The time of the call, local to the deployment: days and times are relative to it. None: no
                day or time is understood.
        """
        ...

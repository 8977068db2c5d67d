"""What managers own, as the rest of the hotline sees it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Language = Literal["ko", "en", "ja", "zh"]
LANGUAGES: tuple[Language, ...] = ("ko", "en", "ja", "zh")

Tone = Literal["neutral", "apologetic", "reassuring", "brisk", "warm"]
TONES: tuple[Tone, ...] = ("neutral", "apologetic", "reassuring", "brisk", "warm")

SlotKind = Literal["digits", "phone", "datetime", "amount", "yes_no", "product", "text"]
SLOT_KINDS: tuple[SlotKind, ...] = ("digits", "phone", "datetime", "amount", "yes_no", "product", "text")


@dataclass(frozen=True)
class Request:
    """One thing callers ask for: a file ``prompts/requests/NAME.yaml``."""

    intent: str
    examples: Mapping[Language, tuple[str, ...]]
    slots: tuple[str, ...] = ()
    confirm: bool = False
    connector: str | None = None
    replies: Mapping[str, str] = field(default_factory=dict)
    """Outcome of the connector (``found``, ``missing``; ``answer`` without one) → key of a text."""
    menu_key: str | None = None
    """Key that chooses this request in the simplified menu ("1" to "9")."""
    source: str = ""
    """The file it came from, for messages."""


@dataclass(frozen=True)
class SlotSpec:
    """What a slot looks like: an entry of ``prompts/slots.yaml``."""

    name: str
    digits: int
    """How many digits the value has; 0 for kinds other than ``digits``."""
    kind: SlotKind = "digits"
    """What is told: a number, a telephone number, a day or time, money, yes or no, goods, free text."""


@dataclass(frozen=True)
class Command:
    """Something a caller may say at any point, whatever was asked: an entry of ``prompts/commands.yaml``."""

    name: str
    """``agent``, ``repeat``, ``goodbye``, ``thanks``, ``yes``, ``no`` or ``dont_know``."""
    examples: Mapping[Language, tuple[str, ...]] = field(default_factory=dict)
    """Whole utterances."""
    words: Mapping[Language, tuple[str, ...]] = field(default_factory=dict)
    """Words that are enough on their own inside a short utterance."""


@dataclass(frozen=True)
class Text:
    """One prompt in one language: its wordings, in the order in which they are used."""

    key: str
    wordings: Mapping[Tone, tuple[str, ...]]
    """At least ``neutral``, each at least one wording. A re-prompt takes the next wording."""


@dataclass(frozen=True)
class Thresholds:
    """Where one language's unknown begins: an entry of ``prompts/thresholds.yaml``, made by ``tune``.

    Scores are sums of two z-values (:mod:`ivr.understanding.calibration`), about -10 to 5.
    """

    unknown: float
    """Below: unknown."""
    sure: float
    """Below: better ask back."""


@dataclass(frozen=True)
class Content:
    """One consistent version of everything under ``prompts/``. Immutable: a call keeps the one it began with."""

    version: str
    """Hash of the files' contents: stored with each call."""
    requests: Mapping[str, Request]
    texts: Mapping[Language, Mapping[str, Text]]
    slots: Mapping[str, SlotSpec] = field(default_factory=dict)
    commands: Mapping[str, Command] = field(default_factory=dict)
    thresholds: Mapping[Language, Thresholds] = field(default_factory=dict)
    """This deployment's own; a language that is missing takes what its examples suggest."""

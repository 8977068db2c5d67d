"""What managers own, as the rest of the hotline sees it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Language = Literal["ko", "en", "ja", "zh"]
LANGUAGES: tuple[Language, ...] = ("ko", "en", "ja", "zh")

Tone = Literal["neutral", "apologetic", "reassuring", "brisk", "warm"]
TONES: tuple[Tone, ...] = ("neutral", "apologetic", "reassuring", "brisk", "warm")

SlotKind = Literal["digits", "phone", "datetime", "amount", "yes_no", "product", "text", "identity"]
SLOT_KINDS: tuple[SlotKind, ...] = (
    *("digits", "phone", "datetime", "amount", "yes_no", "product", "text", "identity"),
)


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
    verify: bool = False
    """Personal: the caller's identity is verified (:class:`Verification`) before it is done or told."""
    person: bool = False
    """Only a person can do it: handed over, or a call-back after hours, once the slots are known."""
    menu_key: str | None = None
    """Key that chooses this request in the simplified menu ("1" to "9")."""
    source: str = ""
    """The file it came from, for messages."""


@dataclass(frozen=True)
class SlotSpec:
    """What a slot looks like: an entry of ``prompts/slots.yaml``."""

    name: str
    digits: int
    """How many digits the value has (``identity``: the last digits of a telephone number); 0 for other kinds."""
    kind: SlotKind = "digits"
    """What is told: a number, a telephone number, a day or time, money, yes or no, goods, text, an identity."""


@dataclass(frozen=True)
class Product:
    """One kind of goods as callers name it: an entry of ``prompts/catalogue.yaml``."""

    key: str
    """What a connector is given: a stock number."""
    names: Mapping[Language, tuple[str, ...]] = field(default_factory=dict)
    """Names, and readings where writing doesn't tell them (kana for Japanese ideographs)."""


@dataclass(frozen=True)
class Command:
    """Something a caller may say at any point, whatever was asked: an entry of ``prompts/commands.yaml``."""

    name: str
    """``agent``, ``repeat``, ``goodbye`` …: :data:`ivr.content.requests.COMMANDS`."""
    examples: Mapping[Language, tuple[str, ...]] = field(default_factory=dict)
    """Whole utterances."""
    words: Mapping[Language, tuple[str, ...]] = field(default_factory=dict)
    """Words that are enough on their own inside a short utterance."""


@dataclass(frozen=True)
class Schedule:
    """Opening times: an entry of ``prompts/hours.yaml``."""

    weekly: Mapping[int, tuple[tuple[dt.time, dt.time], ...]] = field(default_factory=dict)
    """Day of the week (0 Monday … 6 Sunday) → (from, until), in order; a day that is not there is closed."""
    always: bool = False
    """Day and night, holidays too."""


@dataclass(frozen=True)
class Hours:
    """When somebody is there: ``prompts/hours.yaml``. Read with the functions of :mod:`ivr.content.hours`."""

    timezone: str = "Asia/Seoul"
    shop: Schedule = Schedule(always=True)
    agents: Schedule = Schedule(always=True)
    """When people take calls; outside it, what needs a person becomes a call-back."""
    holidays: Mapping[dt.date, Mapping[Language, str]] = field(default_factory=dict)
    """Days on which both are closed → the day's name."""


@dataclass(frozen=True)
class Incident:
    """Something every caller must be told before they ask: an entry of ``prompts/incidents.yaml``."""

    name: str
    """Its text is ``incident_NAME``."""
    active: bool = False
    until: dt.date | None = None
    """The last day on which it is told."""
    requests: tuple[str, ...] = ()
    """Told when one of these is asked for, once a call; none: told with the greeting."""


@dataclass(frozen=True)
class Verification:
    """How a caller proves who they are: ``prompts/verification.yaml``."""

    slot: str
    """Asked for, such as ``identity``."""
    connector: str
    """Given :attr:`key` and :attr:`slot`; its outcome is ``verified``, ``mismatch`` or ``missing``."""
    key: str = "order_number"
    """The slot that names whose data it is; verified once for each of its values."""


@dataclass(frozen=True)
class FrustrationWeights:
    """How the frustration score is made: ``frustration`` in ``prompts/policy.yaml``. All 0 to 1."""

    voice: float = 0.2
    speed: float = 0.05
    words: float = 0.5
    profanity: float = 0.55
    demand: float = 0.5
    repeated: float = 0.25
    failed: float = 0.12
    interrupted: float = 0.08
    waiting: float = 0.1
    kept: float = 0.8
    """Share of the score that is left at the next turn."""
    relief: float = 0.6
    """Share of what is left that thanks, or an answer, takes away."""
    irritated_from: float = 0.3
    upset_from: float = 0.6
    hysteresis: float = 0.1
    """How far below its threshold the score must fall before a level is left again."""


@dataclass(frozen=True)
class Speaking:
    """How a tone sounds: an entry of ``speaking`` in ``prompts/policy.yaml``."""

    speed: float = 1.0
    """Against our normal speed, 0.7 to 1.3."""
    loudness_db: float = 0.0
    """Against our normal loudness, -6 to 6 dB."""


SPEAKING: Mapping[Tone, Speaking] = {
    "neutral": Speaking(),
    "apologetic": Speaking(speed=0.95),
    "reassuring": Speaking(speed=0.9, loudness_db=-1.0),
    "brisk": Speaking(speed=1.15),
    "warm": Speaking(),
}
"""A product decision: plainly heard next to the normal voice (a difference of 5 % in tempo is the smallest that
listeners notice: Quene, J. Phonetics 35:353, 2007), and well inside what is clear on a telephone."""


@dataclass(frozen=True)
class Policy:
    """When the hotline reacts to how a caller feels, and how: ``prompts/policy.yaml``."""

    frustration: FrustrationWeights = FrustrationWeights()
    feel: bool = True
    """Whether voice and words are judged at all."""
    empathise_from: float = 0.3
    """Frustration from which a reply begins with understanding and an apology."""
    offer_person_from: float = 0.5
    """Frustration from which a person is offered."""
    hand_over_from: float = 0.75
    """Frustration from which a person takes over unasked."""
    offer_again_after: int = 2
    """Turns after a declined offer before the next."""
    apologies_in_a_row: int = 2
    """Apologies in successive replies; the next reply goes without."""
    emotion_from: float = 0.5
    """Confidence from which an emotion other than anger chooses a tone."""
    slow_for: tuple[str, ...] = ("sad", "anxious")
    """Emotions that are answered more slowly."""
    speaking: Mapping[Tone, Speaking] = field(default_factory=lambda: SPEAKING)
    """Tone → how it sounds; every tone is there."""


@dataclass(frozen=True)
class UpsetExamples:
    """How callers speak when they are upset, and when not: ``prompts/upset.yaml``."""

    upset: Mapping[Language, tuple[str, ...]] = field(default_factory=dict)
    calm: Mapping[Language, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class SqlSpec:
    """A connector that asks a database: ``kind: sql`` in ``prompts/connectors.yaml``."""

    name: str
    url: str
    """SQLAlchemy URL; ``${NAME}`` stands for an environment variable."""
    query: str
    """One statement with named parameters (``:order_number``), never anything pasted in."""
    outcome: str
    """Column that holds the outcome; or, in quotes, the outcome when there is a row. No row: ``missing``."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Placeholder → column, or column per language as ``name_{language}``."""
    speak: Mapping[str, SlotKind | Literal["date"]] = field(default_factory=dict)
    """Placeholder → how it is spoken (digits one by one, a date, an amount); others as they are."""
    facts: tuple[str, ...] = ()
    """Columns kept as verified facts."""
    source: str = ""


@dataclass(frozen=True)
class HttpSpec:
    """A connector that asks an HTTP JSON service: ``kind: http`` in ``prompts/connectors.yaml``."""

    name: str
    url: str
    """May hold ``{slot}`` (percent-encoded) and ``${NAME}``, an environment variable."""
    method: Literal["GET", "POST"] = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, str] = field(default_factory=dict)
    """JSON field → text with ``{slot}``, for POST."""
    outcome: str = "'found'"
    """Dotted path of the outcome in the answer; or, in quotes, the outcome of any 200. 404: ``missing``."""
    values: Mapping[str, str] = field(default_factory=dict)
    """Placeholder → dotted path, in which ``{language}`` stands for the caller's."""
    speak: Mapping[str, SlotKind | Literal["date"]] = field(default_factory=dict)
    facts: tuple[str, ...] = ()
    timeout_s: float = 2.0
    retries: int = 1
    """Further tries of a GET that could not connect, timed out or got 502, 503 or 504."""
    source: str = ""


ConnectorSpec = SqlSpec | HttpSpec


@dataclass(frozen=True)
class Text:
    """One prompt in one language: its wordings, in the order in which they are used."""

    key: str
    wordings: Mapping[Tone, tuple[str, ...]]
    """At least ``neutral``, each at least one wording. A re-prompt takes the next wording."""


@dataclass(frozen=True)
class Thresholds:
    """Where one language's unknown begins: an entry of ``prompts/thresholds.yaml``, made by ``tune``.

    Scores (:mod:`ivr.understanding.calibration`) are about 0, nothing alike, to 1, an example itself.
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
    hours: Hours = Hours()
    incidents: tuple[Incident, ...] = ()
    verification: Verification | None = None
    connectors: Mapping[str, ConnectorSpec] = field(default_factory=dict)
    catalogue: tuple[Product, ...] = ()
    """Goods that slots of kind ``product`` may name."""
    policy: Policy = Policy()
    upset: UpsetExamples = field(default_factory=UpsetExamples)
    """Sentences from which it is learnt how upset callers speak."""
    thresholds: Mapping[Language, Thresholds] = field(default_factory=dict)
    """This deployment's own; a language that is missing takes what its examples suggest."""

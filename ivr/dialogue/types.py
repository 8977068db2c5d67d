"""What a conversation can meet (events), and what it can decide (decisions). Plain values, no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from ivr.content.types import Language, Tone
from ivr.dialogue.mood import CALM_MOOD, Mood
from ivr.understanding.sentiment.types import NOTHING, Sentiment
from ivr.understanding.types import ANYTHING, Expectation, Meaning, SlotValue


class Action(StrEnum):
    """What the machine does next."""

    ANSWER = "answer"
    ASK = "ask"
    CONFIRM = "confirm"
    REPROMPT = "reprompt"
    EMPATHISE = "empathise"
    OFFER_AGENT = "offer_agent"
    HAND_OFF = "hand_off"
    HANG_UP = "hang_up"


class HandoffReason(StrEnum):
    """Why a person takes over."""

    CALLER_ASKED = "caller_asked"
    FRUSTRATION = "frustration"
    UNKNOWN_INTENT = "unknown_intent"
    BUSINESS_RULE = "business_rule"
    FAILURE = "failure"


# --- events: what the conversation meets -------------------------------------------------------------


@dataclass(frozen=True)
class Answered:
    """The line is up: greet."""

    language: Language
    also: Language | None = None
    """Another language that the caller may speak, to be said in that language."""
    now: datetime | None = None
    """The time of the call, local to the deployment (aware). None: not known, so people are taken to be there."""
    number: str | None = None
    """The caller's number (E.164), for calling back; None when withheld."""
    known: "KnownCaller | None" = None
    recorded: bool = False
    """Whether the call is recorded: the caller is told."""


@dataclass(frozen=True)
class KnownCaller:
    """What our own records say of the number that calls. Nothing personal: a number is not a person."""

    open_intent: str
    """What they called about and was left open (handed over, call-back, not found)."""
    days_ago: int
    """Days since, in the deployment's time zone; 0 is today."""


@dataclass(frozen=True)
class Feeling:
    """How the last utterance sounded, as far as decisions need it. None: not known."""

    emotion: str | None = None
    emotion_confidence: float | None = None
    anger: float | None = None
    """0 to 1, calibrated and relative to the caller's own earlier speech. None: not enough evidence."""
    speed_octaves: float | None = None
    """Change of speech rate against the caller's own earlier speech, log2."""
    sentiment: Sentiment = NOTHING
    """What the words say."""
    interrupted: bool = False
    """The caller talked over us."""
    waited_ms: int = 0
    """How long the caller had waited for our last reply."""
    judged: bool = True
    """False: feelings are switched off for this caller."""


@dataclass(frozen=True)
class Heard:
    """The caller said something that was recognised (``meaning.intent`` may still be None)."""

    meaning: Meaning
    feeling: Feeling = Feeling()


@dataclass(frozen=True)
class KeysPressed:
    """The caller pressed keys: one for a choice, several for a number (without the closing ``#``)."""

    keys: str


@dataclass(frozen=True)
class NothingHeard:
    """The caller was silent for as long as the question allows."""


@dataclass(frozen=True)
class Unintelligible:
    """The caller spoke, but no words came out of it."""


@dataclass(frozen=True)
class Fulfilled:
    """The answer to a :class:`Lookup`."""

    lookup: "Lookup"
    outcome: str
    """``found``, ``missing`` or another key of the request's ``replies``."""
    values: Mapping[str, str] = field(default_factory=dict)
    """What the reply's placeholders need, already in the caller's language."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """The connector's verified facts, for the hand-off summary."""


@dataclass(frozen=True)
class LookupFailed:
    """A :class:`Lookup` could not be done: a database down, a deadline passed."""

    lookup: "Lookup"
    why: str


Event = Answered | Heard | KeysPressed | NothingHeard | Unintelligible | Fulfilled | LookupFailed


# --- decisions: what the conversation does ------------------------------------------------------------


@dataclass(frozen=True)
class Say:
    """One text to speak: a key under ``prompts/LANGUAGE/`` with the values of its placeholders."""

    key: str
    values: Mapping[str, str] = field(default_factory=dict)
    wording: int = 0
    """Which wording of the text (modulo how many there are): a re-prompt never uses the same twice."""
    language: Language | None = None
    """The language to say it in, where that is not the call's."""
    tone: Tone | None = None
    """The tone to say it in, where that is not the decision's."""


@dataclass(frozen=True)
class Lookup:
    """Something to do before the reply: call ``connector`` with the slots, then decide again."""

    intent: str
    connector: str
    slots: Mapping[str, str]


@dataclass(frozen=True)
class CallBack:
    """A promise to call back."""

    at: datetime
    """When; aware, local to the deployment."""
    number: str
    """E.164."""
    request: str | None = None
    """The intent it is about."""
    topic: str = ""
    """What the caller wants, in their own words."""


@dataclass(frozen=True)
class Decision:
    """What to do next, and why."""

    action: Action
    reason: str
    """A sentence for people: what was heard and which rule chose this."""
    contributions: Mapping[str, float] = field(default_factory=dict)
    say: tuple[Say, ...] = ()
    tone: Tone = "neutral"
    expect: Expectation = ANYTHING
    lookup: Lookup | None = None
    """When set, nothing but ``say`` (a filler, may be empty) happens until its :class:`Fulfilled` arrives."""
    handoff: HandoffReason | None = None
    """Set when ``action`` is ``hand_off``."""
    handoff_why: str | None = None
    """The text that tells the agent why, where that is more than ``why_REASON``."""
    outcome: Literal["resolved", "handed_off", "abandoned", "callback", "failed"] | None = None
    """Set when the call ends after ``say``."""
    callback: CallBack | None = None
    """Set when ``outcome`` is ``callback``."""


@dataclass(frozen=True)
class Tried:
    """One thing the machine tried, for the hand-off summary."""

    intent: str
    outcome: str
    detail: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What the connector verified in this very look-up."""


# fmt: off
Question = Literal[
    "opening", "slot", "confirm", "anything_else", "offer_agent", "check_slot", "check_intent", "change", "known",
    "callback_time", "callback_propose", "callback_number", "callback_digits", "callback_check",
]
# fmt: on
"""What was asked last: says what a yes, a no or a silence is an answer to."""


@dataclass(frozen=True)
class Wish:
    """A request that waits for its turn: said in the same breath as another, or interrupted by it."""

    intent: str
    slots: Mapping[str, str] = field(default_factory=dict)
    begun: bool = False
    """Whether it had been begun: it is then gone on with."""


@dataclass(frozen=True)
class Doubt:
    """A value that is read back before it is used."""

    slot: str
    value: str


@dataclass(frozen=True)
class Promise:
    """A call-back that is being arranged."""

    reason: HandoffReason
    """Why a person is needed."""
    request: str | None = None
    at: datetime | None = None
    """Proposed or chosen; aware, within the agents' hours."""
    number: str | None = None
    misses: int = 0
    """Answers that led nowhere, for the present question."""


@dataclass(frozen=True)
class DialogueState:
    """Everything the conversation remembers. Replaced, never changed."""

    language: Language
    expecting: Expectation = ANYTHING
    intent: str | None = None
    """The request being worked on."""
    slots: Mapping[str, str] = field(default_factory=dict)
    last_say: tuple[Say, ...] = ()
    """For "repeat that"."""
    failures: int = 0
    """Turns in a row without progress (silence, no words, unknown)."""
    misses: Mapping[str, int] = field(default_factory=dict)
    """How often each question was re-prompted: chooses the next wording."""
    tried: tuple[Tried, ...] = ()
    resolved: int = 0
    """How many requests were answered."""
    verified: Mapping[str, str] = field(default_factory=dict)
    pace: Literal["slow", "normal", "fast"] = "normal"
    """How fast we speak from now on; the caller may ask for it."""
    loudness: Literal["normal", "loud"] = "normal"
    ended: bool = False
    question: Question = "opening"
    partial: str = ""
    """Digits heard so far of a number that is told in parts."""
    mood: Mood = CALM_MOOD
    """How the caller feels so far."""
    feel: bool = True
    """False: the caller has asked not to be judged by voice and feelings."""
    pending: Lookup | None = None
    """The look-up whose answer is awaited."""
    stalled: int = 0
    """Exchanges since a request was answered or a person offered."""
    ending: Decision | None = None
    """The decision that ended the conversation; repeated, without words, for whatever still comes."""
    call: Answered | None = None
    """How the call came in: its time, its number."""
    waiting: tuple[Wish, ...] = ()
    """Requests to come back to, the next one first."""
    context: Mapping[str, str] = field(default_factory=dict)
    """Values of the request answered last: "cancel it" is about them."""
    context_intent: str | None = None
    """The request that :attr:`context` comes from; asked once more, it is about something else."""
    guesses: tuple[str, ...] = ()
    """Requests asked back about ("a return, is it?"), the likeliest first."""
    given: Mapping[str, SlotValue] = field(default_factory=dict)
    """Values that came with a guess."""
    denied: tuple[str, ...] = ()
    """Guesses that the caller said no to since the last request began."""
    doubt: Doubt | None = None
    """The value being read back."""
    proven: tuple[str, ...] = ()
    """Values of the verification's key for which the caller has proven who they are."""
    told: tuple[str, ...] = ()
    """Incidents the caller has heard of."""
    filled: tuple[str, ...] = ()
    """``intent.slot`` of what has been told so far in the call: progress, once each."""
    resumed: bool = False
    """Whether the question was asked on coming back to a request: a no then means "leave it"."""
    assumed: bool = False
    """Whether the request was taken for granted although it was not sure: a no to its first question then means
    "not that"."""
    topic: str = ""
    """What the caller wants, in the words in which they said so."""
    promise: Promise | None = None
    """The call-back being arranged."""

"""A turn on its way to words: its decodes, what they gave, and how it ended. Values of the listener's."""

from concurrent.futures import Future
from dataclasses import dataclass

from audio.contracts import Recognition, Samples
from audio.endpointing import TurnState
from ivr.call.languages import CallLanguage
from ivr.call.turn_taking import Completeness
from ivr.call.utterance import Voice
from ivr.understanding.types import Expectation, Meaning


@dataclass(frozen=True)
class Decoded:
    """A decode came back: into the call's inbox."""

    job: int
    result: Recognition | None
    error: BaseException | None


@dataclass
class Job:
    """One decode of the turn so far, with what it covers."""

    number: int
    future: "Future[Recognition]"
    samples: Samples
    turn: TurnState
    voice: "Future[Voice] | None" = None


@dataclass(frozen=True)
class Words:
    """The words of the turn so far."""

    job: Job
    recognition: Recognition
    meaning: Meaning
    completeness: Completeness


@dataclass(frozen=True)
class Ended:
    """The turn before: what going on with it takes up again."""

    number: int
    sound: TurnState
    start_ms: int
    over_our_voice: bool
    expecting: Expectation
    """What it was an answer to."""
    language: CallLanguage
    """The call's, before it."""
    times: int
    """How often it was gone on with."""


@dataclass
class Closing:
    """A turn that has ended and whose words are awaited."""

    job: Job
    number: int
    start_ms: int
    end_ms: int
    over_our_voice: bool
    ahead: bool
    expecting: Expectation | None = None
    """What it answers, when the caller went on with a turn that had ended; None: what was asked last."""
    tries: int = 1

"""One turn of the caller, heard to its end."""

from dataclasses import dataclass

from audio.contracts import Emotion, Prosody, Recognition
from ivr.understanding.types import Meaning


@dataclass(frozen=True)
class Voice:
    """How an utterance was said."""

    prosody: Prosody
    speech_rate: float | None
    """Syllables (ja: morae) per second of voiced speech."""
    emotion: Emotion | None = None


@dataclass(frozen=True)
class Utterance:
    """What the caller said in one turn, and how. Times in milliseconds from the call's start."""

    recognition: Recognition
    meaning: Meaning
    voice: Voice | None
    """None when it could not be measured."""
    start_ms: int
    end_ms: int
    """When the last speech window arrived."""
    speech_ms: int
    over_our_voice: bool
    """Whether it began while we were speaking."""
    ahead: bool
    """Whether a speculative decode had the words before the turn ended."""
    turn: int = 0
    """Number of the turn in the call. A turn that the caller went on with keeps its number."""
    gone_on: bool = False
    """Whether the caller went on after the turn had been taken to be over."""

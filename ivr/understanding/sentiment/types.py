"""What a caller's words say about how they feel."""

from dataclasses import dataclass
from typing import Literal

CueKind = Literal["negative", "profanity", "demand", "urgency", "worry", "thanks", "polite", "impolite", "repeated"]
CUE_KINDS: tuple[CueKind, ...] = (
    *("negative", "profanity", "demand", "urgency", "worry", "thanks", "polite", "impolite", "repeated"),
)


@dataclass(frozen=True)
class Entry:
    """One expression of the lexicon."""

    kind: CueKind
    pattern: str
    """Regular expression; on the text without spaces (ko, ja, zh) or with single spaces (en)."""
    strength: float
    """0 to 1, before grammar: 0.3 grumbling, 0.5 annoyed, 0.8 furious. Our own reading, not a measurement."""


@dataclass(frozen=True)
class Cue:
    """One expression that was found."""

    kind: CueKind
    text: str
    strength: float
    """0 to 1, after grammar: intensifiers raise it, diminishers lower it; what is negated is no cue."""


@dataclass(frozen=True)
class Sentiment:
    """What one utterance's words say. Strengths 0 to 1; cues of a kind add up like probabilities."""

    negative: float = 0.0
    profanity: float = 0.0
    demand: float = 0.0
    """Asks for someone in charge, threatens to complain, to sue or to leave."""
    urgency: float = 0.0
    worry: float = 0.0
    thanks: float = 0.0
    polite: float = 0.0
    impolite: float = 0.0
    repeated: float = 0.0
    """Says that this was said, or called about, before."""
    cues: tuple[Cue, ...] = ()
    """The evidence, in the order of the kinds."""


NOTHING = Sentiment()

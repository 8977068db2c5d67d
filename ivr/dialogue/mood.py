"""What a conversation remembers of how the caller feels. Plain values."""

from dataclasses import dataclass

from ivr.content.types import Tone
from ivr.dialogue.frustration import CALM, Frustration, Signs


@dataclass(frozen=True)
class Said:
    """What the caller said in an earlier turn, as far as repetition is judged."""

    intent: str | None
    words: str
    """Without spaces and punctuation."""


@dataclass(frozen=True)
class Mood:
    """How the caller feels so far. Replaced, never changed."""

    frustration: Frustration = CALM
    tone: Tone = "neutral"
    """In which the next reply is said."""
    turns: int = 0
    """Turns of the caller so far."""
    said: tuple[Said, ...] = ()
    """The latest turns, newest last."""
    signs: tuple[Signs, ...] = ()
    """What each turn showed: the score can be computed again from them."""
    empathy_due: bool = False
    """Understanding is to be said with the next words."""
    offered_at: int | None = None
    """The turn at which a person was last offered for frustration."""
    apologies: int = 0
    """Understanding said in successive reactions."""


CALM_MOOD = Mood()

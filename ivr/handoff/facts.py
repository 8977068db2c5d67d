"""What is known of a call at the moment a person is wanted, and where each piece of it comes from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ivr.content.types import Content, Language
from ivr.dialogue.types import DialogueState, HandoffReason
from ivr.records.history import EarlierCall
from ivr.records.types import TurnRecord

SourceKind = Literal["turn", "lookup", "verified", "told", "line", "history", "call", "state", "decision"]
"""``turn`` 3: the fourth turn · ``lookup`` 0: the first thing tried · ``verified`` NAME: a fact of a connector ·
``told`` SLOT: what the caller said for it · ``line`` ``number`` or ``language`` · ``history`` CALLSID: an earlier
call · ``call`` ``count``: how many there were; ``call`` INTENT: how many about it, this one included ·
``state`` NAME: of the conversation · ``decision``: why a person is wanted."""

Section = Literal["headline", "caller", "request", "verified", "tried", "feeling", "risks", "suggested_opening"]


HISTORY_DAYS = 14
"""Days of earlier calls that are told: the time most things can be sent back in, as for the greeting
(:data:`ivr.call.callers.REMEMBERED`)."""


@dataclass(frozen=True)
class Source:
    """Where a statement comes from."""

    kind: SourceKind
    at: str = ""

    def __str__(self) -> str:
        """As in the interface: ``turn:3``."""
        return f"{self.kind}:{self.at}" if self.at else self.kind


@dataclass(frozen=True)
class Statement:
    """One sentence or line of a summary."""

    section: Section
    text: str
    sources: tuple[Source, ...]

    def as_json(self) -> dict[str, object]:
        """As in the interface."""
        return {"section": self.section, "text": self.text, "sources": [str(source) for source in self.sources]}


@dataclass(frozen=True)
class Facts:
    """A call so far: all that a summary may be made from."""

    state: DialogueState
    turns: Sequence[TurnRecord]
    reason: HandoffReason
    from_number: str | None
    content: Content
    language: Language
    """The agents'."""
    earlier: Sequence[EarlierCall] | None = None
    """Earlier calls of the number, newest first; None: not known."""
    why: str | None = None
    """The text that tells why a person is wanted; None: ``why_REASON``."""


def evidence(facts: Facts) -> Mapping[str, tuple[str, ...]]:
    """What each source says, as text that a statement can be held against.

    Returns:
        Name of the source (:meth:`Source.__str__`) → the texts behind it.
    """
    state, found = facts.state, dict[str, tuple[str, ...]]()
    for index, turn in enumerate(facts.turns):
        found[f"turn:{index}"] = (turn.text, *turn.slots.values(), *_intent(turn.intent))
    for index, tried in enumerate(state.tried):
        found[f"lookup:{index}"] = (tried.intent, tried.outcome, tried.detail, *tried.facts.values())
    found |= {f"verified:{name}": (value,) for name, value in state.verified.items()}
    found |= {f"told:{slot}": (value,) for slot, value in state.slots.items()}
    found["line:number"] = (facts.from_number or "",)
    found["line:language"] = (state.language,)
    for call in facts.earlier or ():
        found[f"history:{call.call_sid}"] = (
            f"{call.started_at:%Y-%m-%d}",
            call.outcome,
            *call.intents,
            *_intent(call.left_open),
        )
    found["call:count"] = (str(len(facts.earlier or ())), str(HISTORY_DAYS))
    for intent in {each for call in facts.earlier or () for each in call.intents}:
        found[f"call:{intent}"] = (intent, str(len(same_before(facts, intent)) + 1))
    found["state:failures"] = (str(state.failures),)
    found["state:intent"] = _intent(state.intent)
    found["state:proven"] = state.proven
    found["decision"] = (facts.reason.value,)
    return found


def same_before(facts: Facts, intent: str | None) -> tuple[EarlierCall, ...]:
    """Earlier calls about the same request."""
    return tuple(call for call in facts.earlier or () if intent is not None and intent in call.intents)


def _intent(intent: str | None) -> tuple[str, ...]:
    return () if intent is None else (intent,)

"""What a conversation remembers of how the caller feels, and what that calls for. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from ivr.content.types import Policy, Tone
from ivr.dialogue.frustration import CALM, Frustration, Signs, step

Reaction = Literal["none", "empathise", "offer_agent", "hand_off"]

RISE = 0.5
"""Share of ``empathise_from`` by which the score must rise in one turn for understanding to be said once more."""

FELT = ("voice", "words", "profanity", "demand")
"""Signs of feeling itself; the others are reasons for one."""


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
    signs: Signs | None = None
    """What the latest turn showed; stored with it, so that the score can be computed again."""
    empathy_due: bool = False
    """Understanding is to be said with the next words."""
    offered_at: int | None = None
    """The turn at which a person was last offered for frustration."""
    apologies: int = 0
    """Replies running in which we said sorry."""
    sorry_now: bool = False
    """Whether we have said so since the caller last did something."""
    tone_at: int = 0
    """The turn that last gave reason for the tone."""


CALM_MOOD = Mood()


def judged(mood: Mood, signs: Signs, policy: Policy) -> Mood:
    """The mood after one more turn, which showed ``signs``."""
    frustration = step(mood.frustration, signs, policy.frustration)
    due = mood.empathy_due or _risen(mood.frustration, frustration, policy)
    return replace(mood, frustration=frustration, empathy_due=due, turns=mood.turns + 1, signs=signs)


def reaction(mood: Mood, policy: Policy) -> Reaction:
    """What a mood calls for, whatever the dialogue decided."""
    score = mood.frustration.score
    if score >= policy.hand_over_from:
        return "hand_off"
    if score >= policy.offer_person_from and not lately_offered(mood, policy):
        return "offer_agent"
    return "empathise" if mood.empathy_due else "none"


def lately_offered(mood: Mood, policy: Policy) -> bool:
    """Whether a person was offered so lately that it would be pestering to do so again."""
    return mood.offered_at is not None and mood.turns - mood.offered_at <= policy.offer_again_after


def offered(mood: Mood) -> Mood:
    """The mood once a person was offered."""
    return replace(mood, offered_at=mood.turns)


def understood(mood: Mood, policy: Policy) -> tuple[Mood, bool]:
    """Say understanding, unless we said sorry as often in a row as is bearable: the mood, and whether to say it."""
    return replace(mood, empathy_due=False), may_apologise(mood, policy)


def caller_acted(mood: Mood) -> Mood:
    """The mood when the caller has said or done something, and another reply follows."""
    return replace(mood, apologies=mood.apologies if mood.sorry_now else 0, sorry_now=False)


def may_apologise(mood: Mood, policy: Policy) -> bool:
    """Whether a sorry is worth something: not said since the caller last spoke, nor in too many replies running."""
    return not mood.sorry_now and mood.apologies < policy.apologies_in_a_row


def apologised(mood: Mood) -> Mood:
    """The mood when we have said sorry."""
    return mood if mood.sorry_now else replace(mood, apologies=mood.apologies + 1, sorry_now=True)


@dataclass(frozen=True)
class Replayed:
    """What a policy would have made of one turn."""

    frustration: Frustration
    reaction: Reaction


def replay(turns: Iterable[Signs], policy: Policy) -> tuple[Replayed, ...]:
    """What a policy would have called for, turn by turn, had the caller said and shown the same.

    It stops at a hand-off. What the dialogue itself would have decided otherwise is not known: only feelings are
    replayed.
    """
    mood, done = CALM_MOOD, []
    for signs in turns:
        mood = judged(caller_acted(mood), signs, policy)
        called_for = reaction(mood, policy)
        said = False
        if called_for == "offer_agent":
            mood, said = understood(offered(mood), policy)
        elif called_for == "empathise":
            mood, said = understood(mood, policy)
            called_for = "empathise" if said else "none"
        mood = apologised(mood) if said else mood
        done.append(Replayed(mood.frustration, called_for))
        if called_for == "hand_off":
            break
    return tuple(done)


def _risen(before: Frustration, now: Frustration, policy: Policy) -> bool:
    """Whether something felt in this turn took the score over the threshold, or up again by a good part of it.

    A turn that was only not understood, or said once more, is answered with a re-prompt, which has its own sorry:
    feeling must have given at least as much as everything else in it.
    """
    rise = now.score - before.score
    given = {name: part for name, part in now.contributions.items() if name != "carried"}
    felt = 2 * sum(given.get(name, 0.0) for name in FELT) >= sum(given.values()) > 0
    return (
        felt
        and now.score >= policy.empathise_from
        and (before.score < policy.empathise_from or rise >= RISE * policy.empathise_from)
    )

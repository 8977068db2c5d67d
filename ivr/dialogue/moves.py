"""Single moves of a conversation: ask, offer a person, hand over, say goodbye. Pure, and used by every rule."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from ivr.content.keys import menu_key_of
from ivr.content.spoken import spell_digits
from ivr.content.types import Content, Tone
from ivr.dialogue.types import Action, Decision, DialogueState, HandoffReason, Say
from ivr.understanding.types import ANYTHING, Expectation

Move = tuple[DialogueState, Decision]
YES_NO = Expectation(kind="yes_no")


@dataclass(frozen=True)
class Why:
    """Why a move is made: for people, and in figures for the record."""

    reason: str
    contributions: Mapping[str, float] = field(default_factory=dict)


def next_say(state: DialogueState, key: str, values: Mapping[str, str] | None = None) -> tuple[DialogueState, Say]:
    """Take the next wording of a text, so that the caller never hears the same words for it twice running."""
    wording = state.misses.get(key, 0)
    say = Say(key, values or {}, wording)
    return replace(state, misses={**state.misses, key: wording + 1}), say


def slot_expectation(state: DialogueState, content: Content) -> Expectation:
    """What completes the number that is being asked for: all its digits, or those still missing."""
    request = content.requests.get(state.intent or "")
    slot = missing_slot(state, content)
    if request is None or slot is None:
        return ANYTHING
    return Expectation(
        kind="digits", slot=slot, digits=content.slots[slot].digits - len(state.partial), intent=request.intent
    )


def missing_slot(state: DialogueState, content: Content) -> str | None:
    """The first slot of the current request that has no value yet."""
    request = content.requests.get(state.intent or "")
    if request is None:
        return None
    return next((slot for slot in request.slots if slot not in state.slots and slot in content.slots), None)


def menu(state: DialogueState, content: Content) -> tuple[DialogueState, tuple[Say, ...], Expectation]:
    """The simple choice: every request that has a key, and a person on zero."""
    choices = sorted((request.menu_key, intent) for intent, request in content.requests.items() if request.menu_key)
    state, intro = next_say(state, "menu_intro")
    state, agent = next_say(state, "menu_agent")
    entries = tuple(Say(menu_key_of(intent)) for _, intent in choices)
    keys = {key: intent for key, intent in choices if key}
    return state, (intro, *entries, agent), Expectation(kind="choice", keys={**keys, "0": "agent"})


def ask_request(state: DialogueState, why: Why, action: Action = Action.ASK, before: tuple[Say, ...] = ()) -> Move:
    """Ask what the caller wants."""
    state, question = next_say(state, "ask_request")
    state = replace(state, question="opening", intent=None, slots={}, partial="")
    return state, Decision(action, why.reason, why.contributions, (*before, question), expect=ANYTHING)


def ask_slot(
    state: DialogueState,
    content: Content,
    why: Why,
    action: Action = Action.ASK,
    before: tuple[Say, ...] = (),
    tone: Tone = "neutral",
) -> Move:
    """Ask for the first slot that is missing, from its first digit."""
    state = replace(state, question="slot", partial="")
    state, question = next_say(state, f"ask_{missing_slot(state, content)}")
    say = (*before, question)
    return state, Decision(
        action, why.reason, why.contributions, say, tone=tone, expect=slot_expectation(state, content)
    )


def ask_rest(
    state: DialogueState, content: Content, why: Why, action: Action = Action.ASK, before: tuple[Say, ...] = ()
) -> Move:
    """Ask for the digits that are still missing, reading back those that were heard."""
    state = replace(state, question="slot")
    state, words = next_say(state, "more_digits", {"digits": spell_digits(state.partial, state.language)})
    say = (*before, words)
    return state, Decision(action, why.reason, why.contributions, say, expect=slot_expectation(state, content))


def anything_else(
    state: DialogueState, why: Why, action: Action = Action.ANSWER, before: tuple[Say, ...] = ()
) -> Move:
    """Ask whether there is more to do."""
    state, question = next_say(state, "anything_else")
    state = replace(state, question="anything_else", intent=None, slots={}, partial="", pending=None)
    return state, Decision(action, why.reason, why.contributions, (*before, question), expect=YES_NO)


def offer_agent(state: DialogueState, why: Why, before: tuple[Say, ...] = (), tone: Tone = "neutral") -> Move:
    """Offer a person."""
    state, question = next_say(state, "offer_agent")
    state = replace(state, question="offer_agent", partial="", pending=None)
    say = (*before, question)
    return state, Decision(Action.OFFER_AGENT, why.reason, why.contributions, say, tone=tone, expect=YES_NO)


def hand_off(state: DialogueState, handoff: HandoffReason, why: Why, before: tuple[Say, ...] = ()) -> Move:
    """Put the caller through to a person: the conversation ends here."""
    asked = handoff is HandoffReason.CALLER_ASKED
    tone: Tone = "neutral" if asked else "apologetic"
    state, words = next_say(state, "handing_over" if asked else "handing_over_sorry")
    decision = Decision(
        Action.HAND_OFF,
        why.reason,
        why.contributions,
        (*before, words),
        tone=tone,
        handoff=handoff,
        outcome="handed_off",
    )
    return end(state, decision)


def say_goodbye(state: DialogueState, why: Why, key: Literal["goodbye", "goodbye_silent"] = "goodbye") -> Move:
    """End the call politely.

    The outcome is ``resolved`` when at least one request was answered. A caller who leaves without an answer was
    not helped, however politely: that is ``abandoned``, so that the share of solved calls stays honest.
    """
    helped = state.resolved > 0
    tone: Tone = "neutral" if helped or not state.tried else "apologetic"
    state, words = next_say(state, key)
    outcome: Literal["resolved", "abandoned"] = "resolved" if helped else "abandoned"
    return end(state, Decision(Action.HANG_UP, why.reason, why.contributions, (words,), tone=tone, outcome=outcome))


def end(state: DialogueState, decision: Decision) -> Move:
    """Close the conversation with ``decision``."""
    return replace(state, ended=True, pending=None, partial="", ending=decision), decision

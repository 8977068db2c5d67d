"""Asking for what a request still misses: which slot is next, how it is asked for, what completes it. Pure."""

from dataclasses import replace
from typing import Literal

from ivr.content.spoken import speak_slot, spell_digits
from ivr.content.types import Content, Request, SlotKind, Tone
from ivr.dialogue.moves import CHECK, Move, Why, next_say
from ivr.dialogue.types import Action, Decision, DialogueState, Doubt, Say
from ivr.understanding.types import ANYTHING, Expectation, SlotValue

SURE_ENOUGH = 0.7
"""Confidence (0 to 1) from which a value is used without being read back. The slot engine's steps are 0.95 (plain),
0.8 (a correction, a guessed half of the day) and 0.55 (a word that only sounds like a digit, two readings): what is
between the last two is read back (``LIKELY`` and ``UNSURE`` in :mod:`ivr.understanding.numbers`)."""
READ_BACK: frozenset[SlotKind] = frozenset({"digits", "phone", "datetime", "amount"})
"""Kinds that can be read back in a breath. Goods are named in the answer; a text is read back before it is used."""
TYPED: frozenset[SlotKind] = frozenset({"digits", "phone", "identity"})
"""Kinds that can be typed on a keypad."""


def needed_slots(request: Request, content: Content) -> tuple[str, ...]:
    """What a request needs, in the order in which it is asked for: the key of the verification first."""
    slots = tuple(slot for slot in request.slots if slot in content.slots)
    proof = content.verification
    if request.verify and proof is not None and proof.key in content.slots:
        return (proof.key, *(slot for slot in slots if slot != proof.key))
    return slots


def must_prove(state: DialogueState, content: Content) -> bool:
    """Whether the caller must still prove who they are, the key of the verification being known."""
    request, proof = content.requests.get(state.intent or ""), content.verification
    if request is None or proof is None or not request.verify:
        return False
    return proof.key in state.slots and state.slots[proof.key] not in state.proven


def missing_slot(state: DialogueState, content: Content) -> str | None:
    """The slot that the current request misses first; None when it has all."""
    request = content.requests.get(state.intent or "")
    if request is None:
        return None
    if must_prove(state, content) and content.verification is not None:
        return None if content.verification.slot in state.slots else content.verification.slot
    return next((slot for slot in needed_slots(request, content) if slot not in state.slots), None)


def kind_of(slot: str, content: Content) -> SlotKind:
    """A slot's kind; what is not described is text."""
    return content.slots[slot].kind if slot in content.slots else "text"


def speak_value(state: DialogueState, content: Content, slot: str, value: str) -> str:
    """A slot's value as it is read back."""
    kind = kind_of(slot, content)
    if kind == "digits":
        return spell_digits(value, state.language)
    return speak_slot(kind, value, state.language, state.call.now if state.call else None)


def slot_expectation(state: DialogueState, content: Content) -> Expectation:
    """What answers the question for the slot that is missing; of a number begun, its remaining digits."""
    slot = missing_slot(state, content)
    return ANYTHING if slot is None else expect_slot(slot, content, state.intent, state.partial)


def expect_slot(slot: str, content: Content, intent: str | None, partial: str = "") -> Expectation:
    """What answers a question for a slot."""
    kind = kind_of(slot, content)
    digits = (content.slots[slot].digits if slot in content.slots else 0) or None
    answer: Literal["digits", "slot"] = "digits" if kind == "digits" else "slot"
    if digits is not None:
        digits -= len(partial)
    return Expectation(answer, slot, digits, intent=intent, partial=partial, typed=kind in TYPED)


def ask_slot(
    state: DialogueState,
    content: Content,
    why: Why,
    action: Action = Action.ASK,
    before: tuple[Say, ...] = (),
    tone: Tone = "neutral",
) -> Move:
    """Ask for the first slot that is missing, a number from its first digit."""
    state = replace(state, question="slot", partial="", doubt=None)
    state, question = next_say(state, f"ask_{missing_slot(state, content)}")
    say, expect = (*before, question), slot_expectation(state, content)
    return state, Decision(action, why.reason, why.contributions, say, tone=tone, expect=expect)


def ask_rest(
    state: DialogueState, content: Content, why: Why, action: Action = Action.ASK, before: tuple[Say, ...] = ()
) -> Move:
    """Ask for the digits that are still missing, reading back those that were heard."""
    state = replace(state, question="slot")
    state, words = next_say(state, "more_digits", {"digits": spell_digits(state.partial, state.language)})
    say, expect = (*before, words), slot_expectation(state, content)
    return state, Decision(action, why.reason, why.contributions, say, expect=expect)


def read_back(
    state: DialogueState, content: Content, why: Why, action: Action = Action.CONFIRM, before: tuple[Say, ...] = ()
) -> Move:
    """Ask whether the value in doubt is right."""
    doubt = state.doubt
    if doubt is None:
        return ask_slot(state, content, why, action, before)
    state = replace(state, question="check_slot", partial="")
    state, words = next_say(state, "check_slot", {"value": speak_value(state, content, doubt.slot, doubt.value)})
    expect = check_expectation(state, content, doubt.slot, doubt.value)
    return state, Decision(action, why.reason, why.contributions, (*before, words), expect=expect)


def check_expectation(state: DialogueState, content: Content, slot: str | None, value: str | None) -> Expectation:
    """Yes, no, or the right value in place of the one that is read back."""
    if slot is None or value is None or kind_of(slot, content) != "digits":
        return replace(CHECK, slot=slot, intent=state.intent)
    return replace(CHECK, slot=slot, intent=state.intent, digits=content.slots[slot].digits, partial=value)


def is_doubtful(state: DialogueState, content: Content, slot: str, value: SlotValue) -> bool:
    """Whether a value is read back by itself before it is used.

    Not when the caller says the same a second time; nor when all of the request is read back anyway before
    anything is done with it.
    """
    request = content.requests.get(state.intent or "")
    if value.confidence >= SURE_ENOUGH or kind_of(slot, content) not in READ_BACK:
        return False
    if state.doubt == Doubt(slot, value.value):
        return False
    read_anyway = (
        request is not None and request.confirm and not must_prove(replace_slot(state, slot, value), content)
    )
    return not read_anyway


def replace_slot(state: DialogueState, slot: str, value: SlotValue) -> DialogueState:
    """The state with a value taken: progress, the first time."""
    mark = f"{state.intent}.{slot}"
    filled = state.filled if mark in state.filled else (*state.filled, mark)
    doubt = None if state.doubt is not None and state.doubt.slot == slot else state.doubt
    slots = {**state.slots, slot: value.value}
    return replace(state, slots=slots, filled=filled, doubt=doubt, assumed=False)

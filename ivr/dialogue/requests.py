"""The course of one request: what is missing is asked for, it is looked up, and the caller gets the answer."""

from collections.abc import Mapping
from dataclasses import replace

from ivr.content.keys import person_of
from ivr.content.spoken import spell_digits
from ivr.content.types import Content, Request
from ivr.dialogue.handover import hand_off
from ivr.dialogue.incidents import incidents_of
from ivr.dialogue.ladders import no_match
from ivr.dialogue.moves import Move, Why, anything_else, label, next_say, put_aside
from ivr.dialogue.questions import confirm
from ivr.dialogue.slots import (
    ask_rest,
    ask_slot,
    is_doubtful,
    kind_of,
    missing_slot,
    must_prove,
    needed_slots,
    read_back,
    replace_slot,
    speak_value,
)
from ivr.dialogue.types import Action, Decision, DialogueState, Doubt, HandoffReason, Lookup, Say, Tried
from ivr.understanding.types import SlotValue

FOUND, MISSING, ANSWER = "found", "missing", "answer"
"""Keys of a request's replies: the connector found it, did not, or there is no connector."""
REMEMBERED = frozenset({"digits", "product", "phone"})
"""Kinds of values that "it" can mean in a later request."""


def begin(
    state: DialogueState,
    content: Content,
    request: Request,
    values: Mapping[str, SlotValue],
    why: Why,
    before: tuple[Say, ...] = (),
) -> Move:
    """Start a request.

    Args:
        state: The conversation so far; what is being worked on is dropped.
        content: The texts and requests.
        request: What the caller wants.
        values: Slot values that came with it.
        why: How it was understood.
        before: Said first: the answer to the request before it.
    """
    state = replace(
        put_aside(state), intent=request.intent, failures=0, question="opening", denied=(), resumed=False
    )
    state, news = incidents_of(state, content, request.intent)
    if state.context_intent != request.intent:
        known = {slot: state.context[slot] for slot in needed_slots(request, content) if slot in state.context}
        state = replace(state, slots={slot: value for slot, value in known.items() if slot not in values})
    return take(state, content, values, why, (*before, *news))


def take(
    state: DialogueState,
    content: Content,
    values: Mapping[str, SlotValue],
    why: Why,
    before: tuple[Say, ...] = (),
) -> Move:
    """Take values for the current request, in place of what was known, and go on.

    A number may come in parts; one that is not sure is read back; one that can't be right is asked for again.
    """
    rest: tuple[str, SlotValue] | None = None
    for slot in (*needed_slots(content.requests[state.intent or ""], content), *_proof(content)):
        if slot not in values:
            continue
        value = _fitted(state, content, slot, values[slot])
        if len(value.value) != _length(content, slot, value.value):
            rest = rest or (slot, value)
        elif is_doubtful(state, content, slot, value):
            other = state.doubt if state.doubt is not None and state.doubt.slot != slot else None
            state = replace(_without(state, content, slot), doubt=other or Doubt(slot, value.value), partial="")
        else:
            state = replace_slot(_without(state, content, slot), slot, value)
            state = replace(state, partial="", failures=0)
    if state.doubt is not None:
        why = why.but(f"{state.doubt.slot} is not sure, so it is read back")
        return read_back(replace(state, failures=0), content, why, before=before)
    if rest is not None:
        return _part(state, content, *rest, why, before)
    return advance(state, content, why, before=before)


def advance(
    state: DialogueState, content: Content, why: Why, confirmed: bool = False, before: tuple[Say, ...] = ()
) -> Move:
    """Take the current request one step further: ask, verify, hand over, confirm, look up, or answer."""
    request, proof = content.requests[state.intent or ""], content.verification
    slot = missing_slot(state, content)
    if slot is not None:
        return ask_slot(state, content, Why(f"{why.reason}; {slot} is missing", why.contributions), before=before)
    if must_prove(state, content) and proof is not None:
        given = {name: state.slots[name] for name in (proof.key, proof.slot)}
        return look_up(state, Lookup(request.intent, proof.connector, given), why, before)
    if request.person:
        return to_person(state, content, request, why, before)
    if request.confirm and not confirmed:
        reason = f"{why.reason}; {request.intent} is confirmed before it is done"
        return confirm(state, content, Why(reason, why.contributions), before=before)
    if request.connector is not None:
        given = {name: state.slots[name] for name in needed_slots(request, content)}
        return look_up(state, Lookup(request.intent, request.connector, given), why, before)
    return reply(state, content, request, ANSWER, {}, why, before)


def look_up(state: DialogueState, lookup: Lookup, why: Why, before: tuple[Say, ...]) -> Move:
    """Ask a connector; the conversation goes on when it has answered."""
    reason = f"{why.reason}; asking {lookup.connector}"
    state = replace(state, pending=lookup)
    return state, Decision(Action.ANSWER, reason, why.contributions, before, expect=state.expecting, lookup=lookup)


def to_person(state: DialogueState, content: Content, request: Request, why: Why, before: tuple[Say, ...]) -> Move:
    """Hand over what only a person can do; the caller hears why."""
    key = person_of(request.intent)
    if any(key in texts for texts in content.texts.values()):
        state, words = next_say(state, key, spoken_slots(state, content))
    else:
        state, words = next_say(state, "person_needed", {"request": label(state, content, request.intent)})
    why = Why(f"{why.reason}; only a person can do {request.intent}", why.contributions)
    return hand_off(state, content, HandoffReason.BUSINESS_RULE, why, (*before, words), "handing_over")


def reply(
    state: DialogueState,
    content: Content,
    request: Request,
    outcome: str,
    values: Mapping[str, str],
    why: Why,
    before: tuple[Say, ...] = (),
) -> Move:
    """Answer, then go on with what waits, or ask whether there is more."""
    state, words = reply_words(state, content, request, outcome, values)
    if words is None:
        why = Why(f"{request.source}: no reply for {outcome!r}; a person takes over", {"failure": 1.0})
        return hand_off(state, content, HandoffReason.FAILURE, why, before)
    if request.connector is None:
        state = replace(state, tried=(*state.tried, Tried(request.intent, "answered")))
    kept = {slot: value for slot, value in state.slots.items() if kind_of(slot, content) in REMEMBERED}
    state = replace(state, resolved=state.resolved + 1, failures=0)
    if kept:
        state = replace(state, context={**state.context, **kept}, context_intent=request.intent)
    return go_on(state, content, why, (*before, words))


def reply_words(
    state: DialogueState, content: Content, request: Request, outcome: str, values: Mapping[str, str]
) -> tuple[DialogueState, Say | None]:
    """The reply's words; an outcome without a text of its own is told with that of ``found``."""
    # Where something is done, not only told, "found" would say that it was: a person answers instead.
    fallback = None if outcome == MISSING or request.confirm else request.replies.get(FOUND)
    key = request.replies.get(outcome, fallback)
    if key is None:
        return state, None
    return next_say(state, key, {**spoken_slots(state, content), **values})


def spoken_slots(state: DialogueState, content: Content) -> dict[str, str]:
    """What is known of the current request, as it is spoken; never what proves who the caller is."""
    return {
        slot: speak_value(state, content, slot, value)
        for slot, value in state.slots.items()
        if slot not in _proof(content)
    }


def go_on(
    state: DialogueState,
    content: Content,
    why: Why,
    before: tuple[Say, ...] = (),
    action: Action = Action.ANSWER,
) -> Move:
    """Come back to what waits, with a few words that say so; nothing waits: ask whether there is more."""
    while state.waiting:
        wish, *others = state.waiting
        state = replace(state, waiting=tuple(others))
        request = content.requests.get(wish.intent)
        if request is None:
            continue
        bridge = {"request": label(state, content, wish.intent)}
        state, words = next_say(state, "resume" if wish.begun else "next_wish", bridge)
        values = {slot: SlotValue(value, 1.0) for slot, value in wish.slots.items()}
        why = Why(f"{why.reason}; {'back to' if wish.begun else 'then'} {wish.intent}", why.contributions)
        state, decision = begin(state, content, request, values, why, (*before, words))
        state = replace(state, resumed=wish.begun and not state.ended)
        return state, replace(decision, action=action) if decision.action is Action.ASK else decision
    return anything_else(state, why, action, before)


def _part(
    state: DialogueState, content: Content, slot: str, value: SlotValue, why: Why, before: tuple[Say, ...]
) -> Move:
    """Some digits of a number, or too many."""
    wanted = content.slots[slot].digits
    if len(value.value) < wanted and slot == missing_slot(state, content) and kind_of(slot, content) == "digits":
        state = replace(state, partial=value.value, failures=0)
        heard = Why(f"{len(value.value)} of {wanted} digits of {slot} so far", why.contributions)
        return ask_rest(state, content, heard, before=before)
    state = replace(state, partial="", question="slot")
    if slot in state.slots:  # a correction of what is known, but no such number: it is asked for anew
        state = _without(state, content, slot)
    state, words = next_say(state, "wrong_length", {"digits": spell_digits(value.value, state.language)})
    what = f"{len(value.value)} digits where {slot} has {wanted}"
    return no_match(state, content, what, (*before, words))


def _fitted(state: DialogueState, content: Content, slot: str, value: SlotValue) -> SlotValue:
    """A number told in parts as a whole; of a telephone number that proves who calls, its last digits."""
    digits, kind = value.value, kind_of(slot, content)
    wanted = content.slots[slot].digits if slot in content.slots else 0
    if kind == "identity" and digits.isascii() and digits.isdigit():
        return replace(value, value=digits[-wanted:])
    # The understanding gives all digits so far, corrections made; the keypad, those that follow.
    if kind == "digits" and len(digits) < wanted and len(digits) < len(state.partial):
        whole = state.partial + digits
        return replace(value, value=whole if len(whole) <= wanted else digits)
    return value


def _length(content: Content, slot: str, value: str) -> int:
    """How long a value must be: only numbers have a length."""
    kind = kind_of(slot, content)
    if kind == "digits" or (kind == "identity" and value.isascii() and value.isdigit()):
        return content.slots[slot].digits
    return len(value)


def _without(state: DialogueState, content: Content, slot: str) -> DialogueState:
    """Forget a value, and with the key of the verification what was to prove it."""
    proof = content.verification
    gone = {slot, proof.slot} if proof is not None and slot == proof.key else {slot}
    return replace(state, slots={name: value for name, value in state.slots.items() if name not in gone})


def _proof(content: Content) -> tuple[str, ...]:
    return () if content.verification is None else (content.verification.slot,)

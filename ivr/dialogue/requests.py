"""The course of one request: what is missing is asked for, it is looked up, and the caller gets the answer."""

from collections.abc import Mapping
from dataclasses import replace

from ivr.content.keys import confirm_of
from ivr.content.spoken import spell_digits
from ivr.content.types import Content, Request
from ivr.dialogue.ladders import no_match
from ivr.dialogue.moves import (
    YES_NO,
    Move,
    Why,
    anything_else,
    ask_rest,
    ask_slot,
    hand_off,
    missing_slot,
    next_say,
    offer_agent,
)
from ivr.dialogue.types import (
    Action,
    Decision,
    DialogueState,
    Fulfilled,
    HandoffReason,
    Lookup,
    LookupFailed,
    Say,
    Tried,
)

MISSING_TO_OFFER = 2
"""Times a number is not found before a person is offered (issue: asked again once, then a person)."""
MISSING_TO_AGENT = 4
"""Times after which a person takes over unasked: the caller declined the offer and is still not found."""
FOUND, MISSING, ANSWER = "found", "missing", "answer"
"""Keys of a request's replies: the connector found it, did not, or there is no connector."""


def begin(state: DialogueState, content: Content, request: Request, values: Mapping[str, str], why: Why) -> Move:
    """Start (or switch to) a request.

    Args:
        state: The conversation so far.
        content: The texts and requests.
        request: What the caller wants.
        values: Slot values that came with it.
        why: How it was understood.
    """
    state = replace(
        state, intent=request.intent, slots={}, partial="", failures=0, pending=None, question="opening"
    )
    slot = missing_slot(state, content)
    if slot is not None and values.get(slot):
        return give_digits(state, content, values[slot], why)
    return advance(state, content, why)


def advance(state: DialogueState, content: Content, why: Why, confirmed: bool = False) -> Move:
    """Take the current request one step further: ask, confirm, look up, or answer."""
    request = content.requests[state.intent or ""]
    slot = missing_slot(state, content)
    if slot is not None:
        why = Why(f"{why.reason}; {slot} is missing", why.contributions)
        return ask_slot(state, content, why)
    if request.confirm and not confirmed:
        spelled = {name: spell_digits(value, state.language) for name, value in state.slots.items()}
        state, question = next_say(state, confirm_of(request.intent), spelled)
        reason = f"{why.reason}; {request.intent} is confirmed before it is done"
        state = replace(state, question="confirm")
        return state, Decision(Action.CONFIRM, reason, why.contributions, (question,), expect=YES_NO)
    if request.connector is not None:
        lookup = Lookup(request.intent, request.connector, dict(state.slots))
        reason = f"{why.reason}; asking {request.connector}"
        return replace(state, pending=lookup), Decision(Action.ANSWER, reason, why.contributions, lookup=lookup)
    return _reply(state, request, ANSWER, {}, why)


def give_digits(state: DialogueState, content: Content, digits: str, why: Why) -> Move:
    """Take digits for the slot that is being asked for; a number may come in parts."""
    slot = missing_slot(state, content)
    if slot is None:
        return advance(state, content, why)
    wanted = content.slots[slot].digits
    whole = digits if len(digits) >= wanted else state.partial + digits
    if len(whole) > wanted and len(digits) < wanted:
        whole = digits
    if len(whole) == wanted:
        state = replace(state, slots={**state.slots, slot: whole}, partial="", failures=0)
        return advance(state, content, Why(f"{why.reason}; {slot} is complete", why.contributions))
    if len(whole) < wanted:
        state = replace(state, partial=whole, failures=0)
        heard = Why(f"{len(whole)} of {wanted} digits of {slot} so far", why.contributions)
        return ask_rest(state, content, heard)
    state = replace(state, partial="", question="slot")
    state, words = next_say(state, "wrong_length", {"digits": spell_digits(whole, state.language)})
    return no_match(state, content, f"{len(whole)} digits where {slot} has {wanted}", (words,))


def fulfilled(state: DialogueState, content: Content, event: Fulfilled) -> Move:
    """The connector has answered."""
    request = content.requests.get(event.lookup.intent)
    if event.lookup != state.pending or request is None:
        reason = f"the answer of {event.lookup.connector} came after the caller had moved on: ignored"
        return state, Decision(Action.ANSWER, reason, expect=state.expecting)
    detail = ", ".join(event.lookup.slots.values())
    state = replace(
        state,
        pending=None,
        tried=(*state.tried, Tried(request.intent, event.outcome, detail)),
        verified={**state.verified, **event.facts},
    )
    why = Why(f"{event.lookup.connector} answered {event.outcome!r}", {"confidence_of_lookup": 1.0})
    if event.outcome == MISSING:
        return _missing(state, content, request, event, why)
    return _reply(state, request, event.outcome, event.values, why)


def lookup_failed(state: DialogueState, event: LookupFailed) -> Move:
    """The connector could not answer: the caller hears so, and a person takes over."""
    if event.lookup != state.pending:
        reason = f"{event.lookup.connector} failed after the caller had moved on: ignored"
        return state, Decision(Action.ANSWER, reason, expect=state.expecting)
    state = replace(state, pending=None, tried=(*state.tried, Tried(event.lookup.intent, "failed", event.why)))
    state, words = next_say(state, "backend_down")
    why = Why(f"{event.lookup.connector} failed: {event.why}", {"failure": 1.0})
    return hand_off(state, HandoffReason.FAILURE, why, (words,))


def _missing(state: DialogueState, content: Content, request: Request, event: Fulfilled, why: Why) -> Move:
    """What was asked for does not exist: ask once more, then offer a person."""
    times = sum(1 for tried in state.tried if tried.intent == request.intent and tried.outcome == MISSING)
    contributions = {"not_found": float(times)}
    state, words = _reply_words(state, request, MISSING, event.values)
    if times >= MISSING_TO_AGENT or words is None:
        why = Why(f"{why.reason}, {times} times: a person takes over", contributions)
        return hand_off(state, HandoffReason.BUSINESS_RULE, why, (words,) if words else ())
    if times >= MISSING_TO_OFFER:
        why = Why(f"{why.reason}, {times} times: a person is offered", contributions)
        return offer_agent(state, why, (words,), tone="apologetic")
    state = replace(state, slots={})
    if missing_slot(state, content) is None:
        return anything_else(state, why, before=(words,))
    why = Why(f"{why.reason}: asked once more in other words", contributions)
    return ask_slot(state, content, why, Action.REPROMPT, (words,), tone="apologetic")


def _reply(state: DialogueState, request: Request, outcome: str, values: Mapping[str, str], why: Why) -> Move:
    """Answer, and ask whether there is more."""
    state, words = _reply_words(state, request, outcome, values)
    if words is None:
        why = Why(f"{request.source}: no reply for {outcome!r}; a person takes over", {"failure": 1.0})
        return hand_off(state, HandoffReason.FAILURE, why)
    if request.connector is None:
        state = replace(state, tried=(*state.tried, Tried(request.intent, "answered")))
    state = replace(state, resolved=state.resolved + 1, failures=0)
    return anything_else(state, why, before=(words,))


def _reply_words(
    state: DialogueState, request: Request, outcome: str, values: Mapping[str, str]
) -> tuple[DialogueState, Say | None]:
    """The reply's words; an outcome without a text of its own is told with that of ``found``."""
    fallback = None if outcome == MISSING else request.replies.get(FOUND)
    key = request.replies.get(outcome, fallback)
    if key is None:
        return state, None
    return next_say(state, key, values)

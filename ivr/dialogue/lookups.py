"""What comes of a look-up: an answer, an identity proved or not, nothing found, or a system that is down. Pure."""

from dataclasses import replace

from ivr.content.types import Content, Request
from ivr.dialogue.handover import hand_off
from ivr.dialogue.moves import Move, Why, next_say, offer_agent
from ivr.dialogue.requests import MISSING, advance, go_on, reply, reply_words
from ivr.dialogue.slots import ask_slot, kind_of, missing_slot
from ivr.dialogue.types import Action, Decision, DialogueState, Fulfilled, HandoffReason, LookupFailed, Tried

MISSING_TO_OFFER = 2
"""Times a number is not found before a person is offered: asked again once, then a person."""
MISSING_TO_AGENT = 4
"""Times after which a person takes over unasked: the caller declined the offer and is still not found."""
MISMATCHES_TO_AGENT = 2
"""Times a proof may fail in a call: a third try would be a guess, and a caller who is right deserves a person."""
VERIFIED, MISMATCH = "verified", "mismatch"


def fulfilled(state: DialogueState, content: Content, event: Fulfilled) -> Move:
    """The connector has answered."""
    lookup = event.lookup
    request = content.requests.get(lookup.intent)
    if lookup != state.pending or request is None:
        reason = f"the answer of {lookup.connector} came after the caller had moved on: ignored"
        return state, Decision(Action.ANSWER, reason, expect=state.expecting)
    proof = content.verification
    proves = proof is not None and lookup.connector == proof.connector and proof.slot in lookup.slots
    shown = [value for slot, value in lookup.slots.items() if proof is None or slot != proof.slot]
    tried = Tried(request.intent, event.outcome, ", ".join(shown), event.facts)
    proved = proves and event.outcome == VERIFIED
    state = replace(state, pending=None, tried=state.tried if proved else (*state.tried, tried))
    why = Why(f"{lookup.connector} answered {event.outcome!r}", {"confidence_of_lookup": 1.0})
    if proves and event.outcome == MISMATCH:
        return _mismatch(state, content, why)
    state = replace(state, verified={**state.verified, **event.facts})
    if event.outcome == MISSING:
        return _missing(state, content, request, event, why)
    if proved:
        return _proved(state, content, why)
    if proves:
        why = Why(f"{why.reason}, which is no outcome of a verification; a person takes over", {"failure": 1.0})
        return hand_off(state, content, HandoffReason.FAILURE, why)
    return reply(state, content, request, event.outcome, event.values, why)


def lookup_failed(state: DialogueState, content: Content, event: LookupFailed) -> Move:
    """The connector could not answer: the caller hears so, and a person takes over."""
    if event.lookup != state.pending:
        reason = f"{event.lookup.connector} failed after the caller had moved on: ignored"
        return state, Decision(Action.ANSWER, reason, expect=state.expecting)
    state = replace(state, pending=None, tried=(*state.tried, Tried(event.lookup.intent, "failed", event.why)))
    state, words = next_say(state, "backend_down")
    why = Why(f"{event.lookup.connector} failed: {event.why}", {"failure": 1.0})
    return hand_off(state, content, HandoffReason.FAILURE, why, (words,))


def _proved(state: DialogueState, content: Content, why: Why) -> Move:
    """Who calls is known; go on with what they want."""
    proof = content.verification
    if proof is not None:
        key = state.slots.get(proof.key, "")
        slots = {slot: value for slot, value in state.slots.items() if slot != proof.slot}
        state = replace(state, slots=slots, proven=(*state.proven, key), failures=0)
    return advance(state, content, why)


def _mismatch(state: DialogueState, content: Content, why: Why) -> Move:
    """The proof is not right: once more in other words, then a person."""
    proof = content.verification
    times = state.misses.get("identity_mismatch", 0) + 1
    state, words = next_say(state, "identity_mismatch")
    slots = {slot: value for slot, value in state.slots.items() if proof is None or slot != proof.slot}
    state = replace(state, slots=slots)
    if times >= MISMATCHES_TO_AGENT:
        why = Why(f"{why.reason}, {times} times: a person takes over", {"mismatches": float(times)})
        return hand_off(state, content, HandoffReason.BUSINESS_RULE, why, (words,), "handing_over")
    why = Why(f"{why.reason}: asked once more in other words", {"mismatches": float(times)})
    return ask_slot(state, content, why, Action.REPROMPT, (words,), tone="apologetic")


def _missing(state: DialogueState, content: Content, request: Request, event: Fulfilled, why: Why) -> Move:
    """What was asked for does not exist: ask once more, then offer a person."""
    times = sum(1 for tried in state.tried if tried.intent == request.intent and tried.outcome == MISSING)
    contributions = {"not_found": float(times)}
    state, words = reply_words(state, content, request, MISSING, event.values)
    if times >= MISSING_TO_AGENT or words is None:
        why = Why(f"{why.reason}, {times} times: a person takes over", contributions)
        return hand_off(state, content, HandoffReason.BUSINESS_RULE, why, (words,) if words else ())
    # What was told freely stays; numbers, goods and proofs are what was not found.
    state = replace(
        state, slots={slot: value for slot, value in state.slots.items() if kind_of(slot, content) == "text"}
    )
    if times >= MISSING_TO_OFFER:
        why = Why(f"{why.reason}, {times} times: a person is offered", contributions)
        return offer_agent(replace(state, slots={}), content, why, (words,), tone="apologetic")
    if missing_slot(state, content) is None:
        return go_on(state, content, why, (words,))
    why = Why(f"{why.reason}: asked once more in other words", contributions)
    return ask_slot(state, content, why, Action.REPROMPT, (words,), tone="apologetic")

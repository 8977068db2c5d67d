"""Which request to do now: asked back about when unsure, put in a row when there are several. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from ivr.content.types import Content
from ivr.dialogue.ladders import no_match
from ivr.dialogue.moves import Move, Why
from ivr.dialogue.questions import check_intent
from ivr.dialogue.requests import begin
from ivr.dialogue.types import Action, DialogueState, Wish
from ivr.understanding.types import Meaning, SlotValue

MAX_WAITING = 4
"""Requests that wait at most: more than anyone keeps in mind in one call; the oldest is dropped."""
CLOSE = 0.3
"""Confidence (0 to 1) from which a request that was not understood is asked back about: one of two such guesses is
right more often than not, and a guess costs the caller one yes or no."""


def wanted(state: DialogueState, content: Content, meaning: Meaning, why: Why) -> Move:
    """The caller wants a request."""
    intent, asked = meaning.intent or "", state.question == "check_intent"
    if intent in state.denied and not meaning.sure:
        return no_match(state, content, f"{intent!r} again, which the caller has said no to")
    said_again = asked and intent in state.guesses
    if not meaning.sure and not said_again:
        state = replace(state, guesses=(intent,), given=dict(meaning.slots), topic=meaning.text)
        return check_intent(state, content, why.but(f"not sure, so {intent} is asked back about"))
    values = {**(state.given if said_again else {}), **meaning.slots}
    state = replace(state, topic=meaning.text)
    return start(state, content, intent, values, why, meaning.instead, meaning.also)


def start(
    state: DialogueState,
    content: Content,
    intent: str,
    values: Mapping[str, SlotValue],
    why: Why,
    instead: bool = False,
    also: tuple[str, ...] = (),
) -> Move:
    """Begin a request; the one being worked on waits, unless it is taken back (``instead``).

    Args:
        state: The conversation so far.
        content: The texts and requests.
        intent: The request.
        values: Slot values that came with it.
        why: How it was understood.
        instead: Drop what is being worked on.
        also: Further requests of the same breath.
    """
    proof = content.verification
    row = [Wish(other) for other in also if other in content.requests]
    if state.intent is not None and not instead and (state.question != "offer_agent" or state.slots):
        kept = {slot: value for slot, value in state.slots.items() if proof is None or slot != proof.slot}
        row.append(Wish(state.intent, kept, begun=True))
    row += state.waiting
    mine = next((wish.slots for wish in row if wish.intent == intent), {})
    waiting = {wish.intent: wish for wish in reversed(row) if wish.intent != intent}
    state = replace(state, waiting=tuple(reversed(waiting.values()))[:MAX_WAITING])
    told = {slot: SlotValue(value, 1.0) for slot, value in mine.items()}
    return begin(state, content, content.requests[intent], {**told, **values}, why)


def guessed(state: DialogueState, content: Content, meaning: Meaning) -> Move | None:
    """Nothing was understood, but something was near: ask back about it, the first time.

    Returns:
        None when nothing is near enough to ask about.
    """
    if state.failures or state.question not in ("opening", "anything_else", "known"):
        return None
    near = [
        intent
        for intent, confidence in meaning.alternatives
        if confidence >= CLOSE and intent in content.requests and intent not in state.denied
    ]
    if not near:
        return None
    state = replace(
        state, guesses=tuple(near[:2]), given=dict(meaning.slots), failures=state.failures + 1, topic=meaning.text
    )
    why = Why(f"nothing understood, but near to {' and '.join(near[:2])}: asked back", {"failures_in_a_row": 1.0})
    return check_intent(state, content, why, Action.REPROMPT)

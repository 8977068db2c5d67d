"""Which request to do now: asked back about when unsure, put in a row when there are several. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from ivr.content.types import Content, Request
from ivr.dialogue.ladders import no_match
from ivr.dialogue.moves import Move, Why, label, next_say
from ivr.dialogue.questions import check_intent
from ivr.dialogue.requests import begin
from ivr.dialogue.slots import TYPED, kind_of, needed_slots
from ivr.dialogue.types import DialogueState, Say, Wish
from ivr.understanding.numbers import LIKELY
from ivr.understanding.types import Meaning, SlotValue

MAX_WAITING = 4
"""Requests that wait at most: more than anyone keeps in mind in one call; the oldest is dropped."""
RIVAL = 0.5
"""Share (0 to 1) of the likeliest request's confidence from which the runner-up is named in the question, too: with
odds below two to one, every third yes-or-no question would be answered with no."""


def wanted(state: DialogueState, content: Content, meaning: Meaning, why: Why) -> Move:
    """The caller wants a request."""
    intent, asked = meaning.intent or "", state.question == "check_intent"
    if intent in state.denied and not meaning.sure:
        return no_match(state, content, f"{intent!r} again, which the caller has said no to")
    said_again = asked and intent in state.guesses
    if not meaning.sure and not said_again and not _told_its_number(content, intent, meaning.slots):
        guesses = _guesses(state, content, meaning)
        state = replace(state, topic=meaning.text)
        if len(guesses) == 1 and _asks_first(state, content, intent, meaning):
            return _assume(state, content, intent, meaning, why)
        state = replace(state, guesses=guesses, given=dict(meaning.slots))
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
    before: tuple[Say, ...] = (),
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
        before: Said first.
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
    return begin(state, content, content.requests[intent], {**told, **values}, why, before)


def number_is_yes(state: DialogueState, content: Content, meaning: Meaning, why: Why) -> Move | None:
    """A number told in answer to "is it about …?", yes or no yes: the caller goes on with what was guessed.

    Returns:
        None when no number of the guess was told, or it came with another request.
    """
    if state.question not in ("check_intent", "known") or len(state.guesses) != 1:
        return None
    guess = state.guesses[0]
    another = meaning.intent in content.requests and meaning.intent != guess and meaning.confidence > LIKELY
    if another or meaning.intent == "no" or not _told_its_number(content, guess, meaning.slots):
        return None
    return start(
        state, content, guess, {**state.given, **meaning.slots}, why.but(f"told its number, so {guess} it is")
    )


def request_of_number(state: DialogueState, content: Content, digits: str) -> tuple[str | None, str] | None:
    """What a number that nobody asked for is about: the request and the slot.

    A request that asks back or does something is not begun by a number alone: then the request is None.

    Returns:
        None when no request takes such a number.
    """
    takers = {
        request.intent: slot
        for request in content.requests.values()
        for slot in needed_slots(request, content)[:1]
        if kind_of(slot, content) == "digits" and content.slots[slot].digits == len(digits)
    }
    tells = [intent for intent in takers if _only_tells(content.requests[intent])]
    if state.question in ("check_intent", "known") and len(state.guesses) == 1 and state.guesses[0] in takers:
        return state.guesses[0], takers[state.guesses[0]]
    if len(takers) == 1 or len(tells) == 1:
        intent = next(iter(tells or takers))
        return intent, takers[intent]
    return (None, next(iter(takers.values()))) if takers else None


def _only_tells(request: Request) -> bool:
    return not (request.verify or request.confirm or request.person)


def _told_its_number(content: Content, intent: str, values: Mapping[str, SlotValue]) -> bool:
    """Whether a number of the request came with it: that speaks for the request, too."""
    slots = needed_slots(content.requests[intent], content)
    return any(slot in values and kind_of(slot, content) in TYPED for slot in slots)


def _asks_first(state: DialogueState, content: Content, intent: str, meaning: Meaning) -> bool:
    """Whether a request begins with a question, so that nothing is told or done on a mere guess."""
    needed = needed_slots(content.requests[intent], content)
    known = {**state.context, **meaning.slots}
    return state.intent is None and bool(needed) and not any(slot in known for slot in needed)


def _assume(state: DialogueState, content: Content, intent: str, meaning: Meaning, why: Why) -> Move:
    """Name what was understood and ask its first question: a turn less than asking back, and easy to refuse."""
    state, words = next_say(state, "taken_as", {"request": label(state, content, intent)})
    why = why.but("not sure, so it is named with its first question")
    state, decision = start(state, content, intent, meaning.slots, why, also=meaning.also, before=(words,))
    return replace(state, assumed=True), decision


def _guesses(state: DialogueState, content: Content, meaning: Meaning) -> tuple[str, ...]:
    """What to ask back about: the likeliest request, and its rival if it has one."""
    others = (
        intent
        for intent, confidence in meaning.alternatives
        if confidence >= RIVAL * meaning.confidence and intent in content.requests and intent not in state.denied
    )
    return (meaning.intent or "", *[intent for intent in others if intent != meaning.intent][:1])

"""From what was heard to a move: what was asked for first, then what may be said at any point, then wishes."""

from collections.abc import Mapping
from dataclasses import replace

from ivr.content.types import Content
from ivr.dialogue import callbacks
from ivr.dialogue.answers import ANSWERS, answer
from ivr.dialogue.controls import CONTROLS, FEELINGS_OFF, control
from ivr.dialogue.handover import hand_off
from ivr.dialogue.ladders import no_match
from ivr.dialogue.moves import Move, Why, anything_else, next_say, offer_agent, put_aside, say_goodbye
from ivr.dialogue.requests import REMEMBERED, advance, take
from ivr.dialogue.slots import READ_BACK, ask_slot, kind_of, missing_slot, needed_slots, speak_value
from ivr.dialogue.types import Action, Decision, DialogueState, HandoffReason, Heard, Wish
from ivr.dialogue.wishes import number_is_yes, wanted
from ivr.understanding.types import Meaning, SlotValue

WORKING = ("slot", "check_slot", "confirm", "change")
"""Questions about the request being worked on, whose values may be told and corrected."""


def heard(state: DialogueState, content: Content, event: Heard) -> Move:
    """The caller said something."""
    meaning = event.meaning
    contributions = {"confidence": meaning.confidence}
    return follow(state, content, meaning, Why(f"understood {meaning.intent!r}", contributions))


def follow(state: DialogueState, content: Content, meaning: Meaning, why: Why) -> Move:  # noqa: PLR0911, PLR0912
    """Follow a meaning, spoken or chosen by key."""
    intent = meaning.intent
    if intent == "agent" and meaning.sure and state.promise is None:
        return hand_off(state, content, HandoffReason.CALLER_ASKED, why.but("the caller wants a person"))
    if intent == FEELINGS_OFF and meaning.sure:
        return control(state, content, intent, why)
    if state.pending is not None:
        return _meanwhile(state, content, meaning, why)
    if intent in CONTROLS:
        return control(state, content, intent or "", why)
    if state.promise is not None:
        arranged = callbacks.answered(state, content, meaning, why)
        if arranged is not None:
            return arranged
        state = put_aside(state)
    told = _values(state, content, meaning)
    if told:
        given = _given(state, content, meaning, told, why)
        if given is not None:
            return given
    counted = number_is_yes(state, content, meaning, why)
    if counted is not None:
        return counted
    if intent in content.requests:
        return _request(state, content, meaning, why)
    match intent:
        case "agent":
            return offer_agent(state, content, why.but("perhaps a person is wanted"))
        case "goodbye" if meaning.sure:
            return _leave_taken(state, why.but("goodbye"))
        case "goodbye" if state.resolved:
            return anything_else(state, why.but("perhaps they want to go"), Action.ASK)
        case "yes" | "no" | "thanks" | "dont_know":
            return answer(state, content, intent, why)
    return _unknown(state, content, meaning)


def _leave_taken(state: DialogueState, why: Why) -> Move:
    """A goodbye. One before what was read back is done leaves it undone, and the caller hears that."""
    if state.question not in ("confirm", "change"):
        return say_goodbye(state, why)
    state, words = next_say(state, "not_done")
    return say_goodbye(state, why, before=(words,))


def remember(state: DialogueState, numbers: Mapping[str, str]) -> DialogueState:
    """Keep what was told before it is known what for."""
    return replace(state, context={**state.context, **numbers}, context_intent=None)


def still_looking(state: DialogueState) -> Move:
    """The caller waits for a look-up: say that it is going on."""
    state, words = next_say(state, "filler_checking")
    return state, Decision(Action.ANSWER, "a look-up is going on", say=(words,), expect=state.expecting)


def _meanwhile(state: DialogueState, content: Content, meaning: Meaning, why: Why) -> Move:
    """Something said while a look-up goes on: what was set going is not left without its answer."""
    if meaning.intent == "goodbye" and meaning.sure:
        return say_goodbye(state, why.but("goodbye"))
    waits = [wish.intent for wish in state.waiting]
    intent = meaning.intent
    if intent in content.requests and meaning.sure and intent not in (state.intent, *waits) and len(waits) < 2:
        told = {slot: value.value for slot, value in meaning.slots.items() if slot in content.slots}
        state = replace(state, waiting=(*state.waiting, Wish(intent or "", told)))
    return still_looking(state)


def _values(state: DialogueState, content: Content, meaning: Meaning) -> Mapping[str, SlotValue]:
    """What was told for the request being worked on."""
    request = content.requests.get(state.intent or "")
    if request is None or state.question not in WORKING:
        return {}
    if meaning.intent not in (None, state.intent, *ANSWERS):
        return {}
    proof = content.verification
    own = (*needed_slots(request, content), *((proof.slot,) if proof is not None and request.verify else ()))
    told = {slot: meaning.slots[slot] for slot in own if slot in meaning.slots}
    if proof is not None and proof.slot in told and proof.key not in told:
        value = told[proof.slot]
        if _is_number_of(content, proof.key, value.value) and not _is_number_of(content, proof.slot, value.value):
            del told[proof.slot]  # asked who calls, the caller says the number once more: it is no proof
            told[proof.key] = value
    return told


def _is_number_of(content: Content, slot: str, value: str) -> bool:
    return (
        slot in content.slots and value.isascii() and value.isdigit() and len(value) == content.slots[slot].digits
    )


def _given(
    state: DialogueState, content: Content, meaning: Meaning, told: Mapping[str, SlotValue], why: Why
) -> Move | None:
    """Take what was told, where it is news; a yes with what is known already is a yes."""
    why = why.but(f"told {', '.join(told)}")
    if state.question == "slot":
        asked = missing_slot(state, content)
        news = {slot: value for slot, value in told.items() if slot == asked or _is_new(state, slot, value)}
        return _corrected(state, content, news, why) if news else None
    if state.question == "check_slot":
        if meaning.intent == "no" and state.doubt is not None and _same(state.doubt.value, told, state.doubt.slot):
            return None
        return take(replace(state, failures=0), content, told, why)
    news = {slot: value for slot, value in told.items() if _is_new(state, slot, value)}
    if news:
        return _corrected(replace(state, failures=0), content, news, why)
    if state.question == "change":
        return advance(replace(state, failures=0), content, why)
    return None


def _corrected(state: DialogueState, content: Content, news: Mapping[str, SlotValue], why: Why) -> Move:
    """Take values; one that replaces another is said, unless it is read back anyway."""
    replaced = [slot for slot in news if slot in state.slots and kind_of(slot, content) in READ_BACK]
    state, decision = take(state, content, news, why)
    if decision.action is not Action.ASK or not replaced or replaced[0] not in state.slots:
        return state, decision
    value = speak_value(state, content, replaced[0], state.slots[replaced[0]])
    state, words = next_say(state, "corrected", {"value": value})
    return state, replace(decision, say=(words, *decision.say))


def _is_new(state: DialogueState, slot: str, value: SlotValue) -> bool:
    return state.slots.get(slot) != value.value


def _same(value: str, told: Mapping[str, SlotValue], slot: str) -> bool:
    return slot in told and told[slot].value == value


def _request(state: DialogueState, content: Content, meaning: Meaning, why: Why) -> Move:
    """A request: another one, or the same again."""
    if meaning.intent == state.intent and state.question in WORKING:
        if state.question == "confirm" and meaning.sure:
            return answer(state, content, "yes", why.but("said again"))
        return no_match(state, content, f"{meaning.intent!r} again, without {missing_slot(state, content)}")
    return wanted(state, content, meaning, why)


def _unknown(state: DialogueState, content: Content, meaning: Meaning) -> Move:
    """Nothing that leads on."""
    state = replace(state, topic=state.topic or meaning.text)
    if state.question == "change":
        again = _told_anew(state, content)
        if again is not None:
            return again
    if state.intent is None:
        numbers = {
            slot: value.value
            for slot, value in meaning.slots.items()
            if slot in content.slots and kind_of(slot, content) in REMEMBERED
        }
        if numbers:  # "47291" and nothing else: what is wanted of it is asked, and it is not asked for again
            state = remember(state, numbers)
    what = "nothing understood" if meaning.intent is None else f"{meaning.intent!r} is no request of this hotline"
    return no_match(state, content, what)


def _told_anew(state: DialogueState, content: Content) -> Move | None:
    """What was told freely is asked for anew: "the address", in answer to what should be changed."""
    request = content.requests.get(state.intent or "")
    slots = needed_slots(request, content) if request else ()
    free = [slot for slot in slots if kind_of(slot, content) == "text" and slot in state.slots]
    if not free:
        return None
    kept = {slot: value for slot, value in state.slots.items() if slot != free[0]}
    why = Why(f"{free[0]} is told anew")
    return ask_slot(replace(state, slots=kept), content, why, Action.REPROMPT)

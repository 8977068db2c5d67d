"""Pressed keys: a person, the last words again, a choice, or a number. Pure."""

from ivr.content.types import Content, Language
from ivr.dialogue import callbacks
from ivr.dialogue.hearing import follow, remember
from ivr.dialogue.ladders import no_match
from ivr.dialogue.moves import Move, Why
from ivr.dialogue.requests import take
from ivr.dialogue.slots import TYPED, kind_of, missing_slot
from ivr.dialogue.types import DialogueState
from ivr.dialogue.wishes import request_of_number, start
from ivr.understanding.slots.phone import find_phone
from ivr.understanding.slots.types import SlotContext
from ivr.understanding.types import Meaning, SlotValue

AGENT_KEY, REPEAT_KEY = "0", "*"
YES_NO_QUESTIONS = (
    *("offer_agent", "confirm", "check_slot", "check_intent", "known", "change", "anything_else"),
    *("callback_propose", "callback_number", "callback_check"),
)
"""Questions that key 1 answers with yes and key 2 with no."""


def pressed(state: DialogueState, content: Content, keys: str) -> Move:  # noqa: PLR0911 (a table)
    """Follow pressed keys: one for a choice, several for a number (without the closing ``#``)."""
    keys = keys.replace("#", "")
    if keys == AGENT_KEY:
        return _intent(state, content, "agent", Why("key 0"))
    if keys == REPEAT_KEY:
        return _intent(state, content, "repeat", Why("key *"))
    if not (keys.isascii() and keys.isdigit()):
        return no_match(state, content, "keys that mean nothing here")
    chosen = state.expecting.keys.get(keys) if state.expecting.kind == "choice" else None
    if chosen is not None:
        return _intent(state, content, chosen, Why(f"key {keys} chooses {chosen!r}"))
    why = Why(f"{len(keys)} digits on the keypad")
    slot = missing_slot(state, content) if state.question == "slot" else None
    if slot is not None and kind_of(slot, content) in TYPED and state.pending is None:
        return take(state, content, {slot: SlotValue(keys, 1.0)}, why)
    if state.question in YES_NO_QUESTIONS and keys in ("1", "2") and state.question != "anything_else":
        return _intent(state, content, "yes" if keys == "1" else "no", Why(f"key {keys}"))
    if state.promise is not None:
        return _number_to_call(state, content, keys, why)
    for request in content.requests.values():
        if request.menu_key == keys:
            return _intent(state, content, request.intent, Why(f"key {keys} chooses {request.intent!r}"))
    number = request_of_number(state, content, keys)
    if number is not None and state.pending is None and state.intent is None:
        intent, slot = number
        if intent is not None:
            return start(state, content, intent, {slot: SlotValue(keys, 1.0)}, why.but(f"a {slot}"))
        state = remember(state, {slot: keys})
    return no_match(state, content, f"{len(keys)} keys that mean nothing here")


def _intent(state: DialogueState, content: Content, intent: str, why: Why) -> Move:
    return follow(state, content, Meaning("", state.language, intent, 1.0), why)


def _number_to_call(state: DialogueState, content: Content, keys: str, why: Why) -> Move:
    language: Language = state.language
    now = state.call.now if state.call else None
    found = find_phone(keys, language, SlotContext(now)) if now is not None else ()
    if found and state.question in ("callback_number", "callback_digits", "callback_check"):
        return callbacks.typed(state, content, found[0].value, why)
    return no_match(state, content, f"{len(keys)} keys that are no telephone number")

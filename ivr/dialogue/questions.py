"""The questions that stand open: each can be put again in other words, or more simply with keys. Pure."""

from dataclasses import replace

from ivr.content.keys import confirm_of
from ivr.content.types import Content
from ivr.dialogue import callbacks
from ivr.dialogue.moves import (
    CHECK,
    Move,
    Why,
    anything_else,
    ask_request,
    label,
    menu,
    next_say,
    offer_agent,
)
from ivr.dialogue.slots import (
    TYPED,
    ask_rest,
    ask_slot,
    check_expectation,
    kind_of,
    missing_slot,
    needed_slots,
    read_back,
    slot_expectation,
    speak_value,
)
from ivr.dialogue.types import Action, Decision, DialogueState, Question, Say
from ivr.understanding.types import Expectation

YES_NO_KEYS = {"1": "yes", "2": "no", "0": "agent"}


def ask_again(  # noqa: PLR0911 (a table: one return per row)
    state: DialogueState,
    content: Content,
    why: Why,
    action: Action = Action.REPROMPT,
    before: tuple[Say, ...] = (),
) -> Move:
    """Put the open question once more, in other words."""
    if state.promise is not None:
        return callbacks.ask_again(state, content, why, action, before)
    match state.question:
        case "slot" if missing_slot(state, content) and state.partial:
            return ask_rest(state, content, why, action, before)
        case "slot" if missing_slot(state, content):
            return ask_slot(state, content, why, action, before)
        case "check_slot":
            return read_back(state, content, why, action, before)
        case "check_intent":
            return check_intent(state, content, why, action, before)
        case "confirm" if state.intent in content.requests:
            return confirm(state, content, why, action, before)
        case "change":
            return ask_change(state, content, why, action, before)
        case "offer_agent":
            state, decision = offer_agent(state, content, why, before)
            return state, replace(decision, action=action)
        case "anything_else":
            return anything_else(state, why, action, before)
        case _:
            return ask_request(state, why, action, before)


def ask_simply(state: DialogueState, content: Content, why: Why, before: tuple[Say, ...]) -> Move:
    """Ask for keys in place of words."""
    say: tuple[Say, ...]
    if state.question == "check_intent":  # a guess that led nowhere: the menu leads further than its yes or no
        question_before: Question = "slot" if missing_slot(state, content) else "opening"
        state = replace(state, question=question_before, guesses=(), given={})
    match state.question:
        case "slot" if missing_slot(state, content) is not None:
            slot = missing_slot(state, content) or ""
            if kind_of(slot, content) not in TYPED:
                return ask_slot(state, content, why, Action.REPROMPT, before)
            state, question = next_say(replace(state, partial=""), f"keys_{slot}")
            say, expect = (question,), slot_expectation(state, content)
        case "offer_agent":
            state, question = next_say(state, "keys_offer_agent")
            say, expect = (question,), Expectation(kind="choice", keys={"1": "agent", "2": "no", "0": "agent"})
        case "confirm" | "check_slot":
            state, question = next_say(state, "keys_yes_no")
            say, expect = (question,), Expectation(kind="choice", keys=YES_NO_KEYS, intent=state.intent)
        case "change":
            return ask_change(state, content, why, Action.REPROMPT, before)
        case _:
            state, say, expect = menu(
                replace(state, question="opening", intent=None, slots={}, guesses=(), given={}, resumed=False),
                content,
            )
    return state, Decision(Action.REPROMPT, why.reason, why.contributions, (*before, *say), expect=expect)


def confirm(
    state: DialogueState,
    content: Content,
    why: Why,
    action: Action = Action.CONFIRM,
    before: tuple[Say, ...] = (),
) -> Move:
    """Read the whole request back before it is done."""
    request = content.requests[state.intent or ""]
    spoken = {name: speak_value(state, content, name, value) for name, value in state.slots.items()}
    state, question = next_say(state, confirm_of(request.intent), spoken)
    state = replace(state, question="confirm", partial="", doubt=None)
    expect = _correctable(state, content)
    return state, Decision(action, why.reason, why.contributions, (*before, question), expect=expect)


def ask_change(
    state: DialogueState,
    content: Content,
    why: Why,
    action: Action = Action.ASK,
    before: tuple[Say, ...] = (),
) -> Move:
    """What was read back is not right: ask what to change, or whether to leave it."""
    state, question = next_say(replace(state, question="change"), "ask_change")
    expect = _correctable(state, content)
    return state, Decision(action, why.reason, why.contributions, (*before, question), expect=expect)


def check_intent(
    state: DialogueState,
    content: Content,
    why: Why,
    action: Action = Action.CONFIRM,
    before: tuple[Say, ...] = (),
) -> Move:
    """Ask back about what the caller probably wants: one request, or one of two."""
    names = [label(state, content, intent) for intent in state.guesses[:2]]
    state = replace(state, question="check_intent", resumed=False)
    if len(names) < 2:
        state, question = next_say(state, "check_intent", {"request": names[0] if names else ""})
        expect = CHECK
    else:
        state, question = next_say(state, "check_two", {"first": names[0], "second": names[1]})
        expect = Expectation(kind="choice", keys={"1": state.guesses[0], "2": state.guesses[1], "0": "agent"})
    return state, Decision(action, why.reason, why.contributions, (*before, question), expect=expect)


def _correctable(state: DialogueState, content: Content) -> Expectation:
    """A yes or a no, or the number of the current request said otherwise."""
    number = _number_of(state, content)
    return check_expectation(state, content, number, state.slots.get(number or ""))


def _number_of(state: DialogueState, content: Content) -> str | None:
    """The number of the current request that a "no, nine five" corrects."""
    request = content.requests.get(state.intent or "")
    slots = needed_slots(request, content) if request else ()
    return next((slot for slot in slots if slot in state.slots and kind_of(slot, content) == "digits"), None)

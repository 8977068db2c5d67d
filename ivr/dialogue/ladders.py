"""What to do when a turn brought nothing: other words, then a simpler choice with keys, then a person."""

from dataclasses import replace

from ivr.content.types import Content
from ivr.dialogue.moves import (
    Move,
    Why,
    anything_else,
    ask_request,
    ask_rest,
    ask_slot,
    hand_off,
    menu,
    missing_slot,
    next_say,
    offer_agent,
    say_goodbye,
    slot_expectation,
)
from ivr.dialogue.types import Action, Decision, DialogueState, HandoffReason, Say
from ivr.understanding.types import Expectation

FAILURES_TO_AGENT = 3
"""Failed turns in a row after which a person takes over (issue: "three failures in a row hands off")."""
SILENCES_TO_GOODBYE = 2
"""Silences after a solved request at which the call ends: the caller has what they came for and has left."""


def no_input(state: DialogueState, content: Content) -> Move:
    """The caller said nothing."""
    failures = state.failures + 1
    if state.question == "anything_else" and state.resolved and failures >= SILENCES_TO_GOODBYE:
        why = Why(f"silent {failures} times after a solved request: goodbye", {"silences": float(failures)})
        return say_goodbye(state, why, key="goodbye_silent")
    return _climb(state, content, "no_input", "the caller was silent")


def no_match(state: DialogueState, content: Content, what: str, before: tuple[Say, ...] = ()) -> Move:
    """The caller said something that leads nowhere.

    Args:
        state: The conversation so far.
        content: The texts and requests.
        what: What was heard, for the decision's reason.
        before: Said in place of "I did not understand".
    """
    return _climb(state, content, "no_match", what, before)


def _climb(state: DialogueState, content: Content, ladder: str, what: str, before: tuple[Say, ...] = ()) -> Move:
    failures = state.failures + 1
    state = replace(state, failures=failures)
    contributions = {"failures_in_a_row": float(failures)}
    if failures >= FAILURES_TO_AGENT:
        why = Why(f"{what}; {failures} failed turns in a row: a person takes over", contributions)
        return hand_off(state, HandoffReason.UNKNOWN_INTENT, why)
    if not before:
        state, prefix = next_say(state, f"{ladder}_{failures}")
        before = (prefix,)
    if failures == 1:
        return _other_words(state, content, Why(f"{what}: asked again in other words", contributions), before)
    return _simpler(state, content, Why(f"{what} again: a simpler choice with keys", contributions), before)


def _other_words(state: DialogueState, content: Content, why: Why, before: tuple[Say, ...]) -> Move:
    """Ask the same question in other words."""
    match state.question:
        case "slot" if missing_slot(state, content) and state.partial:
            return ask_rest(state, content, why, Action.REPROMPT, before)
        case "slot" if missing_slot(state, content):
            return ask_slot(state, content, why, Action.REPROMPT, before)
        case "offer_agent":
            state, decision = offer_agent(state, why, before)
            return state, replace(decision, action=Action.REPROMPT)
        case "confirm":
            return state, Decision(
                Action.REPROMPT,
                why.reason,
                why.contributions,
                (*before, *state.last_say[-1:]),
                expect=state.expecting,
            )
        case "anything_else":
            return anything_else(state, why, Action.REPROMPT, before)
        case _:
            return ask_request(state, why, Action.REPROMPT, before)


def _simpler(state: DialogueState, content: Content, why: Why, before: tuple[Say, ...]) -> Move:
    """Ask for keys in place of words."""
    slot = missing_slot(state, content) if state.question == "slot" else None
    expect: Expectation
    say: tuple[Say, ...]
    if slot is not None:
        state = replace(state, partial="")
        state, question = next_say(state, f"keys_{slot}")
        say, expect = (question,), slot_expectation(state, content)
    elif state.question in ("offer_agent", "confirm"):
        state, question = next_say(replace(state, question="offer_agent"), "keys_offer_agent")
        say, expect = (question,), Expectation(kind="choice", keys={"1": "agent", "2": "no", "0": "agent"})
    else:
        state, say, expect = menu(replace(state, question="opening", intent=None, slots={}), content)
    return state, Decision(Action.REPROMPT, why.reason, why.contributions, (*before, *say), expect=expect)

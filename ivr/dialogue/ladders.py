"""What to do when a turn brought nothing: other words, then a simpler choice with keys, then a person."""

from dataclasses import replace

from ivr.content.types import Content
from ivr.dialogue import callbacks
from ivr.dialogue.handover import hand_off
from ivr.dialogue.moves import Move, Why, next_say, people_are_there, say_goodbye
from ivr.dialogue.questions import ask_again, ask_simply
from ivr.dialogue.types import Action, DialogueState, HandoffReason, Say

FAILURES_TO_AGENT = 3
"""Failed turns in a row after which a person takes over: other words and keys have been tried by then."""
SILENCES_TO_GOODBYE = 2
"""Silences after a solved request at which the call ends: the caller has what they came for and has left."""


def no_input(state: DialogueState, content: Content) -> Move:
    """The caller said nothing."""
    failures = state.failures + 1
    contributions = {"silences": float(failures)}
    if state.question == "anything_else" and state.resolved and failures >= SILENCES_TO_GOODBYE:
        why = Why(f"silent {failures} times after a solved request: goodbye", contributions)
        return say_goodbye(state, why, key="goodbye_silent")
    if state.promise is None and failures >= FAILURES_TO_AGENT and not people_are_there(state, content):
        why = Why(f"silent {failures} times, and nobody is there: goodbye", contributions)
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
    request = content.requests.get(state.intent or "")
    if request is not None and request.person and state.question in ("slot", "check_slot"):
        why = Why(f"{what}: only a person can do {request.intent}, with or without it", contributions)
        return hand_off(state, content, HandoffReason.BUSINESS_RULE, why, key="handing_over")
    if state.promise is None and failures >= FAILURES_TO_AGENT:
        why = Why(f"{what}; {failures} failed turns in a row: a person takes over", contributions)
        return hand_off(state, content, HandoffReason.UNKNOWN_INTENT, why)
    if not before:
        state, prefix = next_say(state, f"{ladder}_{min(failures, FAILURES_TO_AGENT - 1)}")
        before = (prefix,)
    if state.promise is not None:
        return callbacks.failed(state, content, Why(what, contributions), before)
    if failures == 1:
        why = Why(f"{what}: asked again in other words", contributions)
        return ask_again(state, content, why, Action.REPROMPT, before)
    return ask_simply(state, content, Why(f"{what} again: a simpler choice with keys", contributions), before)

"""To a person: put through when somebody is there, else a call-back at a chosen time; and back again. Pure."""

from dataclasses import replace
from typing import Literal

from ivr.content.types import Content
from ivr.dialogue.callbacks import arrange, arrange_instead
from ivr.dialogue.frustration import CALM
from ivr.dialogue.moves import Move, Why, ask_request, people_are_there, put_through
from ivr.dialogue.types import DialogueState, HandoffReason, Say


def hand_off(
    state: DialogueState,
    content: Content,
    reason: HandoffReason,
    why: Why,
    before: tuple[Say, ...] = (),
    key: Literal["handing_over", "handing_over_sorry"] | None = None,
) -> Move:
    """Hand the caller over.

    Args:
        state: The conversation so far.
        content: The texts and the agents' hours.
        reason: Why a person is needed.
        why: What led to it.
        before: Said first.
        key: The words of the hand-over; None: by the reason.
    """
    if people_are_there(state, content):
        return put_through(state, reason, why, before, key)
    return arrange(state, content, reason, why, before)


def come_back(state: DialogueState, why: Why, key: Literal["desk_machine", "desk_nobody"]) -> Move:
    """Go on with a caller who waited for a person.

    Args:
        state: The conversation as it ended with the hand-over.
        why: What led to it.
        key: What is said first: the caller chose it, or nobody was there.
    """
    state, decision = ask_request(_reopened(state), why, before=(Say(key),))
    return replace(state, expecting=decision.expect, last_say=decision.say), decision


def call_back_instead(state: DialogueState, content: Content, why: Why) -> Move:
    """Arrange a call-back with a caller who waited for a person."""
    state, decision = arrange_instead(_reopened(state), content, why, (Say("desk_call_back"),))
    return replace(state, expecting=decision.expect, last_say=decision.say), decision


def _reopened(state: DialogueState) -> DialogueState:
    """The conversation before it ended.

    Feelings begin anew: with the score that led to the person, the very next turn would send the caller back.
    """
    mood = replace(state.mood, frustration=CALM, empathy_due=False)
    return replace(state, ended=False, ending=None, mood=mood, failures=0, stalled=0)

"""To a person: put through when somebody is there, else a call-back at a time the caller chooses. Pure."""

from typing import Literal

from ivr.content.types import Content
from ivr.dialogue.callbacks import arrange
from ivr.dialogue.moves import Move, Why, people_are_there, put_through
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

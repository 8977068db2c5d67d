"""A caller who waited for a person's telephone comes back to the machine, on another stream of the same call."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ivr.call.line import CallInfo
from ivr.content.types import Content
from ivr.dialogue.handover import call_back_instead, come_back
from ivr.dialogue.moves import Move, Why
from ivr.dialogue.types import DialogueState
from ivr.records.types import TurnRecord


@dataclass(frozen=True)
class Kept:
    """What is kept of a conversation whose caller went to a person's telephone, so that it can go on."""

    info: CallInfo
    state: DialogueState
    turns: Sequence[TurnRecord]
    began_s: float
    """When the call's time began, by the services' clock."""


@dataclass(frozen=True)
class Resumed:
    """A conversation that goes on, on another stream."""

    kept: Kept
    how: Literal["machine", "callback"]


def next_move(resumed: Resumed, content: Content) -> Move:
    """How the conversation goes on. Pure.

    Args:
        resumed: As it ended, and what the caller wants.
        content: The texts and the agents' hours.
    """
    return chosen(resumed.kept.state, resumed.how, content)


def chosen(state: DialogueState, how: Literal["machine", "callback"], content: Content) -> Move:
    """How the conversation goes on when a waiting caller chose so. Pure.

    Args:
        state: As it ended with the hand-over.
        how: What the caller wants.
        content: The texts and the agents' hours.
    """
    why = Why(f"the caller waited for a person and chose: {how}")
    return call_back_instead(state, content, why) if how == "callback" else come_back(state, why, "desk_machine")

"""Another stream of the same call: a caller comes back to the machine, or waits for a person at the desk."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import structlog

from ivr.call.callers import answered
from ivr.call.line import CallInfo
from ivr.call.recalled import language_of
from ivr.call.services import CallServices
from ivr.content.types import Content, Language
from ivr.dialogue.engine import decide, start
from ivr.dialogue.handover import call_back_instead, come_back
from ivr.dialogue.moves import Move, Why
from ivr.dialogue.types import Action, Answered, Decision, DialogueState, HandoffReason, Say
from ivr.errors import RecordsError
from ivr.records.types import HandoffRecord, KnownNumber, TurnRecord
from ivr.records.views import CallView

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Kept:
    """What is kept of a conversation whose caller went to a person's telephone, so that it can go on."""

    info: CallInfo
    state: DialogueState
    turns: Sequence[TurnRecord]
    began_s: float
    """When the call's time began, by the services' clock."""
    handoff: HandoffRecord | None = None
    """The hand-off in the record, if there is one."""


@dataclass(frozen=True)
class Resumed:
    """A conversation that goes on, on another stream."""

    kept: Kept
    how: Literal["machine", "callback"]


Cause = Literal["full_house", "not_ready", "line_lost", "handed_over"]
"""Why a caller's stream begins at the desk: no room among the conversations · models not loaded, or going down ·
the line, the conversation or the whole process broke · the conversation had ended with a hand-off."""


@dataclass(frozen=True)
class AtDesk:
    """A caller whose next stream begins at the agents' desk."""

    kept: Kept
    cause: Cause
    greeted: bool
    """Whether the machine has said who it is."""


_SAID: Mapping[Cause, str] = {"full_house": "too_busy", "not_ready": "failure", "line_lost": "failure"}
_WHY: Mapping[Cause, str] = {"full_house": "why_full_house", "line_lost": "why_line_lost"}
_REASONS: Mapping[Cause, str] = {
    "full_house": "no room for another conversation with the machine",
    "not_ready": "the machine takes no calls now",
    "line_lost": "the line or the conversation broke off",
    "handed_over": "handed over, and agents are at the desk",
}


def to_desk(at: AtDesk, call: Answered) -> Move:
    """Let a caller wait at the desk, on a stream that has just begun. Pure.

    Args:
        at: Who, and why.
        call: What is known of the call as such, where the conversation does not know.
    """
    state, said = at.kept.state, _SAID.get(at.cause)
    return (
        replace(state, ended=True, call=state.call or call),
        Decision(
            action=Action.HAND_OFF,
            reason=_REASONS[at.cause],
            contributions={} if at.cause == "handed_over" else {"failure": 1.0},
            say=(Say(said),) if said else (),
            handoff=None if at.kept.handoff else HandoffReason.FAILURE,
            handoff_why=_WHY.get(at.cause),
            outcome="handed_off",
        ),
    )


def greeting(info: CallInfo, services: CallServices, found: "Future[KnownNumber] | None") -> Move:
    """Begin the conversation of a caller who has waited at the desk without one.

    Args:
        info: The call.
        services: The call's.
        found: Looks up what is known of the number.
    """
    language = info.language or services.settings.language
    return decide(start(language), answered(info, services, language, found), services.content)


def who_comes(
    info: CallInfo,
    kept: Kept | None,
    refused: Cause | None,
    recall: Callable[[str], CallView | None],
    own: Language,
    now_s: float,
    now: datetime,
) -> AtDesk:
    """Gather what is known of a caller who is to wait at the desk.

    Args:
        info: The call, as a webhook of now tells of it.
        kept: What its last stream left; None: it had none, or in another process.
        refused: Why it was not let in, if it came just now.
        recall: Reads a call's record; may raise :class:`RecordsError`.
        own: The language to speak if none is known.
        now_s: Now, by the services' clock.
        now: Now; aware.
    """
    if kept is not None:
        kept = replace(kept, info=replace(kept.info, language=kept.state.language))
        return AtDesk(kept, "handed_over" if kept.handoff else "line_lost", greeted=True)
    view = None
    try:
        view = recall(info.call_sid) if refused is None else None
    except RecordsError as error:  # a person who knows nothing of the call is better than none
        _log.warning("call_not_recalled", call_sid=info.call_sid, why=str(error))
    if view is None or not (view.turns or view.handoff):
        info = replace(info, language=own)
        return AtDesk(Kept(info, start(own), (), now_s), refused or "line_lost", greeted=False)
    return AtDesk(_recalled(view, info, own, now_s, now), "line_lost", greeted=bool(view.turns))


def _recalled(view: CallView, info: CallInfo, own: Language, now_s: float, now: datetime) -> Kept:
    """What can be kept of a call from its record: what the dialogue knew beyond it is gone."""
    header = view.header
    language = language_of(view, own)
    info = replace(
        info,
        language=language,
        from_number=info.from_number or header.from_number,
        to_number=info.to_number or header.to_number,
    )
    turns = tuple(turn.entry for turn in view.turns)
    began_s = now_s - max(0.0, (now - header.started_at).total_seconds())
    return Kept(info, start(language), turns, began_s, view.handoff.entry if view.handoff else None)


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

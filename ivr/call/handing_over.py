"""What the person who takes over is given: the summary for the record, the whisper for the ear."""

from collections.abc import Mapping, Sequence
from concurrent.futures import TimeoutError as FutureTimeoutError
from datetime import timedelta
from functools import partial

import structlog

from ivr.call.callers import own_number
from ivr.call.line import CallInfo
from ivr.call.services import CallServices
from ivr.content.types import LANGUAGES, Language
from ivr.dialogue.types import Action, Decision, DialogueState, HandoffReason, Say
from ivr.handoff.facts import HISTORY_DAYS
from ivr.handoff.summary import summarise, whisper, with_languages
from ivr.records.history import EarlierCall
from ivr.records.masking import mask_text
from ivr.records.masking_turns import hidden_over_turns
from ivr.records.types import HandoffRecord, TurnRecord

_log = structlog.get_logger(__name__)

HISTORY_S = 0.15
"""Longest a hand-off waits for the caller's earlier calls: half of the 0.3 s that a summary may take."""


def by_house_rule(why: str, text_key: str) -> Decision:
    """The house, not the conversation, puts the caller through: going down, or the call is too long."""
    return Decision(
        action=Action.HAND_OFF,
        reason=why,
        say=(Say(text_key),),
        handoff=HandoffReason.BUSINESS_RULE,
        outcome="handed_off",
    )


def after_failure(error: Exception) -> Decision:
    """Something of ours broke."""
    return Decision(
        action=Action.HAND_OFF,
        reason=f"something failed: {type(error).__name__}: {error}"[:500],
        contributions={"failure": 1.0},
        handoff=HandoffReason.FAILURE,
        outcome="handed_off",
    )


def prepare(
    services: CallServices,
    info: CallInfo,
    state: DialogueState,
    turns: Sequence[TurnRecord],
    reason: HandoffReason,
    why: str | None = None,
) -> tuple[HandoffRecord, str]:
    """Write the summary from what is in the record, whatever has failed.

    Args:
        services: The call's texts and metrics.
        info: The call.
        state: The conversation at the moment of the hand-off.
        turns: All turns so far.
        reason: Why a person takes over.
        why: The text that says so; None: the reason's.

    Returns:
        The hand-off for the record, and what the agent hears before the caller is put through.
    """
    services.metrics.handoffs.labels(reason=reason.value).inc()
    try:
        content, language = services.content, services.settings.language
        earlier = _earlier(services, info)
        masks = services.settings.mask_numbers
        hide, turns = (mask_text, hidden_over_turns(turns)) if masks else (str, turns)

        def summarised(told_in: Language) -> Mapping[str, object]:
            return summarise(
                state, turns, reason, info.from_number, content, told_in, earlier=earlier, mask=hide, why=why
            )

        summary = with_languages(summarised(language), language, LANGUAGES, summarised)
        if services.polisher is not None:
            services.polisher.later(summary, language, partial(services.journal.summary, info.call_sid))
        return HandoffRecord(reason.value, summary), whisper(summary, content, language)
    except Exception:  # a person without a summary is better than no person
        _log.exception("summary_failed")
        return HandoffRecord(reason.value, {"headline": reason.value}), ""


def _earlier(services: CallServices, info: CallInfo) -> Sequence[EarlierCall] | None:
    """The caller's earlier calls; None when they are not known, or not in time."""
    find, number = services.history, own_number(info.from_number)
    if find is None or number is None:
        return None
    since = services.wall_clock() - timedelta(days=HISTORY_DAYS)
    try:
        return services.lookups.submit(find, number, since, info.call_sid).result(timeout=HISTORY_S)
    except FutureTimeoutError:
        _log.warning("history_late", after_s=HISTORY_S)
    except Exception as error:  # a summary without history is better than none
        _log.warning("history_unknown", why=f"{type(error).__name__}: {error}")
    return None

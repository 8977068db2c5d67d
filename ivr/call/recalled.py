"""What the record tells of a caller who is to get a person, when this process does not know the call."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from ivr.call.switchboard_types import Ending
from ivr.content.types import LANGUAGES, Content, Language
from ivr.handoff.summary import headlines, whispers
from ivr.handoff.types import WaitingCall
from ivr.records.views import CallView


def recalled(view: CallView, content: Content, own: Language, now: datetime) -> Ending:
    """What follows the stream of a call of another process: a person, who is told what the record has.

    Args:
        view: The record.
        content: The texts.
        own: The hotline's language, which is the agents'.
        now: Now; aware.
    """
    language = language_of(view, own)
    if view.handoff is None:
        return Ending("person", language)
    handoff = view.handoff.entry
    summary, intent = handoff.summary, handoff.summary.get("intent")
    frustration, risks = summary.get("frustration"), summary.get("risks")
    known = WaitingCall(
        view.header.call_sid,
        _asked_at(view, now),
        language=language,
        topic=intent if isinstance(intent, str) else None,
        frustration=float(frustration) if isinstance(frustration, int | float) else 0.0,
        risks=tuple(_kinds(risks)),
        headline=str(summary.get("headline", "")),
        headlines=headlines(summary),
        reason=handoff.reason,
        from_number=view.header.from_number,
    )
    told = whispers(handoff, content)
    return Ending("person", language, told[own], told, known)


def _asked_at(view: CallView, now: datetime) -> datetime:
    """When the conversation handed over last; ``now`` if that is not on record."""
    decisions = (numbered.entry for numbered in reversed(view.decisions))
    at_ms = next((decision.at_ms for decision in decisions if decision.action == "hand_off"), None)
    return now if at_ms is None else min(now, view.header.started_at + timedelta(milliseconds=at_ms))


def language_of(view: CallView, own: Language) -> Language:
    """The language a call was in when it was last heard of; ``own`` if that is not on record."""
    spoken = [view.header.language, *(turn.entry.language for turn in reversed(view.turns))]
    return next((known for said in spoken for known in LANGUAGES if known == said), own)


def _kinds(risks: object) -> list[str]:
    entries = risks if isinstance(risks, list | tuple) else ()
    return [str(risk["kind"]) for risk in entries if isinstance(risk, Mapping) and "kind" in risk]

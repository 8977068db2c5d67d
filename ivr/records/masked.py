"""What is kept and shown of a call, with the personal numbers in it hidden."""

from collections.abc import Mapping
from dataclasses import replace

from ivr.agent_phones import E164
from ivr.records.masking import mask_text
from ivr.records.types import CallbackRecord, DecisionRecord, TurnRecord, VoicemailRecord


def masked_turn(turn: TurnRecord, asked: str = "") -> TurnRecord:
    """A turn whose words hold no personal number any more.

    Args:
        turn: As it was said.
        asked: What it answers.
    """
    return replace(turn, text=mask_text(turn.text, asked), slots=masked_slots(turn.slots))


def masked_slots(slots: Mapping[str, str]) -> Mapping[str, str]:
    """Values told for a request: the one place that keeps a telephone number, so that it can be called back.

    A value is judged by its slot's name as well: an ``order_number`` of ten digits stays.
    """
    return {name: value if E164.fullmatch(value) else _masked_value(name, value) for name, value in slots.items()}


def _masked_value(name: str, value: str) -> str:
    called = name.replace("_", " ") + ": "
    masked = mask_text(called + value)
    return masked.removeprefix(called) if masked.startswith(called) else mask_text(value)


def masked_decision(decision: DecisionRecord) -> DecisionRecord:
    """A decision whose reason holds no personal number."""
    return replace(decision, reason=mask_text(decision.reason))


def masked_callback(callback: CallbackRecord) -> CallbackRecord:
    """A promise whose topic, the caller's words, holds no personal number; the number to call stays."""
    return replace(callback, topic=mask_text(callback.topic))


def masked_voicemail(voicemail: VoicemailRecord) -> VoicemailRecord:
    """A message whose words hold no personal number."""
    transcript = voicemail.transcript
    return replace(
        voicemail,
        transcript=None if transcript is None else mask_text(transcript),
        summary=mask_text(voicemail.summary),
    )


def masked_event(event: Mapping[str, object]) -> dict[str, object]:
    """A live event (words so far, what we say) whose texts hold no personal number."""
    return {
        name: mask_text(value) if name == "text" and isinstance(value, str) else value
        for name, value in event.items()
    }

"""The desk's values as JSON. Texts may hold what a caller said: pages must show them as text."""

from datetime import datetime, timedelta

from ivr.handoff.desk import Desk
from ivr.handoff.desk_reads import Board, DeskEvent, Offer
from ivr.handoff.desk_rules import DeskPolicy
from ivr.handoff.queue import WAITS
from ivr.handoff.routing import in_order, resting_until, urgency
from ivr.handoff.types import Agent, HandOff, HandOffState
from ivr.records.views import plain, time_text

Json = dict[str, object]


def agent_json(agent: Agent, desk: Desk, board: Board) -> Json:
    """An agent, with the load of their day."""
    held = next((each for each in board.hand_offs if each.id == agent.hand_off_id), None)
    return {
        "id": agent.id,
        "status_at": _time(agent.status_at),
        **day_json(
            agent,
            held.call.call_sid if held else None,
            resting_until(agent, desk.now(), desk.policy.routing),
        ),
    }


def day_json(agent: Agent, call_sid: str | None, rests_until: datetime | None) -> Json:
    """What an agent does now, at the desk or by telephone, and the load of their day."""
    return {
        "name": agent.name,
        "languages": list(agent.languages),
        "topics": list(agent.topics),
        "status": agent.status.value,
        "call_sid": call_sid,
        "calls_today": agent.calls_today,
        "hard_calls_today": agent.hard_calls_today,
        "anger_today": round(agent.anger_today, 3),
        "resting_until": _time(rests_until),
    }


def hand_off_json(hand_off: HandOff, now: datetime) -> Json:
    """A hand-off."""
    call = hand_off.call
    over = hand_off.accepted_at or hand_off.ended_at or now
    return {
        "call_sid": call.call_sid,
        "state": hand_off.state.value,
        "requested_at": time_text(call.at),
        "waited_s": round(max(0.0, (over - call.at).total_seconds()), 1),
        "language": call.language,
        "topic": call.topic,
        "frustration": call.frustration,
        "risks": list(call.risks),
        "headline": plain(call.headline),
        "headlines": {language: plain(line) for language, line in call.headlines.items()},
        "reason": call.reason,
        "agent": hand_off.agent_id,
        "changed_at": _time(hand_off.changed_at),
        "accepted_at": _time(hand_off.accepted_at),
        "ended_at": _time(hand_off.ended_at),
        "returned": hand_off.returned,
        "on_hold": hand_off.on_hold,
        "notes": plain(hand_off.notes),
        "disposition": hand_off.disposition,
    }


def until(hand_off: HandOff, policy: DeskPolicy) -> str | None:
    """When the desk takes a call from its agent by itself: it has rung, or been written up, for long enough."""
    lasts_s = {HandOffState.OFFERED: policy.offer_s, HandOffState.WRAP_UP: policy.wrap_up_s}.get(hand_off.state)
    if lasts_s is None or hand_off.changed_at is None:
        return None
    return time_text(hand_off.changed_at + timedelta(seconds=lasts_s))


def waiting_json(desk: Desk, board: Board, limit: int) -> Json:
    """Who waits, the most urgent first, with the numbers that make it so."""
    now, policy = desk.now(), desk.policy.routing
    order = in_order([each for each in board.hand_offs if each.state in WAITS], now, policy)
    calls = []
    for hand_off in order[:limit]:
        parts = urgency(hand_off, now, policy)
        seen = desk.outlook(hand_off.call.call_sid)
        calls.append(
            {
                **hand_off_json(hand_off, now),
                "urgency": round(sum(parts.values()), 3),
                "contributions": parts,
                "position": seen.position,
                "expected_wait_s": None if seen.expected_wait_s is None else round(seen.expected_wait_s, 1),
            }
        )
    return {"at": time_text(now), "open": desk.is_open(), "total": len(order), "calls": calls}


def offer_json(offer: Offer) -> Json:
    """An offer and its answer."""
    return {
        "agent": offer.agent_id,
        "offered_at": time_text(offer.offered_at),
        "why": offer.why,
        "contributions": plain(offer.contributions),
        "answer": offer.answer,
        "answered_at": _time(offer.answered_at),
        "free_at": _time(offer.free_at),
    }


def event_json(event: DeskEvent) -> Json:
    """An event of the stream."""
    told: Json = {"at": event.at, "call_sid": event.call_sid, "agent": event.agent_id, **event.data}
    return {name: plain(value) for name, value in told.items()}


def _time(at: datetime | None) -> str | None:
    return None if at is None else time_text(at)

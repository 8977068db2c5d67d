"""``/api/telephones``: who is rung by telephone, what they do now, and what they have had today."""

from flask import Blueprint, Response

from ivr.handoff.ringing_service import RingingService
from ivr.records.views import Json, time_text
from ivr.web.answers import json_answer


def blueprint(ringing: RingingService) -> Blueprint:
    """Make the route ``GET /api/telephones``; who may ask is the application's guard to say.

    Args:
        ringing: Rings them.
    """
    routes = Blueprint("telephones", __name__, url_prefix="/api")

    @routes.get("/telephones")
    def telephones() -> Response:
        found: list[Json] = [
            {
                "number": agent.id,
                "name": agent.name,
                "languages": list(agent.languages),
                "topics": list(agent.topics),
                "status": agent.status.value,
                "call_sid": agent.hand_off_id,
                "calls_today": agent.calls_today,
                "hard_calls_today": agent.hard_calls_today,
                "anger_today": round(agent.anger_today, 3),
                "resting_until": None if until is None else time_text(until),
            }
            for agent, until in ringing.agents()
        ]
        return json_answer({"open": ringing.is_open(), "telephones": found})

    return routes

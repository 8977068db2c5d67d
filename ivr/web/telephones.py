"""``/api/telephones``: who is rung by telephone, what they do now, and what they have had today."""

from flask import Blueprint, Response

from ivr.handoff.ringing_service import RingingService
from ivr.web.answers import json_answer
from ivr.web.desk_json import day_json


def blueprint(ringing: RingingService) -> Blueprint:
    """Make the route ``GET /api/telephones``; who may ask is the application's guard to say.

    Args:
        ringing: Rings them.
    """
    routes = Blueprint("telephones", __name__, url_prefix="/api")

    @routes.get("/telephones")
    def telephones() -> Response:
        found = [
            {"number": agent.id, **day_json(agent, agent.hand_off_id, until)} for agent, until in ringing.agents()
        ]
        return json_answer({"open": ringing.is_open(), "telephones": found})

    return routes

"""``/api/desk/calls/CALLSID/help``: replies and look-ups for what the caller says now. ``/api/desk/intents``."""

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass

import structlog
from flask import Blueprint, Response

from ivr.content.types import LANGUAGES, Content, Language
from ivr.errors import RecordsError
from ivr.fulfilment.types import Connector, Outcome
from ivr.handoff import advice
from ivr.handoff.desk import Desk
from ivr.handoff.summary_words import Words
from ivr.handoff.types import Agent
from ivr.records.store import Store
from ivr.web.answers import json_answer, problem
from ivr.web.api import FLUSH_S
from ivr.web.desk_api import chosen_agent
from ivr.web.pages import interface_language

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Backends:
    """The deployment's own systems, as the machine asks them."""

    connectors: Mapping[str, Connector]
    pool: Executor
    deadline_s: float
    """Longest wait for one, seconds."""


def blueprint(
    desk: Desk,
    store: Store,
    content: Callable[[], Content],
    backends: Callable[[], Backends | None],
    logged_in: Callable[[], Agent | None] = lambda: None,
    flush: Callable[[float], bool] = lambda timeout_s: True,
) -> Blueprint:
    """Make the routes.

    Args:
        desk: Knows whose call it is: nobody else is shown what is looked up.
        store: The calls' database.
        content: The prompts of this moment.
        backends: What can be asked; None: not loaded yet.
        logged_in: The agent whose login makes the request, if one does.
        flush: ``DatabaseJournal.flush``.
    """
    routes = Blueprint("desk_help", __name__, url_prefix="/api/desk")

    @routes.errorhandler(RecordsError)
    def database_down(error: RecordsError) -> Response:
        log.warning("desk.database_down", problem=str(error))
        return problem("the calls' database can't be read now; try again in a moment", 503)

    @routes.get("/intents")
    def intents() -> Response:
        words = Words(content(), _reader())
        named = {intent: words.request(intent) for intent in content().requests}
        return json_answer(dict(sorted(named.items(), key=lambda each: each[1])))

    @routes.get("/calls/<call_sid>/help")
    def help_now(call_sid: str) -> Response:
        login = logged_in()
        agent_id = login.id if login else chosen_agent()
        hand_off = desk.store.latest(call_sid)
        if hand_off is None:
            return problem(f"call {call_sid[:64]!r} was never on the desk", 404, "no_call")
        if agent_id is None or hand_off.agent_id != agent_id:
            return problem("this is not your call (any more)", 403, "not_yours")
        flush(FLUSH_S)
        view = store.call(call_sid)
        if view is None:
            return problem(f"no call {call_sid[:64]!r} is known here", 404, "no_call")
        texts = content()
        wish = advice.last_wish([each.entry for each in view.turns], texts)
        if wish is None:
            return json_answer({"intent": None, "replies": []})
        language = _spoken(wish.turn.language, view.header.language)
        words = Words(texts, _reader())
        plan = advice.plan(wish, advice.known_of(view.handoff.entry.summary if view.handoff else {}))
        found = _ask(plan, language, backends()) if plan.connector else None
        outcome, values = (found.outcome, found.values) if found else (None, {})
        return json_answer(
            {
                "intent": wish.request.intent,
                "label": words.request(wish.request.intent),
                "confidence": wish.turn.intent_confidence,
                "turn": wish.turn.start_ms,
                "language": language,
                "lookup": {
                    "outcome": words.outcome(outcome) if outcome else None,
                    "facts": words.facts(found.facts) if found else "",
                    "why": None if found else plan.why or "failed",
                    "missing": list(plan.missing),
                },
                "replies": list(advice.replies(wish, texts, language, outcome, values)),
            }
        )

    return routes


def _ask(plan: advice.Plan, language: Language, backends: Backends | None) -> Outcome | None:
    """Look it up; None when it can't be, in time or at all."""
    connector = backends.connectors.get(plan.connector or "") if backends else None
    if backends is None or connector is None:
        return None
    try:
        return backends.pool.submit(connector.fulfil, plan.slots, language).result(backends.deadline_s)
    except Exception as error:  # a system that is down is no reason to show an agent nothing
        log.warning("desk.lookup_failed", connector=plan.connector, problem=f"{type(error).__name__}: {error}")
        return None


def _reader() -> Language:
    return next((each for each in LANGUAGES if each == interface_language()), "en")


def _spoken(*told: str | None) -> Language:
    return next((known for each in told for known in LANGUAGES if known == each), "en")

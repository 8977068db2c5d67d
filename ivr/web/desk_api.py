"""``/api/desk``: what agents see and do, as JSON; and what happens, as server-sent events."""

import threading
from collections.abc import Callable, Collection

import structlog
from flask import Blueprint, Response, request

from ivr.errors import CallerGoneError, DeskError, RecordsError
from ivr.handoff.agents import CHOSEN
from ivr.handoff.desk import Desk
from ivr.handoff.desk_feedback import LONGEST_NOTE, NONE_OF_OURS, Feedback, FeedbackStore, Label
from ivr.handoff.types import Agent, AgentStatus, DeclineReason
from ivr.records.store import Store
from ivr.records.views import time_text
from ivr.web import desk_fields as read
from ivr.web.answers import json_answer, problem
from ivr.web.api import FLUSH_S, client_gone, last_event_id
from ivr.web.desk_fields import FieldError
from ivr.web.desk_json import agent_json, hand_off_json, offer_json, until, waiting_json
from ivr.web.desk_stream import stream
from ivr.web.visitors import standing

log = structlog.get_logger(__name__)

AGENT_COOKIE = "ivr_agent"
AGENT_HEADER = "X-Desk-Agent"
AGENT_COOKIE_S = 12 * 3600
"""Seconds a browser remembers who sits at it: a working day."""

MOST_STREAMS = 30
"""Event streams at once; more get 503. Each holds a thread of the server."""

MOST_CALLS, DEFAULT_CALLS = 1_000, 100
MOST_FEEDBACK, DEFAULT_FEEDBACK = 1_000, 100

LONGEST_NOTES, LONGEST_WORD = 10_000, 64
"""Characters of an agent's notes; of a disposition, a name."""


def chosen_agent() -> str | None:
    """Who asks, by their own word: the cookie that ``POST /api/desk/enter`` set, or the header of a program.

    Whoever may open the desk without a login (:mod:`ivr.web.access`) may be any agent.
    """
    return request.headers.get(AGENT_HEADER) or request.cookies.get(AGENT_COOKIE) or None


class _NobodyError(Exception):
    """The request does not say which agent it comes from."""


def blueprint(
    desk: Desk,
    store: Store,
    *,
    intents: Callable[[], Collection[str]] = tuple,
    logged_in: Callable[[], Agent | None] = lambda: None,
    flush: Callable[[float], bool] = lambda timeout_s: True,
    most_streams: int = MOST_STREAMS,
) -> Blueprint:
    """Make the routes under ``/api/desk``.

    Args:
        desk: The service.
        store: The calls' database: feedback is about turns that exist.
        intents: The names of today's requests: feedback may name one as the right one.
        logged_in: The agent whose login makes the request; None: there is no login, they say who they are.
        flush: ``DatabaseJournal.flush``.
        most_streams: See :data:`MOST_STREAMS`.
    """
    routes = Blueprint("desk_api", __name__, url_prefix="/api/desk")
    views = _Views(desk, logged_in)
    learning = _Learning(desk, store, intents, flush, views)
    streams = threading.BoundedSemaphore(most_streams)

    @routes.errorhandler(FieldError)
    def wrong(error: FieldError) -> Response:
        return problem(str(error), 400)

    @routes.errorhandler(_NobodyError)
    def nobody(error: _NobodyError) -> Response:
        return problem("say first who you are: POST /api/desk/enter", 403, "not_entered")

    @routes.errorhandler(DeskError)
    def refused(error: DeskError) -> Response:
        return problem(str(error), 410 if isinstance(error, CallerGoneError) else 409, error.code, error.about)

    @routes.errorhandler(RecordsError)
    def database_down(error: RecordsError) -> Response:
        log.warning("desk.database_down", problem=str(error))
        return problem(str(error), 503)

    @routes.get("/events")
    def events() -> Response:
        agent_id = views.agent_id()
        after = last_event_id()
        if after is None:
            after = desk.store.last_event()
        hello = views.me_json(agent_id)  # read later than the number: what comes between is told twice, not never
        if not streams.acquire(blocking=False):
            return problem(f"{most_streams} desks listen already; try again in a moment", 503)
        response = Response(
            stream(desk, agent_id, hello, after, client_gone(request.environ), standing()),
            mimetype="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )
        response.call_on_close(streams.release)
        return response

    for rule, view, method in (
        ("/agents", views.agents, "GET"),
        ("/enter", views.enter, "POST"),
        ("/me", views.me, "GET"),
        ("/me/status", views.status, "POST"),
        ("/me/alive", views.alive, "POST"),
        ("/waiting", views.waiting, "GET"),
        ("/calls/<call_sid>", views.call, "GET"),
        ("/calls/<call_sid>/accept", views.accept, "POST"),
        ("/calls/<call_sid>/decline", views.decline, "POST"),
        ("/calls/<call_sid>/hold", views.hold, "POST"),
        ("/calls/<call_sid>/finish", views.finish, "POST"),
        ("/calls/<call_sid>/notes", views.notes, "POST"),
        ("/calls/<call_sid>/disposition", views.disposition, "POST"),
        ("/calls/<call_sid>/feedback", learning.add, "POST"),
        ("/feedback", learning.latest, "GET"),
        ("/feedback/<int:number>", learning.remove, "DELETE"),
    ):
        routes.add_url_rule(rule, view_func=view, methods=[method])
    return routes


class _Views:
    """What agents see and click. Holds nothing that changes."""

    def __init__(self, desk: Desk, logged_in: Callable[[], Agent | None]) -> None:
        self._desk = desk
        self._logged_in = logged_in

    def agent_id(self) -> str:
        """Who asks."""
        login = self._logged_in()
        agent_id = login.id if login else chosen_agent()
        if agent_id is None:
            raise _NobodyError
        return agent_id

    def me_json(self, agent_id: str) -> dict[str, object]:
        """Who asks, and the call that rings, talks or is written up."""
        board = self._desk.board()
        agent = board.agent(agent_id)
        if agent is None:
            raise _NobodyError
        now = self._desk.now()
        held = next((each for each in board.hand_offs if each.id == agent.hand_off_id), None)
        return {
            "at": time_text(now),
            "agent": agent_json(agent, self._desk, board),
            "call": {**hand_off_json(held, now), "until": until(held, self._desk.policy)} if held else None,
            "waiting": sum(each.state.value in {"waiting", "offered"} for each in board.hand_offs),
        }

    def agents(self) -> Response:
        board = self._desk.board()
        return json_answer([agent_json(agent, self._desk, board) for agent in board.agents])

    def enter(self) -> Response:
        login = self._logged_in()
        if login is not None:
            self._desk.know(login)
        agent_id = login.id if login else read.text(read.fields(request), "agent", LONGEST_WORD)
        self._desk.enter(agent_id)
        response = json_answer(self.me_json(agent_id))
        response.set_cookie(
            AGENT_COOKIE,
            agent_id,
            max_age=AGENT_COOKIE_S,
            httponly=True,
            samesite="Strict",
            secure=request.is_secure,
        )
        return response

    def me(self) -> Response:
        return json_answer(self.me_json(self.agent_id()))

    def alive(self) -> Response:
        self._desk.beat(self.agent_id())
        return Response(status=204)

    def status(self) -> Response:
        agent_id = self.agent_id()
        self._desk.set_status(agent_id, read.one_of(read.fields(request), "status", AgentStatus, CHOSEN))
        return json_answer(self.me_json(agent_id))

    def waiting(self) -> Response:
        most = read.limit(request.args.get("limit"), DEFAULT_CALLS, MOST_CALLS)
        return json_answer(waiting_json(self._desk, self._desk.board(), most))

    def call(self, call_sid: str) -> Response:
        hand_off = self._desk.store.latest(call_sid)
        if hand_off is None:
            return problem(f"call {call_sid[:64]!r} was never on the desk", 404, "no_call")
        offers = [offer_json(offer) for offer in self._desk.store.offers(hand_off.id)]
        return json_answer({**hand_off_json(hand_off, self._desk.now()), "offers": offers})

    def accept(self, call_sid: str) -> Response:
        accepted = self._desk.accept(call_sid, self.agent_id())
        return json_answer(
            {**hand_off_json(accepted.hand_off, self._desk.now()), "audio_token": accepted.audio_token}
        )

    def decline(self, call_sid: str) -> Response:
        body = read.fields(request)
        chosen = {DeclineReason.BUSY, DeclineReason.DECLINED}
        reason = read.one_of(body, "reason", DeclineReason, chosen) if "reason" in body else DeclineReason.DECLINED
        self._desk.decline(call_sid, self.agent_id(), reason)
        return self.me()

    def hold(self, call_sid: str) -> Response:
        self._desk.hold(call_sid, self.agent_id(), read.flag(read.fields(request), "on"))
        return self.me()

    def finish(self, call_sid: str) -> Response:
        body = read.fields(request)
        back = read.flag(body, "back_to_machine") if "back_to_machine" in body else False
        self._desk.finish(call_sid, self.agent_id(), back_to_machine=back)
        return self.me()

    def notes(self, call_sid: str) -> Response:
        notes = read.text(read.fields(request), "notes", LONGEST_NOTES)
        self._desk.write(call_sid, self.agent_id(), notes=notes)
        return Response(status=204)

    def disposition(self, call_sid: str) -> Response:
        disposition = read.text(read.fields(request), "disposition", LONGEST_WORD)
        self._desk.write(call_sid, self.agent_id(), disposition=disposition)
        return Response(status=204)


class _Learning:
    """What agents say the machine did wrong."""

    def __init__(
        self,
        desk: Desk,
        store: Store,
        intents: Callable[[], Collection[str]],
        flush: Callable[[float], bool],
        views: _Views,
    ) -> None:
        self._desk = desk
        self._store = store
        self._intents = intents
        self._flush = flush
        self._views = views
        self._feedback = FeedbackStore(desk.store)

    def add(self, call_sid: str) -> Response:
        body = read.fields(request)
        label, turn = read.one_of(body, "label", Label), read.whole(body, "turn")
        intent = body.get("right_intent")
        if label is Label.MISUNDERSTOOD:
            known = {*self._intents(), NONE_OF_OURS}
            if turn is None:
                raise FieldError("turn: say which of the caller's turns was misunderstood, by its start_ms")
            if intent not in known:
                raise FieldError(f"right_intent: {str(intent)[:64]!r} is not one of {', '.join(sorted(known))}")
        elif intent is not None:
            raise FieldError("right_intent: only what was misunderstood has one")
        agent_id = self._views.agent_id()
        self._flush(FLUSH_S)
        view = self._store.call(call_sid)
        if view is None:
            return problem(f"no call {call_sid[:64]!r} is known here", 404, "no_call")
        said = [each.entry for each in view.turns if each.entry.start_ms == turn]
        if turn is not None and not said:
            return problem(f"turn: no turn of this call begins at {turn} ms", 404, "no_turn")
        if label is Label.MISUNDERSTOOD and all(each.speaker != "caller" for each in said):
            raise FieldError("turn: only what the caller said can be misunderstood")
        feedback = Feedback(
            call_sid,
            agent_id,
            label,
            self._desk.now(),
            turn,
            str(intent) if intent is not None else None,
            read.text(body, "note", LONGEST_NOTE, ""),
        )
        return json_answer({**feedback.as_json(), "id": self._feedback.add(feedback)}, 201)

    def latest(self) -> Response:
        most = read.limit(request.args.get("limit"), DEFAULT_FEEDBACK, MOST_FEEDBACK)
        asked = request.args.get("label")
        label = read.one_of({"label": asked}, "label", Label) if asked is not None else None
        found = self._feedback.latest(most, label, request.args.get("call_sid"))
        return json_answer([{**each.as_json(), "at": time_text(each.at)} for each in found])

    def remove(self, number: int) -> Response:
        if not self._feedback.remove(number, self._views.agent_id()):
            return problem(f"no feedback {number} of yours is kept here", 404, "no_feedback")
        return Response(status=204)

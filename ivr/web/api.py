"""``/api/calls``: calls as JSON, one call's picture, and its events as they happen."""

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import structlog
from flask import Blueprint, Response, request

from ivr.errors import RecordsError
from ivr.records.bus import GAP, Bus, Event, Subscription
from ivr.records.store import Store
from ivr.records.views import CallView, decision_json, entry_json, handoff_json, turn_json
from ivr.web import desk_fields as read
from ivr.web.answers import dumps, json_answer, problem
from ivr.web.call_timeline import in_words
from ivr.web.pages import TEXTS, interface_language
from ivr.web.visitors import Standing, standing

log = structlog.get_logger(__name__)

DEFAULT_LIMIT, MOST_CALLS = 50, 500
"""Calls in one answer, when nothing is asked and at most."""

MOST_STREAMS = 30
"""Event streams at once; more get 503. Each holds a thread, and the server has 40 to spare besides its calls."""

HEARTBEAT_S = 15.0
"""Seconds between comments on a silent stream: proxies drop a connection after 30 to 60 s without a byte."""

POLL_S = 0.5
"""Seconds after which a silent stream looks whether its client is still there."""

LOGGED_OUT = "event: logged_out\ndata: {}\n\n"
"""The last event of a stream whose reader's login has ended, or may no longer read it."""

FLUSH_S = 0.3
"""Seconds to wait for what has just happened to reach the database before it is read."""


def blueprint(
    store: Store,
    bus: Bus,
    flush: Callable[[float], bool] = lambda timeout_s: True,
    *,
    heartbeat_s: float = HEARTBEAT_S,
    most_streams: int = MOST_STREAMS,
) -> Blueprint:
    """Make the routes ``/api/calls``, ``/api/calls/CALLSID`` and, below it, ``/timeline.svg`` and ``/events``.

    Args:
        store: The calls' database.
        bus: Live events.
        flush: ``DatabaseJournal.flush``: waits (at most its seconds) for the writes under way.
        heartbeat_s: See :data:`HEARTBEAT_S`.
        most_streams: See :data:`MOST_STREAMS`.
    """
    routes = Blueprint("api", __name__, url_prefix="/api/calls")
    streams = threading.BoundedSemaphore(most_streams)

    @routes.errorhandler(RecordsError)
    def database_down(error: RecordsError) -> Response:
        log.warning("api.database_down", problem=str(error))
        return problem("the calls' database can't be read now; try again in a moment", 503)

    @routes.get("")
    def calls() -> Response:
        try:
            limit = read.limit(request.args.get("limit"), DEFAULT_LIMIT, MOST_CALLS)
        except read.FieldError as error:
            return problem(str(error), 400)
        flush(FLUSH_S)
        return json_answer([view.as_json() for view in store.latest(limit)])

    @routes.get("/<call_sid>")
    def call(call_sid: str) -> Response:
        flush(FLUSH_S)
        view = store.call(call_sid)
        return json_answer(view.as_json()) if view else _unknown(call_sid)

    @routes.get("/<call_sid>/timeline.svg")
    def timeline(call_sid: str) -> Response:
        flush(FLUSH_S)
        view = store.call(call_sid)
        if view is None:
            return _unknown(call_sid)
        words = TEXTS[interface_language()]
        response = Response(in_words(view.as_json(), words), mimetype="image/svg+xml")
        response.headers["Cache-Control"] = "no-store"
        # Opened by itself, a picture is a document: let nothing in it load or run.
        response.headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'self'"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    @routes.get("/<call_sid>/events")
    def events(call_sid: str) -> Response:
        if not streams.acquire(blocking=False):
            return problem(f"{most_streams} event streams are open already; try again in a moment", 503)
        with ExitStack() as resources:
            resources.callback(streams.release)
            # Watching begins before the database is read: what happens in between is on both sides, and is
            # told apart by its number.
            subscription = resources.enter_context(bus.subscribe(call_sid))
            so_far = _so_far(call_sid, subscription, store, flush)
            if so_far is None:
                return _unknown(call_sid)
            after = last_event_id() or 0
            if so_far and so_far[-1].kind == "ended" and (so_far[-1].id or 0) <= after:
                return Response(status=204)  # tells an EventSource not to come back
            stream = _Stream(call_sid, subscription, store, after, heartbeat_s, standing())
            response = Response(
                stream.run(so_far, client_gone(request.environ)),
                mimetype="text/event-stream",
                headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
            )
            response.call_on_close(resources.pop_all().close)
            return response

    return routes


class _Stream:
    """What one watcher has been told so far."""

    def __init__(
        self,
        call_sid: str,
        subscription: Subscription,
        store: Store,
        after: int,
        heartbeat_s: float,
        standing: Standing,
    ) -> None:
        self._call_sid = call_sid
        self._subscription = subscription
        self._store = store
        self._told = after
        self._heartbeat_s = heartbeat_s
        self._standing = standing

    def run(self, so_far: list[Event], gone: Callable[[], bool]) -> Iterator[str]:
        """The text of the stream, until the call or the reader's login has ended, or the client is ``gone``."""
        for event in so_far:
            yield from self._tell(event)
            if event.kind == "ended":
                return
        last_s = time.monotonic()
        while True:
            try:
                event_or_none = self._subscription.next(POLL_S)
            except StopIteration:
                return
            if gone():
                return
            if self._standing.over:
                yield LOGGED_OUT
                return
            if event_or_none is not None:
                yield from self._tell(event_or_none)
                if event_or_none.kind == "ended":
                    return
                last_s = time.monotonic()
            elif time.monotonic() - last_s >= self._heartbeat_s:
                last_s = time.monotonic()
                yield ": still here\n\n"
                ended = self._ended_elsewhere()
                if ended:
                    yield from self._tell(ended)
                    return

    def _tell(self, event: Event) -> Iterator[str]:
        if event.id is not None:
            if event.id <= self._told:
                return
            self._told = event.id
        number = "" if event.id is None else f"id: {event.id}\n"
        yield f"{number}event: {_one_line(event.kind)}\ndata: {dumps(event.data)}\n\n"

    def _ended_elsewhere(self) -> Event | None:
        """The end of a call that another process holds, or that was closed when its process died."""
        if self._subscription.backlog is not None:
            return None
        try:
            view = self._store.call(self._call_sid)
        except RecordsError:
            return None
        return _ended(view) if view else None


def _so_far(
    call_sid: str, subscription: Subscription, store: Store, flush: Callable[[float], bool]
) -> list[Event] | None:
    """The call until now, in order; None when there is no such call.

    Raises:
        RecordsError: the database is needed and can't be read.
    """
    kept = subscription.backlog
    if kept is not None and GAP not in kept:
        return list(kept)
    flush(FLUSH_S)
    view = store.call(call_sid)
    if view is None:
        return None if kept is None else list(kept)
    recorded = _recorded(view)
    last = max((event.id or 0 for event in recorded), default=0)
    return recorded + [event for event in kept or () if event.id is not None and event.id > last]


def _recorded(view: CallView) -> list[Event]:
    """A call in the database, as the events it was."""
    ended = _ended(view)
    return [Event("status", view.header.as_json()), *_entries(view), *([ended] if ended else [])]


def _entries(view: CallView) -> list[Event]:
    entries = [Event("turn", turn_json(turn.entry), turn.seq) for turn in view.turns]
    entries += [Event("decision", decision_json(decision.entry), decision.seq) for decision in view.decisions]
    if view.handoff:
        entries.append(Event("handoff", handoff_json(view.handoff.entry), view.handoff.seq))
    if view.callback:
        entries.append(Event("callback", entry_json(view.callback.entry), view.callback.seq))
    if view.voicemail:
        entries.append(Event("voicemail", entry_json(view.voicemail.entry), view.voicemail.seq))
    return sorted(entries, key=lambda event: event.id or 0)


def _ended(view: CallView) -> Event | None:
    """The last event of an ended call, numbered as when it was live."""
    if view.header.ended_at is None:
        return None
    last = max((event.id or 0 for event in _entries(view)), default=0)  # a hand-off may change after the end
    return Event("ended", view.header.as_json(), max(view.ended_seq or 0, last + 1))


def last_event_id() -> int | None:
    """Where a client that comes back left off; None when it is new or says something strange."""
    told = request.headers.get("Last-Event-ID", "")
    return int(told) if re.fullmatch(r"[0-9]{1,18}", told) else None


def client_gone(environ: dict[str, object]) -> Callable[[], bool]:
    """Say whether the client hung up: writing tells that only one heartbeat too late."""
    connection = environ.get("gunicorn.socket") or environ.get("werkzeug.socket")
    if not isinstance(connection, socket.socket) or not hasattr(socket, "MSG_DONTWAIT"):
        return lambda: False

    def gone() -> bool:
        try:
            return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
        except (BlockingIOError, InterruptedError):
            return False
        except ValueError:  # TLS sockets take no flags: the next failing write will tell
            return False
        except OSError:
            return True

    return gone


def _one_line(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ")


def _unknown(call_sid: str) -> Response:
    return problem(f"no call {call_sid[:64]!r} is known here", 404)

"""``GET /api/desk/events``: what happens on the desk, as it happens."""

import time
from collections.abc import Callable, Generator, Mapping

import structlog

from ivr.errors import RecordsError
from ivr.handoff.desk import Desk
from ivr.web.answers import dumps
from ivr.web.api import HEARTBEAT_S, LOGGED_OUT, POLL_S
from ivr.web.desk_json import event_json
from ivr.web.visitors import Standing

MOST_AT_ONCE = 200
"""Events read at once; a client that was away for longer than that is told to look anew."""

log = structlog.get_logger(__name__)


def stream(
    desk: Desk,
    agent_id: str,
    hello: Mapping[str, object],
    after: int,
    gone: Callable[[], bool],
    standing: Standing,
) -> Generator[str, None, None]:
    """The text of the stream, until the client is gone or the desk is closed.

    Args:
        desk: Whose.
        agent_id: Whose browser listens: as long as it does, they are there.
        hello: The first event's data.
        after: The number of the last event the client knows.
        gone: Whether the client hung up.
        standing: Whether the agent's login still holds. When it does not the stream says so, and ends.
    """
    desk.attendance.stream_opened(agent_id, desk.clock.seconds())
    try:
        yield f"retry: 3000\nid: {after}\nevent: hello\ndata: {dumps(hello)}\n\n"
        version, said_s = -1, time.monotonic()
        while not desk.inbox.closed:
            version = desk.inbox.wait(version, POLL_S)
            if gone():
                return
            if standing.over:
                yield LOGGED_OUT
                return
            try:
                events = desk.store.events_since(after, MOST_AT_ONCE)
            except RecordsError as error:
                log.warning("desk.events_unreadable", problem=str(error))
                events = ()
            if len(events) == MOST_AT_ONCE:
                after = desk.store.last_event()
                yield f"id: {after}\nevent: gap\ndata: {{}}\n\n"
                continue
            for event in events:
                after = event.id
                yield f"id: {event.id}\nevent: {event.kind}\ndata: {dumps(event_json(event))}\n\n"
            now_s = time.monotonic()
            if events:
                said_s = now_s
            elif now_s - said_s >= HEARTBEAT_S:
                said_s = now_s
                yield ": still here\n\n"
    finally:
        desk.attendance.stream_closed(agent_id)

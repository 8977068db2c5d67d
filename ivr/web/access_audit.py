"""Notes in the audit log what was looked at and changed, by the requests that did it."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Flask, Response, request

from ivr.records.audit import AuditLog
from ivr.web.visitors import current_visitor

_CALL = r"(?P<call_sid>[^/]+)"


@dataclass(frozen=True)
class _Rule:
    """Requests that are noted."""

    methods: frozenset[str]
    path: re.Pattern[str]
    action: str
    once: bool = False
    """Pages ask again and again: the same within some minutes is one entry."""


def _rule(methods: str, path: str, action: str, *, once: bool = False) -> _Rule:
    return _Rule(frozenset(methods.split()), re.compile(path), action, once)


_RULES = (
    _rule("GET", rf"(/api)?/calls/{_CALL}(/events|/timeline\.svg)?", "call_opened", once=True),
    _rule("GET", r"(/api)?/calls", "calls_listed", once=True),
    _rule("GET", r"/api/callbacks", "callbacks_listed", once=True),
    _rule("POST", rf"/api/callbacks/{_CALL}/done", "callback_done"),
    _rule("GET", r"/api/voicemails", "voicemails_listed", once=True),
    _rule("GET", rf"/api/voicemails/{_CALL}/audio", "voicemail_heard"),
    _rule("POST", rf"/api/voicemails/{_CALL}/done", "voicemail_done"),
    _rule("GET", rf"/api/desk/calls/{_CALL}(/.*)?", "summary_seen", once=True),
    _rule("GET", r"/api/desk/waiting", "waiting_seen", once=True),
    _rule("POST", rf"/api/desk/calls/{_CALL}/accept", "call_accepted"),
    _rule("POST", rf"/api/desk/calls/{_CALL}/decline", "call_declined"),
    _rule("POST", rf"/api/desk/calls/{_CALL}/feedback", "feedback"),
    _rule("DELETE", r"/api/desk/feedback/.*", "feedback_removed"),
    _rule("POST", rf"/api/desk/calls/{_CALL}/notes", "notes_written", once=True),
    _rule("POST", rf"/api/desk/calls/{_CALL}/disposition", "disposition"),
    _rule("POST", rf"/api/desk/calls/{_CALL}/finish", "call_finished"),
)
"""What is not here is noted where it happens (logins, recordings, erasure), or shows nobody's data."""


def note_requests(app: Flask, audit: AuditLog) -> None:
    """From now on, note each request that was answered and fits a rule."""

    @app.after_request
    def note(response: Response) -> Response:
        visitor = current_visitor()
        if visitor is None or response.status_code >= 400:
            return response
        for rule in _RULES:
            found = rule.path.fullmatch(request.path) if request.method in rule.methods else None
            if found is not None:
                call_sid = found.groupdict().get("call_sid")
                audit.note(visitor.did(rule.action, datetime.now(UTC), call_sid), once=rule.once)
                break
        return response

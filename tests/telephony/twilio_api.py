"""Twilio's REST API on this machine: calls out, changes to live calls, recordings, and its errors.

Speaks what https://www.twilio.com/docs/voice/api/call-resource and /recording document: form-encoded requests, JSON
answers, HTTP basic authentication, errors as ``code``, ``message``, ``more_info``, ``status``.
"""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

ACCOUNT = "AC" + "0" * 32
SECRET = "s" * 32
MESSAGES = {
    401: (20003, "Authenticate"),
    404: (20404, "The requested resource was not found"),
    429: (20429, "Too Many Requests"),
    500: (20500, "An internal server error has occurred"),
    503: (20503, "Service unavailable"),
}

Trouble = int | Literal["500 after all", "hangs up", "hangs up after all"]
"""What the next request gets: an HTTP status; ``after all``: it is carried out all the same."""


@dataclass
class Leg:
    """A call that we were asked to make."""

    sid: str
    form: dict[str, str]
    events: tuple[str, ...]
    status: str = "queued"

    def as_json(self) -> dict[str, Any]:
        return {
            "sid": self.sid,
            "account_sid": ACCOUNT,
            "to": self.form["To"],
            "from": self.form["From"],
            "status": self.status,
            "direction": "outbound-api",
            "date_created": "Mon, 02 Mar 2026 03:00:00 +0000",
            "uri": f"/2010-04-01/Accounts/{ACCOUNT}/Calls/{self.sid}.json",
        }


@dataclass
class FakeTwilio:
    """What it was asked, and what it is to answer."""

    url: str = ""
    secret: str = SECRET
    legs: list[Leg] = field(default_factory=list)
    redirects: list[tuple[str, str]] = field(default_factory=list)
    callers: set[str] = field(default_factory=set)
    """Calls that came in and go on."""
    recordings: dict[str, bytes] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)
    always: int | None = None
    """Every request gets this status."""
    asked: list[str] = field(default_factory=list)
    bad_numbers: set[str] = field(default_factory=set)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def wait(self, true: Any, timeout_s: float = 5.0) -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: bool(true(self)), timeout_s)

    def answer(self, method: str, path: str, form: dict[str, list[str]], password: str | None) -> tuple[int, Any]:
        """The status and the JSON (or bytes) of an answer."""
        if password != f"{ACCOUNT}:{self.secret}":
            return self.error(401)
        match method, path.removeprefix(f"/2010-04-01/Accounts/{ACCOUNT}/").split("/"):
            case "POST", ["Calls.json"]:
                return self.create(form)
            case "GET", ["Calls.json"]:
                to = form.get("To", [""])[0]
                calls = [leg.as_json() for leg in self.legs if leg.form["To"] == to]
                return 200, {"calls": calls, "page": 0, "page_size": 50, "next_page_uri": None, "uri": path}
            case "POST", ["Calls", name]:
                return self.update(name.removesuffix(".json"), {key: values[0] for key, values in form.items()})
            case ("GET" | "DELETE") as wish, ["Recordings", name]:
                return self.recording(wish, name)
        return self.error(404)

    def recording(self, method: str, name: str) -> tuple[int, Any]:
        sid, _, kind = name.partition(".")
        if sid not in self.recordings or kind != {"GET": "wav", "DELETE": "json"}[method]:
            return self.error(404)
        return (200, self.recordings[sid]) if method == "GET" else (204, self.recordings.pop(sid) and b"")

    def create(self, form: dict[str, list[str]]) -> tuple[int, Any]:
        plain = {key: values[0] for key, values in form.items()}
        missing = [name for name in ("To", "From", "Url") if name not in plain]
        if missing:
            return self.error(400, 21201, f"No '{missing[0]}' number is specified")
        if plain["To"] in self.bad_numbers:
            return self.error(400, 21211, f"The phone number {plain['To']} is not valid.")
        leg = Leg(f"CA{len(self.legs) + 1:032x}", plain, tuple(form.get("StatusCallbackEvent", ())))
        self.legs.append(leg)
        return 201, leg.as_json()

    def update(self, sid: str, form: dict[str, str]) -> tuple[int, Any]:
        leg = next((leg for leg in self.legs if leg.sid == sid), None)
        if leg is None and sid not in self.callers:
            return self.error(404)
        if leg is not None and leg.status in {"completed", "canceled", "busy", "no-answer", "failed"}:
            return self.error(400, 21220, "Call is not in-progress. Cannot redirect.")
        if "Url" in form:
            self.redirects.append((sid, form["Url"]))
        elif leg is not None:
            leg.status = form["Status"]
        return 200, leg.as_json() if leg else {"sid": sid, "status": "in-progress"}

    def error(self, status: int, code: int | None = None, message: str | None = None) -> tuple[int, Any]:
        known_code, known = MESSAGES.get(status, (status * 100, "Error"))
        code = code or known_code
        info = f"https://www.twilio.com/docs/errors/{code}"
        return status, {"code": code, "message": message or known, "more_info": info, "status": status}


@contextmanager
def fake_twilio() -> Iterator[FakeTwilio]:
    """A server on a free port."""
    twilio = FakeTwilio()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            url = urlsplit(self.path)
            form = parse_qs(body or url.query)
            given = self.headers.get("Authorization", "")
            password = base64.b64decode(given[6:]).decode() if given.startswith("Basic ") else None
            with twilio.changed:
                twilio.asked.append(f"{self.command} {url.path.rpartition(ACCOUNT)[2]}")
                trouble = twilio.troubles.pop(0) if twilio.troubles else twilio.always
                if trouble is None or (isinstance(trouble, str) and "after all" in trouble):
                    status, answer = twilio.answer(self.command, url.path, form, password)
                if isinstance(trouble, int):
                    status, answer = twilio.error(trouble)
                elif trouble == "500 after all":
                    status, answer = twilio.error(500)
                twilio.changed.notify_all()
            if isinstance(trouble, str) and trouble.startswith("hangs up"):
                self.close_connection = True
                return
            sent = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "audio/x-wav" if isinstance(answer, bytes) else "application/json")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        do_GET = do_POST = do_DELETE = _serve  # noqa: N815 (the base class' names)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), name="fake-twilio")
    thread.start()
    twilio.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield twilio
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

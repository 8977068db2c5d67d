"""Follows a call from outside, through the hotline's own API: live events and the finished record."""

import contextlib
import http.client
import json
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from ivr.errors import LineError

CONNECT_TIMEOUT_S = 10.0
"""Longest wait for the API's answer."""
MAX_EVENT_CHARS = 1_000_000
"""Longest event read."""


class CallWatcher:
    """Reads a call's server-sent events in a thread of its own, from ``start`` to ``finish``."""

    def __init__(
        self,
        url: str,
        call_sid: str,
        *,
        api_token: str | None = None,
        on_event: Callable[[str, Mapping[str, Any]], None],
    ) -> None:
        """Prepare.

        Args:
            url: Address of the hotline.
            call_sid: The call.
            api_token: Sent as ``Authorization: Bearer`` when given.
            on_event: Given each event's name and data, from this object's thread.
        """
        self._url = f"{url.rstrip('/')}/api/calls/{call_sid}"
        self._headers = {"Authorization": f"Bearer {api_token}"} if api_token else {}
        self._on_event = on_event
        self._sock: socket.socket | None = None
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="call-watcher", daemon=True)
        self.problem: str | None = None
        """Why nothing (more) was seen live."""

    def start(self) -> None:
        """Begin; once, when the call has been answered."""
        self._thread.start()

    def finish(self, wait_s: float = 3.0) -> None:
        """Wait for the call's last event, at most ``wait_s`` seconds, and end."""
        self._done.wait(wait_s)
        with contextlib.suppress(OSError):
            if self._sock is not None:
                self._sock.shutdown(socket.SHUT_RDWR)
        self._thread.join(1.0)

    def record(self) -> dict[str, Any]:
        """The call as the API gives it.

        Raises:
            LineError: it can't be had; the message says why.
        """
        request = urllib.request.Request(self._url, headers=self._headers)
        try:
            with urllib.request.urlopen(request, timeout=CONNECT_TIMEOUT_S) as answer:
                found = json.load(answer)
        except urllib.error.HTTPError as error:
            error.close()
            hint = "; set IVR_API_TOKEN" if error.code in {401, 403} else ""
            raise LineError(f"the call's record can't be had: HTTP {error.code}{hint}") from error
        except (OSError, ValueError) as error:
            raise LineError(f"the call's record can't be had: {error}") from error
        if not isinstance(found, dict):
            raise LineError("the call's record can't be had: not a JSON object")
        return found

    def _run(self) -> None:
        try:
            self._read()
        except (OSError, ValueError, http.client.HTTPException) as error:
            self.problem = f"{error}"
        finally:
            self._done.set()

    def _read(self) -> None:
        parts = urlsplit(self._url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.netloc, timeout=CONNECT_TIMEOUT_S)
        try:
            connection.request("GET", f"{parts.path}/events", headers=self._headers)
            self._sock = connection.sock
            answer = connection.getresponse()
            if answer.status != http.client.OK:
                self.problem = f"no live events: HTTP {answer.status}"
                return
            # Between two events of a quiet call nothing may come for long.
            self._sock.settimeout(None)
            self._follow(answer)
        finally:
            connection.close()

    def _follow(self, answer: http.client.HTTPResponse) -> None:
        """Parse the event stream (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""
        name, data = "message", ""
        for raw in answer:
            line = raw.decode("utf-8", "replace").rstrip("\r\n")
            field, _, value = line.partition(":")
            if line and len(data) < MAX_EVENT_CHARS:
                value = value.removeprefix(" ")
                name = value if field == "event" else name
                data += value if field == "data" else ""
                continue
            if data:
                self._tell(name, data)
            if name == "ended":
                return
            name, data = "message", ""

    def _tell(self, name: str, data: str) -> None:
        try:
            parsed = json.loads(data)
        except ValueError:
            return
        if isinstance(parsed, dict):
            self._on_event(name, parsed)

"""The calling side of a WebSocket: what the simulated line rings with."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    CloseConnection,
    Event,
    Ping,
    RejectConnection,
    Request,
    TextMessage,
)
from wsproto.utilities import ProtocolError

from ivr.errors import LineClosedError, LineError
from ivr.websocket import WholeSocket

SEND_TIMEOUT_S = 2.0
"""Longest a send may wait: the pacing of other calls waits with it."""
READ_BYTES = 65_536


class ClientSocket:
    """A WebSocket to a server, read by a thread of its own. Sending and closing are safe from any thread."""

    def __init__(self, sock: socket.socket, ws: WSConnection, early: list[Event]) -> None:
        """Take over a connection whose upgrade was accepted; use :meth:`connect`."""
        self._sock = WholeSocket(sock, SEND_TIMEOUT_S)
        self._ws = ws
        self._early = early
        self._lock = threading.Lock()
        self._text = ""
        self._thread: threading.Thread | None = None

    @classmethod
    def connect(cls, url: str, *, headers: Mapping[str, str], timeout_s: float) -> "ClientSocket":
        """Open a WebSocket.

        Args:
            url: ``ws://`` or ``wss://``.
            headers: Further headers of the upgrade.
            timeout_s: Longest to wait for the connection and for the upgrade's answer.

        Raises:
            LineError: it can't be reached, or it refused; the message says which, with the status.
        """
        parts = urlsplit(url)
        secure = parts.scheme == "wss"
        if parts.scheme not in {"ws", "wss"} or not parts.hostname:
            raise LineError(f"{url!r} is not a WebSocket address (ws:// or wss://)")
        ws = WSConnection(ConnectionType.CLIENT)
        sock: socket.socket | None = None
        try:
            sock = socket.create_connection((parts.hostname, parts.port or (443 if secure else 80)), timeout_s)
            if secure:
                sock = ssl.create_default_context().wrap_socket(sock, server_hostname=parts.hostname)
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            extra = [(name.encode(), value.encode()) for name, value in headers.items()]
            sock.sendall(ws.send(Request(host=parts.netloc, target=target, extra_headers=extra)))
            early = _accepted(sock, ws)
            sock.settimeout(None)
        except (OSError, ProtocolError, LineError) as error:
            if sock is not None:
                sock.close()
            if isinstance(error, LineError):
                raise
            raise LineError(f"the media stream can't be opened: {error}") from error
        return cls(sock, ws, early)

    def start(self, on_text: Callable[[str], None], on_closed: Callable[[int | None], None], name: str) -> None:
        """Begin to read.

        Args:
            on_text: Given each message, from the reading thread.
            on_closed: Told once that nothing more comes: the WebSocket status, None when it broke off.
            name: The reading thread's name.
        """
        self._thread = threading.Thread(target=self._read, args=(on_text, on_closed), name=name, daemon=True)
        self._thread.start()

    def send(self, text: str) -> None:
        """Send a text message.

        Raises:
            LineClosedError: the connection is gone.
        """
        self._send(TextMessage(data=text))

    def close(self, wait_s: float = 2.0) -> None:
        """Say goodbye, wait for the answer, end the connection."""
        with contextlib.suppress(LineClosedError):
            self._send(CloseConnection(code=1000))
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(wait_s)
        self._sock.cut()
        if self._thread is None:
            self._sock.close()
        elif self._thread is not threading.current_thread():
            self._thread.join(wait_s)

    def _send(self, event: Event) -> None:
        try:
            with self._lock:
                self._sock.send(self._ws.send(event))
        except (OSError, ProtocolError) as error:
            raise LineClosedError(f"line: the stream is closed: {error}") from error

    def _read(self, on_text: Callable[[str], None], on_closed: Callable[[int | None], None]) -> None:
        code: int | None = None
        events = self._early
        try:
            while True:
                for event in events:
                    if isinstance(event, CloseConnection):
                        code = event.code
                        with contextlib.suppress(LineClosedError):
                            self._send(event.response())
                        return
                    self._take(event, on_text)
                data = self._sock.recv(READ_BYTES)
                if not data:
                    return
                with self._lock:
                    self._ws.receive_data(data)
                    events = list(self._ws.events())
        except (OSError, ProtocolError, LineClosedError):
            return
        finally:
            with contextlib.suppress(OSError):
                self._sock.close()
            on_closed(code)

    def _take(self, event: Event, on_text: Callable[[str], None]) -> None:
        if isinstance(event, Ping):
            self._send(event.response())
        elif isinstance(event, TextMessage):
            self._text += event.data
            if event.message_finished:
                text, self._text = self._text, ""
                on_text(text)


def _accepted(sock: socket.socket, ws: WSConnection) -> list[Event]:
    """Wait for the upgrade's answer; returns what came right behind it."""
    while True:
        data = sock.recv(READ_BYTES)
        if not data:
            raise LineError("the media stream can't be opened: the server hung up during the upgrade")
        ws.receive_data(data)
        events = list(ws.events())
        if not events:
            continue
        first, *rest = events
        if isinstance(first, RejectConnection):
            raise LineError(f"the media stream was refused: HTTP {first.status_code}")
        if not isinstance(first, AcceptConnection):
            raise LineError(f"the media stream can't be opened: {type(first).__name__} instead of an upgrade")
        return rest

"""Makes a server's WebSocket fit for a phone call: whole frames, bounded waits, a clean end.

flask-sock hands out ``simple_websocket.Server`` objects. Their ``send`` may leave half a frame unsent, waits
for ever for a peer that stopped reading, and after ``close`` nobody wakes the thread that reads the socket.
"""

import contextlib
import socket
import ssl
import struct
import threading
import time
from typing import Any, cast

from simple_websocket import ConnectionClosed, Server

from ivr.errors import LineClosedError

MAX_MESSAGE_BYTES = 16 * 1024 * 1024
"""Longest message taken in: a 10 MB one is refused by itself and the call goes on; beyond this the socket is
closed (status 1009), for memory is shared by all calls."""
CLOSE_WAIT_S = 2.0
"""Seconds the peer has to answer our close frame before the connection is cut."""


class WholeSocket:
    """A connected socket whose ``send`` sends everything or ends the connection. Safe from any thread."""

    def __init__(self, sock: socket.socket, send_timeout_s: float) -> None:
        """Wrap ``sock``.

        Args:
            sock: A connected stream socket (plain or TLS).
            send_timeout_s: Longest a send may wait for the peer to read.
        """
        self._sock = sock
        self._timeout_s = send_timeout_s
        self._lock = threading.Lock()
        # Frames are small and each is waited for: holding one back to fill a packet (Nagle) only delays it.
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        whole_s = int(send_timeout_s)
        timeval = struct.pack("@ll", whole_s, int((send_timeout_s - whole_s) * 1e6))
        # The kernel's own timeout leaves reading alone, which another thread does on the same socket.
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, timeval)

    def __getattr__(self, name: str) -> Any:
        """Everything but sending is the socket's own."""
        return getattr(self._sock, name)

    def send(self, data: bytes) -> int:
        """Send all of ``data``.

        Raises:
            OSError: the connection is gone, or the peer did not read in time and it was cut: half a frame
                makes the rest of the stream unreadable.
        """
        view = memoryview(data)
        with self._lock:
            give_up_s = time.monotonic() + self._timeout_s
            while view:
                try:
                    sent = self._sock.send(view)
                except (BlockingIOError, TimeoutError, ssl.SSLWantWriteError) as error:
                    self.cut()
                    raise TimeoutError(f"the peer did not read for {self._timeout_s:g} s") from error
                view = view[sent:]
                if view and time.monotonic() > give_up_s:
                    self.cut()
                    raise TimeoutError(f"the peer read too slowly for {self._timeout_s:g} s")
        return len(data)

    def cut(self) -> None:
        """End the connection at once; wakes whoever reads it."""
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)


class CallSocket:
    """One call's WebSocket on our side. Sending is safe from any thread; receiving is one thread's."""

    def __init__(self, ws: Server, *, send_timeout_s: float) -> None:
        """Take over a WebSocket whose upgrade was just accepted.

        Args:
            ws: What flask-sock handed to the route.
            send_timeout_s: Longest a send may wait for the peer to read.
        """
        self._ws = ws
        self._sock = WholeSocket(ws.sock, send_timeout_s)
        ws.sock = self._sock
        self._lock = threading.Lock()
        self._said_goodbye = False

    @property
    def open(self) -> bool:
        """Whether messages can still go out."""
        return bool(self._ws.connected)

    def send(self, *messages: str | bytes) -> None:
        """Send messages (text, or binary), in order, with nothing of another thread between them.

        Raises:
            LineClosedError: the connection is gone, or was cut because the peer stopped reading.
        """
        if not self.open:
            raise LineClosedError("line: the stream is closed")
        try:
            with self._lock:
                for message in messages:
                    self._ws.send(message)
        except ConnectionClosed as error:
            raise LineClosedError("line: the stream is closed") from error
        except OSError as error:
            self._sock.cut()
            raise LineClosedError(f"line: the stream broke: {error}") from error

    def receive(self, timeout_s: float) -> str | bytes | None:
        """Wait for one message.

        Returns:
            The message; None when nothing came in time.

        Raises:
            LineClosedError: the connection is gone and everything it brought was handed out.
        """
        try:
            return cast("str | bytes | None", self._ws.receive(timeout=timeout_s))
        except ConnectionClosed as error:
            if self._said_goodbye:
                raise LineClosedError("closed from our side") from error
            raise LineClosedError(f"closed (WebSocket status {int(error.reason)})") from error

    def close(self, status: int = 1000, why: str = "") -> None:
        """Say goodbye and wake the receiving thread; no error when it is closed already.

        Args:
            status: WebSocket status (RFC 6455, 7.4): 1000 is a normal end, 4000 to 4999 are our own.
            why: For the peer, 123 bytes at most.
        """
        with contextlib.suppress(ConnectionClosed, OSError), self._lock:
            self._ws.close(status, why or None)
            self._said_goodbye = True
        self._ws.event.set()

    def finish(self, status: int = 1000, why: str = "") -> None:
        """Close, give the peer a moment to answer, then cut the connection so that no thread stays behind."""
        self.close(status, why)
        self._ws.thread.join(CLOSE_WAIT_S)
        self._sock.cut()

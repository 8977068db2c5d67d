"""Stream tokens: one call's right to open its media stream, once, for a short while."""

import hashlib
import hmac
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from ivr.call.line import CallInfo
from ivr.errors import LineError

TOKEN_BYTES = 32
"""Bytes of randomness in a token: 256 bits, as the secrets module recommends against guessing."""
MAX_TOKENS = 10_000
"""Most tokens remembered: twenty times the largest ``max_calls`` a process may have."""


class TokenRefusedError(LineError):
    """A stream token opens nothing: it is unknown, used or expired. The message says which."""


@dataclass
class _Entry:
    digest: bytes
    info: CallInfo
    expires_s: float
    used: bool = False


class StreamTokens:
    """The tokens of one process. Safe from any thread."""

    def __init__(
        self,
        valid_s: float = 60.0,
        *,
        clock: Callable[[], float] = time.monotonic,
        max_tokens: int = MAX_TOKENS,
    ) -> None:
        """Start empty.

        Args:
            valid_s: Seconds in which a token must be used.
            clock: Monotonic seconds.
            max_tokens: Most tokens remembered; the oldest goes first, as if it had expired.
        """
        self._valid_s = valid_s
        self._clock = clock
        self._max_tokens = max_tokens
        self._lock = threading.Lock()
        # Keyed by the token's hash: finding an entry then takes the same time whatever was guessed right.
        self._entries: OrderedDict[bytes, _Entry] = OrderedDict()
        self._connected: OrderedDict[str, None] = OrderedDict()
        self._missed: list[CallInfo] = []

    def issue(self, info: CallInfo) -> str:
        """Make a token for a call; an unused one it already had is void.

        Returns:
            43 characters that are safe in a URL's path.
        """
        token = secrets.token_urlsafe(TOKEN_BYTES)
        digest = _digest(token)
        with self._lock:
            self._void(info.call_sid)
            self._entries[digest] = _Entry(digest, info, self._clock() + self._valid_s)
            while len(self._entries) > self._max_tokens:
                self._drop(next(iter(self._entries)))
        return token

    def peek(self, token: str) -> CallInfo | None:
        """Tell which call a token is for without using it up; None when it would be refused."""
        digest = _digest(token)
        with self._lock:
            entry = self._entries.get(digest)
            if entry is None or entry.used or entry.expires_s <= self._clock():
                return None
            return entry.info if hmac.compare_digest(entry.digest, digest) else None

    def redeem(self, token: str) -> CallInfo:
        """Use a token up.

        Raises:
            TokenRefusedError: it is unknown, used or expired.
        """
        digest = _digest(token)
        with self._lock:
            entry = self._entries.get(digest)
            if entry is None or not hmac.compare_digest(entry.digest, digest):
                raise TokenRefusedError("stream token: unknown")
            if entry.used:
                raise TokenRefusedError("stream token: used before")
            if entry.expires_s <= self._clock():
                raise TokenRefusedError("stream token: expired")
            entry.used = True
            self._connected[entry.info.call_sid] = None
            while len(self._connected) > self._max_tokens:
                self._connected.popitem(last=False)
            return entry.info

    def knows(self, call_sid: str) -> bool:
        """Say whether a call was given a token that is still remembered: its webhook is a retry."""
        with self._lock:
            return any(entry.info.call_sid == call_sid for entry in self._entries.values())

    def revoke(self, call_sid: str) -> None:
        """Void a call's unused token: the call is over or went another way."""
        with self._lock:
            self._void(call_sid)

    def expired(self) -> list[CallInfo]:
        """Forget what has expired.

        Returns:
            The calls whose stream never came, each once.
        """
        now_s = self._clock()
        with self._lock:
            for digest in [entry.digest for entry in self._entries.values() if entry.expires_s <= now_s]:
                self._drop(digest)
            missed, self._missed = self._missed, []
        return missed

    def _void(self, call_sid: str) -> None:
        for entry in [entry for entry in self._entries.values() if entry.info.call_sid == call_sid]:
            if not entry.used:
                del self._entries[entry.digest]

    def _drop(self, digest: bytes) -> None:
        entry = self._entries.pop(digest)
        if not entry.used and entry.info.call_sid not in self._connected:
            self._missed.append(entry.info)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()

"""The callers of this process who are with people, or wait for them, and the tokens that join agents to them."""

import hashlib
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from ivr.bridge.types import BridgeEvent, DetachAsked, HoldAsked
from ivr.errors import BridgeTokenError, CallerGoneError
from ivr.handoff.types import Detached

TOKEN_BYTES = 32
"""Bytes of randomness in a token: 256 bits, as the secrets module recommends against guessing."""
TOKEN_S = 30.0
"""Seconds in which a token must be used: an agent whose browser asks for the microphone needs some."""
MAX_TOKENS = 5_000
"""Most tokens remembered, used ones included, so that a replay is told apart from a forgery."""

_log = structlog.get_logger(__name__)

Post = Callable[[BridgeEvent], None]


@dataclass(frozen=True)
class Place:
    """Where an agent's audio belongs."""

    call_sid: str
    agent_id: str
    post: Post
    """Puts an event into the call's inbox."""


@dataclass
class _Token:
    call_sid: str
    agent_id: str
    expires_s: float
    used: bool = False


class BridgeHub:
    """Satisfies :class:`ivr.handoff.types.Bridge`. Every method is safe from any thread, and none of them waits."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, token_s: float = TOKEN_S) -> None:
        """Start empty.

        Args:
            clock: Monotonic seconds.
            token_s: Seconds in which a token must be used.
        """
        self._clock = clock
        self._token_s = token_s
        self._lock = threading.Lock()
        self._callers: dict[str, Post] = {}
        self._tokens: OrderedDict[bytes, _Token] = OrderedDict()

    # --- the call's side ----------------------------------------------------------------------------------

    def enter(self, call_sid: str, post: Post) -> None:
        """A caller waits for a person from now on; ``post`` must not block."""
        with self._lock:
            self._callers[call_sid] = post

    def leave(self, call_sid: str, post: Post) -> None:
        """The caller waits no longer and talks to nobody; nothing happens when they had left.

        Nor when they are here on another line by now: ``post`` is not that one's.
        """
        with self._lock:
            if self._callers.get(call_sid) != post:
                return
            del self._callers[call_sid]
            for digest in [each for each, token in self._tokens.items() if token.call_sid == call_sid]:
                self._tokens[digest].used = True

    # --- the desk's side (Bridge) -------------------------------------------------------------------------

    def alive(self, call_sid: str) -> bool:
        """Whether the caller is on the line in this process."""
        with self._lock:
            return call_sid in self._callers

    def attach(self, call_sid: str, agent_id: str) -> str:
        """Get ready to join the caller with an agent; an earlier unused token of this call is void.

        Returns:
            43 characters that are safe in a URL's path, to be used once.

        Raises:
            CallerGoneError: the caller is no longer on the line.
        """
        token = secrets.token_urlsafe(TOKEN_BYTES)
        with self._lock:
            if call_sid not in self._callers:
                raise CallerGoneError("the caller is no longer on the line")
            for other in self._tokens.values():
                if other.call_sid == call_sid:
                    other.used = True
            self._tokens[_digest(token)] = _Token(call_sid, agent_id, self._clock() + self._token_s)
            while len(self._tokens) > MAX_TOKENS:
                self._tokens.popitem(last=False)
        return token

    def detach(self, call_sid: str, why: Detached) -> None:
        """Part the caller from the agent, or end the waiting; nothing happens for a call that is not here."""
        self._post(call_sid, DetachAsked(why))

    def hold(self, call_sid: str, on: bool) -> None:
        """Let the caller hear music and the agent nothing, or join them again."""
        self._post(call_sid, HoldAsked(on))

    # --- the browser's side -------------------------------------------------------------------------------

    def redeem(self, token: str) -> Place:
        """Use a token up.

        Raises:
            BridgeTokenError: it is unknown, used or expired; the message says which.
            CallerGoneError: the caller has hung up meanwhile.
        """
        with self._lock:
            # Keyed by the token's hash: finding it takes the same time whatever was guessed right.
            entry = self._tokens.get(_digest(token))
            if entry is None:
                raise BridgeTokenError("audio token: unknown; accept the call again")
            post = self._callers.get(entry.call_sid)
            if post is None:
                raise CallerGoneError("the caller is no longer on the line")
            if entry.used:
                raise BridgeTokenError("audio token: used before; accept the call again")
            if entry.expires_s <= self._clock():
                raise BridgeTokenError("audio token: expired; accept the call again")
            entry.used = True
        return Place(entry.call_sid, entry.agent_id, post)

    def _post(self, call_sid: str, event: BridgeEvent) -> None:
        with self._lock:
            post = self._callers.get(call_sid)
        if post is None:
            _log.info("bridge_call_not_here", call_sid=call_sid, event_kind=type(event).__name__)
        else:
            post(event)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()

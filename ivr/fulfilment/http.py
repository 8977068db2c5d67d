"""Connectors that ask an HTTP service for JSON."""

import json
import logging
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import urllib3
from urllib3.exceptions import HTTPError, IncompleteRead, LocationValueError, ProtocolError

from ivr.content.types import HttpSpec, Language
from ivr.errors import BackendDownError, ConfigurationError
from ivr.fulfilment.declared import MISSING, Answer
from ivr.fulfilment.environment import Environment
from ivr.fulfilment.guard import MAX_AT_ONCE, Guard

# It logs the addresses it asks, and secrets may stand in them.
logging.getLogger("urllib3").setLevel(logging.ERROR)

MAX_BODY = 1 << 20
"""Bytes of an answer that are read: a caller is told one sentence of it."""
BACKOFF_S = 0.1
"""Wait before the second try; doubled before each further one, each with as much again at random at most."""
MIN_TRY_S = 0.2
"""A further try needs so much time left."""
_CHUNK = 16_384
_RETRIED = (502, 503, 504)
_SLOT = re.compile(r"(?<!\$)\{(\w+)\}")
_HEADER = re.compile(r"[\x20-\x7e\xa0-\xff\t]*")


@dataclass(frozen=True)
class _Reply:
    """A whole answer."""

    status: int
    body: bytes
    kind: str
    """Its content type."""


class _FleetingError(Exception):
    """A failure that a further try may not meet."""


class HttpSource:
    """One declared service and the connections to it. Safe from any thread."""

    def __init__(
        self,
        spec: HttpSpec,
        variables: Mapping[str, str],
        deadline_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare; the service is asked when a caller wants something of it.

        Args:
            spec: What was declared.
            variables: The environment, for ``${NAME}``.
            deadline_s: Seconds that all tries together may take.
            clock: Seconds, monotonic.

        Raises:
            ConfigurationError: a variable is not set, or the address is none; the message names file and connector.
        """
        self._spec = spec
        self._clock = clock
        self._deadline_s = deadline_s
        self._environment = Environment(spec, variables)
        self._guard = Guard(spec.name, clock)
        self._url = self._environment.expand(spec.url)
        self._headers = {
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": "voice-hotline",
            **{name: self._environment.expand(value) for name, value in spec.headers.items()},
        }
        self._body = {field: self._environment.expand(value) for field, value in spec.body.items()}
        self._check()
        self._random = random.Random(spec.name)
        self._pool = urllib3.PoolManager(num_pools=1, maxsize=MAX_AT_ONCE, retries=False)

    def ask(self, slots: Mapping[str, str], language: Language) -> Answer | None:
        """Ask the service; None when it says 404, or when a slot can't stand in its address.

        Raises:
            BackendDownError: it could not be reached, took too long, failed, or said what was not declared.
        """
        wanted = _SLOT.findall(self._url)
        if any(not slots.get(name, "").strip(". ") for name in wanted):
            return None  # nothing, or "..", would name another place of the service
        with self._guard.asking():
            reply = self._tries(slots)
            if 200 <= reply.status < 300:
                return self._answer(self._json(reply), language)
        if reply.status == 404:
            return None
        raise self._down(f"answered {reply.status}")  # what it was sent is wrong, not the service: it is asked on

    def close(self) -> None:
        """Close all connections that are not in use."""
        self._pool.clear()

    def _check(self) -> None:
        """Raises ConfigurationError for an address or a header that no request can be made of."""
        try:
            parts = urlsplit(self._url)
            usable = parts.scheme in ("http", "https") and parts.hostname and "{" not in parts.netloc
        except ValueError:
            usable = False
        where = f"{self._spec.source}: connector {self._spec.name}"
        if not usable:
            shown = self._environment.hide(self._url)
            raise ConfigurationError(
                f"{where}: url {shown!r} must be http:// or https:// with a host, without slots in it"
            )
        for name, value in self._headers.items():
            if not _HEADER.fullmatch(value):
                raise ConfigurationError(f"{where}: header {name} holds characters that no header may hold")

    def _tries(self, slots: Mapping[str, str]) -> _Reply:
        """Ask, and ask again where asking twice does no harm; inside the guard, so 5xx are its failures."""
        until = self._clock() + self._deadline_s
        tries = 1 + (self._spec.retries if self._spec.method == "GET" else 0)
        for number in range(1, tries + 1):
            timeout_s = min(self._spec.timeout_s, until - self._clock())
            try:
                reply = self._try(slots, timeout_s)
            except _FleetingError as error:
                why = str(error)
            else:
                if reply.status < 500 and reply.status != 429:
                    return reply
                why = f"answered {reply.status}"
                if reply.status not in _RETRIED:
                    break
            pause_s = BACKOFF_S * 2 ** (number - 1) * (1 + self._random.random())
            if number == tries or until - self._clock() < pause_s + MIN_TRY_S:
                break
            time.sleep(pause_s)
        raise self._down(why)

    def _try(self, slots: Mapping[str, str], timeout_s: float) -> _Reply:
        url = _SLOT.sub(lambda match: quote(slots[match[1]], safe=""), self._url)
        headers = {name: _fill(value, slots, quote_for_header) for name, value in self._headers.items()}
        body = None
        if self._spec.method == "POST":
            headers["Content-Type"] = "application/json"
            body = json.dumps({field: _fill(value, slots, str) for field, value in self._body.items()}).encode()
        until = self._clock() + timeout_s
        try:
            response = self._pool.request(
                self._spec.method,
                url,
                body=body,
                headers=headers,
                timeout=urllib3.Timeout(total=timeout_s),
                redirect=False,
                retries=False,
                preload_content=False,
            )
        except LocationValueError as error:
            raise self._down(f"address can't be used: {error}") from None
        except (HTTPError, OSError) as error:
            raise _FleetingError(self._cause(error)) from None
        try:
            return _Reply(response.status, self._read(response, until), response.headers.get("Content-Type", ""))
        except (HTTPError, OSError) as error:
            raise _FleetingError(self._cause(error)) from None
        finally:
            response.close()

    def _read(self, response: urllib3.BaseHTTPResponse, until: float) -> bytes:
        """The whole body; given up when it grows too large or comes too slowly."""
        body = b""
        while chunk := response.read1(_CHUNK, decode_content=False):
            body += chunk
            if len(body) > MAX_BODY:
                raise self._down(f"answer is larger than {MAX_BODY} bytes")
            if self._clock() > until:
                raise _FleetingError(f"answer took longer than {self._spec.timeout_s:g} s")
        return body

    def _json(self, reply: _Reply) -> object:
        if not reply.body:
            return {}
        try:
            said: object = json.loads(reply.body)
        except (ValueError, RecursionError):
            kind = reply.kind.split(";")[0] or "no content type"
            raise self._down(f"answer is no JSON ({kind}, {len(reply.body)} bytes)") from None
        return said

    def _answer(self, said: object, language: Language) -> Answer:
        spec = self._spec
        quoted = spec.outcome.startswith("'")
        outcome = spec.outcome.strip("'") if quoted else self._at(said, spec.outcome, language)
        if outcome == MISSING:
            return Answer(outcome, {}, {})
        values = {name: self._at(said, path, language) for name, path in spec.values.items()}
        return Answer(outcome, values, {path.split(".")[-1]: self._at(said, path, language) for path in spec.facts})

    def _at(self, said: object, path: str, language: Language) -> object:
        """What stands at a dotted path."""
        path, place = path.replace("{language}", language), said
        for step in path.split("."):
            if isinstance(place, list) and step.isdigit() and int(step) < len(place):
                place = place[int(step)]
            elif isinstance(place, dict) and step in place:
                place = place[step]
            else:
                raise self._down(f"answer has nothing at {path!r}")
        return place

    def _cause(self, error: Exception) -> str:
        """What went wrong, in a few words: the library's own messages hold addresses of objects."""
        if isinstance(error, urllib3.exceptions.NewConnectionError):  # which is one of the library's timeouts
            return "can't be reached (connection refused or no such host)"
        if isinstance(error, urllib3.exceptions.TimeoutError):
            return f"no answer in {self._spec.timeout_s:g} s"
        if isinstance(error, IncompleteRead | ProtocolError):
            return "broke off in the middle of its answer"
        return type(error).__name__

    def _down(self, why: str) -> BackendDownError:
        return BackendDownError(f"connector {self._spec.name}: {self._environment.hide(why)}")


def quote_for_header(value: str) -> str:
    """A slot inside a header: percent-encoded, so that it can't begin a header of its own."""
    return quote(value, safe=" +-_.@")


def _fill(text: str, slots: Mapping[str, str], written: Callable[[str], str]) -> str:
    return _SLOT.sub(lambda match: written(slots.get(match[1], "")), text)

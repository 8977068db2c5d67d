"""Answers of the API."""

import json
from collections.abc import Iterator, Mapping
from typing import Literal, get_args

from flask import Response

from ivr.errors import DeskCode

AccessCode = Literal[
    "another_site",
    "login_needed",
    "not_this_machine",
    "role_needed",
    "stale_page",
    "too_many_requests",
    "try_again",
]
"""Why the guard (:mod:`ivr.web.access`) lets nobody in."""

Code = Literal[DeskCode, AccessCode, "bad_request", "failed", "no_feedback", "no_turn", "not_found"]
"""``code`` of a refusal: the same whatever the message says, for pages that have words of their own."""

CODES: tuple[Code, ...] = get_args(Code)
"""All of them; the desk's page has a text ``refused_CODE`` for each."""

_CODE_OF: Mapping[int, Code] = {
    400: "bad_request",
    401: "login_needed",
    404: "not_found",
    409: "not_now",
    410: "caller_gone",
    429: "too_many_requests",
    503: "try_again",
}
"""Status → code where no other is given; else ``failed``."""

RETRY_S = 5
"""``Retry-After`` while the database or a free stream is missing."""


def dumps(value: object) -> str:
    """One line of JSON, every script as it is."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def json_answer(value: object, status: int = 200) -> Response:
    """An answer that no cache keeps."""
    response = Response(dumps(value), status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def sound(wav: bytes | Iterator[bytes]) -> Response:
    """A WAV file that no cache keeps and no browser takes for anything else."""
    response = Response(wav, mimetype="audio/wav")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def problem(
    what: str, status: int, code: Code | None = None, about: Mapping[str, object] | None = None
) -> Response:
    """A refusal.

    Args:
        what: It in words, English.
        status: The answer's.
        code: It as a word that stays the same; None: what the status says.
        about: Further fields.
    """
    response = json_answer({"error": what, "code": code or code_of(status), **(about or {})}, status)
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_S)
    return response


def code_of(status: int) -> Code:
    """The ``code`` of a refusal that has no closer one."""
    return _CODE_OF.get(status, "failed")

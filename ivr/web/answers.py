"""Answers of the API."""

import json
from collections.abc import Iterator

from flask import Response

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


def problem(what: str, status: int) -> Response:
    """A refusal, in words."""
    response = json_answer({"error": what}, status)
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_S)
    return response

"""Reads what is sent to the API; what is wrong is said by field."""

import re
from collections.abc import Collection
from enum import StrEnum
from typing import TypeVar

from flask import Request

MOST_BYTES = 64 * 1024
"""Of a request: the longest notes in any script, and room."""

E = TypeVar("E", bound=StrEnum)


class FieldError(ValueError):
    """A field is missing or wrong; the message names it and what is allowed."""


def fields(request: Request) -> dict[str, object]:
    """The JSON object of a request; empty when there is no body.

    Raises:
        FieldError: it is something else, or too long.
    """
    if (request.content_length or 0) > MOST_BYTES:
        raise FieldError(f"the request is longer than {MOST_BYTES} bytes")
    if not request.content_length:
        return {}
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise FieldError("send a JSON object, as application/json")
    return body


def text(body: dict[str, object], name: str, longest: int, default: str | None = None) -> str:
    """A text, without control characters other than line breaks and tabs.

    Raises:
        FieldError: it is missing (and there is no default), no text, or too long.
    """
    value = body.get(name, default)
    if not isinstance(value, str):
        raise FieldError(f"{name}: a text is needed")
    if len(value) > longest:
        raise FieldError(f"{name}: {len(value)} characters are too many; at most {longest}")
    clean = value.encode("utf-8", "replace").decode()
    return "".join(each for each in clean if each in "\n\t" or not _is_control(each))


def one_of(body: dict[str, object], name: str, kind: type[E], allowed: Collection[E] | None = None) -> E:
    """One of some words.

    Raises:
        FieldError: it is another.
    """
    known = list(kind) if allowed is None else [each for each in kind if each in allowed]
    value = body.get(name)
    for each in known:
        if value == each.value:
            return each
    raise FieldError(f"{name}: {str(value)[:40]!r} is not one of {', '.join(each.value for each in known)}")


def flag(body: dict[str, object], name: str) -> bool:
    """True or false.

    Raises:
        FieldError: it is something else.
    """
    value = body.get(name)
    if not isinstance(value, bool):
        raise FieldError(f"{name}: true or false is needed")
    return value


def whole(body: dict[str, object], name: str) -> int | None:
    """A whole number from 0; None when it is not there.

    Raises:
        FieldError: it is something else.
    """
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
        raise FieldError(f"{name}: a whole number from 0 is needed")
    return value


def limit(asked: str | None, default: int, most: int) -> int:
    """``?limit=N``.

    Raises:
        FieldError: it is no whole number from 1 to ``most``.
    """
    if asked is None:
        return default
    if not re.fullmatch(r"[0-9]{1,4}", asked) or not 1 <= int(asked) <= most:
        raise FieldError(f"limit: {asked[:20]!r} is not a whole number from 1 to {most}")
    return int(asked)


def _is_control(character: str) -> bool:
    return ord(character) < 32 or 0x7F <= ord(character) < 0xA0

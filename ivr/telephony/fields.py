"""Form fields of webhooks: text from outside, checked before it goes further."""

import math
import re
from collections.abc import Mapping

import structlog
from flask import Request, abort

from ivr.call.line import CallInfo
from ivr.content.types import LANGUAGES, Language

CALL_SID = re.compile(r"CA[0-9A-Za-z]{4,64}")
"""Twilio's are CA and 32 hex digits; test clients' are shorter."""
_RECORDING_SID = re.compile(r"RE[0-9A-Za-z]{4,62}")
_NUMBER = re.compile(r"\+?[0-9]{3,20}|sip:\S{1,200}|client:\S{1,200}")

_log = structlog.get_logger(__name__)


def call_sid(value: str | None) -> str:
    """Check a CallSid.

    Raises:
        werkzeug.exceptions.BadRequest: it is missing or not one; the text says so.
    """
    if not value:
        abort(400, "CallSid: missing. Twilio sends it with every webhook, as a form field.")
    if not CALL_SID.fullmatch(value):
        abort(400, f"CallSid: {value[:40]!r} is not a call's SID (CA and 32 hexadecimal digits).")
    return value


def language(asked: str | None, sid: str) -> Language | None:
    """Read ``?language=``; one we don't speak is logged and ignored."""
    for known in LANGUAGES:
        if known == asked:
            return known
    if asked not in {None, "", "auto"}:
        _log.warning("language_ignored", call_sid=sid, asked=str(asked)[:20], allowed=LANGUAGES)
    return None


def number(value: str | None) -> str | None:
    """A party's address as Twilio gives it; None when withheld (``anonymous``) or not one."""
    return value if value and _NUMBER.fullmatch(value) else None


def call_info(asked: Request) -> CallInfo:
    """What a webhook tells of its call.

    Raises:
        werkzeug.exceptions.BadRequest: it names no call.
    """
    form = asked.form
    sid, origin = call_sid(form.get("CallSid")), form.get("IvrOrigin", "twilio")
    return CallInfo(
        call_sid=sid,
        from_number=number(form.get("From")),
        to_number=number(form.get("To")),
        language=language(asked.args.get("language"), sid),
        origin=origin if origin in {"browser", "simulated"} else "twilio",
    )


def count(value: str | None, most: int) -> int:
    """How often something was asked before, as our own address says; 0 when it does not, ``most`` at most."""
    # No more than nine digits are read: int() refuses thousands.
    return min(int(value[:9]), most) if value and value.isascii() and value.isdigit() else 0


def own_number(form: Mapping[str, str]) -> str | None:
    """The number of ours that was called; None when it is not known, or nobody called it.

    Calls that did not come over a telephone (``IvrOrigin``) never make agents' telephones ring over REST.
    """
    return None if form.get("IvrOrigin") else number(form.get("To"))


def leg_sid(value: str | None) -> str:
    """The SID of an agent's own call; empty when it is missing or not one."""
    return value if value and CALL_SID.fullmatch(value) else ""


def recording_sid(value: str | None) -> str | None:
    """A recording's SID; None when it is missing or not one."""
    return value if value and _RECORDING_SID.fullmatch(value) else None


def seconds(value: str | None) -> float | None:
    """A duration; None when it is missing or not a number of seconds."""
    try:
        found = float(value or "")
    except ValueError:
        return None
    return found if math.isfinite(found) and found >= 0 else None

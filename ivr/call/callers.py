"""Who is calling, as far as the numbers tell: whom to call back, how to greet, and what was left open."""

from concurrent.futures import Future
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog

from ivr.agent_phones import E164
from ivr.call.line import CallInfo
from ivr.content.render import FALLBACK_LANGUAGES
from ivr.content.types import Content, Language
from ivr.dialogue.types import Answered, DialogueState, KnownCaller
from ivr.records.types import KnownNumber

if TYPE_CHECKING:  # the command line reads numbers, and must not load the models' code for that
    from ivr.call.services import CallServices

_log = structlog.get_logger(__name__)

REMEMBERED = timedelta(days=14)
"""How long an open request is worth a word in the greeting: the time most things can be sent back in."""

LOOK_UP_S = 0.1
"""Longest the greeting waits for the look-up, which has run since the webhook came: usually done long before."""

_WITHHELD = frozenset({"+266696687", "+7378742833", "+2562533", "+8656696", "+464"})
"""What Twilio sends for a number that is withheld: "anonymous", "restricted", "blocked", "unknown" and a SIP
"ing" on a keypad (https://www.twilio.com/docs/glossary/what-e164, "why am I getting calls from these numbers")."""


def own_number(number: str | None) -> str | None:
    """The caller's number if it is one that can be called back (E.164), else None."""
    return number if number and E164.fullmatch(number) and number not in _WITHHELD else None


def greeting_languages(info: CallInfo, own: Language) -> tuple[Language, ...]:
    """The languages in which a caller is greeted, and so told of the recording."""
    if info.language is not None:
        return (info.language,)
    return (own, next(other for other in FALLBACK_LANGUAGES if other != own))


def answered(
    info: CallInfo, services: "CallServices", own: Language, found: "Future[KnownNumber] | None" = None
) -> Answered:
    """What the dialogue is told when the line is up.

    Args:
        info: The call.
        services: The call's.
        own: The language to begin in, where the number dialled has none.
        found: Looks up what is known of the number.
    """
    first, *others = greeting_languages(info, own)
    now = services.local_time()
    greets = services.settings.greet_known_callers
    return Answered(
        first,
        others[0] if others else None,
        now=now,
        number=own_number(info.from_number),
        known=known_caller(found, services.content, now) if greets else None,
        recorded=services.settings.record_calls,
    )


def known_caller(found: "Future[KnownNumber] | None", content: Content, now: datetime) -> KnownCaller | None:
    """Read what the look-up found, without letting the caller wait for it.

    Args:
        found: The look-up; None when there is none.
        content: The call's version: a request that is no more is not spoken of.
        now: The time of the call, aware.
    """
    if found is None:
        return None
    try:
        request = found.result(timeout=LOOK_UP_S).open_request
    except Exception as error:  # a greeting as for everybody is better than none
        _log.warning("caller_not_looked_up", why=f"{type(error).__name__}: {error}")
        return None
    if request is None or request.intent not in content.requests:
        return None
    zone = ZoneInfo(content.hours.timezone)
    days = (now.astimezone(zone).date() - request.ended_at.astimezone(zone).date()).days
    return KnownCaller(request.intent, max(0, days))


def may_feel(found: "Future[KnownNumber] | None") -> bool:
    """Whether the caller's feelings may be judged, as far as the number tells; never waits.

    Args:
        found: The look-up; None when there is none. As long as it has not come back, or when it failed, the answer
            is no: somebody may have asked for that.
    """
    if found is None:
        return True
    return found.done() and found.exception() is None and found.result().feelings


def left_open(state: DialogueState, content: Content) -> str | None:
    """The request that a call ends with undone, if it does.

    The one being worked on; else the last one tried, if what the caller asked about was not found.
    """
    if state.intent in content.requests:
        return state.intent
    last = state.tried[-1] if state.tried else None
    return last.intent if last is not None and last.outcome == "missing" else None

"""What the machine would do about what the caller says now: for the agent who talks with them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ivr.content.render import render
from ivr.content.requests import COMMANDS
from ivr.content.types import Content, Language, Request
from ivr.dialogue.types import Say
from ivr.errors import ContentError
from ivr.records.types import TurnRecord

Why = Literal["no_connector", "acts", "not_verified", "missing", "failed"]
"""Why nothing was looked up: there is nothing to look up · it would change something, which is the agent's to do ·
the caller has not shown who they are, or for another number · a value was not told · the system did not answer."""

MOST_REPLIES = 4
"""Replies shown: as many as fit beside a transcript without scrolling."""


@dataclass(frozen=True)
class Wish:
    """What the caller asked for last."""

    request: Request
    turn: TurnRecord


@dataclass(frozen=True)
class Known:
    """What the hand-off's summary holds for sure."""

    verified: Mapping[str, str] = field(default_factory=dict)
    """What connectors have confirmed."""
    told: Mapping[str, str] = field(default_factory=dict)
    """What the caller told, checked or not."""
    proven: bool = False
    """Whether the caller has shown who they are."""


@dataclass(frozen=True)
class Plan:
    """What may be looked up without asking anybody."""

    connector: str | None = None
    """None: nothing, and ``why``."""
    slots: Mapping[str, str] = field(default_factory=dict)
    why: Why | None = None
    missing: tuple[str, ...] = ()
    """Slots without a value."""


def last_wish(turns: Sequence[TurnRecord], content: Content) -> Wish | None:
    """The caller's latest turn that asked for something; None when none did."""
    for turn in reversed(turns):
        if turn.speaker != "caller" or turn.intent is None or turn.intent in COMMANDS:
            continue
        request = content.requests.get(turn.intent)
        if request is not None:
            return Wish(request, turn)
    return None


def known_of(summary: Mapping[str, object]) -> Known:
    """Read a stored summary; what is not as it should be counts as not known."""
    proven = summary.get("identity_proven") is True
    return Known(_texts(summary.get("verified")), _texts(summary.get("told")), proven)


def plan(wish: Wish, known: Known) -> Plan:
    """Decide what may be looked up.

    Nothing is done that the caller would be asked to confirm. What is personal is looked up only for the values
    for which the caller has been verified.
    """
    request = wish.request
    if request.connector is None:
        return Plan(why="no_connector")
    if request.confirm:
        return Plan(why="acts")
    slots: dict[str, str] = {}
    for name in request.slots:
        value = wish.turn.slots.get(name) or known.verified.get(name) or known.told.get(name)
        if value:
            slots[name] = value
    missing = tuple(name for name in request.slots if name not in slots)
    if missing:
        return Plan(why="missing", missing=missing)
    if request.verify and not (known.proven and all(known.verified.get(name) == slots[name] for name in slots)):
        return Plan(why="not_verified")
    return Plan(request.connector, slots)


def replies(
    wish: Wish,
    content: Content,
    language: Language,
    outcome: str | None = None,
    values: Mapping[str, str] | None = None,
) -> tuple[str, ...]:
    """What the machine would say, in the caller's language.

    Args:
        wish: What it would answer.
        content: The texts.
        language: The caller's.
        outcome: What a look-up came to; None: nothing was looked up, so only what needs no values is there.
        values: The look-up's.
    """
    keys = wish.request.replies
    wanted = keys.values() if outcome is None else [keys[outcome]] if outcome in keys else []
    said: list[str] = []
    for key in dict.fromkeys(wanted):
        try:
            said.append(render(content, Say(key, values or {}), language))
        except ContentError:
            continue  # it tells what was looked up, and nothing was
    return tuple(said[:MOST_REPLIES])


def _texts(value: object) -> dict[str, str]:
    return {str(name): str(each) for name, each in value.items()} if isinstance(value, Mapping) else {}

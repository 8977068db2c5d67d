"""A book of ringing telephones, its clock, and what it asked for."""

from collections.abc import Sequence
from typing import Any

from ivr.content.types import Hours
from ivr.handoff.ringing import Attempt, Caller, Order, Place, RingPolicy, Rung
from ivr.handoff.ringing_book import RingingBook
from ivr.handoff.types import Agent, AgentStatus, WaitingCall
from tests.handoff.desks import NOON, Time

PHONES = ("+821000000001", "+821000000002", "+821000000003")
FIRST, SECOND, THIRD = ("CA" + digit * 32 for digit in "123")
LEGS = tuple(f"CAleg{number}" for number in range(9))


def phone(number: str, *languages: str, **fields: Any) -> Agent:
    """Whose telephone it is."""
    return Agent(number, fields.pop("name", number), languages, status=AgentStatus.AVAILABLE, **fields)


class Board:
    """Owns a book; the test plays callers and agents."""

    def __init__(
        self,
        order: Order = "simultaneous",
        phones: Sequence[str | Agent] = PHONES,
        hours: Hours | None = None,
    ) -> None:
        self.time = Time()
        self.hours = hours or Hours()
        agents = [each if isinstance(each, Agent) else phone(each) for each in phones]
        self.book = RingingBook(agents, RingPolicy(order), self.time.clock(), lambda: self.hours)

    def enter(self, call_sid: str = FIRST, *, own_number: str | None = "+8221234567", **known: Any) -> None:
        """A caller begins to wait; ``known``: fields of :class:`WaitingCall`."""
        told = WaitingCall(call_sid, NOON, **{"language": "ko", **known}) if known else None
        self.book.enter(Caller(call_sid, "ko", own_number=own_number, known=told))
        self.round()

    def round(self, seconds: float = 0.0) -> list[Place]:
        """Time passes; gives what is rung now."""
        self.time.go(seconds)
        self.book.effects.clear()
        self.book.round()
        return [effect for effect in self.book.effects if isinstance(effect, Place)]

    def effects(self, kind: type) -> list[object]:
        return [effect for effect in self.book.effects if isinstance(effect, kind)]

    def call(self, call_sid: str = FIRST) -> Rung:
        call = self.book.find(call_sid)
        assert call is not None
        return call

    def answers(self, call_sid: str = FIRST) -> list[str | None]:
        return [attempt.answer for attempt in self.call(call_sid).attempts]

    def rung(self, call_sid: str = FIRST) -> list[str]:
        """The telephones that were rung for a caller, in order."""
        return [attempt.phone for attempt in self.call(call_sid).attempts]

    def attempt(self, number: str, call_sid: str = FIRST) -> Attempt:
        return next(each for each in self.call(call_sid).attempts if each.phone == number)

    def picks_up(self, number: int, key: str | None, call_sid: str = FIRST) -> str:
        self.book.picked_up(call_sid, number, LEGS[number])
        return self.book.pressed(call_sid, number, LEGS[number], key)

    def refuses(self, number: str, call_sid: str = FIRST) -> list[Place]:
        """A telephone rings unheard; gives what is rung then."""
        at = self.attempt(number, call_sid).number
        self.book.leg_over(call_sid, at, LEGS[at], "no-answer")
        return self.round()

    def takes(self, number: str, call_sid: str = FIRST) -> None:
        """An agent takes a caller, and they talk."""
        assert self.picks_up(self.attempt(number, call_sid).number, "1", call_sid) == "accepted"
        self.book.joined(call_sid)

    def has_had(self, number: str, call_sid: str, **known: Any) -> None:
        """An agent has talked with a caller for a minute, who is gone."""
        self.enter(call_sid, **known)
        self.takes(number, call_sid)
        self.time.go(60)
        assert self.book.talked(call_sid)

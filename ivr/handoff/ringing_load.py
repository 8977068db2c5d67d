"""What agents' telephones have had today: the load that routing shares out. No threads, no I/O."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ivr.content import hours as opening
from ivr.content.types import Hours
from ivr.handoff.desk_clock import DeskClock
from ivr.handoff.queue import SAMPLES
from ivr.handoff.ringing import Rung
from ivr.handoff.routing import RoutingPolicy, burdened, is_hard
from ivr.handoff.types import Agent, AgentStatus


@dataclass(frozen=True)
class Talk:
    """An agent took a call by telephone."""

    call_sid: str
    number: int
    """Of the attempt."""
    phone: str
    at: datetime
    """When that telephone began to ring; aware."""
    frustration: float
    """The caller's, 0 to 1, at the hand-off."""
    over_at: datetime | None = None
    """When the talk was over; None: not yet, or not known."""


def telephones(
    phones: Sequence[Agent], talks: Iterable[Talk], calls: Iterable[Rung], policy: RoutingPolicy
) -> tuple[Agent, ...]:
    """The telephones as agents of routing: what they do now, and what they have had.

    How long one has been idle is left out: equals are rung in the order in which they were written down.

    Args:
        phones: Who they are; ``id`` is the number.
        talks: Today's, in order.
        calls: All hand-offs that are not over.
        policy: Which calls are hard.
    """
    holders = {attempt.phone: call.call_sid for call in calls for attempt in call.attempts if attempt.live}
    found = {
        phone.id: replace(
            phone,
            status=AgentStatus.BUSY if phone.id in holders else AgentStatus.AVAILABLE,
            hand_off_id=holders.get(phone.id),
        )
        for phone in phones
    }
    for talk in talks:
        agent = found.get(talk.phone)
        if agent is not None:
            found[talk.phone] = burdened(agent, talk.frustration, talk.over_at, policy)
    return tuple(found.values())


class Staff:
    """The agents behind the telephones: who they are, when they work, what they have had. Owned by the book."""

    def __init__(
        self, phones: Sequence[Agent], policy: RoutingPolicy, clock: DeskClock, hours: Callable[[], Hours]
    ) -> None:
        """Nobody has had a call. See :class:`ivr.handoff.ringing_service.RingingService`."""
        self.phones = tuple(phones)
        self.occupied_s: tuple[float, ...] = ()
        """For how long the latest calls occupied their agents, breathers included; the newest first."""
        self._policy = policy
        self._clock = clock
        self._hours = hours
        self._talks: dict[tuple[str, int], Talk] = {}

    def is_open(self) -> bool:
        """Whether the agents' hours run: outside them no telephone rings."""
        hours = self._hours()
        return opening.is_open(hours, hours.agents, self._clock.now())

    def opens_again(self) -> bool:
        """Whether they run again within the days that are looked ahead (:data:`ivr.content.hours.AHEAD_DAYS`)."""
        hours = self._hours()
        return opening.next_opening(hours, hours.agents, self._clock.now()) is not None

    def day_start(self) -> datetime:
        """Since when calls count for the agents' load; aware."""
        return opening.day_start(self._hours(), self._clock.now())

    def agents(self, calls: Iterable[Rung]) -> tuple[Agent, ...]:
        """The telephones as agents of routing.

        Args:
            calls: All hand-offs that are not over.
        """
        day_start = self.day_start()
        self._talks = {key: talk for key, talk in self._talks.items() if talk.at >= day_start}
        talks = sorted(self._talks.values(), key=lambda talk: talk.at)
        return telephones(self.phones, talks, calls, self._policy)

    def note(self, call: Rung) -> None:
        """A hand-off changed."""
        for attempt in call.attempts:
            key = (call.call_sid, attempt.number)
            if attempt.answer == "accepted":
                self._talks[key] = Talk(*key, attempt.phone, attempt.at, call.frustration, attempt.ended_at)
            else:
                self._talks.pop(key, None)

    def recall(self, talks: Iterable[Talk]) -> None:
        """What was before a restart; what happened since counts more."""
        for talk in talks:
            self._talks.setdefault((talk.call_sid, talk.number), talk)

    def talked(self, call: Rung, took_s: float) -> None:
        """A talk is over that took so long from the agent's yes on."""
        rest_s = self._policy.breather_s if is_hard(call.frustration, self._policy) else 0.0
        self.occupied_s = (took_s + rest_s, *self.occupied_s)[:SAMPLES]

"""A day at agents' telephones, played by dice: what callers and agents were promised is kept."""

import random

import pytest

from ivr.handoff import routing
from ivr.handoff.ringing import Order, Place, Rung
from ivr.handoff.types import FINAL, Agent, HandOffState
from tests.handoff.phones import Board, phone

CALLERS = 80
STEP_S = 2.0
LANGUAGES, TOPICS = ("ko", "ko", "ko", "en", "ja"), ("start_return", "order_status", None)
AGENTS = (
    phone("+821000000001", "ko", "en", topics=("start_return",)),
    phone("+821000000002", "ko"),
    phone("+821000000003", "en", "ja"),
    phone("+821000000004", "ko", topics=("order_status",)),
    phone("+821000000005"),
)


class Day(Board):
    """Callers come and agents answer by dice; every ring is checked as it is decided."""

    def __init__(self, order: Order, seed: int) -> None:
        super().__init__(order, AGENTS)
        self.dice = random.Random(seed)
        self.calls: list[str] = []
        self.talks: dict[str, float] = {}  # call → when its talk ends
        self.policy = routing.RoutingPolicy()

    def all(self) -> list[Rung]:
        return [self.call(call_sid) for call_sid in self.calls]

    def step(self) -> None:
        """Two seconds: somebody may call, hang up, answer, decline or finish; then the round."""
        if len(self.calls) < CALLERS and self.dice.random() < 0.07:
            self._arrives()
        for call in self.all():
            if call.over:
                continue
            if call.given_up or (call.taken is None and self.dice.random() < 0.002):
                self.book.caller_gone(call.call_sid)
            elif call.state is HandOffState.TALKING:
                if self.time.at_s >= self.talks[call.call_sid]:
                    assert self.book.talked(call.call_sid)
            else:
                self._telephones(call)
        before, agents = self.all(), {agent.id: agent for agent in self.book.agents()}
        placed = self.round(STEP_S)
        self._check(before, agents, placed)

    def _arrives(self) -> None:
        call_sid = f"CA{len(self.calls):032d}"
        self.calls.append(call_sid)
        self.enter(
            call_sid,
            language=self.dice.choice(LANGUAGES),
            topic=self.dice.choice(TOPICS),
            frustration=self.dice.choice((0.0, 0.1, 0.3, 0.7, 0.9)),
        )

    def _telephones(self, call: Rung) -> None:
        for attempt in call.attempts:
            if not attempt.live or self.call(call.call_sid).taken is not None:
                continue
            happens = self.dice.random()
            leg = f"CAleg{attempt.number}"
            if happens < 0.12:
                self.book.picked_up(call.call_sid, attempt.number, leg)
                if self.book.pressed(call.call_sid, attempt.number, leg, "1") == "accepted":
                    self.book.joined(call.call_sid)
                    self.talks[call.call_sid] = self.time.at_s + self.dice.uniform(30, 240)
            elif happens < 0.17:
                self.book.leg_over(call.call_sid, attempt.number, leg, self.dice.choice(("busy", "no-answer")))

    def _check(self, before: list[Rung], agents: dict[str, Agent], placed: list[Place]) -> None:
        live = [attempt.phone for call in self.all() for attempt in call.attempts if attempt.live]
        assert len(live) == len(set(live)), "one caller at a time"
        known = {call.call_sid: call for call in before}
        for call in self.all():
            rung = [attempt.phone for attempt in call.attempts]
            assert len(rung) == len(set(rung)), "each telephone once for a caller"
        for place in placed:
            call = known[place.call_sid]
            agent = agents[self.call(place.call_sid).attempts[place.number].phone]
            self._check_choice(call, agent, agents, live)

    def _check_choice(self, call: Rung, agent: Agent, agents: dict[str, Agent], live: list[str]) -> None:
        assert call.known is not None
        now = self.time.wall
        assert routing.resting_until(agent, now, self.policy) is None, "a hard call is followed by a breather"
        left = [each for each in agents.values() if each.id not in {a.phone for a in call.attempts}]
        speak = [each for each in left if routing.speaks(each, call.known.language)]
        assert agent in speak or not speak, "who speaks the language comes first"
        hard = routing.is_hard(call.known.frustration, self.policy)
        if hard and routing.is_hard(agent.last_frustration, self.policy):
            unused = [
                each
                for each in (speak or left)
                if each.id not in live
                and not routing.is_hard(each.last_frustration, self.policy)
                and routing.is_free(each, now, self.policy)
            ]
            assert not unused, "no two furious callers in a row while another is free"


@pytest.mark.parametrize("order", ["simultaneous", "in_order"])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_day_of_calls_keeps_every_promise(order: Order, seed: int) -> None:
    day = Day(order, seed)
    for _ in range(4_000):
        day.step()
        if len(day.calls) == CALLERS and all(call.over for call in day.all()):
            break
    states = [call.state for call in day.all()]
    assert len(states) == CALLERS
    assert set(states) <= FINAL, "nobody falls through"
    talked = [call for call in day.all() if call.state is HandOffState.COMPLETED]
    assert len(talked) > CALLERS / 2
    loads = {agent.id: agent for agent in day.book.agents()}
    assert sum(agent.calls_today for agent in loads.values()) == len(talked)
    assert sum(agent.hard_calls_today for agent in loads.values()) > 10


def test_who_always_answers_first_does_not_end_up_with_all_the_anger() -> None:
    numbers = [f"+82100000001{last}" for last in range(5)]
    eager, dice, board = numbers[0], random.Random(7), Board(phones=numbers)
    for at in range(60):
        call_sid = f"CA{at:032d}"
        board.enter(call_sid, frustration=dice.choice((0.1, 0.9)))
        rung = board.rung(call_sid)
        board.takes(eager if eager in rung else dice.choice(rung), call_sid)
        board.time.go(dice.uniform(30, 90))
        board.book.talked(call_sid)
    agents = {agent.id: agent for agent in board.book.agents()}
    hard = [agent.hard_calls_today for agent in agents.values()]
    assert agents[eager].calls_today > 60 / 5  # of the calm calls they have most
    assert max(hard) - min(hard) <= 3

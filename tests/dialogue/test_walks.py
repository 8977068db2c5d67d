"""Whatever happens, in whatever order: a decision, words that can be spoken, and a person in time."""

import random

import pytest

from ivr.content.types import LANGUAGES, Content
from ivr.dialogue.engine import MAX_STALLED
from ivr.dialogue.types import Action, Fulfilled, Lookup, LookupFailed, NothingHeard, Unintelligible
from tests.dialogue.caller import Caller

STEPS = 40
INTENTS = (
    None,
    "order_status",
    "opening_hours",
    "return_procedure",
    "repeat",
    "yes",
    "no",
    "thanks",
    "dont_know",
    "x",
)
KEYS = ("1", "2", "3", "9", "*", "#", "47", "47291", "11111", "123456789", "ab", "")
LOOKUP = Lookup("order_status", "shop.order_status", {"order_number": "47291"})


def _step(caller: Caller, chance: random.Random) -> None:
    match chance.randrange(9):
        case 0:
            caller.meet(NothingHeard())
        case 1:
            caller.meet(Unintelligible())
        case 2:
            caller.presses(chance.choice(KEYS))
        case 3:
            caller.means(None, order_number="".join(chance.choices("0123456789", k=chance.randrange(1, 8))))
        case 4:
            caller.meet(chance.choice((Fulfilled(LOOKUP, "missing"), LookupFailed(LOOKUP, "late"))))
        case 5:
            caller.speaks(chance.choice(LANGUAGES))
            caller.means("yes")
        case _:
            slots = {"order_number": chance.choice(("47291", "99999"))} if chance.random() < 0.3 else {}
            caller.means(chance.choice(INTENTS), sure=chance.random() < 0.8, confidence=0.9, **slots)


@pytest.mark.parametrize("seed", range(120))
def test_a_random_conversation(content: Content, seed: int) -> None:
    chance = random.Random(seed)
    caller = Caller(content, chance.choice(LANGUAGES), shop_down=chance.random() < 0.2)
    before, since_progress, reprompted = "", 0, ""
    for _ in range(STEPS):
        resolved = caller.state.resolved
        _step(caller, chance)
        decision = caller.decision
        assert decision.reason
        assert caller.words is not None  # every text exists, with all its placeholders
        if decision.action is Action.REPROMPT:
            assert caller.words != reprompted, "the same re-prompt twice in a row"
            reprompted = caller.words
        helped = caller.state.resolved > resolved or decision.action in (Action.OFFER_AGENT, Action.HANG_UP)
        since_progress = 0 if helped or caller.state.ended else since_progress + 1
        # Events that are no turn of the caller's (a stale answer) do not count: at most every second step.
        assert since_progress <= 2 * MAX_STALLED, "nobody offered a person"
        if caller.state.ended:
            assert decision.outcome is not None
            break
        before = caller.words or before
    assert before or caller.state.ended


@pytest.mark.parametrize("seed", range(20))
def test_nothing_but_failures_reach_a_person_in_three_turns(content: Content, seed: int) -> None:
    chance = random.Random(seed)
    caller = Caller(content)
    for _ in range(3):
        chance.choice(
            (lambda: caller.meet(NothingHeard()), lambda: caller.means(None), lambda: caller.presses("ab"))
        )()
    assert caller.decision.action is Action.HAND_OFF


def test_the_same_walk_decides_the_same(content: Content) -> None:
    def walk() -> list[str]:
        chance, caller = random.Random(1), Caller(content)
        for _ in range(STEPS):
            _step(caller, chance)
        return [decision.reason for decision in caller.decisions]

    assert walk() == walk()

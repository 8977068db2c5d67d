"""Whatever happens, in whatever order: a decision, words that can be spoken, and a person in time."""

import random
from dataclasses import replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from ivr.content.types import LANGUAGES, Content, Schedule
from ivr.dialogue.engine import MAX_STALLED
from ivr.dialogue.types import (
    Action,
    Fulfilled,
    Heard,
    KnownCaller,
    Lookup,
    LookupFailed,
    NothingHeard,
    Unintelligible,
)
from ivr.understanding.types import Meaning, SlotValue
from tests.dialogue.caller import Caller

STEPS = 60
COMMANDS = (
    *("repeat", "yes", "no", "thanks", "dont_know", "slower", "faster", "louder", "start_over", "hold_on"),
    *("speak_ko", "speak_en", "speak_ja", "speak_zh", None, None, "x"),
)
KEYS = ("1", "2", "3", "9", "*", "#", "47", "0101", "47291", "11111", "01055500101", "123456789", "ab", "")
VALUES = {
    "order_number": ("47291", "58306", "99999", "472", "4", "4729118"),
    "identity": ("0101", "0102", "9999", "김하늘", "01055500101", "1"),
    "address": ("서울시 마포구 12", "somewhere else"),
    "product": ("mug", "sneakers"),
    "callback_time": ("2026-11-24T15:00", "2026-11-24", "TAF", "2026-11-22T03:00", "2026-99-99", "soon"),
    "callback_number": ("+821055500101", "+12025550104"),
    "answer": ("yes", "no"),
}
LOOKUP = Lookup("order_status", "shop.order_status", {"order_number": "47291"})
SUNDAY = datetime(2026, 11, 22, 21, 30, tzinfo=ZoneInfo("Asia/Seoul"))
SCHEDULES = (
    Schedule(always=True),
    Schedule({day: ((time(9), time(18)),) for day in range(5)}),
    Schedule(),
)


def _utterance(caller: Caller, chance: random.Random) -> Heard:
    """Anything the understanding could give, helpful or not."""
    asked = caller.decision.expect.slot
    slots = {name: chance.choice(values) for name, values in VALUES.items() if chance.random() < 0.12}
    if asked in VALUES and chance.random() < 0.5:
        slots[asked] = chance.choice(VALUES[asked])
    requests = tuple(caller.content.requests)
    intent = chance.choice((chance.choice(requests), chance.choice(COMMANDS), caller.state.intent))
    return Heard(
        Meaning(
            "words",
            caller.state.language,
            intent,
            0.7,
            alternatives=((chance.choice(requests), 0.6),),
            slots={name: SlotValue(value, chance.choice((0.95, 0.55))) for name, value in slots.items()},
            sure=chance.random() < 0.8,
            also=(chance.choice(requests),) if chance.random() < 0.1 else (),
            instead=chance.random() < 0.1,
        )
    )


def _helpful(caller: Caller, chance: random.Random) -> None:
    """What the question asks for."""
    expect = caller.decision.expect
    if expect.kind in ("digits", "slot") and expect.slot in VALUES:
        caller.means(expect.intent, sure=True, confidence=0.95, **{expect.slot: VALUES[expect.slot][0]})
    elif expect.kind in ("yes_no", "choice"):
        caller.means(chance.choice(("yes", "yes", "no")))
    else:
        caller.means(chance.choice(tuple(caller.content.requests)))


def _step(caller: Caller, chance: random.Random) -> bool:
    """Let something happen; whether it was a turn of the caller's."""
    match chance.randrange(16):
        case 0:
            caller.meet(NothingHeard())
        case 1:
            caller.meet(Unintelligible())
        case 2:
            caller.presses(chance.choice(KEYS))
        case 3:
            caller.meet(chance.choice((Fulfilled(LOOKUP, "missing"), LookupFailed(LOOKUP, "late"))))
            return False
        case 4:
            caller.speaks(chance.choice(LANGUAGES))
            caller.means("yes")
        case 5 | 6 | 7 | 8 | 9 | 10:
            _helpful(caller, chance)
        case _:
            caller.meet(_utterance(caller, chance))
    return True


def _some_caller(content: Content, chance: random.Random) -> Caller:
    content = replace(content, hours=replace(content.hours, agents=chance.choice(SCHEDULES)))
    known = KnownCaller(chance.choice(("start_return", "gone")), chance.randrange(9))
    return Caller(
        content,
        chance.choice(LANGUAGES),
        shop_down=chance.random() < 0.1,
        now=chance.choice((None, SUNDAY)),
        number=chance.choice((None, "+821055500101")),
        known=known if chance.random() < 0.3 else None,
    )


@pytest.mark.parametrize("seed", range(300))
def test_a_random_conversation(content: Content, seed: int) -> None:
    chance = random.Random(seed)
    caller = _some_caller(content, chance)
    reprompted, turns = "", 0
    for _ in range(STEPS):
        before = caller.state
        turn = _step(caller, chance)
        decision = caller.decision
        assert decision.reason
        assert caller.words is not None  # every text exists, with all its placeholders
        assert not any(character.isdigit() for character in caller.words), "digits are no words"
        if decision.action is Action.REPROMPT:
            assert caller.words != reprompted, "the same re-prompt twice in a row"
            reprompted = caller.words
        after = caller.state
        progress = after.resolved > before.resolved or len(after.filled) > len(before.filled)
        offered = decision.action is Action.OFFER_AGENT or (after.promise is not None and before.promise is None)
        turns = 0 if progress or offered or after.ended else turns + turn
        assert turns <= MAX_STALLED, "nobody offered a person"
        if after.ended:
            assert decision.outcome is not None
            break
        assert decision.say or decision.lookup or not turn, "the caller is left without a word"


@pytest.mark.parametrize("seed", range(40))
def test_without_new_values_a_person_is_offered_within_six_exchanges(content: Content, seed: int) -> None:
    chance = random.Random(seed)
    caller = Caller(content)
    for _ in range(MAX_STALLED):
        caller.means(chance.choice(("order_status", "refund_status", "dont_know", "yes", "hold_on", None)))
        if caller.decision.action in (Action.OFFER_AGENT, Action.HAND_OFF):
            return
    pytest.fail("nobody offered a person")


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
        chance = random.Random(1)
        caller = _some_caller(content, chance)
        for _ in range(STEPS):
            _step(caller, chance)
        return [decision.reason for decision in caller.decisions]

    assert walk() == walk()

"""What a caller may ask for at any point."""

import pytest

from ivr.content.types import LANGUAGES, Content, Language
from ivr.dialogue.types import Action
from tests.dialogue.caller import Caller

POINTS = ["greeting", "number", "part", "confirm", "answer"]


@pytest.fixture(params=POINTS)
def caller(request: pytest.FixtureRequest, content: Content) -> Caller:
    """A caller at one of the points of a conversation."""
    caller = Caller(content)
    match request.param:
        case "number":
            caller.means("order_status")
        case "part":
            caller.means("order_status", order_number="472")
        case "confirm":
            caller.means("cancel_order", order_number="47291")
            caller.means(None, identity="0101")
        case "answer":
            caller.means("delivery_fee")
    return caller


@pytest.mark.parametrize(("said", "pace"), [("slower", "slow"), ("faster", "fast")])
def test_another_pace_says_the_last_words_again(caller: Caller, said: str, pace: str) -> None:
    words, question = caller.words, caller.state.question
    caller.means(said)
    assert caller.state.pace == pace
    assert caller.words.endswith(words)
    assert caller.state.question == question
    caller.means("repeat")
    assert caller.words == words, "without the aside"


def test_slower_and_faster_meet_in_the_middle(content: Content) -> None:
    caller = Caller(content)
    caller.means("slower")
    caller.means("faster")
    assert caller.state.pace == "normal"


def test_louder(caller: Caller) -> None:
    words = caller.words
    caller.means("louder")
    assert caller.state.loudness == "loud"
    assert caller.words.endswith(words)


def test_time_to_look_something_up(caller: Caller) -> None:
    before, expecting = caller.state, caller.decision.expect
    caller.means("hold_on")
    assert caller.keys == ["hold_on"]
    assert caller.decision.expect.patient
    assert (caller.decision.expect.kind, caller.decision.expect.slot) == (expecting.kind, expecting.slot)
    assert caller.state.failures == before.failures


@pytest.mark.parametrize("language", LANGUAGES)
def test_another_language_puts_the_question_again(caller: Caller, language: Language) -> None:
    question = caller.state.question
    caller.means(f"speak_{language}")
    assert caller.state.language == language
    assert caller.keys[0] == "language_switched"
    assert caller.state.question == question


def test_a_fresh_start_forgets_what_was_begun(caller: Caller) -> None:
    caller.means("start_over")
    assert caller.keys == ["starting_over", "ask_request"]
    assert (caller.state.intent, dict(caller.state.slots), caller.state.waiting) == (None, {}, ())


def test_a_person(caller: Caller) -> None:
    assert caller.means("agent").action is Action.HAND_OFF


def test_perhaps_a_person_is_asked_back(caller: Caller) -> None:
    assert caller.means("agent", sure=False).action is Action.OFFER_AGENT

"""What the hotline says and does, turn by turn."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from ivr.content.types import LANGUAGES, Content, Language, Request, Text
from ivr.dialogue.engine import MAX_STALLED, decide, start
from ivr.dialogue.types import (
    Action,
    Answered,
    Decision,
    Fulfilled,
    HandoffReason,
    Lookup,
    NothingHeard,
    Unintelligible,
)
from tests.dialogue.caller import Caller


@pytest.fixture
def caller(content: Content) -> Caller:
    return Caller(content)


def _handed_off(decision: Decision, reason: HandoffReason) -> bool:
    return (decision.action, decision.handoff, decision.outcome) == (Action.HAND_OFF, reason, "handed_off")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_greeting_says_who_speaks_and_how_to_reach_a_person(content: Content, language: Language) -> None:
    caller = Caller(content, language)
    assert caller.keys == ["greeting", "ask_request"]
    wanted = {
        "ko": ("자동", "상담원", "영 번"),
        "en": ("automated", "agent", "zero"),
        "ja": ("自動", "ゼロ"),
        "zh": ("自动", "按零"),
    }
    assert all(word in caller.words for word in wanted[language])


def test_an_order_is_told_from_its_number(caller: Caller) -> None:
    assert caller.says("주문한 거 언제 와요").action is Action.ASK
    assert (caller.decision.expect.kind, caller.decision.expect.digits) == ("digits", 5)
    assert caller.says("사칠이구일이요").action is Action.ANSWER
    assert caller.keys == ["order_status_on_the_way", "anything_else"]
    assert caller.state.verified == {"order_number": "47291"}
    assert caller.says("아니요 감사합니다").outcome == "resolved"
    assert caller.keys == ["goodbye"]


def test_a_number_said_with_the_request_is_not_asked_for(caller: Caller) -> None:
    caller.says("주문번호 오팔삼공육 배송 조회해 주세요")
    assert caller.keys == ["order_status_delivered", "anything_else"]


def test_a_number_may_come_in_parts(caller: Caller) -> None:
    caller.says("배송 조회 부탁드려요")
    decision = caller.says("사칠이")
    assert (decision.action, decision.expect.digits) == (Action.ASK, 2)
    assert "사 칠 이" in caller.words
    caller.says("구일이요")
    assert caller.keys[0] == "order_status_on_the_way"


def test_the_whole_number_again_replaces_its_parts(caller: Caller) -> None:
    caller.says("배송 조회 부탁드려요")
    caller.says("사칠")
    caller.says("사칠이구일이요")
    assert caller.keys[0] == "order_status_on_the_way"


def test_a_number_of_the_wrong_length_is_read_back_and_asked_again(caller: Caller) -> None:
    caller.says("배송 조회 부탁드려요")
    first = caller.words
    decision = caller.says("사칠이구일일팔")
    assert decision.action is Action.REPROMPT
    assert "사 칠 이 구 일 일 팔" in caller.words
    assert first not in caller.words


def test_an_unknown_number_is_asked_once_more_then_a_person_is_offered(caller: Caller) -> None:
    caller.says("주문 조회하고 싶어요")
    asked = caller.words
    assert caller.says("일일일일일").action is Action.REPROMPT
    assert caller.keys == ["order_status_missing", "ask_order_number"]
    assert asked not in caller.words
    assert caller.says("이이이이이").action is Action.OFFER_AGENT
    assert _handed_off(caller.says("네 연결해 주세요"), HandoffReason.CALLER_ASKED)


def test_an_offered_person_may_be_declined(caller: Caller) -> None:
    caller.says("주문 조회하고 싶어요")
    caller.says("일일일일일")
    caller.says("이이이이이")
    assert caller.says("아니요").expect.kind == "yes_no"
    assert caller.keys == ["anything_else"]
    assert caller.says("없어요").outcome == "abandoned", "politely ended, but nothing was answered"


def test_a_static_answer_is_given_at_once(caller: Caller) -> None:
    assert caller.says("영업시간이 어떻게 되나요").action is Action.ANSWER
    assert caller.keys == ["opening_hours_answer", "anything_else"]
    caller.says("네, 반품은 어떻게 하나요?")
    assert caller.keys == ["return_procedure_answer", "anything_else"]
    assert caller.state.resolved == 2


def test_a_database_that_is_down_is_told_and_a_person_takes_over(content: Content) -> None:
    caller = Caller(content, shop_down=True)
    caller.says("배송 조회 부탁드려요")
    assert _handed_off(caller.says("47291"), HandoffReason.FAILURE)
    assert caller.keys == ["backend_down", "handing_over_sorry"]
    assert caller.state.tried[-1].outcome == "failed"


@pytest.mark.parametrize(
    "before", [[], ["배송 조회 부탁드려요"], ["배송 조회 부탁드려요", "사칠"], ["영업시간 알려줘요"]]
)
@pytest.mark.parametrize("key", [False, True])
def test_a_person_is_one_word_or_key_away_at_any_point(content: Content, before: list[str], key: bool) -> None:
    caller = Caller(content)
    for text in before:
        caller.says(text)
    decision = caller.presses("0") if key else caller.says("상담원")
    assert _handed_off(decision, HandoffReason.CALLER_ASKED)


@pytest.mark.parametrize("event", [NothingHeard(), Unintelligible(), None])
@pytest.mark.parametrize("before", [[], ["배송 조회 부탁드려요"]])
def test_the_ladder_other_words_then_keys_then_a_person(
    content: Content, event: NothingHeard | Unintelligible | None, before: list[str]
) -> None:
    caller = Caller(content)
    for text in before:
        caller.says(text)
    heard = [caller.words]
    actions = []
    for _ in range(3):
        decision = caller.meet(event) if event is not None else caller.says("오늘 서울 날씨 어때요")
        actions.append(decision.action)
        heard.append(caller.words)
    assert actions == [Action.REPROMPT, Action.REPROMPT, Action.HAND_OFF]
    assert _handed_off(caller.decision, HandoffReason.UNKNOWN_INTENT)
    assert len(set(heard)) == 4, "never the same words"
    assert "영 번" in heard[2]
    assert ("일 번" in heard[2]) == (not before), "the menu, or the keypad for the number"


def test_the_menus_keys_choose_a_request(caller: Caller) -> None:
    caller.meet(NothingHeard())
    caller.meet(NothingHeard())
    assert caller.decision.expect.keys == {
        "1": "order_status",
        "2": "return_procedure",
        "3": "opening_hours",
        "0": "agent",
    }
    caller.presses("1")
    caller.presses("58306#")
    assert caller.keys[0] == "order_status_delivered"


def test_progress_ends_a_row_of_failures(caller: Caller) -> None:
    caller.meet(NothingHeard())
    caller.meet(NothingHeard())
    caller.says("배송 조회 부탁드려요")
    assert caller.state.failures == 0
    assert caller.meet(NothingHeard()).action is Action.REPROMPT


def test_silence_after_an_answer_ends_the_call(caller: Caller) -> None:
    caller.says("영업시간 알려 주세요")
    assert caller.meet(NothingHeard()).action is Action.REPROMPT
    assert caller.meet(NothingHeard()).outcome == "resolved"
    assert caller.keys == ["goodbye_silent"]


def test_repeat_says_the_same_again_and_at_last_offers_a_person(caller: Caller) -> None:
    caller.says("영업시간 알려 주세요")
    answer = caller.words
    for _ in range(2):
        caller.says("다시 말씀해 주세요")
        assert caller.words == answer
    assert caller.says("다시 말씀해 주세요").action is Action.OFFER_AGENT


def test_a_caller_without_the_number_is_offered_a_person(caller: Caller) -> None:
    caller.says("배송 조회 부탁드려요")
    assert caller.says("주문번호를 몰라요").action is Action.OFFER_AGENT


def test_a_caller_may_change_their_mind(caller: Caller) -> None:
    caller.says("배송 조회 부탁드려요")
    caller.says("아니 그거 말고 반품은 어떻게 하나요")
    assert caller.keys == ["return_procedure_answer", "anything_else"]


@pytest.mark.parametrize(("before", "outcome"), [(["영업시간 알려 주세요"], "resolved"), ([], "abandoned")])
def test_goodbye_ends_the_call(content: Content, before: list[str], outcome: str) -> None:
    caller = Caller(content)
    for text in before:
        caller.says(text)
    assert (caller.says("안녕히 계세요").action, caller.decision.outcome) == (Action.HANG_UP, outcome)


def test_thanks_before_an_answer_do_not_end_the_call(caller: Caller) -> None:
    # Recognisers write "감사합니다" on noise (see the phantoms of the recogniser).
    assert caller.says("감사합니다").outcome is None


def test_replies_follow_the_callers_language(caller: Caller) -> None:
    caller.speaks("en")
    caller.says("what are your opening hours")
    assert "nine to six" in caller.words


def test_an_answer_that_comes_after_the_caller_moved_on_is_not_spoken(content: Content) -> None:
    state, _ = decide(start("ko"), Answered("ko"), content)
    stale = Fulfilled(Lookup("order_status", "shop.order_status", {"order_number": "47291"}), "delivered")
    after, decision = decide(state, stale, content)
    assert decision.say == ()
    assert after.resolved == 0


def test_while_a_lookup_goes_on_the_caller_is_asked_to_wait(content: Content) -> None:
    state, _ = decide(start("ko"), Answered("ko"), content)
    caller = Caller(content)
    caller.state = replace(state, intent="order_status", pending=Lookup("order_status", "shop.order_status", {}))
    caller.meet(NothingHeard())
    assert caller.keys == ["filler_checking"]
    assert caller.state.pending is not None
    assert _handed_off(caller.says("상담원"), HandoffReason.CALLER_ASKED)


def test_what_is_costly_is_confirmed_first(content: Content) -> None:
    costly = replace(content.requests["order_status"], confirm=True)
    texts: dict[Language, Mapping[str, Text]] = dict(content.texts)
    texts["ko"] = {**texts["ko"], "confirm_order_status": texts["ko"]["order_status_found"]}
    careful = replace(content, requests={**content.requests, "order_status": costly}, texts=texts)
    caller = Caller(careful)
    caller.means("order_status", order_number="47291")
    assert (caller.decision.action, caller.decision.lookup) == (Action.CONFIRM, None)
    assert caller.decision.say[0].values == {"order_number": "사 칠 이 구 일"}
    caller.means("yes")
    assert caller.keys[0] == "order_status_on_the_way"


def test_an_outcome_without_a_text_goes_to_a_person(content: Content) -> None:
    odd = Request("odd", {}, connector="shop.odd", replies={"missing": "order_status_missing"})
    caller = Caller(replace(content, requests={**content.requests, "odd": odd}))
    caller.state, decision = decide(caller.state, Answered("ko"), caller.content)
    lookup = Lookup("odd", "shop.odd", {"order_number": "47291"})
    caller.state = replace(caller.state, intent="odd", pending=lookup)
    _, decision = decide(caller.state, Fulfilled(lookup, "strange"), caller.content)
    assert _handed_off(decision, HandoffReason.FAILURE)


def test_exchanges_without_an_answer_end_in_an_offer(caller: Caller) -> None:
    offered = []
    for turn in range(MAX_STALLED):
        decision = caller.means("order_status") if turn % 2 else caller.means("order_status", order_number="4")
        offered.append(decision.action in (Action.OFFER_AGENT, Action.HAND_OFF))
    assert any(offered)


def test_a_conversation_that_has_ended_stays_ended(caller: Caller) -> None:
    caller.says("상담원")
    again = caller.says("영업시간 알려 주세요")
    assert _handed_off(again, HandoffReason.CALLER_ASKED)
    assert again.say == ()

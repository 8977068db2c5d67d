"""Requests from their first question to their answer: values, doubts, confirmation, identity, several at once."""

from dataclasses import replace

import pytest

from ivr.content.types import Content
from ivr.dialogue.types import Action, HandoffReason, Heard
from ivr.understanding.types import Meaning
from tests.dialogue.caller import Caller


@pytest.fixture
def caller(content: Content) -> Caller:
    return Caller(content)


def prove(caller: Caller, intent: str, order: str = "47291", identity: str = "0101") -> None:
    """Ask for something personal, and prove whose order it is."""
    caller.means(intent, order_number=order)
    assert caller.keys == ["ask_identity"]
    caller.means(None, identity=identity)


class TestIdentity:
    """Nothing personal before the caller has proved who they are."""

    def test_it_is_asked_after_the_order_number_and_never_given_to_the_request(self, caller: Caller) -> None:
        caller.means("refund_status")
        assert caller.keys == ["ask_order_number"]
        caller.means(None, order_number="47291")
        assert caller.keys == ["ask_identity"]
        assert caller.decision.expect.slot == "identity"
        assert caller.decision.expect.typed, "the last four digits may be typed"
        caller.means(None, identity="김하늘")
        assert [lookup.connector for lookup in caller.lookups] == ["shop.verify", "shop.refund_status"]
        assert dict(caller.lookups[-1].slots) == {"order_number": "47291"}
        assert caller.keys == ["refund_status_found", "anything_else"]

    def test_it_is_asked_once_for_each_order(self, caller: Caller) -> None:
        prove(caller, "refund_status")
        caller.means("coupons", order_number="47291")
        assert caller.keys[0] == "coupons_found"
        caller.means("coupons", order_number="58306")
        assert caller.keys == ["ask_identity"]

    def test_a_wrong_one_is_asked_for_again_in_other_words_then_a_person(self, caller: Caller) -> None:
        prove(caller, "refund_status", identity="9999")
        assert caller.decision.action is Action.REPROMPT
        assert caller.keys == ["identity_mismatch", "ask_identity"]
        first = caller.words
        caller.means(None, identity="8888")
        assert caller.decision.handoff is HandoffReason.BUSINESS_RULE
        assert caller.keys == ["identity_mismatch", "handing_over"]
        assert caller.words[:10] != first[:10]
        assert "refund_status" not in [lookup.connector for lookup in caller.lookups]
        assert "8888" not in str(caller.state.tried), "a failed proof is kept nowhere"

    def test_the_order_number_may_still_be_corrected(self, caller: Caller) -> None:
        caller.means("refund_status", order_number="47291")
        caller.means("refund_status", order_number="58306")
        assert caller.keys == ["corrected", "ask_identity"]
        caller.means(None, identity="0102")
        assert caller.lookups[0].slots == {"order_number": "58306", "identity": "0102"}

    def test_of_a_whole_telephone_number_the_last_digits_count(self, caller: Caller) -> None:
        prove(caller, "refund_status", identity="01055500101")
        assert caller.keys[0] == "refund_status_found"

    def test_the_order_number_said_again_is_no_proof(self, caller: Caller) -> None:
        caller.means("refund_status", order_number="47291")
        caller.means("refund_status", identity="47291")
        assert caller.keys == ["no_match_1", "ask_identity"]
        caller.means("refund_status", identity="58306")
        assert caller.keys == ["corrected", "ask_identity"], "another one is meant"
        assert caller.lookups == []

    def test_it_may_be_typed(self, caller: Caller) -> None:
        caller.means("refund_status", order_number="47291")
        caller.presses("0101")
        assert caller.keys[0] == "refund_status_found"

    def test_an_order_that_does_not_exist_is_told(self, caller: Caller) -> None:
        prove(caller, "refund_status", order="11111")
        assert caller.keys == ["order_status_missing", "ask_order_number"]

    def test_a_caller_who_does_not_know_it_hears_of_another_proof_then_of_a_person(self, caller: Caller) -> None:
        caller.means("refund_status", order_number="47291")
        first = caller.words
        caller.means("dont_know")
        assert caller.keys == ["ask_identity"]
        assert caller.words != first
        assert caller.means("dont_know").action is Action.OFFER_AGENT


class TestConfirmation:
    """What is costly is read back."""

    def test_with_its_values(self, caller: Caller) -> None:
        prove(caller, "cancel_order")
        assert caller.decision.action is Action.CONFIRM
        assert "사 칠 이 구 일" in caller.words
        caller.means("yes")
        assert caller.keys == ["cancel_order_found", "anything_else"]

    def test_several_values_are_asked_for_one_after_another(self, caller: Caller) -> None:
        prove(caller, "change_address")
        assert caller.keys == ["ask_address"]
        assert caller.decision.expect.kind == "slot"
        caller.means("change_address", address="서울시 마포구 양화로 12")
        assert caller.decision.action is Action.CONFIRM
        assert "마포구 양화로 십이" in caller.words, "without digits"
        caller.means("yes")
        assert caller.lookups[-1].slots["address"] == "서울시 마포구 양화로 12"

    def test_a_no_with_another_number_corrects_it_and_asks_who_calls(self, caller: Caller) -> None:
        prove(caller, "cancel_order")
        caller.means("no", order_number="58306")
        assert caller.keys == ["corrected", "ask_identity"], "another order: another proof"
        assert "오 팔 삼 공 육" in caller.words
        caller.means(None, identity="0102")
        assert caller.decision.action is Action.CONFIRM
        assert "오 팔 삼 공 육" in caller.words

    def test_a_no_alone_asks_what_to_change(self, caller: Caller) -> None:
        prove(caller, "change_address")
        caller.means("change_address", address="서울시 마포구")
        caller.means("no")
        assert caller.keys == ["ask_change"]
        caller.means(None)
        assert caller.keys == ["ask_address"], "what was told freely is told anew"
        caller.means("change_address", address="부산시 해운대구")
        assert "부산시" in caller.words
        assert caller.decision.action is Action.CONFIRM

    @pytest.mark.parametrize("answers", [["goodbye"], ["no", "goodbye"]])
    def test_a_goodbye_leaves_it_and_says_so(self, caller: Caller, answers: list[str]) -> None:
        prove(caller, "cancel_order")
        for said in answers:
            caller.means(said)
        assert caller.keys == ["not_done", "goodbye"]
        assert caller.state.ended
        done_by = caller.content.requests["cancel_order"].connector
        assert done_by not in [lookup.connector for lookup in caller.lookups]

    def test_a_second_no_leaves_it(self, caller: Caller) -> None:
        prove(caller, "cancel_order")
        caller.means("no")
        caller.means("no")
        assert caller.keys == ["not_done", "anything_else"]
        assert [lookup.connector for lookup in caller.lookups] == ["shop.verify"]

    def test_saying_the_request_again_is_a_yes(self, caller: Caller) -> None:
        prove(caller, "cancel_order")
        caller.means("cancel_order")
        assert caller.keys[0] == "cancel_order_found"

    def test_after_two_failures_keys_answer_it(self, caller: Caller) -> None:
        prove(caller, "cancel_order")
        caller.means(None)
        caller.means(None)
        assert caller.keys[-1] == "keys_yes_no"
        caller.presses("1")
        assert caller.keys[0] == "cancel_order_found"


class TestDoubts:
    """What is not sure is asked back before it is acted on."""

    def test_a_value_is_read_back(self, caller: Caller) -> None:
        caller.means("order_status", order_number="47291", confidence=0.5)
        assert caller.keys == ["check_slot"]
        assert "사 칠 이 구 일" in caller.words
        assert caller.decision.expect.partial == "47291", "an answer may correct it"
        caller.means("yes")
        assert caller.keys[0] == "order_status_on_the_way"

    def test_a_no_asks_again_in_other_words(self, caller: Caller) -> None:
        caller.means("order_status")
        asked = caller.words
        caller.means("order_status", order_number="47291", confidence=0.5)
        caller.means("no")
        assert caller.keys == ["ask_order_number"]
        assert caller.words != asked

    def test_the_right_value_may_come_with_the_no(self, caller: Caller) -> None:
        caller.means("order_status", order_number="47295", confidence=0.5)
        caller.means("no", order_number="47291")
        assert caller.keys[0] == "order_status_on_the_way"

    def test_what_is_read_back_anyway_is_read_back_once(self, caller: Caller) -> None:
        prove(caller, "refund_status")
        caller.means("cancel_order", order_number="47291", confidence=0.5)
        assert caller.decision.action is Action.CONFIRM
        assert caller.keys == ["confirm_cancel_order"]

    def test_a_request_is_asked_back_and_begun_on_yes(self, caller: Caller) -> None:
        caller.means("branch_location", sure=False)
        assert caller.keys == ["check_intent"]
        assert "매장 위치" in caller.words
        caller.means("yes")
        assert caller.keys == ["branch_location_answer", "anything_else"]

    def test_one_that_asks_first_is_named_with_its_question(self, caller: Caller) -> None:
        caller.means("order_status", sure=False)
        assert caller.keys == ["taken_as", "ask_order_number"]
        assert "주문 조회" in caller.words
        caller.means("order_status", order_number="47291")
        assert caller.keys[0] == "order_status_on_the_way"

    def test_a_no_to_that_question_means_not_that(self, caller: Caller) -> None:
        caller.means("order_status", sure=False)
        caller.means("no")
        assert caller.keys == ["no_match_1", "ask_request"]
        assert caller.state.intent is None

    def test_a_yes_to_that_question_asks_it_again(self, caller: Caller) -> None:
        caller.means("order_status", sure=False)
        asked = caller.words
        caller.means("yes")
        assert caller.keys == ["ask_order_number"]
        assert caller.words not in asked
        assert caller.state.failures == 0

    def test_two_that_are_equally_likely_are_both_named(self, caller: Caller) -> None:
        meaning = Meaning("쿠폰", "ko", "coupons", 0.5, (("payment_methods", 0.4), ("stock", 0.1)), sure=False)
        caller.meet(Heard(meaning))
        assert caller.keys == ["check_two"]
        assert "쿠폰 조회" in caller.words
        assert "결제 방법" in caller.words
        after_yes = Caller(caller.content)
        after_yes.meet(Heard(meaning))
        after_yes.means("yes")
        assert after_yes.keys == ["check_intent"], "which of the two?"
        caller.means("payment_methods", sure=False)
        assert caller.keys[0] == "payment_methods_answer"

    def test_its_number_said_with_it_speaks_for_it(self, caller: Caller) -> None:
        caller.means("order_status", sure=False, order_number="47291")
        assert caller.keys[0] == "order_status_on_the_way"

    @pytest.mark.parametrize("intent", [None, "yes", "order_status"])
    def test_its_number_in_answer_is_a_yes(self, caller: Caller, intent: str | None) -> None:
        caller.state = replace(caller.state, question="check_intent", guesses=("damaged_item",))
        caller.means(intent, confidence=0.8, order_number="58306")
        assert caller.keys[0] == "person_damaged_item"

    def test_its_number_typed_in_answer_is_a_yes(self, caller: Caller) -> None:
        caller.state = replace(caller.state, question="check_intent", guesses=("refund_status",))
        caller.presses("58306")
        assert (caller.keys, caller.state.intent) == (["ask_identity"], "refund_status")

    def test_a_number_typed_before_anything_is_asked_only_tells(self, caller: Caller) -> None:
        caller.presses("58306")
        assert caller.keys[0] == "order_status_delivered"

    def test_said_again_it_needs_no_yes(self, caller: Caller) -> None:
        caller.means("opening_hours", sure=False)
        caller.means("opening_hours", sure=False)
        assert caller.keys[-1] == "anything_else"

    def test_a_wrong_guess_is_not_made_twice(self, caller: Caller) -> None:
        caller.means("opening_hours", sure=False)
        caller.means("no")
        assert caller.keys == ["no_match_1", "ask_request"]
        assert caller.means("opening_hours", sure=False).action is Action.REPROMPT
        assert "check_intent" not in caller.keys

    def test_a_wrong_guess_does_not_lose_what_was_begun(self, caller: Caller) -> None:
        caller.means("order_status")
        caller.means("opening_hours", sure=False)
        caller.means("no")
        assert caller.keys[-1] == "ask_order_number"


class TestSeveralRequests:
    """What was begun is not lost."""

    def test_another_one_is_answered_then_the_first_gone_on_with(self, caller: Caller) -> None:
        caller.means("order_status")
        caller.means("delivery_fee")
        assert caller.keys == ["delivery_fee_answer", "resume", "ask_order_number"]
        assert caller.decision.action is Action.ANSWER
        caller.means("order_status", order_number="47291")
        assert caller.keys == ["order_status_on_the_way", "anything_else"]

    def test_what_was_told_before_is_kept(self, caller: Caller) -> None:
        prove(caller, "change_address")
        caller.means("delivery_fee")
        assert caller.keys == ["delivery_fee_answer", "resume", "ask_address"]

    def test_one_that_needs_a_look_up_itself(self, caller: Caller) -> None:
        prove(caller, "cancel_order")
        caller.means("order_status", order_number="58306")
        assert caller.keys[:2] == ["order_status_delivered", "resume"]
        assert caller.decision.action is Action.CONFIRM
        assert "사 칠 이 구 일" in caller.words, "of the order that was to be cancelled"

    def test_no_leaves_what_is_come_back_to(self, caller: Caller) -> None:
        caller.means("order_status")
        caller.means("delivery_fee")
        caller.means("no")
        assert caller.keys == ["not_done", "anything_else"]

    def test_a_change_of_mind_drops_the_first(self, caller: Caller) -> None:
        caller.means("order_status")
        caller.also("delivery_fee", instead=True)
        assert caller.keys == ["delivery_fee_answer", "anything_else"]

    def test_of_one_breath_they_are_done_in_turn(self, caller: Caller) -> None:
        caller.also("delivery_fee", "branch_location", "order_status")
        assert caller.keys == [
            *("delivery_fee_answer", "next_wish", "branch_location_answer", "next_wish", "ask_order_number"),
        ]
        assert caller.state.resolved == 2

    def test_it_is_the_order_talked_about_before(self, caller: Caller) -> None:
        caller.means("order_status", order_number="47291")
        caller.means("cancel_order")
        assert caller.keys == ["ask_identity"], "its number is known"
        caller.means(None, identity="0101")
        assert "사 칠 이 구 일" in caller.words, "and read back before anything is done"

    def test_the_same_request_again_is_about_another_order(self, caller: Caller) -> None:
        caller.means("order_status", order_number="47291")
        caller.means("order_status")
        assert caller.keys == ["ask_order_number"]

    def test_a_number_said_without_a_request_is_not_asked_for_again(self, caller: Caller) -> None:
        caller.means(None, order_number="47291")
        assert caller.keys[-1] == "ask_request"
        caller.means("order_status")
        assert caller.keys[0] == "order_status_on_the_way"


class TestPeople:
    """What only a person can do goes to one; the caller hears why."""

    def test_at_once(self, caller: Caller) -> None:
        decision = caller.means("complaint")
        assert (decision.handoff, decision.outcome) == (HandoffReason.BUSINESS_RULE, "handed_off")
        assert caller.keys == ["person_complaint", "handing_over"]

    @pytest.mark.parametrize("answer", ["number", "dont_know", "unknown"])
    def test_its_number_is_asked_for_once_and_may_be_missing(self, caller: Caller, answer: str) -> None:
        caller.means("damaged_item")
        assert caller.keys == ["ask_order_number"]
        if answer == "number":
            caller.means(None, order_number="58306")
        else:
            caller.means("dont_know" if answer == "dont_know" else None)
        assert caller.decision.handoff is HandoffReason.BUSINESS_RULE

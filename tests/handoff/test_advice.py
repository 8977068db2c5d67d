"""What the desk suggests for what the caller says now."""

from dataclasses import replace

import pytest

from ivr.handoff.advice import Known, known_of, last_wish, plan, replies
from ivr.records.types import TurnRecord
from tests.call.stage import content
from tests.records.samples import turn

VERIFIED = Known({"order_number": "47291"}, {"order_number": "47291"}, proven=True)


def asked(intent: str | None, **slots: str) -> TurnRecord:
    return replace(turn("…"), intent=intent, slots=slots)


def test_the_latest_request_counts_and_small_talk_does_not() -> None:
    turns = [
        asked("refund_status"),
        asked("order_status"),
        asked("agent"),
        asked(None),
        turn("Sure.", speaker="agent"),
    ]
    wish = last_wish(turns, content())
    assert wish is not None and wish.request.intent == "order_status"
    assert last_wish([asked("agent"), asked("a_request_of_yesterday")], content()) is None


def planned(intent: str, known: Known = VERIFIED, **slots: str) -> tuple[str | None, str | None]:
    wish = last_wish([asked(intent, **slots)], content())
    assert wish is not None
    found = plan(wish, known)
    return found.connector, found.why


def test_what_was_verified_is_looked_up_unasked() -> None:
    wish = last_wish([asked("refund_status")], content())
    assert wish is not None
    assert plan(wish, VERIFIED).slots == {"order_number": "47291"}
    assert planned("refund_status") == ("shop.refund_status", None)


@pytest.mark.parametrize("intent", ["cancel_order", "start_return", "exchange", "change_address"])
def test_nothing_is_done_for_an_agent_who_only_looks(intent: str) -> None:
    assert planned(intent, order_number="47291", address="Seoul") == (None, "acts")


def test_what_is_personal_needs_the_verified_caller_and_the_verified_number() -> None:
    assert planned("refund_status", replace(VERIFIED, proven=False)) == (None, "not_verified")
    assert planned("refund_status", order_number="58306") == (None, "not_verified")
    assert planned("order_status", Known(), order_number="58306") == ("shop.order_status", None)


def test_what_has_to_be_asked_first_is_named() -> None:
    wish = last_wish([asked("order_status")], content())
    assert wish is not None
    assert plan(wish, Known()).missing == ("order_number",)
    assert planned("delivery_fee", Known()) == (None, "no_connector")


def test_replies_are_the_managers_words_in_the_callers_language() -> None:
    fee, order = last_wish([asked("delivery_fee")], content()), last_wish([asked("order_status")], content())
    assert fee is not None and order is not None
    [korean] = replies(fee, content(), "ko")
    [english] = replies(fee, content(), "en")
    assert korean != english and any("가" <= letter <= "힣" for letter in korean)
    assert replies(order, content(), "ko") == (), "without a look-up there is nothing to tell of an order"
    values = {"order_number": "4 7 2 9 1", "date": "내일"}
    [told] = replies(order, content(), "ko", "preparing", values)
    assert "4 7 2 9 1" in told and "내일" in told
    assert replies(order, content(), "ko", "an outcome without a reply", values) == ()


def test_a_broken_summary_counts_as_nothing_known() -> None:
    assert known_of({"verified": ["?"], "told": None, "identity_proven": "yes"}) == Known()
    assert known_of({"verified": {"order_number": 47291}, "identity_proven": True}).verified == {
        "order_number": "47291"
    }

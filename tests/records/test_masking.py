"""Personal numbers are hidden however they are said or written; what names nobody stays."""

import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from ivr.records.bus import LocalBus
from ivr.records.journal import DatabaseJournal
from ivr.records.masking import mask_text
from ivr.records.store import Store
from ivr.records.types import CallbackRecord, DecisionRecord, HandoffRecord
from tests.records.masking_forms import Form, forms
from tests.records.samples import STARTED_AT, started, turn

FORMS = forms()
LOOKED_AT = [each for each in FORMS if not each.half.startswith("held_out")]
LEAST_HIDDEN, MOST_FOR_NOTHING = 0.99, 0.01
"""What is asked of masking, of all forms together."""


@pytest.mark.parametrize("form", LOOKED_AT, ids=lambda form: form.text)
def test_a_form_that_was_looked_at_is_right(form: Form) -> None:
    assert form.problem(mask_text) is None


def test_nearly_all_numbers_are_hidden_and_hardly_anything_else() -> None:
    assert len(FORMS) >= 200
    wrong = Counter(bool(form.secret) for form in FORMS if form.problem(mask_text))
    secrets = sum(1 for form in FORMS if form.secret)
    assert wrong[True] <= (1 - LEAST_HIDDEN) * secrets
    assert wrong[False] <= MOST_FOR_NOTHING * (len(FORMS) - secrets)


def test_no_clear_digit_is_left_of_what_was_said_in_words() -> None:
    assert mask_text("공일공 일이삼사 오육칠팔") == "*" * 8
    assert (
        mask_text("my card is four one one one one one one one one one one one one one one one ok").count("one")
        == 0
    )


def test_nothing_is_left_of_a_resident_registration_number() -> None:
    assert mask_text("900101-1234567 이에요") == "************* 이에요"


def test_two_numbers_in_one_sentence_are_judged_each_by_its_name() -> None:
    masked = mask_text("주문번호 47291이고 전화번호는 010-1234-5678이에요")
    assert masked == "주문번호 47291이고 전화번호는 010****5678이에요"


def test_what_is_left_of_an_international_account_number_is_its_end() -> None:
    assert mask_text("IBAN GB29 NWBK 6016 1331 9268 19.") == "IBAN ******************6819."
    assert mask_text("use GB29 NWBK 6016 1331 9268 19 for it") == "use ******************6819 for it"
    assert mask_text("the box says GB29 NWBK 6016 13") == "the box says GB29 NWBK 6016 13", "no check digits"


def test_a_number_after_an_order_number_is_judged_by_itself() -> None:
    assert mask_text("주문번호 47291, 010-1234-5678이요") == "주문번호 47291, 010****5678이요"
    assert mask_text("郵便番号150-0043、090-1234-5678") == "郵便番号150-0043、090****5678"


def test_keys_that_were_pressed_are_hidden_too() -> None:
    assert mask_text("[keys 4111111111111111]") == "[keys ************1111]"
    assert mask_text("[keys 47291]") == "[keys 47291]"


def test_masking_twice_changes_nothing_more() -> None:
    for form in FORMS:
        once = mask_text(form.text)
        assert mask_text(once) == once, form.text


LONG = [
    "일",
    "one ",
    "a at b dot ",
    "1 ",
    "1, ",
    "に",
    "double ",
    "@",
    "a@",
    "점 골뱅이 ",
    "\n",
    "ア、",
    "ア、アット",
]
LONG += ["アドレスはアット", "에이 골뱅이 ", "l，at ", "AB12 ", "IBAN 1 a ", "order number 1, "]


@pytest.mark.parametrize("piece", LONG)
def test_a_long_text_takes_no_long_time(piece: str) -> None:
    mask_text(piece * 2_000)  # well below a second; a pattern gone wrong would take minutes


SECRET = "제 번호는 010-1234-5678이고 카드는 4111 1111 1111 1111이에요"
HIDDEN = "제 번호는 010****5678이고 카드는 ************1111이에요"


def _kept(store: Store, journal: DatabaseJournal) -> str:
    """Everything that the database holds of a call after all that may hold a caller's words was written."""
    journal.call_started(started())
    journal.turn("CA1", replace(turn(SECRET), slots={"callback_number": "+821012345678", "address": SECRET}))
    journal.caller_went_on("CA1", turn(SECRET + " 그리고요"), 0)
    journal.decision("CA1", DecisionRecord(0, "ask", f"understood {SECRET}"))
    journal.callback("CA1", CallbackRecord(STARTED_AT, "+821055500101", topic=SECRET))
    assert journal.flush(5)
    view = store.call("CA1")
    assert view is not None
    return json.dumps(view.as_json(), ensure_ascii=False)


def test_what_is_stored_holds_no_number_that_was_said(store: Store, journal: DatabaseJournal) -> None:
    kept = _kept(store, journal)
    assert kept.count(HIDDEN) == 3, (
        "the turn, the reason, the topic: the turn that went on took the first one's place"
    )
    assert "1234-5678" not in kept
    assert "1111 1111" not in kept
    assert "+821055500101" in kept, "the number to call back"


def test_the_number_to_call_back_stays_in_its_slot(store: Store, journal: DatabaseJournal) -> None:
    journal.call_started(started())
    journal.turn("CA1", replace(turn("공일공 일이삼사 오육칠팔"), slots={"callback_number": "+821012345678"}))
    assert journal.flush(5)
    view = store.call("CA1")
    assert view is not None
    (kept,) = (each.entry for each in view.turns)
    assert (kept.text, kept.slots) == ("*" * 8, {"callback_number": "+821012345678"})


def test_live_words_hold_none_either(journal: DatabaseJournal, bus: LocalBus) -> None:
    journal.call_started(started())
    with bus.subscribe("CA1") as watcher:
        journal.live("CA1", {"event": "partial", "text": SECRET})
        journal.turn("CA1", turn(SECRET))
        seen = [watcher.next(1) for _ in range(2)]
    assert [event.data["text"] for event in seen if event is not None] == [HIDDEN, HIDDEN]


def test_it_can_be_switched_off(store: Store) -> None:
    journal = DatabaseJournal(store, LocalBus(), mask=False)
    assert SECRET in _kept(store, journal)
    journal.close()


def test_a_polished_summary_takes_the_place_of_the_plain_one_and_of_nothing_else(
    store: Store, journal: DatabaseJournal
) -> None:
    journal.call_started(started())
    journal.summary("CA1", {"headline": "before there is a hand-off"})
    journal.handoff("CA1", HandoffRecord("caller_asked", {"headline": "plain"}))
    journal.handoff_status("CA1", "accepted", "mina")
    journal.summary("CA1", {"headline": "polished"})
    assert journal.flush(5)
    view = store.call("CA1")
    assert view is not None and view.handoff is not None
    kept = view.handoff.entry
    assert (kept.summary, kept.status, kept.agent) == ({"headline": "polished"}, "accepted", "mina")


def test_earlier_calls_of_a_number_are_told_newest_first(store: Store, journal: DatabaseJournal) -> None:
    day = timedelta(days=1)
    for at, call_sid in enumerate(("CA1", "CA2", "CA3", "CA4")):
        journal.call_started(started(call_sid, STARTED_AT + at * day))
        journal.turn(call_sid, replace(turn("언제 와요"), intent="order_status"))
        journal.turn(call_sid, replace(turn("상담원"), intent="agent"))
        if call_sid != "CA3":  # which goes on
            journal.call_ended(call_sid, STARTED_AT + at * day, "handed_off")
    assert journal.flush(5)
    found = store.earlier_calls("+821012345678", STARTED_AT + day, but="CA4")
    assert [call.call_sid for call in found] == ["CA2"], "the first is too long ago"
    assert (found[0].outcome, found[0].intents) == ("handed_off", ("order_status", "agent"))
    assert store.earlier_calls("+821099999999", STARTED_AT, but="") == ()

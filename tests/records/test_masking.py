"""Personal numbers are hidden however they are said or written; what names nobody stays."""

from collections import Counter

import pytest

from ivr.records.masking import mask_text
from tests.records.masking_forms import Form, forms

FORMS = forms()
LEAST_HIDDEN, MOST_FOR_NOTHING = 0.99, 0.01
"""What is asked of masking, of all forms together."""


@pytest.mark.parametrize("form", [each for each in FORMS if each.half != "held_out"], ids=lambda form: form.text)
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


def test_keys_that_were_pressed_are_hidden_too() -> None:
    assert mask_text("[keys 4111111111111111]") == "[keys ************1111]"
    assert mask_text("[keys 47291]") == "[keys 47291]"


def test_masking_twice_changes_nothing_more() -> None:
    for form in FORMS:
        once = mask_text(form.text)
        assert mask_text(once) == once, form.text


@pytest.mark.parametrize(
    "piece", ["일", "one ", "a at b dot ", "1 ", "1, ", "に", "double ", "@", "a@", "점 골뱅이 ", "\n"]
)
def test_a_long_text_takes_no_long_time(piece: str) -> None:
    mask_text(piece * 2_000)  # a quarter of a second at the very most; a pattern gone wrong would take minutes

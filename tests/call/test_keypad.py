"""Key presses: for a choice, for a number, and for a person."""

from ivr.call.keypad import BETWEEN_KEYS_MS, Keypad, due, press
from ivr.understanding.types import ANYTHING, Expectation

NUMBER = Expectation("digits", slot="order_number", digits=5)


def type_keys(keys: str, expecting: Expectation) -> tuple[Keypad, list[str]]:
    pad, acted = Keypad(), []
    for index, key in enumerate(keys):
        pad, action = press(pad, key, expecting, now_ms=index * 300)
        acted += [action] if action else []
    return pad, acted


def test_a_key_acts_at_once_when_no_number_was_asked_for() -> None:
    assert type_keys("0", ANYTHING) == (Keypad(), ["0"])
    assert type_keys("2", Expectation("choice", keys={"2": "order_status"}))[1] == ["2"]


def test_what_may_be_typed_is_collected_though_it_is_no_number() -> None:
    name_or_digits = Expectation("slot", slot="identity", digits=4, typed=True)
    assert type_keys("5678", name_or_digits)[1] == ["5678"]
    assert type_keys("56#", name_or_digits)[1] == ["56"]


def test_a_number_is_complete_with_its_last_digit() -> None:
    pad, acted = type_keys("61042", NUMBER)
    assert acted == ["61042"]
    assert pad.keys == ""


def test_a_hash_closes_a_number_of_any_length() -> None:
    assert type_keys("472#", NUMBER)[1] == ["472"]
    assert type_keys("#", NUMBER)[1] == []


def test_a_lone_zero_asks_for_a_person_after_a_pause_even_where_a_number_was_asked_for() -> None:
    pad, acted = type_keys("0", NUMBER)
    assert acted == []
    assert due(pad, BETWEEN_KEYS_MS - 1) == (pad, None)
    assert due(pad, BETWEEN_KEYS_MS) == (Keypad(), "0")


def test_digits_typed_short_are_acted_on_after_a_pause() -> None:
    pad, _ = type_keys("472", NUMBER)
    assert due(pad, 600 + BETWEEN_KEYS_MS) == (Keypad(), "472")

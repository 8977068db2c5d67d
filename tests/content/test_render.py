"""From keys to spoken words."""

from datetime import date

import pytest

from ivr.content.render import render, spoken_language
from ivr.content.spoken import speak_date, spell_digits
from ivr.content.types import Content, Language, Text
from ivr.dialogue.types import Say
from ivr.errors import ContentError

CONTENT = Content(
    version="1",
    requests={},
    texts={
        "ko": {
            "hello": Text("hello", {"neutral": ("안녕하세요", "어서 오세요"), "apologetic": ("죄송합니다",)}),
            "order": Text("order", {"neutral": ("번호 {number}",)}),
        },
        "en": {"hello": Text("hello", {"neutral": ("Hello",)})},
        "ja": {},
        "zh": {},
    },
)


def test_wordings_come_in_turn_and_begin_again() -> None:
    said = [render(CONTENT, Say("hello", wording=n), "ko") for n in range(3)]
    assert said == ["안녕하세요", "어서 오세요", "안녕하세요"]


def test_a_tone_falls_back_to_neutral() -> None:
    assert render(CONTENT, Say("hello"), "ko", "apologetic") == "죄송합니다"
    assert render(CONTENT, Say("hello"), "ko", "brisk") == "안녕하세요"


def test_a_missing_language_is_spoken_in_english_then_korean() -> None:
    assert render(CONTENT, Say("hello"), "ja") == "Hello"
    assert render(CONTENT, Say("order", {"number": "일 이"}), "zh") == "번호 일 이"
    assert spoken_language(CONTENT, "hello", "zh") == "en"


def test_a_missing_text_or_value_is_named() -> None:
    with pytest.raises(ContentError, match="'nothing' is in no language"):
        render(CONTENT, Say("nothing"), "ko")
    with pytest.raises(ContentError, match=r"'order' .* needs a value for 'number'"):
        render(CONTENT, Say("order"), "ko")


@pytest.mark.parametrize(
    ("language", "spoken"),
    [
        ("ko", "사 칠 이 공 일"),
        ("en", "four seven two zero one"),
        ("ja", "よん、なな、に、ゼロ、いち"),
        ("zh", "四 七 二 零 一"),
    ],
)
def test_numbers_are_spelled_digit_by_digit(language: Language, spoken: str) -> None:
    assert spell_digits("47-201", language) == spoken


@pytest.mark.parametrize(
    ("language", "day", "spoken"),
    [
        ("ko", date(2026, 6, 2), "내일"),
        ("ko", date(2026, 6, 21), "유월 이십일일"),
        ("ko", date(2026, 10, 10), "시월 십일"),
        ("en", date(2026, 5, 31), "yesterday"),
        ("en", date(2026, 12, 3), "on December third"),
        ("en", date(2026, 7, 22), "on July twenty-second"),
        ("en", date(2026, 7, 30), "on July thirtieth"),
        ("ja", date(2026, 12, 31), "十二月三十一日"),
        ("zh", date(2026, 6, 1), "今天"),
        ("zh", date(2026, 11, 20), "十一月二十号"),
    ],
)
def test_days_are_named_as_people_do(language: Language, day: date, spoken: str) -> None:
    assert speak_date(day, date(2026, 6, 1), language) == spoken

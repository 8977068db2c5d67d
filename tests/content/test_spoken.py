"""Numbers, money, days, times and slots in words: never a digit, and as people say them."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest

from ivr.content.numerals import cardinal
from ivr.content.spoken import (
    speak_amount,
    speak_count,
    speak_datetime,
    speak_slot,
    speak_text,
    speak_time,
)
from ivr.content.types import LANGUAGES, SLOT_KINDS, Language

NOW = datetime(2026, 11, 22, 10, 0)


@pytest.mark.parametrize(
    ("number", "ko", "en", "ja", "zh"),
    [
        (0, "영", "zero", "ゼロ", "零"),
        (10, "십", "ten", "十", "十"),
        (21, "이십일", "twenty-one", "二十一", "二十一"),
        (105, "백오", "one hundred five", "百五", "一百零五"),
        (110, "백십", "one hundred ten", "百十", "一百一十"),
        (2_200, "이천이백", "two thousand two hundred", "二千二百", "两千两百"),
        (10_000, "만", "ten thousand", "一万", "一万"),
        (10_050, "만 오십", "ten thousand fifty", "一万五十", "一万零五十"),
        (29_900, "이만 구천구백", "twenty-nine thousand nine hundred", "二万九千九百", "两万九千九百"),
        (110_000, "십일만", "one hundred ten thousand", "十一万", "十一万"),
        (10_000_000, "천만", "ten million", "一千万", "一千万"),
        (100_005_000, "일억 오천", "one hundred million five thousand", "一億五千", "一亿零五千"),
        (-3, "마이너스 삼", "minus three", "マイナス三", "负三"),
    ],
)
def test_numbers_in_words(number: int, ko: str, en: str, ja: str, zh: str) -> None:
    assert [cardinal(number, language) for language in LANGUAGES] == [ko, en, ja, zh]


def test_a_number_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="is outside"):
        cardinal(10**12, "ko")


def test_every_number_has_words_of_its_own() -> None:
    numbers = [*range(1200), *range(1200, 99_999_999, 98_765)]
    for language in LANGUAGES:
        words = [cardinal(number, language) for number in numbers]
        assert len(set(words)) == len(numbers)
        assert not any(re.search(r"\d|  |^ | $", word) for word in words)


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, ["한", "one", "一", "一"]), (2, ["두", "two", "二", "两"]), (20, ["스무", "twenty", "二十", "二十"])],
)
def test_counts_stand_before_what_is_counted(number: int, words: list[str]) -> None:
    assert [speak_count(number, language) for language in LANGUAGES] == words


def test_korean_counts_natively_up_to_ninety_nine() -> None:
    assert [speak_count(number, "ko") for number in (0, 21, 37, 99, 100)] == [
        "영",
        "스물한",
        "서른일곱",
        "아흔아홉",
        "백",
    ]


def test_amounts_of_won() -> None:
    assert [speak_amount(29_900, language) for language in LANGUAGES] == [
        "이만 구천구백 원",
        "twenty-nine thousand nine hundred won",
        "二万九千九百ウォン",
        "两万九千九百韩元",
    ]


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (time(0, 0), ["자정", "midnight", "午前零時", "半夜十二点"]),
        (time(0, 30), ["밤 열두 시 반", "half past twelve at night", "午前零時半", "半夜十二点半"]),
        (time(9, 0), ["오전 아홉 시", "nine in the morning", "午前九時", "上午九点"]),
        (time(12, 0), ["낮 열두 시", "noon", "正午", "中午十二点"]),
        (time(14, 5), ["오후 두 시 오 분", "two oh five in the afternoon", "午後二時五分", "下午两点零五分"]),
        (time(22, 15), ["밤 열 시 십오 분", "ten fifteen at night", "午後十時十五分", "晚上十点十五分"]),
    ],
)
def test_times_of_day(at: time, words: list[str]) -> None:
    assert [speak_time(at, language) for language in LANGUAGES] == words


def test_moments_are_told_from_now() -> None:
    tomorrow, later = datetime(2026, 11, 23, 15), datetime(2026, 12, 3, 9, 30)
    assert [speak_datetime(tomorrow, NOW, language) for language in LANGUAGES] == [
        "내일 오후 세 시",
        "tomorrow at three in the afternoon",
        "明日の午後三時",
        "明天下午三点",
    ]
    assert [speak_datetime(later, NOW, language) for language in LANGUAGES] == [
        "십이월 삼일 목요일 오전 아홉 시 반",
        "on Thursday, December third, at half past nine in the morning",
        "十二月三日木曜日の午前九時半",
        "十二月三号星期四上午九点半",
    ]
    assert speak_datetime(tomorrow, None, "ko") == "십일월 이십삼일 월요일 오후 세 시"


def test_a_moment_of_another_zone_is_told_in_the_calls() -> None:
    seoul = timezone(timedelta(hours=9))
    now = datetime(2026, 11, 22, 10, tzinfo=seoul)
    assert speak_datetime(datetime(2026, 11, 22, 20, tzinfo=UTC), now, "en") == "tomorrow at five in the morning"


@pytest.mark.parametrize(
    ("kind", "value", "language", "words"),
    [
        ("digits", "47291", "ko", "사 칠 이 구 일"),
        ("phone", "+821012345678", "ko", "공 일 공, 일 이 삼 사, 오 육 칠 팔"),
        ("phone", "+821012345678", "zh", "零 一 零，一 二 三 四，五 六 七 八"),
        ("phone", "+12025550104", "en", "country code one, two zero two, five five five, zero one zero four"),
        ("datetime", "2026-11-23", "ko", "내일"),
        ("datetime", "2026-11-23T15:00", "en", "tomorrow at three in the afternoon"),
        ("datetime", "2026-11-23TAF", "ja", "明日の午後"),
        ("datetime", "T15:30", "zh", "下午三点半"),
        ("amount", "29900", "ko", "이만 구천구백 원"),
        ("amount", "29.5", "en", "twenty-nine point five"),
        ("yes_no", "no", "ja", "いいえ"),
        ("identity", "0101", "ko", "공 일 공 일"),
        ("identity", "김하늘", "ko", "김하늘"),
        ("product", "kettle", "ko", "전기 주전자"),
        ("product", "x-99", "en", "x ninety-nine"),
        ("text", "테헤란로 152-3, 3층 301호", "ko", "테헤란로 백오십이 다시 삼, 삼층 삼백일호"),
        (
            "text",
            "call 010-1234-5678",
            "ja",
            "call ゼロ、いち、ゼロ、の、いち、に、さん、よん、の、ご、ろく、なな、はち",
        ),
        ("text", "１２ 😀 <b>29,900</b> & 100%", "ko", "십이 b 이만 구천구백 b 백"),
    ],
)
def test_slots_are_read_back(kind: str, value: str, language: Language, words: str) -> None:
    spoken_kind = next(known for known in SLOT_KINDS if known == kind)
    assert speak_slot(spoken_kind, value, language, NOW, {"kettle": "전기 주전자"}) == words


@pytest.mark.parametrize(
    "value", ["", " ", "٣٤", "²½①", "2026-13-45", "T99:99", "NaN", "1e400", "9" * 5000, "\ud800", "{x}"]
)
def test_no_value_is_too_odd_to_be_read_back(value: str) -> None:
    for kind in SLOT_KINDS:
        for language in LANGUAGES:
            assert not re.search(r"[\d{}]", speak_slot(kind, value, language, NOW))


def test_long_text_is_read_in_part() -> None:
    assert len(speak_text("아주 긴 이야기 " * 1000, "ko")) <= 120


def test_days_far_from_now_are_dates() -> None:
    assert speak_slot("datetime", date(2026, 12, 25).isoformat(), "en", NOW) == "on Friday, December twenty-fifth"

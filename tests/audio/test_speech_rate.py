"""Counting syllables in four languages, and the rate they make."""

import pytest

from audio.contracts import Language
from audio.speech_rate import speech_rate, syllables

KANJI_WORDS = {
    "問題": "もんだい",
    "株式会社": "かぶしきがいしゃ",
    "郵便番号": "ゆうびんばんごう",
    "注文": "ちゅうもん",
    "配送": "はいそう",
    "返品": "へんぴん",
    "電話番号": "でんわばんごう",
    "営業時間": "えいぎょうじかん",
    "担当者": "たんとうしゃ",
    "確認": "かくにん",
    "住所": "じゅうしょ",
    "名前": "なまえ",
    "今日": "きょう",
    "明日": "あした",
    "荷物": "にもつ",
    "料金": "りょうきん",
    "会員登録": "かいいんとうろく",
    "領収書": "りょうしゅうしょ",
}


@pytest.mark.parametrize(
    ("text", "language", "count"),
    [
        ("안녕하세요", "ko", 5),
        ("주문 번호는 47291이에요.", "ko", 5 + 5 + 3),
        ("네", "ko", 1),
        ("where is my order", "en", 5),
        ("I'd like to return it, please", "en", 7),
        ("four seven two nine one", "en", 6),
        ("47291", "en", 6),
        ("70", "en", 4),
        ("didn't", "en", 2),
        ("don't", "en", 1),
        ("请问营业时间是几点", "zh", 9),
        ("请问營業時間", "zh", 6),
        ("47291", "zh", 5),
        ("きょうはいいてんきです", "ja", 10),
        ("がっこう", "ja", 4),
        ("ラーメン", "ja", 4),
        ("ｶﾞｯｺｳ", "ja", 4),
        ("シャツ", "ja", 2),
        ("47", "ja", 4),
        ("お願いします", "ja", 7),
        ("", "ko", 0),
        ("… ?! 🙂", "en", 0),
    ],
)
def test_syllables_are_counted_as_read_aloud(text: str, language: Language, count: int) -> None:
    assert syllables(text, language) == count


def test_decomposed_hangul_counts_like_composed() -> None:
    assert syllables("\u1112\u1161\u11ab\u1100\u1173\u11af", "ko") == 2


def test_languages_mix_within_a_sentence() -> None:
    assert syllables("order 취소해 주세요", "ko") == 2 + 6


def test_english_words_are_counted_within_a_tenth() -> None:
    words = {
        "delivery": 4, "customer": 3, "service": 2, "package": 2, "shipped": 1, "wanted": 2, "table": 2, "idea": 3,
        "radio": 3, "business": 2, "every": 2, "tomorrow": 3, "received": 2, "refund": 2, "exchange": 2,
        "telephone": 3, "manager": 3, "information": 4, "appointment": 3, "reservation": 4, "available": 4,
        "quiet": 2, "create": 2, "usually": 4, "purchase": 2, "million": 2, "complaint": 2, "tracking": 2,
        "invoice": 2, "warehouse": 2, "electricity": 5, "operator": 4, "voicemail": 2, "duplicate": 3,
    }  # fmt: skip
    counted = sum(syllables(word, "en") for word in words)
    assert counted == pytest.approx(sum(words.values()), rel=0.1)


def test_kanji_are_estimated_within_a_tenth_over_many_words() -> None:
    estimated = sum(syllables(word, "ja") for word in KANJI_WORDS)
    assert estimated == pytest.approx(sum(syllables(kana, "ja") for kana in KANJI_WORDS.values()), rel=0.1)


def test_the_rate_is_syllables_over_voiced_seconds() -> None:
    assert speech_rate("주문 조회해 주세요", "ko", 1.6) == pytest.approx(8 / 1.6)


@pytest.mark.parametrize(
    ("text", "voiced_s"), [("", 2.0), ("...", 2.0), ("안녕", 0.0), ("안녕", 0.1), ("안녕", float("nan"))]
)
def test_without_words_or_voice_there_is_no_rate(text: str, voiced_s: float) -> None:
    assert speech_rate(text, "ko", voiced_s) is None

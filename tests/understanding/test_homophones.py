"""Japanese by its sound: the hotline's own words, however a recognizer writes them."""

import pytest

from ivr.understanding.homophones import Homophones
from ivr.understanding.japanese import readings, words
from ivr.understanding.types import Understander

OWN = Homophones(
    ["在庫はありますか", "送料はいくらですか", "駐車場はどこですか", "二倍になりますか", "店はどこですか"],
    ["機嫌が悪い"],
)


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("財固はありますか", "在庫はありますか"),
        ("座庫と総料を教えて", "座庫と送料を教えて"),  # ざこ is not ざいこ
        ("総量はいくらですか", "送料はいくらですか"),
        ("注射場はどこですか", "駐車場はどこですか"),
        ("二枚ください", "二枚ください"),
        ("点はどこですか", "点はどこですか"),  # too short to tell
        ("機嫌が悪い", "機嫌が悪い"),
        ("在庫はありますか", "在庫はありますか"),
        ("ざいこ", "ざいこ"),
        ("", ""),
        ("財固\ud800", "在庫?"),
        ("?!  a 1", "?!  a 1"),
    ],
)
def test_homophones_of_the_examples(heard: str, meant: str) -> None:
    assert OWN.respelled(heard) == meant


def test_words_of_the_examples_that_sound_alike_are_left() -> None:
    both = Homophones(["期限はいつですか", "機嫌が悪い"])
    assert both.respelled("起源はいつですか") == "起源はいつですか"


def test_without_examples_nothing_is_respelled() -> None:
    assert Homophones([]).respelled("財固") == "財固"


def test_a_text_is_its_words() -> None:
    text = "えっと、ヘッドホンの財固、 ある? \n№ 5"
    assert "".join(word.written for word in words(text)) == text


def test_a_character_is_read_as_in_words_of_two() -> None:
    (word,) = words("固")
    assert {"カタ", "コ"} <= readings(word)


# Written before the engine was seen to read any of them.
@pytest.mark.parametrize(
    ("heard", "intent"),
    [
        ("変品したいのですが", "start_return"),
        ("変品の方法を教えてください", "return_procedure"),
        ("財庫を確認してください", "stock"),
        ("在固の確認をお願いします", "stock"),
        ("営業次官を教えてください", "opening_hours"),
        ("変金はいつですか", "refund_status"),
        ("高官したいのですがサイズが合いません", "exchange"),
        ("再乳化はいつですか", "stock"),
        ("総料込みの値段ですか", "delivery_fee"),
        ("重所を変更したいです", "change_address"),
        ("注射場はありますか", "branch_location"),
    ],
)
def test_requests_written_with_homophones(understander: Understander, heard: str, intent: str) -> None:
    meaning = understander.understand(heard, "ja")
    assert (meaning.intent, meaning.sure) == (intent, True)
    assert meaning.text == heard


@pytest.mark.parametrize("text", ["公開されていますか", "上級者向けの本はありますか", "好感が持てる店員さんでした"])
def test_words_of_other_houses_stay_unknown(understander: Understander, text: str) -> None:
    assert understander.understand(text, "ja").intent is None

"""Several wishes in one breath, and changes of mind."""

import pytest

from ivr.content.types import Language
from ivr.understanding.types import Understander
from ivr.understanding.wishes import take_apart


@pytest.mark.parametrize(
    ("language", "text", "corrected"),
    [
        ("ko", "반품 아니 그거 말고 배송 조회요", "배송 조회요"),
        ("ko", "환불 말고 교환으로 해 주세요", "교환으로 해 주세요"),
        ("en", "I want to return, no wait, where is my order", "where is my order"),
        ("ja", "返品じゃなくて、注文の確認をしたいです", "注文の確認をしたいです"),
        ("zh", "我想退货 不对，帮我查物流", "帮我查物流"),
        ("ko", "반품하고 싶어요", None),
        ("ko", "말고", None),
        ("en", "actually", None),
        ("en", "", None),
    ],
)
def test_what_follows_a_change_of_mind(language: Language, text: str, corrected: str | None) -> None:
    assert take_apart(text, language).corrected == corrected


def test_wishes_are_parted() -> None:
    assert take_apart("where is my order, and when do you open", "en").wishes == (
        "where is my order",
        "when do you open",
    )
    assert take_apart("where is my order", "en").wishes == ()


@pytest.mark.parametrize(
    ("language", "text", "intent"),
    [
        ("ko", "반품하고 싶은데 아니 그거 말고 배송 조회 부탁드려요", "order_status"),
        ("ko", "영업시간 말고 반품 방법 알려 주세요", "return_procedure"),
        ("en", "I want to return an item, no wait, where is my order", "order_status"),
        ("en", "when do you open, actually I want to return something", "start_return"),
        ("ja", "営業時間じゃなくて、返品の方法を教えてください", "return_procedure"),
        ("zh", "我想退货，不对，我想查一下订单", "order_status"),
    ],
)
def test_the_corrected_wish_wins(understander: Understander, language: Language, text: str, intent: str) -> None:
    assert understander.understand(text, language).intent == intent


@pytest.mark.parametrize(
    ("language", "text", "intents"),
    [
        ("en", "where is my order, and what are your opening hours", {"order_status", "opening_hours"}),
        ("ko", "배송 조회 부탁드려요. 그리고 영업시간이 어떻게 되나요", {"order_status", "opening_hours"}),
    ],
)
def test_the_other_wish_leads_the_alternatives(
    understander: Understander, language: Language, text: str, intents: set[str]
) -> None:
    meaning = understander.understand(text, language)
    assert meaning.intent is not None
    assert {meaning.intent, meaning.alternatives[0][0]} == intents

"""What a voice can say."""

import pytest

from ivr.content.sayable import foreign_script, spelled_latin, unsayable
from ivr.content.types import Language


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ko", "네, 주문번호 {order_number}번은 「배송 중」이에요… 맞나요?"),
        ("en", "Order {order_number} — it's on its way; naïve, isn't it?"),
        ("ja", "少々お待ちください。マイ・ページ、ーです！"),
        ("zh", "您好，订单二〇二六：“已发货”。"),
    ],
)
def test_words_and_pauses_can_be_said(language: Language, text: str) -> None:
    assert unsayable(text, language) is None
    assert spelled_latin(text, language) is None


@pytest.mark.parametrize(
    ("language", "text", "why"),
    [
        ("ko", "오전 9시부터", "'9' must be written as words"),
        ("en", "at 9:30 sharp", "'9:30' must be written"),
        ("ja", "１番を押して", "'１' must be written"),
        ("en", "50 % off", "'50'"),
        ("en", "press #", "'#' can't be said"),
        ("en", "me & you", "'&' can't be said"),
        ("ko", "감사합니다 😀", "'😀' can't be said"),
        ("zh", "三①", "'①' can't be said"),
        ("en", "say 상담원", "'상' is Korean, which the en voice can't read"),
        ("ko", "注文 확인", "'注' is Chinese characters"),
        ("zh", "请按ボタン", "'ボ' is Japanese"),
        ("en", "Привет", "is Cyrillic"),
    ],
)
def test_what_a_voice_stumbles_over_is_named(language: Language, text: str, why: str) -> None:
    assert why in (unsayable(text, language) or "")


def test_latin_letters_in_other_scripts_are_told_apart() -> None:
    assert unsayable("SMS로 보내요", "ko") is None
    assert spelled_latin("SMS로 보내요 {url}", "ko") == "SMS"
    assert foreign_script("A/S 되나요", "ko") is None

"""How long to wait: whether the words so far are all the caller means to say."""

import pytest

from ivr.content.types import Content, Language
from ivr.dialogue.endpointing import Completeness, completeness
from ivr.understanding.types import ANYTHING, Expectation, Meaning, SlotValue, Understander
from tests.understanding.models import understander_of

DIGITS = Expectation("digits", "order_number", 5, intent="order_status")
YES_NO = Expectation("yes_no")
CASES: list[tuple[Language, Expectation, str, Completeness]] = [
    ("ko", DIGITS, "사칠이구일", "complete"),
    ("ko", DIGITS, "47291이요.", "complete"),
    ("ko", DIGITS, "네, 47291", "complete"),
    ("ko", DIGITS, "사칠이", "incomplete"),
    ("ko", DIGITS, "4 7 2...", "incomplete"),
    ("ko", DIGITS, "어 잠시만요 그게", "incomplete"),
    ("ko", DIGITS, "상담원", "complete"),
    ("ko", DIGITS, "몰라요", "complete"),
    ("ko", YES_NO, "네", "complete"),
    ("ko", YES_NO, "아니요 괜찮아요.", "complete"),
    ("ko", YES_NO, "네, 그런데", "incomplete"),
    ("ko", YES_NO, "네 그리고", "incomplete"),
    ("ko", ANYTHING, "영업시간이 어떻게 되나요?", "complete"),
    ("ko", ANYTHING, "상담원 연결해 주세요", "complete"),
    ("ko", ANYTHING, "제가 지난주에 주문을 했는데", "incomplete"),
    ("ko", ANYTHING, "신발을 샀는데 사이즈가 안 맞아서", "incomplete"),
    ("ko", ANYTHING, "반품하려고", "incomplete"),
    ("ko", ANYTHING, "그리고", "incomplete"),
    ("ko", ANYTHING, "음", "incomplete"),
    ("ko", ANYTHING, "저기요,", "incomplete"),
    ("ko", ANYTHING, "글쎄 모르는 이야기예요", "open"),
    ("ko", ANYTHING, "", "open"),
    ("en", DIGITS, "four seven two nine one", "complete"),
    ("en", DIGITS, "It's 47291.", "complete"),
    ("en", DIGITS, "four seven two", "incomplete"),
    ("en", DIGITS, "four seven two, um", "incomplete"),
    ("en", DIGITS, "my order number is", "incomplete"),
    ("en", DIGITS, "agent", "complete"),
    ("en", YES_NO, "yeah", "complete"),
    ("en", YES_NO, "nope.", "complete"),
    ("en", YES_NO, "yes, and", "incomplete"),
    ("en", ANYTHING, "What are your opening hours?", "complete"),
    ("en", ANYTHING, "goodbye", "complete"),
    ("en", ANYTHING, "I want to", "incomplete"),
    ("en", ANYTHING, "I bought some shoes and", "incomplete"),
    ("en", ANYTHING, "well, um", "incomplete"),
    ("en", ANYTHING, "so I was wondering…", "incomplete"),
    ("en", ANYTHING, "purple elephants dance", "open"),
    ("ja", DIGITS, "よんななにきゅういち", "complete"),
    ("ja", DIGITS, "よんななに", "incomplete"),
    ("ja", YES_NO, "はい", "complete"),
    ("ja", YES_NO, "いいえ、結構です。", "complete"),
    ("ja", ANYTHING, "営業時間を教えてください。", "complete"),
    ("ja", ANYTHING, "オペレーター", "complete"),
    ("ja", ANYTHING, "えっと", "incomplete"),
    ("ja", ANYTHING, "先週注文したんですけど", "incomplete"),
    ("ja", ANYTHING, "荷物のことで", "incomplete"),
    ("ja", ANYTHING, "空が青いですね", "open"),
    ("zh", DIGITS, "四七二九一", "complete"),
    ("zh", DIGITS, "四七二", "incomplete"),
    ("zh", YES_NO, "好的", "complete"),
    ("zh", YES_NO, "不用了", "complete"),
    ("zh", ANYTHING, "请问营业时间", "complete"),
    ("zh", ANYTHING, "人工", "complete"),
    ("zh", ANYTHING, "那个", "incomplete"),
    ("zh", ANYTHING, "我想", "incomplete"),
    ("zh", ANYTHING, "我买了鞋子，但是", "incomplete"),
    ("zh", ANYTHING, "月亮很圆", "open"),
]


@pytest.fixture(scope="module")
def understander(content: Content) -> Understander:
    return understander_of(content)


@pytest.mark.parametrize(("language", "expecting", "text", "wanted"), CASES)
def test_completeness(
    understander: Understander, language: Language, expecting: Expectation, text: str, wanted: Completeness
) -> None:
    meaning = understander.understand(text, language, expecting)
    assert completeness(meaning, expecting, text) == wanted


def test_a_request_whose_number_is_missing_may_go_on(understander: Understander, content: Content) -> None:
    text = "배송 조회 부탁드려요"
    meaning = understander.understand(text, "ko")
    assert completeness(meaning, ANYTHING, text, content) == "open"
    whole = "배송 조회 부탁드려요 주문번호 47291"
    assert completeness(understander.understand(whole, "ko"), ANYTHING, whole, content) == "complete"


@pytest.mark.parametrize(
    ("slot", "value", "text", "wanted"),
    [
        ("callback_time", "2026-11-24T15:00", "내일 오후 세 시요", "complete"),
        ("callback_number", "+821012345678", "공일공 일이삼사 오육칠팔", "complete"),
        ("product", "mug", "머그컵이요", "complete"),
        ("identity", "0101", "공일공일이요", "complete"),
        ("identity", "김하늘", "김하늘이요", "open"),
        ("address", "서울시 마포구", "서울시 마포구", "open"),
        ("address", "서울시 마포구", "서울시 마포구 그리고", "incomplete"),
    ],
)
def test_only_words_may_always_go_on(
    content: Content, slot: str, value: str, text: str, wanted: Completeness
) -> None:
    meaning = Meaning(text, "ko", None, 0.9, slots={slot: SlotValue(value, 0.9)})
    assert completeness(meaning, Expectation("slot", slot), text, content) == wanted


def test_a_no_to_what_was_read_back_may_be_followed_by_the_right_value() -> None:
    read_back = Expectation("yes_no", "order_number", 5, question="check", partial="47295")
    no = Meaning("아니요", "ko", "no", 0.98)
    assert completeness(no, read_back, no.text) == "open"
    assert completeness(no, Expectation("yes_no"), no.text) == "complete"
    right = Meaning("아니요 사칠이구일이요", "ko", "no", 0.98, slots={"order_number": SlotValue("47291", 0.9)})
    assert completeness(right, read_back, right.text) == "complete"


def test_a_caller_who_asks_for_time_goes_on() -> None:
    wait = Meaning("잠깐만요", "ko", "hold_on", 0.98)
    assert completeness(wait, DIGITS, wait.text) == "open"

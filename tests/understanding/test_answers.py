"""Values in what callers say, asked for or not; further wishes and changes of mind; how to talk."""

from collections.abc import Callable
from datetime import datetime

import pytest

from ivr.content.types import Language
from ivr.understanding.types import ANYTHING, Expectation, Meaning, Understander

Hears = Callable[..., Meaning]
NOW = datetime(2026, 11, 23, 10, 0)
NUMBER = Expectation("digits", "order_number", 5, intent="order_status")
REST = Expectation("digits", "order_number", 5, intent="order_status", partial="472")
READ_BACK = Expectation("yes_no", "order_number", intent="order_status", question="check", partial="47291")
IDENTITY = Expectation("slot", "identity", intent="cancel_order")
ADDRESS = Expectation("slot", "address", intent="change_address")
TIME = Expectation("slot", "callback_time")


@pytest.fixture
def hears(understander: Understander) -> Hears:
    def understand(text: str, language: Language = "ko", expecting: Expectation = ANYTHING) -> Meaning:
        return understander.understand(text, language, expecting, NOW)

    return understand


@pytest.mark.parametrize(
    ("text", "language", "value"),
    [("구일이요", "ko", "47291"), ("nine one", "en", "47291"), ("아니 칠삼 구일", "ko", "47391"),
     ("사칠이구일이요", "ko", "47291"), ("是五五", "zh", "47255"), ("いえ、三九一です", "ja", "47391")],
)  # fmt: skip
def test_what_completes_or_corrects_a_number_gives_all_of_it(
    hears: Hears, text: str, language: Language, value: str
) -> None:
    assert hears(text, language, REST).value("order_number") == value


@pytest.mark.parametrize(
    ("text", "language"),
    [("아니요 구오요", "ko"), ("no, nine five", "en"), ("사칠이구오예요", "ko"), ("不对，九五", "zh")],
)
def test_a_number_that_is_read_back_can_be_corrected(hears: Hears, text: str, language: Language) -> None:
    meaning = hears(text, language, READ_BACK)
    assert (meaning.intent, meaning.value("order_number"), meaning.value("answer")) == ("no", "47295", "no")


def test_a_number_that_is_read_back_can_be_agreed_to(hears: Hears) -> None:
    for text in ("네 맞아요", "네 사칠이구일이요", "괜찮아요"):
        assert hears(text, "ko", READ_BACK).intent == "yes", text


@pytest.mark.parametrize(
    ("text", "language", "answer"),
    [("是的,没错", "zh", "yes"), ("いいえ、以上です。ありがとうございました。", "ja", "no")],
)
def test_no_digit_is_heard_in_the_words_of_an_answer(
    hears: Hears, text: str, language: Language, answer: str
) -> None:
    meaning = hears(text, language, READ_BACK)
    assert (meaning.intent, meaning.value("order_number")) == (answer, None)


def test_a_no_stays_a_no_however_politely_it_ends(hears: Hears) -> None:
    checking = Expectation("yes_no", question="check")
    assert hears("아니요, 괜찮습니다", "ko", checking).intent == "no"
    assert hears("いいえ、大丈夫です", "ja", checking).intent == "no"
    assert hears("괜찮습니다", "ko", checking).intent == "yes"


def test_how_to_talk_is_no_answer(hears: Hears) -> None:
    asking = Expectation("yes_no")
    assert hears("조금 천천히 말해 주세요", "ko", asking).intent == "slower"
    assert hears("もう少しゆっくり話してください", "ja", asking).intent == "slower"
    assert hears("请再说一遍", "zh", NUMBER).intent == "repeat"


def test_agreeing_in_the_words_of_the_request_is_a_yes(hears: Hears) -> None:
    confirming = Expectation("yes_no", intent="cancel_order", question="check")
    assert hears("네 취소해 주세요", "ko", confirming).intent == "yes"
    assert hears("아니요 취소하지 마세요", "ko", confirming).intent == "no"
    assert hears("네 취소해 주세요", "ko", Expectation("yes_no")).intent == "cancel_order"


@pytest.mark.parametrize(
    ("expecting", "text", "language", "value"),
    [(IDENTITY, "제 이름은 김하늘입니다", "ko", "김하늘"), (IDENTITY, "공일공일이요", "ko", "0101"),
     (IDENTITY, "it's under James Miller please", "en", "James Miller"), (IDENTITY, "왜 물어보세요", "ko", None),
     (ADDRESS, "서울시 마포구 양화로 사십오 이층", "ko", "서울시 마포구 양화로 사십오 이층"),
     (TIME, "내일 오후 세 시에요", "ko", "2026-11-24T15:00"), (TIME, "세 시요", "ko", "2026-11-23T15:00"),
     (TIME, "내일 오전에요", "ko", "2026-11-24T10:00"), (TIME, "tomorrow at three", "en", "2026-11-24T15:00"),
     (TIME, "다음 주 화요일이요", "ko", "2026-12-01")],
)  # fmt: skip
def test_a_value_of_any_kind_answers_the_question_for_it(
    hears: Hears, expecting: Expectation, text: str, language: Language, value: str | None
) -> None:
    meaning = hears(text, language, expecting)
    assert meaning.value(expecting.slot or "") == value
    assert value is None or meaning.intent == expecting.intent


@pytest.mark.parametrize("expecting", [NUMBER, IDENTITY, ADDRESS, TIME])
@pytest.mark.parametrize(
    ("text", "intent"),
    [("상담원 바꿔 주세요", "agent"),
    ("몰라요", "dont_know"),
    ("잠깐만요", "hold_on"),
    ("영업시간이 어떻게 되나요", "opening_hours")],
)  # fmt: skip
def test_something_else_is_not_taken_for_the_value(
    hears: Hears, expecting: Expectation, text: str, intent: str
) -> None:
    meaning = hears(text, "ko", expecting)
    assert (meaning.intent, meaning.value(expecting.slot or "")) == (intent, None)


def test_days_without_a_clock_are_not_guessed(understander: Understander) -> None:
    assert understander.understand("내일 오후 세 시에요", "ko", TIME).slots == {}


def test_values_come_with_the_request(hears: Hears) -> None:
    assert hears("운동화 재고 있어요").value("product") == "sneakers"
    assert hears("do you have the electric kettle in stock", "en").value("product") == "kettle"
    assert hears("주문번호 사칠이구일 취소해 주세요").value("order_number") == "47291"


def test_several_wishes_in_one_breath_are_told_in_order(hears: Hears) -> None:
    meaning = hears("where is my order and also what are your opening hours", "en")
    assert (meaning.intent, meaning.also) == ("order_status", ("opening_hours",))
    assert hears("배송 조회 부탁드려요").also == ()


def test_a_change_of_mind_is_told(hears: Hears) -> None:
    assert hears("아니 그거 말고 반품하고 싶어요", "ko", NUMBER).instead
    assert hears("아니요 취소해 주세요", "ko", NUMBER).instead
    assert not hears("영업시간이 어떻게 되나요", "ko", NUMBER).instead


@pytest.mark.parametrize(
    ("text", "language", "command"),
    [("천천히 말씀해 주세요", "ko", "slower"),
    ("좀 더 크게 말해 주세요", "ko", "louder"),
    ("한국어로 말씀해 주세요", "ko", "speak_ko"),
    ("english please", "en", "speak_en"),
    ("日本語でお願いします", "ja", "speak_ja"),
    ("请说中文", "zh", "speak_zh"),
    ("처음부터 다시 할게요", "ko", "start_over"),
    ("hold on a second", "en", "hold_on")],
)  # fmt: skip
def test_how_to_talk_may_be_said_at_any_point(hears: Hears, text: str, language: Language, command: str) -> None:
    for expecting in (ANYTHING, NUMBER, Expectation("yes_no")):
        assert hears(text, language, expecting).intent == command


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("영어로 된 설명서 있나요", "ko"),
        ("is there a manual in english for the desk lamp", "en"),
        ("用英语怎么申请退货", "zh"),
    ],
)
def test_a_language_that_is_only_talked_about_is_not_switched_to(
    hears: Hears, text: str, language: Language
) -> None:
    assert not str(hears(text, language).intent).startswith("speak_")


@pytest.mark.parametrize(
    ("text", "language"),
    [("내일 날씨가 어떤가요?", "ko"),
    ("김치찌개 만드는 방법 좀 알려 주세요", "ko"),
    ("what will the weather be like tomorrow", "en"),
     ("カレーの作り方を教えてください", "ja"),
     ("明天天气怎么样", "zh"),
     ("what is the balance of my savings account", "en")],
)  # fmt: skip
def test_everyday_talk_is_acted_on_by_nobody(hears: Hears, text: str, language: Language) -> None:
    meaning = hears(text, language)
    assert meaning.intent is None or not meaning.sure

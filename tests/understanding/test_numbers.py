"""Numbers as callers say them and recognisers write them."""

import random

import pytest

from ivr.content.spoken import spell_digits
from ivr.content.types import LANGUAGES, Language
from ivr.understanding.numbers import find_digits, is_mostly_number

# text → digits, when five digits were asked for
KOREAN = {
    "47291": "47291",
    "４７２９１": "47291",
    "4 7 2 9 1": "47291",
    "4, 7, 2, 9, 1": "47291",
    "4-7-2 9 1": "47291",
    "47-291": "47291",
    "472, 91": "47291",
    "47,291": "47291",
    "4.7.2.9.1.": "47291",
    "47291번": "47291",
    "47291번이요": "47291",
    "47291이요": "47291",
    "47291입니다.": "47291",
    "네 47291이에요": "47291",
    "주문번호는 47291입니다": "47291",
    "사칠이구일": "47291",
    "사 칠 이 구 일": "47291",
    "사칠이 구일": "47291",
    "사칠이 구일이요": "47291",
    "사칠이구일이에요": "47291",
    "사칠이구일이요.": "47291",
    "사칠이구일인데요": "47291",
    "사칠이구일입니다": "47291",
    "사칠이구일번이요": "47291",
    "네, 사칠이구일이요": "47291",
    "주문번호 사칠이구일": "47291",
    "주문번호는 사칠이구일이에요": "47291",
    "사칠이구이요": "47292",
    "구칠이구이": "97292",
    "사칠 이구일": "47291",
    "사칠 다시 이구일": "47291",
    "사칠이 그리고 구일": "47291",
    "어 사칠이 음 구일": "47291",
    "공일이삼사": "01234",
    "영일이삼사": "01234",
    "빵일이삼사": "01234",
    "제로일이삼사": "01234",
    "오공구일사": "50914",
    "육일공사이": "61042",
    "륙일영사이요": "61042",
    "오팔삼공육이요": "58306",
    "하나둘셋넷다섯": "12345",
    "하나 둘 셋 넷 다섯이요": "12345",
    "여섯 일곱 여덟 아홉 공": "67890",
    "사만 칠천 이백 구십일": "47291",
    "사만칠천이백구십일이요": "47291",
    "4만 7천 2백 91": "47291",
    "사십칠 이백구십일": "47291",
    "사칠 29 하나": "47291",
    "사7이9일": "47291",
    "47291, 47291": "47291",
    "사칠이구일 사칠이구일이요": "47291",
    "O 1 2 3 4": "01234",
}
ENGLISH = {
    "47291": "47291",
    "4 7 2 9 1": "47291",
    "4-7-2-9-1": "47291",
    "47,291": "47291",
    "47 291.": "47291",
    "472 91": "47291",
    "#47291": "47291",
    "Four seven two nine one.": "47291",
    "four, seven, two, nine, one": "47291",
    "four-seven-two-nine-one": "47291",
    "FOUR SEVEN TWO NINE ONE": "47291",
    "it's four seven two nine one": "47291",
    "It is 47291.": "47291",
    "my order number is four seven two nine one": "47291",
    "the number's 47291, thanks": "47291",
    "yeah it's four seven two nine one please": "47291",
    "um four seven two uh nine one": "47291",
    "four seven two and then nine one": "47291",
    "four seven two dash nine one": "47291",
    "forty-seven two ninety-one": "47291",
    "forty seven two ninety one": "47291",
    "forty seven twenty nine one": "47291",
    "four seventy-two ninety-one": "47291",
    "four seven twenty nine one": "47291",
    "forty-seven thousand two hundred ninety-one": "47291",
    "forty seven thousand two hundred and ninety one": "47291",
    "four seven double two one": "47221",
    "double four seven two one": "44721",
    "triple two nine one": "22291",
    "four double seven nine one": "47791",
    "oh four seven two nine": "04729",
    "zero four seven two nine": "04729",
    "four oh seven two nine": "40729",
    "four o seven two nine": "40729",
    "oh, four seven two nine one": "47291",
    "six one zero four two": "61042",
    "sixty-one oh forty-two": "61042",
    "five eight three zero six": "58306",
    "fifty-eight three oh six": "58306",
    "nineteen three seventy five": "19375",
    "nought one two three four": "01234",
    "niner one two three four": "91234",
    "4 seven 2 nine 1": "47291",
    "for seven two nine one": "47291",
    "four seven to nine one": "47291",
    "four seven too nine won": "47291",
    "five ate three zero six": "58306",
    "47291 47291": "47291",
    "47291, so 47291": "47291",
    "four hundred seventy two ninety one": "47291",
}
JAPANESE = {
    "47291": "47291",
    "47291です": "47291",
    "注文番号は47291です": "47291",
    "4、7、2、9、1": "47291",
    "よんななにきゅういち": "47291",
    "よん、なな、に、きゅう、いち": "47291",
    "ヨンナナニキュウイチです": "47291",
    "四七二九一": "47291",
    "四万七千二百九十一": "47291",
    "よん なな にー きゅー いち": "47291",
    "ゼロいちにさんよん": "01234",
    "れい いち に さん し": "01234",
    "まるいちにさんよん": "01234",
    "〇一二三四": "01234",
    "ろくいちゼロよんに": "61042",
    "ごはちさんゼロろく": "58306",
    "しちはちくいちに": "78912",
    "よんなな の にきゅういち": "47291",
    "えっと、47291": "47291",
    "４７２９１番です": "47291",
}
CHINESE = {
    "47291": "47291",
    "我的订单号是47291": "47291",
    "四七二九一": "47291",
    "四七二九幺": "47291",
    "四七两九幺": "47291",
    "四 七 二 九 一": "47291",
    "四，七，二，九，一": "47291",
    "订单号是四七二九一。": "47291",
    "嗯，四七二九一": "47291",
    "四万七千二百九十一": "47291",
    "零一二三四": "01234",
    "〇一二三四": "01234",
    "零幺二三四": "01234",
    "洞幺两三四": "01234",
    "六一零四二": "61042",
    "五八三零六": "58306",
    "拐八九零幺": "78901",
    "是七二九要": "47291",
    "四七二久一": "47291",
    "四七二杠九一": "47291",
}
TABLES: dict[Language, dict[str, str]] = {"ko": KOREAN, "en": ENGLISH, "ja": JAPANESE, "zh": CHINESE}


@pytest.mark.parametrize(
    ("language", "text", "digits"),
    [(language, text, digits) for language, table in TABLES.items() for text, digits in table.items()],
)
def test_a_number_that_was_asked_for(language: Language, text: str, digits: str) -> None:
    found = find_digits(text, language, 5)
    assert found is not None
    assert found.value == digits
    assert 0.5 <= found.confidence <= 1.0
    assert found.span is not None
    assert 0 <= found.span[0] < found.span[1] <= len(text)


@pytest.mark.parametrize(
    ("language", "text", "digits"),
    [
        ("ko", "사칠이", "472"),
        ("ko", "사 칠 이 그리고", "472"),
        ("ko", "4 7 2...", "472"),
        ("ko", "사칠이요", "47"),
        ("ko", "구일", "91"),
        ("ko", "사칠이구일일", "472911"),
        ("ko", "010 1234 5678", "01012345678"),
        ("en", "four seven two", "472"),
        ("en", "four seven two um", "472"),
        ("en", "nine one", "91"),
        ("en", "four seven two nine one one", "472911"),
        ("ja", "よんななに", "472"),
        ("zh", "四七二", "472"),
    ],
)
def test_parts_and_wrong_lengths_are_given_as_heard(language: Language, text: str, digits: str) -> None:
    found = find_digits(text, language, 5)
    assert found is not None
    assert found.value == digits


@pytest.mark.parametrize(
    "text", ["잠시만요", "어 잠깐만요", "하나만 더요", "상담원이요", "네", "천천히 말씀해 주세요"]
)
def test_waiting_words_hold_no_number_even_when_one_was_asked_for(text: str) -> None:
    found = find_digits(text, "ko", 5)
    assert found is None or len(found.value) == 1


@pytest.mark.parametrize("text", ["아니요 없어요 감사합니다", "회사에 있어요", "내일 다시 할게요", "검사 중이에요"])
def test_a_numeral_that_ends_another_word_is_not_the_digit_asked_for(text: str) -> None:
    assert find_digits(text, "ko", 1) is None


@pytest.mark.parametrize("text", ["마지막은 칠이요", "끝자리는칠", "어칠이에요", "칠 번이요", "그러니까 칠"])
def test_the_one_digit_asked_for_is_found_between_words(text: str) -> None:
    found = find_digits(text, "ko", 1)
    assert found is not None
    assert found.value == "7"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ko", "이사 오려고요"),
        ("ko", "일요일에 영업하나요"),
        ("ko", "하나만 물어볼게요"),
        ("ko", "둘 다 반품할게요"),
        ("ko", "오늘 구매했어요"),
        ("en", "one moment please"),
        ("en", "I want to talk to someone for a minute"),
        ("en", "I have two orders"),
        ("en", "I ate too much"),
        ("ja", "今日は休みですか"),
        ("zh", "我要退货"),
        ("zh", "一共两个"),
    ],
)
def test_ordinary_words_are_no_number_when_none_was_asked_for(language: Language, text: str) -> None:
    assert find_digits(text, language) is None


def test_the_span_is_where_the_number_stands() -> None:
    text = "네, 주문번호는 사칠이 구일이에요"
    found = find_digits(text, "ko", 5)
    assert found is not None
    assert found.span is not None
    assert text[slice(*found.span)] == "사칠이 구일"
    assert is_mostly_number("네 사칠이구일이요", find_digits("네 사칠이구일이요", "ko", 5) or found)
    long = "제가 지난주에 운동화를 한 켤레 샀는데 그게 번호가 47291 이었던 것 같아요"
    assert not is_mostly_number(long, find_digits(long, "ko", 5) or found)


def test_words_that_only_sound_like_digits_are_less_sure() -> None:
    plain, alike = find_digits("four seven two nine one", "en", 5), find_digits("for seven to nine won", "en", 5)
    assert plain is not None
    assert alike is not None
    assert alike.value == plain.value
    assert alike.confidence < plain.confidence


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_is_heard_as_it_is_spelled(language: Language) -> None:
    random_numbers = random.Random(5)
    for _ in range(200):
        number = f"{random_numbers.randrange(100_000):05d}"
        found = find_digits(spell_digits(number, language), language, 5)
        assert found is not None, number
        assert found.value == number


@pytest.mark.parametrize("language", LANGUAGES)
def test_any_text_is_survived(language: Language) -> None:
    noise = random.Random(7)
    alphabet = "사칠이요 구일만천백십01289oh double zero 四万百零に さんの,.-\u200b\U0001f600ﬁ½①İ\n"
    for _ in range(300):
        text = "".join(noise.choice(alphabet) for _ in range(noise.randrange(60)))
        for wanted in (None, 1, 5):
            found = find_digits(text, language, wanted)
            assert found is None or (found.value.isascii() and found.value.isdigit())

"""Several wishes in one breath, and changes of mind."""

import pytest

from ivr.content.types import Language
from ivr.understanding.types import ANYTHING, Expectation, Understander
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


@pytest.mark.parametrize(
    ("language", "text", "parts"),
    [
        ("ko", "매장 위치하고 영업시간 좀 알려 주세요", ("매장 위치 좀 알려 주세요", "영업시간 좀 알려 주세요")),
        ("ko", "결제 방법과 배송비가 궁금합니다", ("결제 방법 궁금합니다", "배송비가 궁금합니다")),
        ("ja", "送料と支払い方法を教えてください", ("送料を教えてください", "支払い方法を教えてください")),
        ("zh", "我想知道门店地址和营业时间", ("我想知道门店地址", "营业时间")),
        ("ko", "반품하고 싶어요", ()),
        ("ja", "写真と違う商品が届きました", ()),
        ("ja", "高いと思います", ()),
        ("ja", "送料と、お支払いを教えて", ()),  # two clauses already
        ("zh", "和图片不一样", ()),
        ("ja", "と", ()),
        ("ko", "하고 ", ()),
        ("zh", "和", ()),
    ],
)
def test_things_that_share_a_verb(language: Language, text: str, parts: tuple[str, ...]) -> None:
    assert [part.replace(" ", "") for part in take_apart(text, language).sharing] == [
        part.replace(" ", "") for part in parts
    ]


# Written before the engine was seen to read any of them. Of "営業時間や店舗の住所について聞きたいのですが" and
# "告诉我你们的地址跟营业时间", of the same list, only the second is heard.
@pytest.mark.parametrize(
    ("language", "text", "intents"),
    [
        ("ko", "배송비랑 매장 위치 좀 알려 주세요", ["delivery_fee", "branch_location"]),
        ("ko", "쿠폰 사용 방법이랑 배송비 좀 물어보려고요", ["coupons", "delivery_fee"]),
        ("ko", "영업시간과 매장 주소를 문의드립니다", ["opening_hours", "branch_location"]),
        ("ko", "배송 조회하고 영업시간 확인 부탁드려요", ["order_status", "opening_hours"]),
        ("en", "tell me about coupons and delivery charges", ["coupons", "delivery_fee"]),
        ("ja", "お店の場所と営業時間を知りたいです", ["branch_location", "opening_hours"]),
        ("ja", "クーポンと送料について教えていただけますか", ["coupons", "delivery_fee"]),
        ("ja", "返品の方法と営業時間を確認したいです", ["return_procedure", "opening_hours"]),
        ("zh", "门店在哪和几点关门", ["branch_location", "opening_hours"]),
        ("zh", "请问运费和付款方式是什么", ["delivery_fee", "payment_methods"]),
        ("zh", "退货流程和邮费我想了解一下", ["return_procedure", "delivery_fee"]),
    ],
)
def test_two_wishes_with_one_verb(
    understander: Understander, language: Language, text: str, intents: list[str]
) -> None:
    meaning = understander.understand(text, language)
    assert [meaning.intent, *meaning.also] == intents


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ko", "주문한 신발이랑 가방 반품하고 싶어요"),
        ("ko", "주문 취소하고 환불받고 싶어요"),
        ("ko", "토요일과 일요일에도 여나요"),
        ("ko", "이름하고 주소를 바꿔 주세요"),
        ("ko", "주문 번호와 배송 상태를 확인하고 싶어요"),
        ("ko", "배송 날짜와 시간을 알고 싶어요"),
        ("en", "I want to return the shoes and the bag"),
        ("en", "I want to cancel my order and get my money back"),
        ("ja", "靴と鞄を返品したいです"),
        ("ja", "カードと現金のどちらで払えますか"),
        ("ja", "妻と行きたいのですがお店はどこですか"),
        ("zh", "取消订单和退款怎么弄"),
        ("zh", "配送日期和时间是什么时候"),
        ("zh", "可以用支付宝和微信付款吗"),
    ],
)
def test_several_things_of_one_wish(understander: Understander, language: Language, text: str) -> None:
    meaning = understander.understand(text, language)
    assert meaning.intent is not None
    assert meaning.also == ()


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("我想退货，应该怎么办", "退货, 应该怎么办"),
        ("东西不要了，该怎么处理", "东西不要了, 该怎么处理"),
        ("我不想要了，怎么办", "我不想要了, 怎么办"),
        ("我需要退货，怎么办理", "我需要退货, 怎么办理"),
    ],
)
def test_only_what_is_wanted_loses_its_verb(text: str, question: str) -> None:
    assert take_apart(text, "zh").question == question


# Written before the engine was seen to read them. "我要把裤子退了，怎么操作呢", of the same list, is asked back.
@pytest.mark.parametrize(
    ("language", "text", "intent"),
    [
        ("zh", "我想退钱，要怎么弄", "return_procedure"),
        ("zh", "我想退货。请问怎么办理", "return_procedure"),
        ("zh", "我想换个尺码，应该怎么办？", "exchange"),
        ("zh", "我想取消订单，怎么办", "cancel_order"),
        ("ko", "반품하고 싶은데, 어떻게 해야 돼요?", "return_procedure"),
        ("ko", "주문을 취소하고 싶은데요, 어떻게 하죠", "cancel_order"),
        ("en", "I'd like my money back. What do I have to do?", "return_procedure"),
        ("en", "It arrived broken, what should I do", "damaged_item"),
        ("ja", "返品したいです。どうすればいいでしょうか", "return_procedure"),
        ("ja", "靴を返したいんですが、どうしたらいいですか", "return_procedure"),
    ],
)
def test_a_wish_and_how_it_is_done_are_one(
    understander: Understander, language: Language, text: str, intent: str
) -> None:
    meaning = understander.understand(text, language)
    assert (meaning.intent, meaning.also) == (intent, ())


@pytest.mark.parametrize(
    ("language", "text", "intent"),
    [
        ("ko", "됐어요. 감사합니다.", "goodbye"),
        ("en", "That's all. Thank you very much.", "goodbye"),
        ("en", "Nothing else, thanks.", "goodbye"),
        ("ja", "以上です、ありがとうございます", "goodbye"),
        ("zh", "没事了，谢谢。", "goodbye"),
        ("ko", "아니요, 감사합니다", "thanks"),
        ("en", "No, thank you.", "thanks"),
        ("ja", "いいえ、ありがとうございます", "thanks"),
        ("en", "No, leave it.", "no"),
        ("ja", "以上です", "no"),
    ],
)
def test_that_this_was_all_ends_a_question_whether_it_is_right(
    understander: Understander, language: Language, text: str, intent: str
) -> None:
    asked = Expectation(
        kind="yes_no", question="check", intent="cancel_order", slot="order_number", partial="61042"
    )
    assert understander.understand(text, language, asked).intent == intent


def test_that_this_was_all_only_declines_an_offer(understander: Understander) -> None:
    offered = Expectation(kind="yes_no")
    assert understander.understand("됐어요. 감사합니다.", "ko", offered).intent == "no"
    assert understander.understand("됐어요. 감사합니다.", "ko", ANYTHING).intent != "goodbye"

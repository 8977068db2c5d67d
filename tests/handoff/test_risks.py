"""What must reach the agent at once, and what only sounds like it."""

import pytest

from ivr.handoff.risks import QUOTED, find_risks

SAID = [
    ("ko", "legal", "이러면 변호사 통해서 연락드릴게요"),
    ("ko", "legal", "소비자보호원에 신고할 거예요"),
    ("ko", "legal", "환불 안 해 주면 소송할 겁니다"),
    ("ko", "legal", "고소하지 않을 수 없네요"),
    ("ko", "safety", "충전기에서 연기가 나고 타는 냄새가 나요"),
    ("ko", "safety", "컵이 깨져서 아이가 다쳤어요"),
    ("ko", "safety", "불이 날까 봐 안 썼는데 결국 불이 났어요"),
    ("ko", "press", "기자한테 제보할 거예요"),
    ("ko", "press", "유튜브에 다 올릴 거예요"),
    ("ko", "vulnerable", "제가 시각 장애가 있어서 문자를 못 봐요"),
    ("ko", "vulnerable", "저는 여든 넘은 노인이에요"),
    ("ko", "vulnerable", "혼자 사시는 어머니가 쓰시는 거예요"),
    ("en", "legal", "You'll be hearing from my lawyer"),
    ("en", "legal", "If you don't refund me I will sue you"),
    ("en", "legal", "I have no choice but to take legal action"),
    ("en", "safety", "The charger caught fire last night"),
    ("en", "safety", "My son got an electric shock from it"),
    ("en", "safety", "I'm fine but my daughter was hurt"),
    ("en", "press", "I'm going to post this all over social media"),
    ("en", "press", "Maybe a journalist would like to hear this"),
    ("en", "vulnerable", "I'm blind, so I can't read the label"),
    ("en", "vulnerable", "My mother is 84 years old and lives alone"),
    ("ja", "legal", "弁護士に相談します"),
    ("ja", "legal", "もう訴えるしかないですね"),
    ("ja", "safety", "充電中に煙が出たんです"),
    ("ja", "safety", "けがはありませんが、煙が出ました"),
    ("ja", "press", "SNSに書きますよ"),
    ("ja", "vulnerable", "耳が遠いのでゆっくりお願いします"),
    ("ja", "vulnerable", "妊娠しているので重い物が持てません"),
    ("zh", "legal", "再不处理我就找律师了"),
    ("zh", "legal", "不退款就去法院起诉"),
    ("zh", "safety", "充电器冒烟了"),
    ("zh", "safety", "孩子被划伤，流血了"),
    ("zh", "press", "我要发到网上曝光你们"),
    ("zh", "vulnerable", "我是残疾人，不方便出门"),
    ("zh", "vulnerable", "我今年八十多岁了"),
]

NOT_SAID = [
    ("ko", "다치지는 않았어요"),
    ("ko", "다행히 아무도 안 다쳤어요"),
    ("ko", "소송까지 할 생각은 없어요"),
    ("ko", "고소하겠다는 건 아니고요 그냥 환불해 주세요"),
    ("ko", "땅콩버터가 고소한 맛이 나서 좋아요"),
    ("ko", "변호사 사무실로 배송해 주세요"),
    ("ko", "배송이 연기됐다고 문자가 왔어요"),
    ("ko", "시스템 장애라고 나오던데요"),
    ("ko", "임산부 베개 재고 있나요"),
    ("ko", "전화가 불이 나게 와요"),
    ("ko", "뉴스에 나온 상품 있어요?"),
    ("ko", "화상 통화용 카메라 주문했어요"),
    ("en", "Nobody was hurt, I just want a new one"),
    ("en", "I'm not going to sue anybody"),
    ("en", "I don't want to take legal action over a mug"),
    ("en", "My name is Sue Miller"),
    ("en", "I'd like the window blind in white"),
    ("en", "My account has been disabled"),
    ("en", "Please press one"),
    ("en", "I saw it on the news"),
    ("en", "Can you deliver it to the hospital"),
    ("en", "It was not injured in the accident"),
    ("ja", "けがはしていません"),
    ("ja", "訴えるつもりはないです"),
    ("ja", "通信障害があると聞きました"),
    ("ja", "妊婦服の在庫はありますか"),
    ("ja", "救急箱を注文しました"),
    ("ja", "テレビ局に届けてください"),
    ("zh", "我没有受伤"),
    ("zh", "我不想打官司"),
    ("zh", "我不是要告你们"),
    ("zh", "孕妇装还有货吗"),
    ("zh", "送到律师事务所就行"),
    ("zh", "我在媒体上看到你们的广告"),
]


@pytest.mark.parametrize(("language", "kind", "text"), SAID)
def test_what_was_said_is_found_and_quoted(language: str, kind: str, text: str) -> None:
    found = {str(risk.kind): risk for risk in find_risks([(3, text, language)])}
    assert kind in found, text
    assert found[kind].turn == 3
    assert found[kind].words in text


@pytest.mark.parametrize(("language", "text"), NOT_SAID)
def test_what_only_sounds_like_it_is_not(language: str, text: str) -> None:
    assert find_risks([(0, text, language)]) == ()


def test_the_gravest_comes_first_and_each_kind_once() -> None:
    turns = [(0, "I'll call my lawyer", "en"), (2, "It caught fire. My lawyer knows.", "en")]
    assert [(risk.kind, risk.turn) for risk in find_risks(turns)] == [("safety", 2), ("legal", 0)]


def test_of_a_long_turn_the_part_that_matters_is_quoted() -> None:
    text = "well " * 40 + "and then it caught fire in the kitchen " + "you see " * 30
    (risk,) = find_risks([(0, text, "en")])
    assert "caught fire" in risk.words
    assert len(risk.words) <= QUOTED


def test_a_language_that_is_not_known_is_no_hindrance() -> None:
    assert [risk.kind for risk in find_risks([(0, "충전기에서 연기가 나요", None)])] == ["safety"]

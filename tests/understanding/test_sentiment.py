"""What callers' words say about how they feel, in four languages, with the grammar that turns them round."""

import pytest

from ivr.content.types import LANGUAGES, Language
from ivr.understanding.sentiment.reader import read_sentiment
from ivr.understanding.sentiment.types import CUE_KINDS, CueKind

SAID: list[tuple[Language, str, set[CueKind]]] = [
    ("ko", "주문한 거 언제 와요", set()),
    ("ko", "주문번호는 사칠이구일입니다", set()),
    ("ko", "벌써 세 번째 전화예요. 도대체 뭐 하는 거예요?", {"negative", "repeated"}),
    ("ko", "화난 건 아니에요", set()),
    ("ko", "걱정 안 하셔도 돼요", set()),
    ("ko", "짜증 안 나요", set()),
    ("ko", "책임자 바꿔", {"demand", "impolite"}),
    ("ko", "빨리 좀 해 주세요 급해요", {"urgency"}),
    ("ko", "아니 왜 자꾸 같은 말만 해", {"negative", "repeated", "impolite"}),
    ("ko", "네", set()),
    ("ko", "감사합니다", {"thanks"}),
    ("ko", "소비자원에 신고할 거예요", {"demand"}),
    ("en", "where is my order", set()),
    ("en", "This is the third time I'm calling, this is ridiculous!", {"negative", "repeated"}),
    ("en", "I'm not angry", set()),
    ("en", "no problem at all", set()),
    ("en", "it's not urgent", set()),
    ("en", "I want to speak to your supervisor", {"demand"}),
    ("en", "I already told you my number", {"repeated"}),
    ("en", "thank you very much", {"thanks"}),
    ("en", "you never listen, what the hell", {"profanity"}),
    ("ja", "荷物がまだ届きません", set()),
    ("ja", "何回言えばわかるんですか", {"repeated"}),
    ("ja", "怒っていません", set()),
    ("ja", "責任者を出してください", {"demand"}),
    ("ja", "もういい", {"negative"}),
    ("ja", "ふざけるな", {"negative"}),
    ("zh", "我的订单到哪里了", set()),
    ("zh", "我不生气", set()),
    ("zh", "没问题", set()),
    ("zh", "我要投诉", {"demand"}),
    ("zh", "太过分了", {"negative"}),
    ("zh", "我已经说了三遍了", {"repeated"}),
]


@pytest.mark.parametrize(("language", "text", "kinds"), SAID)
def test_what_words_say(language: Language, text: str, kinds: set[CueKind]) -> None:
    found = read_sentiment(text, language)
    assert {cue.kind for cue in found.cues} - {"polite"} == kinds


def test_intensifiers_and_diminishers_change_the_strength() -> None:
    plain, very, little = (
        read_sentiment(text, "en").negative for text in ("I'm annoyed", "I'm really annoyed", "I'm a bit annoyed")
    )
    assert little < plain < very
    assert read_sentiment("좀 짜증나요", "ko").negative < read_sentiment("너무 짜증나요", "ko").negative


def test_respect_anywhere_in_an_utterance_is_respect() -> None:
    assert read_sentiment("번호 여기 있어", "ko").impolite > 0
    assert read_sentiment("번호 여기 있어, 확인해 주세요", "ko").impolite == 0


def test_a_text_in_another_script_is_read_in_its_own_language() -> None:
    assert read_sentiment("this is ridiculous", "ko").negative > 0.5


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", ["", " ", "ㅋ", "😡" * 300, "?!" * 5_000, "\x00\u202e", "47291", "아" * 10_000])
def test_any_text_gives_strengths_in_range(language: Language, text: str) -> None:
    found = read_sentiment(text, language)
    assert all(0 <= getattr(found, kind) <= 1 for kind in CUE_KINDS)
    assert found.negative == 0

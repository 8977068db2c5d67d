"""What a waiting caller may say, in the managers' own words."""

from pathlib import Path

import pytest

from ivr.content.loader import load_content
from ivr.content.render import render
from ivr.content.types import Content, Language
from ivr.dialogue.types import Say
from ivr.handoff.types import CallerChoice
from ivr.telephony.handover_texts import HandoverTexts
from ivr.telephony.twiml import STATIC_TEXTS
from tests.telephony.house import FakeHouse


class ManagersHouse(FakeHouse):
    """Knows the real prompts."""

    def __init__(self, content: Content) -> None:
        super().__init__()
        self._content = content

    def text(self, key: str, language: Language, **values: str) -> str:
        return render(self._content, Say(key, values), language)


PROMPTS = Path(__file__).parents[2] / "prompts"


@pytest.fixture(scope="module")
def texts() -> HandoverTexts:
    return HandoverTexts(ManagersHouse(load_content(PROMPTS)), "ko")


@pytest.mark.parametrize(
    ("language", "said", "choice"),
    [
        ("ko", "네", "callback"),
        ("ko", "그냥 다시 전화 주세요.", "callback"),
        ("ko", "음성 메시지 남길게요", "voicemail"),
        ("ko", "계속 할게요", "machine"),
        ("en", "Yes, call me back, please.", "callback"),
        ("en", "I'd like to leave a message", "voicemail"),
        ("en", "let's go on", "machine"),
        ("en", "yesterday I was someone", None),
        ("ja", "折り返しお願いします", "callback"),
        ("ja", "伝言をお願いします", "voicemail"),
        ("ja", "このまま続けてください", "machine"),
        ("zh", "请给我回电话。", "callback"),
        ("zh", "我要留言", "voicemail"),
        ("zh", "继续吧", "machine"),
        ("zh", "我是张三", None),
        ("en", "", None),
        ("ko", "여보세요", None),
    ],
)
def test_a_word_is_a_choice(
    texts: HandoverTexts, language: Language, said: str, choice: CallerChoice | None
) -> None:
    assert texts.choice(None, said, language) == choice


@pytest.mark.parametrize(("key", "choice"), [("1", "callback"), ("2", "voicemail"), ("3", "machine"), ("4", None)])
def test_a_key_is_a_choice_whatever_is_heard(texts: HandoverTexts, key: str, choice: CallerChoice | None) -> None:
    assert texts.choice(key, "leave a message", "en") == choice


@pytest.mark.parametrize("key", STATIC_TEXTS)
def test_the_prompts_have_every_text_that_has_fixed_words(texts: HandoverTexts, key: str) -> None:
    for language, fixed in STATIC_TEXTS[key].items():
        assert texts.text(key, language).text
        assert fixed

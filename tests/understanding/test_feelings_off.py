"""That a caller does not want to be judged by voice or feelings is understood, in four languages."""

import pytest

from ivr.content.types import Language
from tests.call.stage import content
from tests.understanding.models import understander_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("감정 분석하지 마세요", "ko"),
        ("저기 제 목소리 분석 안 했으면 좋겠어요", "ko"),
        ("don't analyse my voice", "en"),
        ("I'd rather you didn't analyze my feelings", "en"),
        ("声の分析はやめてください", "ja"),
        ("感情を分析しないでほしいです", "ja"),
        ("请不要分析我的情绪", "zh"),
        ("别分析我的声音", "zh"),
    ],
)
def test_it_is_understood(text: str, language: Language) -> None:
    meaning = understander_of(content()).understand(text, language)
    assert (meaning.intent, meaning.sure) == ("feelings_off", True)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("목소리가 잘 안 들려요", "ko"),
        ("기분이 너무 나빠요", "ko"),
        ("I can't hear your voice", "en"),
        ("I feel bad about returning this", "en"),
        ("声が聞こえません", "ja"),
        ("我的情绪很不好", "zh"),
    ],
)
def test_speaking_of_voices_and_feelings_is_not_taken_for_it(text: str, language: Language) -> None:
    meaning = understander_of(content()).understand(text, language)
    assert meaning.intent != "feelings_off" or not meaning.sure

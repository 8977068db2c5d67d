"""Korean as spelt becomes Korean as said."""

import pytest

from tests.voices.korean import pronounce, to_phonemes


@pytest.mark.parametrize(
    ("spelt", "said"),
    [
        ("없어요", "업써요"),  # liaison of a cluster
        ("맞아요", "마자요"),  # liaison
        ("감사합니다", "감사함니다"),  # nasalisation
        ("부탁드립니다", "부탁뜨림니다"),  # tensification, nasalisation
        ("어떻게", "어떠케"),  # aspiration
        ("괜찮습니다", "괜찬씀니다"),
        ("않아요", "아나요"),  # ㅎ is dropped
        ("같이", "가치"),  # palatalisation
        ("닫히다", "다치다"),
        ("신라", "실라"),  # lateralisation
        ("독립", "동닙"),
        ("협력", "혐녁"),
        ("앉히다", "안치다"),
        ("상담원", "상다뭔"),
        ("영업시간", "영업씨간"),
        ("주문 번호", "주문 번호"),  # nothing crosses a space
    ],
)
def test_standard_pronunciation(spelt: str, said: str) -> None:
    assert pronounce(spelt) == said


def test_lax_stops_are_voiced_between_vowels_only() -> None:
    assert to_phonemes("가가 가") == "kaɡa ka"


def test_punctuation_is_kept_for_the_voice_to_pause_at() -> None:
    assert to_phonemes("네, 네.") == "ne, ne."

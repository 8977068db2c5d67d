"""Invented text is thrown away; what callers really say is not."""

from dataclasses import replace

import pytest

from audio.contracts import Language
from audio.phantoms import (
    DOUBTFUL,
    NEVER_BEGUN,
    NEVER_SAID,
    Evidence,
    bare,
    doubt,
    looks_wrong,
    reason_to_reject,
    repeats_itself,
    said_twice,
)

# As measured: a clear short answer; the same word made of quiet noise.
SAID = Evidence("네", "ko", -0.4, 0.1, 0.4, duration_s=1.2, speech_ms=320)
NOISE = Evidence("Thank you.", "en", -1.16, 0.73, 0.6, duration_s=5.0)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ko", "네"),
        ("ko", "아니요."),
        ("ko", "감사합니다"),
        ("ko", "끝"),
        ("en", "Yes."),
        ("en", "No."),
        ("en", "Thank you."),
        ("en", "Bye."),
        ("en", "7"),
        ("ja", "はい"),
        ("ja", "ありがとうございます。"),
        ("zh", "嗯"),
        ("zh", "对。"),
        ("zh", "谢谢。"),
    ],
)
@pytest.mark.parametrize("speech_ms", [None, 128, 320])
def test_a_clear_short_answer_passes(language: Language, text: str, speech_ms: int | None) -> None:
    assert reason_to_reject(replace(SAID, text=text, language=language, speech_ms=speech_ms)) is None


@pytest.mark.parametrize("text", ["Thank you.", "you", "I'm", "Bye bye!", "고마워요", "谢谢", "ん"])
@pytest.mark.parametrize("speech_ms", [None, 0, 200])
def test_a_phantom_of_noise_is_thrown_away(text: str, speech_ms: int | None) -> None:
    assert reason_to_reject(replace(NOISE, text=text, speech_ms=speech_ms))


def test_a_doubtful_word_needs_better_evidence_than_another() -> None:
    unclear = replace(SAID, average_log_probability=-0.8, no_speech_probability=0.4, speech_ms=None)
    assert doubt(unclear) == pytest.approx(0.8)
    assert reason_to_reject(replace(unclear, text="상담원")) is None
    assert "likely phantom" in (reason_to_reject(replace(unclear, text="감사합니다")) or "")
    assert reason_to_reject(replace(unclear, text="감사합니다", speech_ms=400)) is None, "the VAD heard it"


def test_a_voice_that_the_vad_heard_is_given_the_benefit_of_the_doubt() -> None:
    unclear = replace(SAID, text="상담원", average_log_probability=-1.1, no_speech_probability=0.4)
    assert reason_to_reject(replace(unclear, speech_ms=800)) is None
    assert "likely no speech" in (reason_to_reject(replace(unclear, speech_ms=None)) or "")


@pytest.mark.parametrize("text", [text for texts in NEVER_SAID.values() for text in texts])
def test_what_nobody_says_to_a_hotline_is_thrown_away_however_clear(text: str) -> None:
    sure = replace(SAID, text=f"  {text.upper()}!", average_log_probability=-0.01, speech_ms=3000)
    assert "known phantom" in (reason_to_reject(sure) or "")


@pytest.mark.parametrize(
    "text", ["MBC 뉴스 김성현입니다.", "Subtitles by the Amara.org community", "字幕由Amara.org社区提供"]
)
def test_credits_are_thrown_away_whoever_they_name(text: str) -> None:
    assert "known phantom" in (reason_to_reject(replace(SAID, text=text, speech_ms=2000)) or "")


def test_a_phantom_counts_only_when_said_alone() -> None:
    for text in ("Thank you, and where is my order?", "감사합니다 주문 조회해 주세요", "谢谢，我想退款"):
        assert reason_to_reject(replace(SAID, text=text, speech_ms=1500)) is None


@pytest.mark.parametrize("speech_ms", [0, 64])
def test_without_a_voice_the_words_must_be_clear(speech_ms: int) -> None:
    clear = replace(SAID, text="영업시간이 어떻게 되나요", speech_ms=speech_ms)
    assert reason_to_reject(clear) is None, "the VAD is deaf to some voices"
    unclear = replace(clear, average_log_probability=-0.9, no_speech_probability=0.3)
    assert "likely no speech (doubt 0.75 > 0.7)" in (reason_to_reject(unclear) or "")
    assert "phantom without a voice" in (reason_to_reject(replace(clear, text="감사합니다")) or "")


def test_a_text_that_repeats_itself_is_thrown_away() -> None:
    assert "repeats itself (9.1)" in (reason_to_reject(replace(SAID, text="a" * 80, compression_ratio=9.1)) or "")
    assert reason_to_reject(replace(SAID, text="1 1 1 1 1 1", compression_ratio=1.1)) is None


@pytest.mark.parametrize("text", ["", "  ", ". .", "♪♪", "…！？", "...-"])
def test_a_text_without_words_is_none(text: str) -> None:
    assert reason_to_reject(replace(SAID, text=text)) == "no words"


def test_the_reason_shows_the_text_and_the_numbers() -> None:
    assert reason_to_reject(NOISE) == "likely phantom (doubt 1.31 > 0.7): 'Thank you.'"


def test_whispers_two_signs_of_a_wrong_decode() -> None:
    assert not looks_wrong(-0.99, 2.4)
    assert looks_wrong(-1.01, 1.0)
    assert looks_wrong(-0.1, 2.41)
    assert not repeats_itself(2.4)


def test_the_lists_have_no_phrase_twice_and_none_that_vanishes() -> None:
    never = [bare(text) for texts in NEVER_SAID.values() for text in texts]
    doubtful = [bare(text) for texts in DOUBTFUL.values() for text in texts]
    begun = [bare(text) for texts in NEVER_BEGUN.values() for text in texts]
    for phrases in (never, doubtful):
        assert len(set(phrases)) == len(phrases)
    assert all(never + doubtful + begun)
    assert not set(never) & set(doubtful)
    assert not [word for word in doubtful if word.startswith(tuple(begun))]


@pytest.mark.parametrize(("text", "plain"), [("Ｏｋａｙ！", "okay"), ("I'm… so-so", "imsoso"), ("네, 네.", "네네")])
def test_texts_are_compared_bare(text: str, plain: str) -> None:
    assert bare(text) == plain


@pytest.mark.parametrize(
    ("text", "twice"),
    [
        ("예전에도 이랬습니까? 예전에도 이랬습니까?", True),
        ("5535. 5535 5535", True),
        ("Press 1 to send a reply. Press 1 to send a reply.", True),
        ("네네네네", False),
        ("yes yes", False),
        ("1111", False),
        ("no no no", False),
        ("472 91 472 9", False),
        ("", False),
    ],
)
def test_a_phrase_said_twice_over_is_seen(text: str, twice: bool) -> None:
    assert said_twice(text) is twice

"""Which language the call is in."""

from ivr.call.languages import CallLanguage, heard
from ivr.content.types import LANGUAGES, Language


def sure(language: Language, probability: float = 0.97) -> dict[Language, float]:
    rest = (1 - probability) / 3
    return {other: probability if other == language else rest for other in LANGUAGES}


def test_the_first_sentence_settles_the_language() -> None:
    state = heard(CallLanguage("ko"), sure("en"), speech_ms=1_200)
    assert state == CallLanguage("en", settled=True)
    assert state.hint() == "en"


def test_a_single_word_is_read_in_its_language_but_settles_nothing() -> None:
    assert CallLanguage("ko").hint() is None
    assert CallLanguage("ko").spoken(sure("en", 0.9)) == "en"
    assert CallLanguage("ko").spoken(sure("ja", 0.5)) == "ko"
    assert CallLanguage("ko", settled=True).spoken(sure("en")) == "ko"
    assert not heard(CallLanguage("ko"), sure("en"), speech_ms=300).settled


def test_doubt_between_two_others_is_no_reason_for_the_hotlines_own() -> None:
    korean: dict[Language, float] = {"ko": 0.749, "ja": 0.248, "en": 0.002, "zh": 0.001}
    assert CallLanguage("en").spoken(korean) == "ko"
    assert CallLanguage("ja").spoken(korean) == "ja"


def test_doubt_settles_nothing() -> None:
    assert not heard(CallLanguage("ko"), sure("zh", 0.6), speech_ms=2_000).settled
    assert not heard(CallLanguage("ko"), {}, speech_ms=2_000).settled


def test_the_expected_language_needs_less_to_be_believed() -> None:
    assert heard(CallLanguage("ko"), sure("ko", 0.6), speech_ms=900).settled


def test_one_foreign_name_does_not_change_the_call() -> None:
    state = CallLanguage("ko", settled=True)
    state = heard(state, sure("en"), speech_ms=900)
    assert state.language == "ko"
    state = heard(state, sure("ko"), speech_ms=900)
    state = heard(state, sure("en"), speech_ms=900)
    assert state.language == "ko"


def test_two_utterances_or_a_whole_sentence_do() -> None:
    state = heard(CallLanguage("ko", settled=True), sure("en"), speech_ms=900)
    assert heard(state, sure("en"), speech_ms=900).language == "en"
    assert heard(CallLanguage("ko", settled=True), sure("ja"), speech_ms=2_000).language == "ja"


def test_an_unsure_sentence_does_not() -> None:
    assert heard(CallLanguage("ko", settled=True), sure("en", 0.7), speech_ms=4_000).language == "ko"

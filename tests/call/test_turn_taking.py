"""Whose turn it is."""

import pytest

from audio.endpointing import WINDOW_MS, TurnState
from ivr.call.turn_taking import (
    BARGE_IN_FADING_MS,
    BARGE_IN_MS,
    END_AFTER_MS,
    END_UNHEARD_MS,
    MAX_TURN_MS,
    SPECULATE_AFTER_MS,
    BargeIn,
    is_backchannel,
    turn_has_ended,
)


def pausing(silence_ms: int, speech_ms: int = 960) -> TurnState:
    return TurnState(
        now_ms=speech_ms + silence_ms,
        first_voiced_ms=0,
        last_voiced_ms=speech_ms,
        speech_ms=speech_ms,
        in_speech=silence_ms == 0,
    )


def test_a_complete_answer_ends_the_turn_soon_and_missing_digits_late() -> None:
    assert turn_has_ended(pausing(416), "complete")
    assert not turn_has_ended(pausing(416), "open")
    assert turn_has_ended(pausing(704), "open")
    assert not turn_has_ended(pausing(1_472), "incomplete")
    assert turn_has_ended(pausing(1_504), "incomplete")


def test_the_parts_of_an_address_may_lie_further_apart() -> None:
    assert not turn_has_ended(pausing(1_056), "complete", free_text=True)
    assert not turn_has_ended(pausing(1_056), "open", free_text=True)
    assert turn_has_ended(pausing(1_088), "complete", free_text=True)
    assert not turn_has_ended(pausing(1_088), "incomplete", free_text=True)


def test_words_that_have_not_come_are_waited_for_and_not_for_ever() -> None:
    assert not turn_has_ended(pausing(1_000), None)
    assert turn_has_ended(pausing(END_UNHEARD_MS), None)


def test_nobody_is_cut_off_mid_word_unless_the_turn_is_endless() -> None:
    assert not turn_has_ended(pausing(0), "complete")
    assert turn_has_ended(pausing(0, speech_ms=MAX_TURN_MS), "incomplete")


def test_the_words_can_be_there_before_the_shortest_end_of_turn() -> None:
    assert min(END_AFTER_MS.values()) >= SPECULATE_AFTER_MS + 200
    assert all(silence % WINDOW_MS == 0 for silence in END_AFTER_MS.values())


def over_our_voice(levels_db: list[float]) -> int | None:
    """Milliseconds of speech until our voice stops; None when it goes on."""
    state = BargeIn()
    for index, level in enumerate(levels_db, 1):
        state = state.heard(index * WINDOW_MS, level)
        if state.interrupts:
            return index * WINDOW_MS
    return None


def test_words_stop_our_voice_within_six_windows() -> None:
    assert over_our_voice([-20.0] * 20) == BARGE_IN_MS
    assert BARGE_IN_MS + 2 * WINDOW_MS + 20 <= 300


def test_a_short_dying_yes_does_not() -> None:
    assert over_our_voice([-22, -18, -18, -20, -26, -30, -34, -38, -44]) is None
    assert over_our_voice([-22, -20, -23, -30, -42, -60]) is None


def test_fading_words_that_go_on_do_in_the_end() -> None:
    assert over_our_voice([-10.0] + [-25.0] * 20) == BARGE_IN_FADING_MS


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("네", "ko"),
        ("네.", "ko"),
        ("아, 네", "ko"),
        ("Uh-huh.", "en"),
        ("Okay", "en"),
        ("はい。", "ja"),
        ("嗯嗯", "zh"),
        ("", "ko"),
    ],
)
def test_backchannels(text: str, language: str) -> None:
    assert is_backchannel(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("상담원", "ko"),
        ("잠깐만요", "ko"),
        ("agent", "en"),
        ("okay stop", "en"),
        ("違います", "ja"),
        ("人工", "zh"),
        ("yes", "ko"),
    ],
)
def test_words_that_are_not(text: str, language: str) -> None:
    assert not is_backchannel(text, language)

"""Where speech begins and ends, told from made-up voice activity."""

import math

from audio.endpointing import WINDOW_MS, Phase, TurnState, advance, next_turn


def run(*parts: tuple[float, int], state: TurnState | None = None) -> TurnState:
    """Feed ``(probability, windows)`` one after the other."""
    state = state or TurnState()
    for probability, windows in parts:
        for _ in range(windows):
            state = advance(state, probability)
    return state


def test_silence_is_no_turn() -> None:
    state = run((0.02, 500))
    assert state.phase is Phase.SILENT
    assert state.first_voiced_ms is None


def test_a_word_then_silence_is_a_pausing_turn_with_its_lengths() -> None:
    state = run((0.0, 10), (0.9, 8), (0.1, 5))
    assert state.phase is Phase.PAUSING
    assert state.first_voiced_ms == 10 * WINDOW_MS
    assert state.speech_ms == 8 * WINDOW_MS
    assert state.length_ms == 8 * WINDOW_MS
    assert state.silence_ms == 5 * WINDOW_MS


def test_a_pause_inside_the_turn_does_not_begin_a_new_one() -> None:
    state = run((0.9, 8), (0.1, 12), (0.9, 4))
    assert state.phase is Phase.SPEAKING
    assert state.first_voiced_ms == 0
    assert state.length_ms == 24 * WINDOW_MS
    assert state.speech_ms == 12 * WINDOW_MS


def test_speech_goes_on_through_a_weak_window_but_does_not_begin_with_one() -> None:
    assert run((0.4, 20)).phase is Phase.SILENT
    assert run((0.9, 4), (0.4, 6)).phase is Phase.SPEAKING


def test_a_click_is_forgotten() -> None:
    clicked = run((0.9, 2), (0.0, 3))
    assert clicked.phase is Phase.SILENT
    assert clicked.first_voiced_ms is not None  # it may yet turn out to be the start of a word
    assert run((0.0, 10), state=clicked).first_voiced_ms is None


def test_a_quiet_start_is_kept_when_speech_follows() -> None:
    state = run((0.9, 2), (0.0, 4), (0.9, 3))
    assert state.phase is Phase.SPEAKING
    assert state.first_voiced_ms == 0


def test_a_probability_that_is_no_number_is_silence() -> None:
    assert run((math.nan, 100)).phase is Phase.SILENT
    assert run((0.9, 5), (math.nan, 3)).phase is Phase.PAUSING


def test_the_next_turn_begins_afresh_and_time_goes_on() -> None:
    ended = run((0.9, 10), (0.0, 20))
    fresh = next_turn(ended)
    assert fresh.now_ms == ended.now_ms
    assert fresh.phase is Phase.SILENT
    assert fresh.speech_ms == 0
    assert fresh.silence_ms == 0

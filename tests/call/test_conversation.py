"""One call, frame by frame: real ears and prompts, a script for the recognizer, no clock but the frames'."""

import pytest

from audio.errors import RecognitionError
from ivr.bench.recordings import DEFAULT_FOLDER, load
from ivr.call.conversation import ReplyOverdueError
from ivr.call.turn_taking import END_AFTER_MS
from ivr.errors import BackendDownError
from tests.call.stage import BROKEN, Stage, recording, words

HOURS = "What are your opening hours?"


def test_the_greeting_goes_out_at_once_and_says_that_a_machine_speaks() -> None:
    stage = Stage()
    assert stage.line.times("audio")[0] == 0
    stage.finish_prompt()
    greeting = stage.notebook.turns[0]
    assert greeting.speaker == "assistant"
    assert "automated" in greeting.text
    assert not greeting.interrupted


def test_a_number_without_a_language_says_that_english_is_spoken_too() -> None:
    stage = Stage(language=None)
    stage.finish_prompt()
    assert "English" in stage.notebook.turns[0].text
    stage = Stage(language="ko")
    stage.finish_prompt()
    assert "English" not in stage.notebook.turns[0].text


def test_a_question_is_answered_as_soon_as_the_silence_says_it_is_complete() -> None:
    stage = Stage()
    stage.finish_prompt()
    stage.says(words(HOURS))
    caller, answer = stage.notebook.turns[1], stage.notebook.turns[-1]
    assert caller.intent == "opening_hours"
    stage.finish_prompt()
    answer = stage.notebook.turns[-1]
    assert "nine" in answer.text
    assert answer.response_ms is not None
    assert END_AFTER_MS["complete"] - 64 <= answer.response_ms <= END_AFTER_MS["complete"] + 100


def test_the_words_are_decoded_ahead_so_that_no_final_decode_is_needed() -> None:
    stage = Stage()
    stage.finish_prompt()
    stage.says(words(HOURS))
    assert stage.recognition.asked
    assert not any(stage.recognition.asked)
    assert stage.notebook.turns[1].recognition is not None
    assert stage.notebook.turns[1].recognition["ahead"] is True


def test_a_slow_recognizer_is_waited_for() -> None:
    stage = Stage()
    stage.finish_prompt()
    stage.recognition.decode_ms = 3_000
    stage.says(words(HOURS), then_s=6)
    assert stage.heard == [HOURS]
    assert "answer" in stage.actions


def test_how_it_was_said_is_kept_with_the_turn() -> None:
    stage = Stage()
    stage.finish_prompt()
    stage.says(words(HOURS))
    turn = stage.notebook.turns[1]
    assert turn.prosody is not None
    assert turn.prosody["f0_median_hz"] is not None
    assert turn.speech_rate is not None
    assert 1.0 < turn.speech_rate < 15.0
    assert turn.emotion is None
    assert turn.frustration is not None
    assert turn.frustration < 0.05
    assert set(turn.signs or {}) <= {"words", "relief"}  # a question of these words is calm


def test_missing_digits_are_waited_for_longer_than_complete_ones() -> None:
    stage = Stage()
    stage.finish_prompt()
    stage.says(words("I want to check my order status"), name="order_status")
    stage.finish_prompt()
    stage.says(words("472"), name="number_47291_part1", then_s=1.0)
    assert len(stage.heard) == 1  # 1 s of silence after three of five digits is a breath, not an end
    stage.recognition.hears = words("47291")
    stage.hear(recording("en", "number_47291_part2"))
    stage.silence(2.0)
    assert stage.heard[-1] == "47291"
    assert stage.notebook.turns[-1].speaker == "caller" or "4 7 2 9 1" in stage.notebook.turns[-1].text


def test_words_over_our_voice_stop_it_in_time_and_what_was_heard_is_known() -> None:
    stage = Stage()
    stage.silence(1.0)
    began_ms = stage.now_ms
    stage.says(words("I want to check my order status"), name="order_status")
    (clear_ms,) = stage.line.times("clear")
    (clip,) = load(DEFAULT_FOLDER, "en", ["order_status"])
    assert clear_ms - began_ms - clip.first_voiced_ms <= 300
    greeting = stage.notebook.turns[0]
    assert greeting.interrupted
    assert greeting.text.startswith("Hello")
    assert "?" not in greeting.text  # cut before its question
    assert stage.notebook.turns[1].interrupted


@pytest.mark.parametrize(("name", "text"), [("bc_uh_huh", "Uh-huh."), ("bc_okay", "Okay.")])
def test_a_backchannel_leaves_the_prompt_running_or_resumed_and_is_no_turn(name: str, text: str) -> None:
    stage = Stage()
    stage.silence(1.0)
    stage.says(words(text), name=name)
    stage.finish_prompt()
    assert stage.heard == []
    (greeting,) = stage.notebook.turns
    assert greeting.text.endswith("?")  # to the end of "How can I help you?"
    assert not greeting.interrupted


def test_noise_that_stops_our_voice_by_mistake_lets_it_go_on() -> None:
    stage = Stage()
    stage.silence(1.0)
    stage.says(words(""), name="hours")
    stage.finish_prompt()
    assert stage.heard == []
    assert stage.actions == ["ask"]


def test_sound_without_words_is_no_turn_and_no_failure() -> None:
    stage = Stage()
    stage.finish_prompt()
    stage.says(words(""), name="bc_okay")
    assert stage.heard == []
    assert stage.actions == ["ask"]


def test_silence_climbs_the_ladder_in_other_words_each_time_then_a_person() -> None:
    stage = Stage()
    stage.silence(90)
    assert stage.actions == ["ask", "reprompt", "reprompt", "hand_off"]
    said = [turn.text for turn in stage.notebook.turns]
    assert len(set(said)) == len(said)
    assert stage.notebook.handoffs[0].reason == "unknown_intent"


def test_a_number_typed_is_as_good_as_one_said() -> None:
    stage = Stage()
    stage.finish_prompt()
    stage.says(words("I want to check my order status"), name="order_status")
    stage.finish_prompt()
    for key in "47291":
        stage.call.key(key, stage.now_ms)
        stage.silence(0.3)
    stage.finish_prompt()
    assert "[keys 47291]" in stage.heard
    assert "4 7 2 9 1" in stage.notebook.turns[-1].text


def test_zero_gets_a_person_at_once_even_over_the_greeting() -> None:
    stage = Stage()
    stage.silence(0.5)
    stage.call.key("0", stage.now_ms)
    assert stage.line.times("clear")
    assert stage.actions[-1] == "hand_off"
    assert stage.call.over
    assert stage.call.ending().next == "person"
    assert stage.notebook.handoffs[0].reason == "caller_asked"


def test_an_unknown_key_is_ignored() -> None:
    stage = Stage()
    stage.call.key("Q", 10)
    assert stage.actions == ["ask"]


def test_the_summary_says_what_was_asked_and_tried() -> None:
    stage = Stage()
    stage.finish_prompt()
    stage.says(words("I want to check my order status"), name="order_status")
    stage.finish_prompt()
    stage.says(words("99999"), name="number_99999")
    stage.finish_prompt()
    stage.says(words("agent"), name="agent")
    (handoff,) = stage.notebook.handoffs
    assert handoff.reason == "caller_asked"
    assert set(handoff.summary) >= {"headline", "caller", "request", "verified", "tried", "feeling"}
    assert "99999" in str(handoff.summary["tried"])
    assert stage.call.ending().whisper


def test_a_recognizer_that_fails_twice_fails_the_call() -> None:
    stage = Stage()
    stage.finish_prompt()
    with pytest.raises(RecognitionError):
        stage.says(BROKEN, then_s=5)
    assert stage.recognition.asked.count(True) >= 1


def test_a_caller_is_not_left_waiting_for_a_reply_for_ever() -> None:
    stage = Stage(reply_deadline_s=3)
    stage.finish_prompt()
    stage.recognition.decode_ms = 60_000
    with pytest.raises(ReplyOverdueError):
        stage.says(words(HOURS), then_s=10)


def test_failure_is_a_hand_over_with_its_reason() -> None:
    stage = Stage()
    stage.call.failed(RuntimeError("boom"), 100)
    assert stage.call.over
    assert stage.call.ending().next == "person"
    assert stage.notebook.handoffs[0].reason == "failure"
    assert "boom" in stage.notebook.decisions[-1].reason


def test_an_order_database_that_is_down_gets_a_decent_answer_and_a_person() -> None:
    stage = Stage()
    stage.shop.broken = BackendDownError("the shop's database can't be reached")
    stage.finish_prompt()
    stage.says(words("Where is my order, number 47291?"), name="order_status_47291")
    assert stage.actions[-1] == "hand_off"
    assert stage.notebook.handoffs[0].reason == "failure"


def test_the_language_is_found_by_listening_and_answered_in() -> None:
    stage = Stage(language=None)
    stage.finish_prompt()
    stage.says(words(HOURS))
    stage.finish_prompt()
    assert stage.recognition.languages[0] is None
    assert stage.notebook.languages == ["en"]
    assert stage.call.language == "en"
    assert "nine" in stage.notebook.turns[-1].text


def test_a_caller_who_changes_language_is_heard_again_in_it() -> None:
    stage = Stage(language="ko")
    stage.finish_prompt()
    stage.says(words("영업시간이 어떻게 되나요", "ko"), language="ko", name="hours")
    stage.finish_prompt()
    korean_guess = words("왓 아 유어", "ko")
    stage.recognition.hears = type(korean_guess)(
        **{**korean_guess.__dict__, "language_probabilities": {"ko": 0.02, "en": 0.96, "ja": 0.01, "zh": 0.01}}
    )
    stage.hear(recording("en", "order_status"))
    stage.silence(0.5)
    stage.recognition.hears = words("I want to check my order status", "en")
    stage.silence(2.5)
    assert stage.recognition.languages[-1] == "en"
    assert stage.heard[-1] == "I want to check my order status"
    assert stage.call.language == "en"


def test_a_hang_up_mid_word_keeps_what_was_said() -> None:
    stage = Stage()
    stage.finish_prompt()
    stage.recognition.hears = words("I want to")
    stage.recognition.decode_ms = 0
    half = recording("en", "order_status")
    stage.hear(half[: len(half) // 2])
    stage.call.line_ended(stage.now_ms)
    assert stage.heard == ["I want to"]
    assert stage.notebook.turns[-1].interrupted
    assert stage.call.outcome() == "abandoned"
    assert stage.call.ending().next == "hang_up"


def test_a_caller_who_hangs_up_with_the_answer_was_served() -> None:
    stage = Stage()
    stage.finish_prompt()
    stage.says(words(HOURS))
    stage.finish_prompt()
    stage.call.line_ended(stage.now_ms)
    assert stage.call.outcome() == "resolved"


def test_a_call_longer_than_allowed_goes_to_a_person() -> None:
    stage = Stage(max_call_s=30, no_input_s=60)
    stage.silence(31)
    assert stage.actions[-1] == "hand_off"
    assert stage.notebook.handoffs[0].reason == "business_rule"

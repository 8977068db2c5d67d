"""A caller who goes on just after the turn was taken: one turn, one answer, one record."""

import pytest

from audio.endpointing import TurnState
from ivr.call.going_on import JOIN_MS, MAX_HEARD_MS, MAX_LENGTH_MS, MAX_TIMES, joined, says_more, within_reach
from ivr.records.types import TurnRecord
from ivr.understanding.types import Meaning, SlotValue
from tests.call.stage import Stage, recording, words

HOURS = "What are your opening hours?"
STATUS = "I want to check my order status"
WHOLE = "I want to check my order status, 47291"
NUMBER = "47291"
GAP_S = 0.6
"""With the silences at the ends of the recordings about 0.84 s: longer than the end of a complete turn."""


def _callers(stage: Stage) -> list[TurnRecord]:
    return [turn for turn in stage.notebook.turns if turn.speaker == "caller"]


def _first_half(stage: Stage, gap_s: float, text: str = STATUS) -> None:
    """The caller says a whole request, and is silent for a while."""
    stage.finish_prompt()
    stage.recognition.hears = words(text)
    stage.hear(recording("en", "hours"))
    stage.silence(gap_s)


def _goes_on(stage: Stage, text: str, name: str = "number_47291_part1") -> None:
    stage.recognition.hears = words(text)
    stage.hear(recording("en", name))
    stage.silence(2.5)


def test_both_halves_are_one_turn_and_get_one_answer() -> None:
    stage = Stage()
    _first_half(stage, GAP_S, HOURS)
    assert stage.actions[-1] == "answer"  # taken too early
    _goes_on(stage, WHOLE)
    stage.finish_prompt()
    (turn,) = _callers(stage)
    assert turn.text == WHOLE
    assert turn.slots == {"order_number": NUMBER}
    assert "4 7 2 9 1" in stage.notebook.turns[-1].text
    assert stage.line.times("clear")  # the early reply was stopped
    assert stage.metrics.registry.get_sample_value("ivr_turns_gone_on_total") == 1
    assert stage.metrics.registry.get_sample_value("ivr_barge_ins_total") == 0


def test_the_decision_taken_back_is_marked_so_and_the_new_one_holds() -> None:
    stage = Stage()
    _first_half(stage, GAP_S)
    _goes_on(stage, WHOLE)
    kept = [(decision.action, decision.withdrawn) for decision in stage.notebook.decisions]
    assert kept[1] == ("ask", True)  # for the number that was about to come
    assert all(not withdrawn for _, withdrawn in kept[2:])
    assert kept[-1][0] == "answer"


def test_both_halves_are_decoded_together_with_the_silence_between_them() -> None:
    stage = Stage()
    _first_half(stage, GAP_S)
    _goes_on(stage, WHOLE)
    first, second = len(recording("en", "hours")) // 8, len(recording("en", "number_47291_part1")) // 8
    assert stage.recognition.lengths_ms[-1] == pytest.approx(first + GAP_S * 1000 + second, abs=700)


def test_the_question_of_the_undone_reply_is_not_what_the_whole_answers() -> None:
    """The early reply asked for the number; the whole is another request altogether."""
    stage = Stage()
    _first_half(stage, GAP_S)
    _goes_on(stage, "I want to check my order status no sorry what are your opening hours")
    assert _callers(stage)[-1].slots == {}
    assert len(_callers(stage)) == 1


def test_a_pause_longer_than_the_window_makes_two_turns() -> None:
    stage = Stage()
    _first_half(stage, JOIN_MS / 1000 + 1.0)
    _goes_on(stage, NUMBER)
    assert [turn.text for turn in _callers(stage)] == [STATUS, NUMBER]
    assert not any(decision.withdrawn for decision in stage.notebook.decisions)


def test_whoever_has_heard_our_reply_answers_it() -> None:
    """Within the window by the clock, but the reply came at once and was heard."""
    stage = Stage()
    stage.recognition.decode_ms = 0
    stage.finish_prompt()
    stage.recognition.hears = words(HOURS)
    stage.hear(recording("en", "hours"))
    while not stage.call.speaking:
        stage.silence(0.02)
    stage.silence((MAX_HEARD_MS + 50) / 1000)
    _goes_on(stage, NUMBER)
    assert [turn.text for turn in _callers(stage)] == [HOURS, NUMBER]


@pytest.mark.parametrize("text", [STATUS, STATUS + ".", STATUS + " uh-huh", ""])
def test_a_cough_or_an_uh_huh_undoes_nothing(text: str) -> None:
    stage = Stage()
    _first_half(stage, GAP_S)
    _goes_on(stage, text, "bc_uh_huh")
    stage.finish_prompt()
    assert [turn.text for turn in _callers(stage)] == [STATUS]
    assert not any(decision.withdrawn for decision in stage.notebook.decisions)
    assert stage.notebook.turns[-1].text.endswith(("?", "."))  # our question was heard to its end
    assert not stage.notebook.turns[-1].interrupted


def test_a_look_up_of_the_early_reply_is_abandoned() -> None:
    stage = Stage()
    stage.slow_lookups_ms = 1_500
    _first_half(stage, GAP_S, "Where is my order, number 99999?")
    _goes_on(stage, "Where is my order, number 99999, sorry, 47291?")
    stage.silence(3.0)
    stage.finish_prompt()
    said = " ".join(turn.text for turn in stage.notebook.turns if turn.speaker == "assistant")
    assert "4 7 2 9 1" in said
    assert "9 9 9 9 9" not in said
    assert len(_callers(stage)) == 1


def test_a_person_once_called_is_not_taken_back() -> None:
    stage = Stage()
    _first_half(stage, GAP_S, "agent")
    assert stage.call.over
    assert stage.call.ending().next == "person"


def test_an_echo_can_undo_a_reply_only_so_often() -> None:
    stage = Stage()
    _first_half(stage, GAP_S)
    for times in range(1, MAX_TIMES + 2):
        stage.recognition.hears = words(STATUS + " and" * times + " more")
        stage.hear(recording("en", "bc_okay"))
        stage.silence(GAP_S)
    stage.silence(2.0)
    assert stage.metrics.registry.get_sample_value("ivr_turns_gone_on_total") == MAX_TIMES
    assert len(_callers(stage)) == 2


def test_what_is_changed_in_the_shop_is_never_taken_back() -> None:
    stage = Stage(confirm=("order_status",))
    stage.finish_prompt()
    stage.says(words("Where is my order, number 47291?"), name="order_status_47291")
    assert stage.actions[-1] == "confirm"
    stage.finish_prompt()
    stage.recognition.hears = words("Yes.")
    stage.hear(recording("en", "bc_okay"))
    stage.silence(GAP_S)
    before = len(stage.notebook.decisions)
    _goes_on(stage, "Yes. no wait")
    assert not any(decision.withdrawn for decision in stage.notebook.decisions[:before])
    assert "Yes." in stage.heard


def test_sound_tells_how_far_back_words_may_reach() -> None:
    short = TurnState(now_ms=2_000, first_voiced_ms=0, last_voiced_ms=1_500, speech_ms=1_000)
    long = TurnState(now_ms=2_000, first_voiced_ms=0, last_voiced_ms=MAX_LENGTH_MS + 1, speech_ms=1_000)
    assert within_reach(short, JOIN_MS, 0)
    assert not within_reach(short, JOIN_MS + 1, 0)
    assert not within_reach(short, 500, MAX_TIMES)
    assert not within_reach(long, 500, 0)


@pytest.mark.parametrize(
    ("before", "whole", "language", "more"),
    [
        ("주문 언제 와요", "주문 언제 와요? 47291이요", "ko", True),
        ("주문 언제 와요", "주문 언제 와요. 네", "ko", False),
        ("네", "네, 맞아요", "ko", True),
        ("Where is my order", "Whereas my border 47291", "en", True),
        ("Where is my order", "", "en", False),
        ("はい", "はい、はい", "ja", False),
        ("查一下订单", "查一下订单。", "zh", False),
    ],
)
def test_only_words_add_to_a_turn(before: str, whole: str, language: str, more: bool) -> None:
    assert says_more(before, whole, language) is more


def _meaning(text: str, intent: str | None, **slots: str) -> Meaning:
    return Meaning(
        text, "en", intent, 0.9, slots={name: SlotValue(each, 0.9, (0, 1)) for name, each in slots.items()}
    )


def test_what_was_heard_well_at_first_is_kept_when_the_whole_is_heard_worse() -> None:
    before = _meaning("my number is 47291", "order_status", order_number="47291")
    whole = joined(before, _meaning("my number is seven to 91 where is it", "order_status"))
    assert whole is not None
    assert whole.value("order_number") == "47291"
    assert whole.slots["order_number"].span is None  # it lies nowhere in these words
    corrected = joined(before, _meaning("47291 sorry 47294", "order_status", order_number="47294"))
    assert corrected is not None
    assert corrected.value("order_number") == "47294"


def test_another_request_does_not_inherit_what_was_told() -> None:
    before = _meaning("where is 47291", "order_status", order_number="47291")
    whole = _meaning("where is 47291 no what are your opening hours", "opening_hours")
    assert joined(before, whole) is whole


def test_words_that_are_not_understood_undo_nothing_that_was() -> None:
    before = _meaning("where is my order", "order_status")
    assert joined(before, _meaning("where is my mumble mumble", None)) is None
    unknown = _meaning("mumble", None)
    assert joined(unknown, _meaning("mumble mumble", None)) is not None  # still one turn, and still unknown

"""Who is decoded next, and who is refused."""

from concurrent.futures import CancelledError
from dataclasses import replace

import pytest

from audio.errors import RecognitionBusyError, RecognitionError, RecognitionTimeoutError
from audio.scheduler import FIRST_GUESS_S, RecognitionScheduler
from tests.audio.held_recognizer import HEARD, WAIT_S, Clock, HeldRecognizer, Notes, ask


def test_a_decode_gets_what_was_asked_and_gives_what_was_heard(
    scheduler: RecognitionScheduler, recognizer: HeldRecognizer, notes: Notes
) -> None:
    future = ask(scheduler, 1)
    decode = recognizer.wait(1)
    assert (decode.language, decode.quick, decode.speech_ms) == ("ko", False, 700)
    assert decode.thread == "recognition-0"
    decode.release.set()
    assert future.result(WAIT_S).text == "1"
    assert [final for final, _, _ in notes.decodes] == [True]


def test_final_decodes_go_before_speculative_ones_and_the_oldest_first(
    scheduler: RecognitionScheduler, recognizer: HeldRecognizer
) -> None:
    ask(scheduler, 0)
    recognizer.wait(1)
    futures = [ask(scheduler, 1, final=False), ask(scheduler, 2), ask(scheduler, 3)]
    recognizer.let_all_go()
    for future in futures:
        future.result(WAIT_S)
    assert [decode.number for decode in recognizer.started] == [0, 2, 3, 1]
    assert [decode.quick for decode in recognizer.started] == [False, False, False, True]


@pytest.mark.parametrize("newer_is_final", [False, True])
def test_a_newer_decode_takes_the_place_of_the_waiting_speculation_of_its_call(
    scheduler: RecognitionScheduler, recognizer: HeldRecognizer, notes: Notes, newer_is_final: bool
) -> None:
    ask(scheduler, 0)
    recognizer.wait(1)
    older = ask(scheduler, 1, final=False, call="A")
    others = ask(scheduler, 2, final=False, call="B")
    newer = ask(scheduler, 3, final=newer_is_final, call="A")
    assert older.cancelled()
    assert not others.cancelled()
    assert notes.drops == ["replaced"]
    recognizer.let_all_go()
    assert newer.result(WAIT_S).text == "3"
    assert 1 not in [decode.number for decode in recognizer.started]


def test_a_final_decode_is_never_replaced(scheduler: RecognitionScheduler, recognizer: HeldRecognizer) -> None:
    ask(scheduler, 0)
    recognizer.wait(1)
    first, second = ask(scheduler, 1, call="A"), ask(scheduler, 2, call="A")
    recognizer.let_all_go()
    assert (first.result(WAIT_S).text, second.result(WAIT_S).text) == ("1", "2")


def test_a_waiting_speculation_that_is_promoted_goes_with_the_final_ones(
    scheduler: RecognitionScheduler, recognizer: HeldRecognizer
) -> None:
    ask(scheduler, 0)
    recognizer.wait(1)
    speculation = ask(scheduler, 1, final=False)
    ask(scheduler, 2, final=False)
    last = ask(scheduler, 3, final=False)
    assert scheduler.promote(last)
    assert scheduler.queue_depth() == (1, 2)
    recognizer.let_all_go()
    speculation.result(WAIT_S)
    assert recognizer.started[1].number == 3
    assert not recognizer.started[1].quick


def test_one_promoted_at_work_is_decoded_again_only_if_it_looks_wrong(
    scheduler: RecognitionScheduler, recognizer: HeldRecognizer
) -> None:
    for place, (heard, decodes) in enumerate(((HEARD, 1), (replace(HEARD, compression_ratio=9.0), 2))):
        recognizer.started.clear()
        future = ask(scheduler, place, final=False)
        decode = recognizer.wait(1)
        assert decode.quick
        assert scheduler.promote(future)
        decode.outcome = heard
        recognizer.open = True
        decode.release.set()
        future.result(WAIT_S)
        recognizer.open = False
        assert len(recognizer.started) == decodes
    assert not recognizer.started[1].quick


def test_what_is_done_or_given_up_cannot_be_promoted(
    scheduler: RecognitionScheduler, recognizer: HeldRecognizer
) -> None:
    done = ask(scheduler, 1)
    recognizer.wait(1).release.set()
    done.result(WAIT_S)
    ask(scheduler, 2)
    recognizer.wait(2)
    replaced = ask(scheduler, 3, final=False, call="A")
    ask(scheduler, 4, final=False, call="A")
    assert not scheduler.promote(done)
    assert not done.cancelled()
    assert not scheduler.promote(replaced)
    assert replaced.cancelled()


def test_a_full_queue_gives_up_speculations_first_then_refuses_at_once(
    scheduler: RecognitionScheduler, recognizer: HeldRecognizer, notes: Notes
) -> None:
    ask(scheduler, 0)
    recognizer.wait(1)
    speculation = ask(scheduler, 1, final=False)
    ask(scheduler, 2)
    ask(scheduler, 3)
    assert scheduler.queue_depth() == (2, 1)
    kept = ask(scheduler, 4)
    assert speculation.cancelled()
    refused = ask(scheduler, 5)
    with pytest.raises(RecognitionBusyError, match=r"call 5.*3 decodes"):
        refused.result(0)
    refused_speculation = ask(scheduler, 6, final=False)
    assert isinstance(refused_speculation.exception(0), RecognitionBusyError)
    assert notes.drops == ["busy", "busy"]
    assert notes.refusals == [False]
    assert notes.depth == (3, 0)
    recognizer.let_all_go()
    assert kept.result(WAIT_S).text == "4"


def test_a_final_decode_past_its_deadline_is_not_started(
    scheduler: RecognitionScheduler, recognizer: HeldRecognizer, notes: Notes, clock: Clock
) -> None:
    ask(scheduler, 0)
    recognizer.wait(1)
    late, in_time = ask(scheduler, 1, deadline_s=2.0), ask(scheduler, 2, deadline_s=20.0)
    clock.now_s += 5.0
    recognizer.let_all_go()
    with pytest.raises(RecognitionTimeoutError, match=r"call 1.*5\.0 s"):
        late.result(WAIT_S)
    assert in_time.result(WAIT_S).text == "2"
    assert [decode.number for decode in recognizer.started] == [0, 2]
    assert notes.refusals == [True]


def test_the_deadline_of_a_promoted_one_counts_from_then(
    scheduler: RecognitionScheduler, recognizer: HeldRecognizer, clock: Clock
) -> None:
    ask(scheduler, 0)
    recognizer.wait(1)
    future = ask(scheduler, 1, final=False)
    clock.now_s += 60.0
    assert scheduler.promote(future, deadline_s=2.0)
    clock.now_s += 3.0
    recognizer.let_all_go()
    assert isinstance(future.exception(WAIT_S), RecognitionTimeoutError)


def test_a_worker_survives_what_the_recognizer_throws(
    scheduler: RecognitionScheduler, recognizer: HeldRecognizer
) -> None:
    failed = ask(scheduler, 1)
    decode = recognizer.wait(1)
    decode.outcome = MemoryError("no room")
    recognizer.let_all_go()
    with pytest.raises(MemoryError, match="no room"):
        failed.result(WAIT_S)
    assert ask(scheduler, 2).result(WAIT_S).text == "2"


def test_a_caller_who_hung_up_takes_no_room(scheduler: RecognitionScheduler, recognizer: HeldRecognizer) -> None:
    ask(scheduler, 0)
    recognizer.wait(1)
    gone = [ask(scheduler, number) for number in (1, 2, 3)]
    for future in gone:
        assert future.cancel()
    kept = ask(scheduler, 4)
    assert scheduler.queue_depth() == (1, 0)
    recognizer.let_all_go()
    assert kept.result(WAIT_S).text == "4"
    assert [decode.number for decode in recognizer.started] == [0, 4]


def test_load_is_the_wait_of_a_final_decode(
    scheduler: RecognitionScheduler, recognizer: HeldRecognizer, clock: Clock
) -> None:
    assert scheduler.load() == 0.0
    first = ask(scheduler, 1)
    decode = recognizer.wait(1)
    assert scheduler.load() == pytest.approx(FIRST_GUESS_S)
    ask(scheduler, 2, final=False)
    assert scheduler.load() == pytest.approx(FIRST_GUESS_S), "a final decode goes before the speculation"
    last = ask(scheduler, 3)
    assert scheduler.load() == pytest.approx(2 * FIRST_GUESS_S)
    clock.now_s += FIRST_GUESS_S + 1.0
    decode.release.set()
    first.result(WAIT_S)
    recognizer.wait(2)
    assert scheduler.load() == pytest.approx(FIRST_GUESS_S + 0.2)
    recognizer.let_all_go()
    last.result(WAIT_S)


def test_two_workers_decode_at_once(recognizer: HeldRecognizer) -> None:
    scheduler = RecognitionScheduler(recognizer, workers=2, queue_limit=4)
    futures = [ask(scheduler, 1), ask(scheduler, 2)]
    recognizer.wait(2)
    assert {decode.thread for decode in recognizer.started} == {"recognition-0", "recognition-1"}
    recognizer.let_all_go()
    assert {future.result(WAIT_S).text for future in futures} == {"1", "2"}
    scheduler.close()


def test_close_finishes_the_final_ones_and_refuses_new_ones(
    scheduler: RecognitionScheduler, recognizer: HeldRecognizer, notes: Notes
) -> None:
    running = ask(scheduler, 0)
    recognizer.wait(1)
    speculation, final = ask(scheduler, 1, final=False), ask(scheduler, 2)
    recognizer.let_all_go()
    scheduler.close(WAIT_S)
    assert (running.result(0).text, final.result(0).text) == ("0", "2")
    with pytest.raises(CancelledError):
        speculation.result(0)
    assert notes.drops == ["closed"]
    with pytest.raises(RecognitionError, match="shutting down"):
        ask(scheduler, 3).result(0)


def test_close_does_not_wait_for_ever(scheduler: RecognitionScheduler, recognizer: HeldRecognizer) -> None:
    ask(scheduler, 0)
    recognizer.wait(1)
    waiting = ask(scheduler, 1)
    scheduler.close(timeout_s=0.05)
    with pytest.raises(RecognitionError, match="shut down"):
        waiting.result(0)


@pytest.mark.parametrize(("workers", "queue_limit"), [(0, 1), (1, 0)])
def test_a_scheduler_without_workers_or_room_is_refused(
    recognizer: HeldRecognizer, workers: int, queue_limit: int
) -> None:
    with pytest.raises(ValueError, match="1 or more"):
        RecognitionScheduler(recognizer, workers=workers, queue_limit=queue_limit)

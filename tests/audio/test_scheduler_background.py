"""Background decodes, what people say to each other and is only written down: everybody else goes before them."""

from concurrent.futures import Future

import numpy as np
import pytest

from audio.contracts import Recognition
from audio.errors import RecognitionBusyError
from audio.scheduler import RecognitionScheduler
from tests.audio.held_recognizer import WAIT_S, HeldRecognizer, Notes, ask


def overhear(scheduler: RecognitionScheduler, number: int, *, final: bool = True) -> "Future[Recognition]":
    """Submit an utterance that nobody waits for."""
    samples = np.full(4, number, np.float32)
    return scheduler.submit(
        samples, language="ko", final=final, deadline_s=None, call_id=f"call {number}", background=True
    )


def test_background_decodes_come_after_all_others(
    scheduler: RecognitionScheduler, recognizer: HeldRecognizer
) -> None:
    ask(scheduler, 0)
    recognizer.wait(1)
    futures = [overhear(scheduler, 1), ask(scheduler, 2, final=False), ask(scheduler, 3)]
    recognizer.let_all_go()
    for future in futures:
        future.result(WAIT_S)
    assert [decode.number for decode in recognizer.started] == [0, 3, 2, 1]


@pytest.mark.parametrize("newer_is_final", [False, True])
def test_without_room_background_decodes_give_way_the_speculative_ones_first(
    scheduler: RecognitionScheduler, recognizer: HeldRecognizer, notes: Notes, newer_is_final: bool
) -> None:
    ask(scheduler, 0)
    recognizer.wait(1)
    overheard, guessed = overhear(scheduler, 1), overhear(scheduler, 2, final=False)
    ask(scheduler, 3)
    kept = [ask(scheduler, 4, final=newer_is_final), ask(scheduler, 5, final=newer_is_final)]
    assert guessed.cancelled()
    with pytest.raises(RecognitionBusyError):
        overheard.result(WAIT_S)
    recognizer.let_all_go()
    assert [future.result(WAIT_S).text for future in kept] == ["4", "5"]
    assert notes.refusals == [False]


def test_background_decodes_take_nobodys_place_and_keep_no_new_call_out(
    scheduler: RecognitionScheduler, recognizer: HeldRecognizer
) -> None:
    ask(scheduler, 0)
    recognizer.wait(1)
    waiting = [ask(scheduler, number, final=False) for number in (1, 2, 3)]
    with pytest.raises(RecognitionBusyError):
        overhear(scheduler, 4).result(WAIT_S)
    assert not any(future.cancelled() for future in waiting)


def test_the_load_told_to_new_calls_does_not_count_them(
    scheduler: RecognitionScheduler, recognizer: HeldRecognizer
) -> None:
    ask(scheduler, 0)
    recognizer.wait(1)
    alone_s = scheduler.load()
    overhear(scheduler, 1)
    assert scheduler.load() == alone_s > 0

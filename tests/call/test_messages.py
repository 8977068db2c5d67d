"""Messages are heard with what live calls use, and only when these don't need it."""

from concurrent.futures import Future
from dataclasses import replace
from typing import Any, cast

import numpy as np

from audio.scheduler import RecognitionScheduler
from ivr.call.messages import hearing_of
from ivr.handoff.voicemail import WINDOW_MS, pieces
from tests.call.stage import Stage, words


class Recognizer:
    """Answers at once, and notes how it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def submit(self, samples: object, **how: Any) -> "Future[Any]":
        self.asked.append(how)
        future: Future[Any] = Future()
        future.set_result(words("I want to return my order"))
        return future


def test_a_message_is_decoded_behind_every_live_call() -> None:
    recognizer = Recognizer()
    services = replace(Stage().services, recognition=cast(RecognitionScheduler, recognizer))
    hearing = hearing_of(lambda: services)()
    assert hearing is not None
    assert hearing.words(np.zeros(16_000, np.float32), "en", 900, "CA1") == "I want to return my order"
    (how,) = recognizer.asked
    assert (how["background"], how["language"], how["speech_ms"], how["call_id"]) == (
        True,
        "en",
        900,
        "CA1/message",
    )
    assert hearing.topic("blue elephants sing quietly", "en") == ""
    silence = hearing.speech(np.zeros(16_000, np.float32))
    assert len(silence) == 16_000 // (16 * WINDOW_MS)
    assert pieces(silence) == []


def test_while_models_are_loaded_nothing_is_heard() -> None:
    assert hearing_of(lambda: None)() is None

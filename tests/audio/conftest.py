"""What the tests of the scheduler share."""

from collections.abc import Iterator

import pytest

from audio.scheduler import RecognitionScheduler
from tests.audio.held_recognizer import WAIT_S, Clock, HeldRecognizer, Notes


@pytest.fixture
def recognizer() -> HeldRecognizer:
    return HeldRecognizer()


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def scheduler(recognizer: HeldRecognizer, notes: Notes, clock: Clock) -> Iterator[RecognitionScheduler]:
    made = RecognitionScheduler(recognizer, workers=1, queue_limit=3, clock=clock, observer=notes)
    yield made
    recognizer.let_all_go()
    made.close(WAIT_S)

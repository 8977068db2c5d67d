"""Messages are fetched, written down and summed up; what goes wrong is told, and the message kept."""

import io
import threading
import wave
from collections.abc import Sequence

import numpy as np
import pytest

from audio.contracts import Samples
from audio.errors import RecognitionBusyError
from ivr.errors import DiallingError
from ivr.handoff.voicemail import (
    MOST_PIECE_MS,
    MOST_WAITING,
    TRIES,
    WINDOW_MS,
    Hearing,
    Messages,
    Piece,
    pieces,
    summary_line,
)
from ivr.records.types import VoicemailRecord

MESSAGE = VoicemailRecord("https://api.twilio.com/RE1", "RE1", 3.0, "ko")


def wav(seconds: float = 3.0) -> bytes:
    held = io.BytesIO()
    with wave.open(held, "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        tone = np.sin(np.arange(int(8000 * seconds)) * 0.3) * 8000
        out.writeframes(tone.astype("<i2").tobytes())
    return held.getvalue()


class Desk:
    """Keeps what is recorded, and hears as it is told to."""

    def __init__(self, answers: Sequence[bytes | Exception] = (), words: Sequence[str | Exception] = ()) -> None:
        self.answers = list(answers) or [wav()]
        self.said = list(words) or ["반품하고 싶어요"]
        self.kept: list[VoicemailRecord] = []
        self.asked: list[tuple[int, str | None, int]] = []
        self.changed = threading.Condition()

    def voicemail(self, call_sid: str, voicemail: VoicemailRecord) -> None:
        with self.changed:
            self.kept.append(voicemail)
            self.changed.notify_all()

    def fetch(self, recording_sid: str) -> bytes:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def words(self, samples: Samples, language: str | None, speech_ms: int, call_sid: str) -> str:
        self.asked.append((len(samples), language, speech_ms))
        said = self.said.pop(0) if len(self.said) > 1 else self.said[0]
        if isinstance(said, Exception):
            raise said
        return said

    def hearing(self) -> Hearing:
        return Hearing(
            lambda samples: [1.0] * (len(samples) // 512), self.words, lambda text, language: "반품 문의"
        )

    def heard(self, message: VoicemailRecord = MESSAGE, fetches: bool = True) -> VoicemailRecord:
        """The last word on a message."""
        messages = Messages(self, self.fetch if fetches else None, self.hearing, again_s=0.01)
        messages.start()
        try:
            messages.left("CA1", message)
            with self.changed:
                assert self.changed.wait_for(lambda: len(self.kept) > 1, 5.0)
                return self.kept[-1]
        finally:
            messages.stop()


def test_a_message_is_kept_at_once_and_written_down_later() -> None:
    desk = Desk()
    last = desk.heard()
    first = desk.kept[0]
    assert (first.transcript, first.status, first.left_at is not None) == (None, "waiting", True)
    assert (last.transcript, last.summary) == ("반품하고 싶어요", "반품 문의: 반품하고 싶어요")
    assert last.left_at == first.left_at
    assert desk.asked == [(48_000, "ko", 93 * WINDOW_MS)]


def test_a_recording_that_is_not_ready_yet_is_asked_for_again() -> None:
    desk = Desk([DiallingError("HTTP 404", gone=True), DiallingError("HTTP 500"), wav()])
    assert desk.heard().transcript == "반품하고 싶어요"


def test_when_live_calls_need_the_recognizer_it_waits() -> None:
    assert Desk(words=[RecognitionBusyError("full"), "네"]).heard().transcript == "네"


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ([DiallingError("HTTP 401: Authenticate")], "401"),
        ([b"no sound at all"], "not a readable"),
        ([b""], "empty"),
    ],
)
def test_what_cannot_be_written_down_says_why(answers: list[bytes | Exception], says: str) -> None:
    last = Desk(answers).heard()
    assert last.transcript is None
    assert says in last.problem


def test_it_is_not_tried_for_ever() -> None:
    desk = Desk([DiallingError(f"no answer {number}") for number in range(TRIES + 3)])
    assert desk.heard().problem == f"no answer {TRIES - 1}"


def test_without_credentials_the_message_is_kept_and_says_so() -> None:
    assert "TWILIO_ACCOUNT_SID" in Desk().heard(fetches=False).problem


def test_what_an_earlier_process_left_is_written_down() -> None:
    desk = Desk()
    messages = Messages(desk, desk.fetch, desk.hearing, lambda: [("CA9", MESSAGE)])
    messages.start()
    try:
        with desk.changed:
            assert desk.changed.wait_for(lambda: bool(desk.kept), 5.0)
    finally:
        messages.stop()
    assert desk.kept[0].transcript == "반품하고 싶어요"


def test_a_crowd_of_new_messages_does_not_keep_the_old_ones_from_being_written_down() -> None:
    desk = Desk()
    messages = Messages(desk, desk.fetch, desk.hearing, lambda: [("CA9", MESSAGE)])
    for _ in range(MOST_WAITING):
        messages.left("CA1", MESSAGE)
    messages.start()
    try:
        with desk.changed:
            assert desk.changed.wait_for(lambda: len(desk.kept) > MOST_WAITING + 1, 5.0)
    finally:
        messages.stop()
    assert all(message.transcript for message in desk.kept[MOST_WAITING:])


def test_long_messages_are_cut_where_nobody_speaks() -> None:
    second = 1000 // WINDOW_MS
    speech = [0.9] * second * 4 + [0.1] * second * 2 + [0.9] * second
    assert pieces(speech) == [Piece(0, 3968, 3968), Piece(5952, 6944, 992)]
    assert pieces([0.9, 0.1, 0.9]) == [Piece(0, 96, 64)]
    assert pieces([0.1] * 100) == []
    without_end = pieces([1.0] * second * 60)
    assert len(without_end) == 3
    assert max(piece.end_ms - piece.start_ms for piece in without_end) <= MOST_PIECE_MS


@pytest.mark.parametrize(
    ("words", "topic", "line"),
    [
        ("a  b\nc", "returns", "returns: a b c"),
        ("", "returns", "returns"),
        ("words", "", "words"),
        ("x" * 200, "", "x" * 139 + "…"),
        ("", "", ""),
    ],
)
def test_the_line_for_the_list_holds_only_what_was_said(words: str, topic: str, line: str) -> None:
    assert summary_line(words, topic) == line

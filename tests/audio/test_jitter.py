"""The jitter buffer: nothing lost that came in time, little held back, holes hardly heard."""

import numpy as np
import pytest

from audio.contracts import Samples
from audio.jitter import FADED_FRAMES, FRAME_MS, FRAME_SAMPLES, MOST_FRAMES, JitterBuffer

SECONDS = 4
FRAMES = SECONDS * 1000 // FRAME_MS
VOICE: Samples = (0.3 * np.sin(2 * np.pi * 150 * np.arange(FRAMES * FRAME_SAMPLES) / 8_000)).astype(np.float32)


def frame(number: int) -> Samples:
    start = number * FRAME_SAMPLES % len(VOICE)
    return VOICE[start : start + FRAME_SAMPLES]


def play(arrivals_ms: dict[int, float], frames: int = FRAMES) -> tuple[JitterBuffer, Samples]:
    """Let frames arrive at these times, and pull one every 20 ms."""
    buffer, heard = JitterBuffer(), []
    coming = sorted(arrivals_ms, key=lambda number: arrivals_ms[number])
    for tick in range(frames + 20):
        now_ms = tick * FRAME_MS + 10
        while coming and arrivals_ms[coming[0]] <= now_ms:
            number = coming.pop(0)
            buffer.push(number, frame(number), arrivals_ms[number] / 1000)
        heard.append(buffer.pull())
    return buffer, np.concatenate(heard)


def on_time() -> dict[int, float]:
    return {number: number * float(FRAME_MS) for number in range(FRAMES)}


def test_a_steady_voice_comes_out_whole_and_at_once() -> None:
    buffer, heard = play(on_time())
    assert buffer.counts.played == FRAMES
    assert buffer.counts.late == buffer.counts.skipped == 0
    first = int(np.argmax(np.abs(heard) > 0.01))
    assert first < 2 * FRAME_SAMPLES  # held back by a frame at most
    start = first // FRAME_SAMPLES * FRAME_SAMPLES
    np.testing.assert_allclose(
        heard[start + FRAME_SAMPLES : start + 20_000], VOICE[FRAME_SAMPLES:20_000], atol=1e-6
    )


def test_a_jittery_voice_is_held_back_just_enough() -> None:
    random = np.random.default_rng(3)
    late = {number: at + random.uniform(0, 60) for number, at in on_time().items()}
    buffer, _ = play(late)
    assert 40 <= buffer.target_ms <= 60
    assert buffer.counts.concealed < 0.05 * FRAMES


def test_what_is_held_back_shrinks_again_after_a_hiccup() -> None:
    stalled = {number: max(at, 1_300.0) if at >= 1_000 else at for number, at in on_time().items()}
    buffer, _ = play(stalled)
    assert buffer.counts.skipped > 0  # it has caught up
    assert buffer.target_ms == pytest.approx(FRAME_MS)
    assert buffer.counts.played + buffer.counts.skipped + buffer.counts.late == FRAMES


def test_one_lost_frame_is_hardly_heard() -> None:
    arrivals = on_time()
    del arrivals[50]
    buffer, heard = play(arrivals)
    assert buffer.counts.concealed >= 1
    start = int(np.argmax(np.abs(heard) > 0.01)) // FRAME_SAMPLES
    hole = heard[(start + 50) * FRAME_SAMPLES : (start + 51) * FRAME_SAMPLES]
    missing = VOICE[50 * FRAME_SAMPLES : 51 * FRAME_SAMPLES]
    error = np.sqrt(np.mean(np.square(hole - missing)))
    assert error < 0.3 * np.sqrt(np.mean(np.square(missing)))  # silence in its place would be 1.0
    steps = np.abs(np.diff(heard[(start + 49) * FRAME_SAMPLES : (start + 52) * FRAME_SAMPLES]))
    assert steps.max() < 0.1  # no click: the voice itself steps by 0.035


def test_a_voice_that_breaks_off_fades_to_silence() -> None:
    buffer, heard = play({number: at for number, at in on_time().items() if number < 100})
    assert buffer.counts.played == 100
    assert not np.any(heard[(100 + FADED_FRAMES + 2) * FRAME_SAMPLES :])


def test_what_comes_late_or_twice_is_left_out() -> None:
    arrivals = on_time()
    buffer = JitterBuffer()
    for number in range(10):
        buffer.push(number, frame(number), arrivals[number] / 1000)
        buffer.pull()
    buffer.push(3, frame(3), 0.2)
    assert buffer.counts.late == 1


def test_a_flood_is_bounded_and_the_newest_kept() -> None:
    buffer = JitterBuffer()
    for number in range(1_000):
        buffer.push(number, frame(number), 0.001 * number)
    assert buffer.waiting <= MOST_FRAMES
    np.testing.assert_array_equal(buffer._frames[999], frame(999))


def test_a_count_that_begins_anew_is_played() -> None:
    buffer = JitterBuffer()
    for number in range(5_000, 5_010):
        buffer.push(number, frame(number), number * 0.02)
        buffer.pull()
    for number in range(10):
        buffer.push(number, frame(number), 300 + number * 0.02)
        buffer.pull()
    assert buffer.counts.played > 15


def test_a_frame_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="160 samples, not 161"):
        JitterBuffer().push(0, np.zeros(161, np.float32), 0.0)

"""The caller's audio stays true to time."""

from ivr.telephony.messages import Media
from ivr.telephony.timekeeper import MAX_FILL_MS, ULAW_SILENCE, Placed, Timekeeper

FRAME = b"\x11" * 160


def frame(number: int, *, timestamp_ms: int | None = None, chunk: int | None = None) -> Media:
    """The ``number``-th frame of a stream, from 1, as Twilio numbers it."""
    return Media(
        FRAME,
        sequence=number + 1,
        chunk=number if chunk is None else chunk,
        timestamp_ms=(number - 1) * 20 if timestamp_ms is None else timestamp_ms,
    )


def test_a_stream_in_order_passes_untouched() -> None:
    keeper = Timekeeper()
    assert [keeper.place(frame(number)) for number in range(1, 50)] == [Placed(FRAME)] * 49


def test_lost_frames_become_silence_of_the_same_length() -> None:
    keeper = Timekeeper()
    keeper.place(frame(1))
    placed = keeper.place(frame(5))
    assert placed.ulaw == ULAW_SILENCE * 480 + FRAME
    assert "60 ms missing" in placed.problems[0]
    assert keeper.place(frame(6)) == Placed(FRAME)


def test_a_long_gap_is_filled_up_to_the_bound_and_the_clock_goes_on_from_there() -> None:
    keeper = Timekeeper()
    keeper.place(frame(1))
    assert len(keeper.place(frame(10_000)).ulaw) == MAX_FILL_MS * 8 + 160
    assert keeper.place(frame(10_001)) == Placed(FRAME)


def test_a_late_or_repeated_frame_is_dropped() -> None:
    keeper = Timekeeper()
    for number in (1, 2, 4):
        keeper.place(frame(number))
    assert keeper.place(frame(3)).ulaw == b""
    repeated = keeper.place(frame(4))
    assert repeated.ulaw == b""
    assert {problem.split(":")[0] for problem in repeated.problems} == {
        "media.chunk",
        "sequenceNumber",
        "media.timestamp",
    }
    assert keeper.place(frame(5)) == Placed(FRAME)


def test_a_clock_that_stands_still_loses_nothing() -> None:
    keeper = Timekeeper()
    assert all(keeper.place(frame(number, timestamp_ms=0)).ulaw == FRAME for number in range(1, 20))


def test_counters_that_stand_still_lose_nothing() -> None:
    keeper = Timekeeper()
    media = [Media(FRAME, sequence=1, chunk=1, timestamp_ms=20 * number) for number in range(20)]
    assert all(keeper.place(each).ulaw == FRAME for each in media)


def test_no_numbers_at_all_lose_nothing() -> None:
    keeper = Timekeeper()
    assert [keeper.place(Media(FRAME)) for _ in range(5)] == [Placed(FRAME)] * 5


def test_jitter_below_a_frame_is_left_alone() -> None:
    keeper = Timekeeper()
    times_ms = [0, 27, 33, 67, 80, 95]
    placed = [keeper.place(frame(n, timestamp_ms=ms)) for n, ms in enumerate(times_ms, 1)]
    assert placed == [Placed(FRAME)] * len(times_ms)

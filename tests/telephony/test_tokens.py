"""Stream tokens open one stream, once, for a while."""

import threading

import pytest

from ivr.call.line import CallInfo
from ivr.telephony.tokens import StreamTokens, TokenRefusedError
from ivr.telephony.watch import StreamWatch


class Clock:
    """Seconds that pass when told."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


CALL = CallInfo("CA1")


def test_a_token_opens_its_call_once() -> None:
    tokens = StreamTokens()
    token = tokens.issue(CALL)
    assert tokens.peek(token) == CALL
    assert tokens.redeem(token) == CALL
    assert tokens.peek(token) is None
    with pytest.raises(TokenRefusedError, match="used before"):
        tokens.redeem(token)


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "é", "\ud800"])
def test_a_guess_opens_nothing(token: str) -> None:
    tokens = StreamTokens()
    tokens.issue(CALL)
    with pytest.raises(TokenRefusedError, match="unknown"):
        tokens.redeem(token)


def test_an_expired_token_opens_nothing_and_its_call_is_reported_once() -> None:
    clock = Clock()
    tokens = StreamTokens(60.0, clock=clock)
    token = tokens.issue(CALL)
    clock.now_s = 59.9
    assert tokens.expired() == []
    clock.now_s = 60.0
    with pytest.raises(TokenRefusedError, match="expired"):
        tokens.redeem(token)
    assert tokens.expired() == [CALL]
    assert tokens.expired() == []


def test_a_repeated_webhook_voids_the_earlier_token_and_a_connected_call_is_never_missed() -> None:
    clock = Clock()
    tokens = StreamTokens(60.0, clock=clock)
    first, second = tokens.issue(CALL), tokens.issue(CALL)
    with pytest.raises(TokenRefusedError, match="unknown"):
        tokens.redeem(first)
    tokens.redeem(second)
    tokens.issue(CALL)  # a retry that came after the stream
    clock.now_s = 61.0
    assert tokens.expired() == []


def test_a_call_that_went_another_way_is_not_missed() -> None:
    clock = Clock()
    tokens = StreamTokens(60.0, clock=clock)
    tokens.issue(CALL)
    assert tokens.knows("CA1")
    tokens.revoke("CA1")
    assert not tokens.knows("CA1")
    clock.now_s = 61.0
    assert tokens.expired() == []


def test_memory_is_bounded_and_what_falls_out_is_reported() -> None:
    tokens = StreamTokens(60.0, max_tokens=3)
    for number in range(5):
        tokens.issue(CallInfo(f"CA{number}"))
    assert [info.call_sid for info in tokens.expired()] == ["CA0", "CA1"]


def test_many_threads_at_one_token_get_one_stream() -> None:
    tokens = StreamTokens()
    token = tokens.issue(CALL)
    won: list[CallInfo] = []
    barrier = threading.Barrier(16)

    def rush() -> None:
        barrier.wait()
        try:
            won.append(tokens.redeem(token))
        except TokenRefusedError:
            return

    threads = [threading.Thread(target=rush) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert won == [CALL]


def test_the_watch_reports_a_stream_that_never_came_and_survives_a_failing_record() -> None:
    tokens = StreamTokens(0.01)
    told: list[str] = []
    both = threading.Event()

    def missed(info: CallInfo) -> None:
        told.append(info.call_sid)
        if len(told) == 2:
            both.set()
        raise RuntimeError("the database is gone")

    watch = StreamWatch(tokens, missed, every_s=0.02)
    watch.start()
    tokens.issue(CallInfo("CA1"))
    tokens.issue(CallInfo("CA2"))
    assert both.wait(5)
    watch.stop()
    assert sorted(told) == ["CA1", "CA2"]

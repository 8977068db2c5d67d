"""An agent's leg by itself: a browser that does not read must not hold up a caller."""

import json
import threading
import time

import pytest

from ivr.bridge.agent_leg import STALLED, UNSENT_FRAMES, AgentLeg
from ivr.errors import FrameError, LineClosedError
from tests.bridge.house import wait_for
from tests.bridge.sounds import SILENCE

HELLO = json.dumps({"type": "hello", "format": "ulaw", "rate_hz": 8_000})


class Browser:
    """A socket whose other side may stop reading."""

    def __init__(self, *says: str | bytes | None) -> None:
        self.says = list(says)
        self.reads = threading.Event()
        self.reads.set()
        self.got: list[str | bytes] = []
        self.closed: tuple[int, str] | None = None

    def send(self, *messages: str | bytes) -> None:
        self.reads.wait(10)
        if self.closed:
            raise LineClosedError("closed")
        self.got += messages

    def receive(self, timeout_s: float) -> str | bytes | None:
        if not self.says:
            raise LineClosedError("closed (WebSocket status 1006)")
        return self.says.pop(0)

    def close(self, status: int = 1000, why: str = "") -> None:
        self.closed = (status, why)


def leg(browser: Browser) -> AgentLeg:
    return AgentLeg(browser, "CA1", "mina")


def test_what_a_browser_does_not_take_is_given_up_and_never_waited_for() -> None:
    browser = Browser(HELLO)
    stuck = leg(browser)
    stuck.greet()
    wait_for(lambda: browser.got, "ready")
    browser.reads.clear()
    began_s = time.monotonic()
    for _ in range(5 * UNSENT_FRAMES):
        stuck.hear(SILENCE)
    assert time.monotonic() - began_s < 0.5
    browser.reads.set()
    stuck.join(5)
    assert browser.closed == (STALLED, "the browser does not take its audio")
    assert len(browser.got) <= UNSENT_FRAMES + 2


def test_a_short_stall_costs_only_the_oldest_audio() -> None:
    browser = Browser(HELLO)
    slow = leg(browser)
    slow.greet()
    wait_for(lambda: browser.got, "ready")
    browser.reads.clear()
    for number in range(2 * UNSENT_FRAMES):
        slow.hear(bytes([number]) * 160)
    slow.tell("hold", on=True)
    browser.reads.set()
    slow.end(1000, "done")
    slow.join(5)
    frames = [message for message in browser.got if isinstance(message, bytes)]
    assert frames[-1][4:] == bytes([2 * UNSENT_FRAMES - 1]) * 160
    assert '{"type": "hold", "on": true}' in browser.got
    assert browser.closed == (1000, "done")


@pytest.mark.parametrize("first", [None, b"\0" * 164, "{}", '{"type": "bye"}'])
def test_without_a_proper_hello_nothing_begins(first: str | bytes | None) -> None:
    with pytest.raises(FrameError, match=r"hello|type"):
        leg(Browser(first)).greet()


def test_a_browser_that_goes_is_told_from_one_that_says_goodbye() -> None:
    gone = leg(Browser(HELLO))
    gone.greet()
    assert gone.read(lambda: True) == ("closed (WebSocket status 1006)", False)
    polite = leg(Browser(HELLO, '{"type": "bye"}'))
    polite.greet()
    assert polite.read(lambda: True) == ("the agent's page closed its audio", True)
    for each in (gone, polite):
        each.end(1000, "")
        each.join(5)


def test_a_caller_who_goes_just_before_the_two_are_joined() -> None:
    browser = Browser(HELLO, b"\0" * 164)
    early = leg(browser)
    early.greet()
    early.read(lambda: False)
    early.join(5)
    assert browser.closed == (4404, "the caller is no longer on the line")

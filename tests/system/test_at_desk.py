"""Nobody falls through: a full house, a lost line and a server that is killed, with an agent at the desk."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from ivr.telephony.simulated_line import SimulatedCall
from tests.bridge.sides import Agent
from tests.bridge.sounds import pitch_hz, sine, tone
from tests.system.callers import on_the_line
from tests.system.hotline import Hotline, running, wait_until

pytestmark = pytest.mark.slow

PATIENCE_S = 30.0
ALIVE_S = 1.0
CALLERS_HZ, AGENTS_HZ = 500, 700


@dataclass
class Desk:
    """The page of an agent, without the page: shows signs of life from the beginning to the end."""

    url: str
    agent: str = "alex"
    over: threading.Event = field(default_factory=threading.Event)

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        answer = requests.post(
            f"{self.url}/api/desk{path}", json=body or {}, headers={"X-Desk-Agent": self.agent}, timeout=10
        )
        assert answer.ok, (path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def call(self, call_sid: str) -> dict[str, Any]:
        """A call's hand-off; empty when there is none."""
        answer = requests.get(
            f"{self.url}/api/desk/calls/{call_sid}", headers={"X-Desk-Agent": self.agent}, timeout=10
        )
        return dict(answer.json()) if answer.ok else {}

    def live(self) -> None:
        while not self.over.wait(ALIVE_S):
            with suppress(requests.RequestException, AssertionError):
                self.ask("/me/alive")


@contextmanager
def on_duty(url: str) -> Iterator[Desk]:
    desk = Desk(url)
    desk.ask("/enter", {"agent": desk.agent})
    desk.ask("/me/status", {"status": "available"})
    lives = threading.Thread(target=desk.live, name="test-agents-page")
    lives.start()
    try:
        yield desk
    finally:
        desk.over.set()
        lives.join()


def waits(desk: Desk, call: SimulatedCall) -> dict[str, Any]:
    """The hand-off of a caller who is at the desk."""

    def there() -> dict[str, Any] | None:
        found = desk.call(call.call_sid)
        return found if found.get("state") in {"waiting", "offered"} else None

    return wait_until(there, PATIENCE_S, "the caller waits at the desk") or {}


@contextmanager
def talk(desk: Desk, call: SimulatedCall) -> Iterator[None]:
    """The agent takes the call, and both hear each other."""
    token = wait_until(lambda: accepted(desk, call), PATIENCE_S, "the agent has the call") or ""
    agent = Agent(desk.url, token)
    try:
        wait_until(lambda: agent.got("joined"), PATIENCE_S, "they are joined")
        agent.say(tone(AGENTS_HZ, 5.0))
        wait_until(lambda: abs(hears_hz(call) - AGENTS_HZ) < 15, PATIENCE_S, "the caller hears the agent")
        call.say(sine(CALLERS_HZ, 5.0))
        wait_until(lambda: abs(agent.hears_hz(0.4) - CALLERS_HZ) < 15, PATIENCE_S, "the agent hears the caller")
        yield
    finally:
        agent.leave()


def accepted(desk: Desk, call: SimulatedCall) -> str | None:
    try:
        return str(desk.ask(f"/calls/{call.call_sid}/accept")["audio_token"])
    except AssertionError:
        return None


def hears_hz(call: SimulatedCall) -> float:
    return pitch_hz(call.recording()[1][-3_200:])


def lose_line(call: SimulatedCall) -> None:
    """The stream breaks, and the caller is still on the telephone."""
    assert call._socket is not None
    call._socket._sock.cut()
    assert call.wait_over(10)
    assert call.dropped


def test_everybody_gets_to_the_agent(tmp_path: Path) -> None:
    with (
        running(tmp_path, IVR_MAX_CALLS="1", IVR_LANGUAGE="en") as hotline,
        on_duty(hotline.url) as desk,
        on_the_line(lambda: SimulatedCall(hotline.url, language="en")) as first,
        on_the_line(lambda: SimulatedCall(hotline.url, language="en")) as second,  # a full house: at the desk
    ):
        assert "lines were busy" in waits(desk, second)["headline"]
        assert desk.call(first.call_sid) == {}
        with talk(desk, second):
            desk.ask(f"/calls/{second.call_sid}/finish")
        assert second.wait_over(20)
        followed = second.follow()
        assert followed is not None and followed.next == "hang_up"
        record = hotline.record(second.call_sid)
        assert (record["outcome"], record["handoff"]["reason"]) == ("handed_off", "failure")
        assert record["handoff"]["status"] == "completed"
        desk.ask("/me/status", {"status": "available"})

        lose_line(first)
        followed = first.follow()
        assert followed is not None and followed.next == "desk"
        assert "broke off" in waits(desk, first)["headline"]
        with talk(desk, first):
            after_a_power_cut(hotline, desk, tmp_path, first)


def after_a_power_cut(hotline: Hotline, desk: Desk, folder: Path, talking: SimulatedCall) -> None:
    """One caller talks and one waits when the server dies; a moment later another one runs."""
    with on_the_line(lambda: SimulatedCall(hotline.url, language="en")) as waiting:
        assert waiting.wait_for("audio_start", timeout_s=15)
        waiting.press("0")
        since = waits(desk, waiting)["requested_at"]
        before = desk.call(talking.call_sid)
        hotline.kill()
        assert waiting.wait_over(10) and talking.wait_over(10)
        with (
            running(folder, ready=False, port=urlsplit(hotline.url).port or 0, IVR_LANGUAGE="en"),
            ThreadPoolExecutor(2) as carrier,
        ):
            followed = list(carrier.map(SimulatedCall.follow, (waiting, talking)))
            assert [each and each.next for each in followed] == ["desk", "desk"]
            time.sleep(1.0)
            for call, asked_at in ((waiting, since), (talking, before["requested_at"])):
                again = waits(desk, call)
                assert again["requested_at"] == asked_at
                assert again["returned"] >= 1
            assert desk.call(waiting.call_sid)["reason"] == "caller_asked"
            with talk(desk, waiting):
                desk.ask(f"/calls/{waiting.call_sid}/finish")
            assert waiting.wait_over(20)
            with talk(desk, talking):
                desk.ask(f"/calls/{talking.call_sid}/finish")
            assert talking.wait_over(20)
            again_url = Hotline(hotline.url)
            for call in (waiting, talking):
                followed_by = call.follow()
                assert followed_by is not None and followed_by.next == "hang_up"
                record = again_url.record(call.call_sid)
                assert record["outcome"] == "handed_off"
                assert record["handoff"]["status"] == "completed"
                assert record.get("callback") is None

"""Whatever an agent's browser does, it is told what is wrong, and the caller's call goes on."""

import time
from collections.abc import Iterator

import pytest
import requests
import simple_websocket

from ivr.errors import LineError
from ivr.telephony.client_socket import ClientSocket
from tests.bridge.house import Scene, scene, wait_for
from tests.bridge.sides import HELLO, SID, Agent
from tests.bridge.sounds import tone

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def waiting() -> Iterator[Scene]:
    """A caller who waits; the tests here must leave them waiting."""
    with scene() as opened:
        opened.ring()
        yield opened


def refused(stage: Scene, token: str, hello: dict[str, object] | None = None) -> tuple[int | None, str]:
    agent = Agent(stage.url, token, hello, speaks=False)
    assert agent.closed.wait(10)
    agent.leave()
    assert stage.hub.alive(SID)  # the caller has noticed nothing
    return agent.status, agent.reason


def test_a_forged_token_opens_nothing(waiting: Scene) -> None:
    assert refused(waiting, "a" * 43) == (4401, "audio token: unknown; accept the call again")


def test_a_token_opens_once(waiting: Scene) -> None:
    token = waiting.hub.attach(SID, "mina")
    waiting.hub.redeem(token)
    assert refused(waiting, token) == (4401, "audio token: used before; accept the call again")


def test_a_new_token_voids_the_one_before(waiting: Scene) -> None:
    old = waiting.hub.attach(SID, "mina")
    waiting.hub.attach(SID, "jun")
    assert refused(waiting, old)[0] == 4401


@pytest.mark.parametrize(
    ("hello", "reason"),
    [
        ({"type": "hello", "format": "opus", "rate_hz": 48_000}, "hello.format: 'opus'; there are ulaw, pcm16"),
        ({"type": "hello", "format": "pcm16", "rate_hz": 44_100}, "hello.rate_hz: '44100'; pcm16 may come at"),
        ({"type": "bye"}, "hello: must come first"),
        ({"type": "<script>"}, "type: unknown '<script>'"),
    ],
)
def test_a_wrong_hello_is_answered_with_what_is_wrong(
    waiting: Scene, hello: dict[str, object], reason: str
) -> None:
    status, told = refused(waiting, waiting.hub.attach(SID, "mina"), hello)
    assert status == 4400
    assert told.startswith(reason)


def test_audio_before_hello_is_refused(waiting: Scene) -> None:
    agent = Agent(waiting.url, waiting.hub.attach(SID, "mina"), {}, speaks=False)
    agent.send(b"\0" * 164)
    assert agent.closed.wait(5)
    assert (agent.status, agent.reason) == (4400, "hello: must come before any audio")


def test_another_sites_page_is_turned_away(waiting: Scene) -> None:
    address = waiting.url.replace("http", "ws") + "/desk/audio/" + waiting.hub.attach(SID, "mina")
    with pytest.raises(LineError, match="HTTP 403"):
        ClientSocket.connect(address, headers={"Origin": "https://elsewhere.example"}, timeout_s=5)


UPGRADE = {"Connection": "Upgrade", "Upgrade": "websocket"}
KEY = {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}  # RFC 6455, 1.3


@pytest.mark.parametrize(
    "headers",
    [
        {},
        UPGRADE,
        {**UPGRADE, "Sec-WebSocket-Version": "13"},
        {**UPGRADE, "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "c2hvcnQ="},
        {**UPGRADE, "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "*"},
        {**UPGRADE, **KEY, "Sec-WebSocket-Version": "8"},
    ],
    ids=["none", "no key, no version", "no key", "short key", "no base64", "old version"],
)
def test_without_a_whole_upgrade_nothing_opens(waiting: Scene, headers: dict[str, str]) -> None:
    answer = requests.get(f"{waiting.url}/desk/audio/abc", headers=headers, timeout=5)
    assert answer.status_code == 426, "Upgrade Required"
    assert (answer.headers["Upgrade"], answer.headers["Sec-WebSocket-Version"]) == ("websocket", "13")


def test_garbage_is_told_and_the_talk_goes_on() -> None:
    with scene() as stage:
        caller, agent = stage.talk()
        for number in range(300):
            agent.send(bytes([number % 256]) * (number * 7 % 900))
        agent.send("{not json")
        agent.send('{"type": "mute", "on": "maybe"}')
        agent.send("[" * 10_000)
        problem = wait_for(lambda: agent.got("problem"), "it is told")
        assert problem["message"].startswith("frame: ")
        agent.say(tone(700, 3.0))
        caller.say(tone(440, 3.0))
        wait_for(lambda: abs(caller.hears_hz(0.4) - 700) < 5, "the caller hears the agent")
        wait_for(lambda: abs(agent.hears_hz(0.4) - 440) < 5, "the agent hears the caller")


def test_a_refused_microphone_is_told_and_the_agent_still_hears() -> None:
    with scene() as stage:
        caller, agent = stage.talk(hello={**HELLO, "microphone": "NotAllowedError"})
        problem = wait_for(lambda: agent.got("problem"), "it is told")
        assert problem["code"] == "microphone"
        caller.say(tone(440, 2.0))
        wait_for(lambda: abs(agent.hears_hz(0.4) - 440) < 5, "the agent hears the caller")


def test_a_browser_that_reads_nothing_is_let_go_and_the_caller_kept() -> None:
    with scene() as stage:
        caller = stage.ring()
        token = stage.hub.attach(SID, "mina")
        deaf = simple_websocket.Client(stage.url.replace("http", "ws") + f"/desk/audio/{token}", receive_bytes=1)
        deaf.send('{"type": "hello", "format": "pcm16", "rate_hz": 24000}')
        wait_for(lambda: stage.desk.heard_of("talking"), "they are joined")
        began_s = time.monotonic()
        wait_for(lambda: stage.desk.heard_of("agent_gone"), "it counts as gone", 6)  # it sends nothing, either
        assert time.monotonic() - began_s < 5
        assert stage.hub.alive(SID)
        assert not caller.closed.is_set()
        deaf.close()

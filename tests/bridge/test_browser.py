"""The agent's sound in a real browser: the page's own modules, joined with a caller over real sockets."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

from audio.jitter import FRAME_SAMPLES, JitterBuffer
from tests.bridge.house import Scene, scene, wait_for
from tests.bridge.sides import SID
from tests.bridge.sounds import tone
from tests.web.browser import kept_browsers, launch, needs_chromium

pytestmark = [pytest.mark.slow, needs_chromium]

OPEN = """async (token) => {
    const { TalkAudio } = await import("/assets/desk/audio.js");
    window.seen = { states: [], caller: 0, agent: 0, microphone: null, problems: [], quality: null };
    window.talk = await TalkAudio.open({
        state: (name, detail) => seen.states.push([name, detail?.why ?? null]),
        levels: ({ agent, caller }) => {
            if (agent !== undefined) seen.agent = agent;
            if (caller !== undefined) seen.caller = caller;
        },
        microphone: (state) => (seen.microphone = state),
        problem: (code, message) => seen.problems.push([code, message]),
        quality: (quality) => (seen.quality = quality),
    });
    talk.connect(token);
}"""
SAY = """([hz, seconds]) => talk.say(
    Float32Array.from({ length: seconds * 8000 }, (_, i) => 0.3 * Math.sin((2 * Math.PI * hz * i) / 8000))
)"""


@pytest.fixture(scope="module", autouse=True)
def browsers() -> Iterator[None]:
    with kept_browsers():
        yield


@pytest.fixture
def stage() -> Iterator[Scene]:
    with scene() as opened:
        yield opened


def join(page: Page, stage: Scene) -> None:
    stage.ring()
    page.goto(f"{stage.url}/phone")
    page.evaluate(OPEN, stage.hub.attach(SID, "mina"))
    until(page, "seen.states.some(([name]) => name === 'joined')")


def until(page: Page, true: str) -> None:
    """Wait for something of the page's; its own waiting would need ``eval``, which the page forbids."""
    wait_for(lambda: page.evaluate(true), true)


def seen(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate("seen")
    return found


def test_a_browser_and_a_telephone_hear_each_other(stage: Scene) -> None:
    with launch() as page:
        join(page, stage)
        page.evaluate(SAY, [700, 4])
        stage.caller.say(tone(440, 4.0))
        wait_for(lambda: abs(stage.caller.hears_hz(0.4) - 700) < 5, "the caller hears")
        until(page, "seen.caller > 0.15 && seen.caller < 0.27")  # 0.3 / √2 = 0.21
        until(page, "seen.agent > 0.15")
        page.evaluate("talk.say(new Float32Array(0))")
        stage.hub.hold(SID, True)
        until(page, "seen.states.at(-1)[0] === 'hold'")
        until(page, "seen.caller < 0.001")
        stage.hub.hold(SID, False)
        until(page, "seen.states.at(-1)[0] === 'joined'")
        stage.hub.detach(SID, "completed")
        until(page, "seen.states.at(-1)[0] === 'ended'")
        assert seen(page)["states"][-1] == ["ended", "over"]
        assert seen(page)["microphone"] == "ok"
        assert not stage.desk.heard_of("agent_gone")


def test_muted_the_agent_is_not_heard(stage: Scene) -> None:
    with launch() as page:
        join(page, stage)
        wait_for(lambda: stage.caller.hears_hz(1.0) > 0, "the fake microphone's beep")
        page.evaluate("talk.mute(true)")
        page.wait_for_timeout(400)
        for _ in range(8):  # it beeps every second
            page.wait_for_timeout(250)
            assert stage.caller.hears_hz(0.2) == 0


def test_a_refused_microphone_is_told_and_the_agent_hears(stage: Scene) -> None:
    with launch(microphone=False) as page:
        join(page, stage)
        stage.caller.say(tone(440, 4.0))
        until(page, "seen.caller > 0.15")
        until(page, "seen.problems.length > 0")
        told = seen(page)
        assert told["microphone"] == "NotAllowedError"
        assert told["problems"][0][0] == "microphone"


def test_a_closed_page_is_noticed(stage: Scene) -> None:
    with launch() as page:
        join(page, stage)
        page.goto("about:blank")
        wait_for(lambda: stage.desk.heard_of("agent_gone"), "the desk hears of it", 5)
    assert stage.hub.alive(SID)


def test_a_forged_token_is_told_to_the_page(stage: Scene) -> None:
    stage.ring()
    with launch() as page:
        page.goto(f"{stage.url}/phone")
        page.evaluate(OPEN, "forged")
        until(page, "seen.states.at(-1)[0] === 'ended'")
        assert seen(page)["states"][-1] == ["ended", "token"]


def test_the_pages_jitter_buffer_does_what_the_servers_does(stage: Scene) -> None:
    random = np.random.default_rng(5)
    late_ms = np.where(random.random(200) < 0.1, random.uniform(0, 120, 200), random.uniform(0, 15, 200))
    arrivals = sorted((number * 20.0 + late_ms[number], number) for number in range(200) if number % 37)
    buffer, heard, coming = JitterBuffer(), [], list(arrivals)
    voice = [np.full(FRAME_SAMPLES, 0.1 + number / 1_000, np.float32) for number in range(200)]
    for tick in range(220):
        while coming and coming[0][0] <= tick * 20 + 10:
            at_ms, number = coming.pop(0)
            buffer.push(number, voice[number], at_ms / 1000)
        heard.append(float(buffer.pull().mean()))
    with launch() as page:
        page.goto(f"{stage.url}/phone")
        counts, theirs = page.evaluate(
            """async (arrivals) => {
                const { JitterBuffer } = await import("/assets/desk/audio-jitter.js");
                const buffer = new JitterBuffer();
                const heard = [];
                for (let tick = 0; tick < 220; tick += 1) {
                    while (arrivals.length && arrivals[0][0] <= tick * 20 + 10) {
                        const [at, number] = arrivals.shift();
                        buffer.push(number, new Float32Array(160).fill(0.1 + number / 1000), at);
                    }
                    heard.push(buffer.pull().reduce((sum, sample) => sum + sample, 0) / 160);
                }
                return [buffer.counts, heard];
            }""",
            arrivals,
        )
    assert counts == vars(buffer.counts)
    assert counts["concealed"] > 0
    np.testing.assert_allclose(theirs, heard, atol=1e-4)

"""Whole calls from a real browser to a real hotline: what its user hears and sees."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from playwright.sync_api import Locator, Page, WebSocket, expect

from audio.contracts import Samples
from audio.resample import resample
from audio.wav import read_wav
from tests.web.browser import kept_browsers, launch, needs_chromium

FIXTURES = Path(__file__).parents[1] / "fixtures"
MICROPHONE_RATE_HZ = 48_000
GREETING_S = 14.0
"""When the caller at the microphone speaks: the English greeting and question take 10 s of it."""
CALL_TIMEOUT_MS = 120_000
"""Patience with a whole call: greeting, three turns and a goodbye take about 40 s on an idle machine."""

pytestmark = [pytest.mark.slow, needs_chromium]


@pytest.fixture(scope="module", autouse=True)
def browsers() -> Iterator[None]:
    with kept_browsers():
        yield


class Line:
    """What passes on the page's media stream, and how loud its loudspeaker gets."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.marks_sent = 0
        page.on("websocket", self._opened)

    def _opened(self, socket: WebSocket) -> None:
        socket.on("framesent", self._sent)

    def _sent(self, payload: str | bytes) -> None:
        self.marks_sent += '"event":"mark"' in str(payload)

    def watch_level(self) -> None:
        """Remember from now on how far the hotline's level meter goes."""
        self._page.evaluate(
            """() => {
                const bar = document.getElementById("meter-assistant");
                globalThis.highestLevel = 0;
                new MutationObserver(() => {
                    const level = Number(/scaleX\\(([^)]+)\\)/.exec(bar.style.transform)?.[1] ?? 0);
                    globalThis.highestLevel = Math.max(globalThis.highestLevel, level);
                }).observe(bar, { attributeFilter: ["style"] });
            }"""
        )

    @property
    def highest_level(self) -> float:
        """Of what the loudspeaker was given, 0 (-60 dB or less) to 1."""
        return float(self._page.evaluate("globalThis.highestLevel"))


def recording(name: str) -> Samples:
    return read_wav(FIXTURES / f"{name}.wav", 8_000)


def microphone(folder: Path, *parts: Samples | float) -> Path:
    """What a microphone hears: recordings, and silences of so many seconds."""
    path = folder / "microphone.wav"
    line = [np.zeros(round(part * 8_000), np.float32) if isinstance(part, float) else part for part in parts]
    soundfile.write(
        path, resample(np.concatenate(line), 8_000, MICROPHONE_RATE_HZ), MICROPHONE_RATE_HZ, subtype="PCM_16"
    )
    return path


def ring(page: Page, url: str, *, language: str, recordings: tuple[str, ...] = ()) -> Line:
    """Open the page, choose the language and the recordings to say, press the button."""
    line = Line(page)
    page.goto(f"{url}/phone")
    page.wait_for_selector("body[data-ready]")
    page.select_option("#language", language)
    if recordings:
        page.set_input_files("#recordings-add", [FIXTURES / f"{name}.wav" for name in recordings])
        expect(page.locator("#recordings li")).to_have_count(len(recordings))
    line.watch_level()
    page.click("#call")
    expect(page.locator("body")).to_have_attribute("data-state", "live", timeout=CALL_TIMEOUT_MS)
    return line


def turns(page: Page, speaker: str) -> Locator:
    return page.locator(f"#turns .turn.{speaker}:not(.partial)")


def facts(turn: Locator) -> dict[str, str]:
    """What the page tells of a turn: label → value."""
    pairs = turn.locator(".fact").all()
    return {pair.locator("dt").inner_text(): pair.locator("dd").inner_text() for pair in pairs}


def number(value: str, unit: str) -> float:
    amount, _, found = value.partition(" ")
    assert found == unit, value
    return float(amount)


def test_recordings_are_understood_answered_and_the_call_is_solved(hotline_url: str, tmp_path: Path) -> None:
    names = ("en/order_status", "en/number_47291", "en/goodbye")
    with launch(microphone(tmp_path, 1.0)) as page:  # a microphone in a quiet room
        line = ring(page, hotline_url, language="en", recordings=names)
        expect(turns(page, "assistant").first).to_contain_text("this is Acorn Store", timeout=CALL_TIMEOUT_MS)
        expect(page.locator("#status")).to_have_text("The call has ended", timeout=CALL_TIMEOUT_MS)
        expect(page.locator("#outcome")).to_have_text("Solved. The hotline said goodbye.")

        caller = turns(page, "caller")
        expect(caller).to_have_count(3)
        expect(caller.first.locator(".words")).to_contain_text("order")
        first = facts(caller.first)
        assert first["Language"] == "English"
        assert first["Intent"].startswith("order_status (")
        assert -50 < number(first["Loudness"], "dB") < -5
        assert 60 < number(first["Pitch"], "Hz") < 400
        assert 2 < number(first["Rate"], "syll/s") < 9

        decisions = page.locator("#decisions .decision")
        assert [decision.locator(".who").inner_text().split("\n")[0] for decision in decisions.all()][-2:] == [
            "Answer",
            "Hang up",
        ]
        assert all(reason.strip() for reason in page.locator("#decisions .reason").all_inner_texts())
        answer = turns(page, "assistant").filter(has_text="Order").last
        assert 0 < number(facts(answer)["Response"], "ms") < 10_000
        assert line.highest_level > 0.5, "the loudspeaker was given the hotline's voice"
        assert line.marks_sent >= 3, "each prompt was played to its end"
        assert page.locator("#recordings .badge").all_inner_texts() == ["said"] * 3

        record = page.request.get(f"{hotline_url}/api{page.get_attribute('#record', 'href')}").json()
        assert record["outcome"] == "resolved"
        assert record["origin"] == "browser"
        assert [turn["text"] for turn in record["turns"]] == page.locator("#turns .words").all_inner_texts()


def test_the_microphone_is_heard_and_the_zero_key_gets_a_person(hotline_url: str, tmp_path: Path) -> None:
    with launch(microphone(tmp_path, GREETING_S, recording("en/hours"), 1.0)) as page:
        line = ring(page, hotline_url, language="en")
        caller = turns(page, "caller").first
        expect(caller.locator(".words")).to_contain_text("open", timeout=CALL_TIMEOUT_MS)
        assert facts(caller)["Intent"].startswith("opening_hours (")
        decision = page.locator("#decisions .decision.answer").first
        expect(decision.locator(".reason")).not_to_be_empty()
        expect(page.locator("#status")).to_have_text("Connected · hotline speaking")
        assert line.highest_level > 0.5

        page.keyboard.press("0")
        expect(page.locator("#outcome")).to_contain_text("Handed over.", timeout=CALL_TIMEOUT_MS)
        expect(page.locator("#decisions .handoff")).to_contain_text("the caller asked")
        record = page.request.get(f"{hotline_url}/api{page.get_attribute('#record', 'href')}").json()
        assert record["outcome"] == "handed_off"
        assert record["handoff"]["reason"] == "caller_asked"


def test_a_korean_call_whose_language_is_found_by_listening(hotline_url: str, tmp_path: Path) -> None:
    with launch(microphone(tmp_path, 1.0), locale="ko-KR") as page:
        ring(page, hotline_url, language="auto", recordings=("ko/hours",))
        caller = turns(page, "caller").first
        expect(caller.locator(".words")).to_contain_text("영업", timeout=CALL_TIMEOUT_MS)
        told = facts(caller)
        assert told["언어"] == "한국어"
        assert told["의도"].startswith("opening_hours (")
        assert told["말 빠르기"].startswith("초당 ")
        expect(turns(page, "assistant").last).to_contain_text("평일", timeout=CALL_TIMEOUT_MS)
        page.click("#call")
        expect(page.locator("#outcome")).to_have_text("해결되었습니다. 고객이 전화를 끊었습니다.")

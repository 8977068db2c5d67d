"""The phone page in a real browser: its sound, its protocol, what it shows, and what goes wrong."""

import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
import soundfile
from flask import Flask
from flask.testing import FlaskClient
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

from audio.contracts import Samples
from audio.g711 import samples_to_ulaw, ulaw_to_samples
from audio.resample import resample
from audio.wav import read_wav
from ivr.call.line import AudioReceived, KeyPressed, MarkReached
from ivr.call.switchboard_types import Ending
from ivr.settings import load_settings
from ivr.web import phone
from tests.telephony.house import FakeCall, FakeHouse
from tests.web.browser import kept_browsers, launch
from tests.web.stage import Stage, is_audio, on_stage

REPO_ROOT = Path(__file__).parents[2]
SENTENCE = REPO_ROOT / "tests" / "fixtures" / "en" / "order_status_47291.wav"
ASSETS = REPO_ROOT / "ivr" / "web" / "static" / "phone"

T = TypeVar("T", bound=Callable[..., None])


def browser_test(test: T) -> T:
    """Mark a test that drives a browser."""
    marked: T = pytest.mark.slow(pytest.mark.usefixtures("browsers")(test))
    return marked


@pytest.fixture(scope="module")
def browsers() -> Iterator[None]:
    with kept_browsers():
        yield


def tone(hz: float, seconds: float, rate_hz: int = 8000) -> Samples:
    moments = np.arange(round(seconds * rate_hz)) / rate_hz
    return (0.3 * np.sin(2 * np.pi * hz * moments)).astype(np.float32)


def likeness(heard: Samples, said: Samples) -> float:
    """The best normalised correlation of ``said`` with any stretch of ``heard``, 0 to 1."""
    size = 1 << (len(heard) + len(said)).bit_length()
    spectrum = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(said, size))
    dot: NDArray[np.float64] = np.fft.irfft(spectrum, size)[: len(heard) - len(said) + 1]
    summed = np.concatenate([[0.0], np.cumsum(heard.astype(np.float64) ** 2)])
    energy = summed[len(said) :] - summed[: -len(said)]
    return float(np.max(np.abs(dot) / np.sqrt(np.maximum(energy, 1e-9) * np.sum(said**2, dtype=np.float64))))


def open_phone(page: Page, stage: Stage) -> None:
    page.goto(f"{stage.url}/phone")
    page.wait_for_selector("body[data-ready]")


def ring(page: Page, stage: Stage) -> FakeCall:
    """Open the page, press the button, wait until the stream has started."""
    open_phone(page, stage)
    page.click("#call")
    call = stage.call()
    expect(page.locator("body")).to_have_attribute("data-state", "live")
    return call


def wait_for_level(page: Page, least: float, most: float) -> None:
    """Wait until the hotline's level meter (0 to 1) stands in a range."""
    shown = "() => new DOMMatrix(getComputedStyle(document.getElementById('meter-assistant')).transform).a"
    deadline_s = time.monotonic() + 5
    while not least <= page.evaluate(shown) <= most:
        assert time.monotonic() < deadline_s, f"the level never came to {least} … {most}"
        page.wait_for_timeout(20)


def microphone_file(folder: Path, samples: Samples) -> Path:
    """What a fake microphone reads: half a second of silence, then 8 kHz ``samples``."""
    path = folder / "microphone.wav"
    padded = np.concatenate([np.zeros(4000, np.float32), samples, np.zeros(4000, np.float32)])
    soundfile.write(path, resample(padded, 8000, 48000), 48000, subtype="PCM_16")
    return path


# --- sound -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def laboratory(browsers: None) -> Iterator[Page]:
    """A page in which the sound modules can be run by themselves."""
    with on_stage() as stage, launch() as page:
        open_phone(page, stage)
        yield page


def table_ulaw(samples: NDArray[np.int64]) -> NDArray[np.int64]:
    """µ-law by G.711's table 2a itself: its decision values, in 14-bit units, and a search among them."""
    decisions = [0, *range(1, 31, 2)]
    for segment, start in enumerate((31, 95, 223, 479, 991, 2015, 4063), start=1):
        decisions += range(start, start + 16 * 2 ** (segment + 1), 2 ** (segment + 1))
    step = np.searchsorted(np.array(decisions) * 4, np.abs(samples), side="right") - 1
    return np.where(samples < 0, 0x7F, 0xFF) - step.astype(np.int64)


@browser_test
def test_ulaw_in_the_page_is_g711_for_every_sample_and_code(laboratory: Page) -> None:
    codes, values = laboratory.evaluate(
        """async () => {
            const { encodeSample, DECODED } = await import("/assets/phone/g711.js");
            const codes = Array.from({ length: 65536 }, (_, i) => encodeSample(i - 32768));
            return [codes, Array.from(DECODED)];
        }"""
    )
    assert np.array_equal(codes, table_ulaw(np.arange(-32768, 32768)))
    assert np.array_equal(np.array(values, np.float32), ulaw_to_samples(bytes(range(256))))


@browser_test
def test_ulaw_of_what_is_no_sample_is_bounded(laboratory: Page) -> None:
    codes = laboratory.evaluate(
        """async () => {
            const { encodeFloat } = await import("/assets/phone/g711.js");
            return [9, -9, Infinity, -Infinity, NaN].map(encodeFloat);
        }"""
    )
    assert codes == [0x80, 0x00, 0x80, 0x00, 0xFF]


@browser_test
@pytest.mark.parametrize(
    ("from_hz", "to_hz", "hz", "least_db", "most_db"),
    [
        pytest.param(48000, 8000, 300, -0.1, 0.1, id="48k to line, low voice"),
        pytest.param(48000, 8000, 3400, -0.5, 0.1, id="48k to line, edge of the telephone band"),
        pytest.param(44100, 8000, 1000, -0.1, 0.1, id="44.1k to line"),
        pytest.param(16000, 8000, 1000, -0.1, 0.1, id="16k to line"),
        pytest.param(48000, 8000, 4600, -200, -60, id="48k to line, would alias"),
        pytest.param(44100, 8000, 9000, -200, -60, id="44.1k to line, would alias"),
        pytest.param(8000, 48000, 3400, -0.5, 0.1, id="line to 48k"),
        pytest.param(8000, 44100, 1000, -0.1, 0.1, id="line to 44.1k"),
        pytest.param(8000, 8000, 1000, -0.1, 0.1, id="no change"),
    ],
)
def test_resampling_keeps_the_telephone_band_and_no_aliases(
    laboratory: Page, from_hz: int, to_hz: int, hz: float, least_db: float, most_db: float
) -> None:
    made = laboratory.evaluate(
        """async ([fromHz, toHz, samples]) => {
            const { Resampler } = await import("/assets/phone/resampler.js");
            const resampler = new Resampler(fromHz, toHz);
            const made = [];
            for (let at = 0; at < samples.length; at += 128) {
                made.push(...resampler.push(samples.slice(at, at + 128)));
            }
            return made;
        }""",
        [from_hz, to_hz, tone(hz, 1.0, from_hz).tolist()],
    )
    assert abs(len(made) - to_hz) <= 2 + to_hz // from_hz * 128
    settled = np.array(made)[to_hz // 10 :]
    rms = np.sqrt(np.mean(settled**2))
    gain_db = 20 * np.log10(rms / (0.3 / np.sqrt(2)))
    assert least_db <= gain_db <= most_db
    if gain_db > -1:
        moments = np.arange(len(settled)) / to_hz
        fitted = np.stack([np.sin(2 * np.pi * hz * moments), np.cos(2 * np.pi * hz * moments)])
        rest = settled - np.linalg.lstsq(fitted.T, settled, rcond=None)[0] @ fitted
        assert 20 * np.log10(np.sqrt(np.mean(rest**2)) / rms) < -50, "only the tone itself may come out"


@browser_test
def test_the_playback_ring_holds_minutes_and_forgets_nothing(laboratory: Page) -> None:
    answer = laboratory.evaluate(
        """async () => {
            const { PlaybackRing } = await import("/assets/phone/ring.js");
            const ring = new PlaybackRing();
            const take = (n) => Array.from({ length: n }, () => ring.take());
            ring.mark("at once");
            const first = ring.reached();
            ring.push(new Uint8Array(60000).fill(1));
            const early = take(59999);               // near the ring's end: what follows wraps round
            for (let i = 0; i < 100; i += 1) ring.push(new Uint8Array(48000).fill(2 + i));  // 10 minutes
            ring.mark("end");
            const rest = take(1 + 100 * 48000);
            const whole = rest[0] === 1 && rest.slice(1).every((b, i) => b === 2 + Math.floor(i / 48000));
            const end = ring.reached();
            const dropped = ring.push(new Uint8Array((1 << 24) + 7));
            ring.mark("never played");
            return { first, early: early.every((b) => b === 1), whole, end, none: ring.take() !== undefined,
                     dropped, cleared: ring.clear(), left: ring.length };
        }"""
    )
    assert answer == {
        "first": ["at once"],
        "early": True,
        "whole": True,
        "end": ["end"],
        "none": True,
        "dropped": 7,
        "cleared": ["never played"],
        "left": 0,
    }


# --- a call ------------------------------------------------------------------------------------------


@browser_test
def test_the_microphone_arrives_as_ulaw_at_8_khz_in_real_time(tmp_path: Path) -> None:
    said = read_wav(SENTENCE, 8000)
    with on_stage() as stage, launch(microphone_file(tmp_path, said)) as page:
        call = ring(page, stage)
        page.wait_for_timeout(1000 * (len(said) / 8000 + 2))
        frames = [(at_s, event.ulaw) for at_s, event in list(stage.times) if isinstance(event, AudioReceived)]

    assert {len(ulaw) for _, ulaw in frames} == {160}
    heard_s, wall_s = len(frames) * 0.02, frames[-1][0] - frames[0][0]
    assert heard_s == pytest.approx(wall_s, abs=0.3)
    # The browser's echo canceller and gain control change the waveform, so it is alike, not equal.
    assert likeness(ulaw_to_samples(call.heard), said) > 0.5
    assert call.info.origin == "browser"


@browser_test
def test_marks_come_back_in_order_and_when_they_were_heard() -> None:
    with on_stage() as stage, launch() as page:
        call = ring(page, stage)
        begun_s = time.monotonic()
        call.line.send_mark("before anything")
        for name, seconds in (("first", 0.8), ("second", 0.5)):  # all at once, as prompts are sent
            call.line.send_audio(samples_to_ulaw(tone(440, seconds)))
            call.line.send_mark(name)
        assert call.wait(lambda call: len(call.marks) == 3, 10)

        assert call.marks == ["before anything", "first", "second"]
        at_s = [at_s - begun_s for at_s, event in stage.times if isinstance(event, MarkReached)]
        assert at_s[0] < 0.5
        assert 0.8 <= at_s[1] < 2.0
        assert at_s[2] - at_s[1] == pytest.approx(0.5, abs=0.25)


@browser_test
def test_what_the_hotline_says_is_played_and_clear_stops_it() -> None:
    with on_stage() as stage, launch() as page:
        call = ring(page, stage)
        call.line.send_audio(samples_to_ulaw(tone(440, 20)))  # in one go, as prompts are sent
        call.line.send_mark("end of a long speech")
        expect(page.locator("#status")).to_have_text("Connected · hotline speaking")
        wait_for_level(page, 0.5, 1)

        cleared_s = time.monotonic()
        call.line.clear()
        assert call.wait(lambda call: call.marks == ["end of a long speech"], 5)
        assert stage.when(lambda event: isinstance(event, MarkReached)) - cleared_s < 0.5
        expect(page.locator("#status")).to_have_text("Connected · hotline listening")
        wait_for_level(page, 0, 0.05)

        call.line.send_audio(samples_to_ulaw(tone(440, 0.3)))
        call.line.send_mark("after the clear")
        assert call.wait(lambda call: len(call.marks) == 2, 5), "what comes after a clear is played"


@browser_test
def test_the_keypad_arrives_by_mouse_and_by_keyboard() -> None:
    with on_stage() as stage, launch() as page:
        open_phone(page, stage)
        page.keyboard.press("9")  # no call yet: goes nowhere
        page.click("#call")
        call = stage.call()
        expect(page.locator("body")).to_have_attribute("data-state", "live")
        page.get_by_role("button", name="Key 4").click()
        page.get_by_role("button", name="Star key").click()
        page.keyboard.press("7")
        page.keyboard.press("#")
        page.keyboard.press("x")
        page.get_by_role("button", name="Key 0").focus()
        page.keyboard.press("Enter")
        assert call.wait(lambda call: call.keys == "4*7#0", 5), call.keys


@browser_test
def test_recordings_are_said_in_turn_instead_of_the_microphone(tmp_path: Path) -> None:
    said = read_wav(SENTENCE, 8000)
    beep = tmp_path / "beep.wav"
    soundfile.write(beep, np.stack([tone(1000, 0.6, 22050)] * 2, axis=1), 22050, subtype="PCM_24")
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"RIFF, or so it says")

    with on_stage() as stage, launch(microphone=False) as page:
        open_phone(page, stage)
        page.set_input_files("#recordings-add", [SENTENCE, broken, beep])
        expect(page.get_by_role("alert")).to_contain_text("broken.wav can't be read")
        expect(page.locator("#recordings li")).to_have_count(2)
        page.click("#call")
        call = stage.call()
        call.line.send_audio(samples_to_ulaw(tone(300, 0.8)))
        call.line.send_mark("greeted")
        expect(page.locator("#recordings .badge").nth(0)).to_have_text("said")
        assert page.locator("#recordings .badge").nth(1).inner_text() == "waiting", "the hotline has not answered"
        call.line.send_audio(samples_to_ulaw(tone(300, 0.3)))
        expect(page.locator("#recordings .badge").nth(1)).to_have_text("said")
        page.wait_for_timeout(300)

        call.line.close()
        expect(page.locator("body")).to_have_attribute("data-state", "ended")
        page.click("#call")
        expect(page.locator("body")).to_have_attribute("data-state", "live")
        expect(page.locator("#recordings .badge")).to_have_text(["waiting", "waiting"])  # the next call: all again

    heard = ulaw_to_samples(call.heard)
    assert likeness(heard, said) > 0.98, "nothing but µ-law stands between a recording and the line"
    assert likeness(heard, tone(1000, 0.5)) > 0.98
    voiced = [at_s for at_s, event in stage.times if is_audio(event) and np.any(loud(event))]
    greeted_s = stage.when(lambda event: isinstance(event, MarkReached))
    assert voiced[0] > greeted_s, "the first one waits for the greeting to end"
    first_s = len(said) / 8000
    assert voiced[-1] - voiced[0] > first_s + 0.6


def loud(event: object) -> NDArray[np.bool_]:
    return np.abs(ulaw_to_samples(event.ulaw)) > 0.01 if isinstance(event, AudioReceived) else np.zeros(1, bool)


@browser_test
def test_muted_means_silence_and_unmuted_means_sound() -> None:
    with on_stage() as stage, launch() as page:  # the browser's test beeps, one a second or so
        call = ring(page, stage)
        page.wait_for_timeout(1500)
        page.get_by_role("button", name="Mute").click()
        page.wait_for_timeout(300)
        muted_from = len(call.heard)
        page.wait_for_timeout(1500)
        muted_to = len(call.heard)
        page.get_by_role("button", name="Unmute").click()
        page.wait_for_timeout(1800)
        heard = np.abs(ulaw_to_samples(call.heard))
    assert heard[:muted_from].max() > 0.01
    assert muted_to - muted_from > 8000
    assert heard[muted_from:muted_to].max() == 0
    assert heard[muted_to:].max() > 0.01


@browser_test
def test_a_refused_microphone_is_said_so_and_keys_still_work() -> None:
    with on_stage() as stage, launch(microphone=False) as page:
        call = ring(page, stage)
        expect(page.get_by_role("alert")).to_contain_text("The microphone was refused")
        page.keyboard.press("5")
        assert call.wait(lambda call: call.keys == "5", 5)
        assert call.wait(lambda call: len(call.heard) > 8000, 5), "silence goes out, as on a telephone"
        assert set(call.heard) == {0xFF}


@browser_test
def test_nonsense_on_the_line_does_not_end_the_call() -> None:
    with on_stage() as stage, launch() as page:
        call = ring(page, stage)
        stream = call.line._sock  # type: ignore[attr-defined]
        stream.send(
            "no JSON", "[]", '{"event": "surprise"}', '{"event": "media", "media": {"payload": "%%"}}', "{}"
        )
        call.line.send_mark("still here")
        assert call.wait(lambda call: call.marks == ["still here"], 5)


# --- how it ends -------------------------------------------------------------------------------------


@browser_test
@pytest.mark.parametrize(
    ("follows", "agents", "outcome", "words"),
    [
        ("hang_up", "", "resolved", "Solved."),
        ("person", "+821012345678", "handed_off", "a person would be called now"),
        ("person", "", "handed_off", "the caller would reach voicemail now"),
    ],
)
def test_the_page_says_what_would_follow(follows: str, agents: str, outcome: str, words: str) -> None:
    with on_stage(settings=load_settings(agent_numbers=agents)) as stage, launch() as page:
        stage.outcome = outcome
        call = ring(page, stage)
        stage.house.endings[call.info.call_sid] = Ending("hang_up" if follows == "hang_up" else "person", "en")
        call.line.close()
        expect(page.locator("#outcome")).to_contain_text(words)
        expect(page.locator("#status")).to_have_text("The call has ended")
        assert ("finished", call.info.call_sid) in stage.house.notes
        expect(page.get_by_role("link", name="Record of this call")).to_be_visible()
        page.click("#call")
        expect(page.locator("body")).to_have_attribute("data-state", "live")
        assert len(stage.house.calls) == 2, "the same page can call again"


@browser_test
def test_hanging_up_tells_the_line_and_closes_the_record() -> None:
    with on_stage() as stage, launch() as page:
        stage.outcome = "abandoned"
        call = ring(page, stage)
        page.get_by_role("button", name="Hang up").click()
        assert call.ended.wait(5)
        assert call.why == "stop"
        expect(page.locator("#outcome")).to_have_text("You hung up.")
        assert ("finished", call.info.call_sid) in stage.house.notes


@browser_test
def test_leaving_the_page_hangs_up_and_closes_the_record() -> None:
    with on_stage() as stage, launch() as page:
        call = ring(page, stage)
        page.goto("about:blank")
        assert call.ended.wait(5)
        deadline_s = time.monotonic() + 5
        while not stage.house.notes and time.monotonic() < deadline_s:
            page.wait_for_timeout(50)
        assert stage.house.notes == [("finished", call.info.call_sid)]


@browser_test
def test_a_full_house_and_a_server_that_is_gone_are_said_so() -> None:
    with launch() as page:
        with on_stage() as stage:
            stage.house.admitting = False
            open_phone(page, stage)
            page.click("#call")
            expect(page.get_by_role("alert")).to_contain_text("can't take this call now")
        page.click("#call")
        expect(page.get_by_role("alert")).to_contain_text("can't be reached any more")
        expect(page.get_by_role("button", name="Call", exact=True)).to_be_enabled()


@browser_test
def test_a_server_that_dies_during_the_call_is_said_so() -> None:
    with launch() as page:
        with on_stage() as stage:
            call = ring(page, stage)
        call.line.close()
        expect(page.get_by_role("alert")).to_contain_text("can't be reached any more")
        expect(page.locator("#status")).to_have_text("The call has ended")


# --- what it shows -----------------------------------------------------------------------------------

CALLER_TURN: dict[str, object] = {
    "speaker": "caller",
    "text": "where is my order <img src=x onerror=\"document.body.dataset.owned='yes'\"><script>1</script>",
    "language": "en",
    "start_ms": 5120,
    "end_ms": 8340,
    "intent": "order_status",
    "intent_confidence": 0.91,
    "slots": {"order_number": "47291"},
    "emotion": None,
    "prosody": {"energy_db": -24.1, "f0_median_hz": 182.4},
    "speech_rate": 4.83,
    "frustration": None,
}
ASSISTANT_TURN: dict[str, object] = {
    "speaker": "assistant",
    "text": "It is on its way.",
    "language": "en",
    "start_ms": 8700,
    "end_ms": 10000,
    "response_ms": 430,
}


@browser_test
def test_the_conversation_is_shown_live_and_html_in_it_is_only_text() -> None:
    with on_stage() as stage, launch() as page:
        ring(page, stage)
        stage.show("speaking", text="Hello.")
        stage.show("speaking", text="How can I help you?")
        expect(page.locator(".turn.partial.assistant .words")).to_have_text("Hello. How can I help you?")
        stage.show("partial", text="where is")
        expect(page.locator(".turn.partial.caller")).to_contain_text("where is")
        stage.show("turn", **CALLER_TURN)
        stage.show("partial", text="and")
        stage.show("partial", text="")
        stage.show(
            "decision", at_ms=8400, action="answer", reason="<b>order</b> found", contributions={"repeats": 0.2}
        )
        stage.show("turn", **ASSISTANT_TURN)

        turns = page.locator("#turns .turn")
        expect(turns).to_have_count(2)
        caller, assistant = turns.nth(0), turns.nth(1)
        assert caller.locator(".words").inner_text() == CALLER_TURN["text"]
        assert page.locator("#turns img, #turns script, #decisions b").count() == 0
        assert page.locator("body").get_attribute("data-owned") is None
        facts = caller.locator(".facts").inner_text().replace("\n", " ")
        for fact in (
            "English",
            "order_status (91 %)",
            "4.8 syll/s",
            "-24 dB",
            "182 Hz",
        ):
            assert fact in facts
        assert "Feeling" not in facts, "what is not known is left out"
        assert "430 ms" in assistant.inner_text()
        boxes = caller.bounding_box(), assistant.bounding_box()
        assert boxes[0] and boxes[1]
        assert boxes[0]["x"] > boxes[1]["x"], "the caller stands on the right"
        decision = page.locator("#decisions .decision")
        expect(decision).to_contain_text("Answer")
        expect(decision).to_contain_text("<b>order</b> found")
        expect(decision).to_contain_text("0.20")

        stage.show("handoff", reason="caller_asked", summary={"headline": "Asks about an order"}, status="waiting")
        expect(page.locator(".handoff")).to_contain_text("the caller asked")

        page.get_by_role("button", name="한국어").click()
        expect(page.locator("#turns .turn.caller .who").first).to_contain_text("고객")
        expect(page.locator("#decisions .decision").first).to_contain_text("답하기")
        expect(page.locator("#call")).to_have_text("전화 끊기")


@browser_test
def test_a_turn_that_the_caller_went_on_with_stands_there_once() -> None:
    with on_stage() as stage, launch() as page:
        ring(page, stage)
        stage.show("turn", **CALLER_TURN)
        stage.show("decision", at_ms=8400, action="ask", reason="which one")
        whole = {**CALLER_TURN, "text": "where is it, and when does it come"}
        stage.show("went_on", **whole, since_ms=8400)
        stage.show("decision", at_ms=9400, action="answer", reason="found")
        expect(page.locator("#turns .turn.caller")).to_have_count(1)
        expect(page.locator("#turns .turn.caller .words")).to_have_text(str(whole["text"]))
        expect(page.locator("#decisions .decision").nth(0)).to_contain_text("taken back")
        expect(page.locator("#decisions .decision").nth(1)).not_to_contain_text("taken back")


@browser_test
def test_the_newest_words_stay_in_view_unless_the_reader_scrolled_up() -> None:
    with on_stage() as stage, launch() as page:
        ring(page, stage)
        turns = page.locator("#turns .turn:not(.partial)")
        for round_ in range(12):
            stage.show("speaking", text="It is on its way.")
            stage.show("turn", **{**ASSISTANT_TURN, "text": f"It is on its way, {round_}. " * 6})
        expect(turns).to_have_count(12)
        expect(turns.last).to_be_in_viewport(ratio=0.9)
        page.locator("#turns").evaluate("list => (list.scrollTop = 0)")
        stage.show("turn", **ASSISTANT_TURN)
        expect(turns).to_have_count(13)
        assert page.locator("#turns").evaluate("list => list.scrollTop") == 0


@browser_test
def test_the_language_of_the_page_is_remembered_and_that_of_the_call_is_sent() -> None:
    with on_stage() as stage, launch(locale="ko-KR") as page:
        open_phone(page, stage)
        expect(page.locator("h1")).to_have_text("전화")
        page.get_by_role("button", name="English").click()
        expect(page.locator("h1")).to_have_text("Phone")
        page.reload()
        page.wait_for_selector("body[data-ready]")
        expect(page.locator("h1")).to_have_text("Phone")
        assert page.evaluate("document.documentElement.lang") == "en"
        page.get_by_label("Spoken language").select_option("ja")
        page.click("#call")
        assert stage.call().info.language == "ja"


@browser_test
def test_with_credentials_the_page_asks_for_the_token_once_and_then_calls() -> None:
    token, secret = "a-token-for-this-test", "a-secret-for-this-test"
    settings = load_settings(api_token=token, twilio_auth_token=secret)
    with on_stage(settings=settings) as stage, launch() as page:
        refused = page.goto(f"{stage.url}/phone")
        assert refused and refused.status == 401
        page.goto(f"{stage.url}/phone?token={token}")
        page.wait_for_selector("body[data-ready]")
        assert token not in page.url
        page.click("#call")
        stage.call()
        expect(page.locator("body")).to_have_attribute("data-state", "live")
        stage.show("turn", **ASSISTANT_TURN)
        expect(page.locator("#turns .turn")).to_have_count(1)


@browser_test
def test_a_phone_sized_window_needs_no_sideways_scrolling() -> None:
    with on_stage() as stage, launch(width=390, height=844) as page:
        call = ring(page, stage)
        key = page.get_by_role("button", name="Key 0")
        expect(key).to_be_hidden()  # a small screen is for the conversation
        page.locator("summary").click()
        key.click()
        assert call.wait(lambda call: call.keys == "0", 5)
        for path in ("/phone", "/"):
            page.goto(stage.url + path)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= 390, path


# --- without a browser -------------------------------------------------------------------------------


class Tokens:
    """Gives out a token that can be recognised."""

    def issue(self, info: object) -> str:
        return "token-of-the-call"


@pytest.fixture
def house() -> FakeHouse:
    return FakeHouse()


@pytest.fixture
def client(house: FakeHouse) -> FlaskClient:
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(phone.blueprint(house, load_settings(), Tokens()))
    return app.test_client()


def test_a_call_is_admitted_and_gets_a_stream(client: FlaskClient, house: FakeHouse) -> None:
    answer = client.post("/phone/call", json={"language": "ko"}).get_json()
    assert re.fullmatch(r"CA[0-9a-f]{32}", answer["call_sid"])
    assert answer["stream_url"] == "ws://localhost/twilio/stream/token-of-the-call"
    [info] = house.admitted
    assert (info.call_sid, info.language, info.origin) == (answer["call_sid"], "ko", "browser")


@pytest.mark.parametrize("body", [{}, {"language": None}, {"language": "auto"}])
def test_no_language_means_finding_it_by_listening(
    client: FlaskClient, house: FakeHouse, body: dict[str, object]
) -> None:
    assert client.post("/phone/call", json=body).status_code == 200
    assert house.admitted[0].language is None


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "JSON object"),
        (b"{", "JSON object"),
        (b"[]", "JSON object"),
        (b'{"language": "auto", "more": "' + b"x" * 5000 + b'"}', "JSON object"),
        (b'{"language": "de"}', "language: 'de' is not one of auto, ko, en, ja, zh"),
        (b'{"language": 7}', "language: '7'"),
    ],
)
def test_a_bad_request_for_a_call_is_refused_and_opens_none(
    client: FlaskClient, house: FakeHouse, body: bytes, words: str
) -> None:
    answer = client.post("/phone/call", data=body, content_type="application/json")
    assert answer.status_code == 400
    assert words in answer.get_json()["error"]
    assert house.admitted == []


def test_only_the_page_s_own_calls_can_be_reported_ended_and_once(client: FlaskClient, house: FakeHouse) -> None:
    sid = client.post("/phone/call", json={}).get_json()["call_sid"]
    assert client.post("/phone/ended", json={"call_sid": "CA" + "0" * 32}).status_code == 404
    assert client.post("/phone/ended", json={"call_sid": 5}).status_code == 400
    assert house.notes == []
    house.endings[sid] = Ending("person", "ko")
    assert client.post("/phone/ended", json={"call_sid": sid, "hung_up": True}).get_json() == {"next": "hang_up"}
    assert house.notes == [("finished", sid)]
    assert client.post("/phone/ended", json={"call_sid": sid}).status_code == 404


def test_the_pages_load_nothing_from_elsewhere(client: FlaskClient) -> None:
    for path in ("/", "/phone"):
        answer = client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'self'; ")
        assert "unsafe" not in policy
        html = answer.get_data(as_text=True)
        assert not re.findall(r'(?:src|href)="(?:https?:)?//', html)
        assert not re.findall(r"<script>|<style|\son\w+=|\sstyle=", html), "nothing inline"
        for asset in re.findall(r'(?:src|href)="(/assets/[^"]+)"', html):
            with client.get(asset) as found:
                assert found.status_code == 200, asset


def test_the_index_leads_to_the_phone_and_names_the_webhook(house: FakeHouse) -> None:
    app = Flask(__name__, static_folder=None)
    settings = load_settings(public_url="https://hotline.example/")
    app.register_blueprint(phone.blueprint(house, settings, Tokens()))
    html = app.test_client().get("/").get_data(as_text=True)
    assert 'href="/phone"' in html
    assert "https://hotline.example/twilio/voice" in html


def test_a_wrong_address_is_told_in_a_page_to_people_and_plainly_to_programs(client: FlaskClient) -> None:
    page = client.get("/nowhere", headers={"Accept": "text/html", "Accept-Language": "ko"})
    assert page.status_code == 404
    assert "페이지를 찾을 수 없습니다" in page.get_data(as_text=True)
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    plain = client.get("/nowhere", headers={"Accept": "*/*"})
    assert plain.status_code == 404
    assert "stylesheet" not in plain.get_data(as_text=True)


def test_every_text_exists_in_both_languages_and_is_used() -> None:
    texts = json.loads((ASSETS / "texts.json").read_text(encoding="utf-8"))
    assert texts["en"].keys() == texts["ko"].keys()
    for key in texts["en"]:
        holes = [sorted(re.findall(r"\{\w+\}", texts[language][key])) for language in ("en", "ko")]
        assert holes[0] == holes[1], key
    sources = [*ASSETS.glob("*.js"), *(ASSETS.parents[1] / "templates").glob("*.html")]
    everything = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    made = (  # their ends are put together in code
        *("language_", "microphone_", "failure_", "outcome_", "recording_", "state_", "emotion_", "action_"),
        *("reason_", "label_", "speaker_", "index_", "unit_", "level_"),
    )
    unused = [key for key in texts["en"] if not key.startswith(made) and not re.search(rf"\b{key}\b", everything)]
    assert unused == []


def test_the_modules_stay_small() -> None:
    long = {path.name: count for path in ASSETS.glob("*.js") if (count := len(path.read_text().splitlines())) > 300}
    assert long == {}


def test_keys_of_a_telephone_only() -> None:
    """The page's keys are the ones the line knows."""
    html = (ASSETS.parents[1] / "templates" / "phone.html").read_text(encoding="utf-8")
    keys = re.search(r'for key in "([^"]+)"', html)
    assert keys
    assert sorted(keys[1]) == sorted("0123456789*#")
    assert all(KeyPressed(key).key == key for key in keys[1])

"""A call from the phone page in a real browser: its sound, its protocol, and how it ends."""

import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from playwright.sync_api import expect

from audio.g711 import samples_to_ulaw, ulaw_to_samples
from audio.wav import read_wav
from ivr.call.line import AudioReceived, MarkReached
from ivr.call.switchboard_types import Ending
from ivr.settings import load_settings
from tests.web.browser import launch
from tests.web.page import SENTENCE, browser_test, likeness, microphone_file, open_phone, ring, tone, wait_for_level
from tests.web.stage import is_audio, on_stage


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
        stream = call.line._sock  # type: ignore[attr-defined]  # below what a Line can say
        stream.send(
            "no JSON", "[]", '{"event": "surprise"}', '{"event": "media", "media": {"payload": "%%"}}', "{}"
        )
        call.line.send_mark("still here")
        assert call.wait(lambda call: call.marks == ["still here"], 5)


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

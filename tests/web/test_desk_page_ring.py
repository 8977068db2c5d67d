"""How a call makes itself noticed at the desk: tone, title, notification; and that it stops at once."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.bridge.house import wait_for
from tests.web.browser import launch
from tests.web.desk_page import Floor, sit_down, take
from tests.web.page import browser_test

EAR = """() => {
    const connect = AudioNode.prototype.connect;
    AudioNode.prototype.connect = function (to, ...rest) {
        if (to instanceof AudioDestinationNode && this instanceof GainNode) {
            globalThis.ear = this.context.createAnalyser();
            globalThis.ear.fftSize = 32768;
            connect.call(this, globalThis.ear);
        }
        return connect.call(this, to, ...rest);
    };
    globalThis.loudest = () => {
        if (!globalThis.ear || globalThis.ear.context.state !== "running") return 0;
        const heard = new Float32Array(globalThis.ear.fftSize);
        globalThis.ear.getFloatTimeDomainData(heard);
        return Math.max(...heard.map(Math.abs));
    };
    globalThis.notes = [];
    globalThis.Notification = class {
        static permission = "default";
        static async requestPermission() { return (this.permission = globalThis.refuses ? "denied" : "granted"); }
        constructor(title, options) { globalThis.notes.push({ title, ...options, open: true }); }
        close() { globalThis.notes.at(-1).open = false; }
    };
}"""
"""Listens to what the page rings with (the last second of it), and writes down its notifications."""


@pytest.fixture
def page(browsers: None, floor: Floor) -> Iterator[Page]:
    with launch(locale="ko-KR") as opened:
        opened.add_init_script(f"({EAR})()")
        yield opened


def loudest(page: Page) -> float:
    return float(page.evaluate("loudest()"))


def rings(page: Page) -> None:
    expect(page.locator("#ring")).to_be_visible()
    wait_for(lambda: loudest(page) > 0.02, "the tone is heard")


def silent(page: Page) -> None:
    """Between two rings nothing is heard either: what plays must have stopped."""
    wait_for(lambda: page.evaluate("ear.context.state") == "suspended", "the tone has stopped")


@browser_test
def test_a_call_is_heard_until_it_is_taken(page: Page, floor: Floor) -> None:
    sit_down(page, floor)
    assert loudest(page) == 0
    floor.ring()
    rings(page)
    wait_for(lambda: page.title().startswith("☎ (1) 전화가 왔습니다"), "the title tells it")
    wait_for(lambda: page.title().startswith("☎ (1) 상담 데스크"), "and flashes")
    take(page)
    silent(page)
    expect(page).to_have_title(re.compile("^상담 데스크"))


@browser_test
def test_it_stops_when_a_colleague_takes_it_and_when_the_caller_leaves(page: Page, floor: Floor) -> None:
    sit_down(page, floor)
    floor.ring("CA1")
    rings(page)
    floor.desk_accepts("jiho", "CA1")
    silent(page)
    caller = floor.ring("CA2")
    rings(page)
    caller.hang_up()
    silent(page)
    floor.ring("CA3")
    rings(page)
    page.context.set_offline(True)
    silent(page)  # who has it by now, nobody here knows
    page.context.set_offline(False)
    rings(page)  # still here: nobody took it


@browser_test
def test_it_can_be_silenced_and_turned_down_and_that_is_remembered(page: Page, floor: Floor) -> None:
    sit_down(page, floor)
    page.fill("#ring-volume", "20")
    page.uncheck("#ring-on")
    expect(page.locator("#ring-volume")).to_be_disabled()
    floor.ring()
    expect(page.locator("#ring")).to_be_visible()
    page.wait_for_timeout(300)
    assert loudest(page) == 0
    page.reload()
    expect(page.locator("#ring-on")).not_to_be_checked()
    expect(page.locator("#ring-volume")).to_have_value("20")
    page.check("#ring-on")  # while it rings
    wait_for(lambda: 0 < loudest(page) < 0.02, "softly")


@browser_test
def test_a_browser_that_plays_nothing_yet_is_explained(browsers: None, floor: Floor) -> None:
    with launch(autoplay=False, locale="ko-KR") as page:
        page.add_init_script(f"({EAR})()")
        sit_down(page, floor)
        page.wait_for_timeout(700)
        expect(page.locator("#ring-blocked")).to_be_hidden()  # the name was clicked on
        page.goto("about:blank")
        fresh = page.context.new_page()
        fresh.add_init_script(f"({EAR})()")
        # It must have tried to play before it is asked anything: for the browser, that is a touch.
        with fresh.expect_response("**/api/desk/me"):
            fresh.goto(f"{floor.url}/desk")
        expect(fresh.locator("#ring-blocked")).to_be_visible()
        expect(fresh.locator("#ring-blocked")).to_contain_text("한 번 누르세요")
        # Nor can it be asked what it plays.
        floor.ring()
        expect(fresh.locator("#ring")).to_be_visible()
        fresh.click("#ring-headline")
        expect(fresh.locator("#ring-blocked")).to_be_hidden()
        rings(fresh)


@browser_test
def test_a_page_out_of_sight_shows_a_note_without_the_callers_words(page: Page, floor: Floor) -> None:
    sit_down(page, floor)
    page.check("#ring-notify")
    page.evaluate("Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' })")
    caller = floor.ring()
    wait_for(lambda: page.evaluate("notes.length") == 1, "a note is shown")
    note = page.evaluate("notes[0]")
    assert (note["title"], note["body"], note["open"]) == (
        "전화가 왔습니다",
        "데스크에서 고객이 기다리고 있습니다.",
        True,
    )
    caller.hang_up()
    wait_for(lambda: page.evaluate("notes[0].open") is False, "it is taken away")


@browser_test
def test_refused_notes_are_not_promised(page: Page, floor: Floor) -> None:
    page.add_init_script("globalThis.refuses = true")
    sit_down(page, floor)
    page.locator("#ring-notify").click()
    expect(page.locator("#notice")).to_contain_text("알림을 거부했습니다")
    expect(page.locator("#ring-notify")).not_to_be_checked()


def test_the_tone_is_made_and_not_fetched() -> None:
    folder = Path(__file__).parents[2] / "ivr" / "web" / "static"
    sounds = [path.name for path in folder.rglob("*") if path.suffix in {".mp3", ".ogg", ".wav", ".m4a"}]
    assert not sounds

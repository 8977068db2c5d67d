"""The desk's page itself: what it is made of, what it never runs, how it can be read."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ivr.records.types import TurnRecord
from ivr.web import desk
from ivr.web.answers import CODES
from ivr.web.pages import TEXTS
from tests.web.browser import launch
from tests.web.desk_page import NASTY, SUMMARY, Floor, client_of, sit_down, spoken, take
from tests.web.page import browser_test

WEB = Path(desk.__file__).parent

CONTRAST = """() => {
    const parse = (color) => (color.match(/[\\d.]+/g) ?? []).map(Number);
    const light = ([r, g, b]) => {
        const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255);
    };
    const ground = (element) => {
        for (let each = element; each; each = each.parentElement) {
            const color = parse(getComputedStyle(each).backgroundColor);
            if (color.length === 3 || color[3] === 1) return color;
        }
        return [255, 255, 255];
    };
    const poor = [];
    for (const element of document.querySelectorAll("main *")) {
        const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
        if (!own || element.disabled || !element.checkVisibility()) continue;
        if (element.closest(":disabled, .unseen, option")) continue;
        const [a, b] = [light(parse(getComputedStyle(element).color)), light(ground(element))];
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (ratio < 4.5) poor.push([element.className || element.tagName, element.textContent, ratio]);
    }
    return poor;
}"""


def test_the_page_runs_nothing_but_its_own_scripts(floor: Floor) -> None:
    answer = client_of(floor).get("/desk", headers={"Accept-Language": "ko"})
    policy = answer.headers["Content-Security-Policy"]
    assert answer.status_code == 200 and "default-src 'self'" in policy and "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    html = answer.get_data(as_text=True)
    assert '<html lang="ko">' in html and "대기 중인 고객" in html
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", html), "nothing inline"


def test_every_word_of_the_page_is_there_in_both_languages() -> None:
    assert desk.TEXTS["en"].keys() == desk.TEXTS["ko"].keys()
    known = TEXTS["en"].keys() | desk.TEXTS["en"].keys()
    sources = [WEB / "templates" / "desk.html", *(WEB / "static" / "desk").glob("*.js")]
    used: set[str] = set()
    for source in sources:
        code = source.read_text(encoding="utf-8")
        used |= set(
            re.findall(r"""(?:data-text=|data-label=|\btext\(|\btell\(|notice\()"([a-z][A-Za-z_]+)\"""", code)
        )
        used |= set(re.findall(r"""words\("([a-z_]+)\"""", code))
    assert len(used) > 60
    assert used - known - {"desk_key_"} == set()


def test_every_refusal_has_words_in_both_languages() -> None:
    for ui in ("en", "ko"):
        assert {f"refused_{code}" for code in CODES} == {
            key for key in desk.TEXTS[ui] if key.startswith("refused_")
        }
    assert "{name}" in desk.TEXTS["ko"]["refused_taken"]


def test_the_texts_are_json_that_people_edit() -> None:
    raw = (WEB / "static" / "desk" / "texts.json").read_text(encoding="utf-8")
    assert json.loads(raw) == desk.TEXTS and "\\u" not in raw


def test_what_a_caller_says_never_becomes_markup() -> None:
    for source in (WEB / "static" / "desk").glob("*.js"):
        code = source.read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(", code), (
            source
        )


@browser_test
def test_whatever_a_caller_says_is_shown_as_text(page: Page, floor: Floor) -> None:
    summary = {
        **SUMMARY,
        "headline": NASTY,
        "suggested_opening": NASTY,
        "tried": [NASTY],
        "turned_at": {"at_ms": 1, "said": NASTY},
    }
    sit_down(page, floor, available=False)
    floor.promise("CB1", NASTY)
    floor.ring(summary=summary, risks=(NASTY,))
    expect(page.locator("#waiting .headline")).to_contain_text("<script>")
    page.click("#waiting button")
    expect(page.locator("#turns .turn")).to_have_count(4)
    floor.say(spoken(NASTY, 30_000, 0.9))
    expect(page.locator("#turns .turn")).to_have_count(5)
    floor.half_said(NASTY)
    expect(page.locator("#turns .partial .words")).to_contain_text("<b>bold</b>")
    for place in (
        "#headline",
        "#opening-words",
        "#turned-said",
        "#summary",
        "#turns .turn.caller:not(.partial) >> nth=-1",
    ):
        shown = page.locator(place).text_content() or ""
        assert "<script>document.title='owned'</script>" in shown and "&amp;" in shown, place
        assert "\u202e" not in shown and "\x07" not in shown, "nothing may turn or hide what follows"
    assert page.locator("main script, main img[src=x], main b").count() == 0
    assert "owned" not in page.title()


@browser_test
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_a_call_fits_a_telephone_and_a_laptop_and_can_be_read(
    browsers: None, floor: Floor, width: int, color_scheme: str
) -> None:
    with launch(width=width, color_scheme="dark" if color_scheme == "dark" else "light") as page:
        sit_down(page, floor)
        floor.ring(headline="Averyveryverylongwordwithoutanybreakinitatallthatwouldpushthepageapart " * 3)
        take(page)
        expect(page.locator("#turns .turn")).to_have_count(4)
        floor.say(TurnRecord("agent", "바로 확인해 드리겠습니다.", 24_000, 26_000, "ko"))
        expect(page.locator("#turns .turn")).to_have_count(5)
        floor.half_said("그리고")
        expect(page.locator("#turns .partial")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing is cut off at the side"
        assert page.evaluate(CONTRAST) == [], "text has at least 4.5 to 1 against its ground (WCAG 1.4.3)"

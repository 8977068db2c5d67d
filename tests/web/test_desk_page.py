"""The desk's page: what an agent sees and does, by mouse and by keyboard."""

import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Dialog, Page, Route, expect

from ivr.bridge.types import AgentLeft
from ivr.handoff.types import HandOffState
from ivr.records.types import TurnRecord
from ivr.web import desk
from ivr.web.pages import TEXTS
from tests.web.browser import launch
from tests.web.desk_page import NASTY, PASSWORD, SUMMARY, Floor, open_floor, pitch_hz, sit_down, spoken, take
from tests.web.page import browser_test, microphone_file, tone

WEB = Path(desk.__file__).parent


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    with open_floor(tmp_path) as opened:
        yield opened


@pytest.fixture
def page(browsers: None, floor: Floor) -> Iterator[Page]:
    with launch(locale="ko-KR") as opened:
        yield opened


def wait_until(true: Callable[[], object], what: str, timeout_s: float = 15.0) -> None:
    give_up_s = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < give_up_s, f"not within {timeout_s:g} s: {what}"
        time.sleep(0.02)


def client_of(floor: Floor) -> FlaskClient:
    return floor.app.test_client()


# --- without a browser ----------------------------------------------------------------------------------


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


def test_what_a_caller_says_never_becomes_markup() -> None:
    for source in (WEB / "static" / "desk").glob("*.js"):
        code = source.read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(", code), (
            source
        )


def test_help_is_for_the_agent_who_has_the_call(floor: Floor) -> None:
    mina, jiho = client_of(floor), client_of(floor)
    for client, agent in ((mina, "mina"), (jiho, "jiho")):
        client.post("/api/desk/enter", json={"agent": agent})
        client.post("/api/desk/me/status", json={"status": "break"})
    assert mina.get("/api/desk/calls/CA1/help").status_code == 404
    floor.ring()
    wait_until(lambda: mina.get("/api/desk/waiting").get_json()["total"] == 1, "the caller waits")
    assert mina.post("/api/desk/calls/CA1/accept").status_code == 200
    assert jiho.get("/api/desk/calls/CA1/help").status_code == 403
    told = mina.get("/api/desk/calls/CA1/help", headers={"Accept-Language": "ko"}).get_json()
    assert (told["intent"], told["language"], told["lookup"]["why"]) == ("order_status", "ko", None)
    assert "47291" in told["lookup"]["facts"] and "포장" in told["replies"][0]
    floor.say(spoken("다른 주문 58306은요", 30_000, 0.3, intent="order_status", slots={"order_number": "58306"}))
    failed = mina.get("/api/desk/calls/CA1/help").get_json()
    assert (failed["lookup"]["why"], failed["replies"]) == ("failed", []), "the shop's connector raised"
    named = mina.get("/api/desk/intents", headers={"Accept-Language": "ko"}).get_json()
    assert named["order_status"] == "주문 조회"


# --- in a browser ---------------------------------------------------------------------------------------


@browser_test
def test_a_whole_call_by_keyboard_alone(page: Page, floor: Floor) -> None:
    page.goto(f"{floor.url}/desk")
    page.wait_for_selector("body[data-ready]")
    page.locator("[data-agent=mina]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#me-name")).to_have_text("김미나")
    page.locator("#available").focus()
    page.keyboard.press("Space")
    expect(page.locator("#me-status")).to_have_text("상담 가능")
    caller = floor.ring()
    expect(page.locator("#ring-headline")).to_have_text(str(SUMMARY["headline"]))
    expect(page.locator("#announce")).to_contain_text("전화가 왔습니다")
    expect(page).to_have_title(re.compile(r"^☎ \(1\) "))
    expect(page.locator("#ring-accept")).to_be_focused()
    page.keyboard.press("a")
    expect(page.locator("#audio-state")).to_have_text("서로 들립니다")
    page.keyboard.press("m")
    expect(page.locator("#mute")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("m")
    page.keyboard.press("h")
    expect(page.locator("#audio-state")).to_contain_text("음악")
    assert caller.talk is not None and caller.talk.held
    page.keyboard.press("h")
    expect(page.locator("#hold")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("n")
    page.keyboard.type("ahem: a note with the letters of every shortcut, dmhe")
    expect(page.locator("#notes-state")).to_have_text("저장됨")
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    expect(page.locator("#wrap")).to_be_visible()
    expect(page.locator("#me-status")).to_have_text("후처리 중")
    page.select_option("#disposition", "solved")
    page.keyboard.press("Escape")
    page.locator("#done").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#idle")).to_be_visible()
    done = floor.desk.store.latest("CA1")
    assert done is not None and done.state is HandOffState.COMPLETED
    assert (done.notes, done.disposition) == ("ahem: a note with the letters of every shortcut, dmhe", "solved")
    expect(page.locator("#breather")).to_contain_text("숨 고르기")
    expect(page.locator("#hard-today")).to_have_text("1")


@browser_test
def test_everything_is_there_at_a_glance_and_goes_on_living(page: Page, floor: Floor) -> None:
    sit_down(page, floor)
    floor.ring()
    take(page)
    expect(page.locator("#opening-words")).to_have_text(str(SUMMARY["suggested_opening"]))
    expect(page.locator("#summary")).to_contain_text("본인 확인됨: 김하늘")
    expect(page.locator("#turned-said")).to_have_text("벌써 세 번째 전화예요")
    expect(page.locator("#turns .turning .words")).to_contain_text("변호사")
    expect(page.locator("#course svg")).to_have_attribute("aria-label", re.compile("0.20.*0.72"))
    floor.half_said("그럼 제 주문은")
    expect(page.locator("#turns .partial.caller .words")).to_have_text("그럼 제 주문은")
    floor.half_said("바로 확인해", speaker="agent")
    expect(page.locator("#turns .partial.agent .words")).to_have_text("바로 확인해")
    floor.say(spoken("그럼 제 주문은 언제 와요", 27_000, 0.6, intent="order_status"))
    expect(page.locator("#turns .partial.caller")).to_have_count(0)
    expect(page.locator("#help .reply p")).to_contain_text("포장하고 있어요")


@browser_test
def test_both_hear_each_other_and_see_it(browsers: None, floor: Floor, tmp_path: Path) -> None:
    with launch(microphone_file(tmp_path, tone(700, 20.0)), locale="en-US") as page:
        sit_down(page, floor)
        caller = floor.ring()
        take(page)
        expect(page.locator("#audio-state")).to_have_text("You hear each other")
        caller.say(tone(440, 6.0))
        wait_until(
            lambda: abs(pitch_hz(caller.ears()[-3200:]) - 700) < 10, "the caller hears the agent's microphone"
        )
        level = "id => new DOMMatrix(getComputedStyle(document.getElementById(id)).transform).a"
        wait_until(lambda: page.evaluate(level, "meter-caller") > 0.7, "the caller's level rises")
        assert page.evaluate(level, "meter-me") > 0.5
        page.click("#mute")
        expect(page.locator("#audio-state")).to_have_text("Muted: the caller does not hear you")
        wait_until(lambda: pitch_hz(caller.ears()[-3200:]) == 0, "the caller hears nothing")


@browser_test
def test_who_has_logged_in_need_not_say_who_they_are(browsers: None, tmp_path: Path) -> None:
    with open_floor(tmp_path, "anna") as floor, launch() as page:
        page.goto(f"{floor.url}/desk")
        page.fill("[name=name]", "anna")
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        expect(page.locator("#me-name")).to_have_text("anna")
        page.click("#available")
        expect(page.locator("#available")).to_have_attribute("aria-pressed", "true")
        floor.ring()
        take(page)
        expect(page.locator("#audio-state")).to_have_text("You hear each other")
        expect(page.locator("#help .reply")).to_be_visible()
        page.fill("#notes", "kept with the page's own token")
        expect(page.locator("#notes-state")).to_have_text("Saved")
        page.click("#fb-later")
        expect(page.locator("#fb-later")).to_have_attribute("aria-pressed", "true")
        page.click("#fb-later")
        expect(page.locator("#fb-later")).to_have_attribute("aria-pressed", "false")
        page.click("#end")
        page.click("#done-break")
        page.click(".who-is-in button")
        expect(page).to_have_url(re.compile("/login"))
        page.goto(f"{floor.url}/desk")
        expect(page).to_have_url(re.compile("/login"))


@browser_test
def test_the_slower_of_two_is_told_who_has_the_call(page: Page, floor: Floor) -> None:
    sit_down(page, floor, "mina", available=False)
    floor.ring()
    accept = page.locator("#waiting button")
    expect(accept).to_be_enabled()

    def overtaken(route: Route) -> None:
        floor.desk_accepts("jiho")
        route.continue_()

    page.route("**/accept", overtaken)
    accept.click()
    expect(page.locator("#notice")).to_have_text("박지호 님이 먼저 받았습니다.")
    expect(page.locator("#call")).to_be_hidden()
    expect(page.locator("#waiting li")).to_have_count(0)


@browser_test
def test_a_declined_call_stays_with_the_others(page: Page, floor: Floor) -> None:
    sit_down(page, floor)
    floor.ring("CA1")
    expect(page.locator("#ring")).to_be_visible()
    page.keyboard.press("d")
    expect(page.locator("#idle")).to_be_visible()
    expect(page.locator("#waiting > li")).to_have_count(1)
    page.locator("#keys-on").evaluate("box => (box.closest('details').open = true)")
    page.uncheck("#keys-on")
    page.locator("#queue").focus()
    page.keyboard.press("a")
    page.wait_for_timeout(300)
    expect(page.locator("#idle")).to_be_visible()  # switched off, a key does nothing
    page.click("#waiting button")
    expect(page.locator("#audio-state")).to_have_text("서로 들립니다")


@browser_test
def test_an_agent_whose_call_went_to_others_is_told(page: Page, floor: Floor) -> None:
    sit_down(page, floor)
    caller = floor.ring()
    take(page)
    expect(page.locator("#audio-state")).to_have_text("서로 들립니다")
    assert caller.talk is not None
    caller.post(AgentLeft(caller.talk.leg, "the network broke", on_purpose=False))
    expect(page.locator("#notice")).to_contain_text("다른 상담원에게 넘어갔습니다")
    expect(page.locator("#call")).to_be_hidden()


@browser_test
def test_the_calls_picture_opens_where_there_is_one(page: Page, floor: Floor) -> None:
    picture = '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="20"><rect width="80" height="20"/></svg>'
    page.route("**/timeline.svg?*", lambda route: route.fulfill(body=picture, content_type="image/svg+xml"))
    sit_down(page, floor, available=False)
    floor.ring()
    page.click("#waiting button")
    page.click("#timeline-fold summary")
    page.wait_for_function("document.getElementById('timeline').naturalWidth === 80")
    page.unroute("**/timeline.svg?*")
    page.route("**/timeline.svg?*", lambda route: route.fulfill(status=404))
    page.click("#timeline-fold summary")
    page.click("#timeline-fold summary")
    expect(page.locator("#timeline-fold")).to_be_hidden()


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
def test_a_lost_connection_is_shown_and_what_was_missed_comes_after(page: Page, floor: Floor) -> None:
    sit_down(page, floor, available=False)
    floor.ring("CA1", headline="the first")
    expect(page.locator("#waiting .headline")).to_have_text("the first")
    expect(page.locator("#lost")).to_be_hidden()
    page.context.set_offline(True)
    expect(page.locator("#lost")).to_be_visible()
    floor.ring("CA2", headline="the second", frustration=0.9)
    page.context.set_offline(False)
    expect(page.locator("#lost")).to_be_hidden()
    expect(page.locator("#waiting .headline")).to_have_text(
        ["the second", "the first"]
    )  # the most urgent one first
    expect(page.locator("#announce")).to_contain_text("새 고객: the second")
    expect(page).to_have_title(re.compile(r"^\(2\) "))


@browser_test
def test_waiting_times_are_the_servers(browsers: None, floor: Floor) -> None:
    with launch() as page:
        page.clock.install(time="2030-01-01T00:00:00Z")  # this agent's computer is years ahead
        page.clock.resume()
        sit_down(page, floor, available=False)
        floor.ring()
        expect(page.locator("#waiting .waits")).to_have_text(re.compile(r"waiting 00:0\d"))
        expect(page.locator("#waiting .waits")).to_have_text(re.compile(r"waiting 00:0[3-9]"))


@browser_test
def test_marks_for_learning_are_kept_and_taken_back(page: Page, floor: Floor) -> None:
    sit_down(page, floor, available=False)
    floor.ring()
    page.click("#waiting button")
    first = page.locator("#turns .turn.caller").first
    first.locator(".mark").click()
    first.locator("select").select_option("refund_status")
    expect(first.locator(".mark")).to_have_attribute("aria-pressed", "true")
    expect(first.locator(".mark")).to_contain_text("환불")
    page.locator("#turns .turn.assistant .mark").first.click()
    expect(page.locator("#turns .turn.assistant .mark").first).to_have_attribute("aria-pressed", "true")
    page.click("#fb-earlier")
    expect(page.locator("#fb-earlier")).to_have_attribute("aria-pressed", "true")
    kept = page.request.get(f"{floor.url}/api/desk/feedback").json()
    assert {(each["label"], each["turn"], each["right_intent"]) for each in kept} == {
        ("misunderstood", 5_000, "refund_status"),
        ("unkind", 8_770, None),
        ("should_have_handed_over_earlier", None, None),
    }
    page.click("#fb-earlier")
    expect(page.locator("#fb-earlier")).to_have_attribute("aria-pressed", "false")
    assert len(page.request.get(f"{floor.url}/api/desk/feedback").json()) == 2


@browser_test
def test_a_reloaded_page_keeps_its_call_and_its_notes(page: Page, floor: Floor) -> None:
    sit_down(page, floor)
    floor.ring()
    take(page)
    page.fill("#notes", "칠 분 안에 다시 전화")
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    page.reload()
    assert asked == ["beforeunload"], "nobody leaves a caller by accident"
    expect(page.locator("#rejoin")).to_be_visible()
    expect(page.locator("#notes")).to_have_value("칠 분 안에 다시 전화")
    page.click("#rejoin")
    expect(page.locator("#audio-state")).to_have_text("서로 들립니다")


@browser_test
def test_a_refused_microphone_is_told_and_the_agent_still_hears(browsers: None, floor: Floor) -> None:
    with launch(microphone=False) as page:
        sit_down(page, floor)
        floor.ring()
        take(page)
        expect(page.locator("#notice")).to_contain_text("The microphone was refused: you hear the caller")
        expect(page.locator("#audio-state")).to_have_text("You hear each other")
        expect(page.locator("#rejoin")).to_be_visible()


@browser_test
def test_callers_who_hang_up_leave_a_call_to_write_up(page: Page, floor: Floor) -> None:
    sit_down(page, floor)
    caller = floor.ring()
    take(page)
    expect(page.locator("#audio-state")).to_have_text("서로 들립니다")
    caller.hang_up()
    expect(page.locator("#wrap")).to_be_visible()
    expect(page.locator("#sound")).to_be_hidden()


@browser_test
def test_callers_who_hang_up_while_it_rings_are_told_of(page: Page, floor: Floor) -> None:
    sit_down(page, floor)
    caller = floor.ring()
    expect(page.locator("#ring")).to_be_visible()
    caller.hang_up()
    expect(page.locator("#notice")).to_have_text("고객이 전화를 끊었습니다.")
    expect(page.locator("#idle")).to_be_visible()


@browser_test
def test_promised_call_backs_are_done_with_a_click(page: Page, floor: Floor) -> None:
    floor.promise("CB1", "반품 신청이 안 돼요")
    sit_down(page, floor, available=False)
    expect(page.locator("#todo")).to_contain_text("반품 신청이 안 돼요")
    page.locator("#todo button").click()
    expect(page.locator("#todo li")).to_have_count(0)
    page.reload()
    expect(page.locator("#side")).to_be_visible()
    expect(page.locator("#todo li")).to_have_count(0)


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


def test_the_texts_are_json_that_people_edit() -> None:
    raw = (WEB / "static" / "desk" / "texts.json").read_text(encoding="utf-8")
    assert json.loads(raw) == desk.TEXTS and "\\u" not in raw

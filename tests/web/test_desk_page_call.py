"""One call at the desk's page: what an agent sees, hears and does, by mouse and by keyboard."""

import re
from pathlib import Path

from playwright.sync_api import Dialog, Page, expect

from ivr.handoff.types import HandOffState
from tests.bridge.house import wait_for
from tests.bridge.sounds import pitch_hz
from tests.web.browser import launch
from tests.web.desk_page import SUMMARY, Floor, client_of, log_in, open_floor, sit_down, spoken, take
from tests.web.page import browser_test, microphone_file, tone


def test_help_is_for_the_agent_who_has_the_call(floor: Floor) -> None:
    mina, jiho = client_of(floor), client_of(floor)
    for client, agent in ((mina, "mina"), (jiho, "jiho")):
        client.post("/api/desk/enter", json={"agent": agent})
        client.post("/api/desk/me/status", json={"status": "break"})
    assert mina.get("/api/desk/calls/CA1/help").status_code == 404
    floor.ring()
    wait_for(lambda: mina.get("/api/desk/waiting").get_json()["total"] == 1, "the caller waits")
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
    expect(page.locator("#hold")).to_have_attribute("aria-pressed", "true")  # comes by another way than the sound's
    page.keyboard.press("h")
    expect(page.locator("#hold")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("n")
    page.keyboard.type("ahem: a note with the letters of every shortcut, dmhe")
    expect(page.locator("#notes-state")).to_have_text("저장됨")
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    expect(page.locator("#end")).to_have_text("E를 한 번 더 누르면 종료")  # once may have been meant for the notes
    page.keyboard.press("e")
    expect(page.locator("#wrap")).to_be_visible()
    expect(page.locator("#notice")).to_be_hidden()  # who ended it need not be told
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
    expect(page.locator("#idle-text")).to_contain_text("후부터 다시 울립니다")
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
        wait_for(lambda: abs(pitch_hz(caller.ears()[-3200:]) - 700) < 10, "the caller hears the agent's microphone")
        level = "id => new DOMMatrix(getComputedStyle(document.getElementById(id)).transform).a"
        wait_for(lambda: page.evaluate(level, "meter-caller") > 0.7, "the caller's level rises")
        assert page.evaluate(level, "meter-me") > 0.5
        page.click("#mute")
        expect(page.locator("#audio-state")).to_have_text("Muted: the caller does not hear you")
        wait_for(lambda: pitch_hz(caller.ears()[-3200:]) == 0, "the caller hears nothing")


@browser_test
def test_who_has_logged_in_need_not_say_who_they_are(browsers: None, tmp_path: Path) -> None:
    with open_floor(tmp_path, "anna") as floor, launch() as page:
        log_in(page, f"{floor.url}/desk")
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
def test_the_calls_picture_opens_where_there_is_one(page: Page, floor: Floor) -> None:
    picture = '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="20"><rect width="80" height="20"/></svg>'
    page.route("**/timeline.svg?*", lambda route: route.fulfill(body=picture, content_type="image/svg+xml"))
    sit_down(page, floor, available=False)
    floor.ring()
    page.click("#waiting button")
    page.click("#timeline-fold summary")
    # Not page.wait_for_function: what is not true at once it asks again by eval, which the page's policy forbids.
    wide = "document.getElementById('timeline').naturalWidth"
    wait_for(lambda: page.evaluate(wide) == 80, "the picture is there")
    page.unroute("**/timeline.svg?*")
    page.route("**/timeline.svg?*", lambda route: route.fulfill(status=404))
    page.click("#timeline-fold summary")
    page.click("#timeline-fold summary")
    expect(page.locator("#timeline-fold")).to_be_hidden()


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
        expect(page.locator("#audio-state")).to_have_text("The caller can't hear you: no microphone")
        expect(page.locator("#rejoin")).to_be_visible()
        page.mouse.move(600, 600)
        page.mouse.wheel(0, 5_000)
        expect(page.locator("#notice")).to_be_in_viewport()  # wherever the page was scrolled to
        page.click("#notice-close")
        expect(page.locator("#notice")).to_be_hidden()


@browser_test
def test_callers_who_hang_up_leave_a_call_to_write_up(page: Page, floor: Floor) -> None:
    sit_down(page, floor)
    caller = floor.ring()
    take(page)
    expect(page.locator("#audio-state")).to_have_text("서로 들립니다")
    caller.hang_up()
    expect(page.locator("#wrap")).to_be_visible()
    expect(page.locator("#notice")).to_have_text("고객 쪽에서 통화가 끊겼습니다.")
    expect(page.locator("#sound")).to_be_hidden()

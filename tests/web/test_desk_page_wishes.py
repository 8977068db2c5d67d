"""What the desk's page makes of refusals, of clicks that overtake each other, and of a login that ends."""

import json
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from ivr.handoff.types import HandOffState
from tests.bridge.house import wait_for
from tests.web.browser import launch
from tests.web.desk_page import Floor, log_in, open_floor, sit_down, spoken, take
from tests.web.page import browser_test


def until(page: Page, true: Callable[[], bool], what: str) -> None:
    """Wait for something; meanwhile the page's routes are worked off, which only a call to the page does."""
    wait_for(lambda: page.evaluate("true") and true(), what)


@browser_test
def test_what_was_wanted_last_is_what_comes_of_it(page: Page, floor: Floor) -> None:
    sit_down(page, floor)
    caller = floor.ring()
    take(page)
    expect(page.locator("#audio-state")).to_have_text("서로 들립니다")
    waiting: list[Route] = []
    wishes: list[bool] = []

    def keep(route: Route) -> None:
        wishes.append(json.loads(route.request.post_data or "")["on"])
        waiting.append(route)

    page.route("**/hold", keep)
    hold = page.locator("#hold")
    hold.click()
    until(page, lambda: wishes == [True], "it is asked for")
    expect(hold).to_have_text("보류하는 중…")
    expect(hold).to_have_attribute("aria-pressed", "false")  # the caller still hears the agent
    hold.click()  # changed their mind before the answer
    expect(hold).not_to_have_attribute("aria-busy", "true")
    hold.click()
    hold.click()
    assert wishes == [True], "one request is under way, whatever is clicked"
    waiting[0].continue_()
    until(page, lambda: wishes == [True, False], "what was wanted last is asked for")
    assert caller.talk is not None
    expect(hold).to_have_attribute("aria-pressed", "true")
    expect(hold).to_have_text("보류 푸는 중…")
    waiting[1].continue_()
    expect(hold).to_have_attribute("aria-pressed", "false")
    expect(hold).to_have_text("보류")
    assert wishes == [True, False] and not caller.talk.held


@browser_test
def test_a_hold_that_is_refused_is_not_asked_for_again(page: Page, floor: Floor) -> None:
    sit_down(page, floor)
    floor.ring()
    take(page)
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        told = {"error": "this talk is over already", "code": "talk_over"}
        route.fulfill(status=409, content_type="application/json", body=json.dumps(told))

    page.route("**/hold", refuse)
    page.click("#hold")
    expect(page.locator("#notice")).to_have_text("이미 끝난 상담입니다.")
    expect(page.locator("#hold")).to_have_text("보류")
    assert len(asked) == 1


@browser_test
def test_refusals_are_worded_in_the_readers_language(page: Page, floor: Floor) -> None:
    sit_down(page, floor, available=False)
    floor.ring()
    accept = page.locator("#waiting button")
    expect(accept).to_be_enabled()
    refusals = [
        ({"code": "colleague_rested"}, "지금 여유가 있는 동료에게 이 통화가 갑니다."),
        ({"code": "taken", "agent": "jiho", "agent_name": "박지호"}, "박지호 님이 먼저 받았습니다."),
        ({"code": "taken"}, "다른 상담원 님이 먼저 받았습니다."),
        ({"code": "over"}, "이미 끝난 통화입니다."),
        ({"code": "something new"}, "처리하지 못했습니다."),
        ({}, "처리하지 못했습니다."),
    ]

    def refuse(body: str, route: Route) -> None:
        route.fulfill(status=409, body=body)

    for told, words in refusals:
        page.unroute("**/accept")
        body = json.dumps({"error": "English words", **told})
        page.route("**/accept", partial(refuse, body))
        accept.click()
        expect(page.locator("#notice")).to_contain_text(words)
        expect(page.locator("#notice")).not_to_contain_text("English")
        expect(accept).to_be_enabled()
    page.click("[data-ui=en]")
    expect(page.locator("#notice")).to_contain_text("That did not work")


def sit_down_logged_in(page: Page, floor: Floor) -> None:
    log_in(page, f"{floor.url}/desk")
    expect(page.locator("#me-name")).to_have_text("anna")


def talk_logged_in(page: Page, floor: Floor) -> None:
    """Log in, and take a call."""
    sit_down_logged_in(page, floor)
    page.click("#available")
    floor.ring()
    take(page)
    expect(page.locator("#audio-state")).to_have_text("서로 들립니다")


@browser_test
def test_a_login_that_ends_elsewhere_takes_the_page_to_the_login(browsers: None, tmp_path: Path) -> None:
    with open_floor(tmp_path, "anna") as floor, launch(locale="ko-KR") as page:
        talk_logged_in(page, floor)
        page.fill("#notes", "내일 다시 전화")
        expect(page.locator("#notes-state")).to_have_text("저장됨")
        assert floor.accounts is not None
        floor.accounts.remove("anna")
        expect(page).to_have_url(re.compile("/login"))
        kept = floor.desk.store.latest("CA1")
        assert kept is not None and kept.notes == "내일 다시 전화"
        assert kept.state in {HandOffState.WAITING, HandOffState.BACK_TO_MACHINE}, "the caller is looked after"


@browser_test
def test_who_logs_in_again_in_another_window_goes_on_here(browsers: None, tmp_path: Path) -> None:
    with open_floor(tmp_path, "anna") as floor, launch(locale="ko-KR") as page:
        talk_logged_in(page, floor)
        other = page.context.new_page()
        with other.expect_navigation(url=f"{floor.url}/desk"):
            log_in(other, f"{floor.url}/login")
        other.goto("about:blank")
        page.fill("#notes", "다른 창에서 다시 로그인")
        expect(page.locator("#notes-state")).to_have_text("저장됨")
        page.wait_for_timeout(3_000)  # longer than a stream takes to notice that the first login is over
        expect(page.locator("#audio-state")).to_have_text("서로 들립니다")
        floor.say(spoken("아직 듣고 계세요?", 40_000, 0.3))
        expect(page.locator("#turns")).to_contain_text("아직 듣고 계세요?")
        page.click("#end")
        expect(page.locator("#wrap")).to_be_visible()


@browser_test
def test_notes_of_a_page_that_was_sent_away_are_kept(browsers: None, tmp_path: Path) -> None:
    with open_floor(tmp_path, "anna") as floor, launch(locale="ko-KR") as page:
        talk_logged_in(page, floor)
        page.click("#end")
        expect(page.locator("#wrap")).to_be_visible()
        page.route("**/notes", lambda route: route.fulfill(status=401, body='{"code": "login_needed"}'))
        page.fill("#notes", "아직 저장되지 않은 말")
        page.context.clear_cookies()
        expect(page).to_have_url(re.compile("/login"))
        page.unroute("**/notes")
        sit_down_logged_in(page, floor)

        def kept() -> bool:
            call = floor.desk.store.latest("CA1")
            return call is not None and call.notes == "아직 저장되지 않은 말"

        until(page, kept, "the notes reach the server after the login")

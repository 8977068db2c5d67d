"""Who has which call: the waiting callers at the desk's page, and those who take, decline and lose them."""

import re

from playwright.sync_api import Page, Route, expect

from ivr.bridge.types import AgentLeft
from tests.web.browser import launch
from tests.web.desk_page import Floor, sit_down, take
from tests.web.page import browser_test


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
def test_callers_who_hang_up_while_it_rings_are_told_of(page: Page, floor: Floor) -> None:
    sit_down(page, floor)
    caller = floor.ring()
    expect(page.locator("#ring")).to_be_visible()
    caller.hang_up()
    expect(page.locator("#notice")).to_have_text("고객이 전화를 끊었습니다.")
    expect(page.locator("#idle")).to_be_visible()


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
def test_promised_call_backs_are_done_with_a_click(page: Page, floor: Floor) -> None:
    floor.promise("CB1", "반품 신청이 안 돼요")
    sit_down(page, floor, available=False)
    expect(page.locator("#todo")).to_contain_text("반품 신청이 안 돼요")
    expect(page.locator("#todo a")).to_have_attribute("href", "/calls/CB1")
    page.locator("#todo button").click()
    expect(page.locator("#todo li")).to_have_count(0)
    page.reload()
    expect(page.locator("#side")).to_be_visible()
    expect(page.locator("#todo li")).to_have_count(0)


@browser_test
def test_messages_are_summed_up_and_can_be_heard(page: Page, floor: Floor) -> None:
    floor.leave_message("VM1", "저 지난주에 산 신발 때문에 전화드렸는데요 <b>반품</b>", "반품 신청: 신발")
    sit_down(page, floor, available=False)
    message = page.locator("#todo li")
    expect(message.locator(".headline")).to_have_text("반품 신청: 신발")
    expect(message).to_contain_text("00:12 · 한국어")
    expect(message).to_contain_text("지난주에 산 신발 때문에 전화드렸는데요 <b>반품</b>")
    expect(message.locator("audio")).to_have_attribute("src", "/api/voicemails/VM1/audio")
    message.locator("button").click()
    expect(page.locator("#todo li")).to_have_count(0)

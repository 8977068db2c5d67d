"""One call as agents of two languages read it."""

from collections.abc import Mapping

from playwright.sync_api import Page, expect

from tests.web.desk_page import SUMMARY, Floor, sit_down, take
from tests.web.page import browser_test

IN_ENGLISH: Mapping[str, object] = {
    "headline": "Order status (order 47291): the caller is frustrated",
    "tried": ["Order status: told of the delay"],
    "feeling": "More and more frustrated",
    "suggested_opening": "Ms Kim, you have called twice about order 47291. I am looking into it right now.",
    "statements": [{"section": "caller", "text": "Identity confirmed: 김하늘", "sources": ["state:proven"]}],
}


@browser_test
def test_the_page_tells_in_the_agents_language_and_greets_in_the_callers(page: Page, floor: Floor) -> None:
    sit_down(page, floor)
    told = {"ko": str(SUMMARY["headline"]), "en": str(IN_ENGLISH["headline"])}
    floor.ring(summary={**SUMMARY, "in_languages": {"en": IN_ENGLISH}}, headlines=told)
    expect(page.locator("#ring-headline")).to_have_text(told["ko"])
    expect(page.locator("#waiting .headline")).to_have_text(told["ko"])
    page.locator("[data-ui=en]").click()
    expect(page.locator("#ring-headline")).to_have_text(told["en"])
    expect(page.locator("#waiting .headline")).to_have_text(told["en"])
    take(page)
    expect(page.locator("#headline")).to_have_text(told["en"])
    expect(page.locator("#summary")).to_contain_text("Identity confirmed: 김하늘")
    expect(page.locator("#summary")).to_contain_text("Order status: told of the delay")
    expect(page.locator("#opening-words")).to_have_text(
        str(SUMMARY["suggested_opening"])
    )  # said to a Korean caller
    expect(page.locator("#opening-words")).to_have_attribute("lang", "ko")
    page.locator("[data-ui=ko]").click()
    expect(page.locator("#headline")).to_have_text(told["ko"])
    expect(page.locator("#summary")).to_contain_text("본인 확인됨: 김하늘")

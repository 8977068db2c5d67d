"""The pages on which people read calls."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from tests.bridge.house import wait_for
from tests.web.browser import launch, serve
from tests.web.calls_house import HOSTILE, Calls, calls_house
from tests.web.page import browser_test


@pytest.fixture
def calls(tmp_path: Path) -> Iterator[Calls]:
    with calls_house(tmp_path) as house:
        yield house


@pytest.fixture
def client(calls: Calls) -> FlaskClient:
    return calls.app.test_client()


def html(client: FlaskClient, path: str, language: str = "en", status: int = 200) -> str:
    answer = client.get(path, headers={"Accept-Language": language, "Accept": "text/html"})
    assert answer.status_code == status
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.get_data(as_text=True)


def test_the_list_leads_to_every_call_newest_first(calls: Calls, client: FlaskClient) -> None:
    calls.sour("CA1")
    calls.hand_off("CA1")
    calls.end("CA1")
    calls.begin("CA2", minutes=5)
    shown = html(client, "/calls")
    assert shown.index("/calls/CA2") < shown.index("/calls/CA1")
    for words in ("handed over", "in progress", "0.81", "angry", "Reason: frustration", "0:30"):
        assert words in shown
    assert "상담원에게 넘김" in html(client, "/calls", "ko-KR,ko;q=0.9")


@pytest.mark.parametrize("limit", ["0", "501", "-1", "x", "1e9", "٣"])
def test_a_strange_limit_shows_the_usual_number(client: FlaskClient, limit: str) -> None:
    assert "No call yet" in html(client, f"/calls?limit={quote(limit)}")


def test_more_calls_are_one_click_away(calls: Calls, client: FlaskClient) -> None:
    for number in range(3):
        calls.begin(f"CA{number}", minutes=number)
    assert 'href="/calls?limit=500"' in html(client, "/calls?limit=2")
    assert "limit=500" not in html(client, "/calls?limit=4")


def test_a_call_tells_what_was_said_felt_and_decided(calls: Calls, client: FlaskClient) -> None:
    calls.sour("CA1")
    calls.hand_off("CA1")
    shown = html(client, "/calls/CA1")
    for words in (
        "아니 도대체 몇 번을 말해요",
        "angry (74 %)",
        "0.81",
        "left from before",
        "sureness",
        "angry words",
        "Empathise",
        "understood &#39;order_status&#39;",
        "sureness",
        "Order 47291 is late",
        "Could open with",
        "waiting",
    ):
        assert words in shown
    course = shown.partition('id="course"')[2]
    assert course.index("주문한 거 언제") < course.index("Empathise") < course.index("배송 중입니다")
    assert "<svg" in shown
    assert "/api/calls/CA1/timeline.svg" in shown
    assert 'data-live="CA1"' in shown
    assert "Told, not checked" not in shown, "what was checked is not told twice"


def test_the_page_speaks_its_reader_s_language(calls: Calls, client: FlaskClient) -> None:
    calls.sour("CA1")
    shown = html(client, "/calls/CA1", "ko")
    for words in ("화난 목소리", "공감하기", "음높이(Hz)", "화남 0.74", "진행 중"):
        assert words in shown
    client.set_cookie("ui", "en")
    assert "pitch (Hz)" in html(client, "/calls/CA1", "ko")


def test_a_hand_off_is_told_in_the_reader_s_language_as_far_as_it_is_known(
    calls: Calls, client: FlaskClient
) -> None:
    calls.sour("CA1")
    calls.hand_off("CA1")
    assert "주문 47291 배송이 늦음" in html(client, "/calls/CA1", "ko")
    shown = html(client, "/calls/CA1", "en")
    assert "Order 47291 is late" in shown
    assert "주문 47291 배송이 늦음" not in shown


def test_an_ended_call_is_not_followed(calls: Calls, client: FlaskClient) -> None:
    calls.sour("CA1")
    calls.end("CA1")
    assert "data-live" not in html(client, "/calls/CA1")


def test_what_strangers_say_is_only_text(calls: Calls, client: FlaskClient) -> None:
    calls.begin("CA1")
    calls.say("CA1", HOSTILE, 3, 0.5)
    calls.answer("CA1", HOSTILE, 6, HOSTILE)
    shown = html(client, "/calls/CA1")
    assert "<img src=x" not in shown
    assert "<script>1" not in shown
    assert "&lt;img src=x" in shown


def test_a_call_without_feelings_or_words_has_its_page(calls: Calls, client: FlaskClient) -> None:
    calls.begin("CA1")
    shown = html(client, "/calls/CA1")
    assert "Nothing has been said yet" in shown
    assert "<svg" not in shown
    calls.say("CA1", "여보세요", 3)
    shown = html(client, "/calls/CA1")
    assert "여보세요" in shown
    assert "Frustration" not in shown
    assert "feeling" not in shown


def test_an_unknown_call_is_told_in_words(client: FlaskClient) -> None:
    assert "No such call" in html(client, "/calls/CA404", status=404)
    assert "그런 통화가 없습니다" in html(client, f"/calls/{quote('<b>')}", "ko", status=404)


def test_a_database_that_fails_is_told_in_words(calls: Calls, client: FlaskClient, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "calls.sqlite3") as database:
        database.execute("ALTER TABLE calls RENAME TO lost")
    for path in ("/calls", "/calls/CA1"):
        assert "can&#39;t be read now" in html(client, path, status=503)


def test_the_pages_are_guarded_as_the_api_is(tmp_path: Path) -> None:
    with calls_house(tmp_path, api_token="sixteen-characters") as house:
        client = house.app.test_client()
        assert client.get("/calls").status_code == client.get("/calls/CA1").status_code == 401
        bearer = {"Authorization": "Bearer sixteen-characters"}
        assert client.get("/calls", headers=bearer).status_code == 200
        assert client.get("/calls?token=sixteen-characters").status_code == 303


def open_page(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector("body[data-ready]")


@browser_test
def test_a_live_call_grows_on_the_page_until_it_has_ended(calls: Calls) -> None:
    calls.begin("CA1")
    with serve(calls.app) as url, launch() as page:
        open_page(page, f"{url}/calls/CA1")
        expect(page.locator(".empty")).to_be_visible()
        calls.sour("CA1")
        expect(page.locator("#entries .turn")).to_have_count(7)
        expect(page.locator("#entries .decision")).to_have_count(4)
        expect(page.locator("#timeline svg")).to_have_count(1)
        expect(page.locator(".empty")).to_be_hidden()
        page.get_by_role("link", name="Picture alone").focus()
        calls.hand_off("CA1")
        expect(page.locator(".summary .headline")).to_contain_text("47291")
        calls.end("CA1")
        expect(page.locator("#head")).to_contain_text("0:30")
        expect(page.get_by_role("link", name="Picture alone")).to_be_focused()
        page.get_by_role("button", name="한국어").click()
        expect(page.locator(".summary h2")).to_have_text("상담원에게 넘김")
        expect(page.locator("#timeline svg")).to_contain_text("답답함")


@browser_test
def test_the_list_shows_a_new_call_by_itself_and_works_by_keyboard(calls: Calls) -> None:
    with serve(calls.app) as url, launch() as page:
        open_page(page, f"{url}/calls")
        expect(page.locator(".empty")).to_be_visible()
        calls.sour("CA1")
        expect(page.locator("#calls li")).to_have_count(1)
        page.locator("#calls a").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/calls/CA1")
        page.wait_for_selector("body[data-ready]")
        page.locator("#timeline").focus()
        before = page.locator("#timeline").evaluate("part => part.scrollWidth > part.clientWidth")
        assert not before, "a short call fits a laptop"


@browser_test
@pytest.mark.parametrize("width", [390, 1280])
def test_long_calls_and_long_words_stay_within_the_window(calls: Calls, width: int) -> None:
    calls.begin("CA1")
    calls.say("CA1", HOSTILE + "x" * 500, 0, 0.3)
    for number in range(1, 60):
        calls.say("CA1", f"{number}", number * 10, number / 60, angry=True)
        calls.answer("CA1", "네 " * 200, number * 10 + 3)
    with serve(calls.app) as url, launch(width=width, locale="ko-KR") as page:
        for path in ("/calls", "/calls/CA1"):
            open_page(page, url + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("body").get_attribute("data-owned") is None
        scrolled = page.locator("#timeline")
        assert scrolled.evaluate("part => part.scrollWidth") > 3_000
        scrolled.focus()
        page.keyboard.press("ArrowRight")
        # Not page.wait_for_function, which asks again by eval: the page's policy forbids that.
        wait_for(lambda: page.evaluate("document.getElementById('timeline').scrollLeft > 0"), "its end is shown")

"""Requests that somebody else's page sends in the name of whoever is logged in."""

import re

from ivr.web.csrf import HEADER
from tests.web.login_office import (
    HTML,
    PASSWORD,
    TOKEN,
    Office,
    form_token,
    log_in,
    request_token,
)


def test_a_request_needs_the_pages_token(office: Office) -> None:
    browser = office.logged_in("anna")
    assert browser.post("/api/desk/notes").status_code == 403
    assert browser.post("/api/desk/notes", headers={HEADER: "made-up"}).status_code == 403
    other = request_token(office.logged_in("마루"))
    assert browser.post("/api/desk/notes", headers={HEADER: other}).status_code == 403
    assert browser.post("/api/desk/notes", headers={HEADER: request_token(browser)}).status_code == 200


def test_a_page_carries_the_token_for_its_scripts(office: Office) -> None:
    browser = office.logged_in("anna")
    page = browser.get("/phone", headers=HTML).get_data(as_text=True)
    found = re.search(r'<meta name="csrf-token" content="([^"]+)">', page)
    assert found is not None
    assert browser.post("/api/desk/notes", headers={HEADER: found[1]}).status_code == 200


def test_the_token_of_before_the_login_is_no_longer_right(office: Office) -> None:
    browser = office.browser()
    before = form_token(browser)
    log_in(browser, "anna")
    assert browser.post("/api/desk/notes", headers={HEADER: before}).status_code == 403


def test_the_login_form_itself_can_not_be_forged(office: Office) -> None:
    browser = office.browser()
    assert browser.post("/login", data={"name": "anna", "password": PASSWORD}).status_code == 403
    form = {"name": "anna", "password": PASSWORD, "csrf_token": form_token(browser)}
    assert browser.post("/login", data=form, headers={"Origin": "https://evil.example"}).status_code == 403
    assert browser.get("/desk").status_code == 401


def test_programs_with_the_token_need_no_other(office: Office) -> None:
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    assert office.browser().post("/api/desk/notes", headers=bearer).get_json() == {"name": "token", "role": "admin"}


def test_a_page_opened_with_the_token_can_be_forged_no_more_than_a_login(office: Office) -> None:
    browser = office.browser()
    browser.get(f"/desk?token={TOKEN}")
    assert browser.post("/api/desk/notes").status_code == 403
    assert browser.post("/api/desk/notes", headers={HEADER: request_token(browser)}).status_code == 200

"""Logging in: who gets in, for how long; and who tries to get in without a password."""

import re
import sqlite3
from collections.abc import Callable
from datetime import timedelta

import pytest

from ivr.records.accounts import SKEW
from ivr.records.audit import RETRY_S
from ivr.web.csrf import COOKIE
from tests.web.login_office import (
    HTML,
    PASSWORD,
    TOKEN,
    Office,
    form_token,
    log_in,
    request_token,
)

# --- getting in ---


def test_a_page_sends_you_to_the_login_and_the_login_back(office: Office) -> None:
    browser = office.browser()
    refused = browser.get("/desk?call=CA1", headers=HTML)
    assert (refused.status_code, refused.headers["Location"]) == (303, "/login?next=/desk%3Fcall%3DCA1")
    answer = log_in(browser, "Anna", next="/desk?call=CA1")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/desk?call=CA1")
    assert browser.get("/desk").get_json() == {"name": "anna", "role": "agent"}
    assert office.actions() == [("anna", "login")]


@pytest.mark.parametrize(
    "next",
    ["//evil.example", "https://evil.example/desk", "/desk\\evil", "/api/calls", "/deskevil", "/desk\r\nX: y"],
)
def test_the_login_leads_nowhere_else(office: Office, next: str) -> None:
    assert log_in(office.browser(), "anna", next=next).headers["Location"] == "/desk"


def test_the_cookie_is_for_this_server_alone(make_office: Callable[..., Office]) -> None:
    office = make_office(public_url="https://hotline.example.com")
    browser = office.browser()
    secure = {"base_url": "https://hotline.example.com"}
    page = browser.get("/login", headers=HTML, **secure).get_data(as_text=True)
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]
    form = {"name": "anna", "password": PASSWORD, "csrf_token": token}
    answer = browser.post("/login", data=form, **secure)
    assert answer.status_code == 303
    cookie = next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith(COOKIE))
    assert {"HttpOnly", "SameSite=Strict", "Secure", "Path=/"} <= set(cookie.split("; "))


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(office: Office) -> None:
    wrong = log_in(office.browser(), "anna", "wrong password here")
    unknown = log_in(office.browser(), "nobody", "wrong password here")
    strange = log_in(office.browser(), "no such/name", "wrong password here")
    assert wrong.status_code == unknown.status_code == strange.status_code == 401
    pages = [re.sub(r'value="[^"]*"', "", each.get_data(as_text=True)) for each in (wrong, unknown, strange)]
    assert pages[0] == pages[1] == pages[2]
    assert "Name or password is wrong." in pages[0]
    assert office.actions() == [("anna", "login_failed"), ("?", "login_failed"), ("?", "login_failed")]


def test_the_pages_speak_korean(office: Office) -> None:
    browser = office.browser()
    page = browser.get("/login", headers={**HTML, "Accept-Language": "ko"}).get_data(as_text=True)
    assert "비밀번호" in page
    office_agent = office.logged_in("anna")
    refused = office_agent.get("/studio", headers={**HTML, "Accept-Language": "ko"})
    assert refused.status_code == 403
    assert "상담원" in refused.get_data(as_text=True)
    assert "매니저" in refused.get_data(as_text=True)


def test_on_the_embedded_default_nobody_need_log_in_but_may(make_office: Callable[..., Office]) -> None:
    office = make_office(api_token=None)
    browser = office.browser()
    assert browser.get("/studio").get_json() == {"name": "local", "role": "admin"}
    assert browser.post("/api/desk/notes").status_code == 200
    log_in(browser, "anna")
    assert browser.get("/desk").get_json()["name"] == "anna"
    assert browser.get("/studio").status_code == 403


# --- sessions ---


def test_a_planted_session_is_worth_nothing_after_the_login(office: Office) -> None:
    browser = office.browser()
    form_token(browser)
    planted = browser.get_cookie(COOKIE)
    assert planted is not None
    assert log_in(browser, "anna").status_code == 303
    thief = office.browser()
    thief.set_cookie(COOKIE, planted.value)
    assert thief.get("/desk").status_code == 401


def test_each_login_has_a_session_of_its_own_and_ends_the_one_before(office: Office) -> None:
    browser = office.logged_in("anna")
    before = browser.get_cookie(COOKIE)
    assert before is not None
    log_in(browser, "마루")
    thief = office.browser()
    thief.set_cookie(COOKIE, before.value)
    assert thief.get("/desk").status_code == 401
    assert browser.get("/desk").get_json()["name"] == "마루"


def test_a_session_made_up_or_signed_by_somebody_else_is_refused(office: Office) -> None:
    browser = office.browser()
    for value in ("made-up", "eyJsb2dpbiI6IngifQ.aaaa.bbbb"):
        browser.set_cookie(COOKIE, value)
        assert browser.get("/desk").status_code == 401


def test_a_session_ends_when_nothing_is_done(office: Office) -> None:
    browser = office.logged_in("anna")
    office.now += timedelta(minutes=29)
    assert browser.get("/desk").status_code == 200
    office.now += timedelta(minutes=29)
    assert browser.get("/desk").status_code == 200
    office.now += timedelta(minutes=31)
    assert browser.get("/desk").status_code == 401


def test_a_session_ends_after_its_longest_time_whatever_is_done(office: Office) -> None:
    browser = office.logged_in("anna")
    for _ in range(24):
        office.now += timedelta(minutes=19)
        assert browser.get("/desk").status_code == 200
    office.now += timedelta(minutes=25)
    assert browser.get("/desk").status_code == 401


def test_clocks_that_differ_a_little_log_nobody_out_and_a_session_from_the_future_is_refused(
    office: Office,
) -> None:
    browser = office.logged_in("anna")
    office.now -= SKEW
    assert browser.get("/desk").status_code == 200
    office.now -= timedelta(seconds=1)
    assert browser.get("/desk").status_code == 401


def test_every_page_lets_you_log_out(office: Office) -> None:
    browser = office.logged_in("anna")
    answer = browser.get("/phone", headers=HTML)
    assert "form-action 'self'" in answer.headers["Content-Security-Policy"]
    found = re.search(r'action="/logout">\s*<input type="hidden" name="csrf_token" value="([^"]+)">', answer.text)
    assert found is not None
    assert browser.post("/logout", data={"csrf_token": found[1]}).status_code == 303
    assert 'action="/logout"' not in office.browser().get("/login", headers=HTML).text


def test_logging_out_ends_the_session_for_good(office: Office) -> None:
    browser = office.logged_in("anna")
    kept = browser.get_cookie(COOKIE)
    assert kept is not None
    assert browser.post("/logout").status_code == 403  # another page's button
    assert browser.get("/desk").status_code == 200
    answer = browser.post("/logout", data={"csrf_token": request_token(browser)})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login")
    browser.set_cookie(COOKIE, kept.value)
    assert browser.get("/desk").status_code == 401
    assert office.actions() == [("anna", "login"), ("anna", "logout")]


# --- too much ---


def test_guessing_a_password_is_stopped_before_it_is_checked(office: Office) -> None:
    browser = office.browser()
    assert [log_in(browser, "anna", f"guess number {n}").status_code for n in range(7)] == [401] * 5 + [429] * 2
    stopped = log_in(browser, "anna")  # the right one: too late
    assert stopped.status_code == 429
    assert 0 < int(stopped.headers["Retry-After"]) <= 15 * 60
    elsewhere = office.browser()
    elsewhere.environ_base["REMOTE_ADDR"] = "10.0.0.7"
    assert log_in(elsewhere, "anna").status_code == 303  # nobody is locked out by others
    assert log_in(browser, "root").status_code == 303


def test_the_right_password_forgives_the_mistypings_before_it(office: Office) -> None:
    browser = office.browser()
    for _ in range(3):
        for attempt in range(3):
            assert log_in(browser, "anna", f"mistyped {attempt}").status_code == 401
        assert log_in(browser, "anna").status_code == 303


def test_too_many_requests_are_told_when_to_come_back(make_office: Callable[..., Office]) -> None:
    office = make_office(api_rate_per_min=10)
    browser = office.logged_in("anna")
    answers = [browser.get("/desk") for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
    assert office.logged_in("root").get("/desk").status_code == 200


def test_guessing_the_api_token_is_slowed_down_and_the_right_one_always_passes(office: Office) -> None:
    program = office.browser()
    statuses = [program.get("/api/calls", headers={"Authorization": f"Bearer {n}"}).status_code for n in range(31)]
    assert statuses == [401] * 30 + [429]
    assert program.get("/api/calls", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_behind_a_proxy_everybody_is_counted_by_their_own_address(make_office: Callable[..., Office]) -> None:
    office = make_office(trusted_proxies=1)
    for number in range(6):
        program = office.browser()
        program.environ_base["HTTP_X_FORWARDED_FOR"] = f"203.0.113.{number}"
        assert log_in(program, "anna", "a wrong password").status_code == 401


# --- the database ---


def test_while_the_database_is_locked_reading_goes_on_and_a_login_waits(office: Office) -> None:
    browser = office.logged_in("anna")
    newcomer = office.browser()
    token = form_token(newcomer)
    holder = sqlite3.connect(office.file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        office.now += timedelta(minutes=2)
        assert browser.get("/api/calls/CA1").status_code == 200
        assert office.audit.waiting == 1
        late = newcomer.post("/login", data={"name": "root", "password": PASSWORD, "csrf_token": token})
        assert late.status_code == 503
        assert int(late.headers["Retry-After"]) > 0
        assert newcomer.get("/desk").status_code == 401
    finally:
        holder.execute("ROLLBACK")
        holder.close()
    office.seconds += RETRY_S
    log_in(newcomer, "root")
    assert office.audit.waiting == 0
    assert office.actions() == [("anna", "login"), ("anna", "call_opened"), ("root", "login")]


def test_without_a_database_nobody_gets_in(office: Office) -> None:
    browser = office.logged_in("anna")
    with sqlite3.connect(office.file) as connection:
        connection.execute("ALTER TABLE login_sessions RENAME TO gone")
    answer = browser.get("/desk")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    page = browser.get("/desk", headers=HTML)
    assert "Calls go on." in page.get_data(as_text=True)

"""Logging in: who gets in, as what, for how long; and who tries to get in without a password."""

import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, jsonify
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ivr.records.accounts import SKEW, Accounts, Role
from ivr.records.audit import RETRY_S, AuditLog
from ivr.records.store import Store
from ivr.settings import load_settings
from ivr.web import access, accounts, login, phone
from ivr.web.access_audit import note_requests
from ivr.web.csrf import COOKIE, HEADER
from ivr.web.visitors import current_visitor
from tests.telephony.house import FakeHouse

TOKEN = "a-token-of-some-length"
PASSWORD = "correct horse battery"
PEOPLE: dict[str, Role] = {"anna": "agent", "마루": "manager", "root": "admin"}
HTML = {"Accept": "text/html"}


MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def accounts_of(store: Store) -> Accounts:
    return Accounts(store.engine, idle=timedelta(minutes=30), longest=timedelta(hours=8))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which the three people are already."""
    file = tmp_path_factory.mktemp("template") / "ivr.sqlite3"
    store = Store(f"sqlite:///{file}")
    store.migrate()
    for name, role in PEOPLE.items():
        accounts_of(store).add(name, role, PASSWORD, MORNING)
    store.close()
    return file


class Office:
    """An application with logins, three people, and a clock that the test turns."""

    def __init__(self, folder: Path, template: Path, **settings: Any) -> None:
        self.now = MORNING
        self.file = folder / "ivr.sqlite3"
        shutil.copyfile(template, self.file)
        self.store = Store(f"sqlite:///{self.file}", busy_timeout_ms=50)
        self.settings = load_settings(**{"api_token": TOKEN, **settings})
        self.accounts = accounts_of(self.store)
        self.seconds = 0.0
        self.audit = AuditLog(self.store.engine, lambda: self.seconds)
        app = Flask(__name__)
        guard = access.Guard(self.settings, self.accounts, lambda call_sid: call_sid == "CA1", lambda: self.now)
        guard.protect(app)
        note_requests(app, self.audit)
        app.register_blueprint(login.blueprint(guard, self.accounts, self.audit, lambda: self.now))
        app.register_blueprint(accounts.blueprint(self.accounts, self.audit, lambda: self.now))
        app.register_blueprint(phone.blueprint(FakeHouse(), self.settings, _NoTokens()))
        for path in ("/desk", "/studio", "/api/calls", "/api/calls/<call_sid>", "/api/desk/notes", "/api/odd"):
            app.add_url_rule(path, path, _who, methods=["GET", "POST"])
        self.app = app

    def browser(self) -> FlaskClient:
        return self.app.test_client()

    def logged_in(self, name: str) -> FlaskClient:
        browser = self.browser()
        assert log_in(browser, name).status_code == 303
        return browser

    def actions(self) -> list[tuple[str, str]]:
        """Who did what, oldest first."""
        return [(entry.who, entry.action) for _, entry in reversed(self.audit.entries(100))]


class _NoTokens:
    def issue(self, info: object) -> str:
        raise NotImplementedError


def _who(call_sid: str = "") -> Any:
    visitor = current_visitor()
    assert visitor is not None
    return jsonify(name=visitor.name, role=visitor.role)


@pytest.fixture
def make(tmp_path: Path, template: Path) -> Iterator[Callable[..., Office]]:
    made: list[Office] = []

    def open_office(**settings: Any) -> Office:
        made.append(Office(tmp_path, template, **settings))
        return made[-1]

    yield open_office
    for office in made:
        office.store.close()


@pytest.fixture
def office(make: Callable[..., Office]) -> Office:
    return make()


def form_token(browser: FlaskClient, path: str = "/login") -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(path, headers=HTML).get_data(as_text=True))
    assert found is not None
    return found[1]


def log_in(browser: FlaskClient, name: str, password: str = PASSWORD, next: str = "") -> TestResponse:
    form = {"name": name, "password": password, "next": next, "csrf_token": form_token(browser)}
    return browser.post("/login", data=form)


def request_token(browser: FlaskClient) -> str:
    return str(browser.get("/api/me").get_json()["csrf_token"])


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


def test_the_cookie_is_for_this_server_alone(make: Callable[..., Office]) -> None:
    office = make(public_url="https://hotline.example.com")
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


def test_on_the_embedded_default_nobody_need_log_in_but_may(make: Callable[..., Office]) -> None:
    office = make(api_token=None)
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


# --- forged requests ---


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


# --- roles ---


@pytest.mark.parametrize(
    ("path", "agent", "manager", "admin"),
    [
        ("/desk", 200, 200, 200),
        ("/api/desk/notes", 200, 200, 200),
        ("/api/calls/CA1", 200, 200, 200),  # came to people
        ("/api/calls/CA2", 403, 200, 200),  # the machine's own
        ("/api/calls", 403, 200, 200),
        ("/studio", 403, 200, 200),
        ("/api/odd", 403, 200, 200),
        ("/api/users", 403, 403, 200),
        ("/api/audit", 403, 403, 200),
    ],
)
def test_what_each_role_may_see(office: Office, path: str, agent: int, manager: int, admin: int) -> None:
    statuses = [office.logged_in(name).get(path).status_code for name in PEOPLE]
    assert statuses == [agent, manager, admin]


def test_nobody_makes_themselves_an_admin(office: Office) -> None:
    for name in ("anna", "마루"):
        browser = office.logged_in(name)
        headers = {HEADER: request_token(browser)}
        assert browser.patch(f"/api/users/{name}", json={"role": "admin"}, headers=headers).status_code == 403
        new = {"name": "mine", "role": "admin", "password": PASSWORD}
        assert browser.post("/api/users", json=new, headers=headers).status_code == 403
    assert {user.name: user.role for user in office.accounts.users()} == PEOPLE


def test_a_role_taken_away_is_gone_at_once(office: Office) -> None:
    manager = office.logged_in("마루")
    assert manager.get("/studio").status_code == 200
    admin = office.logged_in("root")
    headers = {HEADER: request_token(admin)}
    assert admin.patch("/api/users/마루", json={"role": "agent"}, headers=headers).get_json()["role"] == "agent"
    assert manager.get("/studio").status_code == 401
    again = office.logged_in("마루")
    assert again.get("/studio").status_code == 403


def test_an_admin_adds_changes_and_removes_people_and_it_is_noted(office: Office) -> None:
    admin = office.logged_in("root")
    headers = {HEADER: request_token(admin)}
    new = {"name": "Bora", "role": "agent", "password": "another long password"}
    added = admin.post("/api/users", json=new, headers=headers)
    assert (added.status_code, added.get_json()["name"]) == (201, "bora")
    assert log_in(office.browser(), "bora", "another long password").status_code == 303
    assert admin.post("/api/users", json=new, headers=headers).status_code == 400
    assert admin.post("/api/users", json={**new, "role": "king"}, headers=headers).status_code == 400
    assert admin.patch("/api/users/bora", json={"password": "short"}, headers=headers).status_code == 400
    assert (
        admin.patch("/api/users/root", json={"role": "agent"}, headers=headers).status_code == 400
    )  # the last admin
    assert admin.delete("/api/users/bora", headers=headers).status_code == 204
    assert log_in(office.browser(), "bora", "another long password").status_code == 401
    assert {user["name"] for user in admin.get("/api/users").get_json()} == set(PEOPLE)
    log = admin.get("/api/audit?who=root").get_json()
    assert [(entry["action"], entry["detail"].get("user")) for entry in log] == [
        ("user_removed", "bora"),
        ("user_added", "Bora"),
        ("login", None),
    ]
    assert admin.get(f"/api/audit?who=root&before={log[1]['id']}").get_json() == log[2:]
    assert admin.get("/api/audit?limit=0").status_code == 400


def test_what_was_seen_is_noted_once(office: Office) -> None:
    agent = office.logged_in("anna")
    for _ in range(3):
        agent.get("/api/calls/CA1")
    agent.get("/api/calls/CA2")  # refused
    noted = [entry for _, entry in office.audit.entries(10) if entry.action == "call_opened"]
    assert [(entry.who, entry.role, entry.call_sid) for entry in noted] == [("anna", "agent", "CA1")]


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


def test_too_many_requests_are_told_when_to_come_back(make: Callable[..., Office]) -> None:
    office = make(api_rate_per_min=10)
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


def test_behind_a_proxy_everybody_is_counted_by_their_own_address(make: Callable[..., Office]) -> None:
    office = make(trusted_proxies=1)
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

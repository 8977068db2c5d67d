"""An application that people log in to, as tests use it; and how they do."""

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask, jsonify
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ivr.records.accounts import Accounts, Role
from ivr.records.audit import AuditLog
from ivr.records.store import Store
from ivr.settings import load_settings
from ivr.web import access, accounts, login, phone
from ivr.web.access_audit import note_requests
from ivr.web.visitors import current_visitor
from tests.telephony.house import FakeHouse

TOKEN = "a-token-of-some-length"
PASSWORD = "correct horse battery"
PEOPLE: dict[str, Role] = {"anna": "agent", "마루": "manager", "root": "admin"}
HTML = {"Accept": "text/html"}


MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def accounts_of(store: Store) -> Accounts:
    return Accounts(store.engine, idle=timedelta(minutes=30), longest=timedelta(hours=8))


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


def form_token(browser: FlaskClient, path: str = "/login") -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(path, headers=HTML).get_data(as_text=True))
    assert found is not None
    return found[1]


def log_in(browser: FlaskClient, name: str, password: str = PASSWORD, next: str = "") -> TestResponse:
    form = {"name": name, "password": password, "next": next, "csrf_token": form_token(browser)}
    return browser.post("/login", data=form)


def request_token(browser: FlaskClient) -> str:
    return str(browser.get("/api/me").get_json()["csrf_token"])

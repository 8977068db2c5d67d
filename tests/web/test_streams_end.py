"""Event streams end with the login that opened them: of the desk, and of a single call."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from ivr.errors import RecordsError
from ivr.records.accounts import Accounts
from ivr.records.accounts_models import LoginSessionRow
from ivr.web import visitors
from ivr.web.visitors import Standing
from tests.web.desk_page import HOUR, PASSWORD, Floor, client_of, open_floor
from tests.web.login_office import form_token, log_in

LAST = "event: logged_out\ndata: {}\n\n"
STREAMS = ("/api/desk/events", "/api/calls/CA1/events")
SOON_S = 3.0
"""A stream looks every half second whether its login holds, since CHECK_S is 0 here."""


@pytest.fixture
def logins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Floor]:
    monkeypatch.setattr(visitors, "CHECK_S", 0.0)
    with open_floor(tmp_path, "anna", "boram") as floor:
        yield floor


def accounts(floor: Floor) -> Accounts:
    assert floor.accounts is not None
    return floor.accounts


def agent(floor: Floor, name: str = "anna") -> FlaskClient:
    browser = client_of(floor)
    assert log_in(browser, name, PASSWORD).status_code == 303
    browser.get("/api/desk/me")
    token = browser.get("/api/me").get_json()["csrf_token"]
    assert browser.post("/api/desk/enter", json={}, headers={"X-CSRF-Token": token}).status_code == 200
    return browser


def events(answer: TestResponse) -> Iterator[str]:
    """A stream's text, as it comes."""
    return (part if isinstance(part, str) else bytes(part).decode() for part in answer.response)


def log_out(floor: Floor, browser: FlaskClient) -> None:
    token = form_token(browser)
    assert browser.post("/logout", data={"csrf_token": token}).status_code == 303


def age(floor: Floor, browser: FlaskClient) -> None:
    """The login was two hours ago; it lasts one."""
    with Session(accounts(floor)._engine) as session:
        session.execute(update(LoginSessionRow).values(created_at=datetime.now(UTC) - 2 * HOUR))
        session.commit()


ENDS: dict[str, Callable[[Floor, FlaskClient], object]] = {
    "logout": log_out,
    "login removed": lambda floor, browser: accounts(floor).remove("anna"),
    "password changed": lambda floor, browser: accounts(floor).change(
        "anna", datetime.now(UTC), password="new long words"
    ),
    "role changed": lambda floor, browser: accounts(floor).change("anna", datetime.now(UTC), role="manager"),
    "session expired": age,
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("path", STREAMS)
def test_a_stream_ends_with_its_login(logins: Floor, path: str, end: str) -> None:
    accounts(logins).add("root", "admin", "another long password", datetime.now(UTC))
    logins.ring()
    browser = agent(logins)
    answer = browser.get(path, buffered=False)
    parts = events(answer)
    assert next(parts).partition("event: ")[2].startswith(("hello", "status"))
    ENDS[end](logins, browser)
    ended_s = time.monotonic()
    told = list(parts)  # ends by itself
    assert told[-1] == LAST
    assert time.monotonic() - ended_s < SOON_S
    assert browser.get(path).status_code == 401, "and it can't be opened again"


def test_a_stream_goes_on_while_its_login_holds(logins: Floor) -> None:
    browser, colleague = agent(logins), agent(logins, "boram")
    answer = browser.get("/api/desk/events", buffered=False)
    parts = events(answer)
    assert "event: hello" in next(parts)
    log_out(logins, colleague)
    logins.ring()
    told = next(parts)
    assert "event: waiting" in told and LAST not in told
    answer.close()


def test_programs_with_the_token_are_not_asked_again(logins: Floor) -> None:
    logins.ring()
    headers = {"Authorization": "Bearer a-token-of-some-length"}
    answer = client_of(logins).get("/api/calls/CA1/events", buffered=False, headers=headers)
    parts = events(answer)
    first = next(parts)
    logins.journal.live("CA1", {"event": "partial", "text": "still told"})
    assert "status" in first and any("still told" in part for part in parts)
    answer.close()


def test_a_login_is_asked_about_now_and_then_and_once_over_stays_over() -> None:
    now_s, answers, asked = [100.0], [True, True, False, True], []

    def still() -> bool:
        asked.append(now_s[0])
        return answers[len(asked) - 1]

    standing = Standing(still, 2.0, lambda: now_s[0])
    seen = []
    for _ in range(20):
        seen.append(standing.over)
        now_s[0] += 0.5
    assert asked == [102.0, 104.0, 106.0]
    assert seen == [False] * 12 + [True] * 8


def test_a_database_that_is_away_logs_nobody_out(logins: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = agent(logins)
    answer = browser.get("/api/desk/events", buffered=False)
    parts = events(answer)
    assert "event: hello" in next(parts)

    def away(self: Accounts, token: str, now: datetime) -> None:
        raise RecordsError("locked")

    monkeypatch.setattr(Accounts, "session_of", away)
    started = datetime.now(UTC)
    logins.ring()
    assert "event: waiting" in next(parts)
    assert datetime.now(UTC) - started < timedelta(seconds=SOON_S)
    answer.close()

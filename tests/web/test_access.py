"""Who gets in, and who does not."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ivr.settings import load_settings
from ivr.web import access

TOKEN = "a-token-of-some-length"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def client(**settings: Any) -> FlaskClient:
    app = Flask(__name__)
    access.protect(app, load_settings(**settings))
    for path in ("/api/calls", "/phone", "/phonebook", "/twilio/voice", "/health"):
        app.add_url_rule(path, path, lambda: "in", methods=["GET", "POST"])
    return app.test_client()


@pytest.fixture
def opened() -> FlaskClient:
    """The embedded default: loopback, no credentials."""
    return client()


@pytest.fixture
def guarded() -> FlaskClient:
    return client(api_token=TOKEN)


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1", "[::1]:8080", "LOCALHOST"])
def test_in_the_open_mode_this_machine_gets_in(opened: FlaskClient, host: str) -> None:
    assert opened.get("/api/calls", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.5:8080", "localhost.evil"])
def test_in_the_open_mode_another_name_is_refused(opened: FlaskClient, host: str) -> None:
    answer = opened.get("/api/calls", headers={"Host": host})
    assert answer.status_code == 403
    assert "IVR_API_TOKEN" in answer.get_json()["error"]


def test_in_the_open_mode_other_machines_are_refused(opened: FlaskClient) -> None:
    assert opened.get("/phone", environ_base={"REMOTE_ADDR": "10.0.0.9"}).status_code == 403
    assert opened.get("/phone", environ_base={"REMOTE_ADDR": ""}).status_code == 403
    assert opened.get("/phone", headers={"X-Forwarded-For": "203.0.113.7"}).status_code == 403
    assert opened.get("/phone", environ_base={"REMOTE_ADDR": "::ffff:127.0.0.1"}).status_code == 200


def test_the_rest_is_not_guarded_here(guarded: FlaskClient) -> None:
    for path in ("/health", "/twilio/voice", "/phonebook"):
        assert guarded.get(path).status_code == 200


def test_with_a_token_only_the_token_gets_in(guarded: FlaskClient) -> None:
    assert guarded.get("/api/calls", headers=BEARER).status_code == 200
    for wrong in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}, {"Authorization": "Bearer ü"}):
        answer = guarded.get("/api/calls", headers=wrong)
        assert answer.status_code == 401
        assert "IVR_API_TOKEN" in answer.get_json()["error"]
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_with_twilio_but_no_token_nobody_gets_in_and_is_told_why() -> None:
    answer = client(twilio_auth_token="secret").get("/api/calls")
    assert answer.status_code == 401
    assert "set IVR_API_TOKEN" in answer.get_json()["error"]


def test_a_page_opened_with_the_token_once_stays_open(guarded: FlaskClient) -> None:
    answer = guarded.get(f"/phone?token={TOKEN}&ui=ko")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/phone?ui=ko"
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert TOKEN not in cookie
    assert guarded.get("/phone").status_code == 200
    assert guarded.get("/api/calls").status_code == 200  # its live view


def test_a_wrong_token_in_the_address_opens_nothing(guarded: FlaskClient) -> None:
    assert guarded.get("/phone?token=wrong").status_code == 401
    assert guarded.get(f"/api/calls?token={TOKEN}").status_code == 401
    guarded.set_cookie(access.COOKIE, "made-up")
    assert guarded.get("/phone").status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:9999"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_another_sites_page_can_change_nothing(opened: FlaskClient, headers: dict[str, str]) -> None:
    here = {"Host": "localhost:8080"}
    assert opened.post("/phone", headers=here | headers).status_code == 403
    assert opened.get("/phone", headers=here | headers).status_code == 200


def test_our_own_page_can(opened: FlaskClient) -> None:
    own = {"Host": "localhost:8080", "Origin": "http://localhost:8080", "Sec-Fetch-Site": "same-origin"}
    assert opened.post("/phone", headers=own).status_code == 200
    behind_proxy = client(api_token=TOKEN, public_url="https://hotline.example")
    assert behind_proxy.post("/phone", headers=BEARER | {"Origin": "https://hotline.example"}).status_code == 200

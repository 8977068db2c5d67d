"""The phone page's server side, and its files."""

import json
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ivr.call.line import KeyPressed
from ivr.call.switchboard_types import Ending
from ivr.dialogue.frustration import SIGNS
from ivr.settings import load_settings
from ivr.web import phone
from tests.telephony.house import FakeHouse
from tests.web.page import (
    ASSETS,
)


class Tokens:
    """Gives out a token that can be recognised."""

    def issue(self, info: object) -> str:
        return "token-of-the-call"


@pytest.fixture
def house() -> FakeHouse:
    return FakeHouse()


@pytest.fixture
def client(house: FakeHouse) -> FlaskClient:
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(phone.blueprint(house, load_settings(), Tokens()))
    return app.test_client()


def test_a_call_is_admitted_and_gets_a_stream(client: FlaskClient, house: FakeHouse) -> None:
    answer = client.post("/phone/call", json={"language": "ko"}).get_json()
    assert re.fullmatch(r"CA[0-9a-f]{32}", answer["call_sid"])
    assert answer["stream_url"] == "ws://localhost/twilio/stream/token-of-the-call"
    [info] = house.admitted
    assert (info.call_sid, info.language, info.origin) == (answer["call_sid"], "ko", "browser")


@pytest.mark.parametrize("body", [{}, {"language": None}, {"language": "auto"}])
def test_no_language_means_finding_it_by_listening(
    client: FlaskClient, house: FakeHouse, body: dict[str, object]
) -> None:
    assert client.post("/phone/call", json=body).status_code == 200
    assert house.admitted[0].language is None


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "JSON object"),
        (b"{", "JSON object"),
        (b"[]", "JSON object"),
        (b'{"language": "auto", "more": "' + b"x" * 5000 + b'"}', "JSON object"),
        (b'{"language": "de"}', "language: 'de' is not one of auto, ko, en, ja, zh"),
        (b'{"language": 7}', "language: '7'"),
    ],
)
def test_a_bad_request_for_a_call_is_refused_and_opens_none(
    client: FlaskClient, house: FakeHouse, body: bytes, words: str
) -> None:
    answer = client.post("/phone/call", data=body, content_type="application/json")
    assert answer.status_code == 400
    assert words in answer.get_json()["error"]
    assert house.admitted == []


def test_only_the_page_s_own_calls_can_be_reported_ended_and_once(client: FlaskClient, house: FakeHouse) -> None:
    sid = client.post("/phone/call", json={}).get_json()["call_sid"]
    assert client.post("/phone/ended", json={"call_sid": "CA" + "0" * 32}).status_code == 404
    assert client.post("/phone/ended", json={"call_sid": 5}).status_code == 400
    assert house.notes == []
    house.endings[sid] = Ending("person", "ko")
    assert client.post("/phone/ended", json={"call_sid": sid, "hung_up": True}).get_json() == {"next": "hang_up"}
    assert house.notes == [("finished", sid)]
    assert client.post("/phone/ended", json={"call_sid": sid}).status_code == 404


def test_the_pages_load_nothing_from_elsewhere(client: FlaskClient) -> None:
    for path in ("/", "/phone"):
        answer = client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'self'; ")
        assert "unsafe" not in policy
        html = answer.get_data(as_text=True)
        assert not re.findall(r'(?:src|href)="(?:https?:)?//', html)
        assert not re.findall(r"<script>|<style|\son\w+=|\sstyle=", html), "nothing inline"
        for asset in re.findall(r'(?:src|href)="(/assets/[^"]+)"', html):
            with client.get(asset) as found:
                assert found.status_code == 200, asset


def test_the_page_is_told_which_numbers_are_feelings(client: FlaskClient) -> None:
    page = client.get("/phone").get_data(as_text=True)
    told = re.search(r'data-felt="([^"]*)"', page)
    assert told is not None and set(told[1].split()) == {*SIGNS, "carried", "frustration"}
    script = (ASSETS / "feelings.js").read_text(encoding="utf-8")
    assert "profanity" not in script, "the list is the server's"


def test_the_index_leads_to_the_phone_and_names_the_webhook(house: FakeHouse) -> None:
    app = Flask(__name__, static_folder=None)
    settings = load_settings(public_url="https://hotline.example/")
    app.register_blueprint(phone.blueprint(house, settings, Tokens()))
    html = app.test_client().get("/").get_data(as_text=True)
    assert 'href="/phone"' in html
    assert "https://hotline.example/twilio/voice" in html


def test_a_wrong_address_is_told_in_a_page_to_people_and_plainly_to_programs(client: FlaskClient) -> None:
    page = client.get("/nowhere", headers={"Accept": "text/html", "Accept-Language": "ko"})
    assert page.status_code == 404
    assert "페이지를 찾을 수 없습니다" in page.get_data(as_text=True)
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    plain = client.get("/nowhere", headers={"Accept": "*/*"})
    assert plain.status_code == 404
    assert "stylesheet" not in plain.get_data(as_text=True)


def test_every_text_exists_in_both_languages_and_is_used() -> None:
    texts = json.loads((ASSETS / "texts.json").read_text(encoding="utf-8"))
    assert texts["en"].keys() == texts["ko"].keys()
    for key in texts["en"]:
        holes = [sorted(re.findall(r"\{\w+\}", texts[language][key])) for language in ("en", "ko")]
        assert holes[0] == holes[1], key
    sources = [
        *ASSETS.glob("*.js"),
        *(ASSETS.parents[1]).glob("*.py"),
        *(ASSETS.parents[1] / "templates").glob("*.html"),
    ]
    everything = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    made = (  # their ends are put together in code
        *("language_", "microphone_", "failure_", "outcome_", "recording_", "state_", "emotion_", "action_"),
        *("reason_", "label_", "speaker_", "index_", "unit_", "level_"),
        *("sign_", "lane_", "status_", "origin_", "call_unknown", "calls_down"),
        *("reason_", "label_", "speaker_", "index_", "unit_", "level_", "login_"),
    )
    unused = [key for key in texts["en"] if not key.startswith(made) and not re.search(rf"\b{key}\b", everything)]
    assert unused == []


def test_the_modules_stay_small() -> None:
    long = {path.name: count for path in ASSETS.glob("*.js") if (count := len(path.read_text().splitlines())) > 300}
    assert long == {}


def test_keys_of_a_telephone_only() -> None:
    """The page's keys are the ones the line knows."""
    html = (ASSETS.parents[1] / "templates" / "phone.html").read_text(encoding="utf-8")
    keys = re.search(r'for key in "([^"]+)"', html)
    assert keys
    assert sorted(keys[1]) == sorted("0123456789*#")
    assert all(KeyPressed(key).key == key for key in keys[1])

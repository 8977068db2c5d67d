"""A browser's-eye view of the webhooks: posts to them, and the TwiML that comes back."""

from collections.abc import Mapping

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ivr.handoff.ringing_service import RingingService
from ivr.settings import Settings
from ivr.telephony.carrier import Verb, parse_twiml
from ivr.telephony.tokens import StreamTokens
from tests.telephony.house import FakeHouse, make_app

SID = "CA" + "a" * 32
AGENTS = "+821000000001,+821000000002"
"""As ``IVR_AGENT_NUMBERS`` names them."""


def twiml(answer: TestResponse) -> Verb:
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "text/xml"
    return parse_twiml(answer.data, "test")


def verbs(answer: TestResponse) -> list[str]:
    return [verb.name for verb in twiml(answer).children]


def client(
    house: FakeHouse,
    settings: Settings | None = None,
    tokens: StreamTokens | None = None,
    ringing: RingingService | None = None,
) -> FlaskClient:
    return make_app(house, settings, tokens, ringing=ringing).test_client()


def post(web: FlaskClient, path: str, *, headers: Mapping[str, str] | None = None, **fields: str) -> TestResponse:
    return web.post(path, data={"CallSid": SID, **fields}, headers=headers)

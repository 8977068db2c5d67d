"""Who may open a media stream."""

import pytest
from structlog.testing import capture_logs
from twilio.request_validator import RequestValidator

from ivr.call.line import CallInfo
from ivr.errors import LineError
from ivr.settings import load_settings
from ivr.telephony.tokens import StreamTokens
from tests.telephony.house import FakeHouse, make_app, serving
from tests.telephony.peer import SID, Peer


def test_bad_used_and_expired_tokens_are_refused_before_the_upgrade() -> None:
    now_s = [0.0]
    tokens = StreamTokens(60, clock=lambda: now_s[0])
    house = FakeHouse()
    with serving(make_app(house, tokens=tokens)) as url, capture_logs() as logs:
        used, late = tokens.issue(CallInfo("CAused")), tokens.issue(CallInfo("CAlate"))
        Peer(url, used).socket.close()
        now_s[0] = 61.0
        for token in ("nonsense", used, late):
            with pytest.raises(LineError, match="HTTP 403"):
                Peer(url, token)
    refused = [entry["why"] for entry in logs if entry["event"] == "request_refused"]
    assert refused == ["stream token: unknown", "stream token: used before", "stream token: expired"]
    assert not any(used in str(entry) for entry in logs)
    assert not house.calls


def test_what_is_no_websocket_upgrade_is_refused_in_words() -> None:
    house = FakeHouse()
    tokens = StreamTokens()
    web = make_app(house, tokens=tokens).test_client()
    path = f"/twilio/stream/{tokens.issue(CallInfo(SID))}"
    assert web.get(path).status_code == 400
    assert web.post(path, data={"CallSid": SID}).status_code in {400, 405}
    # An upgrade without a key, and from a server whose socket can't be had.
    assert web.get(path, headers={"Upgrade": "websocket", "Connection": "Upgrade"}).status_code == 500
    assert not house.calls


def test_the_upgrade_must_be_signed_over_its_wss_address() -> None:
    secret = "12345678901234567890123456789012"
    tokens = StreamTokens()
    settings = load_settings(twilio_auth_token=secret, public_url="https://hotline.example")
    with serving(make_app(FakeHouse(), settings, tokens)) as url:
        token = tokens.issue(CallInfo(SID))
        validator = RequestValidator(secret)
        wrong = validator.compute_signature("wss://hotline.example/twilio/stream/other", {})
        for headers in ({}, {"X_Twilio_Signature": wrong}):
            with pytest.raises(LineError, match="HTTP 403"):
                Peer(url, token, **headers)
        # The refusals did not use the token up.
        right = validator.compute_signature(f"wss://hotline.example/twilio/stream/{token}", {})
        Peer(url, token, X_Twilio_Signature=right).socket.close()


def test_a_browsers_token_needs_no_signature_but_our_own_page() -> None:
    tokens = StreamTokens()
    settings = load_settings(twilio_auth_token="12345678901234567890123456789012")
    with serving(make_app(FakeHouse(), settings, tokens)) as url:
        token = tokens.issue(CallInfo(SID, origin="browser"))
        with pytest.raises(LineError, match="HTTP 403"):
            Peer(url, token, Origin="https://evil.example")
        Peer(url, token, Origin=url).socket.close()

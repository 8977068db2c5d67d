"""Who may post to the webhooks: Twilio, by its signature, and this machine."""

from collections.abc import Mapping

import pytest
from twilio.request_validator import RequestValidator

from ivr.settings import load_settings
from tests.telephony.house import FakeHouse
from tests.telephony.web import SID, client, post, twiml

SECRET = "12345678901234567890123456789012"
VOICE = "https://hotline.example/twilio/voice?language=ko"


def signed(url: str, fields: Mapping[str, str], secret: str = SECRET) -> dict[str, str]:
    return {"X-Twilio-Signature": RequestValidator(secret).compute_signature(url, dict(fields))}


def test_the_signature_is_twilios_documented_example() -> None:
    """Vector from https://www.twilio.com/docs/usage/security: account token 12345."""
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    fields = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    assert signed(url, fields, "12345")["X-Twilio-Signature"] == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


@pytest.mark.parametrize("public_url", ["https://hotline.example", None])
def test_a_signed_webhook_passes_behind_a_proxy(public_url: str | None) -> None:
    house = FakeHouse()
    web = client(house, load_settings(twilio_auth_token=SECRET, public_url=public_url))
    fields = {"CallSid": SID, "From": "+8210", "SpeechResult": "네, 맞아요"}
    # The proxy took the TLS off: we see plain http.
    answer = web.post(
        "/twilio/voice?language=ko",
        data=fields,
        headers={**signed(VOICE, fields), "Host": "hotline.example", "X-Forwarded-For": "203.0.113.9"},
    )
    stream = twiml(answer).find("Stream")
    assert stream
    assert stream.attributes["url"].startswith("wss://hotline.example/twilio/stream/")


@pytest.mark.parametrize(
    ("headers", "fields"),
    [
        ({}, {"CallSid": SID}),
        (signed(VOICE, {"CallSid": SID}, "another secret"), {"CallSid": SID}),
        (signed(VOICE, {"CallSid": SID}), {"CallSid": "CA" + "b" * 32}),
        (signed("https://other.example/twilio/voice?language=ko", {"CallSid": SID}), {"CallSid": SID}),
        ({"X-Twilio-Signature": "여보세요".encode().decode("latin-1")}, {"CallSid": SID}),
    ],
)
def test_a_missing_or_wrong_signature_is_refused(headers: dict[str, str], fields: dict[str, str]) -> None:
    house = FakeHouse()
    web = client(house, load_settings(twilio_auth_token=SECRET, public_url="https://hotline.example"))
    assert web.post("/twilio/voice?language=ko", data=fields, headers=headers).status_code == 403
    assert not house.admitted


def test_unsigned_calls_come_from_this_machine_only() -> None:
    house = FakeHouse()
    web = client(house)
    for peer, status in (
        ("127.0.0.1", 200),
        ("::1", 200),
        ("::ffff:127.0.0.1", 200),
        ("203.0.113.9", 403),
        ("10.0.0.5", 403),
        ("", 403),
    ):
        answer = web.post("/twilio/voice", data={"CallSid": SID}, environ_base={"REMOTE_ADDR": peer})
        assert answer.status_code == status, peer


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_unsigned_calls_through_a_tunnel_are_refused(header: str) -> None:
    assert post(client(FakeHouse()), "/twilio/voice", headers={header: "203.0.113.9"}).status_code == 403


@pytest.mark.parametrize(
    ("origin", "host", "status"),
    [
        ("http://localhost", "localhost", 200),
        ("http://127.0.0.1:8080", "127.0.0.1:8080", 200),
        ("https://evil.example", "localhost", 403),
        ("null", "localhost", 403),
        ("http://localhost:9999", "localhost:8080", 403),
        ("http://rebound.example", "rebound.example", 403),
    ],
)
def test_another_website_cannot_dial(origin: str, host: str, status: int) -> None:
    answer = post(client(FakeHouse()), "/twilio/voice", headers={"Origin": origin, "Host": host})
    assert answer.status_code == status


@pytest.mark.parametrize(
    "path",
    [
        "after",
        "waiting",
        "waiting/choice",
        "talked",
        "dialled",
        "voicemail",
        "status",
        f"agent/{SID}/0",
        f"agent/{SID}/0/answer",
        f"agent/{SID}/0/status",
        f"whisper/{SID}/0",
        f"whisper/{SID}/0/answer",
        f"whisper/{SID}/0/status",
    ],
)
def test_every_webhook_asks_for_the_signature(path: str) -> None:
    house = FakeHouse()
    web = client(house, load_settings(twilio_auth_token=SECRET, public_url="https://hotline.example"))
    assert web.post(f"/twilio/{path}", data={"CallSid": SID, "Digits": "1"}).status_code == 403
    assert not house.notes
    assert not house.rung
    assert web.get("/twilio/hold.wav").status_code == 200  # music is no secret

"""Twilio's REST API: what we send, and what becomes of its errors."""

from collections.abc import Iterator

import pytest

from ivr.errors import DiallingError
from ivr.telephony.rest import BACKOFF_S, TwilioRest
from tests.telephony.twilio_api import ACCOUNT, SECRET, FakeTwilio, Trouble, fake_twilio

AGENT, OURS = "+821000000001", "+8221234567"
LEG = "https://hotline.example/twilio/agent/CA1/0"


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    with fake_twilio() as twilio:
        yield twilio


def rest(twilio: FakeTwilio, pauses: list[float] | None = None, secret: str = SECRET) -> TwilioRest:
    slept = pauses if pauses is not None else []
    return TwilioRest(ACCOUNT, secret, twilio.url, sleep=slept.append, timeout_s=2)


def ring(api: TwilioRest) -> str:
    return api.call(AGENT, OURS, url=LEG, status_url=f"{LEG}/status", ring_s=20)


def test_an_agents_telephone_is_rung(twilio: FakeTwilio) -> None:
    sid = ring(rest(twilio))
    (leg,) = twilio.legs
    assert leg.sid == sid
    assert leg.form == {
        "To": AGENT,
        "From": OURS,
        "Url": LEG,
        "Method": "POST",
        "StatusCallback": f"{LEG}/status",
        "StatusCallbackMethod": "POST",
        "StatusCallbackEvent": "completed",
        "Timeout": "20",
    }


@pytest.mark.parametrize("troubles", [[429], [500], [503], [429, 500], ["hangs up"]])
def test_troubles_that_pass_are_waited_out(twilio: FakeTwilio, troubles: list[Trouble]) -> None:
    twilio.troubles = list(troubles)
    pauses: list[float] = []
    assert ring(rest(twilio, pauses)) == twilio.legs[0].sid
    assert len(twilio.legs) == 1
    assert pauses == list(BACKOFF_S[: len(pauses)])
    assert pauses


@pytest.mark.parametrize("trouble", ["500 after all", "hangs up after all"])
def test_a_call_whose_answer_was_lost_is_not_made_twice(twilio: FakeTwilio, trouble: Trouble) -> None:
    twilio.troubles = [trouble]
    assert ring(rest(twilio)) == twilio.legs[0].sid
    assert len(twilio.legs) == 1
    assert [line for line in twilio.asked if line.startswith("GET")] == ["GET /Calls.json"]


def test_if_it_cannot_be_told_whether_it_rings_it_is_not_rung_again(twilio: FakeTwilio) -> None:
    twilio.troubles = ["500 after all", 500]
    with pytest.raises(DiallingError, match="HTTP 500") as refused:
        ring(rest(twilio))
    assert not refused.value.carrier  # nor by another way
    assert len(twilio.legs) == 1


@pytest.mark.parametrize(
    ("status", "tries", "says"), [(401, 1, "20003"), (404, 1, "20404"), (429, len(BACKOFF_S) + 1, "20429")]
)
def test_troubles_that_stay_are_told(twilio: FakeTwilio, status: int, tries: int, says: str) -> None:
    twilio.always = status
    with pytest.raises(DiallingError, match=says) as refused:
        ring(rest(twilio))
    assert refused.value.carrier
    assert len(twilio.asked) == tries


def test_a_wrong_secret_is_told(twilio: FakeTwilio) -> None:
    with pytest.raises(DiallingError, match=r"HTTP 401, error 20003: .*Authenticate"):
        ring(rest(twilio, secret="x" * 32))
    assert not twilio.legs


def test_a_number_that_cannot_be_called_is_the_numbers_fault(twilio: FakeTwilio) -> None:
    twilio.bad_numbers.add(AGENT)
    with pytest.raises(DiallingError, match="21211") as refused:
        ring(rest(twilio))
    assert not refused.value.carrier


def test_a_server_that_is_not_there_is_told() -> None:
    with fake_twilio() as gone:
        api = rest(gone)
    with pytest.raises(DiallingError, match="no answer") as refused:
        ring(api)
    assert refused.value.carrier  # surely not sent: another way may be tried
    with pytest.raises(DiallingError, match="no answer"):
        api.redirect("CA1", "https://hotline.example/next")


def test_a_live_call_is_redirected_and_one_that_is_over_is_told(twilio: FakeTwilio) -> None:
    twilio.callers.add("CA1")
    rest(twilio).redirect("CA1", "https://hotline.example/next")
    assert twilio.redirects == [("CA1", "https://hotline.example/next")]
    with pytest.raises(DiallingError) as refused:
        rest(twilio).redirect("CA2", "https://hotline.example/next")
    assert refused.value.gone


def test_hanging_up_a_call_that_is_over_is_no_error(twilio: FakeTwilio) -> None:
    api = rest(twilio)
    sid = ring(api)
    api.end(sid)
    assert twilio.legs[0].status == "completed"
    api.end(sid)
    api.end("CA" + "f" * 32)


@pytest.mark.parametrize("troubles", [[], [429], [503], ["hangs up"]])
def test_a_recording_is_deleted(twilio: FakeTwilio, troubles: list[Trouble]) -> None:
    twilio.recordings |= {"RE1": b"RIFF....", "RE2": b"RIFF...."}
    twilio.troubles = list(troubles)
    rest(twilio).delete_recording("RE1")
    assert set(twilio.recordings) == {"RE2"}
    assert twilio.asked[-1] == "DELETE /Recordings/RE1.json"


@pytest.mark.parametrize("recording_sid", ["RE2", "../Calls/CA1", ""])
def test_a_recording_that_is_not_there_is_gone(twilio: FakeTwilio, recording_sid: str) -> None:
    twilio.recordings["RE1"] = b"RIFF...."
    with pytest.raises(DiallingError) as refused:
        rest(twilio).delete_recording(recording_sid)
    assert refused.value.gone
    assert set(twilio.recordings) == {"RE1"}


def test_a_deletion_whose_answer_was_lost_was_carried_out(twilio: FakeTwilio) -> None:
    twilio.recordings["RE1"] = b"RIFF...."
    twilio.troubles = ["500 after all"]
    with pytest.raises(DiallingError) as refused:
        rest(twilio).delete_recording("RE1")
    assert refused.value.gone
    assert not twilio.recordings


def test_a_deletion_that_is_refused_is_told(twilio: FakeTwilio) -> None:
    twilio.recordings["RE1"] = b"RIFF...."
    with pytest.raises(DiallingError, match="20003") as refused:
        rest(twilio, secret="x" * 32).delete_recording("RE1")
    assert not refused.value.gone


def test_a_recording_is_fetched_with_the_accounts_secret(twilio: FakeTwilio) -> None:
    twilio.recordings["RE1"] = b"RIFF...."
    assert rest(twilio).recording("RE1") == b"RIFF...."
    with pytest.raises(DiallingError) as refused:
        rest(twilio).recording("RE2")
    assert refused.value.gone
    with pytest.raises(DiallingError, match="401"):
        rest(twilio, secret="x").recording("RE1")

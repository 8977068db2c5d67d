"""A hotline with credentials and agents: who may ring, what is shown of a call, and what breaks beneath it."""

import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import requests
from twilio.request_validator import RequestValidator

from ivr.errors import LineError
from ivr.telephony.carrier import Carrier
from ivr.telephony.client_socket import ClientSocket
from ivr.telephony.simulated_line import SimulatedCall
from ivr.telephony.watcher import CallWatcher
from tests.system.callers import greeted, new_sid, say
from tests.system.hotline import Hotline, running, wait_until

pytestmark = pytest.mark.slow

SECRET = "0123456789abcdef0123456789abcdef"
TOKEN = "a token of 16 characters or more"
AGENT = "+821087654321"
CALLER = "+821055512345"
INTO_GREETING_S = 1.5
"""Callers in a hurry speak this long into the greeting, which then stops."""


@pytest.fixture(scope="module")
def hotline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotline]:
    folder = tmp_path_factory.mktemp("guarded")
    with running(
        folder,
        api_token=TOKEN,
        TWILIO_AUTH_TOKEN=SECRET,
        IVR_AGENT_NUMBERS=AGENT,
        IVR_STREAM_TOKEN_S="5",
        IVR_FULFILMENT_DEADLINE_S="2",
    ) as server:
        yield server


def caller(hotline: Hotline) -> SimulatedCall:
    return SimulatedCall(hotline.url, language="en", from_number=CALLER, auth_token=SECRET)


# --- who may ring and look ---


def test_only_what_the_carrier_signed_comes_in(hotline: Hotline) -> None:
    form = {"CallSid": new_sid(), "From": CALLER}
    address = f"{hotline.url}/twilio/voice"
    right = RequestValidator(SECRET).compute_signature(address, form)
    wrong = RequestValidator(SECRET[::-1]).compute_signature(address, form)

    def post(fields: Mapping[str, str], **headers: str) -> int:
        return requests.post(address, data=fields, headers=headers, timeout=10).status_code

    assert post(form) == 403
    assert post(form, **{"X-Twilio-Signature": wrong}) == 403
    assert post({**form, "From": "+19998887777"}, **{"X-Twilio-Signature": right}) == 403
    assert post(form, **{"X-Twilio-Signature": right}) == 200
    hotline.webhook(form["CallSid"], "/twilio/status", secret=SECRET, CallStatus="completed")


def test_the_stream_is_opened_by_signature_and_token(hotline: Hotline) -> None:
    call_sid = new_sid()
    stream = hotline.webhook(call_sid, secret=SECRET).find("Stream")
    assert stream is not None
    address = stream.attributes["url"]
    signed = Carrier(SECRET).signature
    for headers in ({}, signed(address + "x", {}), Carrier(SECRET[::-1]).signature(address, {})):
        with pytest.raises(LineError, match="HTTP 403"):
            ClientSocket.connect(address, headers=headers, timeout_s=5)
    ClientSocket.connect(address, headers=signed(address, {}), timeout_s=5).close()
    hotline.webhook(call_sid, "/twilio/status", secret=SECRET, CallStatus="completed")


def test_the_api_asks_for_its_token(hotline: Hotline) -> None:
    assert requests.get(f"{hotline.url}/api/calls", timeout=10).status_code == 401
    assert hotline.get("/api/calls", Authorization="Bearer something else entirely").status_code == 401
    assert hotline.get("/api/calls").status_code == 200


def test_a_call_whose_stream_never_comes_is_closed_and_its_token_dies(hotline: Hotline) -> None:
    call_sid = new_sid()
    stream = hotline.webhook(call_sid, secret=SECRET, From=CALLER).find("Stream")
    assert stream is not None
    assert hotline.metric("ivr_calls_live", state="waiting") == 1
    record = hotline.record(call_sid, timeout_s=20)
    assert record["outcome"] == "abandoned"
    assert hotline.metric("ivr_calls_live", state="waiting") == 0
    address = stream.attributes["url"]
    with pytest.raises(LineError, match="HTTP 403"):
        ClientSocket.connect(address, headers=Carrier(SECRET).signature(address, {}), timeout_s=5)


# --- what is seen of a call ---


def test_a_call_as_it_is_counted_and_watched(hotline: Hotline) -> None:
    seen: list[tuple[str, Mapping[str, Any]]] = []
    call = caller(hotline)
    watcher = CallWatcher(
        hotline.url, call.call_sid, api_token=TOKEN, on_event=lambda kind, data: seen.append((kind, data))
    )
    answered = hotline.metric("ivr_response_time_seconds_count")
    with call:
        watcher.start()
        greeted(call)
        assert hotline.metric("ivr_calls_live", state="talking") == 1
        assert say(call, "en/hours")
        say(call, "en/agent_please")
        assert call.wait_over(20)
        followed = call.follow()
        assert hotline.metric("ivr_calls_live", state="handing_off") == 1
    watcher.finish()
    assert followed is not None
    assert followed.numbers == (AGENT,)
    wait_until(
        lambda: hotline.metric("ivr_calls_live", state="handing_off") == 0, 5, "nobody is handed off any more"
    )
    record = hotline.record(call.call_sid)
    assert record["outcome"] == "handed_off"
    assert [data for kind, data in seen if kind == "turn"] == record["turns"]
    assert [data for kind, data in seen if kind == "decision"] == record["decisions"]
    kinds = [kind for kind, _ in seen]
    assert kinds[0] == "status"
    assert kinds[-1] == "ended"
    assert kinds.index("handoff") > kinds.index("turn")
    times = [turn["start_ms"] for turn in record["turns"]]
    assert times == sorted(times)
    assert hotline.metric("ivr_response_time_seconds_count") >= answered + 2
    assert hotline.metric("ivr_handoffs_total", reason="caller_asked") >= 1
    assert hotline.metric("ivr_calls_total", outcome="handed_off") >= 1
    assert hotline.metric("ivr_decode_seconds_count", kind="speculative") >= 1


# --- what breaks beneath it ---


def test_a_broken_order_database_leads_to_a_person_not_to_silence(hotline: Hotline) -> None:
    good = hotline.shop.read_bytes()
    with caller(hotline) as call:
        assert call.wait_for("audio_start")
        time.sleep(INTO_GREETING_S)
        hotline.shop.write_bytes(b"this is no database " * 5_000)
        say(call, "en/order_status_47291")
        over = call.wait_over(20)
        followed = call.follow()
    hotline.shop.write_bytes(good)
    record = hotline.record(call.call_sid)
    assert over, record
    assert followed is not None
    assert followed.next == "person"
    assert record["outcome"] == "handed_off"
    assert "can't look that up" in " ".join(turn["text"] for turn in record["turns"])


def test_calls_go_on_while_their_database_is_locked_and_nothing_is_lost(hotline: Hotline) -> None:
    with caller(hotline) as call:
        assert call.wait_for("audio_start")
        blocker = sqlite3.connect(hotline.records, check_same_thread=False, isolation_level=None)
        blocker.execute("BEGIN EXCLUSIVE")
        time.sleep(INTO_GREETING_S)
        answered = say(call, "en/hours")
        pending = hotline.metric("ivr_records_pending")
        blocker.execute("ROLLBACK")
        blocker.close()
        say(call, "en/goodbye")
        call.wait_over(20)
        followed = call.follow()
    record = hotline.record(call.call_sid, timeout_s=30)
    assert answered, record
    assert pending > 0
    assert followed is not None
    assert followed.next == "hang_up"
    assert record["outcome"] == "resolved"
    texts = [turn["speaker"] for turn in record["turns"]]
    assert texts.count("caller") == 2
    assert texts.count("assistant") >= 3
    wait_until(lambda: hotline.metric("ivr_records_pending") == 0, 30, "everything is written")
    assert hotline.problems() == {}


def test_a_deleted_database_is_told_and_made_again(hotline: Hotline) -> None:
    with caller(hotline) as call:
        assert call.wait_for("audio_start")
        for path in hotline.folder.glob("ivr.sqlite3*"):
            if path.is_file():
                path.unlink()
        assert wait_until(hotline.problems, 5, "the deletion is told").keys() == {"records"}
        time.sleep(INTO_GREETING_S)
        answered = say(call, "en/hours")
        say(call, "en/goodbye")
        call.wait_over(20)
        ended_well = call.closed_by_hotline
    assert answered
    assert ended_well
    wait_until(lambda: hotline.problems() == {}, 30, "the database is back")


# --- a hotline that can't hear ---


def test_a_corrupt_model_is_named_and_callers_get_a_person(tmp_path: Path) -> None:
    model = tmp_path / "model"
    model.mkdir()
    (model / "model.bin").write_bytes(os.urandom(4_096))
    (model / "config.json").write_text("{}", encoding="utf-8")
    with running(tmp_path, ready=False, IVR_WHISPER_MODEL=str(model), IVR_AGENT_NUMBERS=AGENT) as hotline:
        problem = wait_until(
            lambda: str(hotline.problems().get("recognizer", "")).removeprefix("loading"),
            60,
            "the recognizer's failure is told",
        )
        assert str(model) in problem
        assert hotline.get("/ready").status_code == 503
        assert hotline.get("/health").status_code == 200
        answer = hotline.webhook(new_sid(), From=CALLER)
        assert answer.find("Stream") is None
        assert [number.text for number in answer.all("Number")] == [AGENT]


def test_nothing_tells_a_callers_number_in_the_log(hotline: Hotline) -> None:
    log = hotline.log
    assert "call_arrived" in log
    for number in (CALLER, AGENT):
        assert number not in log
        assert number.removeprefix("+82") not in log

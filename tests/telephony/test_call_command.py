"""``python -m ivr call``."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from flask import Flask, Response, abort, request
from structlog.testing import capture_logs

from audio.wav import read_wav, write_wav
from ivr.call.line import CallInfo, LineEvent
from ivr.call.switchboard_types import Ending
from ivr.commands.call import command
from tests.telephony.house import FakeCall, FakeHouse, make_app, serving
from tests.telephony.test_simulated_line import greet, polite

TURNS = [
    {"speaker": "assistant", "text": "안녕하세요.", "language": "ko", "start_ms": 0, "end_ms": 200},
    {
        "speaker": "caller",
        "text": "어디쯤 왔어요\x1b[31m",
        "language": "ko",
        "start_ms": 300,
        "end_ms": 800,
        "intent": "order_status",
        "intent_confidence": 0.914,
        "slots": {"order_number": "47291"},
        "emotion": {"label": "angry", "confidence": 0.7},
        "frustration": 0.4,
        "contributions": {"carried": 0.1, "voice": 0.3},
    },
    {"speaker": "assistant", "text": "내일 도착합니다.", "language": "ko", "response_ms": 430},
]
DECISION = {
    "at_ms": 800,
    "action": "answer",
    "reason": "order found",
    "contributions": {"confidence": 0.4, "voice": 0.3},
}


def add_api(app: Flask, token: str | None = None) -> None:
    """What the command asks of the hotline's API."""

    @app.before_request
    def guard() -> None:
        if request.path.startswith("/api") and token and request.headers.get("Authorization") != f"Bearer {token}":
            abort(401)

    @app.get("/api/calls/<sid>")
    def record(sid: str) -> Response:
        text = json.dumps({"call_sid": sid, "outcome": "resolved", "turns": TURNS, "decisions": [DECISION]})
        return Response(text, mimetype="application/json")

    @app.get("/api/calls/<sid>/events")
    def events(sid: str) -> Response:
        def stream() -> Iterator[str]:
            yield ": hello\n\n"
            for turn in TURNS:
                yield f"id: 1\nevent: turn\ndata: {json.dumps(turn)}\n\n"
            yield f"event: decision\r\ndata: {json.dumps(DECISION)}\r\n\r\n"
            yield f"event: went_on\ndata: {json.dumps({**TURNS[1], 'text': '어디쯤 왔는지', 'since_ms': 800})}\n\n"
            yield "event: turn\ndata: not json\n\n"
            time.sleep(0.2)
            yield 'event: ended\ndata: {"outcome": "resolved"}\n\n'

        return Response(stream(), mimetype="text/event-stream")


@pytest.fixture
def wav(tmp_path: Path) -> str:
    path = tmp_path / "hello.wav"
    write_wav(path, np.full(8_000, 0.25, dtype=np.float32), 16_000)
    return str(path)


def run(*arguments: str) -> Result:
    with capture_logs():  # the server runs in this process too: its log is not the command's output
        return CliRunner().invoke(command, list(arguments))


def test_a_caller_who_is_to_wait_at_the_desk_stays_on_the_line_a_little(wav: str) -> None:
    class WithDesk(FakeHouse):
        def to_desk(self, info: CallInfo) -> CallInfo:
            return info

    house = WithDesk(polite, greet)
    app = make_app(house)
    add_api(app)
    with serving(app) as url:
        result = run(wav, "--url", url, "--stay", "0.5")
    assert result.exit_code == 0, result.output
    assert "-- the hotline lets the caller wait for an agent on another stream" in result.stdout.splitlines()
    assert len(house.calls) == 2
    assert 20 <= len(house.call(1).heard) // 160 <= 100  # frames of the other stream: about half a second


def test_a_conversation_is_shown_live_recorded_and_ends_normally(wav: str, tmp_path: Path) -> None:
    class Polite(FakeHouse):
        def ending(self, call_sid: str) -> Ending:
            return Ending("hang_up", "ko")

    house = Polite(polite, greet)
    app = make_app(house)
    add_api(app)
    with serving(app) as url:
        kept = tmp_path / "kept.wav"
        result = run(wav, "--url", url, "--language", "ko", "--from", "+821099998888", "--record", str(kept))
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    said = lines.index("   caller [ko] 어디쯤 왔어요 [31m   (order_status 0.91, order_number 47291)")
    assert lines[said + 1] == "          ~ angry 0.70, frustration 0.40 = carried 0.10 + voice 0.30"
    assert any("어디쯤 왔는지" in line and "what was decided before no longer holds" in line for line in lines)
    assert "assistant [ko] 내일 도착합니다.   (after 430 ms)" in lines
    assert "          -> answer: order found; confidence 0.4" in lines
    assert lines[-2:] == ["-- the hotline hangs up", "-- outcome: resolved"]
    info = house.call().info
    assert (info.language, info.from_number) == ("ko", "+821099998888")
    import soundfile

    both, rate = soundfile.read(kept)
    assert (both.shape[1], rate) == (2, 8_000)
    assert np.abs(both[:, 0]).max() > 0.2
    assert np.abs(both[:, 1]).max() > 0.01
    assert len(read_wav(kept, 8_000)) == len(both)


def test_json_is_one_object_and_needs_the_api_token(wav: str, monkeypatch: pytest.MonkeyPatch) -> None:
    house = FakeHouse(begin=greet)
    app = make_app(house)
    add_api(app, token="a secret of the API")
    monkeypatch.setenv("IVR_API_TOKEN", "a secret of the API")
    monkeypatch.setattr("ivr.commands.call.REPLY_TIMEOUT_S", 0.2)
    with serving(app) as url:
        result = run(wav, "--url", url, "--json", "--stay", "0")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["outcome"] == "resolved"
    assert found["line"]["moments"][0]["kind"] == "start"
    assert "no reply within" in result.stderr
    assert "hangs up" in result.stderr
    assert house.call().why == "stop"


def test_a_hotline_without_the_api_is_still_called(wav: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.commands.call.REPLY_TIMEOUT_S", 0.2)
    with serving(make_app(FakeHouse(begin=greet))) as url:
        result = run(wav, "--url", url, "--stay", "0")
    assert result.exit_code == 0
    assert "record can't be had: HTTP 404" in result.stderr


def test_a_dropped_call_says_so(wav: str) -> None:
    def drop(call: FakeCall, event: LineEvent) -> None:
        if len(call.heard) > 4_000:
            call.cut()

    with serving(make_app(FakeHouse(drop, greet))) as url:
        result = run(wav, "--url", url)
    assert result.exit_code == 3
    assert "dropped" in result.stderr


def test_no_answer_is_3_and_names_the_address(wav: str) -> None:
    result = run(wav, "--url", "http://127.0.0.1:9")
    assert result.exit_code == 3
    assert "http://127.0.0.1:9/twilio/voice: no answer" in result.stderr


@pytest.mark.parametrize("content", [None, b"", b"RIFF", b"not a recording at all" * 10])
def test_an_unreadable_wav_is_4_names_the_file_and_nobody_is_called(
    content: bytes | None, tmp_path: Path, wav: str
) -> None:
    bad = tmp_path / "bad.wav"
    if content is not None:
        bad.write_bytes(content)
    house = FakeHouse()
    with serving(make_app(house)) as url:
        result = run(wav, str(bad), "--url", url)
    assert result.exit_code == 4
    assert str(bad) in result.stderr
    assert not house.admitted

"""Plays a golden call to a hotline, in real time."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import requests

from audio.wav import read_wav
from ivr.telephony.simulated_line import SimulatedCall
from tests.calls.golden import GoldenCall
from tests.calls.judging import Played
from tests.system.callers import answered

RECORDINGS = Path(__file__).parents[1] / "fixtures"
QUIET_S = 0.7
"""Silence of the assistant after which the caller speaks."""


def play(golden: GoldenCall, url: str, attempt: int = 1) -> Played:
    """Ring the hotline and play the caller's side."""
    number = golden.number(attempt)
    if golden.earlier:
        _play(golden, golden.earlier, url, number)
    return _play(golden, golden.caller, url, number)


def _play(golden: GoldenCall, steps: Sequence[dict[str, Any]], url: str, number: str) -> Played:
    call = answered(lambda: SimulatedCall(url, language=golden.language, from_number=number))
    try:
        call.wait_until_quiet(quiet_s=QUIET_S)
        for step in steps:
            if call.over:
                break
            _act(call, step, golden.spoken)
        if not call.over and "hang_up" not in steps[-1]:
            call.wait_over(timeout_s=25)
        followed = call.follow()
    finally:
        call.hang_up()
    return Played(_record(url, call.call_sid), followed.next if followed else None, call.dropped)


def _act(call: SimulatedCall, step: dict[str, Any], language: str) -> None:
    match step:
        case {"say": name, "gap_s": gap_s}:
            call.wait_said()
            time.sleep(gap_s)
            call.say(_recording(language, name))
            call.wait_said()
            call.wait_reply(quiet_s=QUIET_S)
        case {"say": name, "then_at_once": True}:
            call.say(_recording(language, name))
        case {"say": name}:
            call.say(_recording(language, name))
            call.wait_said()
            call.wait_reply(quiet_s=QUIET_S)
        case {"interrupt": name, "after_s": after_s}:
            time.sleep(after_s)
            call.say(_recording(language, name))
            call.wait_said()
            call.wait_reply(quiet_s=QUIET_S)
        case {"press": keys}:
            seen = len(call.timeline)
            call.press(keys)
            call.wait_for("audio_start", after=seen)
            call.wait_until_quiet(quiet_s=QUIET_S)
        case {"wait_s": seconds}:
            call.wait_over(timeout_s=seconds)
            call.wait_until_quiet(quiet_s=QUIET_S)
        case {"hang_up": True}:
            call.hang_up()
        case _:
            raise ValueError(f"a golden call has no step like {step}")


def _recording(language: str, name: str) -> Any:
    folder, _, file = name.rpartition("/")
    return read_wav(RECORDINGS / (folder or language) / f"{file}.wav", 8_000)


def _record(url: str, call_sid: str) -> dict[str, Any]:
    """The call's record once it is closed (writes are made by a thread of their own)."""
    give_up_s = time.monotonic() + 10
    while True:
        answer = requests.get(f"{url}/api/calls/{call_sid}", timeout=10)
        record: dict[str, Any] = answer.json()
        if record.get("ended_at") or time.monotonic() > give_up_s:
            return record
        time.sleep(0.1)

"""Golden calls: a recorded caller's side of a call, and what must come of it.

One YAML file per call under ``tests/calls/LANGUAGE/``::

    why: An order's status, with the number said digit by digit.
    language: auto                    # or the language of the number dialled
    caller:
      - say: order_status             # a recording of tests/fixtures/LANGUAGE
      - say: number_47291
        gap_s: 0.3                    # said this long after the one before, without waiting for a reply
      - press: "47291"
      - wait_s: 8                     # say nothing
      - interrupt: wait               # said while the assistant is speaking
      - hang_up: true
    then:
      language: ko
      outcome: resolved
      intents: [order_status, goodbye]          # of the caller's turns, in order; others may lie between
      slots: {order_number: "47291"}            # among those understood
      actions: [ask, answer, hang_up]           # of the decisions, in order; others may lie between
      heard: ["CJ"]                             # each is part of what the assistant said
      handoff: caller_asked
      follows: hang_up                          # what the carrier does after the stream: hang_up, person, voicemail
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
import yaml

from audio.wav import read_wav
from ivr.telephony.simulated_line import SimulatedCall

FOLDER = Path(__file__).parent
RECORDINGS = FOLDER.parent / "fixtures"
QUIET_S = 0.7
"""Silence of the assistant after which the caller speaks."""


@dataclass(frozen=True)
class GoldenCall:
    """One file."""

    path: Path
    why: str
    language: str | None
    caller: tuple[dict[str, Any], ...]
    then: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Language and case, for test names."""
        return f"{self.path.parent.name}-{self.path.stem}"


def golden_calls() -> list[GoldenCall]:
    """Every golden call there is."""
    return [_read(path) for path in sorted(FOLDER.glob("*/*.yaml"))]


def _read(path: Path) -> GoldenCall:
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    unknown = set(raw) - {"why", "language", "caller", "then"}
    if unknown:
        raise ValueError(f"{path}: unknown keys {sorted(unknown)}")
    language = raw.get("language", "auto")
    return GoldenCall(path, raw["why"], None if language == "auto" else language, tuple(raw["caller"]), raw["then"])


@dataclass(frozen=True)
class Played:
    """What came of a call."""

    record: dict[str, Any]
    """As ``GET /api/calls/CALLSID`` tells it."""
    follows: str | None
    dropped: bool

    @property
    def caller_turns(self) -> list[dict[str, Any]]:
        """What the caller was heard to say."""
        return [turn for turn in self.record["turns"] if turn["speaker"] == "caller"]

    @property
    def said(self) -> str:
        """All the assistant said."""
        return " ".join(turn["text"] for turn in self.record["turns"] if turn["speaker"] == "assistant")

    def story(self) -> str:
        """The call, for a failed test's message."""
        lines = [
            f"{turn['start_ms']:>6} {turn['speaker']}: {turn['text']} [{turn['intent']} {turn['slots']}]"
            for turn in self.record["turns"]
        ]
        lines += [f"{each['at_ms']:>6} -> {each['action']}: {each['reason']}" for each in self.record["decisions"]]
        return "\n".join([*sorted(lines), f"outcome {self.record['outcome']}, follows {self.follows}"])


def play(golden: GoldenCall, url: str) -> Played:
    """Ring the hotline and play the caller's side."""
    call = SimulatedCall(url, language=golden.language)
    with call:
        call.wait_until_quiet(quiet_s=QUIET_S)
        for step in golden.caller:
            if call.over:
                break
            _act(call, step, golden.path.parent.name)
        if not call.over and "hang_up" not in golden.caller[-1]:
            call.wait_over(timeout_s=25)
        followed = call.follow()
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
            call.wait_until_quiet(quiet_s=QUIET_S)
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


def in_order(wanted: Sequence[str], found: Sequence[str | None]) -> bool:
    """Whether ``wanted`` all occur in ``found``, in that order, others between them allowed."""
    rest = iter(found)
    return all(any(each == one for one in rest) for each in wanted)

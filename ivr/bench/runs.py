"""The benchmark's runs: what a recorded caller experiences, call by call."""

import re
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice

import requests

from ivr.bench.recordings import Clip
from ivr.errors import LineError
from ivr.telephony.simulated_line import SimulatedCall

REPLY_TIMEOUT_S = 20.0
"""Longest wait for a reply before a turn counts as unanswered."""


@dataclass
class Measured:
    """What one or more callers experienced."""

    response_ms: list[float] = field(default_factory=list)
    """Per turn: last voiced frame sent to first reply frame received."""
    greeting_ms: list[float] = field(default_factory=list)
    """Per call: ``start`` sent to first greeting frame received."""
    barge_in_ms: list[float] = field(default_factory=list)
    """Per interruption: first voiced frame sent to ``clear`` received."""
    unanswered: int = 0
    call_s: float = 0.0
    """Line time of all calls, added up."""

    def add(self, other: "Measured") -> None:
        """Take in another caller's."""
        self.response_ms += other.response_ms
        self.greeting_ms += other.greeting_ms
        self.barge_in_ms += other.barge_in_ms
        self.unanswered += other.unanswered
        self.call_s += other.call_s


def talk(url: str, language: str, clips: Sequence[Clip], turns: int) -> Measured:
    """One call: listen to the greeting, then say ``turns`` recordings, each once the assistant is quiet."""
    measured = Measured()
    with SimulatedCall(url, language=language) as call:
        _hear_greeting(call, measured)
        call.wait_until_quiet(quiet_s=0.6, timeout_s=REPLY_TIMEOUT_S)
        for clip in islice(cycle(clips), turns):
            seen = len(call.timeline)
            call.say(clip.samples)
            said = call.wait_for("say_start", after=seen)
            replied = call.wait_for("audio_start", after=seen, timeout_s=REPLY_TIMEOUT_S)
            if said is None or replied is None:
                measured.unanswered += 1
                if call.over:
                    break
                continue
            measured.response_ms.append((replied.at_s - said.at_s) * 1000 - clip.last_voiced_ms)
            call.wait_reply(quiet_s=0.8, timeout_s=REPLY_TIMEOUT_S)
        measured.call_s += call.timeline[-1].line_ms / 1000
    return measured


def interrupt(url: str, language: str, clip: Clip) -> Measured:
    """One call: speak over the greeting, and see how soon it stops. A call not taken counts as unanswered."""
    try:
        return _interrupt(url, language, clip)
    except LineError:
        return Measured(unanswered=1)


def _interrupt(url: str, language: str, clip: Clip) -> Measured:
    measured = Measured()
    with SimulatedCall(url, language=language) as call:
        _hear_greeting(call, measured)
        time.sleep(1.0)
        seen = len(call.timeline)
        call.say(clip.samples)
        said = call.wait_for("say_start", after=seen)
        cleared = call.wait_for("clear", after=seen, timeout_s=5.0)
        if said is None or cleared is None:
            measured.unanswered += 1
        else:
            measured.barge_in_ms.append((cleared.at_s - said.at_s) * 1000 - clip.first_voiced_ms)
        call.wait_said()
        measured.call_s += call.timeline[-1].line_ms / 1000
    return measured


def at_once(url: str, callers: Sequence[tuple[str, Sequence[Clip]]], turns: int) -> Measured:
    """Several callers talk at the same time, each ``turns`` turns."""
    total = Measured()
    lock = threading.Lock()

    def caller(language: str, clips: Sequence[Clip]) -> None:
        measured = talk(url, language, clips, turns)
        with lock:
            total.add(measured)

    threads = [
        threading.Thread(target=caller, args=each, name=f"caller-{number}") for number, each in enumerate(callers)
    ]
    for thread in threads:
        thread.start()
        time.sleep(0.3)  # calls do not come in all in the same frame
    for thread in threads:
        thread.join()
    return total


@dataclass(frozen=True)
class Load:
    """What the server process has used so far."""

    cpu_s: float
    memory_mb: float


def load(url: str) -> Load | None:
    """Ask the server's own metrics; None where the platform does not count (Prometheus counts on Linux)."""
    text = requests.get(f"{url}/metrics", timeout=10).text
    cpu = re.search(r"^process_cpu_seconds_total (\S+)", text, re.MULTILINE)
    memory = re.search(r"^process_resident_memory_bytes (\S+)", text, re.MULTILINE)
    return Load(float(cpu[1]), float(memory[1]) / 1e6) if cpu and memory else None


def _hear_greeting(call: SimulatedCall, measured: Measured) -> None:
    greeted = call.wait_for("audio_start", timeout_s=REPLY_TIMEOUT_S)
    if greeted is None:
        raise LineError(f"{call.url}: the call was answered, but nothing was said")
    measured.greeting_ms.append((greeted.at_s - call.timeline[0].at_s) * 1000)

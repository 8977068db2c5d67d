"""How much later the bridge makes a voice, and how soon an agent and a caller hear each other.

``python -m tests.measure.bridge [--seconds 30] [--accepts 20] [--json]``

A real server on the loopback, real WebSockets on both sides, all in one process. Both sides speak two seconds and
pause for one; every seventh frame is one that can be told from all others. The delay is the time from handing it to
the one socket to getting it from the other: it holds the server's work, its jitter buffer and its 20 ms clock, and
nothing of a browser's or a telephone's own. A marked frame that the jitter buffer merged with another counts as
lost.

The accepting is timed from asking for the token until a frame of each side has reached the other. Transcription
goes on meanwhile, with a recognizer that answers at once; the desk's database is not part of it.
"""

import argparse
import json
import logging
import os
import time
from collections.abc import Sequence
from functools import partial

import numpy as np
import structlog

from ivr.loading import spare_what_stays
from tests.bridge.house import Scene, scene, wait_for
from tests.bridge.sides import SID, Agent, Caller
from tests.bridge.sounds import tone

TARGET_DELAY_MS, TARGET_ACCEPT_MS = 80.0, 1_000.0
"""The product's own targets, 95th percentile."""
MARKED_EVERY = 7
CODES = range(0x08, 0x68)
"""µ-law codes that mark a frame: plainly no silence."""
Stamped = Sequence[tuple[float, bytes]]


def marked(frames: int) -> bytes:
    """Two seconds of a voice-like tone, one of silence, and so on; every seventh frame is filled with one code.

    Codes come again after 13 s.
    """
    audio = bytearray(tone(150, frames / 50))
    for number in range(frames):
        if number % 150 >= 100:
            audio[number * 160 : (number + 1) * 160] = b"\xff" * 160
        if number % MARKED_EVERY == 0:
            code = CODES[number // MARKED_EVERY % len(CODES)]
            audio[number * 160 : (number + 1) * 160] = bytes([code]) * 160
    return bytes(audio)


def code_of(frame: bytes) -> int | None:
    """The code that marks a frame, blended edges allowed for."""
    code, count = max(((code, frame.count(code)) for code in set(frame)), key=lambda each: each[1])
    return code if code in CODES and count > 120 else None


def delays_ms(sent: Stamped, arrived: Stamped) -> tuple[list[float], int]:
    """From sending to arriving for each marked frame, and how many never came."""
    found: list[float] = []
    missing = at = 0
    coming = [(at_s, code) for at_s, frame in arrived if (code := code_of(frame)) is not None]
    for sent_s, frame in sent:
        code = code_of(frame)
        if code is None:
            continue
        later = next((n for n in range(at, min(at + 8, len(coming))) if coming[n][1] == code), None)
        if later is None:
            missing += 1
        else:
            found.append((coming[later][0] - sent_s) * 1000)
            at = later + 1
    return found, missing


def figures(values: Sequence[float], target_ms: float) -> dict[str, float | bool | int]:
    """Percentiles, in ms."""
    p50, p95 = (round(float(np.percentile(values, each)), 1) for each in (50, 95))
    return {"n": len(values), "p50": p50, "p95": p95, "max": round(max(values), 1), "met": p95 <= target_ms}


def measure_delay(stage: Scene, seconds: float) -> dict[str, object]:
    """One talk in which both speak all the time."""
    caller, agent = stage.talk()
    frames = int(seconds * 50)
    caller.say(marked(frames))
    agent.say(marked(frames))
    time.sleep(seconds + 1.0)
    to_agent, lost_to_agent = delays_ms(caller.sent, [(at_s, frame[4:]) for at_s, frame in agent.frames])
    to_caller, lost_to_caller = delays_ms(agent.sent, caller.arrived)
    return {
        "caller_to_agent_ms": figures(to_agent, TARGET_DELAY_MS),
        "agent_to_caller_ms": figures(to_caller, TARGET_DELAY_MS),
        "lost": {"caller_to_agent": lost_to_agent, "agent_to_caller": lost_to_caller},
    }


def measure_accepts(stage: Scene, times: int) -> dict[str, object]:
    """An agent takes the waiting caller, again and again."""
    caller = stage.caller
    took: list[float] = []
    for number in range(times):
        stage.hub.detach(SID, "agent_gone")
        wait_for(lambda: all(agent.closed.is_set() for agent in stage.agents), "the talk before is over")
        caller.say(marked(100))
        began_s = time.monotonic()
        agent = stage.accept(f"agent-{number}")
        agent.say(marked(100))
        heard_s = wait_for(partial(_both_heard, caller, agent, began_s), "both hear")
        took.append((heard_s - began_s) * 1000)
    return {"accept_to_both_hear_ms": figures(took, TARGET_ACCEPT_MS)}


def _both_heard(caller: Caller, agent: Agent, since_s: float) -> float | None:
    """When the later of the two first heard the other."""
    first = [
        next((at_s for at_s, frame in arrived if at_s > since_s and code_of(frame) is not None), None)
        for arrived in (list(caller.arrived), [(at_s, frame[4:]) for at_s, frame in agent.frames])
    ]
    return None if first[0] is None or first[1] is None else max(first[0], first[1])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=30.0, help="of talk")
    parser.add_argument("--accepts", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    logging.disable(logging.WARNING)
    with scene() as stage:
        spare_what_stays()
        found: dict[str, object] = {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1)}
        found |= measure_delay(stage, asked.seconds)
        found |= measure_accepts(stage, asked.accepts)
    if asked.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name:24} {value}")


if __name__ == "__main__":
    main()

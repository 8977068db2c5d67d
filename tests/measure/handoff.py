"""How soon an agent has a caller's summary, and how soon the two then hear each other.

``python -m tests.measure.handoff [--calls 20] [--language ko] [--postgres] [--json]``

The whole product: a real server with its models and its database in a process of its own, callers on the simulated
line who ask for a person in a recording, and an agent's program that does what the desk's page does: it listens to
the desk's events, fetches the call when one waits, accepts, and opens the audio.

The first time runs from the decision to hand off, by its ``at_ms`` on the call's clock, until the summary with its
headline is in the agent's hands. The call's clock begins when the server opens the stream, here when its first
message is sent: they lie milliseconds apart. The second runs from sending the accept until the later of the two has
heard the other: the agent the first frame of the caller's voice, the caller the first frame of the agent's when the
line plays it, behind what was still to be played.

A call that does not come to the desk (a busy machine may mishear the recording, or not hear it in time) is told
with what became of it, and another one is made in its place.
"""

import json
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

import click
import requests

from audio.g711 import ulaw_to_samples
from audio.wav import read_wav
from ivr.telephony.simulated_line import SimulatedCall
from tests.bridge.sides import Agent
from tests.calls.hotlines import lay_over
from tests.measure.bridge import code_of, figures
from tests.postgres import postgres_server, programs
from tests.system.callers import QUIET_S, answered
from tests.system.hotline import Hotline, running

TARGET_SUMMARY_MS, TARGET_ACCEPT_MS = 500.0, 1_000.0
"""The product's own targets, 95th percentile."""
RECORDINGS = Path(__file__).parents[1] / "fixtures"
ASKS = "agent_please"
"""The recording in which a caller asks for a person."""
CALLERS_MARK, AGENTS_MARK = 0x20, 0x50
"""µ-law codes that stand for the two voices: :data:`tests.measure.bridge.CODES`."""
VOICE_S = 4.0
PATIENCE_S = 30.0

Found = TypeVar("Found")


class MarkedCall(SimulatedCall):
    """A caller who notes when the agent's voice is first played on the line."""

    heard_s: float | None = None

    def _tick(self) -> None:
        super()._tick()
        if self.heard_s is None and code_of(bytes(self._heard[-160:])) == AGENTS_MARK:
            self.heard_s = time.monotonic()


class NotAtDeskError(Exception):
    """A caller asked for a person and did not come to the desk; the message says what the record holds."""


class Desk:
    """What an agent's page does, as a program."""

    def __init__(self, hotline: Hotline, agent: str) -> None:
        """Sit down, and listen."""
        self.url = hotline.url
        self._http = requests.Session()
        self._http.headers["X-Desk-Agent"] = agent
        self._told: list[tuple[float, str, dict[str, Any]]] = []
        self._changed = threading.Condition()
        self.post("enter", agent=agent)
        self._listening = threading.Event()
        threading.Thread(target=self._listen, args=(agent,), name="measure-desk", daemon=True).start()
        if not self._listening.wait(PATIENCE_S):
            raise TimeoutError("the desk's events do not begin")

    def post(self, path: str, **body: object) -> dict[str, Any]:
        """Click something; the answer."""
        answer = self._http.post(f"{self.url}/api/desk/{path}", json=body, timeout=10)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found

    def get(self, path: str) -> dict[str, Any]:
        """Look something up."""
        answer = self._http.get(f"{self.url}/api/{path}", timeout=10)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def told(self, kind: str, call_sid: str) -> float:
        """When the desk's events told of this (``time.monotonic()``); waits for it."""

        def found() -> float | None:
            return next(
                (at for at, what, data in self._told if what == kind and data.get("call_sid") == call_sid), None
            )

        with self._changed:
            self._changed.wait_for(found, PATIENCE_S)
            at_s = found()
        if at_s is None:
            raise TimeoutError(f"{call_sid}: the desk was not told: {kind}")
        return at_s

    def _listen(self, agent: str) -> None:
        # A connection of its own: a Session is one thread's at a time.
        with requests.get(
            f"{self.url}/api/desk/events", headers={"X-Desk-Agent": agent}, stream=True, timeout=60
        ) as answer:
            kind = ""
            for line in answer.iter_lines(chunk_size=1, decode_unicode=True):
                if line.startswith("event: "):
                    kind = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    with self._changed:
                        self._told.append((time.monotonic(), kind, json.loads(line.removeprefix("data: "))))
                        self._changed.notify_all()
                    self._listening.set()


def one_call(hotline: Hotline, desk: Desk, language: str, number: int) -> dict[str, float]:
    """A caller asks for a person and gets one; milliseconds, by what was measured."""
    caller = f"+8210{5_550_000 + number:08}"
    call = answered(lambda: MarkedCall(hotline.url, language=language, from_number=caller))
    agent: Agent | None = None
    try:
        call.wait_until_quiet(quiet_s=QUIET_S)
        call.say(read_wav(RECORDINGS / language / f"{ASKS}.wav", 8_000))
        try:
            told_s = desk.told("waiting", call.call_sid)
        except TimeoutError as error:
            raise NotAtDeskError(what_became_of(desk, call.call_sid)) from error
        record = wait_for(lambda: with_summary(desk, call.call_sid), "the summary")
        summary_s = time.monotonic()
        decided_ms = next(each["at_ms"] for each in record["decisions"][::-1] if each["action"] == "hand_off")
        decided_s = next(each.at_s for each in call.timeline if each.kind == "start") + decided_ms / 1000

        desk.told("offered", call.call_sid)
        call.say(ulaw_to_samples(bytes([CALLERS_MARK]) * round(8_000 * VOICE_S)))
        clicked_s = time.monotonic()
        agent = Agent(hotline.url, desk.post(f"calls/{call.call_sid}/accept")["audio_token"])
        agent.say(bytes([AGENTS_MARK]) * round(8_000 * VOICE_S))
        agent_hears_s = wait_for(lambda: first_heard(agent), "the agent hears the caller")
        caller_hears_s = wait_for(lambda: call.heard_s, "the caller hears the agent")
        desk.post(f"calls/{call.call_sid}/finish")
        call.wait_over(PATIENCE_S)
    finally:
        call.hang_up()
        if agent is not None:
            agent.leave()
    desk.post("me/status", status="available")
    return {
        "decision_to_event_ms": 1000 * (told_s - decided_s),
        "decision_to_summary_ms": 1000 * (summary_s - decided_s),
        "accept_to_agent_hears_ms": 1000 * (agent_hears_s - clicked_s),
        "accept_to_both_hear_ms": 1000 * (max(agent_hears_s, caller_hears_s) - clicked_s),
    }


def what_became_of(desk: Desk, call_sid: str) -> str:
    """A call in a line: what was understood, decided, and where it went."""
    record = desk.get(f"calls/{call_sid}")
    heard = [f"{turn['text']!r} ({turn['intent']})" for turn in record["turns"] if turn["speaker"] == "caller"]
    decided = [each["action"] for each in record["decisions"]]
    return f"{call_sid}: heard {', '.join(heard) or 'nothing'}; decided {', '.join(decided)}; {record['outcome']}"


def with_summary(desk: Desk, call_sid: str) -> dict[str, Any] | None:
    """A call's record, once it holds the summary."""
    record = desk.get(f"calls/{call_sid}")
    return record if (record.get("handoff") or {}).get("summary", {}).get("headline") else None


def first_heard(agent: Agent | None) -> float | None:
    """When an agent first heard the caller."""
    frames = list(agent.frames) if agent else []
    return next((at_s for at_s, frame in frames if code_of(frame[4:]) == CALLERS_MARK), None)


def wait_for(found: Callable[[], Found | None], what: str) -> Found:
    """Ask every 2 ms."""
    give_up_s = time.monotonic() + PATIENCE_S
    while (answer := found()) is None:
        if time.monotonic() > give_up_s:
            raise TimeoutError(f"not within {PATIENCE_S:g} s: {what}")
        time.sleep(0.002)
    return answer


@contextmanager
def hotline_on(postgres: bool, language: str) -> Iterator[Hotline]:
    """A server of our own, on a database that is thrown away."""
    with (
        tempfile.TemporaryDirectory(prefix="ivr-measure-") as name,
        postgres_server(safe=True) if postgres else nullcontext() as server,
    ):
        folder = Path(name)
        url = f"sqlite:///{folder}/ivr.sqlite3" if server is None else server.create()
        with running(
            folder,
            IVR_DATABASE_URL=url,
            IVR_PROMPTS_DIR=str(lay_over(None, folder)),
            IVR_LANGUAGE=language,
            IVR_DESK="on",
        ) as hotline:
            yield hotline


def report(took: Sequence[dict[str, float]]) -> dict[str, object]:
    """Percentiles of each measurement; the two that have a target say whether it was met."""
    targets = {"decision_to_summary_ms": TARGET_SUMMARY_MS, "accept_to_both_hear_ms": TARGET_ACCEPT_MS}
    found: dict[str, object] = {}
    for name in took[0]:
        line = figures([each[name] for each in took], targets.get(name, 0.0))
        if name not in targets:
            del line["met"]
        found[name] = line
    return found


@click.command()
@click.option("--calls", default=20, show_default=True, help="One after the other.")
@click.option("--language", default="ko", show_default=True, type=click.Choice(["ko", "en", "ja", "zh"]))
@click.option("--postgres", is_flag=True, help="On a PostgreSQL of this machine rather than SQLite.")
@click.option("--json", "as_json", is_flag=True)
def main(calls: int, language: str, postgres: bool, as_json: bool) -> None:
    """Measure and print; takes some 12 s a call."""
    if postgres and programs() is None:
        raise click.ClickException("there is no PostgreSQL server on this machine")
    with hotline_on(postgres, language) as hotline:
        desk = Desk(hotline, "mina")
        desk.post("me/status", status="available")
        took: list[dict[str, float]] = []
        not_there: list[str] = []
        for number in range(2 * calls + 2):
            try:
                took.append(one_call(hotline, desk, language, number))
            except NotAtDeskError as error:
                not_there.append(str(error))
            if len(took) > calls:
                break
    if len(took) < 2:
        raise click.ClickException("\n".join(("no caller came to the desk", *not_there)))
    found: dict[str, object] = {
        "database": "postgresql" if postgres else "sqlite",
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        **report(took[1:]),  # the first call of a process warms it up
        "not_at_desk": not_there,
    }
    if as_json:
        click.echo(json.dumps(found))
        return
    for name, value in found.items():
        click.echo(f"{name:26} {value}")


if __name__ == "__main__":
    main()

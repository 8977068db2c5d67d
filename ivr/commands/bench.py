"""``python -m ivr bench``: response time, load per call and how many calls at once, measured here."""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import cycle, islice
from pathlib import Path

import click

from ivr.bench.own_server import own_server
from ivr.bench.recordings import DEFAULT_FOLDER, INTERRUPTIONS, SCRIPTS, Clip, load
from ivr.bench.report import Row, against, as_text, hardware
from ivr.bench.runs import Measured, at_once, interrupt, talk
from ivr.bench.runs import load as server_load
from ivr.errors import HotlineError

LIMIT_P95_MS = 2_000.0
"""Response time (p95) up to which calls at once count as served."""


@click.command("bench")
@click.option("--calls", default=6, show_default=True, help="Calls that talk at once.")
@click.option("--turns", default=20, show_default=True, help="Turns of the single call, per language.")
@click.option("--memory-calls", default=100, show_default=True, help="Calls over which memory must not grow.")
@click.option("--ramp", is_flag=True, help="Also add calls until the response time is too long.")
@click.option("--recordings", type=click.Path(path_type=Path), default=DEFAULT_FOLDER, help="Recorded callers.")
@click.option("--url", default=None, help="Measure a hotline that runs already (default: one of its own).")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(
    calls: int, turns: int, memory_calls: int, ramp: bool, recordings: Path, url: str | None, as_json: bool
) -> None:
    """Measure a hotline with recorded callers over real sockets."""
    try:
        callers = {language: load(recordings, language, names) for language, names in SCRIPTS.items()}
        interruptions = [
            (language, clip)
            for name in INTERRUPTIONS
            for language in SCRIPTS
            for clip in load(recordings, language, [name])
        ]
        if url is not None:
            rows = _measure(url, callers, interruptions, calls, turns, memory_calls, ramp)
        else:
            with own_server() as own_url:
                rows = _measure(own_url, callers, interruptions, calls, turns, memory_calls, ramp)
    except HotlineError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    if as_json:
        click.echo(json.dumps({"hardware": hardware(), "rows": [asdict(row) for row in rows]}, ensure_ascii=False))
    else:
        click.echo(f"\n{hardware()}\n\n{as_text(rows)}")


def _measure(
    url: str,
    callers: dict[str, list[Clip]],
    interruptions: list[tuple[str, Clip]],
    calls: int,
    turns: int,
    memory_calls: int,
    ramp: bool,
) -> list[Row]:
    rows = list(_one_call(url, callers, turns))
    rows += _interruptions(url, interruptions)
    rows += _many_calls(url, callers, calls)
    if ramp:
        rows += _ramp(url, callers, calls)
    if memory_calls:
        rows += _memory(url, callers, calls, memory_calls)
    return rows


def _one_call(url: str, callers: dict[str, list[Clip]], turns: int) -> Iterator[Row]:
    before = server_load(url)
    both = Measured()
    for language, clips in callers.items():
        _say(f"one call, {language}, {turns} turns …")
        measured = talk(url, language, clips, turns)
        both.add(measured)
        yield against(
            f"response time, one call, {language}",
            measured.response_ms,
            {"median": 600, "p95": 1_100},
        )
    yield Row("turns without a reply, one call", "0", str(both.unanswered), both.unanswered == 0)
    yield against("greeting after start", both.greeting_ms, {"p95": 300})
    after = server_load(url)
    if before and after:
        used = (after.cpu_s - before.cpu_s) / (both.call_s / 60)
        yield Row("CPU seconds per minute of call", "≤ 12", f"{used:.1f}", used <= 12)


def _interruptions(url: str, clips: list[tuple[str, Clip]]) -> Iterator[Row]:
    _say("interruptions …")
    measured = Measured()
    for language, clip in islice(cycle(clips), 20):
        measured.add(interrupt(url, language, clip))
    yield against("barge-in: first voiced frame to clear", measured.barge_in_ms, {"p95": 300})
    yield Row("interruptions not noticed", "0", str(measured.unanswered), measured.unanswered == 0)


def _mixed(callers: dict[str, list[Clip]], calls: int) -> list[tuple[str, Sequence[Clip]]]:
    """Callers of all languages in turn, each beginning at another place of the script."""
    return [
        (language, [*clips[number % len(clips) :], *clips[: number % len(clips)]])
        for number, (language, clips) in enumerate(islice(cycle(callers.items()), calls))
    ]


def _many_calls(url: str, callers: dict[str, list[Clip]], calls: int) -> Iterator[Row]:
    _say(f"{calls} calls at once …")
    before = server_load(url)
    measured = at_once(url, _mixed(callers, calls), turns=10)
    after = server_load(url)
    yield against(f"response time, {calls} calls at once", measured.response_ms, {"p95": LIMIT_P95_MS})
    yield Row(f"turns without a reply, {calls} calls", "0", str(measured.unanswered), measured.unanswered == 0)
    if before and after:
        used = (after.cpu_s - before.cpu_s) / (measured.call_s / 60)
        yield Row(f"CPU seconds per minute of call, {calls} at once", "≤ 12", f"{used:.1f}", used <= 12)


def _ramp(url: str, callers: dict[str, list[Clip]], calls: int) -> Iterator[Row]:
    served = 0
    for number in range(calls, 31, 2):
        _say(f"{number} calls at once …")
        measured = at_once(url, _mixed(callers, number), turns=5)
        row = against(f"ramp: {number} calls at once", measured.response_ms, {"p95": LIMIT_P95_MS})
        yield row
        if not row.met or measured.unanswered:
            break
        served = number
    yield Row("calls at once with p95 ≤ 2,000 ms", "none set", str(served), None)


def _memory(url: str, callers: dict[str, list[Clip]], calls: int, count: int) -> Iterator[Row]:
    def ring(number: int) -> None:
        for start in range(0, number, calls):
            at_once(url, _mixed(callers, min(calls, number - start)), turns=1)

    _say("memory: 20 calls …")
    ring(20)
    before = server_load(url)
    _say(f"memory: {count} more calls …")
    ring(count)
    after = server_load(url)
    if before and after:
        yield Row("memory after 20 calls", "≤ 900 MB", f"{before.memory_mb:.0f} MB", before.memory_mb <= 900)
        grown = after.memory_mb - before.memory_mb
        yield Row(f"growth over the next {count}", "none", f"{grown:+.0f} MB", grown <= 0.02 * before.memory_mb)


def _say(what: str) -> None:
    click.echo(what, err=True)

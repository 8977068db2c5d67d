"""``python -m tests.measure.desk``: how fast the desk is while a thousand callers wait."""

import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import click
import structlog

from ivr.handoff.desk_reads import Board
from ivr.handoff.types import Agent, AgentStatus
from ivr.web.desk_json import waiting_json
from ivr.web.desk_stream import stream
from ivr.web.visitors import Standing
from tests.handoff.desks import Office
from tests.postgres import postgres_server, programs

LANGUAGES = ("ko", "en", "ja", "zh")


@click.command()
@click.option("--callers", default=1_000, show_default=True, help="Who wait.")
@click.option("--agents", default=10, show_default=True)
@click.option("--times", default=20, show_default=True, help="Of each measurement.")
@click.option("--postgres", is_flag=True, help="On a PostgreSQL of this machine rather than SQLite.")
def main(callers: int, agents: int, times: int, postgres: bool) -> None:
    """Fill a desk (a database that is thrown away, one process) and time what agents and rounds do."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    if postgres and programs() is None:
        raise click.ClickException("there is no PostgreSQL server on this machine")
    with (
        tempfile.TemporaryDirectory() as folder,
        postgres_server(safe=True) if postgres else nullcontext() as server,
    ):
        url = server.create() if server is not None else ""
        office = Office(Path(folder) / "desk.sqlite3", url=url, busy_timeout_ms=2_000)
        names = [f"agent{number}" for number in range(agents)]
        office.staff(*(Agent(name, name, LANGUAGES) for name in names), status=AgentStatus.BREAK)
        for number in range(callers):
            office.ring(f"CA{number:05}", language=LANGUAGES[number % 4], frustration=number % 10 / 10)
        rounds = []
        while len(office.desk.board().hand_offs) < callers:
            rounds.append(_timed(office.desk.round))
        _show(f"{callers} requests arrive at once, rounds until all are kept", rounds)
        _show("a round in which nothing happens", [_round(office, names) for _ in range(times)])
        board: list[Board] = []
        _show("reading the desk", [_timed(lambda: board.append(office.desk.board())) for _ in range(times)])
        _show("the list an agent sees (100 callers)", [_timed(lambda: _list(office)) for _ in range(times)])
        taken = [f"CA{number:05}" for number in range(min(times, agents))]
        _show(
            "accept, from the click to the audio token",
            [_timed(lambda: office.desk.accept(sid, name)) for sid, name in zip(taken, names, strict=False)],  # noqa: B023
        )
        for sid, name in zip(taken, names, strict=False):
            office.desk.finish(sid, name)
            office.desk.set_status(name, AgentStatus.AVAILABLE)
        _show(f"a round that routes to {agents} free agents", [_round(office, names)])
        _show("a request until a listening page is told", _told(office, times))
        office.close()


def _told(office: Office, times: int) -> list[float]:
    """Milliseconds from a request until its event is on the way to a page; the desk's own thread does the rest."""
    desk, took_ms = office.desk, []
    events = stream(desk, "agent0", {}, desk.store.last_event(), lambda: False, Standing())
    next(events)
    desk.start()
    for number in range(times):
        call_sid = f"CB{number:05}"
        began = time.perf_counter()
        office.ring(call_sid)
        for event in events:
            if call_sid in event and "event: waiting" in event:
                took_ms.append(1_000 * (time.perf_counter() - began))
                break
    events.close()
    return took_ms


def _round(office: Office, names: list[str]) -> float:
    office.time.go(0.5)
    for name in names:
        office.desk.beat(name)
    return _timed(office.desk.round)


def _list(office: Office) -> None:
    waiting_json(office.desk, office.desk.board(), 100)


def _timed(what: Callable[[], object]) -> float:
    started = time.perf_counter()
    what()
    return 1_000 * (time.perf_counter() - started)


def _show(what: str, took_ms: list[float]) -> None:
    click.echo(f"{what}: median {statistics.median(took_ms):.1f}, worst {max(took_ms):.1f} ms (n = {len(took_ms)})")


if __name__ == "__main__":
    main()

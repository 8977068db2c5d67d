"""Two whole servers on one PostgreSQL, and what callers and agents notice of it, also when it is restarted."""

import os
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import platformdirs
import pytest
import requests

from ivr.telephony.simulated_line import SimulatedCall
from tests.calls.hotlines import lay_over
from tests.measure.handoff import Desk
from tests.postgres import PostgresServer
from tests.system.callers import greeted, on_the_line, say
from tests.system.hotline import READY_S, Hotline, running, wait_until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def servers(
    postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Hotline, Hotline]]:
    url = postgres.create(empty=True)
    with ExitStack() as stack:
        a = stack.enter_context(_server(url, tmp_path_factory.mktemp("a"), ready=False))  # the two load at once
        b = stack.enter_context(_server(url, tmp_path_factory.mktemp("b")))
        wait_until(lambda: a.get("/ready").ok, READY_S, "the first server is ready")
        yield a, b
    postgres.drop(url)


def _server(url: str, folder: Path, *, ready: bool = True) -> AbstractContextManager[Hotline]:
    return running(
        folder,
        ready=ready,
        IVR_DATABASE_URL=url,
        IVR_PROMPTS_DIR=str(lay_over(None, folder)),
        IVR_DESK="on",
        IVR_CACHE_DIR=os.environ.get("IVR_CACHE_DIR", platformdirs.user_cache_dir("voice-hotline")),
        XDG_CACHE_HOME=str(folder),  # what waits to be written: nobody else's
    )


def _accept(server: Hotline, agent: str, call_sid: str) -> requests.Response:
    return requests.post(
        f"{server.url}/api/desk/calls/{call_sid}/accept", headers={"X-Desk-Agent": agent}, json={}, timeout=10
    )


def test_of_two_agents_at_two_servers_one_has_the_call_and_both_see_it(servers: tuple[Hotline, Hotline]) -> None:
    a, b = servers
    mina, jiho = Desk(a, "mina"), Desk(b, "jiho")
    with on_the_line(lambda: SimulatedCall(a.url, language="ko")) as call:
        greeted(call)
        call.press("0")
        for desk in (mina, jiho):
            desk.told("waiting", call.call_sid)
        assert [each["call_sid"] for each in jiho.get("desk/waiting")["calls"]] == [call.call_sid]
        assert jiho.get(f"calls/{call.call_sid}")["handoff"]["summary"]["headline"]
        answers: dict[str, requests.Response] = {}
        together = threading.Barrier(2)

        def click(server: Hotline, agent: str) -> None:
            together.wait(10)
            answers[agent] = _accept(server, agent, call.call_sid)

        threads = [threading.Thread(target=click, args=each) for each in ((a, "mina"), (b, "jiho"))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert {agent: answer.status_code for agent, answer in answers.items()} == {"mina": 200, "jiho": 409}
        assert answers["mina"].json()["audio_token"]
        assert answers["jiho"].json()["code"] in {"elsewhere", "taken"}
        jiho.told("accepted", call.call_sid)
        assert jiho.get(f"desk/calls/{call.call_sid}")["agent"] == "mina"
        mina.post(f"calls/{call.call_sid}/finish")
        jiho.told("wrap_up", call.call_sid)
    assert b.record(call.call_sid)["handoff"]["status"] == "completed"


def test_a_call_goes_on_while_the_database_is_restarted_and_all_of_it_is_kept(
    servers: tuple[Hotline, Hotline], postgres: PostgresServer
) -> None:
    a, b = servers
    with on_the_line(lambda: SimulatedCall(a.url, language="ko")) as call:
        greeted(call)
        postgres.stop()
        assert say(call, "ko/hours"), "no answer without the database"
        assert a.get("/ready").status_code == 503 and "records" in a.problems()
        assert a.get("/api/calls").status_code == 503
        postgres.start()
        wait_until(lambda: a.get("/ready").ok, 20, "the server has its database again")
    record = b.record(call.call_sid)
    said = [turn["intent"] for turn in record["turns"] if turn["speaker"] == "caller"]
    assert said == ["opening_hours"]
    assert record["outcome"] != "failed"

"""A full house, a power cut and a restart in good order."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from ivr.errors import LineError
from ivr.telephony.simulated_line import SimulatedCall
from tests.system.callers import new_sid, recording, say
from tests.system.hotline import Hotline, running, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.alone]

FULL = 30
GREETED_S = 3.0
"""Longest anybody waits for the greeting when thirty call within a second."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("operations")


@pytest.fixture(scope="module")
def crowded(folder: Path) -> Iterator[Hotline]:
    with running(folder, IVR_MAX_CALLS=str(FULL), IVR_RECOGNITION_DEADLINE_S="1", IVR_NO_INPUT_S="30") as hotline:
        yield hotline


def test_a_full_house_greets_everybody_overload_goes_to_people_and_a_power_cut_is_tidied(
    crowded: Hotline, folder: Path
) -> None:
    calls = [SimulatedCall(crowded.url, language="en") for _ in range(FULL)]
    with ExitStack() as leaving:
        with ThreadPoolExecutor(FULL) as pool:
            list(pool.map(SimulatedCall.ring, calls))
        for call in calls:
            leaving.callback(call.hang_up)
        waits_s = []
        for call in calls:
            heard = call.wait_for("audio_start", timeout_s=15)
            assert heard is not None, "somebody was not greeted"
            waits_s.append(heard.at_s - call.timeline[0].at_s)
        print(f"thirty greetings: slowest {max(waits_s) * 1000:.0f} ms")
        assert max(waits_s) < GREETED_S
        assert crowded.metric("ivr_calls_live", state="talking") == FULL

        with pytest.raises(LineError, match="voicemail"):  # no agents here: a message
            SimulatedCall(crowded.url, language="en").ring()
        assert crowded.problems() == {}

        # Everybody asks in the same moment: one recognizer can't hear thirty within a second.
        for call in calls:
            call.say(recording("en/hours"))
        for call in calls:
            call.wait_said()
        wait_until(lambda: sum(call.over for call in calls) > 0, 30, "somebody is put through")
        time.sleep(8.0)
        assert not any(call.dropped for call in calls)
        for call in calls:
            followed = call.follow() if call.over else None
            assert followed is None or followed.next == "voicemail"
        handed_off = [call for call in calls if call.over]
        assert crowded.record(handed_off[0].call_sid)["handoff"]["reason"] == "failure"
        assert crowded.metric("ivr_decodes_refused_total") > 0
        staying = [call for call in calls if not call.over]
        survivor = staying[0] if staying else SimulatedCall(crowded.url, language="en")
        if not staying:
            survivor.ring()
            leaving.callback(survivor.hang_up)
            assert survivor.wait_for("audio_start", timeout_s=15)
        crowded.kill()

    with running(folder, IVR_DRAIN_S="4", IVR_NO_INPUT_S="30") as again:
        record = again.record(survivor.call_sid)
        assert record["outcome"] == "failed"
        restart_in_good_order(again)


def restart_in_good_order(hotline: Hotline) -> None:
    """SIGTERM: no new calls, live ones are seen off, all is written, status 0."""
    with SimulatedCall(hotline.url, language="en") as leaving, SimulatedCall(hotline.url, language="en") as staying:
        assert leaving.wait_for("audio_start")
        assert staying.wait_for("audio_start")
        hotline.terminate()
        wait_until(lambda: "calls" in hotline.problems(), 5, "the hotline says that it goes down")
        assert hotline.webhook(new_sid()).find("Stream") is None
        say(leaving, "en/goodbye")
        assert leaving.wait_over(20)
        assert staying.wait_over(30)
        first, second = leaving.follow(), staying.follow()
        assert first is not None
        assert second is not None
        assert second.next == "voicemail"
        assert not leaving.dropped
        assert not staying.dropped
    assert hotline.exit_status(60) == 0
    log = hotline.log
    assert log.count('"event": "call_ended"') >= 2
    assert "records.left_for_next_start" not in log

"""Every golden call, three at a time as on a busy morning, each judged by itself."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from tests.calls.golden import GoldenCall, Played, golden_calls, in_order, play

AT_ONCE = 3
CALLS = golden_calls()

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def played(hotline_url: str) -> Iterator[dict[str, Future[Played]]]:
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="golden") as pool:
        yield {golden.name: pool.submit(play, golden, hotline_url) for golden in CALLS}


@pytest.mark.parametrize("golden", CALLS, ids=lambda golden: golden.name)
def test_call(golden: GoldenCall, played: dict[str, Future[Played]]) -> None:
    call = played[golden.name].result(timeout=600)
    then, record, story = golden.then, call.record, call.story()
    assert not call.dropped, story
    assert record["ended_at"] is not None, story
    assert record["outcome"] == then["outcome"], story
    if "language" in then:
        assert record["language"] == then["language"], story
    assert in_order(then.get("intents", []), [turn["intent"] for turn in call.caller_turns]), story
    understood = {name: value for turn in call.caller_turns for name, value in turn["slots"].items()}
    for name, value in then.get("slots", {}).items():
        assert understood.get(name) == value, story
    assert in_order(then.get("actions", []), [each["action"] for each in record["decisions"]]), story
    for words in then.get("heard", []):
        assert words in call.said, story
    if "handoff" in then:
        assert record["handoff"] is not None, story
        assert record["handoff"]["reason"] == then["handoff"], story
    else:
        assert record["handoff"] is None, story
    if "follows" in then:
        assert call.follows == then["follows"], story
    if "caller_turns" in then:
        assert len(call.caller_turns) == then["caller_turns"], story


def test_there_are_enough_calls() -> None:
    assert len(CALLS) >= 16
    assert {golden.path.parent.name for golden in CALLS} >= {"ko", "en"}

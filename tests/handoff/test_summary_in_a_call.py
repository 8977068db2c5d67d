"""What a live call gives the agent: earlier calls, masking, polish, none of which may hold it up."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ivr.call.handing_over import HISTORY_S, prepare
from ivr.call.line import CallInfo
from ivr.call.services import CallServices
from ivr.content.loader import load_content
from ivr.dialogue.engine import start
from ivr.dialogue.types import HandoffReason
from ivr.errors import RecordsError
from ivr.handoff.polish import Polisher
from ivr.handoff.polish_check import plain_lines
from ivr.handoff.summary import headlines
from ivr.metrics import Metrics
from ivr.records.history import EarlierCall
from ivr.records.types import HandoffRecord, TurnRecord
from ivr.settings import load_settings
from tests.fulfilment.service import Service, says

TURNS = [TurnRecord("caller", "call me at 415-555-2671 about my order", 0, 900, "en", intent="order_status")]
CONTENT = load_content(Path(__file__).resolve().parents[2] / "prompts")


class Notes:
    """A journal that keeps polished summaries."""

    def __init__(self) -> None:
        self.summaries: list[tuple[str, Mapping[str, object]]] = []

    def summary(self, call_sid: str, summary: Mapping[str, object]) -> None:
        self.summaries.append((call_sid, summary))


@pytest.fixture
def lookups() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


def _prepared(from_number: str | None = "+821012345678", *, hide: bool = True, **services: object) -> HandoffRecord:
    """What the agent is given, from the few services that it takes."""
    some = SimpleNamespace(
        settings=load_settings(mask_numbers=hide, language="en"),
        content=CONTENT,
        metrics=Metrics(),
        wall_clock=lambda: datetime.now(UTC),
        **{"history": None, "polisher": None, **services},
    )
    info = CallInfo("CA0001", from_number, language="en")
    handoff, _ = prepare(cast(CallServices, some), info, start("en"), TURNS, HandoffReason.CALLER_ASKED)
    return handoff


def _caller(handoff: HandoffRecord) -> dict[str, Any]:
    caller = handoff.summary["caller"]
    assert isinstance(caller, dict)
    return caller


def test_earlier_calls_are_told(lookups: ThreadPoolExecutor) -> None:
    asked: list[tuple[str, str]] = []

    def history(number: str, since: datetime, but: str) -> Sequence[EarlierCall]:
        asked.append((number, but))
        return (EarlierCall("CA0000", since, "abandoned", ("order_status",)),)

    handoff = _prepared(history=history, lookups=lookups)
    assert asked == [("+821012345678", "CA0001")]
    assert [call["call_sid"] for call in _caller(handoff)["earlier_calls"]] == ["CA0000"]


@pytest.mark.parametrize("error", [RecordsError("the database is locked"), ValueError("broken")])
def test_a_history_that_can_not_be_read_is_left_out(lookups: ThreadPoolExecutor, error: Exception) -> None:
    def history(number: str, since: datetime, but: str) -> Sequence[EarlierCall]:
        raise error

    handoff = _prepared(history=history, lookups=lookups)
    assert handoff.summary["headline"]
    assert "earlier_calls" not in _caller(handoff), "not known is not the same as none"


def test_a_history_that_takes_long_is_not_waited_for(lookups: ThreadPoolExecutor) -> None:
    def history(number: str, since: datetime, but: str) -> Sequence[EarlierCall]:
        time.sleep(4 * HISTORY_S)
        return ()

    began = time.monotonic()
    handoff = _prepared(history=history, lookups=lookups)
    took_s = time.monotonic() - began
    assert took_s < 2.5 * HISTORY_S
    assert "earlier_calls" not in _caller(handoff)


def test_of_a_withheld_number_nothing_is_looked_up() -> None:
    def history(number: str, since: datetime, but: str) -> Sequence[EarlierCall]:
        raise AssertionError(number)

    assert _prepared("anonymous", history=history).summary["headline"]


def test_numbers_are_hidden_unless_it_is_switched_off() -> None:
    assert "415-555-2671" not in json.dumps(dict(_prepared().summary))
    assert "415-555-2671" in json.dumps(dict(_prepared(hide=False).summary))


def test_the_plain_summary_is_there_at_once_and_the_polished_one_replaces_it() -> None:
    notes = Notes()
    plain = plain_lines(_prepared().summary)
    answer = says({"choices": [{"message": {"content": json.dumps(dict(plain))}}]})
    with Service(lambda asked: replace(answer, wait_s=0.2)) as service:
        polisher = Polisher(service.url, "m", None, 2.0)
        handoff = _prepared(polisher=polisher, journal=notes)
        assert "polished" not in handoff.summary
        until = time.monotonic() + 5
        while not notes.summaries:
            assert time.monotonic() < until
            time.sleep(0.01)
        polisher.close()
    ((call_sid, polished),) = notes.summaries
    assert call_sid == "CA0001"
    assert polished == {**handoff.summary, "polished": True}


def test_the_summary_is_there_in_every_language_the_agents_may_read() -> None:
    summary = _prepared().summary
    others = summary["in_languages"]
    assert isinstance(others, dict)
    assert set(others) == {"ko", "ja", "zh"}
    told = headlines(summary)
    assert set(told) == {"ko", "en", "ja", "zh"}
    assert len(set(told.values())) == 4
    assert told["en"] == summary["headline"]
    own = cast(Sequence[Mapping[str, object]], summary["statements"])
    for words in others.values():
        assert [each["sources"] for each in words["statements"]] == [each["sources"] for each in own]
        assert "555" not in json.dumps(words)


def test_headlines_of_a_summary_that_is_not_whole() -> None:
    assert headlines({}) == {}
    assert headlines({"headline": "failure"}) == {}
    assert headlines({"language": "en", "headline": "hours", "in_languages": {"ko": None, "ja": {}}}) == {
        "en": "hours"
    }

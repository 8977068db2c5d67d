"""Who may come in, and what is known of calls that are not on their stream."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from ivr.bridge.hub import BridgeHub
from ivr.call.house import START_SLACK_S, House
from ivr.call.line import CallInfo
from ivr.call.persons import Persons
from ivr.call.services import CallServices
from ivr.metrics import Metrics
from ivr.records.types import Journal, KnownNumber, VoicemailRecord
from tests.bridge.house import FakeDesk
from tests.call.stage import InlineExecutor, content


class Diary:
    """A journal that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []

    def __getattr__(self, what: str) -> Any:
        def tell(first: Any, *rest: Any) -> None:
            self.told.append(
                (what, getattr(first, "call_sid", first), *(each for each in rest if each is not None))
            )

        return tell

    def ended(self) -> list[tuple[str, str | None]]:
        """The calls whose record was closed, and what they came to if that was said."""
        return [(entry[1], entry[3] if len(entry) > 3 else None) for entry in self.told if entry[0] == "call_ended"]


class Stage:
    """A house of two places."""

    def __init__(
        self,
        waiting_s: float = 60.0,
        known_number: Callable[[str, datetime], KnownNumber] | None = None,
        persons: Persons | None = None,
    ) -> None:
        self.diary = Diary()
        self.metrics = Metrics()
        self.behind_s = 0.0
        services = SimpleNamespace(
            journal=self.diary,
            metrics=self.metrics,
            content=content(),
            lookups=InlineExecutor(),
            recognition=SimpleNamespace(load=lambda: self.behind_s),
            clock=time.monotonic,
        )
        self.house = House(
            lambda: cast(CallServices, services),
            content=content(),
            max_calls=2,
            language="en",
            waiting_s=waiting_s,
            known_number=known_number,
            persons=persons,
        )

    def admit(self, name: str) -> bool:
        return self.house.admit(CallInfo(name))

    def count(self, state: str) -> float:
        return float(self.metrics.registry.get_sample_value("ivr_calls_live", {"state": state}) or 0)


def test_a_call_whose_stream_is_awaited_has_its_place() -> None:
    stage = Stage()
    assert [stage.admit(name) for name in ("CA1", "CA2", "CA3")] == [True, True, False]
    assert (stage.count("waiting"), stage.count("handing_off")) == (2, 1)
    assert stage.diary.ended() == [("CA3", "handed_off")]
    stage.house.finished("CA1")
    stage.house.finished("CA3")
    assert (stage.count("waiting"), stage.count("handing_off")) == (1, 0)
    assert stage.admit("CA4")


def test_a_call_whose_stream_never_came_goes_to_a_person_once() -> None:
    stage = Stage()
    stage.admit("CA1")
    for _ in range(3):
        assert stage.house.ending("CA1").next == "person"
    assert stage.diary.ended() == [("CA1", "handed_off")]
    assert (stage.count("waiting"), stage.count("handing_off")) == (0, 1)
    stage.house.handoff_status("CA1", "accepted", "+8210")
    assert stage.count("handing_off") == 1
    stage.house.handoff_status("CA1", "completed")
    assert stage.count("handing_off") == 0


def test_a_place_is_not_kept_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(waiting_s=5.0)
    now_s = [100.0]
    monkeypatch.setattr("ivr.call.house.time.monotonic", lambda: now_s[0])
    assert stage.admit("CA1")
    assert stage.admit("CA2")
    now_s[0] += 5.0 + START_SLACK_S + 0.1
    assert stage.admit("CA3")
    assert stage.diary.ended() == [("CA1", None), ("CA2", None)]
    assert stage.count("waiting") == 1


def test_nobody_comes_in_who_could_not_be_answered_in_time() -> None:
    stage = Stage()
    stage.behind_s = 10.0
    assert not stage.admit("CA1")
    stage.behind_s = 0.0
    stage.house.drain(0.0)
    assert not stage.admit("CA2")
    assert stage.count("handing_off") == 2


def test_a_left_message_ends_the_way_to_a_person() -> None:
    stage = Stage()
    stage.admit("CA1")
    stage.house.ending("CA1")
    stage.house.voicemail("CA1", "https://example.com/message", 3.0)
    assert stage.count("handing_off") == 0
    assert ("outcome", "CA1", "voicemail") in stage.diary.told
    assert ("voicemail", "CA1", VoicemailRecord("https://example.com/message", None, 3.0)) in stage.diary.told


def test_a_call_that_comes_while_the_models_load_is_on_record() -> None:
    diary = Diary()
    house = House(
        lambda: None, content=content(), max_calls=2, language="en", journal=cast(Journal, diary), known_number=None
    )
    assert not house.admit(CallInfo("CA1", "+821012345678"))
    house.handoff_status("CA1", "missed")
    house.voicemail("CA1", "https://example.com/message", 3.0, "RE1")
    house.finished("CA1")
    told = [entry[:2] for entry in diary.told]
    assert told[0] == ("call_started", "CA1")
    assert diary.ended()[0] == ("CA1", "handed_off")
    assert ("voicemail", "CA1", VoicemailRecord("https://example.com/message", "RE1", 3.0)) in diary.told


def test_the_callers_last_call_is_looked_up_when_the_webhook_comes() -> None:
    asked: list[tuple[str, datetime]] = []

    def known_number(number: str, since: datetime) -> KnownNumber:
        asked.append((number, since))
        return KnownNumber()

    stage = Stage(known_number=known_number)
    for call_sid, number in (("CA1", "+821012345678"), ("CA2", None)):
        assert stage.house.admit(CallInfo(call_sid, number))
    stage.house.finished("CA1")
    assert stage.house.admit(CallInfo("CA3", "+266696687"))  # withheld, as Twilio spells it
    ((number, since),) = asked
    assert number == "+821012345678"
    assert timedelta(days=13, hours=23) < datetime.now(UTC) - since < timedelta(days=14, hours=1)


def test_what_a_number_asked_for_is_looked_up_for_who_waits_at_the_desk_too() -> None:
    asked: list[str] = []

    def known_number(number: str, since: datetime) -> KnownNumber:
        asked.append(number)
        return KnownNumber(feelings=False)

    stage = Stage(known_number=known_number, persons=Persons(FakeDesk(), BridgeHub(), lambda: True))
    info = CallInfo("CA1", "+821012345678")
    stage.behind_s = 10.0
    assert not stage.house.admit(info)
    assert asked == []
    assert stage.house.to_desk(info) == replace(info, language="en")
    assert asked == ["+821012345678"]
    assert stage.diary.told[-1][:2] == ("reopened", "CA1")


def test_who_is_expected_at_the_desk_takes_nobodys_place_and_is_bounded() -> None:
    stage = Stage(persons=Persons(FakeDesk(), BridgeHub(), lambda: True))
    assert [stage.admit(name) for name in ("CA1", "CA2", "CA3", "CA4", "CA5")] == [True, True, False, False, False]
    at_desk = [stage.house.to_desk(CallInfo(name)) is not None for name in ("CA3", "CA4", "CA5", "CA4")]
    assert at_desk == [True, True, False, True]
    assert stage.house.to_desk(CallInfo("CA4")) is None  # asked for a third time: its streams never came
    stage.house.finished("CA1")
    assert stage.admit("CA6")
    stage.house.finished("CA3")
    assert stage.house.to_desk(CallInfo("CA5")) is not None

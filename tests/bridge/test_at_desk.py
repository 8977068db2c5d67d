"""Callers whose stream begins at the desk: the house was full, the conversation failed, line or server broke."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from ivr.call.conversation import Conversation
from ivr.call.line import CallInfo
from ivr.call.with_person import WithPerson
from ivr.errors import RecordsError
from ivr.handoff.types import WaitingCall
from ivr.records.types import HandoffRecord, TurnRecord
from ivr.records.views import CallHeader, CallView, Numbered
from ivr.telephony.carrier import Carrier, Verb
from tests.bridge.house import Scene, scene, wait_for
from tests.bridge.sides import SID, Caller
from tests.bridge.sounds import tone

pytestmark = pytest.mark.slow

OTHER = "CA" + "c" * 32
NUMBER = "+821012345678"


@pytest.fixture
def stage() -> Iterator[Scene]:
    with scene() as stage:
        yield stage


@pytest.fixture
def full() -> Iterator[Scene]:
    """A house with one place, which is taken."""
    with scene(max_calls=1) as stage:
        assert stage.house.admit(CallInfo(OTHER))
        yield stage


def post(stage: Scene, path: str, call_sid: str = SID, number: str = NUMBER) -> Verb:
    return Carrier().post(stage.url + path, {"CallSid": call_sid, "From": number})


def token_of(answer: Verb) -> str:
    stream = answer.find("Stream")
    assert stream is not None, [verb.name for verb in answer.children]
    return stream.attributes["url"].rpartition("/")[2]


def waits(stage: Scene, path: str = "/twilio/after", number: str = NUMBER) -> Caller:
    """The carrier asks, and the caller waits at the desk."""
    stage.caller = Caller(stage.url, token_of(post(stage, path, number=number)))
    wait_for(lambda: stage.hub.alive(SID), "the caller waits at the desk")
    return stage.caller


def requests(stage: Scene) -> list[WaitingCall]:
    return [each[1] for each in stage.desk.told if each[0] == "request"]


def greeted(stage: Scene) -> Caller:
    """A conversation with the machine."""
    info = CallInfo(SID, NUMBER, language="en")
    assert stage.house.admit(info)
    stage.caller = Caller(stage.url, stage.tokens.issue(info))
    wait_for(lambda: stage.caller.arrived, "the greeting")
    return stage.caller


# --- a full house ---


def test_who_comes_to_a_full_house_waits_at_the_desk_and_talks_with_an_agent(full: Scene) -> None:
    caller = waits(full, "/twilio/voice?language=ko")
    (asked,) = requests(full)
    assert (asked.reason, asked.language, asked.from_number, asked.again) == ("failure", "ko", NUMBER, True)
    assert "All of the assistant's lines were busy" in asked.headline
    (handoff,) = full.notebook.handoffs
    assert handoff.reason == "failure"
    assert "전화가 많아" in full.said
    agent = full.accept()
    wait_for(lambda: agent.got("joined"), "they are joined")
    agent.say(tone(700, 2.0))
    wait_for(lambda: abs(caller.hears_hz(0.4) - 700) < 10, "the caller hears the agent")
    caller.say(tone(500, 2.0))
    wait_for(lambda: abs(agent.hears_hz(0.4) - 500) < 10, "the agent hears the caller")
    full.hub.detach(SID, "completed")
    assert caller.closed.wait(10)
    full.ended()
    assert full.told("call_ended")[-1][2] == "handed_off"
    assert post(full, "/twilio/after").find("Hangup") is not None


def test_the_machine_is_not_offered_while_it_has_no_room(full: Scene) -> None:
    caller = waits(full, "/twilio/voice?language=en")
    wait_for(lambda: "press two" in full.said, "the offer")
    assert "three" not in full.said
    caller.press("3")
    wait_for(lambda: full.said.count("press two") == 2, "the offer again")
    assert full.hub.alive(SID)
    assert not full.desk.heard_of("caller_chose")


def test_the_machine_greets_who_goes_on_with_it_once_there_is_room(full: Scene) -> None:
    caller = waits(full, "/twilio/voice?language=en")
    full.house.finished(OTHER)
    assert full.house.admit(CallInfo(OTHER))  # who waits at the desk takes nobody's place
    full.house.finished(OTHER)
    caller.press("3")
    wait_for(lambda: "How can I help" in full.said or "assistant" in full.said, "the greeting")
    assert not full.hub.alive(SID)
    assert not full.house.admit(CallInfo(OTHER))
    caller.press("0")
    wait_for(lambda: full.hub.alive(SID), "the caller waits again")
    assert [each.again for each in requests(full)] == [True, False]


@pytest.mark.parametrize(
    ("number", "choice", "outcome"), [(NUMBER, "callback", "callback"), ("anonymous", "voicemail", "handed_off")]
)
def test_without_room_a_call_back_is_promised_without_the_machine(
    full: Scene, number: str, choice: str, outcome: str
) -> None:
    caller = waits(full, "/twilio/voice?language=en", number)
    caller.press("1")
    assert caller.closed.wait(10)
    full.ended()
    assert ("caller_chose", SID, choice) in full.desk.told
    assert ("call you back" in full.said) == (choice == "callback")
    assert full.told("call_ended")[-1][2] == outcome
    assert full.house.ending(SID).next == ("hang_up" if choice == "callback" else "voicemail")


def test_the_desk_has_no_room_without_bounds(full: Scene) -> None:
    waits(full, "/twilio/voice?language=en")
    third = "CA" + "d" * 32
    answer = post(full, "/twilio/voice?language=en", third)
    assert answer.find("Stream") is None
    assert answer.find("Record") is not None
    full.caller.hang_up()
    full.ended()
    assert post(full, "/twilio/after", third).find("Record") is not None  # telephones, or here a message, have them
    assert post(full, "/twilio/voice?language=en", "CA" + "e" * 32).find("Stream") is not None


def test_a_desk_that_takes_nobody_leaves_them_to_the_telephones(full: Scene) -> None:
    full.wanted = False
    assert post(full, "/twilio/voice?language=en").find("Record") is not None


@pytest.mark.parametrize("what", ["loaded", "opening"])
def test_who_comes_while_the_models_are_loaded_or_the_desk_is_opened_waits_for_it(stage: Scene, what: str) -> None:
    stage.loaded = False
    if what == "opening":
        stage.opening, stage.wanted = True, False  # who is at the desk is not known yet
    answer = post(stage, "/twilio/voice?language=en")
    redirect = answer.find("Redirect")
    assert answer.find("Play") is not None
    assert redirect is not None
    assert stage.desk.heard_of("expect")
    stage.loaded, stage.opening, stage.wanted = True, False, True
    waits(stage, redirect.text.removeprefix(stage.url))
    (asked,) = requests(stage)
    assert (asked.language, asked.reason) == ("en", "failure")
    assert "Our system had a problem" in asked.headline


def test_nobody_waits_for_models_that_could_not_be_loaded(stage: Scene) -> None:
    stage.loaded = stage.loading = False
    assert post(stage, "/twilio/voice?language=en").find("Record") is not None


# --- a conversation that failed ---


def test_a_failed_conversation_waits_at_the_desk_and_can_be_gone_on_with(
    stage: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        caller = greeted(stage)
        broken.setattr(Conversation, "tick", _break)
        assert caller.closed.wait(15)
    stage.ended()
    (handoff,) = stage.notebook.handoffs
    before = list(stage.notebook.turns)
    caller = waits(stage)
    assert stage.notebook.handoffs == [handoff]  # the hand-off there is goes on
    assert stage.told("reopened") == [(SID,)]
    assert requests(stage)[0].reason == "failure"
    caller.press("3")
    wait_for(lambda: "carry on together" in stage.said, "the machine goes on")
    new = wait_for(lambda: [turn for turn in stage.notebook.turns if turn.speaker == "caller"], "the key")
    assert new[0].start_ms >= before[-1].end_ms  # one call, one time


def test_what_fails_at_the_desk_as_well_goes_to_the_telephones(
    stage: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    greeted(stage).cut()
    stage.ended()
    caller = waits(stage)
    with monkeypatch.context() as broken:
        broken.setattr(WithPerson, "tick", _break)
        assert caller.closed.wait(15)
    stage.ended()
    assert stage.desk.heard_of("caller_gone")
    assert post(stage, "/twilio/after").find("Record") is not None
    assert post(stage, "/twilio/after").find("Stream") is None


def _break(self: object, now_ms: int) -> None:
    raise RuntimeError("broken on purpose")


# --- a line that broke ---


@pytest.mark.parametrize("where", ["in the conversation", "at the desk", "in a talk"])
def test_a_line_that_broke_goes_on_at_the_desk(stage: Scene, where: str) -> None:
    if where == "in the conversation":
        caller = greeted(stage)
    else:
        caller = stage.ring()
        if where == "in a talk":
            agent = stage.accept()
            wait_for(lambda: agent.got("joined"), "they are joined")
    caller.cut()
    stage.ended()
    waits(stage)
    asked = requests(stage)[-1]
    assert asked.again
    assert asked.reason == ("failure" if where == "in the conversation" else "caller_asked")
    assert "something went wrong" in stage.said or where != "in the conversation"
    again = stage.accept("jun")
    wait_for(lambda: again.got("joined"), "joined on the other line")


def test_a_line_that_died_without_a_word_does_not_keep_the_caller(stage: Scene) -> None:
    caller = stage.ring()
    caller._pacer.remove(caller)  # nothing comes any more, and the socket stays open
    waits(stage)
    assert requests(stage)[-1].again
    assert stage.house.live_calls == 1


def test_the_webhook_comes_twice(stage: Scene) -> None:
    greeted(stage).cut()
    stage.ended()
    first, second = (token_of(post(stage, "/twilio/after")) for _ in range(2))
    assert stage.tokens.peek(first) is None
    stage.caller = Caller(stage.url, second)
    wait_for(lambda: stage.hub.alive(SID), "the caller waits")
    assert token_of(post(stage, "/twilio/after"))  # late: it harms nobody
    assert stage.hub.alive(SID)
    assert len(requests(stage)) == 1


def test_who_hangs_up_before_the_stream_comes_is_counted_as_missed(stage: Scene) -> None:
    stage.ring().cut()
    stage.ended()
    token_of(post(stage, "/twilio/after"))
    stage.house.finished(SID)
    assert stage.told("handoff_status")[-1] == (SID, "missed")
    assert stage.told("call_ended")[-1][0] == SID
    assert stage.house.admit(CallInfo(OTHER))


def test_nobody_is_sent_to_a_desk_that_goes_down(stage: Scene) -> None:
    stage.ring()
    stage.house.drain(0.0, lambda seconds: None)
    stage.ended()
    assert ("caller_chose", SID, "callback") in stage.desk.told
    assert post(stage, "/twilio/after").find("Record") is not None


# --- another process ---

TURNS = (
    TurnRecord("assistant", "안녕하세요.", 0, 1_000, "ko"),
    TurnRecord(
        "caller", "주문한 거 언제 와요", 2_000, 4_000, "ko", intent="order_status", slots={"order_number": "47291"}
    ),
)


def record(handoff: HandoffRecord | None) -> CallView:
    return CallView(
        CallHeader(SID, datetime.now(UTC) - timedelta(seconds=90), NUMBER, "+8215770000", "ko"),
        turns=tuple(Numbered(number, turn) for number, turn in enumerate(TURNS)),
        handoff=Numbered(9, handoff) if handoff else None,
    )


def test_a_caller_of_a_process_that_died_is_known_by_the_record() -> None:
    with scene(recall=lambda call_sid: record(None)) as stage:
        waits(stage)
        (asked,) = requests(stage)
        assert (asked.language, asked.topic, asked.reason) == ("ko", "order_status", "failure")
        assert "47291" in asked.headline
        assert "The connection to our system broke off" in asked.headline
        (handoff,) = stage.notebook.handoffs
        assert handoff.summary["request"] == "주문한 거 언제 와요"
        stage.caller.press("1")
        (pressed,) = wait_for(
            lambda: [turn for turn in stage.notebook.turns if turn.speaker == "caller"], "the key"
        )
        assert 90_000 <= pressed.start_ms < 110_000  # one call, one time
        wait_for(lambda: "다시 전화드리" in stage.said, "a call-back is arranged, in the caller's language")


def test_a_hand_off_on_record_goes_on_as_it_was() -> None:
    summary = {"headline": "주문 조회 · 47291", "intent": "order_status"}
    with scene(recall=lambda call_sid: record(HandoffRecord("caller_asked", summary))) as stage:
        waits(stage)
        (asked,) = requests(stage)
        assert (asked.headline, asked.reason, asked.topic) == ("주문 조회 · 47291", "caller_asked", "order_status")
        assert stage.notebook.handoffs == []
        assert (SID, "waiting") in stage.told("handoff_status")


def test_a_record_that_cannot_be_read_keeps_nobody_from_a_person() -> None:
    def recall(call_sid: str) -> CallView | None:
        raise RecordsError("the database is away")

    with scene(recall=recall) as stage:
        waits(stage)
        (asked,) = requests(stage)
        assert (asked.reason, asked.topic, asked.language) == ("failure", None, "en")

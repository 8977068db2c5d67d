"""A caller who waited for a person's telephone goes on with the machine, on another stream, where they were."""

import urllib.parse
import urllib.request

import pytest

from ivr.call.line import CallInfo
from ivr.telephony.carrier import Verb, parse_twiml
from tests.bridge.house import Scene, scene, wait_for
from tests.bridge.sides import SID, Caller


def post(stage: Scene, path: str, **fields: str) -> Verb:
    data = urllib.parse.urlencode({"CallSid": SID, "From": "+821012345678", **fields}).encode()
    with urllib.request.urlopen(stage.url + path, data) as answer:
        return parse_twiml(answer.read(), path)


def handed_over(stage: Scene) -> None:
    """The caller asks for a person with the key zero; the stream ends."""
    info = CallInfo(SID, "+821012345678", language="en")
    assert stage.house.admit(info)
    stage.caller = Caller(stage.url, stage.tokens.issue(info))
    wait_for(lambda: stage.caller.arrived, "the greeting")
    stage.caller.press("0")
    wait_for(lambda: stage.house.live_calls == 0, "the stream ends")


@pytest.mark.slow
def test_the_conversation_tells_the_telephones_who_waits() -> None:
    with scene(desk_open=False) as stage:
        handed_over(stage)
        known = stage.house.ending(SID).caller
    assert known is not None
    assert (known.call_sid, known.language, known.reason) == (SID, "en", "caller_asked")
    assert (known.from_number, known.frustration, known.risks) == ("+821012345678", 0.0, ())
    assert known.headline


@pytest.mark.slow
@pytest.mark.parametrize(("key", "says"), [("3", "carry on together"), ("1", "call you back")])
def test_the_conversation_goes_on_where_it_was(key: str, says: str) -> None:
    with scene(desk_open=False) as stage:
        handed_over(stage)
        assert post(stage, "/twilio/after").find("Record") is not None  # nobody's telephone is known
        before = list(stage.notebook.turns)
        stream = post(stage, "/twilio/waiting/choice?language=en", Digits=key).find("Stream")
        assert stream is not None
        assert stage.told("reopened") == [(SID,)]
        stage.caller = Caller(stage.url, stream.attributes["url"].rpartition("/")[2])
        wait_for(lambda: len(stage.notebook.turns) > len(before), "the assistant goes on")
        new = stage.notebook.turns[len(before)]
        assert new.speaker == "assistant"
        assert says in new.text
        assert new.start_ms >= before[-1].end_ms  # one call, one time
        assert [values[2] for values in stage.told("handoff_rung")][-1] == (
            "back_to_machine" if key == "3" else "callback"
        )
        stage.caller.hang_up()
        stage.ended()
        assert len(stage.told("call_ended")) == 2


def test_a_call_that_is_not_known_any_more_cannot_go_on() -> None:
    with scene(desk_open=False) as stage:
        assert stage.house.resume(SID, "machine") is None
        answer = post(stage, "/twilio/waiting/choice?language=en", Digits="1")
        assert answer.find("Record") is not None
        assert answer.find("Stream") is None
        (promised,) = stage.told("callback")
        assert promised[0] == SID

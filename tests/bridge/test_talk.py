"""A caller on the telephone and an agent at a browser, over real sockets: what each hears."""

import time
from collections.abc import Iterator

import numpy as np
import pytest

from ivr.handoff.types import Detached
from tests.bridge.house import Scene, scene, wait_for
from tests.bridge.sides import SID
from tests.bridge.sounds import tone
from tests.call.stage import recording

pytestmark = pytest.mark.slow


@pytest.fixture
def stage() -> Iterator[Scene]:
    with scene() as opened:
        yield opened


def test_each_hears_the_other(stage: Scene) -> None:
    caller, agent = stage.talk()
    caller.say(tone(440, 1.5))
    agent.say(tone(700, 1.5))
    wait_for(lambda: abs(agent.hears_hz(0.4) - 440) < 5, "the agent hears the caller's tone")
    wait_for(lambda: abs(caller.hears_hz(0.4) - 700) < 5, "the caller hears the agent's tone")
    request = next(each for each in stage.desk.told if each[0] == "request")[1]
    assert (request.call_sid, request.language, request.reason) == (SID, "en", "caller_asked")
    assert ("talking", SID, "mina") in stage.desk.told


@pytest.mark.parametrize("rate_hz", [16_000, 24_000])
def test_a_browser_may_speak_pcm(stage: Scene, rate_hz: int) -> None:
    caller, agent = stage.talk(hello={"type": "hello", "format": "pcm16", "rate_hz": rate_hz})
    caller.say(tone(440, 1.5))
    voice = 0.3 * np.sin(2 * np.pi * 700 * np.arange(rate_hz * 3 // 2) / rate_hz)
    agent.say((voice * 32_767).astype("<i2").tobytes())
    wait_for(lambda: abs(agent.hears_hz(0.4) - 440) < 5, "the agent hears the caller's tone")
    wait_for(lambda: abs(caller.hears_hz(0.4) - 700) < 5, "the caller hears the agent's tone")


def test_while_waiting_the_caller_hears_music_and_then_how_things_stand(stage: Scene) -> None:
    caller = stage.ring()
    wait_for(lambda: caller.hears_hz(0.5) > 100, "music")
    wait_for(lambda: "desk_offer" in stage.said or "called back" in stage.said, "the offer to call back")
    assert "You are next in line." in stage.said


def test_on_hold_the_caller_hears_music_and_the_agent_nothing(stage: Scene) -> None:
    caller, agent = stage.talk()
    caller.say(tone(440, 3.0))
    agent.say(tone(700, 6.0))
    wait_for(lambda: abs(caller.hears_hz(0.4) - 700) < 5, "the caller hears the agent")
    stage.hub.hold(SID, True)
    wait_for(lambda: agent.got("hold"), "the agent is told")
    time.sleep(0.2)
    frames = len(agent.frames)
    wait_for(lambda: 100 < caller.hears_hz(0.5) < 600, "the caller hears music")
    assert len(agent.frames) - frames <= 1
    stage.hub.hold(SID, False)
    caller.say(tone(440, 2.0))
    wait_for(lambda: abs(caller.hears_hz(0.4) - 700) < 5, "the caller hears the agent again")
    wait_for(lambda: abs(agent.hears_hz(0.4) - 440) < 5, "the agent hears the caller again")


def test_a_muted_agent_is_not_heard(stage: Scene) -> None:
    caller, agent = stage.talk()
    agent.say(tone(700, 8.0))
    wait_for(lambda: abs(caller.hears_hz(0.4) - 700) < 5, "the caller hears the agent")
    agent.tell(type="mute", on=True)
    wait_for(lambda: caller.hears_hz(0.4) == 0, "silence")
    agent.tell(type="mute", on=False)
    wait_for(lambda: abs(caller.hears_hz(0.4) - 700) < 5, "the caller hears the agent again")


def test_both_sides_are_written_down(stage: Scene) -> None:
    caller, agent = stage.talk()
    stage.parrot.text = "where is my tea"
    caller.say(recording("en", "hours"))
    wait_for(lambda: spoken(stage, "caller"), "the caller's words")
    stage.parrot.text = "it is on its way"
    agent.say(recording("en", "hours"))
    (turn,) = wait_for(lambda: spoken(stage, "agent"), "the agent's words")
    assert (turn.text, turn.language) == ("it is on its way", "en")
    assert turn.prosody is None  # how agents sound is measured only where a deployment wants it
    partials = [values[1] for values in stage.told("live")]
    assert {"event": "partial", "text": "where is my tea"} in partials
    assert {"event": "partial", "text": "it is on its way", "speaker": "agent"} in partials


def test_when_the_talk_is_over_the_caller_hears_goodbye_and_the_call_ends(stage: Scene) -> None:
    caller, agent = stage.talk()
    stage.hub.detach(SID, "completed")
    assert agent.closed.wait(5)
    assert (agent.status, agent.got("ended")) == (1000, {"type": "ended", "why": "the talk is over"})
    assert caller.closed.wait(10)
    stage.ended()
    assert stage.outcome == "handed_off"
    assert stage.house.ending(SID).next == "hang_up"
    assert not stage.desk.heard_of("caller_gone")


def test_the_agents_browser_dies_and_the_caller_hears_of_it(stage: Scene) -> None:
    caller, agent = stage.talk()
    died_s = time.monotonic()
    agent.die()
    wait_for(lambda: stage.desk.heard_of("agent_gone"), "the desk hears of it", 5)
    wait_for(lambda: "broke off" in stage.said, "the caller is told", 5)
    assert time.monotonic() - died_s < 5
    assert stage.hub.alive(SID)  # and waits for the next one
    second = stage.accept("jun")
    wait_for(lambda: second.got("joined"), "the next agent")
    second.say(tone(700, 2.0))
    wait_for(lambda: abs(caller.hears_hz(0.4) - 700) < 5, "the caller hears the next agent")


def test_a_browser_that_falls_silent_counts_as_gone(stage: Scene) -> None:
    _, agent = stage.talk()
    agent.fall_silent()
    wait_for(lambda: stage.desk.heard_of("agent_gone"), "the desk hears of it", 5)
    assert agent.closed.wait(5)
    assert (agent.status, agent.reason) == (4408, "no audio came from the browser")


def test_a_goodbye_without_a_decision_of_the_desk_is_a_loss_too(stage: Scene) -> None:
    _, agent = stage.talk()
    agent.tell(type="bye")
    wait_for(lambda: stage.desk.heard_of("agent_gone"), "the desk hears of it", 6)
    wait_for(lambda: "broke off" in stage.said, "the caller is told")


def test_audio_opened_anew_takes_the_place_of_the_old(stage: Scene) -> None:
    caller, agent = stage.talk()
    again = stage.accept()
    wait_for(lambda: again.got("joined"), "joined anew")
    assert agent.closed.wait(5)
    assert agent.status == 4409
    again.say(tone(700, 2.0))
    wait_for(lambda: abs(caller.hears_hz(0.4) - 700) < 5, "the caller hears the agent")
    assert not stage.desk.heard_of("agent_gone")


def test_the_caller_hangs_up(stage: Scene) -> None:
    caller, agent = stage.talk()
    caller.hang_up()
    wait_for(lambda: ("caller_gone", SID) in stage.desk.told, "the desk hears of it")
    assert agent.closed.wait(5)
    assert (agent.status, agent.reason) == (4404, "the caller hung up")
    stage.ended()
    assert stage.outcome == "handed_off"
    assert not stage.hub.alive(SID)


def test_who_hangs_up_while_waiting_has_given_up(stage: Scene) -> None:
    stage.ring().hang_up()
    stage.ended()
    assert stage.outcome == "abandoned"
    assert stage.desk.heard_of("caller_gone")


def test_a_waiting_caller_may_leave_a_message(stage: Scene) -> None:
    caller = stage.ring()
    caller.press("2")
    assert caller.closed.wait(10)
    stage.ended()
    assert ("caller_chose", SID, "voicemail") in stage.desk.told
    assert stage.house.ending(SID).next == "voicemail"


def test_a_waiting_caller_may_be_called_back_by_saying_yes(stage: Scene) -> None:
    caller = stage.ring()
    wait_for(lambda: "called back" in stage.said, "the offer")
    stage.parrot.text = "yes"
    caller.say(recording("en", "hours"))
    wait_for(lambda: ("caller_chose", SID, "callback") in stage.desk.told, "the choice")
    wait_for(lambda: "When should we call you back?" in stage.said, "the question when")
    assert not stage.hub.alive(SID)


def test_a_waiting_caller_may_go_on_with_the_machine_and_come_back(stage: Scene) -> None:
    caller = stage.ring()
    caller.press("3")
    wait_for(lambda: "carry on together" in stage.said, "the machine goes on")
    assert ("caller_chose", SID, "machine") in stage.desk.told
    caller.press("0")
    wait_for(lambda: stage.hub.alive(SID), "the caller waits again")
    assert len([each for each in stage.desk.told if each[0] == "request"]) == 2


@pytest.mark.parametrize(
    ("why", "words", "next_"),
    [("voicemail", "", "voicemail"), ("missed", "nobody could take your call", "hang_up")],
)
def test_the_desk_sends_a_waiting_caller_elsewhere(stage: Scene, why: Detached, words: str, next_: str) -> None:
    caller = stage.ring()
    stage.hub.detach(SID, why)
    assert caller.closed.wait(15)
    stage.ended()
    assert words in stage.said
    assert stage.house.ending(SID).next == next_


def test_nobody_is_free_so_the_machine_goes_on(stage: Scene) -> None:
    stage.ring()
    stage.hub.detach(SID, "back_to_machine")
    wait_for(lambda: "nobody is free right now" in stage.said, "the machine goes on")
    assert stage.house.live_calls == 1


def spoken(stage: Scene, speaker: str) -> list[object]:
    return [turn for turn in stage.notebook.turns if turn.speaker == speaker and not turn.text.startswith("[")]

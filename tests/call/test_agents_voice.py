"""What agents say is written down; how they sound is nobody's business unless a deployment says so."""

from typing import cast

import pytest

from audio.contracts import EmotionModel
from ivr.call.chronicle import Chronicle
from ivr.call.overhearing import Overhearing
from ivr.call.persons import AgentDecoded, agents_listener
from ivr.content.types import Policy
from ivr.records.types import TurnRecord
from tests.call.stage import Stage, recording, words
from tests.call.test_feelings import Judge

FRAME_BYTES, FRAME_MS = 160, 20
WORDS = "Good morning, this is Anna."


def agent_says(stage: Stage) -> TurnRecord:
    """What is kept of an agent's sentence."""
    stage.recognition.hears, stage.recognition.decode_ms = words(WORDS), 0
    decodes: list[AgentDecoded] = []
    listener = agents_listener(stage.services, "CA0001", "en", decodes.append)
    agent = Overhearing(listener, Chronicle(stage.services.journal, "CA0001"), "agent")
    sound = recording("en", "hours") + b"\xff" * 20_000
    for at in range(0, len(sound), FRAME_BYTES):
        agent.hear(sound[at : at + FRAME_BYTES].ljust(FRAME_BYTES, b"\xff"), at // FRAME_BYTES * FRAME_MS)
        while decodes:
            agent.decoded(decodes.pop(0).decoded)
    return next(turn for turn in reversed(stage.notebook.turns) if turn.speaker == "agent")


@pytest.mark.parametrize(
    ("wanted", "feel", "judged"), [(False, True, False), (True, True, True), (True, False, False)]
)
def test_an_agents_voice_is_judged_only_where_that_is_wanted(wanted: bool, feel: bool, judged: bool) -> None:
    judge = Judge()
    stage = Stage(emotion=cast(EmotionModel, judge), policy=Policy(feel=feel), judge_agents=wanted)
    turn = agent_says(stage)
    assert turn.text == WORDS
    kept = [turn.emotion is not None, turn.prosody is not None, turn.speech_rate is not None]
    assert kept == [judged] * 3
    assert judge.asked == [WORDS] * judged


def test_it_is_not_wanted_by_default() -> None:
    assert not Stage().settings.judge_agents

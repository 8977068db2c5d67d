"""What a call needs to bring its caller together with an agent at a browser, and the agent's side of listening."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from ivr.bridge.hub import BridgeHub
from ivr.bridge.types import BridgeEvent
from ivr.call.chronicle import Chronicle
from ivr.call.decodes import Decoded
from ivr.call.feelings import CallerFeelings
from ivr.call.languages import CallLanguage
from ivr.call.line import CallInfo, Line
from ivr.call.listener import Listener
from ivr.call.services import CallServices
from ivr.call.speaker import Speaker
from ivr.content.types import Language
from ivr.dialogue.moves import Move
from ivr.dialogue.types import DialogueState
from ivr.handoff.risks import find_risks
from ivr.handoff.summary import headlines
from ivr.handoff.types import DeskEvents, WaitingCall
from ivr.records.types import HandoffRecord
from ivr.understanding.types import ANYTHING, Expectation, Meaning


@dataclass(frozen=True)
class Persons:
    """The agents' desk, as calls see it."""

    desk: DeskEvents
    hub: BridgeHub
    wanted: Callable[[], bool]
    """Whether a caller who is to get a person now waits for the desk; asked at each hand-off, must be quick."""
    opening: Callable[[], bool] = lambda: False
    """Whether that can't be told yet, and will be in a moment: the desk is being opened."""


@dataclass(frozen=True)
class Resting:
    """A conversation that rests while its caller is with people, and what it lends them. The call's thread's."""

    info: CallInfo
    line: Line
    services: CallServices
    chronicle: Chronicle
    speaker: Speaker
    listener: Listener
    feelings: CallerFeelings | None
    """None: they may not be judged."""
    state: DialogueState
    """As it ended with the hand-over."""
    handoff: HandoffRecord


@dataclass(frozen=True)
class Aside:
    """A caller whose stream began at the desk: without a place among the conversations with the machine."""

    room: Callable[[], bool]
    """Whether there is such a place now."""
    take_place: Callable[[], bool]
    """Gives the caller one; False: there is none."""
    greet: Callable[[], Move] | None
    """Begins the conversation of a caller who has never had one; None: theirs goes on."""


@dataclass(frozen=True)
class AgentDecoded:
    """A decode of the agent's voice came back: into the call's inbox."""

    decoded: Decoded


PersonEvent = BridgeEvent | AgentDecoded


class Unread:
    """Takes words as they are: what an agent says needs no understanding. An ``Understander``."""

    def understand(
        self, text: str, language: Language, expecting: Expectation = ANYTHING, now: datetime | None = None
    ) -> Meaning:
        """The words, with no intent."""
        return Meaning(text, language, None, 0.0)


def waiting_call(resting: Resting, *, again: bool = False) -> WaitingCall:
    """What the desk is told of a caller.

    Args:
        resting: The conversation.
        again: Whether their line broke, and this is another.
    """
    state, turns, summary = resting.state, resting.chronicle.turns, resting.handoff.summary
    risks = find_risks((at, turn.text, turn.language) for at, turn in enumerate(turns) if turn.speaker == "caller")
    topic = summary.get("intent") or state.intent or (state.tried[-1].intent if state.tried else None)
    return WaitingCall(
        resting.info.call_sid,
        resting.services.wall_clock(),
        language=state.language,
        topic=str(topic) if topic else None,
        frustration=round(state.mood.frustration.score, 3),
        risks=tuple(risk.kind for risk in risks),
        headline=str(summary.get("headline", "")),
        headlines=headlines(summary),
        reason=resting.handoff.reason,
        from_number=resting.info.from_number,
        again=again,
    )


def agents_listener(
    services: CallServices, call_sid: str, language: Language, post: Callable[[AgentDecoded], None]
) -> Listener:
    """Make what hears the agent of a talk.

    Args:
        services: The call's.
        call_sid: The call.
        language: The caller's, in which the two talk.
        post: Takes decodes into the call's inbox.
    """
    listener = Listener(
        replace(services, understander=Unread()),
        f"{call_sid}/agent",
        CallLanguage(language, settled=True),
        lambda decoded: post(AgentDecoded(decoded)),
        judges=lambda: services.settings.judge_agents and services.content.policy.feel,
    )
    listener.background = True
    return listener

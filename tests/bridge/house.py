"""A real hotline without models: real sockets, real calls, real bridge; a desk that writes down what it is told."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

from flask import Flask

from audio.contracts import Language, Recognition, Samples
from audio.prosody import warm_up
from audio.scheduler import RecognitionScheduler
from audio.voice_cache import VoiceCache
from ivr.bridge.hub import BridgeHub
from ivr.call.house import House
from ivr.call.line import CallInfo
from ivr.call.persons import Persons
from ivr.call.services import CallServices
from ivr.content.types import LANGUAGES, Hours
from ivr.handoff.types import CallerChoice, DeskEvents, Outlook, WaitingCall
from ivr.metrics import Metrics
from ivr.records.types import Journal
from ivr.records.views import CallView
from ivr.settings import load_settings
from ivr.telephony.tokens import StreamTokens
from ivr.telephony.webhooks import blueprint as telephony_routes
from ivr.understanding.types import ANYTHING, Expectation, Meaning
from ivr.web import desk_audio, phone
from tests.bridge.sides import SID, Agent, Caller
from tests.bridge.sounds import SILENCE
from tests.call.stage import Notebook, PaperVoice, content, voice_model, words
from tests.telephony.house import serving

PATIENCE_S = 10.0


def wait_for(true: Callable[[], Any], what: str, timeout_s: float = PATIENCE_S) -> Any:
    """Ask until it is true; fails the test when it never is."""
    give_up_s = time.monotonic() + timeout_s
    while not (found := true()):
        assert time.monotonic() < give_up_s, f"not within {timeout_s:g} s: {what}"
        time.sleep(0.005)
    return found


class FakeDesk:
    """Takes every event; satisfies ``DeskEvents``."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []
        self.state = Outlook(1, None, 1, True)

    def request(self, call: WaitingCall) -> None:
        self.told.append(("request", call))

    def expect(self, call_sid: str) -> None:
        self.told.append(("expect", call_sid))

    def outlook(self, call_sid: str) -> Outlook:
        return self.state

    def talking(self, call_sid: str, agent_id: str) -> None:
        self.told.append(("talking", call_sid, agent_id))

    def caller_gone(self, call_sid: str) -> None:
        self.told.append(("caller_gone", call_sid))

    def agent_gone(self, call_sid: str, agent_id: str, why: str) -> None:
        self.told.append(("agent_gone", call_sid, agent_id, why))

    def caller_chose(self, call_sid: str, choice: CallerChoice, at: datetime | None = None) -> None:
        self.told.append(("caller_chose", call_sid, choice))

    def heard_of(self, event: str) -> bool:
        return any(each[0] == event for each in self.told)


class Parrot:
    """Hears the same words in everything. A ``Recognizer``."""

    text = "it is about my tea"

    def recognize(self, samples: Samples, **_: object) -> Recognition:
        return words(self.text)


class Plain:
    """Understands yes. An ``Understander``."""

    def understand(
        self, text: str, language: Language, expecting: Expectation = ANYTHING, now: datetime | None = None
    ) -> Meaning:
        return Meaning(text, language, "yes" if text == "yes" else None, 0.9)


@dataclass
class Scene:
    """A server with a call that waits for a person."""

    url: str
    hub: BridgeHub
    desk: FakeDesk
    house: House
    notebook: Notebook
    parrot: Parrot
    tokens: StreamTokens
    caller: Caller = field(init=False)
    agents: list[Agent] = field(default_factory=list)
    wanted: bool = True
    """Whether the desk takes callers."""
    loaded: bool = True
    """Whether the models are there."""
    loading: bool = True
    """Whether they are going to be, if not."""
    opening: bool = False
    """Whether the desk is being opened."""

    def ring(self) -> Caller:
        """The caller calls, and asks for a person with the key zero."""
        info = CallInfo(SID, "+821012345678", language="en")
        assert self.house.admit(info)
        self.caller = Caller(self.url, self.tokens.issue(info))
        wait_for(lambda: self.caller.arrived, "the greeting")
        self.caller.press("0")
        wait_for(lambda: self.hub.alive(SID), "the caller waits")
        return self.caller

    def accept(self, agent_id: str = "mina", **options: Any) -> Agent:
        """An agent takes the call."""
        agent = Agent(self.url, self.hub.attach(SID, agent_id), **options)
        self.agents.append(agent)
        return agent

    def talk(self, **options: Any) -> tuple[Caller, Agent]:
        """A caller and an agent who hear each other."""
        caller = self.ring()
        agent = self.accept(**options)
        wait_for(lambda: agent.got("joined"), "they are joined")
        return caller, agent

    def ended(self) -> None:
        wait_for(lambda: self.house.live_calls == 0, "the call is over")

    @property
    def outcome(self) -> str:
        return str(self.told("call_ended")[0][2])

    @property
    def said(self) -> str:
        """All that was shown as being said to the caller."""
        live = [values[1] for values in self.told("live")]
        return " ".join(str(event["text"]) for event in live if event["event"] == "speaking")

    def told(self, name: str) -> list[tuple[Any, ...]]:
        """What the journal was told under this name."""
        return [values for kind, values in self.notebook.other if kind == name]


@cache
def warm_prosody() -> None:
    """Let the first measurement's compiling be done before anybody speaks, as the product does."""
    warm_up()


@contextmanager
def scene(
    real_desk: Callable[[BridgeHub], DeskEvents] | None = None,
    *,
    desk_open: bool = True,
    max_calls: int = 5,
    recall: Callable[[str], CallView | None] = lambda call_sid: None,
) -> Iterator[Scene]:
    """Serve a hotline whose desk takes everybody, or (not ``desk_open``) nobody.

    Args:
        real_desk: Makes a desk in place of the one that only writes down what it is told.
        desk_open: Whether the desk takes callers.
        max_calls: Conversations at once.
        recall: Reads the record of a call that another process held.
    """
    warm_prosody()
    settings = load_settings(language="en", database_url="sqlite://")
    notebook, parrot, desk, hub = Notebook(), Parrot(), FakeDesk(), BridgeHub()
    recognition = RecognitionScheduler(cast(Any, parrot), workers=1, queue_limit=20)
    pool = ThreadPoolExecutor(2)
    services = CallServices(
        settings=settings,
        recognition=recognition,
        voice_model=voice_model(),
        voices=VoiceCache(PaperVoice(), Path("/dev/null/voices")),
        content=replace(content(), hours=Hours()),  # open at all times
        understander=Plain(),
        connectors={},
        journal=cast(Journal, notebook),
        metrics=Metrics(),
        lookups=pool,
        analysis=pool,
        calm_sentence=dict.fromkeys(LANGUAGES, SILENCE),
        clock=time.monotonic,
    )
    house = House(
        lambda: services if stage.loaded else None,
        content=content(),
        max_calls=max_calls,
        language="en",
        journal=services.journal,
        persons=Persons(real_desk(hub) if real_desk else desk, hub, lambda: stage.wanted, lambda: stage.opening),
        recall=recall,
        loading=lambda: stage.loading,
    )
    tokens = StreamTokens()
    stage = Scene("", hub, desk, house, notebook, parrot, tokens, wanted=desk_open)
    app = Flask("bridge", static_folder=None)
    app.register_blueprint(telephony_routes(house, settings, tokens))
    app.register_blueprint(desk_audio.blueprint(hub, settings))
    app.register_blueprint(phone.blueprint(house, settings, tokens))  # its page and the scripts, for real browsers
    with serving(app) as url:
        stage.url = url
        try:
            yield stage
        finally:
            if hasattr(stage, "caller"):
                stage.caller.hang_up()
            for agent in stage.agents:
                agent.leave()
            stage.ended()
    recognition.close()
    pool.shutdown()

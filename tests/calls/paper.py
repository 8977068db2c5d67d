"""Plays a golden call on paper: the words its recordings were heard as, and everything behind recognition.

No sound and no clock: understanding, decisions, connectors and texts are the product's own. What needs time
(silence, interrupting, hanging up in the middle of a word) can't be played.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from ivr.content.render import render
from ivr.content.types import Content
from ivr.dialogue.engine import decide, start
from ivr.dialogue.types import Answered, Decision, DialogueState, Event, Fulfilled, Heard, KeysPressed, LookupFailed
from ivr.errors import BackendDownError
from ivr.fulfilment.types import Connector
from ivr.understanding.types import Understander
from tests.calls.golden import GoldenCall
from tests.calls.judging import Played
from tests.fixtures.library import find


def playable(golden: GoldenCall) -> bool:
    """Whether every step is something said or pressed, one after the other."""
    return not golden.earlier and all(set(step) in ({"say"}, {"press"}) for step in golden.caller)


class PaperCall:
    """One call as the dialogue sees it."""

    def __init__(
        self,
        golden: GoldenCall,
        content: Content,
        understander: Understander,
        connectors: Mapping[str, Connector],
    ) -> None:
        """Answer the call."""
        self._golden = golden
        self._content = content
        self._understander = understander
        self._connectors = connectors
        self._now = datetime.now(ZoneInfo(content.hours.timezone))
        self._turns: list[dict[str, Any]] = []
        self._decisions: list[Decision] = []
        self._language = golden.language or "ko"
        self._state = start(self._language)
        self._meet(Answered(self._language, now=self._now, number=golden.number()))

    @property
    def state(self) -> DialogueState:
        """What the conversation remembers."""
        return self._state

    def play(self) -> Played:
        """Play the caller's side to its end, or until the hotline ends the call."""
        for step in self._golden.caller:
            if self._state.ended:
                break
            if "press" in step:
                self._meet(KeysPressed(step["press"]))
            else:
                self._say(step["say"])
        last = self._decisions[-1]
        record = {
            "ended_at": self._now.isoformat(),
            "outcome": last.outcome or "abandoned",
            "language": self._state.language,
            "turns": self._turns,
            "decisions": [{"at_ms": 0, "action": each.action, "reason": each.reason} for each in self._decisions],
            "handoff": {"reason": last.handoff} if last.handoff else None,
            "callback": _callback(last),
        }
        return Played(record, "voicemail" if last.handoff else "hang_up", dropped=False)

    def _say(self, name: str) -> None:
        folder, _, file = name.rpartition("/")
        if self._golden.language is None and not folder and len(self._turns) == 1:
            self._state = replace(self._state, language=self._golden.spoken)
        heard = find(folder or self._golden.spoken, file).heard
        state = self._state
        meaning = self._understander.understand(heard, state.language, state.expecting, self._now)
        slots = {slot: value.value for slot, value in meaning.slots.items()}
        self._turns.append(_turn("caller", heard, meaning.intent, slots))
        self._meet(Heard(meaning))

    def _meet(self, event: Event) -> None:
        self._state, decision = decide(self._state, event, self._content)
        self._decisions.append(decision)
        words = [render(self._content, say, self._state.language, decision.tone) for say in decision.say]
        if words:
            self._turns.append(_turn("assistant", " ".join(words)))
        if decision.lookup is not None:
            lookup = decision.lookup
            try:
                found = self._connectors[lookup.connector].fulfil(lookup.slots, self._state.language)
            except BackendDownError as error:
                self._meet(LookupFailed(lookup, str(error)))
            else:
                self._meet(Fulfilled(lookup, found.outcome, found.values, found.facts))


def _turn(
    speaker: str, text: str, intent: str | None = None, slots: Mapping[str, str] | None = None
) -> dict[str, Any]:
    return {"speaker": speaker, "text": text, "intent": intent, "slots": slots or {}, "start_ms": 0}


def _callback(decision: Decision) -> dict[str, Any] | None:
    if decision.callback is None:
        return None
    return {"request": decision.callback.request, "at": decision.callback.at.isoformat()}

"""Plays a golden call on paper: the words its recordings were heard as, and everything behind recognition.

No sound and no clock: understanding, decisions, connectors and texts are the product's own. What needs time
(silence, interrupting, hanging up in the middle of a word) can't be played.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from ivr.content.types import Content
from ivr.dialogue.types import Decision, DialogueState, Heard, KeysPressed
from ivr.evaluation.conversation import PaperConversation, Step
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
        self._understander = understander
        self._now = datetime.now(ZoneInfo(content.hours.timezone))
        self._turns: list[dict[str, Any]] = []
        self._talk = PaperConversation(
            content, connectors, golden.language or "ko", now=self._now, number=golden.number()
        )
        self._assistant_says(self._talk.steps)

    @property
    def state(self) -> DialogueState:
        """What the conversation remembers."""
        return self._talk.state

    def play(self) -> Played:
        """Play the caller's side to its end, or until the hotline ends the call."""
        for step in self._golden.caller:
            if self._talk.state.ended:
                break
            if "press" in step:
                self._assistant_says(self._talk.meet(KeysPressed(step["press"])))
            else:
                self._say(step["say"])
        last = self._talk.last
        decisions = [step.decision for step in self._talk.steps]
        record = {
            "ended_at": self._now.isoformat(),
            "outcome": last.outcome or "abandoned",
            "language": self._talk.state.language,
            "turns": self._turns,
            "decisions": [{"at_ms": 0, "action": each.action, "reason": each.reason} for each in decisions],
            "handoff": {"reason": last.handoff} if last.handoff else None,
            "callback": _callback(last),
        }
        return Played(record, "voicemail" if last.handoff else "hang_up", dropped=False)

    def _say(self, name: str) -> None:
        folder, _, file = name.rpartition("/")
        if self._golden.language is None and not folder and len(self._turns) == 1:
            self._talk.speak(self._golden.spoken)
        heard = find(folder or self._golden.spoken, file).heard
        state = self._talk.state
        meaning = self._understander.understand(heard, state.language, state.expecting, self._now)
        slots = {slot: value.value for slot, value in meaning.slots.items()}
        self._turns.append(_turn("caller", heard, meaning.intent, slots))
        self._assistant_says(self._talk.meet(Heard(meaning)))

    def _assistant_says(self, steps: Iterable[Step]) -> None:
        self._turns += [_turn("assistant", step.words) for step in steps if step.words]


def _turn(
    speaker: str, text: str, intent: str | None = None, slots: Mapping[str, str] | None = None
) -> dict[str, Any]:
    return {"speaker": speaker, "text": text, "intent": intent, "slots": slots or {}, "start_ms": 0}


def _callback(decision: Decision) -> dict[str, Any] | None:
    if decision.callback is None:
        return None
    return {"request": decision.callback.request, "at": decision.callback.at.isoformat()}

"""Writes down what one side says while the machine has no part in it. Owned by the call's thread."""

from typing import Literal

import structlog

from audio.endpointing import Phase
from audio.errors import RecognitionError
from ivr.call.chronicle import Chronicle
from ivr.call.decodes import Decoded
from ivr.call.feelings import CallerFeelings
from ivr.call.listener import Listener
from ivr.call.utterance import Utterance
from ivr.content.types import Policy
from ivr.dialogue.mood import CALM_MOOD, Mood, judged
from ivr.dialogue.signs import remember, signs_of
from ivr.dialogue.types import Action, Decision, DialogueState, Heard

_log = structlog.get_logger(__name__)

NOTED = Decision(Action.ANSWER, "said to a person")


class Overhearing:
    """One side of a call between people, or a caller who waits."""

    def __init__(
        self,
        listener: Listener,
        chronicle: Chronicle,
        who: Literal["caller", "agent"],
        feelings: CallerFeelings | None = None,
        mood: Mood = CALM_MOOD,
        policy: Policy | None = None,
    ) -> None:
        """Listen.

        Args:
            listener: Hears that side.
            chronicle: Where it is written down.
            who: Whose words they are.
            feelings: How the caller sounds; None: feelings are not judged.
            mood: How the caller feels so far.
            policy: What feelings weigh; None as ``feelings``.
        """
        self._listener = listener
        self._chronicle = chronicle
        self._who = who
        self._feelings = feelings
        self._policy = policy
        self._partial = ""
        self.mood = mood
        """How the caller feels."""

    def background(self, on: bool) -> None:
        """Whether nobody waits for the words."""
        self._listener.background = on

    def hear(self, ulaw: bytes, now_ms: int) -> str | None:
        """Take in some audio.

        Returns:
            The intent of a turn that ended, if one did and it was understood.
        """
        intent = None
        for _ in self._listener.feed(ulaw, now_ms, we_speak=False):
            if self._listener.turn_ended():
                intent = self._noted(self._listener.end_turn()) or intent
        if self._listener.partial_text != self._partial:
            self._partial = self._listener.partial_text
            self._chronicle.partial(self._partial, self._who)
        return intent

    def decoded(self, event: Decoded) -> str | None:
        """Take in a decode; as :meth:`hear`."""
        try:
            return self._noted(self._listener.decoded(event))
        except RecognitionError as error:
            # People go on talking whether we can follow or not.
            _log.warning("overheard_turn_lost", who=self._who, why=f"{type(error).__name__}: {error}")
            return None

    def end_turn(self) -> None:
        """That side is cut off: what was being said is a turn, whose words may still come."""
        if self._listener.turn.phase is not Phase.SILENT:
            self._noted(self._listener.end_turn())

    def last_words(self, timeout_s: float) -> None:
        """Write down what was being said when it ended, waiting at most so long for its words."""
        self._noted(self._listener.last_words(timeout_s))

    def _noted(self, utterance: Utterance | None) -> str | None:
        if utterance is None or not utterance.meaning.text:
            return None
        if self._who == "agent":
            self._chronicle.agent_said(utterance)
            return None
        self._chronicle.caller_said(utterance, self._felt(utterance), interrupted=False)
        return utterance.meaning.intent

    def _felt(self, utterance: Utterance) -> Mood | None:
        if self._feelings is None or self._policy is None or not self._policy.feel:
            return None
        event = Heard(utterance.meaning, self._feelings.of(utterance, interrupted=False, waited_ms=0))
        self._listener.calm_voice = self._feelings.calm_voice
        before = DialogueState(utterance.meaning.language, mood=self.mood)
        self.mood = remember(judged(self.mood, signs_of(before, NOTED, event), self._policy), event)
        return self.mood

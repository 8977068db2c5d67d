"""Lets the dialogue decide about events, and does what it decided: voice, errands, record, hand-off.

Owned by the call's thread. Time comes in as an argument, in milliseconds from the call's start.
"""

from collections.abc import Callable
from dataclasses import replace

from ivr.call import callers, handing_over
from ivr.call.chronicle import Chronicle
from ivr.call.errands import Errands
from ivr.call.going_on import Undo, final
from ivr.call.line import CallInfo
from ivr.call.services import CallServices
from ivr.call.speaker import Speaker
from ivr.call.switchboard_types import Ending
from ivr.call.timers import Timers
from ivr.content.types import Language
from ivr.dialogue.engine import decide, start
from ivr.dialogue.manner import manner_of
from ivr.dialogue.mood import Mood
from ivr.dialogue.moves import Move
from ivr.dialogue.types import Decision, Event
from ivr.records.types import HandoffRecord, Outcome


class Actor:
    """Where one conversation stands, and the hands that carry it on."""

    def __init__(
        self,
        info: CallInfo,
        services: CallServices,
        chronicle: Chronicle,
        speaker: Speaker,
        errands: Errands,
        timers: Timers,
    ) -> None:
        self._info = info
        self._services = services
        self._chronicle = chronicle
        self._speaker = speaker
        self._errands = errands
        self._timers = timers
        self.state = start(info.language or services.settings.language)
        self.undo: Undo | None = None
        """What the caller takes back by going on with the turn before."""
        self.answering_ms: int | None = None
        """End of the caller's speech that the next reply answers."""
        self.waited_ms = 0
        """How long the caller waited for our latest reply."""
        self._language_shown = info.language
        self._final: Decision | None = None
        self._handoff: HandoffRecord | None = None
        self._whisper = ""

    @property
    def over(self) -> bool:
        """Whether the last words have been given to the line."""
        return self._final is not None

    @property
    def handed_off(self) -> HandoffRecord | None:
        """The hand-off with which the conversation has ended, if it has."""
        return self._handoff if self.over else None

    @property
    def language(self) -> Language:
        """The language we speak."""
        return self.state.language

    def ending(self, *, hung_up: bool) -> Ending:
        """What must follow the stream.

        Args:
            hung_up: Whether the caller ended the line.
        """
        if self._handoff is not None and not (hung_up and self._final is None):
            return Ending("person", self.language, self._whisper)
        return Ending("hang_up", self.language)

    def outcome(self) -> Outcome:
        """What the call came to."""
        if self._final is not None and self._final.outcome is not None:
            return self._final.outcome
        return "resolved" if self.state.resolved and self.state.intent is None else "abandoned"

    def left_open(self) -> str | None:
        """The request that the call ends with undone, if it does."""
        if self._final is not None and self._final.callback is not None:
            return self._final.callback.request
        return None if self.outcome() == "resolved" else callers.left_open(self.state, self._services.content)

    def meet(
        self,
        event: Event,
        now_ms: int,
        *,
        keeps_undo: bool = False,
        record: Callable[[Mood | None], None] | None = None,
    ) -> None:
        """Let the dialogue decide, and carry the decision out.

        Args:
            event: What happened.
            now_ms: The time now.
            keeps_undo: Whether the caller may still go on with the turn before.
            record: Called with the mood that was found in the event, before anything is decided upon it.
        """
        self._timers.quiet_since = None
        if not keeps_undo:
            self.undo = None
        before, turns, felt = self.state.language, self.state.mood.turns, self.state.feel
        self.state, decision = decide(self.state, event, self._services.content)
        number = callers.own_number(self._info.from_number)
        if felt and not self.state.feel and number is not None:
            self._chronicle.feelings_off(number)
        if record is not None:
            mood = self.state.mood
            record(mood if mood.turns > turns else None)
        if self.state.language != before:  # the caller asked for another
            self.show_language()
        self.apply(decision, now_ms)

    def go_on(self, move: Move, now_ms: int, handoff: HandoffRecord | None = None) -> None:
        """Go on after people had the caller, or on another line, with this decision.

        Args:
            move: Where the conversation stands, and the decision.
            now_ms: The time now.
            handoff: The hand-off in the record with which a caller goes on to wait.
        """
        self._final, self._handoff = None, handoff
        self._whisper = ""
        self._timers.quiet_since = self._timers.reply_since = None
        self.state, decision = move
        self.apply(decision, now_ms)
        if handoff is not None:
            self._chronicle.waits_again()

    def apply(self, decision: Decision, now_ms: int) -> None:
        """Do what was decided, by the dialogue or by the house."""
        self._chronicle.decided(decision, now_ms)
        self.state = replace(self.state, expecting=decision.expect)
        if final(decision, self._services.content):
            self.undo = None
        if decision.say:
            self._say(decision, now_ms)
        if decision.handoff is not None:
            self._handoff, self._whisper = handing_over.prepare(
                self._services,
                self._info,
                self.state,
                self._chronicle.turns,
                decision.handoff,
                decision.handoff_why,
            )
            self._chronicle.handed_off(self._handoff)
        if decision.callback is not None:
            self._chronicle.promised(decision.callback)
        if decision.outcome is not None:
            self._final = decision
        elif decision.lookup is not None:
            failed = self._errands.run(decision.lookup, self.state.language, now_ms)
            if failed is not None:
                self.meet(failed, now_ms, keeps_undo=True)

    def show_language(self) -> None:
        """Record the language we speak, where it has changed."""
        if self.state.language != self._language_shown:
            self._language_shown = self.state.language
            self._chronicle.language_found(self.state.language)

    def _say(self, decision: Decision, now_ms: int) -> None:
        state = self.state
        manner = manner_of(decision.tone, state.pace, state.loudness, self._services.content.policy.speaking)
        response_ms = self._speaker.say(
            decision.say, state.language, decision.tone, now_ms, self.answering_ms, manner
        )
        if response_ms is not None:
            self._services.metrics.response_s.observe(response_ms / 1000)
            self.waited_ms = response_ms
        if self.undo is not None and self.undo.reply_ms is None:
            self.undo = replace(self.undo, reply_ms=now_ms)
        self.answering_ms = None
        self._timers.reply_since = None

"""What one call does with what it hears: events to the dialogue, its decisions to voice, errands and the record.

Owned by the call's thread (:mod:`ivr.call.session`). Time comes in as an argument, in milliseconds from the
call's start.
"""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace

import structlog

from audio.endpointing import Phase
from ivr.call import callers, handing_over, keypad
from ivr.call.chronicle import Chronicle
from ivr.call.decodes import Decoded
from ivr.call.errands import ErrandDone, Errands
from ivr.call.feelings import CallerFeelings
from ivr.call.going_on import Undo, final, joined
from ivr.call.languages import CallLanguage
from ivr.call.line import CallInfo, Line
from ivr.call.listener import Listener
from ivr.call.mouth import Mouth, Phrase
from ivr.call.persons import Resting
from ivr.call.services import CallServices
from ivr.call.speaker import Manner, Speaker
from ivr.call.switchboard_types import Ending
from ivr.call.timers import Timers, patience_s
from ivr.call.turn_taking import BargeIn, is_backchannel
from ivr.call.utterance import Utterance
from ivr.content.render import FALLBACK_LANGUAGES
from ivr.content.types import Language
from ivr.dialogue.engine import decide, start
from ivr.dialogue.mood import Mood
from ivr.dialogue.moves import Move
from ivr.dialogue.types import (
    Answered,
    Decision,
    Event,
    Heard,
    KeysPressed,
    NothingHeard,
    Unintelligible,
)
from ivr.errors import HotlineError
from ivr.records.types import HandoffRecord, OpenRequest, Outcome
from ivr.understanding.types import Meaning

_log = structlog.get_logger(__name__)

UNINTELLIGIBLE_MS = 1_500
"""Speech (as the voice detector has it) without words from which we say that we did not understand; less is
noise, and the no-input timer goes on."""

LAST_WORDS_WAIT_S = 8.0
"""Longest wait for the words of a turn that a hang-up cut off: the caller has gone, only the record waits."""


class ReplyOverdueError(HotlineError):
    """The caller has waited for a reply longer than ``IVR_REPLY_DEADLINE_S``."""


class Conversation:
    """The conversation of one call."""

    def __init__(
        self,
        info: CallInfo,
        line: Line,
        services: CallServices,
        chronicle: Chronicle,
        post: Callable[[Decoded | ErrandDone], None],
    ) -> None:
        self._info = info
        self._line = line
        self._services = services
        self._chronicle = chronicle
        language = info.language or services.settings.language
        self._state = start(language)
        self._mouth = Mouth(line)
        self._speaker = Speaker(self._mouth, services.voices, services.content, chronicle)
        self._listener = Listener(services, info.call_sid, CallLanguage(language), post)
        self._errands = Errands(services, post)
        self._keypad = keypad.Keypad()
        self._timers = Timers()
        self._feelings = CallerFeelings()
        self._barge_in = BargeIn()
        self._partial = ""
        self._answering_ms: int | None = None
        self._language_shown = info.language
        self._final: Decision | None = None
        self._undo: Undo | None = None
        self._late_answer: ErrandDone | None = None
        self._handoff: HandoffRecord | None = None
        self._whisper = ""
        self._hung_up = False

    # --- what the session asks ---------------------------------------------------------------------------

    @property
    def over(self) -> bool:
        """Whether the last words have been given to the line."""
        return self._final is not None

    @property
    def speaking(self) -> bool:
        """Whether the caller still hears us."""
        return self._speaker.speaking

    @property
    def language(self) -> Language:
        """The language we speak."""
        return self._state.language

    def rest(self) -> Resting | None:
        """Lend everything to people who take over on this very line; None when no person is to take over."""
        if self._final is None or self._handoff is None or self._hung_up:
            return None
        return Resting(
            info=self._info,
            line=self._line,
            services=self._services,
            chronicle=self._chronicle,
            speaker=self._speaker,
            listener=self._listener,
            feelings=self._feelings,
            state=self._state,
            handoff=self._handoff,
        )

    def go_on(self, move: Move, now_ms: int) -> None:
        """Go on after people had the caller: with this decision."""
        self._final = self._handoff = self._late_answer = None
        self._whisper = ""
        self._timers, self._barge_in = Timers(), BargeIn()
        self._errands.abandon()
        self._state, decision = move
        self._apply(decision, now_ms)

    def ending(self) -> Ending:
        """What must follow the stream."""
        if self._handoff is not None and not (self._hung_up and self._final is None):
            return Ending("person", self.language, self._whisper)
        return Ending("hang_up", self.language)

    def outcome(self) -> Outcome:
        """What the call came to."""
        if self._final is not None and self._final.outcome is not None:
            return self._final.outcome
        return "resolved" if self._state.resolved and self._state.intent is None else "abandoned"

    def left_open(self) -> str | None:
        """The request that the call ends with undone, if it does."""
        if self._final is not None and self._final.callback is not None:
            return self._final.callback.request
        return None if self.outcome() == "resolved" else callers.left_open(self._state, self._services.content)

    # --- events ---------------------------------------------------------------------------------------------

    def greet(self, now_ms: int, found: "Future[OpenRequest | None] | None" = None) -> None:
        """Begin: the greeting.

        Args:
            now_ms: The time now.
            found: Looks up what the caller's last call left open.
        """
        own = self._state.language
        also = None if self._info.language else next(other for other in FALLBACK_LANGUAGES if other != own)
        now = self._services.local_time()
        known = callers.known_caller(found, self._services.content, now)
        number = callers.own_number(self._info.from_number)
        recorded = self._services.settings.record_calls
        self._meet(Answered(own, also, now=now, number=number, known=known, recorded=recorded), now_ms)

    def audio(self, ulaw: bytes, now_ms: int) -> None:
        """Take in some of the caller's audio."""
        for window in self._listener.feed(ulaw, now_ms, we_speak=self.speaking, may_go_on=self._may_go_on(now_ms)):
            turn = window.turn
            if turn.phase is Phase.SILENT:
                self._barge_in = BargeIn()
                continue
            self._timers.quiet_since = None
            if self._listener.going_on and not self._listener.waiting_for_words:
                self._timers.reply_since = None
            if turn.in_speech and self.speaking:
                self._barge_in = self._barge_in.heard(turn.speech_ms, window.level_db)
                if self._barge_in.interrupts and self._speaker.pause(now_ms):
                    _log.debug("paused_for_caller", at_ms=now_ms)
            if self._listener.turn_ended():
                self._barge_in = BargeIn()
                self._heard(self._listener.end_turn(), now_ms)
        if self._listener.partial_text != self._partial:
            self._partial = self._listener.partial_text
            self._chronicle.partial(self._partial)

    def decoded(self, event: Decoded, now_ms: int) -> None:
        """Take in a decode that came back.

        Raises:
            RecognitionError: a final decode failed.
        """
        self._heard(self._listener.decoded(event), now_ms)

    def mark(self, name: str) -> None:
        """Take in a mark of the line."""
        self._speaker.mark_reached(name)

    def key(self, key: str, now_ms: int) -> None:
        """Take in a key press."""
        if key not in keypad.KEYS:
            _log.warning("unknown_key", key=key[:8])
            return
        self._timers.quiet_since = None
        self._speaker.stop(now_ms)
        self._keypad, keys = keypad.press(self._keypad, key, self._state.expecting, now_ms)
        self._pressed(keys, now_ms)

    def errand_done(self, event: ErrandDone, now_ms: int) -> None:
        """Take in a connector's answer."""
        if self._listener.going_on:
            self._late_answer = event  # to a question that is just being changed
            return
        answer = self._errands.done(event)
        if answer is not None:
            if event.error is not None:
                _log.error("connector_failed", exc_info=event.error, connector=answer.lookup.connector)
            self._meet(answer, now_ms, keeps_undo=True)

    def finish_speaking(self, now_ms: int) -> None:
        """Notice that the caller has heard all we said."""
        if self._speaker.finished(now_ms):
            self._timers.quiet_since = now_ms

    def tick(self, now_ms: int) -> None:
        """Look at the timers.

        Raises:
            ReplyOverdueError: the caller has waited too long for a reply.
        """
        self.finish_speaking(now_ms)
        self._keypad, keys = keypad.due(self._keypad, now_ms)
        self._pressed(keys, now_ms)
        overdue = None if self._listener.going_on else self._errands.overdue(now_ms)
        settings = self._services.settings
        if overdue is not None:
            _log.error("connector_overdue", connector=overdue.lookup.connector, why=overdue.why)
            self._meet(overdue, now_ms)
        elif self._timers.reply_overdue(settings.reply_deadline_s, now_ms):
            raise ReplyOverdueError(f"no reply within {settings.reply_deadline_s:g} s of the caller's turn")
        elif (
            self._timers.silent_for(patience_s(self._state.expecting, settings.no_input_s), now_ms)
            and not self._busy()
        ):
            self._timers.quiet_since = None
            self._meet(NothingHeard(), now_ms)
        elif now_ms >= settings.max_call_s * 1000:
            self.hand_over("the call is as long as a call with the machine may be", "time_limit", now_ms)

    def line_ended(self, now_ms: int) -> None:
        """The caller hung up or the stream broke."""
        self._hung_up = True
        self._speaker.line_ended(now_ms)
        if not self.over:
            utterance = self._listener.last_words(LAST_WORDS_WAIT_S)
            if utterance is not None:
                self._chronicle.caller_said(utterance, None, interrupted=True)

    def hand_over(self, why: str, text_key: str, now_ms: int) -> None:
        """Put the caller through for a reason of the house's, not of the conversation's.

        Args:
            why: For the record.
            text_key: What to tell the caller.
            now_ms: The time now.
        """
        self._speaker.stop(now_ms)
        self._apply(handing_over.by_house_rule(why, text_key), now_ms)

    def failed(self, error: Exception, now_ms: int) -> None:
        """Record that something of ours broke: the call goes to a person."""
        self._speaker.stop(now_ms)
        self._apply(handing_over.after_failure(error), now_ms)

    def say_raw(self, phrase: Phrase, now_ms: int) -> None:
        """Say something that is ready as sound, whatever state the prompts are in."""
        self._mouth.say([phrase], now_ms)

    # --- from here on, inside -------------------------------------------------------------------------------

    def _busy(self) -> bool:
        return bool(self._errands.running or self._listener.waiting_for_words or self._keypad.keys)

    def _heard(self, utterance: Utterance | None, now_ms: int) -> None:
        """Take in a whole turn of the caller."""
        if utterance is None:
            if self._listener.waiting_for_words and self._timers.reply_since is None:
                self._timers.reply_since = now_ms
            return
        self._timers.reply_since = None
        undo, self._undo = self._undo, None
        if utterance.gone_on and undo is not None and undo.turn == utterance.turn:
            meaning = joined(undo.meaning, utterance.meaning)
            if meaning is not None:
                self._services.metrics.turns_gone_on.inc()
                self._errands.abandon()
                self._state = undo.state
                self._answer(replace(utterance, meaning=meaning), now_ms, since_ms=undo.since_ms)
            else:
                self._undo = undo
                self._follow_language()
                self._not_a_turn(utterance, now_ms)
        elif self._listening_only(utterance.meaning) or not utterance.meaning.text:
            self._not_a_turn(utterance, now_ms)
        else:
            self._answer(utterance, now_ms)
        late, self._late_answer = self._late_answer, None
        if late is not None and not self.over:
            self.errand_done(late, now_ms)

    def _listening_only(self, meaning: Meaning) -> bool:
        """Whether the caller only shows to be listening."""
        return (
            (self._speaker.paused or self.speaking)
            and self._state.expecting.kind != "yes_no"
            and is_backchannel(meaning.text, meaning.language)
        )

    def _answer(self, utterance: Utterance, now_ms: int, since_ms: int | None = None) -> None:
        """Let a turn of the caller be answered.

        Args:
            utterance: The turn.
            now_ms: The time now.
            since_ms: When its beginning was answered, if the caller went on after that.
        """
        meaning, interrupts = utterance.meaning, self._speaker.paused
        if interrupts and since_ms is None:
            self._services.metrics.barge_ins.inc()
        self._speaker.stop(now_ms)
        feeling = self._feelings.of(utterance, interrupted=interrupts)
        self._listener.calm_voice = self._feelings.calm_voice
        if meaning.language != self._state.language:
            self._state = replace(self._state, language=meaning.language)
        self._show_language()
        self._answering_ms = utterance.end_ms
        self._undo = Undo(utterance.turn, meaning, self._state, now_ms)

        def record(mood: Mood | None) -> None:
            self._chronicle.caller_said(utterance, mood, interrupted=interrupts, since_ms=since_ms)

        self._meet(Heard(meaning, feeling), now_ms, keeps_undo=True, record=record)

    def _may_go_on(self, now_ms: int) -> bool:
        """Whether speech soon after a turn may belong to it: nothing final came of it, and little was heard."""
        if self._listener.waiting_for_words:
            return True
        undo = self._undo
        return undo is not None and undo.turn == self._listener.turn_number and undo.heard_little(now_ms)

    def _not_a_turn(self, utterance: Utterance, now_ms: int) -> None:
        """No words, or only "uh-huh": go on as if nothing had been said, unless the caller clearly tried."""
        rejected = utterance.recognition.rejected_because
        _log.info("not_a_turn", speech_ms=utterance.speech_ms, rejected_because=rejected)
        if self._speaker.paused:
            self._speaker.resume(now_ms)
        elif not self.speaking:
            if not utterance.meaning.text and utterance.speech_ms >= UNINTELLIGIBLE_MS:
                self._answering_ms = utterance.end_ms
                self._meet(Unintelligible(), now_ms)
            elif self._timers.quiet_since is None:
                self._timers.quiet_since = now_ms

    def _pressed(self, keys: str | None, now_ms: int) -> None:
        if keys:
            self._chronicle.caller_pressed(keys, self._state.language, now_ms)
            self._answering_ms = now_ms
            self._meet(KeysPressed(keys), now_ms)

    def _meet(
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
            self._undo = None
        before, turns = self._state.language, self._state.mood.turns
        self._state, decision = decide(self._state, event, self._services.content)
        if record is not None:
            mood = self._state.mood
            record(mood if mood.turns > turns else None)
        if self._state.language != before:  # the caller asked for another
            self._follow_language()
            self._show_language()
        self._apply(decision, now_ms)

    def _follow_language(self) -> None:
        """Listen in the language we speak."""
        if self._listener.language.language != self._state.language:
            self._listener.language = CallLanguage(self._state.language, settled=True)

    def _show_language(self) -> None:
        if self._state.language != self._language_shown:
            self._language_shown = self._state.language
            self._chronicle.language_found(self._state.language)

    def _apply(self, decision: Decision, now_ms: int) -> None:
        self._chronicle.decided(decision, now_ms)
        self._listener.expecting = decision.expect
        if final(decision, self._services.content):
            self._undo = None
        if decision.say:
            state = self._state
            manner = Manner(state.pace, loud=state.loudness == "loud")
            response_ms = self._speaker.say(
                decision.say, state.language, decision.tone, now_ms, self._answering_ms, manner
            )
            if response_ms is not None:
                self._services.metrics.response_s.observe(response_ms / 1000)
                self._feelings.waited_ms = response_ms
            if self._undo is not None and self._undo.reply_ms is None:
                self._undo = replace(self._undo, reply_ms=now_ms)
            self._answering_ms = None
            self._timers.reply_since = None
        if decision.handoff is not None:
            self._handoff, self._whisper = handing_over.prepare(
                self._services, self._info, self._state, self._chronicle.turns, decision.handoff
            )
            self._chronicle.handed_off(self._handoff)
        if decision.callback is not None:
            self._chronicle.promised(decision.callback)
        if decision.outcome is not None:
            self._final = decision
        elif decision.lookup is not None:
            failed = self._errands.run(decision.lookup, self._state.language, now_ms)
            if failed is not None:
                self._meet(failed, now_ms, keeps_undo=True)

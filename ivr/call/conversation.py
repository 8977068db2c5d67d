"""What one call does with what it hears: sound, keys, marks and answers become events of the dialogue.

Owned by the call's thread (:mod:`ivr.call.session`). Time comes in as an argument, in milliseconds from the
call's start.
"""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace

import structlog

from audio.endpointing import Phase
from ivr.call import callers, handing_over, keypad
from ivr.call.acting import Actor
from ivr.call.chronicle import Chronicle
from ivr.call.decodes import Decoded
from ivr.call.errands import ErrandDone, Errands
from ivr.call.feelings import CallerFeelings
from ivr.call.going_on import Undo, joined
from ivr.call.languages import CallLanguage
from ivr.call.line import CallInfo, Line
from ivr.call.listener import LAST_WORDS_WAIT_S, Listener
from ivr.call.mouth import Mouth, Phrase
from ivr.call.persons import Resting
from ivr.call.services import CallServices
from ivr.call.speaker import Speaker
from ivr.call.switchboard_types import Ending
from ivr.call.timers import Timers, patience_s
from ivr.call.turn_taking import BargeIn, is_backchannel
from ivr.call.utterance import Utterance
from ivr.content.types import Language
from ivr.dialogue.mood import Mood
from ivr.dialogue.moves import Move
from ivr.dialogue.types import (
    DialogueState,
    Event,
    Feeling,
    Heard,
    KeysPressed,
    NothingHeard,
    Unintelligible,
)
from ivr.errors import HotlineError
from ivr.records.types import HandoffRecord, KnownNumber, Outcome
from ivr.understanding.types import Meaning

_log = structlog.get_logger(__name__)

UNINTELLIGIBLE_MS = 1_500
"""Speech (as the voice detector has it) without words from which we say that we did not understand; less is
noise, and the no-input timer goes on."""


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
        self._mouth = Mouth(line)
        self._speaker = Speaker(self._mouth, services.voices, services.content, chronicle)
        self.found: Future[KnownNumber] | None = None
        """Looks up what is known of the number."""
        self._listener = Listener(services, info.call_sid, CallLanguage(language), post, self._may_feel)
        self._errands = Errands(services, post)
        self._keypad = keypad.Keypad()
        self._timers = Timers()
        self._actor = Actor(info, services, chronicle, self._speaker, self._errands, self._timers)
        self._feelings = CallerFeelings()
        self._barge_in = BargeIn()
        self._partial = ""
        self._late_answer: ErrandDone | None = None
        self._hung_up = False

    # --- what the session asks ---------------------------------------------------------------------------

    @property
    def over(self) -> bool:
        """Whether the last words have been given to the line."""
        return self._actor.over

    @property
    def speaking(self) -> bool:
        """Whether the caller still hears us."""
        return self._speaker.speaking

    @property
    def language(self) -> Language:
        """The language we speak."""
        return self._actor.language

    @property
    def state(self) -> DialogueState:
        """Where it stands."""
        return self._actor.state

    def rest(self) -> Resting | None:
        """Lend everything to people who take over on this very line; None when no person is to take over."""
        handoff = self._actor.handed_off
        if handoff is None or self._hung_up:
            return None
        return Resting(
            info=self._info,
            line=self._line,
            services=self._services,
            chronicle=self._chronicle,
            speaker=self._speaker,
            listener=self._listener,
            feelings=self._feelings if self._may_feel() else None,
            state=self._actor.state,
            handoff=handoff,
        )

    def go_on(self, move: Move, now_ms: int, handoff: HandoffRecord | None = None) -> None:
        """Go on with this decision: see :meth:`Actor.go_on`."""
        self._late_answer = None
        self._barge_in = BargeIn()
        self._errands.abandon()
        self._actor.go_on(move, now_ms, handoff)
        self._listener.expecting = self._actor.state.expecting

    def ending(self) -> Ending:
        """What must follow the stream."""
        return self._actor.ending(hung_up=self._hung_up)

    def outcome(self) -> Outcome:
        """What the call came to."""
        return self._actor.outcome()

    def left_open(self) -> str | None:
        """The request that the call ends with undone, if it does."""
        return self._actor.left_open()

    # --- events ---------------------------------------------------------------------------------------------

    def greet(self, now_ms: int, found: "Future[KnownNumber] | None" = None) -> None:
        """Begin: the greeting.

        Args:
            now_ms: The time now.
            found: Looks up what is known of the number.
        """
        self.found = found
        self._meet(callers.answered(self._info, self._services, self._actor.state.language, found), now_ms)

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
        self._keypad, keys = keypad.press(self._keypad, key, self._actor.state.expecting, now_ms)
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
            self._timers.silent_for(patience_s(self._actor.state.expecting, settings.no_input_s), now_ms)
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
        self._actor.apply(handing_over.by_house_rule(why, text_key), now_ms)

    def failed(self, error: Exception, now_ms: int) -> None:
        """Record that something of ours broke: the call goes to a person."""
        self._speaker.stop(now_ms)
        self._actor.apply(handing_over.after_failure(error), now_ms)

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
        undo, self._actor.undo = self._actor.undo, None
        if utterance.gone_on and undo is not None and undo.turn == utterance.turn:
            meaning = joined(undo.meaning, utterance.meaning)
            if meaning is not None:
                self._services.metrics.turns_gone_on.inc()
                self._errands.abandon()
                # Who said that feelings must not be judged need not say it again.
                self._actor.state = replace(undo.state, feel=self._actor.state.feel)
                self._answer(replace(utterance, meaning=meaning), now_ms, since_ms=undo.since_ms)
            else:
                self._actor.undo = undo
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
            and self._actor.state.expecting.kind != "yes_no"
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
        feeling = self._feeling(utterance, interrupted=interrupts)
        if meaning.language != self._actor.state.language:
            self._actor.state = replace(self._actor.state, language=meaning.language)
        self._actor.show_language()
        self._actor.answering_ms = utterance.end_ms
        self._actor.undo = Undo(utterance.turn, meaning, self._actor.state, now_ms)

        def record(mood: Mood | None) -> None:
            heard = utterance if self._may_feel() else replace(utterance, voice=None)
            self._chronicle.caller_said(heard, mood, interrupted=interrupts, since_ms=since_ms)

        self._meet(Heard(meaning, feeling), now_ms, keeps_undo=True, record=record)

    def _may_feel(self) -> bool:
        """Whether voice and words may be judged: neither the deployment nor the caller has said no."""
        return self._services.content.policy.feel and self._actor.state.feel and callers.may_feel(self.found)

    def _feeling(self, utterance: Utterance, *, interrupted: bool) -> Feeling:
        if not self._may_feel():
            return Feeling(judged=False)
        feeling = self._feelings.of(utterance, interrupted=interrupted, waited_ms=self._actor.waited_ms)
        self._listener.calm_voice = self._feelings.calm_voice
        return feeling

    def _may_go_on(self, now_ms: int) -> bool:
        """Whether speech soon after a turn may belong to it: nothing final came of it, and little was heard."""
        if self._listener.waiting_for_words:
            return True
        undo = self._actor.undo
        return undo is not None and undo.turn == self._listener.turn_number and undo.heard_little(now_ms)

    def _not_a_turn(self, utterance: Utterance, now_ms: int) -> None:
        """No words, or only "uh-huh": go on as if nothing had been said, unless the caller clearly tried."""
        rejected = utterance.recognition.rejected_because
        _log.info("not_a_turn", speech_ms=utterance.speech_ms, rejected_because=rejected)
        if self._speaker.paused:
            self._speaker.resume(now_ms)
        elif not self.speaking:
            if not utterance.meaning.text and utterance.speech_ms >= UNINTELLIGIBLE_MS:
                self._actor.answering_ms = utterance.end_ms
                self._meet(Unintelligible(), now_ms)
            elif self._timers.quiet_since is None:
                self._timers.quiet_since = now_ms

    def _pressed(self, keys: str | None, now_ms: int) -> None:
        if keys:
            self._chronicle.caller_pressed(keys, self._actor.state.language, now_ms)
            self._actor.answering_ms = now_ms
            self._meet(KeysPressed(keys), now_ms)

    def _meet(
        self,
        event: Event,
        now_ms: int,
        *,
        keeps_undo: bool = False,
        record: Callable[[Mood | None], None] | None = None,
    ) -> None:
        """Let an event be decided upon: see :meth:`Actor.meet`."""
        before = self._actor.language
        self._actor.meet(event, now_ms, keeps_undo=keeps_undo, record=record)
        self._listener.expecting = self._actor.state.expecting
        if self._actor.language != before:  # the caller asked for another
            self._follow_language()

    def _follow_language(self) -> None:
        """Listen in the language we speak."""
        if self._listener.language.language != self._actor.language:
            self._listener.language = CallLanguage(self._actor.language, settled=True)

"""Hears the caller's turns: voice activity, decodes ahead at pauses, the end of the turn, the language.

Decodes run elsewhere; their results come back through the call's inbox as :class:`Decoded`, so that all state
here belongs to the call's thread alone.
"""

import math
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace

import structlog

from audio.contracts import CallerBaseline, Recognition, Samples
from audio.endpointing import Phase, TurnState
from audio.errors import RecognitionBusyError
from audio.phantoms import looks_wrong
from audio.vad import VoiceStream
from ivr.call import languages
from ivr.call.decodes import Closing, Decoded, Ended, Job, Words
from ivr.call.ear import Ear, Window
from ivr.call.going_on import within_reach
from ivr.call.languages import CallLanguage
from ivr.call.services import CallServices
from ivr.call.turn_taking import SPECULATE_AFTER_MS, turn_has_ended
from ivr.call.utterance import Utterance, Voice, voice_of
from ivr.content.types import Language
from ivr.dialogue.endpointing import completeness
from ivr.understanding.types import ANYTHING, Expectation, Meaning

_log = structlog.get_logger(__name__)

VOICE_WAIT_S = 0.5
"""Longest a reply waits for how the utterance sounded, which is measured beside the decode (about 20 ms per
second of speech, so it is there nearly always)."""

BACKGROUND_DEADLINE_S = 60.0
"""Seconds after which the words of a talk between people are given up: shown later, they would only confuse."""


LAST_WORDS_WAIT_S = 8.0
"""Longest wait for the words of a turn that a hang-up cut off: the caller has gone, only the record waits."""


class Listener:
    """Listens to one call. Owned by the call's thread."""

    def __init__(
        self,
        services: CallServices,
        call_sid: str,
        language: CallLanguage,
        post: Callable[[Decoded], None],
        judges: Callable[[], bool] = lambda: True,
    ) -> None:
        """Begin to listen.

        Args:
            services: What the rooms offer.
            call_sid: The call.
            language: What is spoken.
            post: Puts a decode into the call's inbox.
            judges: Whether the sound of the voice may be measured and judged; asked for each utterance.
        """
        self._services = services
        self._call_sid = call_sid
        self._post = post
        self._ear = Ear(VoiceStream(services.voice_model))
        self._jobs = 0
        self._job: Job | None = None
        self._words: Words | None = None
        self._closing: Closing | None = None
        self._start_ms: int | None = None
        self._last_voice_ms = 0
        self._over_our_voice = False
        self._turn_number = 0
        self._ended: Ended | None = None
        self._gone_on: Ended | None = None  # the turn before that this turn is one with
        self.language = language
        self.expecting: Expectation = ANYTHING
        """What was asked last: tells how complete an answer is."""
        self._judges = judges
        self.calm_voice = CallerBaseline()
        """How the caller sounds when calm, from the turns before."""
        self.background = False
        """Whether nobody waits for the words: they are then decoded after everybody else's."""

    @property
    def turn(self) -> TurnState:
        """The caller's turn as it stands."""
        return self._ear.turn

    @property
    def waiting_for_words(self) -> bool:
        """Whether a turn has ended whose words have not come back yet."""
        return self._closing is not None

    @property
    def turn_number(self) -> int:
        """Number of the latest turn that has ended."""
        return self._turn_number

    @property
    def going_on(self) -> bool:
        """Whether the caller is going on with a turn that had ended."""
        return self._gone_on is not None or (self._closing is not None and self._closing.expecting is not None)

    @property
    def partial_text(self) -> str:
        """The words of the turn so far, as far as they are known."""
        return self._words.recognition.text if self._words else ""

    def feed(self, ulaw: bytes, now_ms: int, *, we_speak: bool, may_go_on: bool = False) -> Iterator[Window]:
        """Take in some of the caller's audio; decodes ahead where the caller pauses.

        Args:
            ulaw: µ-law at 8 kHz.
            now_ms: When it arrived.
            we_speak: Whether our own voice is playing.
            may_go_on: Whether speech soon after a turn may still be part of it.

        Yields:
            Each VAD window.
        """
        for window in self._ear.feed(ulaw):
            if window.turn.in_speech:
                if self._start_ms is None:
                    self._start_ms = now_ms
                    self._over_our_voice = we_speak
                self._last_voice_ms = now_ms
            elif window.turn.first_voiced_ms is None:
                self._start_ms = None
            if self._ended is not None and self._ear.gap_ms is not None:
                self._go_on(self._ended, self._ear.gap_ms, allowed=may_go_on)
            self._decode_ahead(self.turn)
            yield replace(window, turn=self.turn)

    def _go_on(self, ended: Ended, gap_ms: int, *, allowed: bool) -> None:
        """New speech: it goes on with the turn before, or is a turn of its own."""
        self._ended = None
        if not allowed or not within_reach(ended.sound, gap_ms, ended.times):
            self._ear.forget_before()
            return
        _log.info("caller_goes_on", gap_ms=gap_ms, turn=ended.number)
        self._ear.go_on()
        self._closing = None  # its words come again, with the rest
        self._gone_on = ended
        self._start_ms, self._over_our_voice = ended.start_ms, ended.over_our_voice
        self.language = ended.language

    def _asked(self) -> Expectation:
        """What the present turn answers."""
        return self._gone_on.expecting if self._gone_on else self.expecting

    def _decode_ahead(self, turn: TurnState) -> None:
        if turn.phase is not Phase.PAUSING or turn.silence_ms < SPECULATE_AFTER_MS:
            return
        if self._job is not None and self._job.turn.last_voiced_ms == turn.last_voiced_ms:
            return
        self._words = None
        self._job = self._submit(turn, final=False)

    def _submit(self, turn: TurnState, *, final: bool) -> Job:
        samples = self._ear.utterance()
        return self._decode(samples, turn, self.language.hint(), final=final, voice=None)

    def _decode(
        self,
        samples: Samples,
        turn: TurnState,
        language: Language | None,
        *,
        final: bool,
        voice: "Future[Voice] | None",
    ) -> Job:
        self._jobs += 1
        number = self._jobs
        future = self._services.recognition.submit(
            samples,
            language=language,
            final=final,
            deadline_s=self._deadline_s() if final else None,
            call_id=self._call_sid,
            speech_ms=turn.speech_ms,
            background=self.background,
        )

        def done(ended: "Future[Recognition]") -> None:
            if ended.cancelled():
                self._post(Decoded(number, None, RecognitionBusyError("speculative decode dropped")))
            elif error := ended.exception():
                self._post(Decoded(number, None, error))
            else:
                self._post(Decoded(number, ended.result(), None))

        future.add_done_callback(done)
        return Job(number, future, samples, turn, voice)

    def _deadline_s(self) -> float:
        return BACKGROUND_DEADLINE_S if self.background else self._services.settings.recognition_deadline_s

    def decoded(self, event: Decoded) -> Utterance | None:
        """Take in a decode that came back.

        Returns:
            The utterance, when this was what an ended turn waited for.

        Raises:
            RecognitionError: a final decode failed; the caller must get a person.
        """
        closing = self._closing
        if closing is not None and event.job == closing.job.number:
            if event.result is None:
                self._retry_or_fail(closing, event)
                return None
            return self._close(closing, event.result)
        if self._job is not None and event.job == self._job.number and event.result is not None:
            self._take_words(self._job, event.result)
        return None

    def _take_words(self, job: Job, recognition: Recognition) -> None:
        if job.voice is None and self._judges():
            job.voice = self._services.analysis.submit(self._judge_voice, job.samples, recognition)
        expecting = self._asked()
        meaning = self._understand(recognition, expecting)
        self._words = Words(
            job,
            recognition,
            meaning,
            completeness(meaning, expecting, recognition.text, self._services.content),
        )

    def _understand(self, recognition: Recognition, expecting: Expectation) -> Meaning:
        services = self._services
        return services.understander.understand(
            recognition.text, recognition.language, expecting, services.local_time()
        )

    def turn_ended(self) -> bool:
        """Whether the caller has finished, as far as sound and words tell."""
        if self._closing is not None:
            return False  # one after the other: the words of the turn before must come first
        words = self._words
        current = words is not None and words.job.turn.last_voiced_ms == self.turn.last_voiced_ms
        if words is None or not current:
            return turn_has_ended(self.turn, None)
        return turn_has_ended(self.turn, words.completeness, free_text=self._tells_text(words.meaning))

    def _tells_text(self, meaning: Meaning) -> bool:
        """Whether the words tell the free text that was asked for, and not something else ("agent", "repeat")."""
        expecting = self._asked()
        spec = self._services.content.slots.get(expecting.slot or "")
        return spec is not None and spec.kind == "text" and meaning.intent in (None, expecting.intent)

    def end_turn(self) -> Utterance | None:
        """Close the turn.

        Returns:
            The utterance when its words are already there; otherwise it comes from :meth:`decoded`. Its text is
            empty when nothing was said after all.
        """
        turn, job, words = self.turn, self._job, self._words
        covered = job is not None and job.turn.last_voiced_ms == turn.last_voiced_ms
        ahead = covered and words is not None and words.job is job and not _doubtful(words.recognition)
        if job is None or not covered or _failed(job.future) or (words is not None and not ahead):
            job = self._submit(turn, final=True)
        elif not ahead:
            self._services.recognition.promote(job.future, deadline_s=self._deadline_s())
        before, start_ms = self._gone_on, self._start_ms or self._last_voice_ms
        self._turn_number = before.number if before else self._turn_number + 1
        closing = Closing(
            job,
            self._turn_number,
            start_ms,
            self._last_voice_ms,
            self._over_our_voice,
            ahead,
            before.expecting if before else None,
        )
        self._ended = Ended(
            number=self._turn_number,
            sound=turn,
            start_ms=start_ms,
            over_our_voice=self._over_our_voice,
            expecting=self._asked(),
            language=self.language,
            times=before.times + 1 if before else 0,
        )
        self._ear.next_turn()
        self._gone_on = None
        self._job = self._words = self._start_ms = None
        self._closing = closing
        if ahead and words is not None:
            return self._close(closing, words.recognition)
        return None

    def last_words(self, timeout_s: float) -> Utterance | None:
        """The words of a turn that a hang-up cut off, for the record; waits for them.

        Args:
            timeout_s: Longest wait.

        Returns:
            The utterance; None when nothing was said, or its words did not come in time.
        """
        utterance = None
        if self._closing is None and self.turn.phase is not Phase.SILENT:
            utterance = self.end_turn()
        if utterance is None and self._closing is not None:
            closing, self._closing = self._closing, None
            try:
                utterance = self._utterance(closing, closing.job.future.result(timeout_s))
            except Exception as error:  # the caller has gone: nothing but the record depends on it
                _log.info("last_words_lost", why=f"{type(error).__name__}: {error}")
        return utterance if utterance is not None and utterance.recognition.text else None

    def _retry_or_fail(self, closing: Closing, event: Decoded) -> None:
        """A decode that an ended turn waits for failed: once more, as a final one; then give up."""
        if closing.tries > 1:
            self._closing = None
            raise event.error or RecognitionBusyError("the decode was dropped")
        closing.tries += 1
        turn = closing.job.turn
        closing.job = self._decode(
            closing.job.samples, turn, self.language.hint(), final=True, voice=closing.job.voice
        )

    def _close(self, closing: Closing, recognition: Recognition) -> Utterance | None:
        job = closing.job
        self.language = languages.heard(
            self.language,
            recognition.language_probabilities if recognition.text else {},
            job.turn.speech_ms,
        )
        spoken = self.language.spoken(recognition.language_probabilities)
        if recognition.text and recognition.language != spoken:
            # Read in the wrong language: too short to tell which, or the caller has just changed it.
            closing.job = self._decode(job.samples, job.turn, spoken, final=True, voice=job.voice)
            return None
        self._closing = None
        return self._utterance(closing, recognition)

    def _utterance(self, closing: Closing, recognition: Recognition) -> Utterance:
        job = closing.job
        if job.voice is None and self._judges():
            job.voice = self._services.analysis.submit(self._judge_voice, job.samples, recognition)
        expecting = closing.expecting or self.expecting
        return Utterance(
            recognition=recognition,
            meaning=self._understand(recognition, expecting),
            voice=_result_or_none(job.voice) if job.voice else None,
            start_ms=closing.start_ms,
            end_ms=closing.end_ms,
            speech_ms=job.turn.speech_ms,
            over_our_voice=closing.over_our_voice,
            ahead=closing.ahead,
            turn=closing.number,
            gone_on=closing.expecting is not None,
        )

    def _judge_voice(self, samples: Samples, recognition: Recognition) -> Voice:
        return voice_of(samples, recognition, self._services.emotion, self.calm_voice)


def _failed(future: "Future[Recognition]") -> bool:
    return future.cancelled() or (future.done() and future.exception() is not None)


def _doubtful(recognition: Recognition) -> bool:
    """Whether a decode made ahead, which skips the costly second opinion, should be made again with it."""
    return (
        bool(recognition.text)
        and recognition.window == "short"
        and looks_wrong(math.log(max(recognition.confidence, 1e-9)), recognition.compression_ratio)
    )


def _result_or_none(voice: "Future[Voice]") -> Voice | None:
    try:
        return voice.result(timeout=VOICE_WAIT_S)
    except Exception:  # how it sounded must never cost the caller an answer
        _log.warning("prosody_failed", exc_info=True)
        return None

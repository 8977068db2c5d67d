"""Speaks the dialogue's decisions: texts of the prompts, in the caller's language and tone, as sound."""

from collections.abc import Sequence

from audio.loudness import amplified
from audio.voice_cache import VoiceCache
from ivr.call.chronicle import Chronicle
from ivr.call.mouth import Mouth, Phrase, Spoken
from ivr.content.render import render, spoken_language
from ivr.content.sentences import sentences
from ivr.content.types import Content, Language, Tone
from ivr.dialogue.manner import NORMAL, Manner
from ivr.dialogue.types import Say


class Speaker:
    """Our voice in one call. Owned by the call's thread."""

    def __init__(self, mouth: Mouth, voices: VoiceCache, content: Content, chronicle: Chronicle) -> None:
        self._mouth = mouth
        self._voices = voices
        self._content = content
        self._chronicle = chronicle
        self._language: Language = "en"
        self._response_ms: int | None = None

    @property
    def speaking(self) -> bool:
        """Whether the caller still hears us, or is about to."""
        return self._mouth.speaking

    def say(
        self,
        what: Sequence[Say],
        language: Language,
        tone: Tone,
        now_ms: int,
        answering_ms: int | None = None,
        manner: Manner = NORMAL,
    ) -> int | None:
        """Speak.

        Args:
            what: The texts, in order.
            language: The caller's.
            tone: Which variant of the texts.
            now_ms: The time now.
            answering_ms: End of the caller's speech that this answers, if it answers any.
            manner: How fast and loud.

        Returns:
            The response time in ms, when it answers something.

        Raises:
            LineClosedError: the line is gone.
            SynthesisError: a text could not be spoken.
            ContentError: a text is missing.
        """
        if self.paused:
            self.stop(now_ms)
        self._language = language
        self._response_ms = None
        for say in what:
            text = render(self._content, say, say.language or language, tone)
            voice = spoken_language(self._content, say.key, say.language or language)
            phrases = [self._phrase(each, voice, manner, keep=not say.values) for each in sentences(text)]
            if answering_ms is not None and self._response_ms is None:
                self._response_ms = max(0, now_ms - answering_ms)
            self._mouth.say(phrases, now_ms)
            self._chronicle.speaking(text, self._response_ms)
        return self._response_ms

    @property
    def paused(self) -> bool:
        """Whether we have stopped in the middle, and may yet go on."""
        return self._mouth.paused

    def pause(self, now_ms: int) -> bool:
        """Stop at once, perhaps to go on; False when silent already."""
        return self._mouth.pause(now_ms)

    def resume(self, now_ms: int) -> None:
        """Go on after a pause, from the beginning of the phrase that was cut."""
        self._mouth.resume(now_ms)

    def stop(self, now_ms: int) -> Spoken | None:
        """Stop at once; None when silent."""
        return self._record(self._mouth.stop(now_ms))

    def line_ended(self, now_ms: int) -> None:
        """Record what was heard until the line ended."""
        self._record(self._mouth.cut(now_ms))

    def mark_reached(self, name: str) -> None:
        """Take in a mark of the line."""
        self._mouth.mark_reached(name)

    def finished(self, now_ms: int) -> bool:
        """Whether the caller has just heard all of it: true once."""
        return self._record(self._mouth.finished(now_ms)) is not None

    def _phrase(self, sentence: str, language: Language, manner: Manner, *, keep: bool) -> Phrase:
        sound = self._voices.ulaw(sentence, language, manner.speed, keep)
        return Phrase(sentence, amplified(sound, manner.loudness_db) if manner.loudness_db else sound)

    def _record(self, spoken: Spoken | None) -> Spoken | None:
        if spoken is not None:
            self._chronicle.we_said(spoken, self._language, self._response_ms)
        return spoken

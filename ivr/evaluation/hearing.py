"""Hears a whole recording the way a live call hears one turn: voice activity, recognition, voice."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from audio.contracts import (
    LINE_RATE_HZ,
    RECOGNITION_RATE_HZ,
    CallerBaseline,
    EmotionModel,
    Language,
    Recognition,
    Recognizer,
    Samples,
)
from audio.endpointing import Phase, TurnState, advance
from audio.g711 import samples_to_ulaw, ulaw_to_samples
from audio.resample import LineUpsampler
from audio.vad import VoiceStream
from ivr.call import languages
from ivr.call.ear import PRE_ROLL_MS
from ivr.call.languages import CallLanguage
from ivr.call.utterance import Voice, voice_of


@dataclass(frozen=True)
class Hearing:
    """What was heard in one recording."""

    duration_ms: int
    recognition: Recognition | None = None
    """None: no speech, or no words, in it."""
    voice: Voice | None = None
    """How it was said; None without words."""
    speech_ms: int = 0
    """What voice activity took for speech."""
    decode_ms: float = 0.0
    """Time the recognizer took."""
    voice_ms: float = 0.0
    """Time prosody and emotion took."""


class Ears:
    """Hears recordings. Keeps nothing of one for the next."""

    def __init__(
        self,
        recognizer: Recognizer,
        voice: Callable[[], VoiceStream] = VoiceStream,
        emotion: EmotionModel | None = None,
    ) -> None:
        """Prepare.

        Args:
            recognizer: Sound to words.
            voice: Makes a fresh voice activity detector for each recording.
            emotion: Judges how it was said; None leaves that unknown.
        """
        self._recognizer = recognizer
        self._voice = voice
        self._emotion = emotion

    def hear(
        self, line: Samples, language: Language | None = None, calm_voice: CallerBaseline | None = None
    ) -> Hearing:
        """Hear one recording as one turn, whatever pauses it has.

        Args:
            line: 8 kHz; it passes through µ-law here, as on a telephone line.
            language: The language spoken; None: found.
            calm_voice: How the caller sounded before; None: nothing is known.

        Raises:
            AudioError: a model is missing, or failed.
        """
        return self._hear(*self._speech(line), line, language, calm_voice)

    def hear_in_call(
        self, line: Samples, state: CallLanguage, calm_voice: CallerBaseline | None = None
    ) -> tuple[Hearing, CallLanguage]:
        """As :meth:`hear`, in a call whose language is found and kept as a live call does.

        Returns:
            What was heard, and the call's language after it.

        Raises:
            AudioError: a model is missing, or failed.
        """
        spoken, speech_ms = self._speech(line)
        heard = self._hear(spoken, speech_ms, line, state.hint(), calm_voice)
        if heard.recognition is None:
            return heard, state
        chances = heard.recognition.language_probabilities
        state = languages.heard(state, chances, speech_ms)
        read_in = state.spoken(chances)
        if heard.recognition.language != read_in:
            heard = self._hear(spoken, speech_ms, line, read_in, calm_voice)
        return heard, state

    def _speech(self, line: Samples) -> tuple[Samples, int]:
        """The 16 kHz speech, with as much around it as a live call keeps before it, and its length in ms."""
        samples = LineUpsampler().push(ulaw_to_samples(samples_to_ulaw(line)))
        turn = TurnState()
        for probability in self._voice().push(samples):
            turn = advance(turn, probability)
        if turn.phase is Phase.SILENT or turn.first_voiced_ms is None:
            return samples[:0], 0
        per_ms = RECOGNITION_RATE_HZ // 1000
        start = max(0, turn.first_voiced_ms - PRE_ROLL_MS) * per_ms
        return samples[start : (turn.last_voiced_ms + PRE_ROLL_MS) * per_ms], turn.speech_ms

    def _hear(
        self,
        spoken: Samples,
        speech_ms: int,
        line: Samples,
        language: Language | None,
        calm_voice: CallerBaseline | None,
    ) -> Hearing:
        duration_ms = round(1000 * len(line) / LINE_RATE_HZ)
        if not len(spoken):
            return Hearing(duration_ms)
        began_s = time.perf_counter()
        recognition = self._recognizer.recognize(spoken, language=language, speech_ms=speech_ms)
        decoded_s = time.perf_counter()
        decode_ms = 1000 * (decoded_s - began_s)
        if not recognition.text:
            return Hearing(duration_ms, speech_ms=speech_ms, decode_ms=decode_ms)
        voice = voice_of(spoken, recognition, self._emotion, calm_voice)
        voice_ms = 1000 * (time.perf_counter() - decoded_s)
        return Hearing(duration_ms, recognition, voice, speech_ms, decode_ms, voice_ms)

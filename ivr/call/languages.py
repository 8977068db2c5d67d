"""Which language the call is in: found on the first utterances, then kept unless clearly changed. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ivr.content.types import Language

LOCK_PROBABILITY = 0.8
"""0 to 1: an utterance this sure settles the call's language (Whisper base among ko, en, ja, zh was right on
627 of 629 telephone utterances, nearly all above this)."""

LOCK_SPEECH_MS = 600
"""Speech needed to settle it: a single word is understood, but does not decide the call's language."""

SWITCH_PROBABILITY = 0.9
"""0 to 1: an utterance this sure of another language counts towards a change."""

SWITCH_SPEECH_MS = 800
"""Speech needed for an utterance to count towards a change: names and loan words are shorter."""

SWITCH_AFTER = 2
"""Utterances in a row in another language that change the call's …"""

SWITCH_AT_ONCE_MS = 1_800
"""… or a single one with this much speech: a whole sentence."""


@dataclass(frozen=True)
class CallLanguage:
    """The call's language as it stands."""

    language: Language
    settled: bool = False
    """False until an utterance has shown it."""
    other: Language | None = None
    """Another language that was heard last, if it was."""
    other_count: int = 0

    def hint(self) -> Language | None:
        """What to tell the recognizer: None while it should find out."""
        return self.language if self.settled else None

    def spoken(self, probabilities: Mapping[Language, float]) -> Language:
        """The language to read an utterance in.

        Until the call's language is settled, a word clearly of another language ("agent" on a Korean hotline) is
        read in that one, and anything doubtful in the hotline's own. Only the hotline's own counts as doubt:
        a sentence that is Korean or perhaps Japanese is not English.
        """
        if self.settled or not probabilities:
            return self.language
        best: Language = max(probabilities, key=lambda language: probabilities[language])
        own = probabilities.get(self.language, 0.0)
        return best if probabilities[best] >= LOCK_PROBABILITY * (probabilities[best] + own) else self.language


def heard(state: CallLanguage, probabilities: Mapping[Language, float], speech_ms: int) -> CallLanguage:
    """Take in one utterance's language probabilities.

    Args:
        state: What was known before.
        probabilities: Over the four languages; empty when unknown.
        speech_ms: Speech in the utterance.
    """
    if not probabilities:
        return state
    best: Language = max(probabilities, key=lambda language: probabilities[language])
    sure = probabilities[best]
    if not state.settled:
        needed = 0.5 if best == state.language else LOCK_PROBABILITY
        shown = sure >= needed and speech_ms >= LOCK_SPEECH_MS
        return CallLanguage(best, settled=True) if shown else state
    if best == state.language or sure < SWITCH_PROBABILITY or speech_ms < SWITCH_SPEECH_MS:
        return replace(state, other=None, other_count=0) if best == state.language else state
    count = state.other_count + 1 if best == state.other else 1
    if count >= SWITCH_AFTER or speech_ms >= SWITCH_AT_ONCE_MS:
        return CallLanguage(best, settled=True)
    return replace(state, other=best, other_count=count)

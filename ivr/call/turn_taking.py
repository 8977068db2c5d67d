"""Whose turn it is: when the caller has finished, and when the caller means to interrupt. Pure decisions.

Waiting on silence alone cuts off 15 % of Korean turns at 600 ms (eot-bench). What was asked and what has
been said tell more, so the silence that ends a turn depends on how complete the words are.
"""

from dataclasses import dataclass
from typing import Literal

from audio.endpointing import Phase, TurnState

Completeness = Literal["complete", "open", "incomplete"]

SPECULATE_AFTER_MS = 96
"""Silence after which the words so far are decoded ahead (3 VAD windows; the detector itself lags by one or two):
about as long as the closures inside words, so that few decodes are made in vain, and short enough that a decode
of 0.4 s is done soon after the shortest end of turn."""

END_AFTER_MS: dict[Completeness, int] = {
    # A clear answer to what was asked: all digits, yes or no, a confident request.
    "complete": 416,
    # Words that may or may not be all: the usual 600 to 800 ms of telephone systems.
    "open": 704,
    # Digits missing, "and …", a filler: the caller is thinking or reading a number off a paper.
    "incomplete": 1504,
}
"""Silence that ends the turn, in ms (multiples of the 32 ms window)."""

END_TEXT_MS = 1088
"""The same after words told in answer to a question for free text (an address): its parts come with pauses between
them, and no part tells whether another follows. Between "open" and "incomplete"."""

END_UNHEARD_MS = 1600
"""Silence that ends the turn when no decode has come back: the final decode is then waited for."""

MAX_TURN_MS = 28_000
"""Longest turn before it is ended mid-speech: Whisper's window is 30 s."""


def turn_has_ended(turn: TurnState, completeness: Completeness | None, *, free_text: bool = False) -> bool:
    """Say whether the caller has finished.

    Args:
        turn: The voice activity so far.
        completeness: Of the words said until the present silence; None while they are not known yet.
        free_text: Whether those words are the answer to a question for free text.

    Returns:
        True when the machine should reply now.
    """
    if turn.length_ms >= MAX_TURN_MS:
        return True
    if turn.phase is not Phase.PAUSING:
        return False
    needed_ms = END_UNHEARD_MS if completeness is None else END_AFTER_MS[completeness]
    if free_text:
        needed_ms = max(needed_ms, END_TEXT_MS)
    return turn.silence_ms >= needed_ms


BARGE_IN_MS = 192
"""Speech (6 VAD windows) after which our voice stops. The caller must hear us stop within 300 ms, of which the
detector itself needs one or two windows and the line 20 ms. A longer "uh-huh" or "네" stops us too; when its words
turn out to be one, we go on with the sentence that it cut."""

BARGE_IN_FADING_MS = 448
"""The same while the sound is dying away: an "uh-huh" or "네" fades within this, words go on."""

FADING_DB = 9.0
"""A window this far below the loudest one of the utterance is dying away. Vowel-to-vowel swings inside
running speech on a telephone line stay mostly under it."""


@dataclass(frozen=True)
class BargeIn:
    """What is known of speech over our own voice. Replaced with each window."""

    speech_ms: int = 0
    peak_db: float = -120.0
    level_db: float = -120.0
    """Level of the latest speech window, dB relative to full scale."""

    def heard(self, speech_ms: int, level_db: float) -> "BargeIn":
        """Take in one speech window."""
        return BargeIn(speech_ms, max(self.peak_db, level_db), level_db)

    @property
    def interrupts(self) -> bool:
        """Whether the caller means to take the turn."""
        fading = self.level_db < self.peak_db - FADING_DB
        return self.speech_ms >= (BARGE_IN_FADING_MS if fading else BARGE_IN_MS)


BACKCHANNELS = {
    "ko": {
        "네",
        "예",
        "응",
        "음",
        "어",
        "아",
        "네네",
        "아네",
        "아예",
        "그래요",
        "그렇군요",
        "네에",
        "으음",
        "아하",
    },
    "en": {"uhhuh", "mhm", "mmhmm", "okay", "ok", "right", "yeah", "yes", "ah", "oh", "isee", "sure", "um", "hmm"},
    "ja": {"はい", "ええ", "うん", "へえ", "そうですか", "なるほど", "ああ", "えっと", "はいはい"},
    "zh": {"嗯", "嗯嗯", "哦", "好", "好的", "是", "对", "啊", "好好"},
}
"""Said while listening, to show that one listens. Compared without spaces and punctuation."""


def is_backchannel(text: str, language: str) -> bool:
    """Say whether words spoken over our voice only mean "I'm listening".

    Args:
        text: The recognised words.
        language: ``ko``, ``en``, ``ja`` or ``zh``.
    """
    bare = "".join(character for character in text.casefold() if character.isalnum())
    return not bare or bare in BACKCHANNELS.get(language, set())

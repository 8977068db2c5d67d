"""Where speech begins and ends, from the voice activity detector's probabilities. Pure: no audio, no clock.

The tracker counts in windows of audio, not in wall time, so packet jitter does not move an end of turn.
*Whether* a silence ends the turn depends on what was asked and what was said; that is decided elsewhere
(``ivr/call/turn_taking.py``): this module only says how long the caller has spoken and been silent.
"""

from dataclasses import dataclass
from enum import StrEnum

WINDOW_MS = 32
"""Length of one VAD window: 512 samples at 16 kHz, the size Silero v6 was trained on."""

ONSET_PROBABILITY = 0.5
"""0 to 1: at or above this a window is speech (Silero's default ``threshold``)."""

OFFSET_PROBABILITY = 0.35
"""0 to 1: speech goes on until a window is below this (Silero's default ``neg_threshold``: onset - 0.15)."""

MIN_SPEECH_MS = 96
"""Speech shorter than this is a click, not a word: the shortest word of the four languages that callers
answer with ("네", "no") holds at least three voiced windows."""


class Phase(StrEnum):
    """Where the caller's turn stands."""

    SILENT = "silent"
    """No speech yet, or only a sound shorter than ``MIN_SPEECH_MS``."""
    SPEAKING = "speaking"
    PAUSING = "pausing"
    """Spoke, and is silent now: a pause or the end of the turn."""


@dataclass(frozen=True)
class TurnState:
    """One turn of the caller, as far as voice activity tells. Times in milliseconds of audio."""

    now_ms: int = 0
    """Audio seen so far, since the tracker began (not since the turn)."""
    first_voiced_ms: int | None = None
    """Start of the turn's first speech window."""
    last_voiced_ms: int = 0
    """End of the turn's last speech window."""
    speech_ms: int = 0
    """Speech windows in this turn, added up."""
    in_speech: bool = False
    """Whether the last window was speech."""

    @property
    def phase(self) -> Phase:
        """Where the turn stands."""
        if self.first_voiced_ms is None or self.speech_ms < MIN_SPEECH_MS:
            return Phase.SILENT
        return Phase.SPEAKING if self.in_speech else Phase.PAUSING

    @property
    def silence_ms(self) -> int:
        """Silence since the last speech window."""
        return self.now_ms - self.last_voiced_ms

    @property
    def length_ms(self) -> int:
        """From the first to the last speech window."""
        return 0 if self.first_voiced_ms is None else self.last_voiced_ms - self.first_voiced_ms


FORGET_CLICK_MS = 320
"""Silence after which a sound shorter than ``MIN_SPEECH_MS`` is forgotten: ten windows, longer than the
closure inside any word, so that a word's quiet start is not cut off."""


def advance(state: TurnState, probability: float) -> TurnState:
    """Take in one VAD window.

    Args:
        state: The turn so far.
        probability: The detector's speech probability of the window, 0 to 1; anything not finite is silence.

    Returns:
        The turn with the window added.
    """
    threshold = OFFSET_PROBABILITY if state.in_speech else ONSET_PROBABILITY
    end_ms = state.now_ms + WINDOW_MS
    if probability >= threshold:  # false for NaN
        return TurnState(
            now_ms=end_ms,
            first_voiced_ms=state.now_ms if state.first_voiced_ms is None else state.first_voiced_ms,
            last_voiced_ms=end_ms,
            speech_ms=state.speech_ms + WINDOW_MS,
            in_speech=True,
        )
    quiet = TurnState(
        now_ms=end_ms,
        first_voiced_ms=state.first_voiced_ms,
        last_voiced_ms=state.last_voiced_ms,
        speech_ms=state.speech_ms,
        in_speech=False,
    )
    if quiet.phase is Phase.SILENT and quiet.silence_ms >= FORGET_CLICK_MS:
        return next_turn(quiet)
    return quiet


def next_turn(state: TurnState) -> TurnState:
    """Forget the turn and begin the next one; time goes on."""
    return TurnState(now_ms=state.now_ms, last_voiced_ms=state.now_ms)

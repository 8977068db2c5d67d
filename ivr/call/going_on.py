"""A caller who goes on after a short silence: the turn was taken too early. Pure decisions.

"Where is my order … number 47291": the first half is a whole request, so the reply is decided after a short
silence. When the caller goes on within about a second, both halves are one turn: the reply stops, the
conversation goes back to where it stood before it, and the whole is decoded and decided again.
"""

from dataclasses import dataclass, replace

from audio.endpointing import MIN_SPEECH_MS, TurnState
from ivr.call.turn_taking import is_backchannel
from ivr.content.types import Content
from ivr.dialogue.types import Decision, DialogueState
from ivr.understanding.types import Meaning

JOIN_MS = 1_200
"""Silence (end of one speech window to the start of the next) within which words belong to the turn before. The
shortest end of turn is 416 ms, and callers who wait for an answer let it begin: the median reply starts 700 to 800
ms after the last word (``python -m ivr bench``), and whoever speaks within 400 ms of it did not hear it first
(200 ms to react, 200 ms to begin: Levinson and Torreira, Front. Psychol. 6:731, 2015)."""

MAX_HEARD_MS = 700
"""Of our reply heard, in ms; beyond it the caller answers *us*, and that is a turn of its own."""

MAX_LENGTH_MS = 15_000
"""Turns longer than this are not gone on with: the whole must stay well inside Whisper's 30 s."""

MAX_TIMES = 3
"""Times one turn can be gone on with: an echo of our own voice must not undo replies for ever."""


def within_reach(before: TurnState, gap_ms: int, times: int) -> bool:
    """Say whether speech can belong to the turn before, as far as sound tells.

    Args:
        before: The turn before.
        gap_ms: Silence between the two.
        times: How often the turn before was gone on with already.
    """
    return gap_ms <= JOIN_MS and before.length_ms <= MAX_LENGTH_MS and times < MAX_TIMES


def says_more(before: str, whole: str, language: str) -> bool:
    """Say whether the whole has words that the first part had not: a cough or an "uh-huh" adds none.

    Args:
        before: Words of the turn as it was first heard.
        whole: Words of both parts, decoded together.
        language: Of the whole.
    """
    bare_before, bare_whole = _bare(before), _bare(whole)
    if not bare_whole or bare_whole == bare_before:
        return False
    added = bare_whole.removeprefix(bare_before)
    return added == bare_whole or not is_backchannel(added, language)


def joined(before: Meaning, whole: Meaning) -> Meaning | None:
    """What a turn means that the caller went on with.

    Decoded again with more behind them, the first words may come out worse: what was understood of them is kept
    where the whole does not say otherwise.

    Args:
        before: Meaning of the turn as it was first heard.
        whole: Meaning of both parts, decoded together.

    Returns:
        None when the whole adds nothing that is understood: what was decided then holds.
    """
    if not says_more(before.text, whole.text, whole.language):
        return None
    if whole.intent is None and not whole.slots and before.intent is not None:
        return None
    if whole.intent != before.intent or whole.instead:
        return whole
    told = {name: replace(value, span=None) for name, value in before.slots.items()}
    return replace(whole, slots={**told, **whole.slots})


def _bare(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


@dataclass(frozen=True)
class Undo:
    """What a caller who goes on takes back."""

    turn: int
    """Number of the turn that was answered."""
    meaning: Meaning
    """What it meant."""
    state: DialogueState
    """The conversation before it."""
    since_ms: int
    """When it was decided."""
    reply_ms: int | None = None
    """When our reply began; None before that."""

    def heard_little(self, now_ms: int) -> bool:
        """Whether hardly any of our reply was heard before the speech that is just being noticed."""
        return self.reply_ms is None or now_ms - MIN_SPEECH_MS - self.reply_ms <= MAX_HEARD_MS


def final(decision: Decision, content: Content) -> bool:
    """Say whether a decision can't be taken back: the call goes elsewhere, or something is changed in the shop."""
    if decision.outcome is not None or decision.handoff is not None:
        return True
    request = content.requests.get(decision.lookup.intent) if decision.lookup else None
    if request is None or decision.lookup is None:
        return False
    return request.confirm and decision.lookup.connector == request.connector

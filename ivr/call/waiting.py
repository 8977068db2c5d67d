"""What a caller hears while waiting for a person: what to say when, and the music between. Decisions are pure."""

import math
from dataclasses import dataclass

from ivr.bridge.music import hold_music
from ivr.call.line import Line
from ivr.call.mouth import BYTES_PER_MS
from ivr.content.numerals import cardinal
from ivr.content.spoken import speak_count
from ivr.content.types import Language
from ivr.dialogue.types import Say
from ivr.handoff.types import CallerChoice, Outlook

FIRST_UPDATE_MS = 4_000
"""After which a waiting caller is told how things stand: an agent who is free has often answered by then, and the
desk knows the caller's place."""
UPDATE_EVERY_MS = 35_000
"""Between two updates. Silence or music alone makes a wait seem longer (Taylor 1994, Maister 1985), updates more
often than about every half minute annoy."""
MUSIC_AHEAD_MS = 2_000
"""Music sent before what was sent ends."""
CHOICES: dict[str, CallerChoice] = {"1": "callback", "2": "voicemail", "3": "machine"}
"""Keys a waiting caller may press; ``desk_offer`` names them."""
MOST_MINUTES = 60
"""Longest wait that is told as a number: beyond it nobody wants to know."""


def update(outlook: Outlook, language: Language, number: int, *, machine: bool = True) -> tuple[Say, ...]:
    """What to tell a waiting caller.

    Args:
        outlook: How things stand.
        language: The caller's.
        number: Updates heard before.
        machine: Whether going on with the machine is among what may be chosen.

    Returns:
        The texts; nothing at first when an agent's desk is ringing already.
    """
    if number == 0 and outlook.expected_wait_s == 0:
        return ()
    said: list[Say] = []
    if outlook.position == 1:
        said.append(Say("desk_next"))
    elif outlook.position is not None:
        said.append(Say("desk_position", {"position": _place(outlook.position, language)}))
    else:
        said.append(Say("desk_still"))
    expected_s = outlook.expected_wait_s
    if expected_s is not None and 0 < expected_s <= MOST_MINUTES * 60:
        minutes = math.ceil(expected_s / 60)
        values = {"minutes": _minutes(minutes, language)}
        said.append(Say("desk_soon") if minutes == 1 else Say("desk_expected", values))
    return (*said, Say("desk_offer" if machine else "desk_offer_waiting"))


def _minutes(minutes: int, language: Language) -> str:
    """A number as it stands before minutes: Korean counts them in Sino-Korean."""
    return cardinal(minutes, "ko") if language == "ko" else speak_count(minutes, language)


def _place(position: int, language: Language) -> str:
    """A number as it stands in a place in the line: 두 (번째), two, 二 (番目), 二 (位)."""
    return cardinal(position, "zh") if language == "zh" else speak_count(position, language)


@dataclass
class HoldMusic:
    """Plays music on the line while nobody speaks. Owned by the call's thread."""

    line: Line
    ends_ms: int | None = None
    """When what was sent has been played; None: silent."""

    def play_on(self, now_ms: int) -> None:
        """Send more when what was sent comes to its end.

        Raises:
            LineClosedError: the line is gone.
        """
        if self.ends_ms is not None and self.ends_ms - now_ms > MUSIC_AHEAD_MS:
            return
        music = hold_music()
        self.line.send_audio(music)
        self.ends_ms = max(now_ms, self.ends_ms or 0) + len(music) // BYTES_PER_MS

    def stop(self) -> None:
        """Silence at once.

        Raises:
            LineClosedError: the line is gone.
        """
        if self.ends_ms is not None:
            self.ends_ms = None
            self.line.clear()

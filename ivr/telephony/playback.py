"""The far end of a media stream: plays what was sent, in time, as Twilio does."""

from collections import deque

from ivr.telephony.timekeeper import ULAW_SILENCE


class Playback:
    """Twilio's buffer of one stream: audio and marks, in the order in which they came. No clock of its own.

    Source of its behaviour: https://www.twilio.com/docs/voice/media-streams/websocket-messages (media, mark
    and clear messages to Twilio): a mark comes back when the audio before it has been played, at once when
    nothing is playing; ``clear`` empties the buffer and returns the marks in it.
    """

    def __init__(self) -> None:
        self._audio = bytearray()
        self._played = 0
        self._marks: deque[tuple[int, str]] = deque()

    @property
    def waiting(self) -> int:
        """Bytes that were sent and not played."""
        return len(self._audio)

    def add(self, ulaw: bytes) -> None:
        """Take in audio."""
        self._audio += ulaw

    def mark(self, name: str) -> list[str]:
        """Take in a mark.

        Returns:
            The marks that are due now: this one when nothing is playing.
        """
        self._marks.append((self._played + len(self._audio), name))
        return self._due()

    def clear(self) -> list[str]:
        """Throw the buffer away.

        Returns:
            The marks that were in it.
        """
        self._audio.clear()
        names = [name for _, name in self._marks]
        self._marks.clear()
        return names

    def play(self, count: int) -> tuple[bytes, list[str]]:
        """Play on.

        Args:
            count: Bytes to play; silence where there are fewer.

        Returns:
            What the caller hears, ``count`` bytes, and the marks reached.
        """
        audio = bytes(self._audio[:count])
        del self._audio[:count]
        self._played += len(audio)
        return audio + ULAW_SILENCE * (count - len(audio)), self._due()

    def _due(self) -> list[str]:
        names = []
        while self._marks and self._marks[0][0] <= self._played:
            names.append(self._marks.popleft()[1])
        return names

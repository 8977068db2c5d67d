"""Keeps the caller's audio true to time: fills what was lost with silence, drops what comes late."""

from dataclasses import dataclass

from ivr.telephony.messages import Media

BYTES_PER_MS = 8
"""µ-law at 8 kHz (ITU-T G.711): one byte a sample."""
ULAW_SILENCE = b"\xff"
"""Positive zero in µ-law (ITU-T G.711)."""
SLACK_MS = 20
"""Timestamps this far off count as on time: one frame, the step in which Twilio's timestamps advance."""
MAX_FILL_MS = 2_000
"""Longest gap that is filled: more than any pause inside a turn, so a longer silence tells nothing new."""


@dataclass(frozen=True)
class Placed:
    """What to hand on for one media message."""

    ulaw: bytes
    """Silence for what was lost, then the audio; empty when the message came too late."""
    problems: tuple[str, ...] = ()
    """What was odd, each beginning with the field."""


class Timekeeper:
    """Places media messages on the stream's own clock. One stream, one thread.

    Twilio sends over TCP, so messages do not overtake each other, but audio lost before it reached Twilio
    leaves a step in ``timestamp``. A message is late only if every number it carries says so: a client whose
    clock stands still is still heard.
    """

    def __init__(self) -> None:
        self._expected_ms: float | None = None
        self._chunk = -1
        self._sequence = -1

    def place(self, media: Media) -> Placed:
        """Place one message.

        Args:
            media: The message, in order of arrival.

        Returns:
            The audio to hand on, and what was odd about the message.
        """
        problems = list(media.doubts)
        length_ms = len(media.ulaw) / BYTES_PER_MS
        old_chunk = media.chunk is not None and media.chunk <= self._chunk
        old_sequence = media.sequence is not None and media.sequence <= self._sequence
        step_ms = 0.0
        if media.timestamp_ms is not None and self._expected_ms is not None:
            step_ms = media.timestamp_ms - self._expected_ms
        if old_chunk:
            problems.append(f"media.chunk: {media.chunk} after {self._chunk}")
        if old_sequence:
            problems.append(f"sequenceNumber: {media.sequence} after {self._sequence}")
        if step_ms <= -SLACK_MS:
            problems.append(f"media.timestamp: {media.timestamp_ms} ms where {self._expected_ms:.0f} was due")
        if _every_number_old(media, old_chunk=old_chunk, old_sequence=old_sequence, step_ms=step_ms):
            return Placed(b"", tuple(problems))

        self._chunk = max(self._chunk, media.chunk or 0)
        self._sequence = max(self._sequence, media.sequence or 0)
        lost_ms = 0.0
        if step_ms >= SLACK_MS:
            lost_ms = min(step_ms, MAX_FILL_MS)
            problems.append(f"media.timestamp: {step_ms:.0f} ms missing, {lost_ms:.0f} ms of silence put in")
        if abs(step_ms) >= SLACK_MS or self._expected_ms is None:
            self._expected_ms = float(media.timestamp_ms or 0)
        self._expected_ms += length_ms
        return Placed(ULAW_SILENCE * int(lost_ms * BYTES_PER_MS) + media.ulaw, tuple(problems))


def _every_number_old(media: Media, *, old_chunk: bool, old_sequence: bool, step_ms: float) -> bool:
    counted = [
        old for number, old in ((media.chunk, old_chunk), (media.sequence, old_sequence)) if number is not None
    ]
    in_time = media.timestamp_ms is not None and step_ms > -SLACK_MS
    return bool(counted) and all(counted) and not in_time

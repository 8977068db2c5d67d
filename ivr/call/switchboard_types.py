"""What a carrier's adapter asks of the house: may this call come in, run it, and what follows its stream."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from ivr.call.line import CallInfo, Line, LineEvent
from ivr.content.types import Language
from ivr.handoff.types import WaitingCall

DESK_PLACES_PER_CALL = 1
"""Callers who may wait at the desk beyond the calls at once, for each of these: they need a socket and three
threads, but no recognizer in time. As many again is a choice: it bounds memory and threads."""


class LiveCall(Protocol):
    """A call that is going on."""

    def receive(self, event: LineEvent) -> None:
        """Hand over one event; never blocks, never raises. Frames beyond a bounded backlog are dropped."""
        ...


@dataclass(frozen=True)
class Ending:
    """What must follow a call's stream."""

    next: Literal["hang_up", "person", "voicemail"]
    language: Language
    whisper: str = ""
    """One or two spoken sentences for the agent before the caller is put through, in the agents' language."""
    whispers: Mapping[Language, str] = field(default_factory=dict)
    """The same in the languages in which it is known."""
    caller: WaitingCall | None = None
    """What the conversation tells of a caller who is to get a person; None: nothing is known."""


class Switchboard(Protocol):
    """The house's door for carriers. All methods are safe from any thread."""

    def admit(self, info: CallInfo) -> bool:
        """Open the record of a call whose webhook came in.

        Returns:
            False when the call can't be served in time (full house, draining, models not ready): put it
            straight through to a person.
        """
        ...

    def begin(self, info: CallInfo, line: Line) -> LiveCall:
        """Start the conversation: the stream's ``start`` has come. The greeting goes out at once."""
        ...

    def ending(self, call_sid: str) -> Ending:
        """Say what follows the stream. An unknown or crashed call: a person (never an exception)."""
        ...

    def text(self, key: str, language: Language, **values: str) -> str:
        """Look up a text of the prompts (first wording, neutral tone), filled in."""
        ...

    def handoff_status(self, call_sid: str, status: str, agent: str | None = None) -> None:
        """Record how the hand-off went: ``accepted``, ``declined``, ``missed``, ``completed``."""
        ...

    def handoff_rung(
        self, call_sid: str, attempts: Sequence[Mapping[str, object]], state: str, state_why: str
    ) -> None:
        """Record which agents' telephones were rung, and where the hand-off stands."""
        ...

    def to_desk(self, info: CallInfo) -> CallInfo | Literal["soon"] | None:
        """Get ready for a caller who is to get a person to wait at the agents' desk, on a stream that comes next.

        Args:
            info: The call, as this webhook tells of it.

        Returns:
            The call to open a stream for. ``soon``: models are being loaded or the desk is being opened, ask again
            in a few seconds. None: that can't be (the desk takes nobody, no room, or the call has had such a
            stream, which failed as well).
        """
        ...

    def resume(self, call_sid: str, how: Literal["machine", "callback"]) -> CallInfo | None:
        """Get ready to go on with a caller who waited for a person, on a stream that comes next.

        Args:
            call_sid: The call.
            how: What the conversation goes on with: what it was about, or arranging a call-back.

        Returns:
            The call to open a stream for; None when that can't be (its conversation is not known any more, a full
            house).
        """
        ...

    def callback(self, call_sid: str, number: str) -> None:
        """Record the promise that somebody calls this number back as soon as somebody can."""
        ...

    def voicemail(
        self,
        call_sid: str,
        recording_url: str | None,
        duration_s: float | None,
        recording_sid: str | None = None,
    ) -> None:
        """Record that the caller left (or did not leave: None) a message."""
        ...

    def finished(self, call_sid: str) -> None:
        """Close the record: the carrier says the whole call is over (status callback ``completed``)."""
        ...

"""What is kept of a call. Times are milliseconds from the call's start unless named otherwise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

Outcome = Literal["in_progress", "resolved", "handed_off", "abandoned", "callback", "voicemail", "failed"]
Speaker = Literal["caller", "assistant", "agent"]


@dataclass(frozen=True)
class TurnRecord:
    """One turn of speech (or keys: ``text`` is then like ``[keys 47291]``)."""

    speaker: Speaker
    text: str
    start_ms: int
    end_ms: int
    language: str | None = None
    response_ms: int | None = None
    """Assistant turns: from the end of the caller's speech to the first reply audio sent."""
    intent: str | None = None
    intent_confidence: float | None = None
    slots: Mapping[str, str] = field(default_factory=dict)
    emotion: Mapping[str, object] | None = None
    prosody: Mapping[str, object] | None = None
    speech_rate: float | None = None
    """Syllables (ja: morae) per second of voiced speech."""
    frustration: float | None = None
    """0 to 1, after this turn."""
    signs: Mapping[str, float] | None = None
    """What the turn showed (:class:`ivr.dialogue.frustration.Signs`, those that are not 0): the score can be
    computed again from them."""
    contributions: Mapping[str, float] | None = None
    """What each sign, and what was carried over, gave to the score; they add up to it."""
    interrupted: bool = False
    recognition: Mapping[str, object] | None = None
    """confidence, decode_s, window, speculative …: for developers."""


@dataclass(frozen=True)
class DecisionRecord:
    """One decision, with what made it."""

    at_ms: int
    action: str
    reason: str
    contributions: Mapping[str, float] = field(default_factory=dict)
    withdrawn: bool = False
    """The caller went on with the turn that it answered, so it was decided anew."""


@dataclass(frozen=True)
class CallbackRecord:
    """A promise to call back."""

    at: datetime
    """When; aware."""
    number: str
    request: str | None = None
    """The intent it is about."""
    topic: str = ""
    """What the caller wants, in their own words."""
    status: Literal["waiting", "done"] = "waiting"


@dataclass(frozen=True)
class VoicemailRecord:
    """A message the caller left with the carrier."""

    recording_url: str
    """Where the carrier keeps it; fetched with the carrier's credentials."""
    recording_sid: str | None = None
    duration_s: float | None = None
    language: str | None = None
    """The caller's."""
    transcript: str | None = None
    """What our own recognizer heard in it; None: not (yet) transcribed."""
    summary: str = ""
    """One line for the list."""
    problem: str = ""
    """Why it could not be transcribed."""
    left_at: datetime | None = None
    """When the carrier said so; aware."""
    status: Literal["waiting", "done"] = "waiting"


@dataclass(frozen=True)
class OpenRequest:
    """What somebody called about lately and was left open."""

    intent: str
    ended_at: datetime
    """When that call ended; aware, UTC."""


@dataclass(frozen=True)
class KnownNumber:
    """What is known of the number that calls."""

    open_request: OpenRequest | None = None
    feelings: bool = True
    """Whether feelings may be judged: unless a caller said no."""


@dataclass(frozen=True)
class HandoffRecord:
    """A hand-off to a person."""

    reason: str
    summary: Mapping[str, object]
    status: Literal["waiting", "accepted", "declined", "missed", "completed"] = "waiting"
    agent: str | None = None
    attempts: Sequence[Mapping[str, object]] = ()
    """Agents' telephones that were rung: ``number``, ``phone``, ``at``, ``answer`` (``accepted``, ``withdrawn``, a
    :class:`ivr.handoff.types.DeclineReason`, None: it rings), ``why``."""
    state: str | None = None
    """Where the ringing of telephones stands (:class:`ivr.handoff.types.HandOffState`); None: none was rung."""
    state_why: str = ""
    """What led to it."""


@dataclass(frozen=True)
class CallStarted:
    """The webhook came in: the call exists from here on, whether its stream ever comes or not."""

    call_sid: str
    started_at: datetime
    """UTC, aware."""
    from_number: str | None = None
    to_number: str | None = None
    language: str | None = None
    origin: str = "twilio"
    content_version: str = ""


class Journal(Protocol):
    """Where a live call writes what happens. Never blocks on the database and never raises into the call.

    Writes of one call arrive in the order they were made. Each write is also published as an event of the
    live call (``turn``, ``went_on``, ``decision``, ``handoff``, ``callback``, ``voicemail``, ``status``,
    ``ended``).
    """

    def call_started(self, call: CallStarted) -> None:
        """Create the record of a call (``in_progress``)."""
        ...

    def language_found(self, call_sid: str, language: str) -> None:
        """The call's language became known or changed."""
        ...

    def turn(self, call_sid: str, turn: TurnRecord) -> None:
        """Add a turn."""
        ...

    def caller_went_on(self, call_sid: str, turn: TurnRecord, since_ms: int) -> None:
        """The caller went on with a turn after its reply had been decided.

        ``turn`` takes the place of the caller's turn that began at the same time; decisions made since
        ``since_ms`` are marked as withdrawn.
        """
        ...

    def decision(self, call_sid: str, decision: DecisionRecord) -> None:
        """Add a decision."""
        ...

    def handoff(self, call_sid: str, handoff: HandoffRecord) -> None:
        """Set or replace the call's hand-off."""
        ...

    def summary(self, call_sid: str, summary: Mapping[str, object]) -> None:
        """Change the summary of the call's hand-off, and nothing else of it."""
        ...

    def handoff_status(self, call_sid: str, status: str, agent: str | None = None) -> None:
        """Change the status of the call's hand-off."""
        ...

    def handoff_rung(
        self, call_sid: str, attempts: Sequence[Mapping[str, object]], state: str, state_why: str
    ) -> None:
        """Change which telephones were rung for the call's hand-off, and where it stands; nothing else of it."""
        ...

    def callback(self, call_sid: str, callback: CallbackRecord) -> None:
        """Set or replace the call's promise to call back."""
        ...

    def callback_done(self, call_sid: str) -> None:
        """The promise was kept."""
        ...

    def voicemail(self, call_sid: str, voicemail: VoicemailRecord) -> None:
        """The caller left a message."""
        ...

    def voicemail_done(self, call_sid: str) -> None:
        """Somebody has dealt with the message."""
        ...

    def reopened(self, call_sid: str) -> None:
        """The caller is with the machine again after the call's stream had ended: the record goes on."""
        ...

    def left_open(self, call_sid: str, intent: str) -> None:
        """The call came to its end, or to a person, with this request undone."""
        ...

    def caller_feelings(self, call_sid: str, number: str, allowed: bool) -> None:
        """The caller said whether feelings may be judged; remembered for the number."""
        ...

    def outcome(self, call_sid: str, outcome: Outcome) -> None:
        """What the call came to, before it has ended (``handed_off`` while the agent's phone rings)."""
        ...

    def call_ended(self, call_sid: str, ended_at: datetime, outcome: Outcome | None = None) -> None:
        """Close the record. ``outcome`` None keeps one already set, else ``abandoned``. Idempotent."""
        ...

    def live(self, call_sid: str, event: Mapping[str, object]) -> None:
        """Publish something that is shown live and not kept (partial words, speaking, playback position)."""
        ...

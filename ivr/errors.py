"""What can go wrong in the hotline, apart from sound (:mod:`audio.errors`).

::

    HotlineError
    ├── AccountError          a login can't be made or changed as asked
    ├── ConfigurationError    a setting is wrong: names the key
    ├── ContentError          a prompt, request or policy file is wrong: names file and line
    ├── DeskError             the agents' desk could not do what was asked
    │   ├── BridgeTokenError       an agent's audio token opens nothing: unknown, used or expired
    │   ├── CallTakenError         another agent has the call, or it is over
    │   └── CallerGoneError        the caller is no longer on the line
    ├── FulfilmentError       what was asked could not be done
    │   └── BackendDownError       the order database (or another system) can't be reached
    ├── DiallingError         the telephone carrier did not ring, fetch or end a call as asked
    ├── LineError             the phone line misbehaved
    │   ├── FrameError             one message could not be understood; the call goes on
    │   └── LineClosedError        the line is gone
    └── RecordsError          the call database can't be used
        └── DeskBusyError          the desk's part of it is locked or away: nothing was changed, try again
"""

from typing import Literal

DeskCode = Literal[
    "audio_failed",
    "caller_gone",
    "colleague_rested",
    "elsewhere",
    "expected_back",
    "in_a_call",
    "no_agent",
    "no_call",
    "not_entered",
    "not_free",
    "not_now",
    "not_ringing",
    "not_yours",
    "over",
    "taken",
    "talk_over",
]
"""Why the desk refuses something, as a word that stays the same; docs/desk.md says what each means."""


class HotlineError(Exception):
    """Base of every error the hotline raises on purpose."""


class AccountError(HotlineError):
    """A login can't be made or changed as asked; the message says why. Never holds a password."""


class ConfigurationError(HotlineError):
    """A setting is wrong; the message names the key and what is allowed."""


class ContentError(HotlineError):
    """A file under ``prompts/`` is wrong; the message is ``file:line: problem``."""


class DeskError(HotlineError):
    """The agents' desk could not do what was asked; the message says why."""

    def __init__(self, why: str, code: DeskCode = "not_now", **about: str) -> None:
        """Describe it.

        Args:
            why: For logs, and for people who read English.
            code: The same for programs, which put it into their reader's language.
            about: What they need for that, such as the name of the agent who has the call.
        """
        super().__init__(why)
        self.code, self.about = code, about


class BridgeTokenError(DeskError):
    """An agent's audio token opens nothing; the message says why."""


class CallTakenError(DeskError):
    """The call can't be taken any more: another agent has it, or it is over."""


class CallerGoneError(DeskError):
    """The caller is no longer on the line."""

    def __init__(self, why: str) -> None:
        """Describe it."""
        super().__init__(why, "caller_gone")


class FulfilmentError(HotlineError):
    """What the caller asked for could not be done."""


class BackendDownError(FulfilmentError):
    """A system behind a connector can't be reached."""


class DiallingError(HotlineError):
    """The carrier did not do what was asked; the message says why."""

    def __init__(self, why: str, *, gone: bool = False, carrier: bool = True) -> None:
        """Describe it.

        Args:
            why: For the record and the log.
            gone: The call (or recording) it is about does not exist (any more).
            carrier: Whether it was surely not done, and because of the carrier's API, not of this one telephone
                number: another way may be tried.
        """
        super().__init__(why)
        self.gone = gone
        self.carrier = carrier


class LineError(HotlineError):
    """The phone line misbehaved."""


class FrameError(LineError):
    """One message on the line could not be understood; it is skipped and the call goes on."""


class LineClosedError(LineError):
    """The line is gone: nothing more can be sent."""


class RecordsError(HotlineError):
    """The call database can't be used."""


class DeskBusyError(RecordsError):
    """The desk's database is locked or away. Nothing was changed; the same may succeed in a moment."""

"""Doing what was asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from ivr.content.types import Language


@dataclass(frozen=True)
class Outcome:
    """What a connector found or did."""

    outcome: str
    """``found``, ``missing`` or another key of the request's ``replies``."""
    values: Mapping[str, str] = field(default_factory=dict)
    """For the reply's placeholders, in the caller's language, written as they are to be spoken."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """Verified facts for the hand-off summary and the record (order number, status …)."""


class Connector(Protocol):
    """Answers one kind of request. Called off the call's thread, with a deadline."""

    def fulfil(self, slots: Mapping[str, str], language: Language) -> Outcome:
        """Do it.

        Raises:
            BackendDownError: the system behind it can't be reached; the message says which.
        """
        ...

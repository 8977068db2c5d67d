"""Golden calls: a recorded caller's side of a call, and what must come of it.

One YAML file per call under ``tests/calls/LANGUAGE/``::

    why: An order's status, with the number said digit by digit.
    language: auto                    # or the language of the number dialled
    hotline: bad_day                  # its prompts are laid over the shipped ones: tests/calls/hotlines/bad_day/
    earlier:                          # an earlier call from the same telephone, played first and not judged
      - say: agent
    caller:
      - say: order_status             # a recording of tests/fixtures/LANGUAGE; ja/order_status: of another one
      - say: number_47291
        gap_s: 0.3                    # said this long after the one before, without waiting for a reply
      - press: "47291"
      - wait_s: 8                     # say nothing
      - interrupt: wait               # said while the assistant is speaking
      - hang_up: true
    then:
      language: ko
      outcome: resolved
      intents: [order_status, goodbye]          # of the caller's turns, in order; others may lie between
      slots: {order_number: "47291"}            # among those understood
      actions: [ask, answer, hang_up]           # of the decisions, in order; others may lie between
      said: [ask_order_number, en:anything_else]  # texts the assistant said, by key, in order; others between
      heard: ["바람택배"]                        # each is part of what the assistant said
      not_heard: ["김하늘"]                      # nothing of it may be said
      handoff: caller_asked
      follows: hang_up                          # what the carrier does after the stream: hang_up, person, voicemail
      callback: {request: start_return, at: "15:00"}  # promised; at this time of the hotline's day
      caller_turns: 0                           # how many

Every call comes from a telephone of its own, so none is known from another.
"""

import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import yaml

from ivr.content.types import LANGUAGES, Language

FOLDER = Path(__file__).parent
KEYS = frozenset({"why", "language", "hotline", "earlier", "caller", "then"})
THEN = frozenset(
    {*("language", "outcome", "intents", "slots", "actions", "said", "heard", "not_heard", "handoff", "follows")}
    | {"callback", "caller_turns"}
)


@dataclass(frozen=True)
class GoldenCall:
    """One file."""

    path: Path
    why: str
    language: Language | None
    """As if a number for it had been dialled; None: a number for all."""
    caller: tuple[dict[str, Any], ...]
    then: dict[str, Any] = field(default_factory=dict)
    hotline: str | None = None
    earlier: tuple[dict[str, Any], ...] = ()

    @property
    def spoken(self) -> Language:
        """The language of its caller."""
        return cast(Language, self.path.parent.name)

    def number(self, attempt: int = 1) -> str:
        """The telephone it comes from: always the same one, and nobody else's; another when it is rung again."""
        return f"+8210{zlib.crc32(f'{self.name}{attempt}'.encode()) % 10**8:08d}"

    @property
    def name(self) -> str:
        """Language and case, for test names."""
        return f"{self.path.parent.name}-{self.path.stem}"


def golden_calls() -> list[GoldenCall]:
    """Every golden call there is."""
    return [_read(path) for path in sorted(FOLDER.glob("*/*.yaml")) if path.parent.name in LANGUAGES]


def _read(path: Path) -> GoldenCall:
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    unknown = (set(raw) - KEYS) | (set(raw["then"]) - THEN)
    if unknown:
        raise ValueError(f"{path}: unknown keys {sorted(unknown)}")
    language = raw.get("language", "auto")
    return GoldenCall(
        path,
        raw["why"],
        None if language == "auto" else language,
        tuple(raw["caller"]),
        raw["then"],
        raw.get("hotline"),
        tuple(raw.get("earlier", ())),
    )

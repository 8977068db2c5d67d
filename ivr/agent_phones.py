"""Agents who are rung by telephone, as a deployment writes them down."""

import json
import re
from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
"""ITU-T E.164: at most 15 digits, the first of the country code not 0; shorter than 7 there are none."""


class AgentPhone(BaseModel):
    """One agent's telephone: an entry of ``agents`` in ``ivr.toml``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: str
    """E.164."""
    name: str = Field(default="", max_length=100)
    """Shown and recorded in place of the number; none: the number."""
    languages: tuple[Literal["ko", "en", "ja", "zh"], ...] = ()
    """Spoken, best first; none: any."""
    topics: tuple[str, ...] = ()
    """Requests known well, by their ``intent``; none: any."""

    @field_validator("number")
    @classmethod
    def _e164(cls, value: str) -> str:
        return e164(value)

    def __str__(self) -> str:
        """As ``python -m ivr settings`` shows it."""
        skills = (self.name, " ".join(self.languages), " ".join(self.topics))
        return f"{self.number} ({'; '.join(part for part in skills if part) or 'any'})"


def e164(value: object) -> str:
    """Check a telephone number.

    Raises:
        ValueError: it is not in the form of E.164.
    """
    if not E164.fullmatch(str(value)):
        raise ValueError(f"{value!r} is not an E.164 number like +821012345678")
    return str(value)


def read_agents(value: object) -> object:
    """Take the agents as a list (file), or as JSON text of the same (environment).

    Raises:
        ValueError: the text is no JSON.
    """
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value) if value.strip() else ()
    except ValueError as error:
        example = '[{"number": "+821012345678", "languages": ["ko"]}]'
        raise ValueError(f"not valid JSON ({error}); write {example}") from error


def each_once(agents: Sequence[AgentPhone]) -> None:
    """Check that no telephone is written down twice.

    Raises:
        ValueError: one is; names it and both entries.
    """
    first: dict[str, int] = {}
    for entry, agent in enumerate(agents, start=1):
        if agent.number in first:
            raise ValueError(f"{agent.number} is in entry {first[agent.number]} and in entry {entry}")
        first[agent.number] = entry


def merged(numbers: Sequence[str], agents: Sequence[AgentPhone]) -> tuple[AgentPhone, ...]:
    """All telephones, each once: the plain numbers in their order, then the other agents' in theirs.

    Args:
        numbers: E.164, of which nothing else need be known.
        agents: Who has which.
    """
    known = {agent.number: agent for agent in agents}
    return tuple(known.get(number) or AgentPhone(number=number) for number in dict.fromkeys((*numbers, *known)))

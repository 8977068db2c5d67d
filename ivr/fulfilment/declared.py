"""Connectors that a deployment declares: a source of rows or JSON, and how its answers are spoken."""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Protocol

from ivr.content.spoken import speak_date, speak_datetime, speak_slot, speak_text
from ivr.content.types import ConnectorSpec, Content, Language, SlotKind
from ivr.errors import BackendDownError
from ivr.fulfilment.types import Outcome

MISSING = "missing"
MAX_SPOKEN = 400
"""Characters of one value that are spoken: more is no answer but an accident."""
MAX_FACT = 200
"""Characters of a fact that are kept."""
_OUTCOME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Answer:
    """What a source said: plain values (text, numbers, days, true and false, None), by placeholder and by fact."""

    outcome: object
    values: Mapping[str, object]
    facts: Mapping[str, object]


class Source(Protocol):
    """A database or service. Safe from any thread."""

    def ask(self, slots: Mapping[str, str], language: Language) -> Answer | None:
        """Ask it; None when there is no such thing.

        Raises:
            BackendDownError: it did not answer, or not in the form that was declared.
        """
        ...

    def close(self) -> None:
        """Close its connections."""
        ...


class DeclaredConnector:
    """A declared connector, with the slots and the time zone of one version of the content."""

    def __init__(
        self, spec: ConnectorSpec, source: Source, content: Content, now: Callable[[], dt.datetime]
    ) -> None:
        """Put a source and its words together.

        Args:
            spec: What was declared.
            source: Asked for the answers; shared with other versions of the content.
            content: Says of what kind the slots are, and what goods are called.
            now: The time of the call, aware, local to the deployment.
        """
        self._spec = spec
        self._source = source
        self._content = content
        self._now = now

    def fulfil(self, slots: Mapping[str, str], language: Language) -> Outcome:
        """Ask, and put the answer into words: the declared values, and the slots themselves.

        Raises:
            BackendDownError: the source did not answer, or not in the form that was declared.
        """
        said = {name: self._slot(name, value, language) for name, value in slots.items()}
        answer = self._source.ask(slots, language)
        if answer is None:
            return Outcome(MISSING, said)
        if not isinstance(answer.outcome, str) or not _OUTCOME.fullmatch(answer.outcome):
            raise self._odd("outcome", answer.outcome, "a word like on_the_way")
        spoken = {name: self._speak(name, value, language) for name, value in answer.values.items()}
        facts = {name: _fact(value) for name, value in answer.facts.items() if value is not None}
        return Outcome(answer.outcome, {**said, **spoken}, facts)

    def _slot(self, name: str, value: str, language: Language) -> str:
        spec = self._content.slots.get(name)
        return speak_slot(spec.kind if spec else "text", value, language, self._now(), self._goods(language))

    def _goods(self, language: Language) -> dict[str, str]:
        """Stock number → its first name."""
        return {
            product.key: product.names[language][0]
            for product in self._content.catalogue
            if product.names.get(language)
        }

    def _speak(self, name: str, value: object, language: Language) -> str:
        kind = self._spec.speak.get(name)
        if value is None:
            return ""
        if kind == "date" or kind == "datetime":  # noqa: PLR1714 (mypy narrows by it)
            return self._moment(name, value, kind, language)
        if isinstance(value, bool):
            return speak_slot("yes_no", "yes" if value else "no", language)
        if not isinstance(value, str | int | float | Decimal | dt.date):
            raise self._odd(name, value, "text or a number")
        if kind is None:
            return speak_text(str(value), language, MAX_SPOKEN)
        if kind == "amount" and not isinstance(value, str):
            value = Decimal(str(value)).quantize(Decimal(1))
        return speak_slot(kind, str(value), language, self._now(), self._goods(language))

    def _moment(self, name: str, value: object, kind: Literal["date"] | SlotKind, language: Language) -> str:
        try:
            moment = dt.datetime.fromisoformat(str(value))
        except ValueError as error:
            raise self._odd(name, value, "a day or time like 2026-11-23T15:00") from error
        now = self._now()
        if moment.tzinfo is not None:
            moment = moment.astimezone(now.tzinfo)
        if kind == "date":
            return speak_date(moment.date(), now.date(), language)
        return speak_datetime(moment.replace(tzinfo=now.tzinfo), now, language)

    def _odd(self, name: str, value: object, wanted: str) -> BackendDownError:
        return BackendDownError(
            f"connector {self._spec.name}: {name} is {type(value).__name__} {value!r:.60}, not {wanted}"
        )


def _fact(value: object) -> str:
    """A fact as it is kept: text that every database takes."""
    return "".join(part for part in str(value)[:MAX_FACT] if unicodedata.category(part) not in ("Cc", "Cs"))

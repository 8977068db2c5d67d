"""The agents' words for what a summary tells: requests, outcomes, facts, values."""

from collections.abc import Mapping

from ivr.content.keys import fact_of, label_of, outcome_of
from ivr.content.render import render
from ivr.content.types import Content, Language
from ivr.dialogue.types import Say


class Words:
    """Looks words up in one version of the texts, for one language."""

    def __init__(self, content: Content, language: Language) -> None:
        self._content = content
        self._language = language

    def text(self, key: str, **values: str) -> str:
        """A text that every set of prompts has.

        Raises:
            ContentError: it has not.
        """
        return render(self._content, Say(key, values), self._language)

    def request(self, intent: str) -> str:
        """What a request is called; without a label its own name."""
        return self._named(label_of(intent), intent)

    def outcome(self, outcome: str) -> str:
        """What came of something, or a state."""
        return self._named(outcome_of(outcome), outcome)

    def facts(self, facts: Mapping[str, str]) -> str:
        """Names and values in one line."""
        return " · ".join(
            f"{self._named(fact_of(name), name)} {self.value(value)}" for name, value in facts.items()
        )

    def value(self, value: str) -> str:
        """A value of the database in the agents' words, where there are any: states, and goods of the catalogue."""
        for product in self._content.catalogue:
            names = [name.casefold() for each in product.names.values() for name in each]
            if value.casefold() in (product.key.casefold(), *names):
                return (product.names.get(self._language) or (value,))[0]
        return " ".join(
            self._named(outcome_of(word), word) if "_" in word or word.isalpha() else word
            for word in value.split(" ")
        )

    def known(self, key: str) -> bool:
        """Whether any language has this text."""
        return any(key in texts for texts in self._content.texts.values())

    def _named(self, key: str, otherwise: str) -> str:
        return self.text(key) if key.isidentifier() and self.known(key) else otherwise.replace("_", " ")

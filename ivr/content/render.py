"""From a key to the words that are spoken."""

from collections.abc import Mapping
from typing import Protocol

from ivr.content.types import Content, Language, Text, Tone
from ivr.errors import ContentError

FALLBACK_LANGUAGES: tuple[Language, ...] = ("en", "ko")
"""Spoken when a text is missing in the caller's language: English first, the one most likely understood."""


class Sayable(Protocol):
    """What :class:`ivr.dialogue.types.Say` offers: a key, its values, and which wording to take."""

    @property
    def key(self) -> str:
        """Key of the text."""
        ...

    @property
    def values(self) -> Mapping[str, str]:
        """Values of its placeholders, already as they are to be spoken."""
        ...

    @property
    def wording(self) -> int:
        """Which wording, modulo how many there are."""
        ...

    @property
    def tone(self) -> Tone | None:
        """The tone it is said in, where that is not the reply's."""
        ...


def render(content: Content, say: Sayable, language: Language, tone: Tone = "neutral") -> str:
    """Give the words of one text.

    A tone that a text does not have falls back to neutral; a language that does not have the text falls back to
    English, then Korean.

    Raises:
        ContentError: no language has the text, or a placeholder got no value; the message names them.
    """
    wording = wording_of(content, say, language, tone)
    try:
        return wording.format_map(say.values)
    except KeyError as error:
        raise ContentError(
            f"text {say.key!r} ({language}) needs a value for {error}, which was not given"
        ) from error


def wording_of(content: Content, say: Sayable, language: Language, tone: Tone = "neutral") -> str:
    """The words of :func:`render`, with their placeholders.

    Where a tone has fewer wordings than neutral and they are used up, neutral goes on: a re-prompt has other words.

    Raises:
        ContentError: no language has the text.
    """
    text = _find(content, say.key, language)
    neutral = text.wordings["neutral"]
    wordings = text.wordings.get(say.tone or tone) or neutral
    if len(wordings) <= say.wording and len(wordings) < len(neutral):
        wordings = neutral
    return wordings[say.wording % len(wordings)]


def wordings_of(content: Content, key: str, language: Language, tone: Tone) -> tuple[str, ...]:
    """All wordings of a text in one tone; none, where it does not have the tone.

    Raises:
        ContentError: no language has the text.
    """
    return _find(content, key, language).wordings.get(tone, ())


def spoken_language(content: Content, key: str, language: Language) -> Language:
    """The language in which :func:`render` will speak ``key``: the voice must be that language's.

    Raises:
        ContentError: no language has the text.
    """
    for candidate in (language, *FALLBACK_LANGUAGES):
        if key in content.texts.get(candidate, {}):
            return candidate
    raise ContentError(f"text {key!r} is in no language; add it to the prompts")


def _find(content: Content, key: str, language: Language) -> Text:
    return content.texts[spoken_language(content, key, language)][key]

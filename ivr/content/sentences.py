"""Texts cut into sentences: each is spoken, cached and marked on the line by itself."""

import re
from collections.abc import Iterable

from ivr.content.types import Content, Language, Speaking

_END = re.compile(r"(?<=[.!?。！？])\s*")


def sentences(text: str) -> list[str]:
    """Cut a text after each ``. ! ? 。 ！ ？``; pieces without a letter or digit join the one before."""
    found: list[str] = []
    for part in _END.split(text):
        piece = part.strip()
        if not piece:
            continue
        if found and not any(character.isalnum() for character in piece):
            found[-1] += piece
        else:
            found.append(piece)
    return found


def spoken_ahead(content: Content) -> Iterable[tuple[str, Language, float]]:
    """Every sentence of the prompts that has no placeholder: what can be spoken before anybody calls.

    Yields:
        The sentence, its language, and the speed of the tone it is written for.
    """
    for language, texts in content.texts.items():
        for text in texts.values():
            for tone, wordings in text.wordings.items():
                speed = content.policy.speaking.get(tone, Speaking()).speed
                for wording in wordings:
                    if "{" not in wording:
                        yield from ((sentence, language, speed) for sentence in sentences(wording))

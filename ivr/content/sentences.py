"""Texts cut into sentences: each is spoken, cached and marked on the line by itself."""

import re

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

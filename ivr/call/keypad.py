"""Key presses: one key at a time for a choice, several for a number. Pure: time comes in as an argument."""

from dataclasses import dataclass, replace

from ivr.understanding.types import Expectation

KEYS = frozenset("0123456789*#")

BETWEEN_KEYS_MS = 2_500
"""Silence after a key that ends a number typed short of its digits (Amazon Connect's default is 5 s between
digits, Twilio's ``<Gather>`` 5 s; callers with a number in hand type faster than two keys in 2.5 s)."""


@dataclass(frozen=True)
class Keypad:
    """Keys pressed and not yet acted on."""

    keys: str = ""
    last_ms: int = 0


def press(keypad: Keypad, key: str, expecting: Expectation, now_ms: int) -> tuple[Keypad, str | None]:
    """Take in one key.

    Args:
        keypad: What was pressed before.
        key: ``0`` to ``9``, ``*`` or ``#``.
        expecting: What was asked: with ``digits``, or what may be typed, keys are collected.
        now_ms: When it was pressed.

    Returns:
        The keypad after it, and the keys to act on now, if any: without the closing ``#``.
    """
    if expecting.kind != "digits" and not expecting.typed:
        return Keypad(), key
    if key == "#":
        return Keypad(), keypad.keys or None
    keys = keypad.keys + key
    if expecting.digits is not None and len(keys) >= expecting.digits:
        return Keypad(), keys
    return replace(keypad, keys=keys, last_ms=now_ms), None


def due(keypad: Keypad, now_ms: int) -> tuple[Keypad, str | None]:
    """Give up waiting for the next key, when it is time.

    A lone ``0`` is what asks for a person: it is acted on here, after the pause that tells it from a number
    beginning with zero.
    """
    if keypad.keys and now_ms - keypad.last_ms >= BETWEEN_KEYS_MS:
        return Keypad(), keypad.keys
    return keypad, None

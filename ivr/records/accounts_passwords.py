"""Passwords: what is accepted, and how they are kept."""

import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from ivr.errors import AccountError

SHORTEST, LONGEST = 12, 256
"""Characters. NIST SP 800-63B-4 asks for 15 of a password that stands alone and for 8 beside a second factor; the
desk lies between (behind rate limits, without a second factor). The longest bounds the work of a request."""

_LONG_NAME = 4
"""Characters from which a login's name makes a password easy: "li" is in too many honest words."""

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""argon2id, 19 MiB, two passes, one lane: OWASP's minimum (Password Storage Cheat Sheet). Not more, because it runs
on the processors that calls are recognised on."""

_one_at_a_time = threading.Lock()
"""A rush of logins may wait; it must not take every core from the callers."""

_NOBODY = _hasher.hash("nobody has this password")
"""Checked against when there is no such login, so that it takes as long as a wrong password."""


def hash_password(password: str, name: str) -> str:
    """Turn a new password into what is stored.

    Args:
        password: As typed.
        name: Of its login; a password that holds it is refused.

    Raises:
        AccountError: it is too short, too long, or too easy.
    """
    plain = _normal(password)
    if not SHORTEST <= len(plain) <= LONGEST:
        raise AccountError(f"the password must have {SHORTEST} to {LONGEST} characters; it has {len(plain)}")
    easy = len(name) >= _LONG_NAME and name.casefold() in plain.casefold()
    if easy or len(set(plain.casefold())) < 5:
        raise AccountError("the password is too easy: it repeats few characters, or holds the login's name")
    with _one_at_a_time:
        return _hasher.hash(plain)


def matches(stored: str | None, password: str) -> bool:
    """Whether a password is the one stored; as slow for a login that does not exist (``stored`` None)."""
    plain = _normal(password[: LONGEST + 1])
    with _one_at_a_time:
        try:
            return _hasher.verify(stored or _NOBODY, plain) and stored is not None
        except (Argon2Error, InvalidHashError):
            return False


def _normal(password: str) -> str:
    """The same characters, however the keyboard composed them (Korean ones differ between systems).

    Unpaired surrogates, which no keyboard types, are replaced: they could not be hashed.
    """
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace").decode()

"""How often one may ask: counted in this process or in Redis (moving windows)."""

import threading
from dataclasses import dataclass
from math import ceil
from time import time

import structlog
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.errors import ConfigurationError as LimitsConfigurationError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import MovingWindowRateLimiter

from ivr.errors import ConfigurationError

log = structlog.get_logger(__name__)

LOGINS_PER_ADDRESS = RateLimitItemPerMinute(20)
"""Attempts from one address: a whole office behind one may come back from lunch."""
LOGINS_PER_NAME_AND_ADDRESS = RateLimitItemPerMinute(5, 15)
"""Five in 15 minutes for one name: mistypings pass, guessing a 12 character password does not. By address, so that
nobody can lock somebody else out."""
LOGINS_PER_NAME = RateLimitItemPerHour(60)
"""From everywhere together: against guessing from many addresses at once."""
WRONG_TOKENS = RateLimitItemPerMinute(30)
"""Tokens shown by one address, as long as none of them is the right bearer token: that one always passes."""


@dataclass(frozen=True)
class _Counted:
    item: RateLimitItem
    names: tuple[str, ...]


class Rates:
    """Counts requests. Safe from any thread. A store that fails is replaced by this process's own memory."""

    def __init__(self, storage_url: str, api_per_min: int) -> None:
        """Begin counting.

        Args:
            storage_url: ``memory://`` or ``redis://…``.
            api_per_min: Requests a minute of one person or token.

        Raises:
            ConfigurationError: the URL can't be used, or its package is missing.
        """
        try:
            storage = storage_from_string(storage_url)
        except (LimitsConfigurationError, ImportError) as error:
            raise ConfigurationError(f"IVR_RATE_STORAGE_URL: can't be used: {error}") from error
        self._limiter = MovingWindowRateLimiter(storage)
        self._own = MovingWindowRateLimiter(MemoryStorage())
        self._lock = threading.Lock()
        self._api = RateLimitItemPerMinute(api_per_min)

    def api(self, who: str) -> int | None:
        """Count a request of somebody; None, or the seconds after which they may ask again."""
        return self._count(_Counted(self._api, ("api", who)))

    def wrong_token(self, address: str) -> int | None:
        """Count a token that may be a guess; None, or the seconds after which the next one is looked at."""
        return self._count(_Counted(WRONG_TOKENS, ("token", address)))

    def login(self, name: str, address: str) -> int | None:
        """Count an attempt to log in; None, or the seconds after which the next may be made."""
        waits = [self._count(each) for each in self._logins(name, address)]
        return max((wait for wait in waits if wait is not None), default=None)

    def logged_in(self, name: str, address: str) -> None:
        """Forget this person's attempts from this address: the password was theirs."""
        counted = _Counted(LOGINS_PER_NAME_AND_ADDRESS, ("login", name, address))
        for limiter in (self._limiter, self._own):
            try:
                limiter.clear(counted.item, *counted.names)
            except Exception as error:
                self._failed(error)

    @staticmethod
    def _logins(name: str, address: str) -> tuple[_Counted, ...]:
        return (
            _Counted(LOGINS_PER_ADDRESS, ("login", address)),
            _Counted(LOGINS_PER_NAME_AND_ADDRESS, ("login", name, address)),
            _Counted(LOGINS_PER_NAME, ("login", "everywhere", name)),
        )

    def _count(self, counted: _Counted) -> int | None:
        try:
            passed = self._limiter.hit(counted.item, *counted.names)
        except Exception as error:  # whatever the store's client raises: counting must not stop the desk
            self._failed(error)
            passed = self._own.hit(counted.item, *counted.names)
            return None if passed else self._wait(self._own, counted)
        return None if passed else self._wait(self._limiter, counted)

    @staticmethod
    def _wait(limiter: MovingWindowRateLimiter, counted: _Counted) -> int:
        """Whole seconds until the window has room again."""
        resets_at_s = limiter.get_window_stats(counted.item, *counted.names).reset_time
        return max(1, min(ceil(resets_at_s - time()), counted.item.get_expiry()))

    @staticmethod
    def _failed(error: Exception) -> None:
        log.warning("rate.store_failed", problem=f"{type(error).__name__}: {error}")

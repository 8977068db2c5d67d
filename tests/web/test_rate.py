"""Counting requests, also when what counts them fails."""

import pytest
from limits.storage import MemoryStorage

from ivr.errors import ConfigurationError
from ivr.web.rate import Rates


def test_a_window_moves_and_people_are_counted_apart() -> None:
    rates = Rates("memory://", 3)
    assert [rates.api("anna") for _ in range(3)] == [None] * 3
    wait_s = rates.api("anna")
    assert wait_s is not None
    assert 1 <= wait_s <= 60
    assert rates.api("마루") is None


def test_a_store_that_fails_is_replaced_by_our_own_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    rates = Rates("memory://", 3)

    def fail(*arguments: object) -> bool:
        raise ConnectionError("the store is gone")

    monkeypatch.setattr(rates._limiter, "hit", fail)
    assert [rates.api("anna") is None for _ in range(4)] == [True, True, True, False]
    monkeypatch.setattr(rates._limiter, "clear", fail)
    for _ in range(6):
        rates.login("anna", "10.0.0.7")
    assert rates.login("anna", "10.0.0.7") is not None
    rates.logged_in("anna", "10.0.0.7")
    assert rates.login("anna", "10.0.0.7") is None


def test_a_store_that_can_not_be_used_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(self: MemoryStorage, *arguments: object, **options: object) -> None:
        raise ImportError("its package is not installed")

    monkeypatch.setattr(MemoryStorage, "__init__", missing)
    with pytest.raises(ConfigurationError, match=r"^IVR_RATE_STORAGE_URL: .*not installed"):
        Rates("memory://", 3)

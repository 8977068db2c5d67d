"""Who may open whose audio, and what the desk's orders reach."""

import pytest

from ivr.bridge.hub import TOKEN_S, BridgeHub
from ivr.bridge.types import BridgeEvent, DetachAsked, HoldAsked
from ivr.errors import BridgeTokenError, CallerGoneError


class Clock:
    """Stands still unless moved."""

    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def inbox() -> list[BridgeEvent]:
    return []


@pytest.fixture
def hub(clock: Clock, inbox: list[BridgeEvent]) -> BridgeHub:
    hub = BridgeHub(clock)
    hub.enter("CA1", inbox.append)
    return hub


def test_a_token_leads_to_its_caller_once(hub: BridgeHub) -> None:
    token = hub.attach("CA1", "mina")
    place = hub.redeem(token)
    assert (place.call_sid, place.agent_id) == ("CA1", "mina")
    with pytest.raises(BridgeTokenError, match="used before"):
        hub.redeem(token)


def test_a_token_expires(hub: BridgeHub, clock: Clock) -> None:
    token = hub.attach("CA1", "mina")
    clock.now_s += TOKEN_S
    with pytest.raises(BridgeTokenError, match="expired"):
        hub.redeem(token)


@pytest.mark.parametrize("token", ["", "a" * 43, "\ud800", "x" * 100_000])
def test_a_forged_token_is_unknown(hub: BridgeHub, token: str) -> None:
    with pytest.raises(BridgeTokenError, match="unknown"):
        hub.redeem(token)


def test_a_caller_who_left_is_gone(hub: BridgeHub, inbox: list[BridgeEvent]) -> None:
    token = hub.attach("CA1", "mina")
    hub.leave("CA1", inbox.append)
    assert not hub.alive("CA1")
    with pytest.raises(CallerGoneError):
        hub.attach("CA1", "mina")
    with pytest.raises(CallerGoneError):
        hub.redeem(token)


def test_a_token_of_an_earlier_wait_is_void(hub: BridgeHub, inbox: list[BridgeEvent]) -> None:
    token = hub.attach("CA1", "mina")
    hub.leave("CA1", inbox.append)
    hub.enter("CA1", inbox.append)
    with pytest.raises(BridgeTokenError, match="used before"):
        hub.redeem(token)


def test_orders_reach_the_call_and_nobody_else(hub: BridgeHub, inbox: list[BridgeEvent]) -> None:
    hub.hold("CA1", True)
    hub.detach("CA1", "completed")
    hub.detach("CA2", "completed")
    assert inbox == [HoldAsked(True), DetachAsked("completed")]

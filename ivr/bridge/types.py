"""What the bridge tells the call whose caller it joins with an agent. Plain values, put into the call's inbox."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ivr.handoff.types import Detached

if TYPE_CHECKING:
    from ivr.bridge.agent_leg import AgentLeg


@dataclass(frozen=True)
class AgentJoined:
    """The agent's browser has opened its audio: the two can be joined."""

    leg: "AgentLeg"


@dataclass(frozen=True)
class AgentLeft:
    """The agent's audio is gone."""

    leg: "AgentLeg"
    why: str
    on_purpose: bool
    """The agent's page said goodbye first."""


@dataclass(frozen=True)
class AgentSpoke:
    """20 ms of the agent's voice, as the caller hears it: µ-law at 8 kHz."""

    ulaw: bytes


@dataclass(frozen=True)
class HoldAsked:
    """The agent puts the caller on hold, or comes back."""

    on: bool


@dataclass(frozen=True)
class DetachAsked:
    """The desk takes the caller away from where they are."""

    why: Detached


BridgeEvent = AgentJoined | AgentLeft | AgentSpoke | HoldAsked | DetachAsked

"""Puts a desk together from a deployment's settings."""

from collections.abc import Callable
from dataclasses import replace

import structlog

from ivr.content.types import Content
from ivr.errors import DeskBusyError
from ivr.handoff.agents import DEMO_AGENTS
from ivr.handoff.desk import Desk
from ivr.handoff.desk_record import DeskRecord
from ivr.handoff.desk_rules import DeskPolicy
from ivr.handoff.desk_store import DeskStore
from ivr.handoff.recovery import recover
from ivr.handoff.routing import RoutingPolicy, on_duty
from ivr.handoff.types import Bridge
from ivr.records.store import Store
from ivr.records.types import Journal
from ivr.settings import Settings

_log = structlog.get_logger(__name__)


def open_desk(
    settings: Settings,
    store: Store,
    journal: Journal,
    content: Callable[[], Content],
    bridge: Bridge | None = None,
) -> Desk:
    """Make the desk; :meth:`ivr.handoff.desk.Desk.start` opens it.

    In the embedded default the demo agents sit at it, unless there are others.

    Args:
        settings: The deployment's.
        store: The calls' database, which holds the desk's tables, too.
        journal: Where the calls' own records hear what becomes of their hand-offs.
        content: The managers' files, the version of this moment.
        bridge: Where the callers' streams are.
    """

    def prepare(desk: Desk) -> None:
        store.migrate()
        if settings.open and not desk.agents.any():
            desk.agents.add(DEMO_AGENTS, desk.now())
            _log.info("desk_demo_agents", agents=[agent.id for agent in DEMO_AGENTS])
        recover(desk, store.dead, lambda call_sid: bridge is not None and bridge.alive(call_sid))

    return Desk(
        DeskStore(store.engine, store.presence.node),
        DeskRecord(journal),
        bridge=bridge,
        policy=_policy(settings, content()),
        hours=lambda: content().hours,
        prepare=prepare,
    )


def desk_takes_calls(settings: Settings, desk: Desk) -> bool:
    """Whether a caller who is to get a person now waits for the desk (``IVR_DESK``); never raises."""
    if settings.desk != "auto":
        return settings.desk == "on"
    if settings.phones:
        return False
    try:
        return any(on_duty(agent) for agent in desk.board().of(desk.store.node).agents)
    except DeskBusyError as error:
        _log.warning("desk_not_asked", why=str(error))
        return False


def desk_opens(settings: Settings, desk: Desk) -> bool:
    """Whether the desk may take callers, and is just being opened: :func:`desk_takes_calls` can't tell yet."""
    return not desk.opened and (settings.desk == "on" or (settings.desk == "auto" and not settings.phones))


def routing_policy(settings: Settings, content: Content | None) -> RoutingPolicy:
    """How callers and agents are brought together, at the desk and by telephone.

    Args:
        settings: The deployment's.
        content: The managers' files say which calls are hard; None: the default.
    """
    policy = RoutingPolicy(breather_s=settings.desk_breather_s)
    return policy if content is None else replace(policy, furious_from=content.policy.frustration.upset_from)


def _policy(settings: Settings, content: Content) -> DeskPolicy:
    return DeskPolicy(
        routing=routing_policy(settings, content),
        offer_s=float(settings.agent_ring_s),
        wrap_up_s=settings.desk_wrap_up_s,
    )

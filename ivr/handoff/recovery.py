"""After a restart: callers who waited, and agents who talked, when the process died."""

from collections.abc import Callable
from datetime import datetime

import structlog

from ivr.handoff.desk import Desk
from ivr.handoff.desk_returning import RETURN_S
from ivr.handoff.types import LIVE, TALKS, AgentStatus, HandOff, HandOffState

COME_BACK_S = 15.0
"""Seconds in which agents' browsers are expected back: they try again every 3 s."""

_log = structlog.get_logger(__name__)


def recover(desk: Desk, dead: Callable[[str, datetime], bool], alive: Callable[[str], bool]) -> int:
    """Bring every hand-off of a dead process into a state that is true again.

    Who waited or talked waits again, with the place they had, counts as returned, and is offered to agents as soon
    as their line is back; who does not come back within :data:`ivr.handoff.desk_returning.RETURN_S` is called back,
    or, without a number, was missed (:meth:`ivr.handoff.desk.Desk.round`). Written up is what was being written up.
    Agents who were at its desk are expected back at this one.

    Args:
        desk: Not started yet.
        dead: Whether a process, alive at a time, is not any more (:meth:`ivr.records.store.Store.dead`).
        alive: Whether a caller is on the line here.

    Returns:
        How many hand-offs were recovered.

    Raises:
        DeskBusyError: the database can't be used; to be called again.
    """
    board, now = desk.board(), desk.now()
    mine = [
        agent.id
        for agent in board.agents
        if agent.status is not AgentStatus.OFFLINE
        and (agent.node == desk.store.node or dead(agent.node, agent.status_at or now))
    ]
    desk.agents.move_here(mine)
    for agent_id in mine:
        desk.attendance.expect(agent_id, desk.clock.seconds() + COME_BACK_S)
    left = [
        each for each in board.hand_offs if each.node != desk.store.node and dead(each.node, each.changed_at or now)
    ]
    for hand_off in left:
        _recover(desk, hand_off, alive)
    if left:
        _log.warning("desk_recovered", hand_offs=len(left))
    return len(left)


def _recover(desk: Desk, hand_off: HandOff, alive: Callable[[str], bool]) -> None:
    if hand_off.state not in LIVE:
        desk.recovered(hand_off, HandOffState.COMPLETED, "the server was restarted")
        return
    if not alive(hand_off.call.call_sid):
        desk.returning.expect(hand_off.call.call_sid, desk.clock.seconds() + RETURN_S)
    if hand_off.state is not HandOffState.WAITING:
        desk.recovered(hand_off, HandOffState.WAITING, "the server was restarted")
    # From a talk that step counts already.
    desk.store.adopt(hand_off, returned=hand_off.state not in TALKS)

"""After a restart: callers who waited, and agents who talked, when the process died."""

from collections.abc import Callable
from datetime import datetime

import structlog

from ivr.handoff.desk import Desk
from ivr.handoff.types import LIVE, AgentStatus, HandOff, HandOffState

COME_BACK_S = 15.0
"""Seconds in which agents' browsers are expected back: they try again every 3 s."""

_log = structlog.get_logger(__name__)


def recover(desk: Desk, dead: Callable[[str, datetime], bool], alive: Callable[[str], bool]) -> int:
    """Bring every hand-off of a dead process into a state that is true again.

    Whoever is on the line still waits on; whose stream broke with the process is called back, or, without a number,
    was missed. Written up is what was being written up. Agents who were at the desk are expected back.

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
    for agent in board.agents:
        if agent.status is not AgentStatus.OFFLINE:
            desk.attendance.expect(agent.id, desk.clock.seconds() + COME_BACK_S)
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
    elif alive(hand_off.call.call_sid):
        desk.store.adopt(hand_off)
        if hand_off.state is not HandOffState.WAITING:
            desk.recovered(hand_off, HandOffState.WAITING, "the server was restarted")
    else:
        to = HandOffState.CALLBACK if hand_off.call.from_number else HandOffState.MISSED
        desk.recovered(hand_off, to, "the server was restarted")

"""Brings hand-offs from state to state, and tells the caller's side and the call's record of it."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import structlog

from ivr.content import hours as opening
from ivr.content.types import Hours
from ivr.errors import CallerGoneError, DeskError
from ivr.handoff.agents import AgentStore
from ivr.handoff.desk_clock import DeskClock
from ivr.handoff.desk_record import DeskRecord
from ivr.handoff.desk_rules import ENDS, LINE_LOST, Decline, Move, Step, after_caller_left, times_returned
from ivr.handoff.desk_store import DeskStore
from ivr.handoff.queue import WAITS
from ivr.handoff.types import (
    LIVE,
    TALKS,
    Accepted,
    AgentStatus,
    Bridge,
    DeclineReason,
    HandOff,
    HandOffState,
    WaitingCall,
)

_log = structlog.get_logger(__name__)


class DeskMoves:
    """What can happen to a hand-off. Safe from any thread; every method may raise ``DeskBusyError``."""

    def __init__(
        self,
        store: DeskStore,
        record: DeskRecord,
        bridge: Bridge | None,
        hours: Callable[[], Hours],
        clock: DeskClock,
    ) -> None:
        """See :class:`ivr.handoff.desk.Desk`."""
        self._store = store
        self._agents = AgentStore(store)
        self._record = record
        self._bridge = bridge
        self._hours = hours
        self._clock = clock

    def add(self, call: WaitingCall) -> None:
        """A caller waits."""
        returned = 0
        if call.again:
            before = self._store.latest(call.call_sid)
            if before is not None and before.state in LIVE:
                self._wait_on(before)
                return
            times = times_returned(before, self._clock.now()) if before is not None else None
            if before is not None and times is not None:
                returned = times
                # Of a talk only the loss counts: its minutes were no waiting.
                call = replace(call, at=call.at if before.accepted_at else before.call.at)
                self._record.came_back(before)
        if self._store.add(call, self._clock.now(), returned):
            _log.info("desk_waiting", call_sid=call.call_sid, language=call.language, topic=call.topic)

    def _wait_on(self, hand_off: HandOff) -> None:
        """The caller is on another line: the hand-off goes on, with the place it had."""
        if hand_off.state is not HandOffState.WAITING:
            self.move(hand_off, HandOffState.WAITING, LINE_LOST)
        if hand_off.node != self._store.node:  # else it was adopted when it was recovered
            self._store.adopt(hand_off, returned=hand_off.state not in TALKS)
        _log.info("desk_waits_on", call_sid=hand_off.call.call_sid)

    def never_came_back(self, call_sid: str) -> None:
        """A caller whose line broke is on no other: called back, or, without a number, missed."""
        hand_off = self._store.latest(call_sid)
        if hand_off is not None and hand_off.state in LIVE:
            to = HandOffState.CALLBACK if hand_off.call.from_number else HandOffState.MISSED
            self.move(hand_off, to, "the server was restarted")

    def talking(self, call_sid: str, agent_id: str) -> None:
        """The two hear each other."""
        hand_off = self._store.latest(call_sid)
        if hand_off and hand_off.state is HandOffState.ACCEPTED and hand_off.agent_id == agent_id:
            self.move(hand_off, HandOffState.TALKING, "")

    def caller_gone(self, call_sid: str) -> None:
        """The caller is not on the line any more; unless they are on another one by now."""
        if self._bridge is not None and self._bridge.alive(call_sid):
            return
        while hand_off := self._store.latest(call_sid):
            to = after_caller_left(hand_off) if hand_off.node == self._store.node else None
            if to is None or self.move(hand_off, to, "the caller hung up"):
                return  # else it has just moved: where it is now, it must leave as well

    def agent_gone(self, call_sid: str, agent_id: str, why: str) -> None:
        """The agent is not there any more: the caller waits again."""
        hand_off = self._store.latest(call_sid)
        if hand_off and hand_off.state in TALKS and hand_off.agent_id == agent_id:
            self.move(hand_off, HandOffState.WAITING, why, AgentStatus.BREAK)

    def chose(self, call_sid: str, to: HandOffState, at: dt.datetime | None) -> None:
        """The caller would rather have something else than wait."""
        hand_off = self._store.latest(call_sid)
        if hand_off and hand_off.state in WAITS:
            self.move(hand_off, to, "the caller chose it", at=at)

    def do(self, step: Step) -> None:
        """Do what is overdue."""
        now = self._clock.now()
        if isinstance(step, Move):
            self.move(step.hand_off, step.to, step.why, step.agent_then)
        elif isinstance(step, Decline):
            self._store.decline(step.hand_off, step.agent.id, step.reason, now, step.then)
        else:
            self._agents.set_status(step.agent.id, AgentStatus.OFFLINE, now, DeclineReason.UNREACHABLE)

    def move(
        self,
        hand_off: HandOff,
        to: HandOffState,
        why: str,
        agent_then: AgentStatus = AgentStatus.AVAILABLE,
        at: dt.datetime | None = None,
    ) -> bool:
        """Bring a hand-off into a state; False when it is no longer where it was seen.

        Args:
            hand_off: As it was seen.
            to: The state.
            why: For the events.
            agent_then: What the agent does from now on whose call it was.
            at: When the caller wants to be called back; None: as soon as somebody can.
        """
        call_sid = hand_off.call.call_sid
        if not self._store.move(hand_off, to, self._clock.now(), why=why, agent_then=agent_then):
            return False
        _log.info("desk_moved", call_sid=call_sid, since=hand_off.state.value, to=to.value, why=why)
        if to in ENDS and self._bridge is not None:
            try:
                self._bridge.detach(call_sid, ENDS[to])
            except Exception:  # the record below must be right all the same
                _log.exception("desk_detach_failed", call_sid=call_sid)
        self._record.moved(hand_off, to, at or self._soonest())
        return True

    def end_talk(self, hand_off: HandOff, to: HandOffState) -> bool:
        """The agent ends it; False when it is over already."""
        now: HandOff | None = hand_off
        while now is not None and now.state in TALKS and now.agent_id == hand_off.agent_id:
            if self.move(now, to, "the agent ended it"):
                return True
            now = self._store.latest(hand_off.call.call_sid)  # what was accepted has just become a talk
        return False

    def refuse_elsewhere(self, hand_off: HandOff) -> None:
        """Sound stays in the process that has the caller's line: nobody can be joined with it in another.

        Raises:
            DeskError: it is in another.
        """
        if self._bridge is not None and hand_off.state in LIVE and hand_off.node != self._store.node:
            raise DeskError("this caller's line is on another server: take the call at its desk", "elsewhere")

    def connect(self, hand_off: HandOff) -> Accepted:
        """Get the caller ready for the agent who has just taken the call.

        Raises:
            CallerGoneError: the caller hung up; the hand-off is closed.
            DeskError: the audio can't be set up; the caller waits again.
        """
        if self._bridge is None:
            return Accepted(hand_off, None)
        call_sid, agent_id = hand_off.call.call_sid, hand_off.agent_id or ""
        try:
            return Accepted(hand_off, self._bridge.attach(call_sid, agent_id))
        except CallerGoneError:
            self.caller_gone(call_sid)
            raise
        except Exception as error:
            _log.exception("desk_attach_failed", call_sid=call_sid)
            self.agent_gone(call_sid, agent_id, "the audio could not be set up")
            raise DeskError(
                "the audio could not be set up: the caller waits for the next agent", "audio_failed"
            ) from error

    def _soonest(self) -> dt.datetime:
        """When somebody can call back: now, or when the agents' hours begin."""
        hours, now = self._hours(), self._clock.now()
        if opening.is_open(hours, hours.agents, now):
            return now
        return opening.next_opening(hours, hours.agents, now) or now

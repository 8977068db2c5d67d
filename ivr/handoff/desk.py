"""The desk: callers who wait, agents who take them, and nobody lost in between.

What people click (accept, decline, finish …) is done at once, in the thread that asks, and settled by the database.
What happens to callers and browsers is put into an inbox; one thread of the desk's own works it off, looks after
what is overdue and lets waiting calls ring at agents. If the database is locked, a click is answered with
:class:`ivr.errors.DeskBusyError` and the inbox keeps what it holds.
"""

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import replace

import structlog

from ivr.content import hours as opening
from ivr.content.types import Hours
from ivr.errors import CallTakenError, DeskBusyError, DeskError, RecordsError
from ivr.handoff import routing
from ivr.handoff.agents import AgentStore, Attendance
from ivr.handoff.desk_clock import DeskClock
from ivr.handoff.desk_inbox import Inbox
from ivr.handoff.desk_moves import DeskMoves
from ivr.handoff.desk_outage import Outage
from ivr.handoff.desk_reads import Board
from ivr.handoff.desk_record import DeskRecord
from ivr.handoff.desk_returning import RETURN_S, Returning
from ivr.handoff.desk_rules import DeskPolicy, Step, left_behind, overdue
from ivr.handoff.desk_store import DeskStore
from ivr.handoff.queue import WAITS, outlooks
from ivr.handoff.types import (
    INSTEAD,
    TALKS,
    Accepted,
    Agent,
    AgentStatus,
    Bridge,
    CallerChoice,
    DeclineReason,
    HandOff,
    HandOffState,
    Outlook,
    WaitingCall,
)

ROUND_S = 0.5
"""Seconds between two looks at what is overdue; news wakes the desk at once."""

STOP_S = 5.0
"""Seconds for the round under way when the desk is closed."""

_log = structlog.get_logger(__name__)


class Desk:
    """Satisfies :class:`ivr.handoff.types.DeskEvents`. Every method is safe from any thread."""

    def __init__(
        self,
        store: DeskStore,
        record: DeskRecord,
        *,
        bridge: Bridge | None = None,
        policy: DeskPolicy | None = None,
        hours: Callable[[], Hours] = Hours,
        clock: DeskClock | None = None,
        prepare: Callable[["Desk"], None] = lambda desk: None,
    ) -> None:
        """Open the desk; nothing moves before :meth:`start` (or :meth:`round`).

        Args:
            store: The desk's database.
            record: Where the calls' own records hear of it.
            bridge: Where the callers' streams are. None: no audio goes through this server.
            policy: The deployment's.
            hours: The managers' opening times, the version of this moment.
            clock: For tests.
            prepare: Called in the desk's thread before its first round, until it succeeds: makes the tables,
                recovers what a dead process left (:func:`ivr.handoff.recovery.recover`). May raise
                :class:`RecordsError`.
        """
        self.store = store
        self.agents = AgentStore(store)
        self.attendance = Attendance()
        self.returning = Returning()
        self.opened = False  # whether what a dead process left has been recovered
        self.clock = clock or DeskClock()
        self.policy = policy or DeskPolicy()
        self._record = record
        self._bridge = bridge
        self._prepare = prepare
        self._hours = hours
        self.inbox = Inbox()
        self._moves = DeskMoves(store, record, bridge, hours, self.clock)
        self._outage = Outage(record, bridge)
        self._outlooks: dict[str, Outlook] = {}  # replaced whole, never changed
        self._thread = threading.Thread(target=self._run, name="desk", daemon=True)

    # --- what callers and streams do (DeskEvents) ---------------------------------------------------------

    def request(self, call: WaitingCall) -> None:
        """A caller waits for a person from now on."""
        waits = replace(call, at=self.now())
        self._outage.asked(waits)
        self.inbox.tell(lambda: self._add(waits))

    def expect(self, call_sid: str) -> None:
        """A caller whose line broke is still on the telephone."""
        self.returning.extend(call_sid, self.clock.seconds() + RETURN_S)

    def outlook(self, call_sid: str) -> Outlook:
        """What this caller may be told now; from memory."""
        return self._outlooks.get(call_sid) or Outlook(None, None, 0, self.is_open())

    def talking(self, call_sid: str, agent_id: str) -> None:
        """The two hear each other."""
        self.inbox.tell(lambda: self._moves.talking(call_sid, agent_id))

    def caller_gone(self, call_sid: str) -> None:
        """The caller hung up, or their stream broke."""
        self.inbox.tell(lambda: self._moves.caller_gone(call_sid))

    def agent_gone(self, call_sid: str, agent_id: str, why: str) -> None:
        """The agent's audio broke off."""
        self.inbox.tell(lambda: self._moves.agent_gone(call_sid, agent_id, why))

    def caller_chose(self, call_sid: str, choice: CallerChoice, at: dt.datetime | None = None) -> None:
        """The caller would rather have something else than wait."""
        to = INSTEAD[choice]
        self.inbox.tell(lambda: self._moves.chose(call_sid, to, at))

    def recovered(self, hand_off: HandOff, to: HandOffState, why: str) -> None:
        """Bring a hand-off that a dead process left behind into a state that is true again.

        Raises:
            DeskBusyError: try again.
        """
        self._moves.move(hand_off, to, why)

    # --- what agents click --------------------------------------------------------------------------------

    def now(self) -> dt.datetime:
        """The desk's time; aware, UTC."""
        return self.clock.now()

    def is_open(self) -> bool:
        """Whether the agents' hours run."""
        hours = self._hours()
        return opening.is_open(hours, hours.agents, self.now())

    def board(self) -> Board:
        """The desk at this moment.

        Raises:
            DeskBusyError: the database can't be read.
        """
        now = self.now()
        day = opening.day_start(self._hours(), now)
        refused_since = now - dt.timedelta(seconds=self.policy.ask_again_s)
        return self.store.board(day, refused_since, self.policy.routing)

    def beat(self, agent_id: str) -> None:
        """An agent's browser shows that it lives."""
        self.attendance.beat(agent_id, self.clock.seconds())

    def enter(self, agent_id: str) -> None:
        """An agent sits down at the desk.

        Raises:
            DeskError: there is no such agent; DeskBusyError: try again.
        """
        self.beat(agent_id)
        self.agents.enter(agent_id, self.now())
        self.inbox.wake()

    def know(self, agent: Agent) -> None:
        """Let somebody who has logged in be an agent.

        Raises:
            DeskBusyError: try again.
        """
        self.agents.know(agent, self.now())

    def set_status(self, agent_id: str, status: AgentStatus) -> None:
        """An agent becomes available, goes on a break, or leaves; ends their wrap-up.

        Raises:
            DeskError: not now, and why; DeskBusyError: try again.
        """
        self.beat(agent_id)
        self.agents.set_status(agent_id, status, self.now())
        self.inbox.wake()

    def accept(self, call_sid: str, agent_id: str) -> Accepted:
        """Take a call. Of several who ask for it one gets it.

        Raises:
            CallTakenError: somebody else has it (the message says who) or is to have it, or it is over.
            CallerGoneError: the caller hung up.
            DeskError: the agent can't take a call now.
            DeskBusyError: nothing was changed, try again.
        """
        self.beat(agent_id)
        board, now = self.board(), self.now()
        hand_off, agent = board.live(call_sid), board.agent(agent_id)
        if agent is None:
            raise DeskError("enter the desk first", "not_entered")
        if hand_off is None:
            raise self._why_over(call_sid)
        if call_sid in self.returning.awaited():
            raise CallTakenError("this caller's line broke: they are expected back any moment", "expected_back")
        self._moves.refuse_elsewhere(hand_off)
        if hand_off.state in TALKS and hand_off.agent_id == agent_id:
            return self._moves.connect(hand_off)  # asked once more: the first answer may have been lost on its way
        refused = board.refused.get(hand_off.id, routing.NOBODY)
        why_not = routing.why_not(hand_off, agent, board.agents, refused, now, self.policy.routing)
        if why_not is not None and hand_off.state in WAITS and hand_off.agent_id != agent_id:
            raise CallTakenError(why_not, "colleague_rested")
        self.store.accept(hand_off, agent_id, now)
        self.inbox.wake()
        accepted = self._moves.connect(self.store.latest(call_sid) or hand_off)
        self._record.accepted(call_sid, agent.name)
        return accepted

    def decline(self, call_sid: str, agent_id: str, reason: DeclineReason) -> None:
        """Leave an offered call to the next agent.

        Raises:
            CallTakenError: it does not ring at this agent's desk (any more); DeskBusyError: try again.
        """
        self.beat(agent_id)
        hand_off = self.store.latest(call_sid)
        if hand_off is None or not self.store.decline(hand_off, agent_id, reason, self.now()):
            raise CallTakenError("this call does not ring at your desk any more", "not_ringing")
        self.inbox.wake()

    def finish(self, call_sid: str, agent_id: str, *, back_to_machine: bool = False) -> None:
        """End the talk: to be written up; or let the caller go on with the machine.

        Raises:
            CallTakenError: the agent is not in this call; DeskBusyError: try again.
        """
        self.beat(agent_id)
        to = HandOffState.BACK_TO_MACHINE if back_to_machine else HandOffState.WRAP_UP
        hand_off = self._mine(call_sid, agent_id)
        self._moves.refuse_elsewhere(hand_off)
        if not self._moves.end_talk(hand_off, to):
            raise CallTakenError("this talk is over already", "talk_over")
        self.inbox.wake()

    def hold(self, call_sid: str, agent_id: str, on: bool) -> None:
        """Let the caller hear music, or come back.

        Raises:
            CallTakenError: the agent is not in this call; DeskBusyError: try again.
        """
        self.beat(agent_id)
        hand_off = self._mine(call_sid, agent_id)
        self._moves.refuse_elsewhere(hand_off)
        if hand_off.state not in TALKS:
            raise CallTakenError("this talk is over already", "talk_over")
        self.store.write(hand_off, agent_id, self.now(), "hold", on_hold=on)
        if self._bridge is not None:
            self._bridge.hold(call_sid, on)
        self.inbox.wake()

    def write(
        self, call_sid: str, agent_id: str, *, notes: str | None = None, disposition: str | None = None
    ) -> None:
        """Keep what the agent writes about their call, during and after it.

        Raises:
            CallTakenError: it is not their call; DeskBusyError: try again.
        """
        self.beat(agent_id)
        hand_off = self._mine(call_sid, agent_id)
        told = {"notes": notes, "disposition": disposition}
        values = {name: value for name, value in told.items() if value is not None}
        if values:
            self.store.write(hand_off, agent_id, self.now(), "written", **values)
            self.inbox.wake()

    # --- the desk's own thread ----------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to look after callers."""
        self._thread.start()

    def stop(self) -> None:
        """End the desk's thread. Idempotent."""
        self.inbox.close()
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join(STOP_S)

    def round(self) -> None:
        """Work off the inbox, see to what is overdue, offer waiting calls. For the desk's thread, and for tests.

        Raises:
            DeskBusyError: the database is locked or away; what was not done is done next time.
        """
        arrived = self.attendance.arrived()
        self.agents.move_here(arrived)
        self.attendance.settled(arrived)
        self.inbox.work_off()
        awaited = self._see_to_lost_lines()
        # Who is expected back can't be given to anybody now.
        board, now, is_open = self.board().without(awaited), self.now(), self.is_open()
        bridge, node = self._bridge, self.store.node
        steps = overdue(
            board,
            now,
            self.policy,
            node=node,
            present=lambda agent_id: self.attendance.present(agent_id, self.clock.seconds()),
            alive=lambda call_sid: bridge is None or bridge.alive(call_sid),
            is_open=is_open,
        )
        steps += left_behind(board, now, self.policy, node=node)
        for step in steps:
            self._try(step)
        if steps:
            board, now = self.board().without(awaited), self.now()
        board = board.of(node)
        waiting = [each for each in board.hand_offs if each.state is HandOffState.WAITING]
        choices = routing.route(waiting, board.agents, board.refused, now, self.policy.routing)
        sids = {each.id: each.call.call_sid for each in waiting}
        for choice in choices:
            if self.store.offer(choice, sids[choice.hand_off_id], now):
                _log.info("desk_offered", call_sid=sids[choice.hand_off_id], agent=choice.agent_id)
        if choices or awaited:
            board = self.board().of(node)  # who is expected back keeps their place
        self._outlooks = outlooks(
            board.hand_offs, board.agents, board.occupied_s, now, self.policy.routing, is_open=is_open
        )
        self._outage.know(each.call for each in board.hand_offs if each.state in WAITS)
        if not board.hand_offs:
            self.clock.settle()
        if steps or choices:
            self.inbox.announce()

    def _see_to_lost_lines(self) -> set[str]:
        """Give up callers who were expected back and did not come; gives those who still are."""
        now_s, awaited = self.clock.seconds(), self.returning.awaited()
        late = {call_sid for call_sid, until_s in awaited.items() if until_s < now_s}
        for call_sid in late:
            self._moves.never_came_back(call_sid)
            self.returning.over(call_sid)
        return awaited.keys() - late

    def _add(self, call: WaitingCall) -> None:
        self.returning.over(call.call_sid)
        if self._outage.wanted(call.call_sid):  # else the caller was let go while the database was away
            self._moves.add(call)
            self._outage.kept(call.call_sid)

    def without_database(self) -> int:
        """The database is away: nobody is kept waiting for it for ever. Gives how many were let go."""
        return self._outage.away(self.clock.seconds())

    def _try(self, step: Step) -> None:
        """Do one step; what goes wrong with one caller is no other caller's trouble."""
        try:
            self._moves.do(step)
        except DeskBusyError:
            raise
        except Exception:
            _log.exception("desk_step_failed", step=str(step)[:500])

    def _run(self) -> None:
        seen, troubled = 0, False
        while not self.inbox.closed:
            try:
                if not self.opened:
                    self._prepare(self)
                    self.opened = True
                self.round()
                if troubled:
                    _log.warning("desk_database_back")
                troubled = False
            except RecordsError as error:
                if not troubled:
                    _log.error("desk_database_down", problem=str(error))
                troubled = True
                self.without_database()
            except Exception:
                _log.exception("desk_round_failed")
            seen = self.inbox.wait_for_work(seen, ROUND_S)

    def _mine(self, call_sid: str, agent_id: str) -> HandOff:
        hand_off = self.store.latest(call_sid)
        if hand_off is None or hand_off.agent_id != agent_id:
            raise CallTakenError("this is not your call (any more)", "not_yours")
        return hand_off

    def _why_over(self, call_sid: str) -> CallTakenError:
        hand_off = self.store.latest(call_sid)
        if hand_off is None:
            return CallTakenError("no such call waits here", "no_call")
        return CallTakenError(f"this call is over: {hand_off.state.value}", "over")

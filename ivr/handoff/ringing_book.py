"""The hand-offs that ring agents' telephones, and how each thing that happens changes them. No threads, no I/O.

What has to be done about it is put into :attr:`RingingBook.effects`; :mod:`ivr.handoff.ringing_service` does it.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import structlog

from ivr.content.types import Hours
from ivr.handoff.desk_clock import DeskClock
from ivr.handoff.ringing import (
    ANSWERS,
    CLOSED,
    MAY_LEAVE_MESSAGE,
    MAY_RETURN,
    Attempt,
    Caller,
    Effect,
    Fetch,
    FetchCaller,
    GiveUp,
    HangUp,
    Lost,
    Place,
    Pressed,
    Ring,
    RingPolicy,
    Rung,
    Write,
    WriteStatus,
    untaken,
)
from ivr.handoff.ringing_load import Staff
from ivr.handoff.ringing_plan import dial_now, outlook, plan
from ivr.handoff.types import RECORDED, Agent, HandOffState, Outlook

MOST_KEPT = 2_000
"""Hand-offs remembered that are over: the carrier's late webhooks come within minutes."""

_log = structlog.get_logger(__name__)


class RingingBook:
    """Owned by whoever holds the service's lock."""

    def __init__(
        self, phones: Sequence[Agent], policy: RingPolicy, clock: DeskClock, hours: Callable[[], Hours]
    ) -> None:
        """Nothing rings. See :class:`ivr.handoff.ringing_service.RingingService`."""
        self.effects: list[Effect] = []
        self._policy = policy
        self._clock = clock
        self.staff = Staff(phones, policy.routing, clock, hours)
        self._calls: dict[str, Rung] = {}

    def find(self, call_sid: str) -> Rung | None:
        """What is known of a call."""
        return self._calls.get(call_sid)

    def enter(self, caller: Caller, *, again: bool = False) -> Rung:
        """A caller waits for an agent's telephone. Asked twice it is one hand-off.

        Args:
            caller: Who.
            again: They wait since before a restart, for as long as the record says: nothing is rung until what may
                still ring has stopped.
        """
        known = self._calls.get(caller.call_sid)
        if known is not None and (again or not known.over or known.state not in MAY_RETURN):
            return known  # the webhook came twice, or late
        now_s, closed = self._clock.seconds(), not self.staff.is_open()
        wait_s = self._policy.ring_s + self._policy.slack_s if again else 0.0
        at = self._clock.now()
        waited_s = (at - caller.known.at).total_seconds() if again and caller.known is not None else 0.0
        call = Rung(
            **vars(caller),
            at=at,
            since_s=now_s - max(0.0, waited_s),
            not_before_s=now_s + wait_s,
            given_up=closed,
            closed=closed,
            offered_callback=known is not None and known.closed,
            why=CLOSED if closed else "the server was restarted" if again else "",
        )
        self._forget()
        self._calls[call.call_sid] = call
        return call

    def agents(self) -> tuple[Agent, ...]:
        """The telephones: what they do now, and what they have had today."""
        return self.staff.agents(self._live())

    def outlook(self, call_sid: str) -> Outlook:
        """What a waiting caller may be told."""
        call, is_open = self._calls.get(call_sid), self.staff.is_open()
        if call is None:
            return Outlook(None, None, len(self.staff.phones), is_open)
        now_s, at, occupied_s = self._clock.seconds(), self._clock.now(), self.staff.occupied_s
        return outlook(call, self._live(), self.agents(), occupied_s, now_s, at, self._policy, is_open=is_open)

    def dialled(self, call_sid: str) -> list[Attempt]:
        """The telephones that a ``<Dial>`` is to ring now: none that was rung before, so none rings twice.

        Asked again while it rings (the webhook came twice), the same; outside the agents' hours none.
        """
        call = self._calls.get(call_sid)
        if call is None or call.over or call.taken is not None:
            return []
        if rings := [each for each in call.attempts if each.live and each.placed_by == "dial"]:
            return rings
        if call.closed or not self.staff.is_open():
            return []
        self._withdraw(call, "the caller is put through another way")
        call = self._calls[call_sid]
        made = dial_now(call, self.agents(), self._clock.seconds(), self._clock.now(), self._policy)
        if made:
            self._change(replace(call, attempts=(*call.attempts, *made), state=HandOffState.OFFERED))
        return made

    def chose(self, call_sid: str, to: HandOffState, why: str) -> bool:
        """The caller gets something else than an agent, or is gone; telephones that ring stop.

        Returns:
            False when an agent has the caller by now, or the hand-off was over.
        """
        call = self._calls.get(call_sid)
        if call is None or call.over or (call.taken is not None and to is not HandOffState.ABANDONED):
            return False
        self._withdraw(call, why)
        self._end(self._calls[call_sid], to, why)
        return True

    def nobody(self, call_sid: str, why: str) -> None:
        """Nobody takes the call: the caller is asked what they would rather have."""
        call = self._calls.get(call_sid)
        if call is not None and not call.over and not call.given_up and call.taken is None:
            self._withdraw(call, why)
            call = self._calls[call_sid]
            self._change(replace(call, given_up=True, state=HandOffState.WAITING, why=why))

    def message(self, call_sid: str, left: bool) -> None:
        """The caller left a message, or did not. One that comes after the caller has hung up still counts."""
        call = self._calls.get(call_sid)
        if call is None or call.state not in MAY_LEAVE_MESSAGE:
            return
        if left:
            self._end(call, HandOffState.VOICEMAIL, "left a message")
        elif not call.over:
            self._end(call, untaken(call), f"{call.why}; no message was left")

    def caller_gone(self, call_sid: str) -> None:
        """The caller's call is over."""
        call = self._calls.get(call_sid)
        if call is None:  # webhooks may come in any order: nothing must ring for this call later
            now_s = self._clock.seconds()
            abandoned = HandOffState.ABANDONED
            self._calls[call_sid] = Rung(
                call_sid, "", at=self._clock.now(), since_s=now_s, state=abandoned, ended_s=now_s
            )
            self._forget()
            return
        if call.over:
            return
        if call.state is HandOffState.TALKING:
            self.talked(call_sid)
        elif call.given_up:
            self._end(call, untaken(call), f"{call.why}; the caller hung up")
        else:
            self.chose(call_sid, HandOffState.ABANDONED, "the caller hung up")

    def joined(self, call_sid: str) -> None:
        """The caller is in the room with the agent who took the call."""
        call = self._calls.get(call_sid)
        if call is not None and call.taken is not None and call.state is HandOffState.ACCEPTED:
            self._change(replace(call, state=HandOffState.TALKING))

    def talked(self, call_sid: str, *, sure: bool = False) -> bool:
        """The room is empty: they have talked. Whether they have; ``sure``: the carrier says so."""
        call = self._calls.get(call_sid)
        if call is None or call.over:
            return call is not None and call.state is HandOffState.COMPLETED
        if sure and call.taken is None:  # agreed upon before a restart
            self._end(call, HandOffState.COMPLETED, "they have talked")
            return True
        taken = call.taken or next((a for a in call.attempts if a.answer == "accepted"), None)
        if call.state is not HandOffState.TALKING or taken is None:
            return False
        self.staff.talked(call, self._clock.seconds() - taken.since_s)
        call = call.having(replace(taken, stage="over"))
        if taken.live and taken.placed_by == "rest":
            self._hang_up(taken)
        self._end(call, HandOffState.COMPLETED, "they have talked")
        return True

    def picked_up(self, call_sid: str, number: int, leg_sid: str) -> Rung | None:
        """An agent's telephone was picked up.

        Returns:
            The hand-off to tell of; None: the caller is gone, has an agent, or this is a second call of the same
            attempt.
        """
        call, attempt = self._attempt(call_sid, number, leg_sid)
        if call is None or attempt is None or not attempt.live:
            return None
        if call.over or (call.taken is not None and call.taken is not attempt):
            return None
        if attempt.stage in ("placing", "ringing"):
            self._change(call.having(replace(attempt, stage="whisper", leg_sid=leg_sid)))
        return self._calls[call_sid]

    def pressed(self, call_sid: str, number: int, leg_sid: str, key: str | None) -> Pressed:
        """An agent pressed a key: 1 takes the call, 2 declines it; None: none came in time. Exactly one gets it."""
        call, attempt = self._attempt(call_sid, number, leg_sid)
        if call is not None and call.taken is not None and not call.over:
            return "accepted" if call.taken is attempt and key == "1" else "taken"
        if call is None or attempt is None or call.over or not attempt.live:
            return "gone"
        return self._answer(call, replace(attempt, leg_sid=leg_sid), key)

    def _answer(self, call: Rung, attempt: Attempt, key: str | None) -> Pressed:
        if key == "1":
            self._accept(call, replace(attempt, stage="talking", answer="accepted"))
            return "accepted"
        if key == "2":
            self._refused(call, replace(attempt, stage="over", answer="declined"))
            return "declined"
        if key is None:
            why = "picked up, no key pressed"
            self._refused(call, replace(attempt, stage="over", answer="no_answer", why=why))
            return "gone"
        return "again"

    def leg_over(self, call_sid: str, number: int, leg_sid: str, status: str) -> None:
        """An agent's telephone call is over, or was never answered; ``status`` is Twilio's CallStatus."""
        call, attempt = self._attempt(call_sid, number, leg_sid)
        if call is None or attempt is None or not (attempt.live or attempt.guessed):
            return
        if attempt.answer == "accepted":
            self._agent_left(call, attempt)
            return
        answer = ANSWERS.get(status)
        if answer is None:  # completed: picked up, and hung up without a key
            answer = "declined" if attempt.stage == "whisper" else "no_answer"
        told = replace(attempt, stage="over", answer=answer, guessed=False, why=f"the telephone: {status}")
        if attempt.live:
            self._refused(call, told)
        else:
            self._change(call.having(told))

    def dial_over(self, call_sid: str, status: str) -> None:
        """A ``<Dial>`` is over and nobody was joined; ``status`` is Twilio's DialCallStatus, for all of it."""
        call = self._calls.get(call_sid)
        for attempt in call.attempts if call is not None else ():
            if attempt.live and attempt.placed_by == "dial":
                self.leg_over(call_sid, attempt.number, attempt.leg_sid or "", status)
                changed = self._calls[call_sid].attempts[attempt.number]
                self._calls[call_sid] = self._calls[call_sid].having(replace(changed, stage="over", guessed=True))

    # --- the clock ----------------------------------------------------------------------------------------

    def round(self) -> None:
        """Do what is to be done now."""
        now_s, at = self._clock.seconds(), self._clock.now()
        for step in plan(self._live(), self.agents(), now_s, at, self._policy, is_open=self.staff.is_open()):
            call = self._calls[step.call_sid]
            match step:
                case Ring(_, attempt):
                    made = (*call.attempts, attempt)
                    self._change(replace(call, attempts=made, state=HandOffState.OFFERED, why=""))
                    self.effects.append(Place(call.call_sid, attempt.number))
                case GiveUp(_, why, closed):
                    gone = replace(call, given_up=True, closed=closed, state=HandOffState.WAITING, why=why)
                    self._change(gone)
                    _log.info("nobody_took_it", call_sid=call.call_sid, why=why)
                    self.effects.append(FetchCaller(self._calls[call.call_sid]))
                case Lost(_, attempt):
                    self._hang_up(attempt)
                    why = "nothing more was heard of this telephone"
                    self._refused(call, replace(attempt, stage="over", answer="unreachable", why=why))
                case Fetch():
                    self._change(replace(call, agent_left_s=None, alone=True))
                    self.effects.append(FetchCaller(self._calls[call.call_sid]))

    def placed(self, call_sid: str, number: int, leg_sid: str) -> None:
        """The carrier rings an attempt's telephone."""
        call = self._calls[call_sid]
        attempt = call.attempts[number]
        if attempt.live:
            stage = "ringing" if attempt.stage == "placing" else attempt.stage
            self._change(call.having(replace(attempt, leg_sid=attempt.leg_sid or leg_sid, stage=stage)))
        elif attempt.answer == "withdrawn":  # while it was being placed
            self._hang_up(replace(attempt, leg_sid=leg_sid))

    def not_placed(self, call_sid: str, number: int, why: str, *, carrier: bool) -> None:
        """It could not be rung.

        Args:
            call_sid: The caller's call.
            number: Of the attempt.
            why: For the record.
            carrier: Whether it is the carrier's API that failed, not this telephone number.
        """
        call = self._calls[call_sid]
        attempt = call.attempts[number]
        if attempt.live and attempt.stage == "placing":
            failed = replace(attempt, stage="over", answer="unreachable", why=why, carrier_failed=carrier)
            self._refused(call, failed)

    # --- inside -------------------------------------------------------------------------------------------

    def _live(self) -> list[Rung]:
        """The hand-offs that are not over."""
        return [call for call in self._calls.values() if not call.over]

    def _attempt(self, call_sid: str, number: int, leg_sid: str) -> tuple[Rung | None, Attempt | None]:
        call = self._calls.get(call_sid)
        attempt = call.attempt(number) if call is not None else None
        if attempt is not None and attempt.leg_sid not in (None, leg_sid):
            _log.warning("agent_leg_unknown", call_sid=call_sid, attempt=number, leg=leg_sid)
            attempt = None
        return call, attempt

    def _accept(self, call: Rung, attempt: Attempt) -> None:
        by_dial = attempt.placed_by == "dial"
        attempt = replace(attempt, since_s=self._clock.seconds())
        state = HandOffState.TALKING if by_dial else HandOffState.ACCEPTED
        call = replace(call.having(attempt), state=state, why="", given_up=False)
        self._change(call)
        self._tell(call, HandOffState.ACCEPTED, attempt.agent or attempt.phone)
        self._withdraw(call, "another agent took the call")
        if not by_dial:
            self.effects.append(FetchCaller(call))

    def _refused(self, call: Rung, attempt: Attempt) -> None:
        call = call.having(attempt)
        rings = any(each.live for each in call.attempts)
        self._change(replace(call, state=HandOffState.OFFERED if rings else HandOffState.WAITING))

    def _agent_left(self, call: Rung, attempt: Attempt) -> None:
        """The telephone of the agent who has the call is over."""
        if attempt.placed_by == "dial":
            return  # the caller's <Dial> says so by itself
        if call.state is HandOffState.TALKING:
            self._change(replace(call, agent_left_s=self._clock.seconds()))
            return
        why = "took the call, and the telephone went dead"
        _log.warning("agent_lost", call_sid=call.call_sid, attempt=attempt.number)
        lost = replace(attempt, stage="over", answer="unreachable", why=why)
        waits = replace(call.having(lost), state=HandOffState.WAITING, returned=call.returned + 1, why=why)
        self._change(waits)

    def _withdraw(self, call: Rung, why: str) -> None:
        """Stop telephones that ring, but the one that has the call."""
        for attempt in call.attempts:
            if attempt.live and attempt.answer != "accepted":
                call = call.having(replace(attempt, stage="over", answer="withdrawn", why=why))
                self._hang_up(attempt)
            elif attempt.live and call.taken is None:
                call = call.having(replace(attempt, stage="over"))
        self._change(call)

    def _end(self, call: Rung, state: HandOffState, why: str) -> None:
        for attempt in call.attempts:
            if attempt.live:
                call = call.having(replace(attempt, stage="over"))
                self._hang_up(attempt)
        ended = replace(call, state=state, why=why, ended_s=self._clock.seconds(), agent_left_s=None)
        self._change(ended)
        _log.info("ringing_ended", call_sid=call.call_sid, state=state.value, why=why)
        self._tell(ended, state)

    def _change(self, call: Rung) -> None:
        """Remember, and write down."""
        if over := [each for each in call.attempts if not each.live and each.ended_at is None]:
            ended_at = self._clock.now()
            for each in over:
                call = call.having(replace(each, ended_at=ended_at))
        self._calls[call.call_sid] = call
        self.staff.note(call)
        self.effects.append(Write(call))

    def _tell(self, call: Rung, state: HandOffState, agent: str | None = None) -> None:
        status = RECORDED[state]
        if status == "missed" and untaken(call) is HandOffState.DECLINED:
            status = "declined"
        self.effects.append(WriteStatus(call.call_sid, status, agent))

    def _forget(self) -> None:
        over = sorted((c for c in self._calls.values() if c.over), key=lambda c: c.ended_s or 0.0)
        for call in over[: max(0, len(over) - MOST_KEPT)]:
            del self._calls[call.call_sid]

    def _hang_up(self, attempt: Attempt) -> None:
        if attempt.leg_sid is not None and attempt.placed_by == "rest":
            self.effects.append(HangUp(attempt.leg_sid))

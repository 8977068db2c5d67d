"""All calls of this process: admission, beginning, what follows the stream, going down in good order."""

import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal

import structlog

from ivr.call.bookkeeping import Bookkeeping, remember
from ivr.call.callers import REMEMBERED, own_number
from ivr.call.coming_back import Cause, Kept, Resumed, who_comes
from ivr.call.desk_streams import DeskStreams
from ivr.call.line import CallInfo, Line, LineEnded
from ivr.call.persons import Aside, Persons
from ivr.call.recalled import recalled
from ivr.call.services import CallServices
from ivr.call.session import CallSession
from ivr.call.switchboard_types import DESK_PLACES_PER_CALL, Ending
from ivr.call.tape import Recorder, TapedLine
from ivr.content.types import Content, Language
from ivr.records.types import CallStarted, Journal, KnownNumber
from ivr.records.views import CallView

_log = structlog.get_logger(__name__)

MAX_WAIT_S = 3.0
"""Estimated wait for a decode above which a new call goes straight to a person: with it, a reply would come
later than about 4 s, where callers begin to say "hello?"."""

START_SLACK_S = 15.0
"""Seconds a stream that has come may take to begin (10, see ``StreamLimits.start_s``), and some slack."""

AFTER_STREAM_S = 2.0
"""Seconds in which the carrier asks what follows a stream that we have closed; it does so at once."""

SILENT_S = 1.0
"""Seconds without audio after which a line that is over as the carrier says is taken for dead: 50 frames."""


class House(Bookkeeping):
    """Satisfies :class:`ivr.call.switchboard_types.Switchboard`. Every method is safe from any thread."""

    def __init__(
        self,
        services: Callable[[], CallServices | None],
        *,
        content: Content,
        max_calls: int,
        language: Language,
        waiting_s: float = 60.0,
        journal: Journal | None = None,
        known_number: Callable[[str, datetime], KnownNumber] | None = None,
        recorder: Recorder | None = None,
        persons: Persons | None = None,
        recall: Callable[[str], CallView | None] = lambda call_sid: None,
        loading: Callable[[], bool] = lambda: True,
    ) -> None:
        """Open the house.

        Args:
            services: Gives what calls use, or None while it is being loaded.
            content: The texts, there from the start: a caller who comes too early is told so in them.
            max_calls: Calls at once.
            language: The hotline's own.
            waiting_s: How long a call may take to bring its stream.
            journal: Where calls are recorded that come before the services are there.
            known_number: Looks up what is known of a number, calls that ended since then included
                (:meth:`ivr.records.store.Store.known_number`); None: every caller is alike.
            recorder: Records the calls; None: none is.
            persons: The agents' desk; None: people are only rung by telephone.
            recall: Reads a call's record (:meth:`ivr.records.store.Store.call`), for those of a process that died.
            loading: Whether the services, where they are not there yet, are going to be.
        """
        super().__init__(services, content, journal)
        self._max_calls = max_calls
        self._language: Language = language
        self._waiting_s = waiting_s + START_SLACK_S
        self._known_number = known_number
        self._recorder = recorder
        self._persons = persons
        self._recall = recall
        self._loading = loading
        self._desk = DeskStreams(max_calls * DESK_PLACES_PER_CALL)
        self._refused: OrderedDict[str, Cause] = OrderedDict()
        self._cut_off: OrderedDict[str, None] = OrderedDict()  # should the carrier ask: the caller is still there
        self._found: OrderedDict[str, Future[KnownNumber]] = OrderedDict()
        self._waiting: dict[str, float] = {}  # admitted, the stream has not come; until when its place is kept
        self._live: dict[str, CallSession] = {}
        self._handing_off: OrderedDict[str, None] = OrderedDict()  # with a person, or on the way there
        self._endings: OrderedDict[str, Ending] = OrderedDict()
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._resumed: dict[str, Resumed] = {}
        self._draining = self._closing = False

    @property
    def live_calls(self) -> int:
        """Calls going on now."""
        with self._lock:
            return len(self._live)

    @property
    def draining(self) -> bool:
        """Whether no new calls are taken."""
        return self._draining

    def admit(self, info: CallInfo) -> bool:
        """Open the record of a call whose webhook came in; False: straight to a person."""
        services, journal = self._services(), self._journal()
        why = self._enter(info.call_sid, services) if services else "models are not ready"
        if journal is not None:
            journal.call_started(
                CallStarted(
                    call_sid=info.call_sid,
                    started_at=datetime.now(UTC),
                    from_number=info.from_number,
                    to_number=info.to_number,
                    language=info.language,
                    origin=info.origin,
                    content_version=self._prompts().version,
                )
            )
        if why is not None or services is None:
            _log.warning("call_refused", call_sid=info.call_sid, why=why)
            with self._lock:
                ready = services is not None and not self._draining
                remember(self._refused, info.call_sid, "full_house" if ready else "not_ready")
            if journal is not None:
                journal.call_ended(info.call_sid, datetime.now(UTC), "handed_off")
            return False
        self._look_up(info, services)
        return True

    def _look_up(self, info: CallInfo, services: CallServices) -> None:
        """Find out, beside everything else, what is known of the number."""
        find, number = self._known_number, own_number(info.from_number)
        if find is None or number is None:
            return
        found = services.lookups.submit(find, number, datetime.now(UTC) - REMEMBERED)
        with self._lock:
            remember(self._found, info.call_sid, found)

    def _enter(self, call_sid: str, services: CallServices) -> str | None:
        """Keep a place for a call; says why it can't have one, and must go to a person."""
        now_s = time.monotonic()
        with self._lock:
            lost = [waiting for waiting, until_s in self._waiting.items() if until_s < now_s]
            for waiting in lost:
                del self._waiting[waiting]
                self._desk.over(waiting)
            why = self._why_not(services)
            if why is None:
                self._waiting[call_sid] = now_s + self._waiting_s
            else:
                self._goes_to_person(call_sid)
            self._count()
        for waiting in lost:  # its stream broke before it began, and the carrier never said more
            services.journal.call_ended(waiting, datetime.now(UTC))
        return why

    def _why_not(self, services: CallServices) -> str | None:
        if self._draining:
            return "the server is going down"
        if len(self._live) + len(self._waiting) - self._desk.beyond >= self._max_calls:
            return f"full house: {self._max_calls} calls"
        wait_s = services.recognition.load()
        if wait_s > MAX_WAIT_S:
            return f"recognition is {wait_s:.1f} s behind"
        return None

    def begin(self, info: CallInfo, line: Line) -> CallSession:
        """Start the conversation."""
        services = self._services()
        if services is None:
            raise RuntimeError("a call was admitted before the models were ready")
        with self._lock:
            found = self._found.pop(info.call_sid, None)
            resumed = self._resumed.pop(info.call_sid, None)
            at_desk = self._desk.begin(info.call_sid)
        # A call has one recording, of the stream whose greeting said so.
        first = resumed is None and at_desk is None
        tape = self._recorder.begin(info) if self._recorder is not None and first else None
        taped = TapedLine(line, tape) if tape is not None else line
        aside = self._aside(info.call_sid) if at_desk is not None else None
        session = CallSession(
            info, taped, services, self._ended, found, self._persons, tape, resumed, at_desk, aside
        )
        with self._lock:
            self._waiting.pop(info.call_sid, None)
            self._live[info.call_sid] = session
            self._count()
        _log.info("call_began", call_sid=info.call_sid, origin=info.origin)
        session.start()
        return session

    def _ended(self, session: CallSession) -> None:
        call_sid = session.info.call_sid
        with self._lock:
            if self._live.get(call_sid) is session:
                del self._live[call_sid]
                self._desk.over(call_sid)
            remember(self._endings, call_sid, session.ending)
            if session.cut_off and session.info.origin != "browser":  # a page that loses its socket has hung up
                remember(self._cut_off, call_sid, None)
            if session.kept is not None:
                remember(self._kept, call_sid, session.kept)
            if session.ending.next != "hang_up":
                self._goes_to_person(call_sid)
            self._count()
        services = self._services()
        if services is not None:
            services.metrics.calls_ended.labels(outcome=session.outcome).inc()
        _log.info("call_ended", call_sid=call_sid, next=session.ending.next)

    def ending(self, call_sid: str) -> Ending:
        """Say what follows a call's stream; a person for a call that is unknown."""
        with self._lock:
            session = self._live.get(call_sid)
        if session is not None and not session.join(timeout_s=5.0) and session.silent_s > SILENT_S:
            session.receive(LineEnded("the carrier says so"))  # a line that broke without our noticing
            session.join(timeout_s=5.0)
        with self._lock:
            never_came = call_sid in self._waiting and self._desk.offered(call_sid) is None
            if never_came:
                del self._waiting[call_sid]
                self._goes_to_person(call_sid)
                self._count()
            ending = self._endings.get(call_sid) or Ending("person", self._language)
            unknown = not never_came and call_sid not in self._endings and call_sid not in self._refused
            if cut_off := call_sid in self._cut_off:
                del self._cut_off[call_sid]
                ending = replace(ending, next="person")
                remember(self._endings, call_sid, ending)
                self._goes_to_person(call_sid)
        if never_came and (services := self._services()):
            _log.warning("stream_never_came", call_sid=call_sid)
            services.journal.call_ended(call_sid, datetime.now(UTC), "handed_off")
        if cut_off and (journal := self._journal()):
            _log.warning("line_broke", call_sid=call_sid)
            journal.outcome(call_sid, "handed_off")
        return self._from_record(call_sid, ending) if unknown else ending

    def _from_record(self, call_sid: str, ending: Ending) -> Ending:
        """What follows the stream of a call of which only the record knows (the process was another)."""
        try:
            view = self._recall(call_sid)
            return recalled(view, self._prompts(), self._language, datetime.now(UTC)) if view else ending
        except Exception:  # a person who is told nothing is better than none
            _log.exception("call_not_recalled", call_sid=call_sid)
            return ending

    def to_desk(self, info: CallInfo) -> CallInfo | Literal["soon"] | None:
        """Get ready for a caller to wait at the desk, on a stream that comes next; None: that can't be."""
        persons, services, call_sid = self._persons, self._services(), info.call_sid
        if persons is None or self._closing or (services is None and not self._loading()):
            return None
        if not (persons.opening() or persons.wanted()):
            return None
        persons.desk.expect(call_sid)
        if services is None or persons.opening():
            return "soon"
        with self._lock:
            if session := self._live.get(call_sid):  # the webhook came twice
                return session.info
            offered = self._desk.offered(call_sid)
            kept, cause = self._kept.get(call_sid), self._refused.get(call_sid)
        own, now_s = info.language or self._language, services.clock()
        at_desk = offered or who_comes(info, kept, cause, self._recall, own, now_s, datetime.now(UTC))
        with self._lock:
            why_not = self._desk.refusal(call_sid)
            if why_not is None:
                self._desk.offer(call_sid, at_desk)
                self._waiting[call_sid] = time.monotonic() + self._waiting_s
                for known in (self._kept, self._endings, self._handing_off, self._refused):
                    known.pop(call_sid, None)
            else:
                self._waiting.pop(call_sid, None)
                if never_came := self._desk.over(call_sid):
                    remember(self._kept, call_sid, never_came.kept)
            self._count()
        if why_not is not None:
            _log.warning("not_at_desk", call_sid=call_sid, why=why_not)
            return None
        if offered is None:
            services.journal.reopened(call_sid)
            self._look_up(at_desk.kept.info, services)
        _log.info("to_desk", call_sid=call_sid, cause=at_desk.cause)
        return at_desk.kept.info

    def _aside(self, call_sid: str) -> Aside:
        """How a caller at the desk gets a place among the conversations."""
        return Aside(lambda: self._place(call_sid, take=False), lambda: self._place(call_sid, take=True), None)

    def _place(self, call_sid: str, *, take: bool) -> bool:
        services = self._services()
        if services is None:
            return False
        with self._lock:
            if self._desk.without_place(call_sid) and self._why_not(services) is not None:
                return False
            if take:
                self._desk.takes_place(call_sid)
        return True

    def resume(self, call_sid: str, how: Literal["machine", "callback"]) -> CallInfo | None:
        """Get ready to go on with a caller who waited for a person; None: that can't be."""
        services = self._services()
        with self._lock:
            if waiting := self._resumed.get(call_sid):  # the webhook came twice
                return waiting.kept.info
            kept = self._kept.get(call_sid)
        if services is None or kept is None or (why := self._enter(call_sid, services)) is not None:
            _log.warning("not_resumed", call_sid=call_sid, why="unknown" if kept is None else why)
            return None
        info = replace(kept.info, language=kept.state.language)
        with self._lock:
            self._kept.pop(call_sid, None)  # the call may have ended meanwhile
            self._resumed[call_sid] = Resumed(replace(kept, info=info), how)
            self._handing_off.pop(call_sid, None)
            self._endings.pop(call_sid, None)
        services.journal.reopened(call_sid)
        self._look_up(info, services)
        _log.info("call_resumed", call_sid=call_sid, how=how)
        return info

    def finished(self, call_sid: str) -> None:
        """Close the record of a call that the carrier says is over."""
        self._leave(call_sid)
        with self._lock:
            self._kept.pop(call_sid, None)
        if journal := self._journal():
            journal.call_ended(call_sid, datetime.now(UTC))

    def _intent(self, call_sid: str) -> str | None:
        with self._lock:
            kept = self._kept.get(call_sid)
        return kept.state.intent if kept else None

    def _leave(self, call_sid: str) -> None:
        """The call is over for us, wherever it was but on its stream."""
        with self._lock:
            never_came = self._desk.over(call_sid) if call_sid in self._waiting else None
            self._waiting.pop(call_sid, None)
            self._handing_off.pop(call_sid, None)
            self._resumed.pop(call_sid, None)
            self._cut_off.pop(call_sid, None)
            self._count()
        if never_came is not None and never_came.kept.handoff is not None and (journal := self._journal()):
            journal.handoff_status(call_sid, "missed")

    def _goes_to_person(self, call_sid: str) -> None:
        """Count a call as handing off until the carrier says it is over. With the lock held."""
        remember(self._handing_off, call_sid, None)

    def _count(self) -> None:
        """Show how many calls are in which state. With the lock held."""
        if services := self._services():
            gauge = services.metrics.calls
            gauge.labels(state="waiting").set(len(self._waiting))
            gauge.labels(state="talking").set(len(self._live))
            gauge.labels(state="handing_off").set(len(self._handing_off))

    def drain(self, patience_s: float, sleep: Callable[[float], None] = time.sleep) -> None:
        """Take no new calls, let live ones finish, then send the rest to a person.

        Args:
            patience_s: How long live calls may go on.
            sleep: For tests.
        """
        self._draining = True
        deadline_s = time.monotonic() + patience_s
        while self._expected() and time.monotonic() < deadline_s:
            sleep(0.1)
        self._closing = True
        with self._lock:
            left = list(self._live.values())
        for session in left:
            session.shut_down("the server is being restarted")
        for session in left:
            session.join(timeout_s=10.0)
        sleep(AFTER_STREAM_S)

    def _expected(self) -> bool:
        """Whether calls are live, or admitted and about to be."""
        with self._lock:
            return bool(self._live or self._waiting)

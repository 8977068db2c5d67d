"""One live call: its thread, its inbox, its clock, and what happens when something fails.

All state of a call belongs to its one thread. Frames, key presses, marks, decodes and lookups arrive in its
inbox; what they lead to is decided in :mod:`ivr.call.conversation`.
"""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import structlog

from ivr.bridge.types import AgentSpoke
from ivr.call.callers import answered, greeting_languages
from ivr.call.chronicle import Chronicle
from ivr.call.coming_back import AtDesk, Kept, Resumed, greeting, next_move, to_desk
from ivr.call.conversation import Conversation
from ivr.call.decodes import Decoded
from ivr.call.errands import ErrandDone
from ivr.call.line import AudioReceived, CallInfo, KeyPressed, Line, LineEnded, LineEvent, MarkReached
from ivr.call.mouth import Phrase
from ivr.call.persons import Aside, PersonEvent, Persons, waiting_call
from ivr.call.services import CallServices
from ivr.call.switchboard_types import Ending
from ivr.call.tape import Tape, notice_heard
from ivr.call.with_person import WithPerson
from ivr.errors import LineClosedError
from ivr.handoff.summary import whispers
from ivr.records.types import KnownNumber, Outcome

_log = structlog.get_logger(__name__)

TICK_S = 0.05
"""Longest wait between two looks at the timers when the line is silent altogether."""

BACKLOG_FRAMES = 1_500
"""Frames waiting (30 s) beyond which new audio is dropped: the thread is stuck, and memory must not grow."""

LAST_WORDS_S = 20.0
"""Longest the closing words may take to be heard before the line is closed all the same."""


@dataclass(frozen=True)
class ShutDown:
    """The process is going down: hand the caller to a person."""

    why: str


_Inbox = LineEvent | Decoded | ErrandDone | ShutDown | PersonEvent


class CallSession:
    """A call in progress; satisfies :class:`ivr.call.switchboard_types.LiveCall`."""

    def __init__(
        self,
        info: CallInfo,
        line: Line,
        services: CallServices,
        on_end: Callable[["CallSession"], None],
        found: "Future[KnownNumber] | None" = None,
        persons: Persons | None = None,
        tape: Tape | None = None,
        resumed: Resumed | None = None,
        at_desk: AtDesk | None = None,
        aside: Aside | None = None,
    ) -> None:
        """Prepare a call; :meth:`start` answers it.

        Args:
            info: The call.
            line: Its stream.
            services: What calls use.
            on_end: Told when it is over.
            found: Looks up what is known of the number.
            persons: The agents' desk; None: there is none.
            tape: Records it; None: it is not recorded.
            resumed: The conversation that goes on; None: a new one, or
            at_desk: with whom and why the stream begins at the desk;
            aside: with this place among the calls.
        """
        self.info = info
        self.ending = Ending("person", info.language or services.settings.language)
        """What must follow the stream; a person unless the conversation says otherwise."""
        self.outcome: Outcome = "failed"
        """What the call came to, once it has ended."""
        self.kept: Kept | None = None
        """What to go on with, should the caller come back from a person's telephone, or on another stream."""
        self.cut_off = False
        """Whether the line ended while we were not through: the caller hung up, or, when the carrier asks what
        follows, the stream broke."""
        self._line = line
        self._services = services
        self._on_end = on_end
        self._found = found
        self._persons = persons
        self._tape = tape
        self._person: WithPerson | None = None  # set while people have the caller; read by the line's thread, too
        self._resumed = resumed
        self._at_desk = at_desk
        self._aside = aside
        self._heard_s = services.clock()
        before = resumed or at_desk
        self._began_s = before.kept.began_s if before else services.clock()
        self._inbox: queue.SimpleQueue[tuple[int, _Inbox]] = queue.SimpleQueue()
        self._dropped_frames = 0
        self._going_down = False
        self._line_open = True
        self._chronicle = Chronicle(services.journal, info.call_sid)
        self._conversation = Conversation(info, line, services, self._chronicle, self._post)
        self._thread = threading.Thread(target=self._run, name=f"call-{info.call_sid[-8:]}", daemon=True)

    def start(self) -> None:
        """Answer: the greeting goes out at once."""
        self._thread.start()

    def receive(self, event: LineEvent) -> None:
        """Hand over an event of the line; never blocks."""
        if isinstance(event, AudioReceived):
            self._receive_audio(event)
        else:
            self._post(event)

    @property
    def silent_s(self) -> float:
        """Seconds since the line brought audio, which it does 50 times a second."""
        return self._services.clock() - self._heard_s

    def _receive_audio(self, event: AudioReceived) -> None:
        self._heard_s = self._services.clock()
        person = self._person
        if person is not None:
            person.caller_spoke(event.ulaw)
        if self._tape is not None:
            self._tape.caller(event.ulaw)
        if self._inbox.qsize() <= BACKLOG_FRAMES:
            self._post(event)
            return
        self._dropped_frames += 1
        if self._dropped_frames % 500 == 1:
            _log.error("frames_dropped", call_sid=self.info.call_sid, dropped=self._dropped_frames)

    def shut_down(self, why: str) -> None:
        """Ask the call to go to a person now."""
        self._post(ShutDown(why))

    def join(self, timeout_s: float) -> bool:
        """Wait for the call's thread; whether it has ended."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _post(self, event: _Inbox) -> None:
        self._inbox.put((self._now_ms(), event))

    def _now_ms(self) -> int:
        return round((self._services.clock() - self._began_s) * 1000)

    # --- on the call's own thread from here ------------------------------------------------------------

    def _run(self) -> None:
        structlog.contextvars.bind_contextvars(call_sid=self.info.call_sid)
        try:
            self._begin()
            self._converse()
            self._hear_out()
        except LineClosedError as error:
            self._hung_up(str(error))
        except Exception as error:
            self._failed(error)
        finally:
            self._finish()

    def _begin(self) -> None:
        """Greet, or go on where an earlier stream of the call ended."""
        before = self._resumed or self._at_desk
        if before is None:
            self._conversation.greet(self._now_ms(), self._found)
            return
        self._chronicle.turns.extend(before.kept.turns)
        self._conversation.found = self._found
        if isinstance(before, AtDesk):
            call = answered(self.info, self._services, before.kept.state.language)
            move, handoff = to_desk(before, call), before.kept.handoff
        else:
            move, handoff = next_move(before, self._services.content), None
        self._conversation.go_on(move, self._now_ms(), handoff)

    def _converse(self) -> None:
        """Go on until the conversation or the line ends, people's part in it included."""
        while self._line_open and not self._over():
            try:
                arrived_ms, event = self._inbox.get(timeout=TICK_S)
            except queue.Empty:
                (self._person or self._conversation).tick(self._now_ms())
                continue
            if self._person is not None:
                self._handle_with_person(self._person, event, arrived_ms)
            else:
                self._handle(event, arrived_ms)
            if self._line_open and not self._over():
                (self._person or self._conversation).tick(self._now_ms())

    def _over(self) -> bool:
        """Whether nothing more is to be said but goodbye; brings people in, and the conversation back."""
        person = self._person
        if person is None and self._conversation.over:
            person = self._to_person()
        if person is None:
            return self._conversation.over
        if not person.over:
            return False
        if person.machine is None:
            return True
        self._person = None
        self._conversation.go_on(person.machine, self._now_ms())
        return self._over()

    def _to_person(self) -> WithPerson | None:
        """Let the caller wait for an agent on this line, if the desk takes callers."""
        resting = self._conversation.rest()
        if resting is None or self._persons is None or self._going_down or not self._persons.wanted():
            return None
        aside, self._aside = self._aside, None
        if aside is not None and self._at_desk is not None and not self._at_desk.greeted:
            aside = replace(aside, greet=lambda: greeting(self.info, self._services, self._found))
        self._person = WithPerson(resting, self._persons, self._person_did, aside)
        self._person.begin(self._now_ms())
        return self._person

    def _person_did(self, event: PersonEvent) -> None:
        if not isinstance(event, AgentSpoke) or self._inbox.qsize() <= BACKLOG_FRAMES:
            self._post(event)

    def _handle_with_person(self, person: WithPerson, event: _Inbox, arrived_ms: int) -> None:
        match event:
            case AudioReceived(ulaw):
                person.audio(ulaw, arrived_ms)
            case MarkReached(name):
                person.mark(name)
            case KeyPressed(key):
                person.key(key, self._now_ms())
            case Decoded():
                person.decoded(event, self._now_ms())
            case LineEnded(why):
                self._hung_up(why)
            case ShutDown(why):
                person.shut_down(why, self._now_ms())
            case ErrandDone():
                pass  # an answer to the machine, which has no part in this any more
            case AgentSpoke():
                person.person_event(event, arrived_ms)
            case _:
                person.person_event(event, self._now_ms())

    def _handle(self, event: _Inbox, arrived_ms: int) -> None:
        conversation = self._conversation
        match event:
            case AudioReceived(ulaw):
                conversation.audio(ulaw, arrived_ms)
            case MarkReached(name):
                conversation.mark(name)
            case KeyPressed(key):
                conversation.key(key, arrived_ms)
            case Decoded():
                conversation.decoded(event, self._now_ms())
            case ErrandDone():
                conversation.errand_done(event, self._now_ms())
            case LineEnded(why):
                self._hung_up(why)
            case ShutDown(why):
                self._going_down = True
                conversation.hand_over(why, "failure", self._now_ms())

    def _hear_out(self) -> None:
        """Let the caller hear the last words, then close the line."""
        give_up_ms = self._now_ms() + round(LAST_WORDS_S * 1000)
        while self._line_open and self._conversation.speaking and self._now_ms() < give_up_ms:
            try:
                _, event = self._inbox.get(timeout=TICK_S)
            except queue.Empty:
                event = None
            if isinstance(event, MarkReached):
                self._conversation.mark(event.name)
            elif isinstance(event, LineEnded):
                self._hung_up(event.why)
                return
            self._conversation.finish_speaking(self._now_ms())
        if self._line_open:
            self._line_open = False
            self._line.close()

    def _hung_up(self, why: str) -> None:
        if not self._line_open:
            return
        self._line_open = False
        _log.info("line_ended", why=why)
        self.cut_off = not (self._person.over if self._person else self._conversation.over)
        (self._person or self._conversation).line_ended(self._now_ms())

    def _failed(self, error: Exception) -> None:
        """Something of ours broke: one calm sentence, then a person."""
        _log.error("call_failed", exc_info=error)
        now_ms = self._now_ms()
        self._leave_person()
        try:
            self._conversation.failed(error, now_ms)
            language = self._conversation.language
            self._conversation.say_raw(Phrase("…", self._services.calm_sentence[language]), now_ms)
            self._hear_out()
        except LineClosedError as closed:
            self._hung_up(str(closed))
        except Exception:
            _log.exception("calm_sentence_failed")

    def _leave_person(self) -> None:
        if self._person is None:
            return
        try:
            self._person.close()
        except LineClosedError:
            pass
        except Exception:
            _log.exception("person_not_left")

    def _finish(self) -> None:
        self._leave_person()
        try:
            if self._line_open:
                self._line_open = False
                self._line.close()
        except LineClosedError:
            pass
        except Exception:
            _log.exception("line_close_failed")
        try:
            if self._person is not None:
                self._person.last_words()
            self.ending, self.outcome, left_open = self._ended()
            self._chronicle.ended(datetime.now(UTC), self.outcome, left_open)
            resting = self._conversation.rest() if self.ending.next == "person" else None
            if resting is not None or self.cut_off:
                self.kept = self._keep()
            if resting is not None:
                self.ending = replace(self.ending, caller=waiting_call(resting))
                told = whispers(resting.handoff, self._services.content)
                self.ending = replace(self.ending, whispers=told)
        except Exception:
            _log.exception("record_not_closed")
        try:
            self._end_tape()
        except Exception:
            _log.exception("recording_not_closed")
        finally:
            self._on_end(self)

    def _keep(self) -> Kept:
        """What another stream of this call goes on with."""
        resting, turns = self._conversation.rest(), tuple(self._chronicle.turns)
        return Kept(self.info, self._conversation.state, turns, self._began_s, resting.handoff if resting else None)

    def _end_tape(self) -> None:
        """Keep the recording if the caller heard that there is one, else throw it away."""
        if self._tape is None:
            return
        languages = greeting_languages(self.info, self._services.settings.language)
        heard = [turn.text for turn in self._chronicle.turns if turn.speaker == "assistant"]
        self._tape.finish(notice_heard(self._services.content, languages, heard))

    def _ended(self) -> tuple[Ending, Outcome, str | None]:
        """What must follow the stream, what the call came to, and the request it leaves undone."""
        conversation, person = self._conversation, self._person
        if person is None:
            return conversation.ending(), conversation.outcome(), conversation.left_open()
        hung_up = person.after == "hang_up"
        ending = (
            Ending(person.after, conversation.language)
            if hung_up
            else replace(conversation.ending(), next=person.after)
        )
        if person.promised:
            return ending, "callback", conversation.left_open()
        if person.talked:
            return ending, "handed_off", None
        return ending, "abandoned" if hung_up else "handed_off", conversation.left_open()

"""A caller who waits for an agent, or talks with one, while the stream stays open. Owned by the call's thread.

The conversation (:mod:`ivr.call.conversation`) rests meanwhile; it goes on when nobody takes the call or the caller
would rather have the machine.
"""

from collections.abc import Callable
from typing import Literal

import structlog

from ivr.bridge import agent_leg
from ivr.bridge.agent_leg import AgentLeg
from ivr.bridge.talk import Talk
from ivr.bridge.types import AgentJoined, AgentLeft, AgentSpoke, DetachAsked, HoldAsked
from ivr.call.callers import own_number
from ivr.call.coming_back import chosen
from ivr.call.decodes import Decoded
from ivr.call.listener import LAST_WORDS_WAIT_S
from ivr.call.overhearing import Overhearing
from ivr.call.persons import AgentDecoded, Aside, PersonEvent, Persons, Resting, agents_listener, waiting_call
from ivr.call.waiting import CHOICES, FIRST_UPDATE_MS, UPDATE_EVERY_MS, HoldMusic, update
from ivr.dialogue.handover import call_back_instead, come_back
from ivr.dialogue.manner import manner_of
from ivr.dialogue.moves import Move, Why
from ivr.dialogue.types import Say
from ivr.handoff.types import CallerChoice, Detached
from ivr.understanding.types import ANYTHING, Expectation

GRACE_MS = 3_000
"""How long a caller hears music after the agent's page has closed its audio on purpose, until the desk says what
comes next; then the agent counts as gone."""

Stage = Literal["waiting", "talking", "left", "over"]
After = Literal["hang_up", "person", "voicemail"]

_log = structlog.get_logger(__name__)


class WithPerson:
    """One caller's time with people."""

    def __init__(
        self,
        resting: Resting,
        persons: Persons,
        post: Callable[[PersonEvent], None],
        aside: Aside | None = None,
    ) -> None:
        """Prepare; :meth:`begin` tells the desk.

        Args:
            resting: What the conversation lends meanwhile.
            persons: The desk and the bridge.
            post: Puts an event into the call's inbox; never blocks.
            aside: Of a caller whose stream began at the desk; None: they come from a conversation on this stream.
        """
        self.stage: Stage = "waiting"
        self.after: After = "hang_up"
        """What must follow the stream, once it is over."""
        self.talked = False
        """Whether an agent and the caller have heard each other."""
        self.machine: Move | None = None
        """How the conversation goes on, if it does."""
        self.promised = False
        """Whether it ends with the promise to call back, without the machine."""
        self._aside = aside
        self._resting = resting
        self._persons = persons
        self._post = post
        self._call_sid = resting.info.call_sid
        self._music = HoldMusic(resting.line)
        self._talk: Talk | None = None  # read by the line's thread, too (caller_spoke)
        self._agent: Overhearing | None = None
        self._agent_id = ""  # who the caller talks or talked with
        self._caller = Overhearing(
            resting.listener,
            resting.chronicle,
            "caller",
            resting.feelings,
            resting.state.mood,
            resting.services.content.policy,
        )
        self._caller.background(aside is not None)
        self._settled_ms: int | None = None  # since when the caller waits and hears nothing but music
        self._update_ms: int | None = None
        self._updates = 0
        self._left_ms = 0
        self._offered = False

    @property
    def over(self) -> bool:
        """Whether nothing more comes of it."""
        return self.stage == "over"

    # --- the line's thread --------------------------------------------------------------------------------

    def caller_spoke(self, ulaw: bytes) -> None:
        """Pass the caller's voice on to the agent, ahead of everything else; never blocks."""
        talk = self._talk
        if talk is not None:
            talk.caller_spoke(ulaw)

    # --- the call's thread --------------------------------------------------------------------------------

    def begin(self, now_ms: int) -> None:
        """The caller waits from now on."""
        _log.info("waits_for_person", at_ms=now_ms)
        resting = self._resting
        resting.listener.expecting = ANYTHING
        self._persons.hub.enter(self._call_sid, self._post)
        self._persons.desk.request(waiting_call(resting, again=self._aside is not None))

    def audio(self, ulaw: bytes, now_ms: int) -> None:
        """Take in some of the caller's audio: it is written down, and in the queue a yes is an answer."""
        if self._talk is not None and self._talk.held:
            return  # what a caller says to the room while on hold is nobody's business
        self._heard(self._caller.hear(ulaw, now_ms), now_ms)

    def mark(self, name: str) -> None:
        """Take in a mark of the line."""
        self._resting.speaker.mark_reached(name)

    def key(self, key: str, now_ms: int) -> None:
        """Take in a key: a choice while waiting."""
        if self.stage == "waiting" and key in CHOICES:
            self._resting.chronicle.caller_pressed(key, self._resting.state.language, now_ms)
            self._chose(CHOICES[key], now_ms)

    def decoded(self, event: Decoded, now_ms: int) -> None:
        """Take in a decode of the caller's voice."""
        self._heard(self._caller.decoded(event), now_ms)

    def person_event(self, event: PersonEvent, now_ms: int) -> None:
        """Take in what the desk, the bridge or the agent does."""
        match event:
            case AgentSpoke(ulaw) if self._agent is not None:
                self._agent.hear(ulaw, now_ms)
            case AgentDecoded(decoded) if self._agent is not None:
                self._agent.decoded(decoded)
            case AgentJoined(leg):
                self._join(leg, now_ms)
            case AgentLeft(leg, why, on_purpose):
                self._agent_left(leg, why, on_purpose, now_ms)
            case HoldAsked(on) if self._talk is not None:
                self._talk.hold(on)
            case DetachAsked(why):
                self._detached(why, now_ms)
            case _:
                pass  # of a talk that is over

    def tick(self, now_ms: int) -> None:
        """Look at the clock: updates, music, an agent who left and does not come back."""
        speaker = self._resting.speaker
        speaker.finished(now_ms)
        if self.stage == "left" and now_ms - self._left_ms > GRACE_MS:
            self._agent_lost("the agent's page closed its audio and the desk said nothing", now_ms)
        if self.stage in ("talking", "over") or speaker.speaking:
            return
        if self.stage == "waiting":
            if self._settled_ms is None:
                self._settled_ms = now_ms
                self._update_ms = self._update_ms or now_ms + FIRST_UPDATE_MS
            if self._update_ms is not None and now_ms >= self._update_ms:
                self._tell_how_things_stand(now_ms)
                return
        self._music.play_on(now_ms)

    def line_ended(self, now_ms: int) -> None:
        """The caller hung up, or the stream broke."""
        self._end_talk(agent_leg.CALLER_GONE, "the caller hung up")
        self._persons.hub.leave(self._call_sid, self._post)
        self._persons.desk.caller_gone(self._call_sid)
        self._resting.speaker.line_ended(now_ms)
        self.stage = "over"

    def last_words(self) -> None:
        """Write down what was being said when it ended; waits for the words. Nobody is on the line any more."""
        for side in (self._caller, self._agent):
            if side is not None:
                side.last_words(LAST_WORDS_WAIT_S)

    def shut_down(self, why: str, now_ms: int) -> None:
        """The process is going down: somebody will get back to the caller."""
        _log.warning("person_interrupted", why=why)
        self._persons.desk.caller_chose(self._call_sid, "callback")
        self._leave("the hotline is being restarted")
        self._say((Say("desk_restart"),), now_ms)
        self._finish("person")

    def close(self) -> None:
        """Free the line and let the agent go, whatever has happened. Idempotent."""
        if self.stage != "over":
            self._leave("something failed")
            self._persons.desk.caller_gone(self._call_sid)
            self.after = "person"
            self.stage = "over"

    # --- waiting ------------------------------------------------------------------------------------------

    def _tell_how_things_stand(self, now_ms: int) -> None:
        outlook = self._persons.desk.outlook(self._call_sid)
        machine = self._aside is None or self._aside.room()
        say = update(outlook, self._resting.state.language, self._updates, machine=machine)
        self._updates += 1
        self._update_ms = now_ms + UPDATE_EVERY_MS
        if say:
            self._say(say, now_ms)
            self._offered = True
            self._resting.listener.expecting = Expectation(kind="yes_no")

    def _heard(self, intent: str | None, now_ms: int) -> None:
        """A turn of the caller may have ended, with this intent."""
        if self.stage == "waiting" and self._offered and intent == "yes":
            self._chose("callback", now_ms)

    def _chose(self, choice: CallerChoice, now_ms: int) -> None:
        """The caller would rather have something else than wait: at once, whatever the desk is busy with."""
        _log.info("waiting_caller_chose", choice=choice)
        aside = self._aside
        machine = choice != "voicemail" and (aside is None or aside.take_place())
        if choice == "machine" and not machine:
            self._say((Say("desk_offer_waiting"),), now_ms)  # taken since it was offered: they wait on
            return
        if choice == "callback" and not machine and own_number(self._resting.info.from_number) is None:
            choice = "voicemail"  # nobody can ask for a number
        self._persons.desk.caller_chose(self._call_sid, choice)
        self._leave("the caller chose not to wait")
        if choice == "voicemail":
            self._finish("voicemail")
        elif not machine:
            self._promise(now_ms)
        elif choice == "machine" and aside is not None and aside.greet is not None:
            self._back(aside.greet())
        else:
            self._back(chosen(self._resting.state, choice, self._resting.services.content))

    def _promise(self, now_ms: int) -> None:
        """Nobody asks when: the desk has arranged that somebody calls back as soon as somebody can."""
        self.promised = True
        self._say((Say("desk_call_back"), Say("goodbye")), now_ms)
        self._finish("hang_up")

    # --- talking ------------------------------------------------------------------------------------------

    def _join(self, leg: AgentLeg, now_ms: int) -> None:
        """Let the caller and the agent hear each other."""
        if self.over:
            leg.end(agent_leg.CALLER_GONE, "the caller is no longer on the line")
            return
        self._end_talk(agent_leg.REPLACED, "the audio was opened anew")
        self._resting.speaker.stop(now_ms)
        self._music.stop()
        self._caller.background(True)
        talk = Talk(self._resting.line, leg, self._post)
        talk.start()
        self._talk = talk
        self._agent = self._agents_ear()
        self._agent_id = leg.agent_id
        self.stage, self.talked = "talking", True
        _log.info("joined", agent=leg.agent_id, at_ms=now_ms)
        self._persons.desk.talking(self._call_sid, leg.agent_id)

    def _agents_ear(self) -> Overhearing:
        resting = self._resting
        listener = agents_listener(resting.services, self._call_sid, resting.state.language, self._post)
        return Overhearing(listener, resting.chronicle, "agent")

    def _agent_left(self, leg: AgentLeg, why: str, on_purpose: bool, now_ms: int) -> None:
        if self._talk is None or self._talk.leg is not leg:
            return  # another has taken its place, or we let it go
        if on_purpose:
            self._end_talk(agent_leg.ENDED, why)
            self.stage, self._left_ms = "left", now_ms
        else:
            self._agent_lost(why, now_ms)

    def _agent_lost(self, why: str, now_ms: int) -> None:
        self._end_talk(agent_leg.ENDED, why)
        _log.warning("agent_gone", agent=self._agent_id, why=why)
        self._persons.desk.agent_gone(self._call_sid, self._agent_id, why)
        self._wait_again(now_ms)

    def _wait_again(self, now_ms: int) -> None:
        """The talk broke off: one sentence, and the caller waits for the next agent."""
        self.stage = "waiting"
        self._settled_ms = None
        self._update_ms = now_ms + UPDATE_EVERY_MS
        self._say((Say("desk_agent_lost"),), now_ms)

    def _end_talk(self, status: int, why: str) -> None:
        """Part the two, if they are joined; the line is ours again."""
        talk, self._talk = self._talk, None
        if talk is None:
            return
        talk.stop()
        talk.leg.tell("ended", why=why)
        talk.leg.end(status, why)
        if self._agent is not None:
            self._agent.end_turn()
        self._caller.background(self._aside is not None)

    # --- the end ------------------------------------------------------------------------------------------

    def _detached(self, why: Detached, now_ms: int) -> None:
        """The desk takes the caller away from where they are."""
        if why == "agent_gone":
            if self.stage in ("talking", "left"):
                self._end_talk(agent_leg.ENDED, "the desk gave the call to somebody else")
                self._wait_again(now_ms)
            return
        self._leave("the talk is over" if why == "completed" else why)
        state, content = self._resting.state, self._resting.services.content
        match why:
            case "completed":
                self._say((Say("goodbye"),), now_ms)
                self._finish("hang_up")
            case "missed":
                self._say((Say("desk_missed"),), now_ms)
                self._finish("hang_up")
            case "voicemail":
                self._finish("voicemail")
            case "callback" | "back_to_machine" if self._aside is not None and not self._aside.take_place():
                if why == "callback":
                    self._promise(now_ms)
                else:
                    self._finish("voicemail")
            case "callback":
                self._back(call_back_instead(state, content, Why("nobody was free: a call-back")))
            case "back_to_machine" if self._aside is not None and self._aside.greet is not None:
                self._back(self._aside.greet())
            case "back_to_machine":
                self._back(come_back(state, Why("nobody was free: the machine goes on"), "desk_nobody"))

    def _leave(self, why: str) -> None:
        """The caller is neither waiting nor talking any more."""
        self._persons.hub.leave(self._call_sid, self._post)
        self._end_talk(agent_leg.ENDED, why)
        self._music.stop()

    def _back(self, move: Move) -> None:
        self._caller.background(False)
        self.machine = move
        self.stage = "over"

    def _finish(self, after: After) -> None:
        self.after = after
        self.stage = "over"

    def _say(self, say: tuple[Say, ...], now_ms: int) -> None:
        self._music.stop()
        state = self._resting.state
        speaking = self._resting.services.content.policy.speaking
        manner = manner_of("neutral", state.pace, state.loudness, speaking)
        self._resting.speaker.say(say, state.language, "neutral", now_ms, None, manner)

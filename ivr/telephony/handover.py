"""From the machine to a person: ringing agents, the whisper, voicemail.

With REST credentials callers wait in a room of music while telephones are rung (:mod:`ivr.telephony.waiting_room`);
without, or when Twilio's API can't be reached, a ``<Dial>`` in the caller's own call rings them.
"""

from collections.abc import Callable

import structlog
from flask import Blueprint, Response, request

from ivr.call.callers import own_number
from ivr.call.switchboard_types import Ending, Switchboard
from ivr.content.types import Language
from ivr.handoff.ringing import Caller, Rung
from ivr.handoff.ringing_service import RingingService
from ivr.handoff.types import HandOffState
from ivr.records.types import VoicemailRecord
from ivr.settings import Settings
from ivr.telephony import fields, signature, twiml
from ivr.telephony.handover_texts import HandoverTexts
from ivr.telephony.twiml import Spoken

MessageLeft = Callable[[str, VoicemailRecord], None]
"""Told that a message was left in a call. Never blocks."""

_log = structlog.get_logger(__name__)


def reply(xml: str) -> Response:
    """Answer a webhook with TwiML."""
    return Response(xml, mimetype="text/xml")


class Handover:
    """What Twilio asks about the way to a person. Safe from any thread."""

    def __init__(
        self,
        switchboard: Switchboard,
        settings: Settings,
        ringing: RingingService,
        message_left: MessageLeft | None = None,
    ) -> None:
        """Answer for ``switchboard``.

        Args:
            switchboard: The house.
            settings: The deployment's.
            ringing: Rings the agents' telephones.
            message_left: Told of each message.
        """
        self._switchboard = switchboard
        self._settings = settings
        self._ringing = ringing
        self._message_left = message_left
        self.texts = HandoverTexts(switchboard, settings.language)

    def add_routes(self, routes: Blueprint) -> None:
        """Add the routes under ``/twilio``."""
        whisper = "/whisper/<call_sid>/<int:number>"
        routes.add_url_rule(whisper, view_func=self.whisper, methods=["POST"])
        routes.add_url_rule(f"{whisper}/answer", view_func=self.whisper_answer, methods=["POST"])
        routes.add_url_rule(f"{whisper}/status", view_func=self.whisper_status, methods=["POST"])
        routes.add_url_rule("/dialled", view_func=self.dialled, methods=["POST"])
        routes.add_url_rule("/voicemail", view_func=self.voicemail, methods=["POST"])

    def enter(self, call_sid: str) -> Rung:
        """The caller is to get a person: from now on there is a hand-off that must end in a stored state."""
        ending = self.texts.ending(call_sid)
        return self._ringing.enter(self.caller(call_sid, ending.language, ending))

    def caller(self, call_sid: str, language: Language, ending: Ending) -> Caller:
        """Who the request at hand is about, and what their conversation told of them."""
        return Caller(
            call_sid,
            language,
            own_number=fields.own_number(request.form),
            from_number=fields.number(request.form.get("From")),
            whisper=ending.whisper,
            whispers=ending.whispers,
            here=signature.base_url(request, self._settings),
            known=ending.caller,
        )

    def outside_hours(self, call_sid: str) -> bool:
        """No agent's telephone rings now: whether a call-back is to be arranged, as the desk does; else a message.

        Not a second time for the same call: who comes here again got nowhere with it. And, as in the conversation,
        not when nobody will be there for weeks.
        """
        call = self._ringing.find(call_sid)
        if call is None or call.over or call.offered_callback or own_number(call.from_number) is None:
            return False
        if not self._ringing.opens_again():
            return False
        return self._ringing.chose(call_sid, HandOffState.CALLBACK, call.why)

    def dial(self, call_sid: str, language: Language, *, first: bool) -> Response:
        """Ring agents in the caller's own call; when none is left to ring, offer something else."""
        here = signature.base_url(request, self._settings)
        numbers: list[tuple[str, str | None]] = [
            (attempt.phone, f"{here}/twilio/whisper/{call_sid}/{attempt.number}")
            for attempt in self._ringing.dialled(call_sid)
        ]
        if not numbers:
            return self.nobody(call_sid, language)
        connecting = self.texts.text("twiml_connecting", language) if first else None
        ring_s = self._settings.agent_ring_s
        return reply(twiml.dial(connecting, numbers, ring_s=ring_s, dialled_url=f"{here}/twilio/dialled"))

    def nobody(self, call_sid: str, language: Language) -> Response:
        """Nobody takes the call: something else is offered; who says nothing may leave a message."""
        why = "no agent took the call" if self._settings.phones else "no agents' numbers are set"
        if not self._settings.phones:
            _log.warning("no_agents", call_sid=call_sid, mend="set IVR_AGENT_NUMBERS or IVR_AGENTS")
        self._ringing.nobody(call_sid, why)
        return self._take_message(language, self.texts.text("twiml_nobody", language))

    def message(self, call_sid: str) -> Response:
        """Take a message: the caller has waited for an agent, or would rather not."""
        return self._take_message(self.texts.ending(call_sid).language)

    def call_back(self, call_sid: str, language: Language) -> Response:
        """Promise a call-back, and take down what it is about."""
        here = signature.base_url(request, self._settings)
        invitation = self.texts.text("twiml_callback", language)
        return reply(twiml.voicemail(invitation, taken_url=f"{here}/twilio/voicemail"))

    # --- agents rung by <Dial> ----------------------------------------------------------------------------

    def whisper(self, call_sid: str, number: int) -> Response:
        """An agent picked up: say who is calling, ask for a key. CallSid in the form is the agent's own leg."""
        fields.call_sid(call_sid)
        call = self._ringing.picked_up(call_sid, number, fields.leg_sid(request.form.get("CallSid")))
        _log.info("agent_picked_up", call_sid=call_sid, agent=number)
        if call is None and self._ringing.find(call_sid) is not None:
            return self.too_late(call_sid, number)
        # A call that is not known rings since before a restart: its caller still hears it ring.
        return self.whispered(call_sid, number)

    def whispered(self, call_sid: str, number: int) -> Response:
        """The whisper, and the question for a key, for the leg that asks: in that agent's first language."""
        call = self._ringing.find(call_sid) or self.texts.ending(call_sid)
        language = self._agents_language(call_sid, number)
        told = [
            Spoken(text, spoken)
            for text, spoken in ((call.whispers.get(language), language), (call.whisper, self._settings.language))
            if text
        ]
        leg = request.path.removesuffix("/answer")
        answer_url = f"{signature.base_url(request, self._settings)}{leg}/answer"
        accept = self.texts.text("whisper_accept", language)
        return reply(twiml.whisper(told[0] if told else None, accept, answer_url=answer_url))

    def whisper_answer(self, call_sid: str, number: int) -> Response:
        """The agent pressed a key: 1 joins the two."""
        answer = self.answer(call_sid, number)
        unknown = self._ringing.find(call_sid) is None
        if answer == "accepted" or (unknown and request.form.get("Digits") == "1"):
            return reply(twiml.nothing())
        return self.answered(answer, call_sid, number)

    def answer(self, call_sid: str, number: int) -> str:
        """Take in an agent's key."""
        fields.call_sid(call_sid)
        key = None if request.args.get("late") else request.form.get("Digits", "")[:4]
        leg_sid = fields.leg_sid(request.form.get("CallSid"))
        answer = self._ringing.pressed(call_sid, number, leg_sid, key)
        _log.info("agent_answered", call_sid=call_sid, agent=number, answer=answer)
        return answer

    def answered(self, answer: str, call_sid: str, number: int) -> Response:
        """What an agent hears who does not get the call (yet)."""
        if answer == "again":
            return self.whispered(call_sid, number)
        if answer == "taken":
            return self.too_late(call_sid, number)
        return reply(twiml.hang_up())

    def too_late(self, call_sid: str, number: int) -> Response:
        """An agent is told that the call is over, or somebody else's."""
        return reply(twiml.hang_up(self.texts.text("whisper_late", self._agents_language(call_sid, number))))

    def _agents_language(self, call_sid: str, number: int) -> Language:
        """What the agent of an attempt speaks best; the hotline's own language if that is not written down."""
        call = self._ringing.find(call_sid)
        attempt = call.attempt(number) if call is not None else None
        spoken = next((p.languages for p in self._settings.phones if attempt and p.number == attempt.phone), ())
        return spoken[0] if spoken else self._settings.language

    def whisper_status(self, call_sid: str, number: int) -> Response:
        """An agent's leg is over."""
        fields.call_sid(call_sid)
        status = request.form.get("CallStatus", "")[:32]
        _log.info("agent_leg_over", call_sid=call_sid, agent=number, status=status)
        self._ringing.leg_over(call_sid, number, fields.leg_sid(request.form.get("CallSid")), status)
        return Response(status=204)

    def dialled(self) -> Response:
        """The dialling is over: they have talked, or nobody took the call."""
        call_sid = fields.call_sid(request.form.get("CallSid"))
        status = request.form.get("DialCallStatus", "")[:32]
        call = self._ringing.find(call_sid)
        language = self.texts.ending(call_sid).language
        if call is None:  # the server was restarted meanwhile
            call = self.enter(call_sid)
        # An agent who picks up and declines also makes the status "completed": only a bridge is a talk.
        bridged = request.form.get("DialBridged")
        accepted = call.taken is not None or call.state is HandOffState.COMPLETED
        talked = bridged == "true" if bridged else status in {"completed", "answered"} and accepted
        _log.info("dialled", call_sid=call_sid, status=status, talked=talked)
        if talked:
            self._ringing.talked(call_sid, sure=True)
            return reply(twiml.hang_up())
        self._ringing.dial_over(call_sid, status)
        if not call.attempts:
            return self.nobody(call_sid, language)
        return self.dial(call_sid, language, first=False)

    # --- messages -----------------------------------------------------------------------------------------

    def voicemail(self) -> Response:
        """A message was left, or (no RecordingUrl) was not."""
        call_sid = fields.call_sid(request.form.get("CallSid"))
        url = request.form.get("RecordingUrl", "")
        left = url.startswith(("https://", "http://")) and len(url) <= 2_000
        duration_s = fields.seconds(request.form.get("RecordingDuration")) if left else None
        recording_sid = fields.recording_sid(request.form.get("RecordingSid")) if left else None
        language = self.texts.ending(call_sid).language
        _log.info("voicemail", call_sid=call_sid, left=left, duration_s=duration_s)
        self.note(
            "voicemail",
            call_sid,
            lambda: self._switchboard.voicemail(call_sid, url if left else None, duration_s, recording_sid),
        )
        self._ringing.message(call_sid, left)
        told = self._message_left
        if left and told is not None:
            message = VoicemailRecord(url, recording_sid, duration_s, language)
            self.note("message", call_sid, lambda: told(call_sid, message))
        key = "twiml_voicemail_thanks" if left else "twiml_no_message"
        return reply(twiml.hang_up(self.texts.text(key, language)))

    def last_resort(self) -> Response:
        """Put the caller through with nothing that could fail: fixed words, no whisper.

        Inside a whisper, where dialling is not allowed, the agent is joined unasked.
        """
        language = self._settings.language
        path = request.path
        if "/whisper/" in path:
            return reply(twiml.nothing())
        if "/agent/" in path:
            return reply(twiml.hang_up(twiml.static("whisper_late", language)))
        connecting = twiml.static("twiml_connecting", language)
        here = signature.base_url(request, self._settings)
        if self._may_ring() and not path.endswith(("/dialled", "/voicemail", "/choice")):
            numbers = [(phone.number, None) for phone in self._settings.phones]
            return reply(
                twiml.dial(
                    connecting,
                    numbers,
                    ring_s=self._settings.agent_ring_s,
                    dialled_url=f"{here}/twilio/dialled",
                )
            )
        invitation = twiml.static("twiml_voicemail", language)
        if path.endswith("/voicemail"):
            return reply(twiml.hang_up(twiml.static("twiml_voicemail_thanks", language)))
        return reply(twiml.voicemail(invitation, taken_url=f"{here}/twilio/voicemail"))

    def note(self, what: str, call_sid: str, tell: Callable[[], None]) -> None:
        """Tell the house something; when that fails the caller must not notice."""
        try:
            tell()
        except Exception:
            _log.exception("not_recorded", call_sid=call_sid, what=what)

    def _may_ring(self) -> bool:
        """Whether agents' telephones may ring now; when even that can't be told, they may."""
        try:
            return bool(self._settings.phones) and self._ringing.is_open()
        except Exception:
            _log.exception("hours_unknown")
            return True

    def _take_message(self, language: Language, choice: Spoken | None = None) -> Response:
        here = signature.base_url(request, self._settings)
        return reply(
            twiml.voicemail(
                self.texts.text("twiml_voicemail", language),
                taken_url=f"{here}/twilio/voicemail",
                choice=choice,
                choice_url=f"{here}/twilio/waiting/choice?language={language}",
            )
        )

"""From the machine to a person: dialling agents, the whisper, voicemail."""

import threading
from collections import OrderedDict
from collections.abc import Callable

import structlog
from flask import Blueprint, Response, request

from ivr.call.switchboard_types import Ending, Switchboard
from ivr.content.types import Language
from ivr.settings import Settings
from ivr.telephony import fields, signature, twiml
from ivr.telephony.twiml import Spoken

MAX_ANSWERS = 10_000
"""Most calls whose agents' answers are remembered; each is needed for minutes."""

_log = structlog.get_logger(__name__)


def reply(xml: str) -> Response:
    """Answer a webhook with TwiML."""
    return Response(xml, mimetype="text/xml")


class Handover:
    """What Twilio asks about the way to a person. Safe from any thread."""

    def __init__(self, switchboard: Switchboard, settings: Settings) -> None:
        """Answer for ``switchboard``."""
        self._switchboard = switchboard
        self._settings = settings
        self._lock = threading.Lock()
        self._answers: OrderedDict[str, str] = OrderedDict()

    def add_routes(self, routes: Blueprint) -> None:
        """Add the routes under ``/twilio``."""
        whisper = "/whisper/<call_sid>/<int:agent>"
        routes.add_url_rule(whisper, view_func=self.whisper, methods=["POST"])
        routes.add_url_rule(f"{whisper}/answer", view_func=self.whisper_answer, methods=["POST"])
        routes.add_url_rule("/dialled", view_func=self.dialled, methods=["POST"])
        routes.add_url_rule("/voicemail", view_func=self.voicemail, methods=["POST"])

    def person(self, call_sid: str) -> Response:
        """Ring the agents, or take a message when there are none."""
        language = self.ending(call_sid).language
        if not self._settings.agent_numbers:
            _log.warning("no_agents", call_sid=call_sid, mend="set IVR_AGENT_NUMBERS")
            self._missed(call_sid)
            return self._take_message(language)
        here = signature.base_url(request, self._settings)
        numbers = [
            (number, f"{here}/twilio/whisper/{call_sid}/{index}")
            for index, number in enumerate(self._settings.agent_numbers)
        ]
        return reply(
            twiml.dial(
                self._text("twiml_connecting", language),
                numbers,
                ring_s=self._settings.agent_ring_s,
                dialled_url=f"{here}/twilio/dialled",
            )
        )

    def message(self, call_sid: str) -> Response:
        """Take a message: the caller has waited for an agent, or would rather not."""
        return self._take_message(self.ending(call_sid).language)

    def whisper(self, call_sid: str, agent: int) -> Response:
        """An agent picked up: say who is calling, ask for a 1. CallSid in the form is the agent's own leg."""
        fields.call_sid(call_sid)
        summary = self.ending(call_sid).whisper
        language = self._settings.language
        answer_url = f"{signature.base_url(request, self._settings)}/twilio/whisper/{call_sid}/{agent}/answer"
        _log.info("agent_picked_up", call_sid=call_sid, agent=agent)
        return reply(
            twiml.whisper(
                Spoken(summary, language) if summary else None,
                self._text("whisper_accept", language),
                answer_url=answer_url,
            )
        )

    def whisper_answer(self, call_sid: str, agent: int) -> Response:
        """The agent pressed a key: 1 joins the two, anything else lets the agent go."""
        fields.call_sid(call_sid)
        answer = "accepted" if request.form.get("Digits") == "1" else "declined"
        numbers = self._settings.agent_numbers
        name = numbers[agent] if agent < len(numbers) else None
        with self._lock:
            # One who declines late does not undo another's yes.
            if self._answers.get(call_sid) != "accepted":
                self._answers[call_sid] = answer
            while len(self._answers) > MAX_ANSWERS:
                self._answers.popitem(last=False)
        _log.info("agent_answered", call_sid=call_sid, agent=agent, answer=answer)
        self.note(answer, call_sid, lambda: self._switchboard.handoff_status(call_sid, answer, name))
        return reply(twiml.nothing() if answer == "accepted" else twiml.hang_up())

    def dialled(self) -> Response:
        """The dialling is over: they have talked, or nobody took the call."""
        call_sid = fields.call_sid(request.form.get("CallSid"))
        status = request.form.get("DialCallStatus", "")[:32]
        with self._lock:
            answer = self._answers.pop(call_sid, None)
        # An agent who picks up and declines also makes the status "completed": only a bridge is a talk.
        bridged = request.form.get("DialBridged")
        talked = bridged == "true" if bridged else status in {"completed", "answered"} and answer == "accepted"
        _log.info("dialled", call_sid=call_sid, status=status, talked=talked)
        if talked:
            self.note("completed", call_sid, lambda: self._switchboard.handoff_status(call_sid, "completed", None))
            return reply(twiml.hang_up())
        if answer != "declined":
            self._missed(call_sid)
        return self._take_message(self.ending(call_sid).language)

    def voicemail(self) -> Response:
        """A message was left, or (no RecordingUrl) was not."""
        call_sid = fields.call_sid(request.form.get("CallSid"))
        url = request.form.get("RecordingUrl", "")
        left = url.startswith(("https://", "http://")) and len(url) <= 2_000
        duration_s = fields.seconds(request.form.get("RecordingDuration")) if left else None
        recording_sid = fields.recording_sid(request.form.get("RecordingSid")) if left else None
        _log.info("voicemail", call_sid=call_sid, left=left, duration_s=duration_s)
        self.note(
            "voicemail",
            call_sid,
            lambda: self._switchboard.voicemail(call_sid, url if left else None, duration_s, recording_sid),
        )
        key = "twiml_voicemail_thanks" if left else "twiml_no_message"
        return reply(twiml.hang_up(self._text(key, self.ending(call_sid).language)))

    def ending(self, call_sid: str) -> Ending:
        """What the house says must follow the stream; a person when it can't say."""
        try:
            return self._switchboard.ending(call_sid)
        except Exception:
            _log.exception("ending_failed", call_sid=call_sid)
            return Ending("person", self._settings.language)

    def last_resort(self) -> Response:
        """Put the caller through with nothing that could fail: fixed words, no whisper.

        Inside a whisper, where dialling is not allowed, the agent is joined unasked.
        """
        language = self._settings.language
        path = request.path
        if "/whisper/" in path:
            return reply(twiml.nothing())
        connecting = twiml.static("twiml_connecting", language)
        here = signature.base_url(request, self._settings)
        if self._settings.agent_numbers and not path.endswith(("/dialled", "/voicemail")):
            numbers = [(number, None) for number in self._settings.agent_numbers]
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

    def _missed(self, call_sid: str) -> None:
        self.note("missed", call_sid, lambda: self._switchboard.handoff_status(call_sid, "missed", None))

    def _take_message(self, language: Language) -> Response:
        here = signature.base_url(request, self._settings)
        return reply(twiml.voicemail(self._text("twiml_voicemail", language), taken_url=f"{here}/twilio/voicemail"))

    def _text(self, key: str, language: Language) -> Spoken:
        try:
            text = self._switchboard.text(key, language)
        except Exception:
            _log.exception("text_failed", key=key, language=language)
            text = ""
        return Spoken(text, language) if text else twiml.static(key, language)

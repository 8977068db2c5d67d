"""A caller waits while agents' telephones ring: how things stand, music, choices, and to the agent who takes it."""

import io
import wave
from functools import cache
from typing import Literal

import structlog
from flask import Blueprint, Response, request

from audio.contracts import LINE_RATE_HZ
from audio.g711 import ulaw_to_samples
from ivr.bridge.music import CHORDS_HZ, hold_music
from ivr.call.line import CallInfo
from ivr.call.switchboard_types import Switchboard
from ivr.call.waiting import update
from ivr.content.types import Language
from ivr.dialogue.types import Say
from ivr.handoff.ringing import MAY_RETURN, Rung, dials_instead
from ivr.handoff.ringing_service import RingingService
from ivr.handoff.types import INSTEAD, HandOffState
from ivr.settings import Settings
from ivr.telephony import fields, signature, twiml
from ivr.telephony.dialling import waiting_url
from ivr.telephony.handover import Handover, reply
from ivr.telephony.tokens import StreamTokens

MUSIC_PATH = "/twilio/hold.wav"
MOST_UPDATES = 100
"""Times a caller is told how things stand: beyond it the count in the address no longer matters."""

MOST_SOON = 20
"""Times a caller who waits for the models to be loaded is asked to hold on, :data:`ivr.bridge.music.CHORD_S` each
(80 s); then telephones ring, or a message is taken. Loading takes 5 to 15 s."""

_log = structlog.get_logger(__name__)


class WaitingRoom:
    """Answers Twilio for callers who wait and agents who are rung over REST. Holds nothing that changes."""

    def __init__(
        self,
        switchboard: Switchboard,
        settings: Settings,
        tokens: StreamTokens,
        handover: Handover,
        ringing: RingingService,
    ) -> None:
        """Answer for ``switchboard``; see :func:`ivr.telephony.webhooks.blueprint`."""
        self._switchboard = switchboard
        self._settings = settings
        self._tokens = tokens
        self._handover = handover
        self._ringing = ringing

    def add_routes(self, routes: Blueprint) -> None:
        """Add the routes under ``/twilio``."""
        agent = "/agent/<call_sid>/<int:number>"
        routes.add_url_rule(agent, view_func=self.agent, methods=["POST"])
        routes.add_url_rule(f"{agent}/answer", view_func=self.agent_answer, methods=["POST"])
        status = self._handover.whisper_status
        routes.add_url_rule(f"{agent}/status", "agent_status", view_func=status, methods=["POST"])
        routes.add_url_rule("/waiting", view_func=self.waiting, methods=["POST"])
        routes.add_url_rule("/waiting/choice", view_func=self.choice, methods=["POST"])
        routes.add_url_rule("/talked", view_func=self.talked, methods=["POST"])
        routes.add_url_rule("/hold.wav", view_func=self.music, methods=["GET"])

    def person(self, call_sid: str) -> Response:
        """The caller is to get a person: wait for one, be put through, or be offered something else.

        At the desk, on a stream, if agents are there; else on the telephone.
        """
        if (at_desk := self._at_desk(call_sid)) is not None:
            return at_desk
        call = self._handover.enter(call_sid)
        if call.over or call.taken is not None or call.attempts or call.closed:
            return self._next(call, 0)  # the webhook came twice, or no telephone rings at this hour
        language = _language(call)
        if not self._settings.phones:
            return self._handover.nobody(call_sid, language)
        if not self._ringing.rings_itself or call.own_number is None:
            return self._handover.dial(call_sid, language, first=True)
        return self._wait(call, 0)

    def _at_desk(self, call_sid: str) -> Response | None:
        """The caller waits at the desk, if that can be."""
        rung = self._ringing.find(call_sid)
        if rung is not None and not (rung.over and rung.state in MAY_RETURN):
            return None  # telephones ring for them, or have rung
        asked = fields.call_info(request)
        try:
            info = self._switchboard.to_desk(asked)
        except Exception:
            _log.exception("not_at_desk", call_sid=call_sid)
            return None
        if info != "soon":
            return self.connect(info) if info is not None else None
        times = fields.count(request.args.get("soon"), MOST_SOON)
        if times == MOST_SOON:
            _log.error("models_awaited_in_vain", call_sid=call_sid)
            return None
        here, language = signature.base_url(request, self._settings), asked.language or self._settings.language
        return reply(
            twiml.hold_on(
                self._handover.texts.text("twiml_connecting", language) if times == 0 else None,
                music_url=f"{here}{MUSIC_PATH}?piece={times % len(CHORDS_HZ)}",
                again_url=f"{here}/twilio/after?soon={times + 1}&language={asked.language or ''}",
            )
        )

    def connect(self, info: CallInfo) -> Response:
        """Connect the call to a stream, with a fresh token."""
        token = self._tokens.issue(info)
        here = signature.base_url(request, self._settings)
        stream_here = signature.base_url(request, self._settings, websocket=True)
        return reply(twiml.stream(f"{stream_here}/twilio/stream/{token}", f"{here}/twilio/after"))

    # --- the caller ---------------------------------------------------------------------------------------

    def waiting(self) -> Response:
        """The caller's call asks what comes next."""
        call_sid = fields.call_sid(request.form.get("CallSid"))
        call = self._ringing.find(call_sid) or self._again(call_sid)
        return self._next(call, fields.count(request.args.get("heard"), MOST_UPDATES))

    def choice(self) -> Response:
        """The caller pressed a key or said something."""
        call_sid = fields.call_sid(request.form.get("CallSid"))
        call = self._ringing.find(call_sid) or self._again(call_sid)
        language = _language(call)
        digits, speech = request.form.get("Digits"), request.form.get("SpeechResult", "")[:200]
        choice = self._handover.texts.choice(digits, speech, language)
        _log.info("waiting_caller_chose", call_sid=call_sid, choice=choice, by="key" if digits else "word")
        if choice is None or call.over or call.taken is not None:
            return self._next(call, 1)
        if choice == "voicemail":
            # Final once the message is there: who hangs up before it left none.
            self._ringing.nobody(call_sid, "the caller would rather leave a message")
            return self._handover.message(call_sid)
        if not self._ringing.chose(call_sid, INSTEAD[choice], f"the caller chose: {choice}"):
            return self._next(self._ringing.find(call_sid) or call, 1)  # an agent was faster
        return self._machine(call, choice)

    def talked(self) -> Response:
        """The room is closed: they have talked, or the agent never came."""
        call_sid = fields.call_sid(request.form.get("CallSid"))
        call = self._ringing.find(call_sid)
        talked = self._ringing.talked(call_sid)
        _log.info("room_closed", call_sid=call_sid, talked=talked)
        if talked or call is None:  # not known: the server was restarted while they talked
            return reply(twiml.hang_up())
        return self._next(self._ringing.find(call_sid) or call, 1)

    def music(self) -> Response:
        """What callers hear between two texts."""
        piece = request.args.get("piece")
        part = fields.count(piece, len(CHORDS_HZ) - 1) if piece is not None else None
        answer = Response(_wave(part), mimetype="audio/wav")
        answer.headers["Cache-Control"] = "public, max-age=86400"
        return answer

    # --- agents -------------------------------------------------------------------------------------------

    def agent(self, call_sid: str, number: int) -> Response:
        """An agent picked up: say who is calling, ask for a key. CallSid in the form is the agent's own call."""
        fields.call_sid(call_sid)
        call = self._ringing.picked_up(call_sid, number, fields.leg_sid(request.form.get("CallSid")))
        _log.info("agent_picked_up", call_sid=call_sid, agent=number, late=call is None)
        if call is None:
            return self._handover.too_late(call_sid, number)
        return self._handover.whispered(call_sid, number)

    def agent_answer(self, call_sid: str, number: int) -> Response:
        """The agent pressed a key: 1 brings them into the room."""
        answer = self._handover.answer(call_sid, number)
        if answer == "accepted":
            return reply(twiml.agents_room(call_sid))
        return self._handover.answered(answer, call_sid, number)

    # --- inside -------------------------------------------------------------------------------------------

    def _again(self, call_sid: str) -> Rung:
        """A caller waits of whom we know nothing: the server was restarted. The hand-off begins anew."""
        _log.warning("waiting_recovered", call_sid=call_sid)
        language = fields.language(request.args.get("language"), call_sid) or self._settings.language
        ending = self._handover.texts.ending(call_sid)
        return self._ringing.enter(self._handover.caller(call_sid, language, ending), again=True)

    def _next(self, call: Rung, heard: int) -> Response:
        """What comes next for a caller, wherever they are."""
        call_sid, language = call.call_sid, _language(call)
        if call.over:
            return self._over(call)
        taken = call.taken
        if taken is not None and taken.placed_by == "rest":
            if call.alone:
                self._ringing.talked(call_sid)
                return reply(twiml.hang_up())
            self._ringing.joined(call_sid)
            here = signature.base_url(request, self._settings)
            return reply(twiml.room(call_sid, over_url=f"{here}/twilio/talked"))
        rings = any(each.live and each.placed_by == "dial" for each in call.attempts)
        if rings or dials_instead(call) or (call.own_number is None and not call.given_up):
            return self._handover.dial(call_sid, language, first=heard == 0)
        return self._untaken(call) if call.given_up else self._wait(call, heard)

    def _untaken(self, call: Rung) -> Response:
        """Nobody takes the call: a choice; outside the agents' hours what the desk gives then, without waiting."""
        if not call.closed:
            return self._handover.nobody(call.call_sid, _language(call))
        if self._handover.outside_hours(call.call_sid):
            return self._machine(call, "callback")
        return self._handover.message(call.call_sid)

    def _over(self, call: Rung) -> Response:
        match call.state:
            case HandOffState.BACK_TO_MACHINE:
                return self._machine(call, "machine")
            case HandOffState.CALLBACK:
                return self._machine(call, "callback")
            case HandOffState.COMPLETED | HandOffState.ABANDONED:
                return reply(twiml.hang_up())
            case _:
                return self._handover.message(call.call_sid)

    def _wait(self, call: Rung, heard: int) -> Response:
        language = _language(call)
        texts = self._handover.texts
        said = texts.all_of(update(self._ringing.outlook(call.call_sid), language, heard), language)
        if heard == 0:
            said = [texts.text("twiml_connecting", language), *said]
        elif not said:
            said = texts.all_of([Say("desk_still"), Say("desk_offer")], language)
        here = signature.base_url(request, self._settings)
        words = [word for choice in INSTEAD for word in texts.words(choice, language)]
        return reply(
            twiml.waiting(
                said or [texts.text("twiml_connecting", language)],
                music_url=f"{here}{MUSIC_PATH}",
                choice_url=f"{here}/twilio/waiting/choice?language={language}",
                again_url=waiting_url(here, language, heard + 1),
                words=words,
            )
        )

    def _machine(self, call: Rung, how: Literal["machine", "callback"]) -> Response:
        """Back into the conversation, on a new stream; a call-back is promised even when that can't be."""
        call_sid, language = call.call_sid, _language(call)
        try:
            info = self._switchboard.resume(call_sid, how)
        except Exception:
            _log.exception("not_resumed", call_sid=call_sid)
            info = None
        if info is not None:
            return self.connect(info)
        number = call.from_number or fields.number(request.form.get("From"))
        if how == "callback" and number is not None:
            self._handover.note("callback", call_sid, lambda: self._switchboard.callback(call_sid, number))
            return self._handover.call_back(call_sid, language)
        return self._handover.message(call_sid)


def _language(call: Rung) -> Language:
    return fields.language(call.language, call.call_sid) or "en"


@cache
def _wave(part: int | None) -> bytes:
    """The music, or the chord ``part`` of it, as WAV, 16-bit PCM at 8 kHz: Twilio plays no bare µ-law."""
    music = hold_music()
    if part is not None:
        size = len(music) // len(CHORDS_HZ)
        music = music[part * size : (part + 1) * size]
    held = io.BytesIO()
    with wave.open(held, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(LINE_RATE_HZ)
        out.writeframes((ulaw_to_samples(music) * 32767).astype("<i2").tobytes())
    return held.getvalue()

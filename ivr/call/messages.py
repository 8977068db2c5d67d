"""Hears messages that callers left, with what live calls use, when these don't need it."""

from collections.abc import Callable

from audio.contracts import Samples
from audio.vad import VoiceStream
from ivr.call.services import CallServices
from ivr.content.keys import label_of
from ivr.content.render import render
from ivr.content.types import LANGUAGES, Language
from ivr.dialogue.types import Say
from ivr.handoff.voicemail import Hearing

PATIENCE_S = 300.0
"""Longest wait for one piece: it goes behind every live call's."""


def hearing_of(services: Callable[[], CallServices | None]) -> Callable[[], Hearing | None]:
    """Make what :class:`ivr.handoff.voicemail.Messages` hears with; gives None while models are being loaded."""

    def hearing() -> Hearing | None:
        there = services()
        return _hearing(there) if there is not None else None

    return hearing


def _hearing(services: CallServices) -> Hearing:
    def words(samples: Samples, language: str | None, speech_ms: int, call_sid: str) -> str:
        heard = services.recognition.submit(
            samples,
            language=_known(language),
            final=True,
            deadline_s=None,
            call_id=f"{call_sid}/message",
            speech_ms=speech_ms,
            background=True,
        )
        return heard.result(PATIENCE_S).text

    def topic(text: str, language: str | None) -> str:
        own = services.settings.language
        intent = services.understander.understand(text, _known(language) or own).intent
        if intent is None or intent not in services.content.requests:
            return ""
        return render(services.content, Say(label_of(intent)), own)

    return Hearing(lambda samples: VoiceStream(services.voice_model).push(samples), words, topic)


def _known(language: str | None) -> Language | None:
    return next((each for each in LANGUAGES if each == language), None)

"""What is said on the way to a person: from the prompts, or, when those can't be had, fixed words."""

from collections.abc import Sequence

import structlog

from ivr.call.switchboard_types import Ending, Switchboard
from ivr.call.waiting import CHOICES
from ivr.content.types import Language
from ivr.dialogue.types import Say
from ivr.handoff.types import CallerChoice
from ivr.telephony import twiml
from ivr.telephony.twiml import Spoken

_log = structlog.get_logger(__name__)


class HandoverTexts:
    """Asks the house, and never fails. Holds nothing that changes."""

    def __init__(self, switchboard: Switchboard, language: Language) -> None:
        """Ask ``switchboard``; ``language`` is the hotline's own."""
        self._switchboard = switchboard
        self._language: Language = language

    def ending(self, call_sid: str) -> Ending:
        """What the house says must follow the stream; a person when it can't say."""
        try:
            return self._switchboard.ending(call_sid)
        except Exception:
            _log.exception("ending_failed", call_sid=call_sid)
            return Ending("person", self._language)

    def text(self, key: str, language: Language) -> Spoken:
        """A text that has fixed words, too."""
        found = self._found(Say(key), language)
        return Spoken(found, language) if found else twiml.static(key, language)

    def all_of(self, said: Sequence[Say], language: Language) -> list[Spoken]:
        """Texts of the prompts; those that can't be had are left out."""
        texts = [self._found(say, language) for say in said]
        return [Spoken(text, language) for text in texts if text]

    def words(self, choice: CallerChoice, language: Language) -> list[str]:
        """What a caller may say for a choice."""
        found = self._found(Say(f"twiml_words_{choice}"), language).replace("、", ",").replace("，", ",")
        return [word.strip() for word in found.split(",") if word.strip()]

    def choice(self, digits: str | None, speech: str | None, language: Language) -> CallerChoice | None:
        """What a waiting caller chose, by key or by word; the longest word that is heard counts."""
        if digits:
            return CHOICES.get(digits)
        heard = _bare(speech or "")
        found = [
            (len(_bare(word)), choice)
            for choice in CHOICES.values()
            for word in self.words(choice, language)
            if _bare(word) and _holds(heard, _bare(word), language)
        ]
        return max(found)[1] if found else None

    def _found(self, say: Say, language: Language) -> str:
        try:
            return self._switchboard.text(say.key, language, **dict(say.values))
        except Exception:
            _log.exception("text_failed", key=say.key, language=language)
            return ""


def _bare(text: str) -> str:
    return " ".join("".join(each if each.isalnum() else " " for each in text.casefold()).split())


def _holds(heard: str, word: str, language: Language) -> bool:
    """Whether a word was said: in languages without spaces anywhere, but one character only by itself."""
    if language == "en":
        return f" {word} " in f" {heard} "
    heard, word = heard.replace(" ", ""), word.replace(" ", "")
    return word in heard if len(word) > 1 else word == heard

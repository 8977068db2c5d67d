"""Writes what happens in a call into the journal, in the journal's terms."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from audio.contracts import Emotion, Recognition
from ivr.call.mouth import Spoken
from ivr.call.utterance import Utterance
from ivr.dialogue.mood import Mood
from ivr.dialogue.types import CallBack, Decision
from ivr.records.types import CallbackRecord, DecisionRecord, HandoffRecord, Journal, Outcome, Speaker, TurnRecord


class Chronicle:
    """One call's part of the journal, and its turns so far. Owned by the call's thread."""

    def __init__(self, journal: Journal, call_sid: str) -> None:
        self._journal = journal
        self._call_sid = call_sid
        self.turns: list[TurnRecord] = []
        """Everything said so far: what a hand-off summary is made from."""

    def caller_said(
        self, utterance: Utterance, mood: Mood | None, *, interrupted: bool, since_ms: int | None = None
    ) -> None:
        """Record an utterance.

        Args:
            utterance: What was said.
            mood: How the caller feels after it; None: not judged.
            interrupted: Whether it cut our voice, or was cut itself.
            since_ms: When its beginning was answered, if the caller went on after that: it takes the place of
                that beginning, and what was decided since then no longer holds.
        """
        voice = utterance.voice
        turn = TurnRecord(
            speaker="caller",
            text=utterance.meaning.text,
            language=utterance.meaning.language,
            start_ms=utterance.start_ms,
            end_ms=utterance.end_ms,
            intent=utterance.meaning.intent,
            intent_confidence=round(utterance.meaning.confidence, 3),
            slots={name: slot.value for name, slot in utterance.meaning.slots.items()},
            emotion=_emotion(voice.emotion) if voice else None,
            prosody={name: _short(value) for name, value in asdict(voice.prosody).items()} if voice else None,
            speech_rate=None if voice is None or voice.speech_rate is None else round(voice.speech_rate, DIGITS),
            frustration=round(mood.frustration.score, 3) if mood else None,
            signs=mood.signs.told() if mood and mood.signs else None,
            contributions=_rounded(mood.frustration.contributions) if mood else None,
            interrupted=interrupted,
            recognition=_recognition(utterance.recognition, ahead=utterance.ahead),
        )
        if since_ms is None:
            self._turn(turn)
            return
        self.turns = [each for each in self.turns if not _same_beginning(each, turn)] + [turn]
        self._journal.caller_went_on(self._call_sid, turn, since_ms)

    def agent_said(self, utterance: Utterance) -> None:
        """Record what the agent who talks with the caller said."""
        voice = utterance.voice
        self._turn(
            TurnRecord(
                speaker="agent",
                text=utterance.meaning.text,
                language=utterance.meaning.language,
                start_ms=utterance.start_ms,
                end_ms=utterance.end_ms,
                emotion=_emotion(voice.emotion) if voice else None,
                prosody=asdict(voice.prosody) if voice else None,
                speech_rate=voice.speech_rate if voice else None,
                recognition=_recognition(utterance.recognition, ahead=utterance.ahead),
            )
        )

    def caller_pressed(self, keys: str, language: str, at_ms: int) -> None:
        """Record key presses."""
        self._turn(
            TurnRecord(speaker="caller", text=f"[keys {keys}]", language=language, start_ms=at_ms, end_ms=at_ms)
        )

    def we_said(self, spoken: Spoken, language: str, response_ms: int | None) -> None:
        """Record what the caller heard of our voice; nothing, if nothing was heard."""
        if not spoken.text:
            return
        self._turn(
            TurnRecord(
                speaker="assistant",
                text=spoken.text,
                language=language,
                start_ms=spoken.start_ms,
                end_ms=spoken.end_ms,
                response_ms=response_ms,
                interrupted=spoken.interrupted,
            )
        )

    def speaking(self, text: str, response_ms: int | None) -> None:
        """Show, but do not keep, what we have just begun to say."""
        self._journal.live(self._call_sid, {"event": "speaking", "text": text, "response_ms": response_ms})

    def partial(self, text: str, speaker: Speaker = "caller") -> None:
        """Show, but do not keep, the caller's or the agent's words so far."""
        told = {"event": "partial", "text": text}
        self._journal.live(self._call_sid, told if speaker == "caller" else {**told, "speaker": speaker})

    def decided(self, decision: Decision, at_ms: int) -> None:
        """Record a decision with its reasons."""
        self._journal.decision(
            self._call_sid,
            DecisionRecord(
                at_ms,
                decision.action.value,
                decision.reason,
                _rounded(decision.contributions),
            ),
        )

    def language_found(self, language: str) -> None:
        """Record the call's language."""
        self._journal.language_found(self._call_sid, language)

    def handed_off(self, handoff: HandoffRecord) -> None:
        """Record that a person takes over."""
        self._journal.handoff(self._call_sid, handoff)
        self._journal.outcome(self._call_sid, "handed_off")

    def waits_again(self) -> None:
        """Record that the caller waits on for the person they were handed to, on another line."""
        self._journal.handoff_status(self._call_sid, "waiting")
        self._journal.outcome(self._call_sid, "handed_off")

    def promised(self, callback: CallBack) -> None:
        """Record that somebody will call back."""
        self._journal.callback(
            self._call_sid, CallbackRecord(callback.at, callback.number, callback.request, callback.topic)
        )

    def feelings_off(self, number: str) -> None:
        """Remember for a number that feelings must not be judged."""
        self._journal.caller_feelings(self._call_sid, number, False)

    def ended(self, at: datetime, outcome: Outcome, left_open: str | None = None) -> None:
        """Close the record.

        Args:
            at: When.
            outcome: What the call came to.
            left_open: The request that was not done, if one was not.
        """
        if left_open is not None:
            self._journal.left_open(self._call_sid, left_open)
        self._journal.call_ended(self._call_sid, at, outcome)

    def _turn(self, turn: TurnRecord) -> None:
        self.turns.append(turn)
        self._journal.turn(self._call_sid, turn)


DIGITS = 4
"""Kept of measured numbers: finer than anything that is told from them."""


def _short(value: object) -> object:
    """Numbers with :data:`DIGITS` digits after the point, in mappings too."""
    if isinstance(value, dict):
        return {name: _short(inner) for name, inner in value.items()}
    return round(value, DIGITS) if isinstance(value, float) else value


def _rounded(contributions: Mapping[str, float]) -> dict[str, float]:
    return {name: round(weight, 3) for name, weight in contributions.items()}


def _same_beginning(turn: TurnRecord, other: TurnRecord) -> bool:
    return turn.speaker == other.speaker and turn.start_ms == other.start_ms


_INNER = ("scores", "baseline_weight")
"""Of an emotion, what is for the model itself."""


def _emotion(emotion: Emotion | None) -> dict[str, object] | None:
    if emotion is None:
        return None
    return {name: _short(value) for name, value in asdict(emotion).items() if name not in _INNER}


def _recognition(recognition: Recognition, *, ahead: bool) -> dict[str, object]:
    return {
        "confidence": round(recognition.confidence, 3),
        "no_speech_probability": round(recognition.no_speech_probability, 3),
        "window": recognition.window,
        "decode_s": round(recognition.decode_s, 3),
        "ahead": ahead,
    }

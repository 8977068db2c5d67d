"""Plays a recorded call through hearing, understanding, feelings and decisions, as fast as they go."""

import datetime as dt
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from audio.contracts import LINE_RATE_HZ
from audio.errors import AudioError
from audio.wav import read_wav
from ivr.call.conversation import UNINTELLIGIBLE_MS
from ivr.call.feelings import CallerFeelings
from ivr.call.languages import CallLanguage
from ivr.call.utterance import Utterance
from ivr.content.hours import is_open, next_opening
from ivr.content.types import Content, Language
from ivr.dialogue.frustration import Frustration
from ivr.dialogue.types import Event, Feeling, Heard, KeysPressed, NothingHeard, Unintelligible
from ivr.evaluation.conversation import PaperConversation, Step
from ivr.evaluation.hearing import Ears, Hearing
from ivr.evaluation.suite import Case, Turn
from ivr.fulfilment.types import Connector
from ivr.understanding.types import Meaning, Understander


@dataclass(frozen=True)
class Rooms:
    """What a call is played through."""

    ears: Ears
    understander: Understander
    connect: Callable[[], Mapping[str, Connector]]
    """Makes the connectors of one call: what it changes in the shop is not there in the next."""
    content: Content
    language: Language
    """The hotline's own."""


@dataclass(frozen=True)
class PlayedTurn:
    """What came of one thing the caller did. None: there was none, or it is not known."""

    turn: Turn
    hearing: Hearing | None = None
    meaning: Meaning | None = None
    feeling: Feeling | None = None
    frustration: Frustration | None = None
    """After the turn."""
    steps: tuple[Step, ...] = ()
    understand_ms: float = 0.0
    decide_ms: float = 0.0
    """Look-ups and rendering included."""
    unsaid: bool = False
    """The hotline had ended the call before."""
    error: str | None = None
    """Why the recording could not be heard."""

    @property
    def response_ms(self) -> float:
        """From the end of the turn to the words of the reply, had nothing been decoded ahead."""
        return (self.hearing.decode_ms if self.hearing else 0.0) + self.understand_ms + self.decide_ms


@dataclass(frozen=True)
class PlayedCall:
    """What came of one call."""

    case: Case
    greeting: tuple[Step, ...]
    turns: tuple[PlayedTurn, ...]
    language: Language
    """At the end."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every decision of the call."""
        return (*self.greeting, *(step for turn in self.turns for step in turn.steps))

    @property
    def outcome(self) -> str:
        """As the API tells it; ``abandoned`` when the caller had no more to say."""
        return self.steps[-1].decision.outcome or "abandoned"

    @property
    def handoff(self) -> str | None:
        """Why a person took over, if one did."""
        return next((str(step.decision.handoff) for step in self.steps if step.decision.handoff), None)


def play(case: Case, rooms: Rooms) -> PlayedCall:
    """Play one call. A recording that can't be heard is left out; the others are still said."""
    return _Play(case, rooms).play()


class _Play:
    """One call while it is played."""

    def __init__(self, case: Case, rooms: Rooms) -> None:
        self._case = case
        self._rooms = rooms
        self._now = _moment(case.at, rooms.content)
        self._language = CallLanguage(case.language or rooms.language, settled=case.language is not None)
        self._feelings = CallerFeelings()
        self._talk = PaperConversation(
            rooms.content,
            rooms.connect(),
            self._language.language,
            now=self._now,
            number=case.number,
        )

    def play(self) -> PlayedCall:
        greeting = tuple(self._talk.steps)
        turns = tuple(self._turn(turn) for turn in self._case.turns)
        return PlayedCall(self._case, greeting, turns, self._talk.state.language)

    def _turn(self, turn: Turn) -> PlayedTurn:
        if turn.wav is None:
            if self._talk.state.ended:
                return PlayedTurn(turn, unsaid=True)
            return self._met(turn, KeysPressed(turn.keys.rstrip("#") or turn.keys))
        try:
            line = read_wav(turn.wav, LINE_RATE_HZ)
            if self._talk.state.ended:
                return PlayedTurn(turn, unsaid=True)
            hearing, self._language = self._rooms.ears.hear_in_call(line, self._language, self._feelings.calm_voice)
        except AudioError as error:
            return PlayedTurn(turn, error=str(error))
        return self._heard(turn, hearing)

    def _heard(self, turn: Turn, hearing: Hearing) -> PlayedTurn:
        recognition = hearing.recognition
        if recognition is None:
            silent = hearing.speech_ms < UNINTELLIGIBLE_MS
            return self._met(turn, NothingHeard() if silent else Unintelligible(), hearing)
        began_s = time.perf_counter()
        meaning = self._rooms.understander.understand(
            recognition.text, recognition.language, self._talk.state.expecting, self._now
        )
        understand_ms = 1000 * (time.perf_counter() - began_s)
        utterance = Utterance(
            recognition,
            meaning,
            hearing.voice,
            start_ms=0,
            end_ms=hearing.duration_ms,
            speech_ms=hearing.speech_ms,
            over_our_voice=False,
            ahead=False,
        )
        feeling = self._feelings.of(utterance, interrupted=False, waited_ms=0)
        self._talk.speak(meaning.language)
        return self._met(turn, Heard(meaning, feeling), hearing, understand_ms)

    def _met(
        self, turn: Turn, event: Event, hearing: Hearing | None = None, understand_ms: float = 0.0
    ) -> PlayedTurn:
        began_s = time.perf_counter()
        steps = self._talk.meet(event)
        decide_ms = 1000 * (time.perf_counter() - began_s)
        heard = event if isinstance(event, Heard) else None
        return PlayedTurn(
            turn,
            hearing,
            heard.meaning if heard else None,
            heard.feeling if heard else None,
            self._talk.state.mood.frustration,
            steps,
            understand_ms,
            decide_ms,
        )


def _moment(at: dt.datetime | None, content: Content) -> dt.datetime:
    """When the call comes in: as the suite says, else now, or when agents are next there."""
    zone = ZoneInfo(content.hours.timezone)
    if at is not None:
        return at.replace(tzinfo=zone)
    now = dt.datetime.now(zone)
    agents = content.hours.agents
    if is_open(content.hours, agents, now):
        return now
    return next_opening(content.hours, agents, now) or now

"""A call without a clock of its own: frames, playback and decodes happen when the test says so.

The ears (voice activity), the prompts, the understanding and the dialogue are the real ones; recognition is a
script of what each turn said, and the line is paper.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

import numpy as np

from audio.contracts import EmotionModel, Language, Recognition, Samples
from audio.errors import RecognitionError
from audio.g711 import samples_to_ulaw
from audio.scheduler import RecognitionScheduler
from audio.vad import VoiceModel
from audio.voice_cache import VoiceCache
from audio.wav import read_wav
from ivr.call.chronicle import Chronicle
from ivr.call.conversation import Conversation
from ivr.call.decodes import Decoded
from ivr.call.errands import ErrandDone
from ivr.call.line import FRAME_MS, CallInfo
from ivr.call.services import CallServices
from ivr.content.loader import load_content
from ivr.content.types import LANGUAGES, Content, Policy, Text
from ivr.fulfilment.types import Connector, Outcome
from ivr.metrics import Metrics
from ivr.records.types import DecisionRecord, HandoffRecord, Journal, KnownNumber, TurnRecord
from ivr.settings import Settings, load_settings
from tests.understanding.models import understander_of

ROOT = Path(__file__).resolve().parents[2]
NOON = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
"""When the calls are, noon in Seoul: a Monday."""
FRAME_BYTES = FRAME_MS * 8
SPEAKING_BYTES_PER_CHARACTER = 400
"""The paper voice says 20 characters a second."""


@cache
def content() -> Content:
    return load_content(ROOT / "prompts")


@cache
def voice_model() -> VoiceModel:
    return VoiceModel()


def recording(language: str, name: str) -> bytes:
    """One of the project's recordings as µ-law."""
    return samples_to_ulaw(read_wav(ROOT / "tests" / "fixtures" / language / f"{name}.wav", 8_000))


def words(text: str, language: Language = "en", *, confidence: float = 0.9) -> Recognition:
    """What the recognizer might have heard."""
    return Recognition(
        text=text,
        language=language,
        language_probabilities={other: 0.97 if other == language else 0.01 for other in LANGUAGES},
        confidence=confidence,
        no_speech_probability=0.01,
        compression_ratio=1.0,
        window="short",
        decode_s=0.3,
        rejected_because=None if text else "phantom",
    )


class StagedExecutor(Executor):
    """Does it when ``slow_lookups_ms`` of the stage's time have passed."""

    def __init__(self, stage: "Stage") -> None:
        self._stage = stage

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        if not self._stage.slow_lookups_ms:
            return InlineExecutor().submit(fn, *args, **kwargs)
        future: Future[Any] = Future()

        def do() -> None:
            done = InlineExecutor().submit(fn, *args, **kwargs)
            error = done.exception()
            future.set_exception(error) if error else future.set_result(done.result())

        self._stage.later(self._stage.slow_lookups_ms, do)
        return future


class InlineExecutor(Executor):
    """Does it at once, in the caller's thread."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


@dataclass
class ScriptedRecognition:
    """Decodes as the test's script says; each takes ``decode_ms`` of the stage's time."""

    stage: "Stage"
    hears: Recognition | Exception = field(default_factory=lambda: words(""))
    decode_ms: int = 300
    asked: list[bool] = field(default_factory=list)
    """For each decode, whether it was final."""
    languages: list[Language | None] = field(default_factory=list)
    lengths_ms: list[int] = field(default_factory=list)

    def submit(
        self, samples: Samples, *, language: Language | None, final: bool, **_: object
    ) -> "Future[Recognition]":
        self.asked.append(final)
        self.languages.append(language)
        self.lengths_ms.append(len(samples) // 16)
        future: Future[Recognition] = Future()
        hears = self.hears

        def done() -> None:
            if isinstance(hears, Exception):
                future.set_exception(hears)
            else:
                future.set_result(hears)

        if self.decode_ms:
            self.stage.later(self.decode_ms, done)
        else:
            done()
        return future

    def promote(self, future: "Future[Recognition]", *, deadline_s: float | None = None) -> bool:
        return not future.done()

    def load(self) -> float:
        return 0.0


class PaperVoice:
    """Speaks silence of the text's length."""

    name = "paper"

    def __init__(self) -> None:
        self.rates: list[float] = []

    def speak(self, text: str, *, language: Language, rate: float = 1.0) -> Samples:
        self.rates.append(rate)
        return np.zeros(len(text) * SPEAKING_BYTES_PER_CHARACTER, np.float32)


@dataclass
class Notebook:
    """A journal in memory."""

    turns: list[TurnRecord] = field(default_factory=list)
    decisions: list[DecisionRecord] = field(default_factory=list)
    handoffs: list[HandoffRecord] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    other: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)

    def turn(self, call_sid: str, turn: TurnRecord) -> None:
        self.turns.append(turn)

    def caller_went_on(self, call_sid: str, turn: TurnRecord, since_ms: int) -> None:
        (at,) = (
            n for n, each in enumerate(self.turns) if (each.speaker, each.start_ms) == ("caller", turn.start_ms)
        )
        self.turns[at] = turn
        self.decisions = [
            replace(decision, withdrawn=decision.withdrawn or decision.at_ms >= since_ms)
            for decision in self.decisions
        ]

    def decision(self, call_sid: str, decision: DecisionRecord) -> None:
        self.decisions.append(decision)

    def handoff(self, call_sid: str, handoff: HandoffRecord) -> None:
        self.handoffs.append(handoff)

    def language_found(self, call_sid: str, language: str) -> None:
        self.languages.append(language)

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *values: self.other.append((name, values))


@dataclass
class PaperLine:
    """Plays what is sent in the stage's time, and returns marks like a carrier."""

    stage: "Stage"
    sent: list[tuple[int, str]] = field(default_factory=list)
    audio: list[bytes] = field(default_factory=list)
    playing: list[tuple[int, str]] = field(default_factory=list)
    """(when it is reached, mark)."""
    ends_ms: int = 0

    def send_audio(self, ulaw: bytes) -> None:
        self.audio.append(ulaw)
        self.sent.append((self.stage.now_ms, "audio"))
        self.ends_ms = max(self.ends_ms, self.stage.now_ms) + len(ulaw) // 8

    def send_mark(self, name: str) -> None:
        self.playing.append((self.ends_ms, name))

    def clear(self) -> None:
        self.sent.append((self.stage.now_ms, "clear"))
        self.ends_ms = self.stage.now_ms
        self.playing = [(self.stage.now_ms, name) for _, name in self.playing]

    def close(self) -> None:
        self.sent.append((self.stage.now_ms, "close"))

    def times(self, what: str) -> list[int]:
        """When ``audio`` or ``clear`` was sent."""
        return [at_ms for at_ms, kind in self.sent if kind == what]


class ShopOnPaper:
    """Connectors that know one order and that we are open, or are broken."""

    broken: Exception | None = None

    def fulfil(self, slots: Mapping[str, str], language: str) -> Outcome:
        if self.broken is not None:
            raise self.broken
        if "order_number" not in slots:
            return Outcome("open_now", {"closes": "nine at night"})
        number = slots["order_number"]
        if number != "47291":
            return Outcome("missing", {"order_number": number})
        values = {"order_number": "4 7 2 9 1", "item": "tea", "courier": "CJ", "date": "tomorrow", "step": "here"}
        return Outcome("on_the_way", values, {"order_number": number})


def _confirming(intents: tuple[str, ...]) -> Content:
    requests = {
        intent: replace(request, confirm=request.confirm or intent in intents)
        for intent, request in content().requests.items()
    }
    asks = {f"confirm_{intent}": Text(f"confirm_{intent}", {"neutral": ("Shall I?",)}) for intent in intents}
    texts = {language: {**texts, **asks} for language, texts in content().texts.items()}
    return replace(content(), requests=requests, texts=texts)


class Stage:
    """One conversation, frame by frame."""

    def __init__(
        self,
        language: Language | None = "en",
        *,
        confirm: tuple[str, ...] = (),
        found: "Future[KnownNumber] | None" = None,
        emotion: EmotionModel | None = None,
        policy: Policy = Policy(),  # noqa: B008 (frozen)
        **settings: Any,
    ) -> None:
        """Greet a caller.

        Args:
            language: Of the number dialled.
            confirm: Requests that are confirmed before they are done, whatever their files say.
            found: What is known of the number.
            emotion: Judges voices.
            policy: When feelings are reacted to.
            settings: As in the environment.
        """
        self.now_ms = 0
        self.slow_lookups_ms = 0
        self.settings: Settings = load_settings(**settings)
        self._later: list[tuple[int, Callable[[], None]]] = []
        self._posted: list[Decoded | ErrandDone] = []
        self.recognition = ScriptedRecognition(self)
        self.line = PaperLine(self)
        self.notebook = Notebook()
        self.voice = PaperVoice()
        self.metrics = Metrics()
        self.lookups = StagedExecutor(self)
        self.shop = ShopOnPaper()
        self.connectors: dict[str, Connector] = {
            "shop.order_status": self.shop,
            "shop.opening_hours": self.shop,
        }
        self.info = CallInfo("CA0001", "+821012345678", language=language)
        self.services = CallServices(
            settings=self.settings,
            recognition=cast(RecognitionScheduler, self.recognition),
            voice_model=voice_model(),
            voices=VoiceCache(self.voice, Path("/dev/null/voices")),
            content=replace(_confirming(confirm), policy=policy),
            emotion=emotion,
            understander=understander_of(content()),
            connectors=self.connectors,
            journal=cast(Journal, self.notebook),
            metrics=self.metrics,
            lookups=self.lookups,
            analysis=InlineExecutor(),
            calm_sentence=dict.fromkeys(LANGUAGES, b"\xff" * 8_000),
            clock=lambda: self.now_ms / 1000,
            wall_clock=lambda: NOON,
        )
        self.call = Conversation(
            self.info, self.line, self.services, Chronicle(self.services.journal, "CA0001"), self._posted.append
        )
        self.call.greet(0, found)

    def later(self, in_ms: int, do: Callable[[], None]) -> None:
        """Do something when the stage's time has come."""
        self._later.append((self.now_ms + in_ms, do))

    def hear(self, ulaw: bytes) -> None:
        """The caller's line gives this sound, in time."""
        for start in range(0, len(ulaw), FRAME_BYTES):
            self._frame(ulaw[start : start + FRAME_BYTES].ljust(FRAME_BYTES, b"\xff"))

    def silence(self, seconds: float) -> None:
        """The caller says nothing."""
        self.hear(b"\xff" * int(seconds * 8_000))

    def says(
        self,
        recognition: Recognition | Exception,
        language: str = "en",
        name: str = "hours",
        *,
        then_s: float = 2.5,
    ) -> None:
        """The caller says something that will be heard as ``recognition``, and is silent after it."""
        self.recognition.hears = recognition
        self.hear(recording(language, name))
        self.silence(then_s)

    def finish_prompt(self) -> None:
        """Let the assistant say all it has to say."""
        while self.call.speaking and not self.call.over:
            self.silence(0.1)

    def _frame(self, ulaw: bytes) -> None:
        if self.call.over:
            return
        self.now_ms += FRAME_MS
        for due in [each for each in self._later if each[0] <= self.now_ms]:
            self._later.remove(due)
            due[1]()
        while self._posted and not self.call.over:
            event = self._posted.pop(0)
            if isinstance(event, Decoded):
                self.call.decoded(event, self.now_ms)
            else:
                self.call.errand_done(event, self.now_ms)
        for at_ms, name in [each for each in self.line.playing if each[0] <= self.now_ms]:
            self.line.playing.remove((at_ms, name))
            self.call.mark(name)
        if not self.call.over:
            self.call.audio(ulaw, self.now_ms)
        if not self.call.over:
            self.call.tick(self.now_ms)

    @property
    def heard(self) -> list[str]:
        """What the caller was understood to say."""
        return [turn.text for turn in self.notebook.turns if turn.speaker == "caller"]

    @property
    def actions(self) -> list[str]:
        """What was decided."""
        return [decision.action for decision in self.notebook.decisions]


BROKEN = RecognitionError("the engine failed")

"""Loads what live calls need, part by part, and says what is not ready yet and why."""

import gc
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TypeVar

import structlog

from audio.emotion_models import create_emotion_model
from audio.prosody import warm_up
from audio.scheduler import DropReason, RecognitionScheduler, SchedulerObserver
from audio.synthesis import create_synthesiser
from audio.vad import VoiceModel
from audio.voice_cache import VoiceCache
from audio.weights import resolve_model
from audio.whisper import WhisperRecognizer
from ivr.call.services import CallServices
from ivr.content.render import render
from ivr.content.sentences import spoken_ahead
from ivr.content.types import LANGUAGES, Content, Language
from ivr.dialogue.types import Say
from ivr.fulfilment.registry import ConnectorFactory
from ivr.fulfilment.types import Connector
from ivr.handoff.polish import Polisher
from ivr.metrics import Metrics
from ivr.records.history import EarlierCall
from ivr.records.types import Journal
from ivr.reloading import Reloader
from ivr.settings import Settings
from ivr.understanding.engine import create_understander
from ivr.understanding.types import Understander

_log = structlog.get_logger(__name__)
_Part = TypeVar("_Part")

QUEUE_PER_CALL = 2
"""Decodes that may wait, per call allowed: one speculative and one final."""

LOOKUP_THREADS = 16
"""Connectors that may run at once: half of the default calls, each for its deadline at most."""

PARTS = ("prompts", "shop", "voice activity", "recognizer", "voice", "prosody", "emotion")


def spare_what_stays() -> None:
    """Keep Python's collector away from what is loaded for good.

    A full collection walks every object and holds up all threads meanwhile: 130 to 200 ms with the models loaded,
    several times in half a minute of talk (``python -m tests.measure.bridge`` without this), which callers hear.
    """
    gc.collect()
    gc.freeze()


class Loader:
    """Builds the :class:`CallServices` of a process in the background."""

    def __init__(
        self,
        settings: Settings,
        content: Content,
        journal: Journal,
        metrics: Metrics,
        history: Callable[[str, datetime, str], Sequence[EarlierCall]] | None = None,
    ) -> None:
        self._settings = settings
        self._history = history
        self._content = content
        self._journal = journal
        self._metrics = metrics
        self._problems: dict[str, str | None] = dict.fromkeys(PARTS, "loading")
        self._closers: list[Callable[[], None]] = []
        self._thread = threading.Thread(target=self._run, name="loader", daemon=True)
        self._factory: ConnectorFactory | None = None
        self._reloader = Reloader(settings.prompts_dir, content, self._renew, metrics)
        self.services: CallServices | None = None
        """None until everything is loaded."""

    def start(self) -> None:
        """Begin loading, in a thread of its own."""
        self._thread.start()

    @property
    def loading(self) -> bool:
        """Whether it goes on: what is not there then, never will be."""
        return self._thread.ident is None or self._thread.is_alive()

    def wait(self, timeout_s: float) -> CallServices:
        """Wait until everything is loaded.

        Raises:
            RuntimeError: a part could not be loaded, or not in time; the message names it.
        """
        self._thread.join(timeout_s)
        if self.services is None:
            raise RuntimeError("; ".join(f"{part}: {why}" for part, why in self._problems.items() if why))
        return self.services

    def problems(self) -> dict[str, str | None]:
        """Part → what is wrong with it, None when it is ready."""
        return dict(self._problems)

    def notes(self) -> dict[str, str]:
        """Part → what somebody should look at, though calls go on as they did."""
        return {"prompts": self._reloader.problem} if self._reloader.problem else {}

    def close(self) -> None:
        """Stop what was started."""
        self._reloader.close()
        for close in reversed(self._closers):
            close()
        self._closers.clear()

    def _run(self) -> None:
        began_s = time.monotonic()
        try:
            self.services = self._load()
            spare_what_stays()
            _log.info("ready", seconds=round(time.monotonic() - began_s, 1))
        except Exception:
            _log.exception("loading_failed", parts=[part for part, why in self._problems.items() if why])
            return
        self._reloader.start()

    def _part(self, part: str, make: Callable[[], _Part]) -> _Part:
        try:
            made = make()
        except Exception as error:
            self._problems[part] = f"{type(error).__name__}: {error}"
            raise
        self._problems[part] = None
        return made

    def _load(self) -> CallServices:
        settings = self._settings
        understander = self._part("prompts", lambda: self._understander(self._content))
        connectors = self._part("shop", lambda: self._connectors(self._content))
        voice_model = self._part("voice activity", VoiceModel)
        voices = self._part("voice", self._load_voices)
        recognition = self._part("recognizer", self._load_recognition)
        lookups = ThreadPoolExecutor(LOOKUP_THREADS, thread_name_prefix="lookup")
        analysis = ThreadPoolExecutor(2, thread_name_prefix="analysis")
        self._closers += [partial(pool.shutdown, wait=False, cancel_futures=True) for pool in (lookups, analysis)]
        self._part("prosody", analysis.submit(warm_up).result)
        emotion = self._part("emotion", lambda: create_emotion_model(settings.emotion_model))
        return CallServices(
            settings=settings,
            recognition=recognition,
            voice_model=voice_model,
            voices=voices,
            content=self._content,
            understander=understander,
            connectors=connectors,
            journal=self._journal,
            metrics=self._metrics,
            lookups=lookups,
            analysis=analysis,
            calm_sentence=_calm(self._content, voices),
            clock=time.monotonic,
            emotion=emotion,
            history=self._history,
            polisher=self._polisher(),
        )

    def _polisher(self) -> Polisher | None:
        settings = self._settings
        if settings.polish_url is None:
            return None
        polisher = Polisher(
            settings.polish_url, settings.polish_model, settings.polish_key, settings.polish_timeout_s
        )
        self._closers.append(polisher.close)
        return polisher

    def _load_voices(self) -> VoiceCache:
        synthesiser = create_synthesiser(self._settings.voice)
        self._closers.append(synthesiser.close)
        voices = VoiceCache(synthesiser, self._settings.cache_dir / "voices")
        _log.info("prompts_spoken", made=voices.render(spoken_ahead(self._content)))
        return voices

    def _understander(self, content: Content) -> Understander:
        return create_understander(content, self._settings.sentence_encoder, self._settings.cache_dir)

    def _connectors(self, content: Content) -> Mapping[str, Connector]:
        if self._factory is None:
            settings = self._settings
            self._factory = ConnectorFactory(settings.shop_database_url, settings.fulfilment_deadline_s)
            self._closers.append(self._factory.close)
        return self._factory.connect(content)

    def _renew(self, before: Content, content: Content) -> None:
        """Prepare another version of the prompts, and give it to calls that begin from now on.

        Calls in progress keep the services that they began with, connectors included; those are let go with the
        last of these calls.
        """
        services = self.services
        if services is None:
            raise RuntimeError("prompts can't be renewed before everything is loaded")
        connectors, understander = self._connectors(content), self._understander(content)
        _log.info("prompts_spoken", made=services.voices.render(spoken_ahead(content)))
        self.services = replace(
            services,
            content=content,
            understander=understander,
            connectors=connectors,
            calm_sentence=_calm(content, services.voices),
        )

    def _load_recognition(self) -> RecognitionScheduler:
        settings = self._settings
        recognizer = WhisperRecognizer(
            resolve_model(settings.whisper_model, settings.cache_dir),
            workers=settings.recognition_workers,
            threads=settings.recognition_threads,
        )
        scheduler = RecognitionScheduler(
            recognizer,
            workers=settings.recognition_workers,
            queue_limit=QUEUE_PER_CALL * settings.max_calls,
            observer=_Observer(self._metrics),
        )
        self._closers.append(scheduler.close)
        return scheduler


def _calm(content: Content, voices: VoiceCache) -> dict[Language, bytes]:
    """What is said when something failed, whatever it was: spoken ahead."""
    return {language: voices.ulaw(render(content, Say("failure"), language), language) for language in LANGUAGES}


class _Observer(SchedulerObserver):
    """The recognizer's queue, into the metrics."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def queue_changed(self, *, final: int, speculative: int) -> None:
        self._metrics.recognition_queue_depth.set(final + speculative)

    def decoded(self, *, final: bool, wait_s: float, decode_s: float) -> None:
        self._metrics.decode_s.labels(kind="final" if final else "speculative").observe(decode_s)

    def dropped(self, reason: DropReason) -> None:
        self._metrics.speculations_dropped.inc()

    def refused(self, *, late: bool) -> None:
        self._metrics.decodes_refused.inc()

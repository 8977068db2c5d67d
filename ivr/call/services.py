"""Everything a live call uses, handed to it once. The process owns these; calls share them."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from audio.contracts import EmotionModel
from audio.scheduler import RecognitionScheduler
from audio.vad import VoiceModel
from audio.voice_cache import VoiceCache
from ivr.content.types import Content, Language
from ivr.fulfilment.types import Connector
from ivr.handoff.polish import Polisher
from ivr.metrics import Metrics
from ivr.records.history import EarlierCall
from ivr.records.types import Journal
from ivr.settings import Settings
from ivr.understanding.types import Understander


@dataclass(frozen=True)
class CallServices:
    """What the rooms offer a call."""

    settings: Settings
    recognition: RecognitionScheduler
    voice_model: VoiceModel
    voices: VoiceCache
    content: Content
    """The version that new calls begin with; a call keeps its own."""
    understander: Understander
    connectors: Mapping[str, Connector]
    journal: Journal
    metrics: Metrics
    lookups: Executor
    """Runs connectors, off the calls' threads."""
    analysis: Executor
    """Runs prosody and emotion, off the calls' threads."""
    calm_sentence: Mapping[Language, bytes]
    """µ-law 8 kHz, spoken ahead: said when something failed, whatever it was."""
    clock: Callable[[], float]
    """Monotonic seconds."""
    emotion: EmotionModel | None = None
    history: Callable[[str, datetime, str], Sequence[EarlierCall]] | None = None
    """Earlier calls of a number since then, without the call of this SID
    (:meth:`ivr.records.store.Store.earlier_calls`). None: not looked up."""
    polisher: Polisher | None = None
    """Polishes hand-off summaries. None: they stay plain."""
    wall_clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    """The time of day, aware."""

    def local_time(self) -> datetime:
        """The time where the hotline's people are; aware."""
        return self.wall_clock().astimezone(ZoneInfo(self.content.hours.timezone))

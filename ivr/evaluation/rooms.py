"""Loads what suites are played through, and keeps them away from the deployment's own data."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from audio.emotion_models import create_emotion_model
from audio.prosody import warm_up
from audio.weights import resolve_model
from audio.whisper import WhisperRecognizer
from ivr.content.loader import load_content
from ivr.content.types import Content, Language
from ivr.errors import BackendDownError
from ivr.evaluation.hearing import Ears
from ivr.evaluation.replaying import Rooms
from ivr.fulfilment.registry import create_connectors
from ivr.fulfilment.types import Connector, Outcome
from ivr.settings import Settings
from ivr.understanding.engine import create_understander

OWN_SHOP = "sqlite://"
"""The demo shop in memory, as it is when new: a suite that cancels an order cancels nobody's."""


class NotAsked:
    """Stands for a declared connector, which may reach a system with real orders in it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def fulfil(self, slots: Mapping[str, str], language: Language) -> Outcome:
        """Refuse.

        Raises:
            BackendDownError: always.
        """
        raise BackendDownError(f"{self._name}: not asked in an evaluation; `--live` lets it be")


def create_rooms(settings: Settings, *, live: bool = False) -> Rooms:
    """Load the models and prompts that the settings name.

    Args:
        settings: The deployment's.
        live: Whether declared connectors are really asked.

    Raises:
        ConfigurationError, ContentError, ModelError: what is wrong, and where.
    """
    content = load_content(settings.prompts_dir)
    understander = create_understander(content, settings.sentence_encoder, settings.cache_dir)
    recognizer = WhisperRecognizer(
        resolve_model(settings.whisper_model, settings.cache_dir), threads=settings.recognition_threads
    )
    warm_up()  # else the first recording would look slow
    return Rooms(
        ears=Ears(recognizer, emotion=create_emotion_model(settings.emotion_model)),
        understander=understander,
        connect=connecting(content, live=live),
        content=content,
        language=settings.language,
    )


def connecting(content: Content, *, live: bool = False) -> Callable[[], Mapping[str, Connector]]:
    """What makes the connectors of each call."""
    if live:
        return lambda: create_connectors(OWN_SHOP, content)
    alone = replace(content, connectors={})
    unasked: Mapping[str, Connector] = {name: NotAsked(name) for name in content.connectors}
    return lambda: {**create_connectors(OWN_SHOP, alone), **unasked}

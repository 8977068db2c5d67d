"""Spoken prompts, kept ready as line audio: in memory, and on disk for the next start."""

import hashlib
import json
import logging
import os
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Iterable
from concurrent.futures import Future
from pathlib import Path

from audio.contracts import Language, Synthesiser
from audio.errors import SynthesisError
from audio.g711 import samples_to_ulaw

_log = logging.getLogger(__name__)

_DIGEST_BYTES = 32
"""A file is the SHA-256 of its sound, then the sound: a torn or altered file is known by it."""


class VoiceCache:
    """Gives each text's µ-law audio, speaking it at most once. Thread-safe."""

    def __init__(self, synthesiser: Synthesiser, folder: Path, memory_limit_bytes: int = 64 * 1024 * 1024) -> None:
        """Open the cache.

        Args:
            synthesiser: Speaks what is not there yet; its ``name`` is part of each key.
            folder: Where files are kept; made when missing. One that can't be written is done without.
            memory_limit_bytes: Sound held in memory, 8,000 bytes a second; the longest unused goes first.
                The default holds 2 hours 20 minutes.
        """
        self._synthesiser = synthesiser
        self._folder = folder
        self._limit = memory_limit_bytes
        self._lock = threading.Lock()
        self._memory: OrderedDict[str, bytes] = OrderedDict()
        self._held_bytes = 0
        self._under_way: dict[str, Future[bytes]] = {}
        self._writes = True

    def ulaw(self, text: str, language: Language, rate: float = 1.0, keep: bool = True) -> bytes:
        """The sound of ``text``.

        Args:
            text: What to say.
            language: Whose voice.
            rate: Relative speed, 0.5 to 2.
            keep: False for what holds a caller's words, names or numbers: kept in memory only, never on disk.

        Returns:
            µ-law, 8 kHz.

        Raises:
            SynthesisError: it could not be spoken; nothing is kept, so the next call tries again.
        """
        return self._fetch(text, language, rate, keep)[0]

    def render(self, items: Iterable[tuple[str, Language, float]]) -> int:
        """Speak texts ahead of need, onto the disk.

        One that can't be spoken is logged and passed over: the others are still wanted.

        Args:
            items: Text, language and relative speed of each.

        Returns:
            How many had to be spoken, being in neither memory nor folder.
        """
        made = 0
        for text, language, rate in items:
            try:
                made += self._fetch(text, language, rate, True)[1]
            except SynthesisError as error:
                _log.warning("prompt could not be rendered: %s", error)
        return made

    def _fetch(self, text: str, language: Language, rate: float, keep: bool) -> tuple[bytes, bool]:
        """The sound, and whether this call spoke it."""
        key = self._key(text, language, rate)
        with self._lock:
            if key in self._memory:
                self._memory.move_to_end(key)
                return self._memory[key], False
            waiting_for = self._under_way.get(key)
            if waiting_for is None:
                mine: Future[bytes] = Future()
                self._under_way[key] = mine
        if waiting_for is not None:
            return waiting_for.result(), False
        try:
            sound = self._read(key)
            made = sound is None
            if sound is None:
                sound = samples_to_ulaw(self._synthesiser.speak(text, language=language, rate=rate))
                if keep:
                    self._write(key, sound)
        except BaseException as error:
            with self._lock:
                del self._under_way[key]
            mine.set_exception(error)
            raise
        with self._lock:
            self._remember(key, sound)
            del self._under_way[key]
        mine.set_result(sound)
        return sound, made

    def _key(self, text: str, language: Language, rate: float) -> str:
        parts = json.dumps([self._synthesiser.name, language, round(rate, 3), text])
        return hashlib.sha256(parts.encode()).hexdigest()

    def _remember(self, key: str, sound: bytes) -> None:
        """Hold ``sound`` in memory within the limit. Called with the lock held."""
        if len(sound) > self._limit:
            return
        self._memory[key] = sound
        self._held_bytes += len(sound)
        while self._held_bytes > self._limit:
            _, dropped = self._memory.popitem(last=False)
            self._held_bytes -= len(dropped)

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.ulaw"

    def _read(self, key: str) -> bytes | None:
        path = self._path(key)
        try:
            stored = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            _log.warning("cached prompt %s can't be read (%s): spoken again", path, error.strerror)
            return None
        digest, sound = stored[:_DIGEST_BYTES], stored[_DIGEST_BYTES:]
        if not sound or hashlib.sha256(sound).digest() != digest:
            _log.warning("cached prompt %s is damaged: spoken again", path)
            return None
        return sound

    def _write(self, key: str, sound: bytes) -> None:
        """Store on disk, whole or not at all. The first failure ends storing, with one log line."""
        if not self._writes:
            return
        path = self._path(key)
        temporary: str | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
            with os.fdopen(descriptor, "wb") as file:
                file.write(hashlib.sha256(sound).digest() + sound)
            Path(temporary).replace(path)
        except OSError as error:
            self._writes = False
            if temporary is not None:
                Path(temporary).unlink(missing_ok=True)
            _log.warning(
                "prompt cache %s can't be written (%s): prompts are kept in memory only",
                self._folder,
                error.strerror,
            )

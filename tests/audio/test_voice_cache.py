"""The prompt cache: each text is spoken once, whatever happens to the disk."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from audio.contracts import Language, Samples
from audio.errors import SynthesisError
from audio.g711 import samples_to_ulaw
from audio.voice_cache import VoiceCache


class CountingVoice:
    """Answers a tenth of a second per character, and remembers what it was asked."""

    def __init__(self, name: str = "counting-1") -> None:
        self.name = name
        self.asked: list[str] = []
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.broken = False

    def speak(self, text: str, *, language: Language, rate: float = 1.0) -> Samples:
        self.asked.append(text)
        assert self.may_answer.wait(10)
        if self.broken:
            raise SynthesisError("broken")
        return np.full(int(800 * len(text) / rate), 0.25, dtype=np.float32)


@pytest.fixture
def voice() -> CountingVoice:
    return CountingVoice()


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_text_is_spoken_once(voice: CountingVoice, tmp_path: Path) -> None:
    cache = VoiceCache(voice, tmp_path)
    first = cache.ulaw("안녕하세요", "ko")
    assert first == samples_to_ulaw(np.full(4000, 0.25, dtype=np.float32))
    assert cache.ulaw("안녕하세요", "ko") == first
    assert voice.asked == ["안녕하세요"]


def test_the_next_start_finds_it_on_disk(voice: CountingVoice, tmp_path: Path) -> None:
    first = VoiceCache(voice, tmp_path).ulaw("hello", "en")
    assert VoiceCache(voice, tmp_path).ulaw("hello", "en") == first
    assert len(voice.asked) == 1


def test_voice_language_rate_and_text_are_all_told_apart(voice: CountingVoice, tmp_path: Path) -> None:
    cache = VoiceCache(voice, tmp_path)
    cache.ulaw("hello", "en")
    cache.ulaw("hello", "ko")
    cache.ulaw("hello", "en", rate=1.2)
    cache.ulaw("hello!", "en")
    other = CountingVoice("other-1")
    VoiceCache(other, tmp_path).ulaw("hello", "en")
    assert (len(voice.asked), len(other.asked), len(_files(tmp_path))) == (4, 1, 5)


def test_what_a_caller_said_never_reaches_the_disk(voice: CountingVoice, tmp_path: Path) -> None:
    cache = VoiceCache(voice, tmp_path)
    cache.ulaw("your order 4 7 2 9 1", "en", keep=False)
    cache.ulaw("your order 4 7 2 9 1", "en", keep=False)
    assert len(voice.asked) == 1
    assert _files(tmp_path) == []


def test_no_text_can_be_read_off_the_files(voice: CountingVoice, tmp_path: Path) -> None:
    VoiceCache(voice, tmp_path).ulaw("secret", "en")
    (file,) = _files(tmp_path)
    assert "secret" not in str(file)
    assert b"secret" not in file.read_bytes()


@pytest.mark.parametrize("damage", [b"", b"short", b"x" * 5000])
def test_a_damaged_file_is_spoken_again_and_mended(
    voice: CountingVoice, tmp_path: Path, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    first = VoiceCache(voice, tmp_path).ulaw("hello", "en")
    (file,) = _files(tmp_path)
    file.write_bytes(damage)
    assert VoiceCache(voice, tmp_path).ulaw("hello", "en") == first
    assert len(voice.asked) == 2
    assert str(file) in caplog.text
    VoiceCache(voice, tmp_path).ulaw("hello", "en")
    assert len(voice.asked) == 2


def test_one_changed_byte_is_noticed(voice: CountingVoice, tmp_path: Path) -> None:
    VoiceCache(voice, tmp_path).ulaw("hello", "en")
    (file,) = _files(tmp_path)
    file.write_bytes(file.read_bytes()[:-1] + b"\x00")
    VoiceCache(voice, tmp_path).ulaw("hello", "en")
    assert len(voice.asked) == 2


def test_a_folder_that_cannot_be_written_is_done_without(
    voice: CountingVoice, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = VoiceCache(voice, tmp_path / "file" / "cache")
    with caplog.at_level(logging.WARNING):
        assert len(cache.ulaw("hello", "en")) == 4000
        cache.ulaw("hello", "en")
        cache.ulaw("goodbye", "en")
    assert voice.asked == ["hello", "goodbye"]
    assert caplog.text.count("kept in memory only") == 1


def test_memory_is_bounded_and_the_longest_unused_goes_first(voice: CountingVoice, tmp_path: Path) -> None:
    cache = VoiceCache(voice, tmp_path, memory_limit_bytes=2000)
    for text in ("a", "b", "a", "c"):  # 800 bytes each: "b" has to go
        cache.ulaw(text, "en", keep=False)
    cache.ulaw("a", "en", keep=False)
    cache.ulaw("c", "en", keep=False)
    assert voice.asked == ["a", "b", "c"]
    cache.ulaw("b", "en", keep=False)
    assert voice.asked == ["a", "b", "c", "b"]


def test_what_is_larger_than_memory_is_still_spoken(voice: CountingVoice, tmp_path: Path) -> None:
    cache = VoiceCache(voice, tmp_path, memory_limit_bytes=100)
    assert len(cache.ulaw("long text", "en")) == 7200
    assert cache.ulaw("long text", "en")
    assert len(voice.asked) == 1  # from disk


def test_calls_that_want_the_same_text_wait_for_one_rendering(voice: CountingVoice, tmp_path: Path) -> None:
    cache = VoiceCache(voice, tmp_path)
    voice.may_answer.clear()
    with ThreadPoolExecutor(8) as pool:
        wanted = [pool.submit(cache.ulaw, "hello", "en") for _ in range(8)]
        other = pool.submit(lambda: None)
        other.cancel()
        voice.may_answer.set()
        assert {future.result(10) for future in wanted} == {cache.ulaw("hello", "en")}
    assert len(voice.asked) == 1


def test_a_failure_reaches_the_caller_and_is_not_remembered(voice: CountingVoice, tmp_path: Path) -> None:
    cache = VoiceCache(voice, tmp_path)
    voice.broken = True
    with pytest.raises(SynthesisError, match="broken"):
        cache.ulaw("hello", "en")
    voice.broken = False
    assert len(cache.ulaw("hello", "en")) == 4000


def test_rendering_ahead_counts_what_was_missing(
    voice: CountingVoice, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    items: list[tuple[str, Language, float]] = [
        ("hello", "en", 1.0),
        ("안녕하세요", "ko", 1.0),
        ("hello", "en", 1.0),
    ]
    assert VoiceCache(voice, tmp_path).render(items) == 2
    assert VoiceCache(voice, tmp_path).render([*items, ("goodbye", "en", 1.0), ("hello", "en", 0.9)]) == 2
    voice.broken = True
    assert VoiceCache(voice, tmp_path).render([("new", "en", 1.0), ("hello", "en", 1.0)]) == 0
    assert "could not be rendered: broken" in caplog.text

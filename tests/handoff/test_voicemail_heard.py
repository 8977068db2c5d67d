"""A message that a caller left, heard by the real voice detector and the real recognizer."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from audio.vad import VoiceModel, VoiceStream
from audio.wav import read_wav
from audio.weights import resolve_model
from audio.whisper import WhisperRecognizer
from ivr.handoff.voicemail import Hearing, summary_line, write_down
from ivr.settings import load_settings
from ivr.understanding.engine import create_understander
from tests.call.stage import content
from tests.understanding.models import cache_dir

FIXTURES = Path(__file__).parents[1] / "fixtures"

pytestmark = pytest.mark.slow


def message(folder: Path, *names: str) -> bytes:
    """A recording as the carrier keeps it: sentences with two seconds of silence around each."""
    silence = np.zeros(16_000, np.float32)
    parts = [part for name in names for part in (silence, read_wav(FIXTURES / f"{name}.wav", 8_000), silence)]
    path = folder / "message.wav"
    soundfile.write(path, np.concatenate(parts), 8_000, subtype="PCM_16")
    return path.read_bytes()


def test_each_sentence_is_written_down_and_the_topic_found(tmp_path: Path) -> None:
    settings = load_settings()
    recognizer = WhisperRecognizer(resolve_model(settings.whisper_model, settings.cache_dir), threads=2)
    understander = create_understander(content(), cache_dir=cache_dir())
    model = VoiceModel()
    hearing = Hearing(
        lambda samples: VoiceStream(model).push(samples),
        lambda samples, language, speech_ms, call_sid: (
            recognizer.recognize(samples, language="en" if language == "en" else None, speech_ms=speech_ms).text
        ),
        lambda text, language: understander.understand(text, "en").intent or "",
    )
    wav = message(tmp_path, "en/order_status", "en/complaint_late")
    words = write_down(wav, "en", "CA1", hearing)
    assert "status of my order" in words
    assert "two weeks" in words
    first = write_down(message(tmp_path, "en/order_status"), "en", "CA1", hearing)
    assert summary_line(first, hearing.topic(first, "en")).startswith("order_status: ")
    assert write_down(message(tmp_path, "nonspeech/white_quiet"), "en", "CA1", hearing) == ""

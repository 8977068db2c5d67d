"""Speech recognition with Whisper (faster-whisper, CTranslate2), at the price an utterance is worth.

Whisper was trained on 30 s windows and the stock decode pads every utterance to 30 s, however short. Here an
utterance is padded with silence only up to ``window_s`` and decoded directly from the encoder's output, which
costs a quarter at equal error (``python -m tests.measure.recognition``). Where the result looks wrong, the
stock decode has the last word.
"""

import dataclasses
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import ctranslate2
import faster_whisper
import numpy as np
import opencc
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_compression_ratio, get_suppressed_tokens
from numpy.typing import NDArray

from audio import phantoms
from audio.contracts import LANGUAGES, RECOGNITION_RATE_HZ, Language, Recognition, Samples
from audio.errors import ModelCorruptError, ModelError, RecognitionError
from audio.level import levelled, mean_over_speech
from audio.phantoms import Evidence

MAX_WINDOW_S = 30.0
"""Whisper's own window (Radford et al. 2022, section 2.2)."""
MIN_UTTERANCE_S = 0.1
"""Shorter sounds hold no syllable: the shortest ones of speech last about 100 ms (Greenberg 1999)."""
_FRAMES_PER_S = 100
"""Whisper's features: one frame each 10 ms."""
_FRAMES_PER_STATE = 2
"""The encoder's second convolution has stride 2: one state each 20 ms."""
_FLOOR_BELOW_PEAK = 2.0
_FLOOR_LOWEST = -1.5
"""What digital silence comes to in Whisper's features: (log10(power) + 4) / 4, where log10 is cut at -10 and
at 8 below the loudest (``log_mel_spectrogram`` in openai/whisper); hence the peak - 8 / 4, and (-10 + 4) / 4."""
_STOCK_PROMPT_TOKENS = 4
"""Start of transcript, language, task, no timestamps: faster-whisper counts them into its longest text."""
_DIGITAL_SILENCE = 1 / 32768
"""One step of 16-bit audio, full scale 1."""

Gate = Callable[[Evidence], str | None]
"""Says why a text is to be thrown away, or None."""


@dataclass(frozen=True)
class DecodeOptions:
    """How an utterance is decoded."""

    window_s: float = 10.0
    """Least length after padding, seconds. On the dev half, 148 clips of four languages, CER 0.29 at 8 s,
    0.19 at 10 and 12 s (``python -m tests.measure.recognition --sweep``): shorter windows say things twice."""
    tail_s: float = 1.0
    """Least silence after the utterance, seconds."""
    widen_s: float = 5.0
    """Seconds added to both when a text comes out twice in a row, which short windows do to one utterance in a
    hundred: five that did at 8 to 12 s came out once at 15 s (four of the dev half, one of the test half)."""
    beam_size: int = 3
    """Hypotheses kept by the beam search. On 130 clips of the dev half, CER and CPU seconds with 1: 0.124, 0.46;
    with 3: 0.106, 0.51; with 5: 0.111, 0.58."""
    tokens_base: int = 16
    tokens_per_s: float = 12.0
    """Most tokens of a text: ``tokens_base + tokens_per_s * duration``. Stops a loop early. The densest of 651
    transcripts (Japanese) has 8.7 a second of recording."""
    repetition_penalty: float = 1.1
    """Given to tokens said before when a text repeats itself and is decoded once more (Keskar et al. 2019
    propose 1.2; at 1.1 digits said twice survive)."""
    fallback: bool = True
    """Whether a result that looks wrong is decoded again in the stock way."""


@dataclass(frozen=True)
class _Decoded:
    """What one decode gave."""

    text: str
    average_log_probability: float
    no_speech_probability: float
    compression_ratio: float
    stock: bool = False

    @property
    def rank(self) -> tuple[bool, float]:
        """The greater, the more it is to be believed."""
        return not phantoms.repeats_itself(self.compression_ratio), self.average_log_probability


class WhisperRecognizer:
    """A :class:`audio.contracts.Recognizer`. Safe from as many threads at once as it has ``workers``."""

    def __init__(
        self,
        model: Path,
        *,
        workers: int = 1,
        threads: int = 2,
        device: str = "cpu",
        options: DecodeOptions | None = None,
        gate: Gate = phantoms.reason_to_reject,
    ) -> None:
        """Load the model and warm it up, so that the first caller does not wait for it.

        Args:
            model: A folder from :func:`audio.weights.resolve_model`.
            workers: Decodes at once, each with its own ``threads``.
            threads: CPU threads of one decode.
            device: ``cpu``, ``cuda`` or ``auto``.
            options: How to decode.
            gate: What throws away invented text.

        Raises:
            ModelCorruptError: the folder's files are not a Whisper model that can be run.
            ModelError: the model knows English only.
        """
        self._options = options or DecodeOptions()
        self._gate = gate
        try:
            self._model = faster_whisper.WhisperModel(
                str(model),
                device=device,
                compute_type="int8",
                cpu_threads=threads,
                num_workers=workers,
                local_files_only=True,
            )
        except Exception as error:  # CTranslate2 and tokenizers raise whatever their C++ and Rust threw
            raise ModelCorruptError(
                f"{model}: the speech model can't be loaded ({error}); delete the folder to have the bundled model "
                "put together again, or set IVR_WHISPER_MODEL to another"
            ) from error
        if not self._model.model.is_multilingual:
            raise ModelError(f"{model}: this model knows English only; choose one without `.en` in its name")
        self._tokenizers: dict[Language, Tokenizer] = {
            language: Tokenizer(self._model.hf_tokenizer, True, task="transcribe", language=language)
            for language in LANGUAGES
        }
        self._suppressed = list(get_suppressed_tokens(self._tokenizers[LANGUAGES[0]], [-1]))
        self._simplify = opencc.OpenCC("t2s")
        self._simplify_lock = threading.Lock()
        try:
            self._hear(np.zeros(RECOGNITION_RATE_HZ, np.float32), None, quick=True, speech_ms=None)
        except Exception as error:
            raise ModelCorruptError(f"{model}: the speech model loads but does not run ({error})") from error

    def recognize(
        self,
        samples: Samples,
        *,
        language: Language | None = None,
        quick: bool = False,
        speech_ms: int | None = None,
    ) -> Recognition:
        """Recognise one utterance.

        Args:
            samples: 16 kHz audio of the whole turn, shape (n,), any length. What holds no words (empty, under
                100 ms, digital silence, NaN) gives an empty text and the reason.
            language: The language spoken, or None to find it among the four. Its probabilities are
                reported either way.
            quick: True for a speculative decode: no stock fallback. If :func:`audio.phantoms.looks_wrong`
                is true of it, a final decode may be better.
            speech_ms: Milliseconds of the utterance that the VAD took for speech, when known.

        Raises:
            RecognitionError: the engine failed, or the audio is not of that shape.
        """
        started_s = time.perf_counter()
        samples = np.asarray(samples, dtype=np.float32)
        if samples.ndim != 1:
            raise RecognitionError(f"an utterance must be mono, shape (n,), not {samples.shape}")
        if language is not None and language not in self._tokenizers:
            raise RecognitionError(f"language {language!r} is not one of {', '.join(LANGUAGES)}")
        if reason := _not_worth_decoding(samples):
            return _nothing(language, reason)
        try:
            heard = self._hear(samples, language, quick=quick, speech_ms=speech_ms)
        except Exception as error:  # whatever the C++ threw: one utterance is lost, not the call
            raise RecognitionError(f"recognising {_seconds(samples):.1f} s of audio failed: {error}") from error
        return dataclasses.replace(heard, decode_s=time.perf_counter() - started_s)

    def states(self, samples: Samples) -> NDArray[np.float32]:
        """The encoder's states of an utterance, as recognition sees it: to train what judges their mean.

        Args:
            samples: 16 kHz, shape (n,), at most 29 s.

        Returns:
            One state each 20 ms, shape (n // 320, width).

        Raises:
            RecognitionError: the engine failed.
        """
        samples = np.asarray(samples, dtype=np.float32)
        try:
            encoded = self._encode(levelled(samples), self._options.window_s)
        except Exception as error:
            raise RecognitionError(f"encoding {_seconds(samples):.1f} s of audio failed: {error}") from error
        return _states(encoded)[: len(samples) // (RECOGNITION_RATE_HZ // _FRAMES_PER_S * _FRAMES_PER_STATE)]

    def speech_mean(self, samples: Samples) -> NDArray[np.float32]:
        """:attr:`audio.contracts.Recognition.encoder_mean` without recognising anything, shape (width,)."""
        return mean_over_speech(self.states(samples), samples)

    def _hear(
        self, samples: Samples, language: Language | None, *, quick: bool, speech_ms: int | None
    ) -> Recognition:
        """Decode, again where it is worth it, and judge the result."""
        options = self._options
        duration_s = _seconds(samples)
        head = samples[: int((MAX_WINDOW_S - options.tail_s) * RECOGNITION_RATE_HZ)]
        # Levelled: what the encoder makes of a voice must not depend on how loud the line is.
        head = levelled(head)
        encoded = self._encode(head, options.window_s)
        probabilities = self._language_probabilities(encoded)
        spoken = language if language is not None else max(LANGUAGES, key=probabilities.__getitem__)

        def judge(decoded: _Decoded) -> str | None:
            return self._gate(
                Evidence(
                    text=decoded.text,
                    language=spoken,
                    average_log_probability=decoded.average_log_probability,
                    no_speech_probability=decoded.no_speech_probability,
                    compression_ratio=decoded.compression_ratio,
                    duration_s=duration_s,
                    speech_ms=speech_ms,
                )
            )

        if len(head) < len(samples):
            decoded = self._decode_stock(samples, spoken)
            reason = judge(decoded)
        else:
            decoded = self._decode_short(encoded, spoken, duration_s)
            # Two mends that are quick enough for a speculation, too: a loop costs more than both.
            if phantoms.said_twice(decoded.text):
                wider = self._encode(head, options.window_s + options.widen_s)
                decoded = self._decode_short(wider, spoken, duration_s)
            if phantoms.repeats_itself(decoded.compression_ratio):
                decoded = self._decode_short(
                    encoded, spoken, duration_s, repetition_penalty=options.repetition_penalty
                )
            reason = judge(decoded)
            loops = phantoms.repeats_itself(decoded.compression_ratio)
            wrong = phantoms.looks_wrong(decoded.average_log_probability, decoded.compression_ratio)
            if options.fallback and wrong and not quick and (loops or reason is None):
                stock = self._decode_stock(samples, spoken)
                if stock.rank > decoded.rank:
                    decoded, reason = stock, judge(stock)
        return Recognition(
            text="" if reason else decoded.text,
            language=spoken,
            language_probabilities=probabilities,
            confidence=min(1.0, math.exp(decoded.average_log_probability)),
            no_speech_probability=decoded.no_speech_probability,
            compression_ratio=decoded.compression_ratio,
            window="stock" if decoded.stock else "short",
            decode_s=0.0,
            rejected_because=reason,
            encoder_mean=mean_over_speech(_states(encoded), head),
        )

    def _encode(self, samples: Samples, window_s: float) -> ctranslate2.StorageView:
        """The encoder's states of at most 29 s of audio and the silence after it, shape (1, frames / 2, width)."""
        features = self._model.feature_extractor(samples)
        tail_s = self._options.tail_s + window_s - self._options.window_s
        window_s = min(MAX_WINDOW_S, max(window_s, _seconds(samples) + tail_s))
        frames = _FRAMES_PER_STATE * round(window_s * _FRAMES_PER_S / _FRAMES_PER_STATE)
        features = features[:, :frames]
        # Whisper heard recordings padded with zeros while it was trained: pad with what zeros come to.
        silence = max(float(features.max()) - _FLOOR_BELOW_PEAK, _FLOOR_LOWEST)
        padding = ((0, 0), (0, frames - features.shape[-1]))
        return self._model.encode(np.pad(features, padding, constant_values=silence).astype(np.float32))

    def _language_probabilities(self, encoded: ctranslate2.StorageView) -> dict[Language, float]:
        """Whisper's language probabilities, kept to our four and scaled to sum to 1."""
        of_all = {token[2:-2]: float(p) for token, p in self._model.model.detect_language(encoded)[0]}
        ours = {language: of_all.get(language, 0.0) for language in LANGUAGES}
        total = sum(ours.values())
        if not total > 0:
            return _uniform()
        return {language: p / total for language, p in ours.items()}

    def _decode_short(
        self,
        encoded: ctranslate2.StorageView,
        language: Language,
        duration_s: float,
        repetition_penalty: float = 1.0,
    ) -> _Decoded:
        """Decode from the encoder's states."""
        tokenizer = self._tokenizers[language]
        result = self._model.model.generate(
            encoded,
            [[*tokenizer.sot_sequence, tokenizer.no_timestamps]],
            beam_size=self._options.beam_size,
            # CTranslate2 generates half of max_length at most; the other half is meant for a prompt.
            max_length=min(self._model.max_length, 2 * self._most_tokens(duration_s)),
            return_scores=True,
            return_no_speech_prob=True,
            repetition_penalty=repetition_penalty,
            suppress_blank=True,
            suppress_tokens=self._suppressed,
        )[0]
        tokens = result.sequences_ids[0]
        text = self._written(tokenizer.decode(tokens).strip(), language)
        return _Decoded(
            text=text,
            # The score is the mean over the tokens; the end-of-text token counts too, as in openai/whisper.
            average_log_probability=result.scores[0] * len(tokens) / (len(tokens) + 1),
            no_speech_probability=float(result.no_speech_prob),
            compression_ratio=get_compression_ratio(text),
        )

    def _decode_stock(self, samples: Samples, language: Language) -> _Decoded:
        """Decode as faster-whisper does, in windows of 30 s."""
        segments, _ = self._model.transcribe(
            samples,
            language=language,
            beam_size=self._options.beam_size,
            temperature=0.0,  # the stock five more tries at random cost 2 s each, and a caller is waiting
            condition_on_previous_text=False,
            max_new_tokens=min(
                self._model.max_length - _STOCK_PROMPT_TOKENS,
                2 * self._most_tokens(min(_seconds(samples), MAX_WINDOW_S)),
            ),
        )
        parts = list(segments)
        if not parts:  # faster-whisper's own silence rule took it all
            return _Decoded("", -math.inf, 1.0, 0.0, stock=True)
        weights = np.array([max(1, len(part.tokens)) for part in parts], dtype=float)
        text = self._written(" ".join(part.text.strip() for part in parts), language)
        return _Decoded(
            text=text,
            average_log_probability=float(np.average([part.avg_logprob for part in parts], weights=weights)),
            no_speech_probability=min(float(part.no_speech_prob) for part in parts),
            compression_ratio=max(float(part.compression_ratio) for part in parts),  # each is of its window
            stock=True,
        )

    def _written(self, text: str, language: Language) -> str:
        """``text`` in the characters of the language: base writes half of its Mandarin in Traditional ones."""
        if language != "zh":
            return text
        with self._simplify_lock:
            return str(self._simplify.convert(text))

    def _most_tokens(self, duration_s: float) -> int:
        """Most tokens that ``duration_s`` of speech can come to."""
        return self._options.tokens_base + math.ceil(self._options.tokens_per_s * duration_s)


def _seconds(samples: Samples) -> float:
    return len(samples) / RECOGNITION_RATE_HZ


def _not_worth_decoding(samples: Samples) -> str | None:
    """Why there can be no words in ``samples``, or None."""
    if len(samples) < MIN_UTTERANCE_S * RECOGNITION_RATE_HZ:
        return f"too short: {_seconds(samples) * 1000:.0f} ms"
    bad = int(np.count_nonzero(~np.isfinite(samples)))
    if bad:
        return f"not audio: {bad} of {len(samples)} samples are NaN or infinite"
    if float(np.max(np.abs(samples))) <= _DIGITAL_SILENCE:
        return "digital silence"
    return None


def _uniform() -> dict[Language, float]:
    return dict.fromkeys(LANGUAGES, 1 / len(LANGUAGES))


def _nothing(language: Language | None, reason: str) -> Recognition:
    """A recognition without words."""
    return Recognition(
        text="",
        language=language or LANGUAGES[0],
        language_probabilities=_uniform(),
        confidence=0.0,
        no_speech_probability=1.0,
        compression_ratio=0.0,
        window="short",
        decode_s=0.0,
        rejected_because=reason,
    )


def _states(encoded: ctranslate2.StorageView) -> NDArray[np.float32]:
    """The encoder's states as an array, shape (frames, width)."""
    if encoded.device != "cpu":
        encoded = encoded.to_device(ctranslate2.Device.cpu)
    states: NDArray[np.float32] = np.array(encoded.to(ctranslate2.DataType.float32))[0]
    return states

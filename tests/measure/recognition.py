"""How well and how fast callers are recognised, on real recordings through a telephone line.

``python -m tests.measure.recognition [--speech DIR] [--sweep] [--clips N]``

The recordings are split in two halves by the SHA-256 of their path. Constants are chosen on the *dev* half
(``--sweep``); the report is of the *test* half. Sounds without speech: the test half of the folder's, and the
generated ones of :mod:`tests.voices.nonspeech` with another seed than the one the gate was tuned with.
"""

import argparse
import csv
import hashlib
import os
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import platformdirs

from audio import phantoms
from audio.contracts import LANGUAGES, LINE_RATE_HZ, RECOGNITION_RATE_HZ, Language, Recognition, Samples
from audio.endpointing import TurnState, advance
from audio.g711 import samples_to_ulaw, ulaw_to_samples
from audio.phantoms import Evidence
from audio.resample import to_recognition_rate
from audio.vad import VoiceStream
from audio.wav import read_wav
from audio.weights import resolve_model
from audio.whisper import DecodeOptions, WhisperRecognizer
from tests.measure.scoring import characters, digits, edits
from tests.voices import nonspeech

SPEECH = Path(os.environ.get("IVR_TEST_SPEECH", Path(__file__).resolve().parents[3] / "shared" / "speech"))
TUNING_SEEDS = range(4)
REPORT_SEEDS = range(100, 104)
"""Seeds of the generated sounds without speech: the gate never saw the second."""
SWEEP: tuple[tuple[str, DecodeOptions], ...] = (
    *((f"window {window} s", DecodeOptions(window_s=window)) for window in (6.0, 8.0, 10.0, 12.0)),
    *((f"beam {beam}", DecodeOptions(beam_size=beam)) for beam in (1, 3, 5, 8)),
    ("tail 0.5 s", DecodeOptions(tail_s=0.5)),
    ("tail 2 s", DecodeOptions(tail_s=2.0)),
    ("no fallback", DecodeOptions(fallback=False)),
)


@dataclass(frozen=True)
class Clip:
    """One recording, ready to be recognised."""

    name: str
    language: Language | None
    """None: nobody speaks."""
    text: str
    kind: str
    samples: Samples
    speech_ms: int
    """What the VAD takes for speech."""

    @property
    def is_digits(self) -> bool:
        """Whether only its digits count."""
        return self.kind.startswith("digit")


@dataclass
class Score:
    """Sums over a group of clips."""

    clips: int = 0
    edits: int = 0
    characters: int = 0
    exact: int = 0
    language_right: int = 0
    lost: int = 0
    """Speech taken for noise by the gate."""
    stock: int = 0
    seconds: list[float] = field(default_factory=list)

    def add(self, clip: Clip, heard: Recognition) -> None:
        """Count one clip."""
        plain = digits if clip.is_digits else characters
        language = clip.language or "en"
        reference, got = plain(clip.text, language), plain(heard.text, language)
        self.clips += 1
        self.edits += edits(reference, got)
        self.characters += len(reference)
        self.exact += reference == got
        probabilities = heard.language_probabilities
        self.language_right += max(probabilities, key=probabilities.__getitem__) == clip.language
        self.lost += heard.rejected_because is not None
        self.stock += heard.window == "stock"
        self.seconds.append(heard.decode_s)

    def row(self) -> str:
        """One line of the table."""
        if not self.clips:
            return "no clips"
        return (
            f"{self.clips:5d} {self.edits / max(1, self.characters):7.3f} {self.exact / self.clips:7.0%}"
            f" {self.language_right / self.clips:9.1%} {self.lost:5d} {self.stock:6d}"
            f" {np.median(self.seconds):8.2f} {np.percentile(self.seconds, 95):7.2f}"
        )


HEADER = f"{'':32s} clips     CER   exact  language  lost  stock  median s  p95 s"


def speech_ms(samples: Samples) -> int:
    """Milliseconds that the VAD takes for speech."""
    state = TurnState()
    for probability in VoiceStream().push(samples):
        state = advance(state, probability)
    return state.speech_ms


def load_clips(folder: Path, *, dev: bool) -> list[Clip]:
    """The recordings of one half."""
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if is_dev(row["path"]) == dev]
    clips = []
    for row in rows:
        samples = to_recognition_rate(read_wav(folder / row["path"], LINE_RATE_HZ))
        language = next((language for language in LANGUAGES if language == row["language"]), None)
        clips.append(Clip(row["path"], language, row["transcript"], row["kind"], samples, speech_ms(samples)))
    return clips


def is_dev(path: str) -> bool:
    """Which half a recording belongs to."""
    return hashlib.sha256(path.encode()).digest()[0] % 2 == 0


def generated_noise(seeds: Iterable[int], speech: Sequence[Samples]) -> list[Clip]:
    """Generated sounds without speech, through the line. Babble is made of ``speech`` (8 kHz)."""
    clips = []
    for seed in seeds:
        for name in nonspeech.KINDS:
            line = ulaw_to_samples(samples_to_ulaw(nonspeech.make(name, seed=seed, speech=speech)))
            samples = to_recognition_rate(line)
            clips.append(Clip(f"{name} ({seed})", None, "", nonspeech.KINDS[name], samples, speech_ms(samples)))
    return clips


def some(clips: Sequence[Clip], per_kind: int) -> list[Clip]:
    """At most ``per_kind`` clips of each language and kind, spread evenly."""
    groups: dict[tuple[str | None, str], list[Clip]] = defaultdict(list)
    for clip in clips:
        groups[clip.language, clip.kind].append(clip)
    return [clip for group in groups.values() for clip in group[:: max(1, -(-len(group) // per_kind))]]


def recognise_all(recognizer: WhisperRecognizer, clips: Iterable[Clip]) -> dict[str, Score]:
    """Score speech, the language given, by language and kind and in all."""
    scores: dict[str, Score] = defaultdict(Score)
    for clip in clips:
        heard = recognizer.recognize(clip.samples, language=clip.language, speech_ms=clip.speech_ms)
        for group in (f"{clip.language} {clip.kind}", f"{clip.language} all", "all"):
            scores[group].add(clip, heard)
    return scores


class Gate:
    """The shipped gate, which also counts what would have come out without it."""

    def __init__(self) -> None:
        self.seen: list[Evidence] = []

    def __call__(self, evidence: Evidence) -> str | None:
        """Judge as the product does."""
        self.seen.append(evidence)
        return phantoms.reason_to_reject(evidence)


def report_noise(recognizer: WhisperRecognizer, gate: Gate, clips: Sequence[Clip]) -> None:
    """How many sounds without speech come out as text: with the gate, without it, without the VAD's evidence."""
    through: dict[str, list[str]] = {"with the VAD's evidence": [], "without it": []}
    texts = 0
    for clip in clips:
        for label, evidence in (("with the VAD's evidence", clip.speech_ms), ("without it", None)):
            gate.seen.clear()
            heard = recognizer.recognize(clip.samples, speech_ms=evidence)
            if heard.text:
                through[label].append(f"{clip.name} [{clip.speech_ms} ms]: {heard.text[:40]}")
            if evidence is None:
                texts += any(seen.text for seen in gate.seen)
    print(f"\nsounds without speech: {len(clips)}; text without a gate: {texts}")
    for label, got in through.items():
        print(f"  text through the gate, {label}: {len(got)}")
        for line in got:
            print(f"    {line}")


def latency(model: Path, clips: Sequence[Clip]) -> None:
    """One worker of two threads against two workers of one, on 3 s utterances one after the other."""
    near = sorted(clips, key=lambda clip: abs(len(clip.samples) / RECOGNITION_RATE_HZ - 3.0))[:24]
    print("\none utterance of about 3 s at a time, quick: workers x threads, median s, p95 s, CPU s each")
    for workers, threads in ((1, 2), (2, 1), (1, 1)):
        recognizer = WhisperRecognizer(model, workers=workers, threads=threads)
        started_s, cpu_s = [], time.process_time()
        for clip in near:
            started_s.append(recognizer.recognize(clip.samples, language=clip.language, quick=True).decode_s)
        cpu_s = (time.process_time() - cpu_s) / len(near)
        print(
            f"  {workers} x {threads}  {np.median(started_s):.3f}  {np.percentile(started_s, 95):.3f}  {cpu_s:.3f}"
        )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--speech", type=Path, default=SPEECH, help="folder of the recordings")
    parser.add_argument("--sweep", action="store_true", help="compare decode options on the dev half")
    parser.add_argument("--clips", type=int, default=1000, help="most clips of each language and kind")
    parser.add_argument("--model", default="base", help="as IVR_WHISPER_MODEL")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    model = resolve_model(arguments.model, Path(platformdirs.user_cache_dir("voice-hotline")))
    clips = some(load_clips(arguments.speech, dev=arguments.sweep), arguments.clips)
    speech = [clip for clip in clips if clip.language]
    if arguments.sweep:
        print(f"dev half, language given\n{HEADER}")
        for name, options in SWEEP:
            recognizer = WhisperRecognizer(model, threads=arguments.threads, options=options)
            scores = recognise_all(recognizer, speech)
            for group in (*(f"{language} all" for language in LANGUAGES), "all"):
                print(f"{name:20s} {group:11s} {scores[group].row()}", flush=True)
        return
    gate = Gate()
    recognizer = WhisperRecognizer(model, threads=arguments.threads, gate=gate)
    print(f"test half, language given\n{HEADER}")
    for group, score in sorted(recognise_all(recognizer, speech).items()):
        print(f"{group:32s} {score.row()}")
    voices = [clip.samples[::2] for clip in speech if clip.language == "en" and len(clip.samples) > 32_000][:8]
    report_noise(
        recognizer,
        gate,
        [clip for clip in clips if clip.language is None] + generated_noise(REPORT_SEEDS, voices),
    )
    latency(model, speech)


if __name__ == "__main__":
    main()

"""Makes the recordings in tests/fixtures: ``python -m tests.voices.render [--doubtful] [LANGUAGE[/NAME] ...]``.

Needs requirements.txt and requirements-voices.txt. Each line of script.yaml is spoken by one voice after the other,
at several speeds, until the recognizer understands it through the telephone line; then the recording is kept, and
what was heard goes into manifest.csv. Lines that are never understood are not kept, and the exit status is 1.
``nonspeech`` makes the noises. Without names, everything. ``--doubtful`` listens to what is there first, and makes
only what is missing or no longer understood: worth it when the recognizer has changed.
"""

import csv
import itertools
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from tempfile import TemporaryDirectory

from audio.contracts import LINE_RATE_HZ, Samples
from tests.voices import judge, nonspeech, shape, speakers
from tests.voices.script import Line, read_script

FIXTURES = Path(__file__).parent.parent / "fixtures"
SPEEDS = (1.0, 0.85, 1.15)
"""Relative to the voice's own speed, in the order they are tried."""

GOOD_ENOUGH_CER = 0.03
"""An understood recording this close to its text ends the search; otherwise the closest understood one is kept."""
PATIENCE = 9
"""Takes after which the closest one understood will do."""

BACKCHANNEL_SPEEDS = (1.0, 1.3, 1.6, 2.0)
BACKCHANNEL_MAX_S = 0.6
INTERRUPTION_MIN_S = 1.0


@dataclass(frozen=True)
class Row:
    """One row of manifest.csv."""

    name: str
    language: str
    """A language, or ``nonspeech``; also the folder."""
    text: str
    kind: str
    voice: str
    """engine-voice@speed; empty for what no voice made."""
    heard: str
    """What the recognizer (Whisper base) heard through the line, the language given."""
    detected: str
    """The language it took the recording for."""
    cer: str
    """Character error rate of ``heard``; empty where nothing is said."""
    duration_s: str


@dataclass(frozen=True)
class Take:
    """One try at saying a line."""

    samples: Samples
    voice: str
    verdict: judge.Verdict
    fits: bool
    """Whether it may be kept: understood, and of a fitting length."""


def takes(line: Line) -> Iterator[Take]:
    """Try after try at ``line``, the preferred voice first."""
    known = speakers.VOICES[line.language]
    voices = (known[line.voice], *(voice for voice in known if voice is not known[line.voice]))
    speeds = BACKCHANNEL_SPEEDS if line.kind == "backchannel" else SPEEDS
    for spoken, voice, speed in itertools.product(line.spoken, voices, speeds):
        said = speakers.speak(spoken, language=line.language, voice=voice, speed=speed)
        samples = _through_the_line(shape.level(shape.trim(said)))
        verdict = judge.judge(samples, line)
        fits = _fits(samples, line, verdict)
        label = f"{voice.engine}-{voice.name}@{speed:g}"
        mark = "ok" if fits else "--"
        print(f"  {label}: {spoken} -> {verdict.cer:.2f} {mark} {verdict.detected} {verdict.heard}", flush=True)
        yield Take(samples, label, verdict, fits)


def _fits(samples: Samples, line: Line, verdict: judge.Verdict) -> bool:
    duration_s = len(samples) / LINE_RATE_HZ
    if line.kind == "backchannel":
        return duration_s <= BACKCHANNEL_MAX_S
    return verdict.understood and (line.kind != "interruption" or duration_s >= INTERRUPTION_MIN_S)


def kept_take(line: Line, fixtures: Path) -> Take | None:
    """What is there already, listened to again; None when it is missing, says something else or does not fit."""
    row = read_manifest(fixtures / "manifest.csv").get((line.language, line.name))
    if row is None or row.text != line.text:
        return None
    samples = shape.load(fixtures / line.language / f"{line.name}.wav")
    verdict = judge.judge(samples, line)
    return Take(samples, row.voice, verdict, fits=True) if _fits(samples, line, verdict) else None


def best_take(line: Line) -> Take | None:
    """The first take that is good enough, else the closest that may be kept, else None."""
    fitting: list[Take] = []
    for number, take in enumerate(takes(line), 1):
        if take.fits and take.verdict.plain and take.verdict.cer <= GOOD_ENOUGH_CER:
            return take
        if take.fits:
            fitting.append(take)
        if number >= PATIENCE and any(kept.verdict.plain for kept in fitting):
            break
    return min(fitting, key=lambda take: (not take.verdict.plain, take.verdict.cer), default=None)


def _through_the_line(samples: Samples) -> Samples:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "line.wav"
        shape.save(path, samples)
        return shape.load(path)


def read_manifest(path: Path) -> dict[tuple[str, str], Row]:
    """The rows of a manifest by language and name; empty when there is none yet."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {(row["language"], row["name"]): Row(**row) for row in csv.DictReader(file)}


def write_manifest(path: Path, rows: dict[tuple[str, str], Row], order: list[tuple[str, str]]) -> None:
    """Write the rows in ``order``; rows whose line is no longer in the script are dropped."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Row)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(rows[key]) for key in order if key in rows)


def main(arguments: list[str], fixtures: Path = FIXTURES) -> int:
    """Render what is asked for (everything when nothing is) and bring the manifest up to date."""
    doubtful, wanted = "--doubtful" in arguments, [each for each in arguments if each != "--doubtful"]
    script = read_script()
    names = [*((line.language, line.name) for line in script), *(("nonspeech", name) for name in nonspeech.KINDS)]
    manifest = fixtures / "manifest.csv"
    failed: list[str] = []
    for line in script:
        if wanted and not {line.language, f"{line.language}/{line.name}"} & set(wanted):
            continue
        print(f"{line.language}/{line.name}: {line.text}", flush=True)
        take = (kept_take(line, fixtures) if doubtful else None) or best_take(line)
        if take is None:
            failed.append(f"{line.language}/{line.name}")
            continue
        shape.save(fixtures / line.language / f"{line.name}.wav", take.samples)
        seconds = f"{len(take.samples) / LINE_RATE_HZ:.2f}"
        rows = read_manifest(manifest)  # again: another rendering may have added to it
        rows[line.language, line.name] = Row(
            line.name,
            line.language,
            line.text,
            line.kind,
            take.voice,
            take.verdict.heard,
            take.verdict.detected,
            f"{take.verdict.cer:.3f}",
            seconds,
        )
        write_manifest(manifest, rows, names)
    if not wanted or "nonspeech" in wanted:
        rows = read_manifest(manifest)
        speech = [shape.load(path) for path in sorted(fixtures.glob("??/*.wav"))]
        for name, kind in nonspeech.KINDS.items():
            samples = nonspeech.make(name, speech=speech)
            shape.save(fixtures / "nonspeech" / f"{name}.wav", samples)
            seconds = f"{len(samples) / LINE_RATE_HZ:.2f}"
            rows["nonspeech", name] = Row(name, "nonspeech", "", kind, "", "", "", "", seconds)
        write_manifest(manifest, rows, names)
    if failed:
        print("never understood, not kept:", ", ".join(failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

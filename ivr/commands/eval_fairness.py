"""The part of ``python -m ivr eval`` that compares groups of callers: whom the machine takes for angry."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click
import numpy as np

from audio.contracts import CallerBaseline, Emotion
from audio.emotion import BUNDLED, TrainedEmotion
from audio.emotion_corpus import Clip, describe_clips, read_clips, without_copies
from audio.errors import ModelError
from audio.weights import resolve_model
from audio.whisper import WhisperRecognizer
from ivr.errors import ConfigurationError
from ivr.evaluation.fairness import FEWEST_CLIPS, MEASURES, Gap, Group, Rate, gaps, groups, judge_clips
from ivr.settings import Settings, load_settings

EXIT_CONFIGURATION = 2
_HEADS = {
    "false_alarms": "calm clips taken for angry",
    "recall": "angry clips found",
    "known_false_alarms": "calm, own voice known",
    "known_recall": "angry, own voice known",
}


def report(folder: Path, *, as_json: bool) -> int:
    """Print the comparison.

    Args:
        folder: Labelled recordings, as for ``python -m ivr train-emotion``.
        as_json: One JSON object a line: each group, then each gap.

    Returns:
        The exit status: 0 done, 2 the folder or the configuration is wrong.
    """
    try:
        found = compare(folder, load_settings())
    except (ConfigurationError, ModelError, ValueError, OSError) as error:
        click.echo(str(error), err=True)
        return EXIT_CONFIGURATION
    largest = gaps(found)
    if as_json:
        for group in found:
            rates = {measure: _rate(getattr(group, measure)) for measure in MEASURES}
            group_of = {"trait": group.trait, "group": group.value, "speakers": group.speakers}
            click.echo(json.dumps({**group_of, **rates}, ensure_ascii=False))
        for gap in largest:
            click.echo(json.dumps(asdict(gap), ensure_ascii=False))
    else:
        click.echo("\n".join(lines(found, largest)))
    return 0


def compare(folder: Path, settings: Settings) -> list[Group]:
    """Judge a folder of labelled recordings with the deployment's emotion model, group by group.

    Raises:
        ConfigurationError: the emotion model is switched off, or has no coefficients.
        ModelError: weights or coefficients are missing or damaged.
        ValueError: the folder can't be used; says where and why.
    """
    if settings.emotion_model in ("off", "index"):
        raise ConfigurationError(
            f"IVR_EMOTION_MODEL is {settings.emotion_model}: only a trained model judges clips by themselves; "
            "set it to bundled or to a file"
        )
    model = TrainedEmotion.load(BUNDLED if settings.emotion_model == "bundled" else Path(settings.emotion_model))
    recognizer = WhisperRecognizer(
        resolve_model(settings.whisper_model, settings.cache_dir), threads=settings.recognition_threads
    )
    clips = _unheard(without_copies(read_clips(folder)), model.coefficients.card)
    data = describe_clips(clips, recognizer, cache=settings.cache_dir / "emotion", progress=_progress)
    encoder = data.encoder.astype(np.float32)

    def judge(i: int, baseline: CallerBaseline | None) -> Emotion | None:
        return model.judge_description(data.sound[i], encoder[i], baseline)

    heard = [(clip.speaker, clip.emotion, clip.sex, clip.language, clip.corpus) for clip in data.clips]
    left_out = len(clips) - len(heard)
    if left_out:
        click.echo(f"{left_out} of {len(clips)} recordings can't be read or have too little voice", err=True)
    return groups(judge_clips(heard, judge))


def _unheard(clips: Sequence[Clip], card: str) -> Sequence[Clip]:
    """Without what the model was trained on, on which it is too good; all of it if there is nothing else."""
    trained_on = set(json.loads(card).get("corpora", ()))
    unheard = [clip for clip in clips if clip.corpus not in trained_on]
    heard = ", ".join(sorted({clip.corpus for clip in clips} & trained_on))
    if not unheard:
        click.echo(f"the model was trained on {heard}: every figure is too good", err=True)
        return clips
    if heard:
        click.echo(f"left out, as the model was trained on it: {heard}", err=True)
    return unheard


def lines(found: Sequence[Group], largest: Sequence[Gap]) -> list[str]:
    """The comparison as a table in Markdown, and what is to be said about it."""
    table = [f"| | speakers | {' | '.join(_HEADS[measure] for measure in MEASURES)} |", "|---|---|---|---|---|---|"]
    for group in found:
        cells = " | ".join(_cell(getattr(group, measure)) for measure in MEASURES)
        table.append(f"| {group.trait} {group.value} | {group.speakers} | {cells} |")
    said = ["", "Share (95 % interval; clips). Largest gaps:"]
    for gap in largest:
        sure = "more than chance" if gap.apart else "may be chance"
        said.append(
            f"- {gap.trait}, {_HEADS[gap.measure]}: {gap.higher or '?'} {gap.difference:.3f} above "
            f"{gap.lower or '?'}: {sure}"
        )
    if not largest:
        said.append("- none can be told: no trait has two groups with clips enough")
    thin = [
        f"- {group.trait} {group.value}: {_HEADS[measure]}, {rate.count} clips"
        for group in found
        for measure in MEASURES
        if (rate := getattr(group, measure)).thin
    ]
    if thin:
        said += ["", f"Too few to tell anything (fewer than {FEWEST_CLIPS}):", *thin]
    return [*table, *said]


def _cell(rate: Rate) -> str:
    if rate.share is None or rate.interval is None:
        return "–"
    low, high = rate.interval
    return f"{rate.share:.3f} ({low:.3f} to {high:.3f}; {rate.count})"


def _rate(rate: Rate) -> dict[str, object]:
    low, high = rate.interval or (None, None)
    return {"share": rate.share, "low": low, "high": high, "clips": rate.count, "too_few": rate.thin}


def _progress(done: int, total: int) -> None:
    if done % 500 == 0 or done == total:
        click.echo(f"described {done} of {total}", err=True)

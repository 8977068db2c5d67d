"""How well the voice's mood is told, on acted speech through a telephone line; speakers never on both sides.

``python -m tests.measure.emotion [--data DIR] [--speech DIR] [--clips N] [--no-audio]``

``DIR`` has a folder with a ``manifest.csv`` for each corpus. *EmoDB* is what the bundled coefficients were trained
on; RAVDESS and nEMO are only measured with. ``--clips`` takes at most that many of each corpus, by the SHA-256 of
their paths. What was described is kept in the cache folder: the first run takes 0.2 CPU seconds a recording.
"""

import argparse
import csv
import hashlib
import os
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import platformdirs
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from audio.baseline import updated
from audio.contracts import EMOTIONS, LINE_RATE_HZ, RECOGNITION_RATE_HZ, CallerBaseline, Prosody, Samples
from audio.emotion import HEADS, Coefficients, Scorer, TrainedEmotion, describe_voice, relative_scores
from audio.emotion_corpus import Clip, Described, describe_clips, join, read_clips, without_copies
from audio.emotion_training import HIGH, LOW, Recipe, fit, fit_scorer, inputs, unseen_scores
from audio.g711 import samples_to_ulaw, ulaw_to_samples
from audio.resample import LineUpsampler
from audio.wav import read_wav
from audio.weights import resolve_model
from audio.whisper import WhisperRecognizer

SHARED = Path(__file__).resolve().parents[3] / "shared"
DATA = Path(os.environ.get("IVR_TEST_EMOTION", SHARED / "emotion"))
SPEECH = Path(os.environ.get("IVR_TEST_SPEECH", SHARED / "speech"))
CACHE = Path(platformdirs.user_cache_dir("voice-hotline")) / "emotion"
TRAINED_ON = "emodb"
WITHIN = Recipe(encoder_c=0.1, encoder_share=1.5, limit=3.0, folds=9)
"""Where training and test are of one corpus the encoder can be trusted further."""
CALM = ("neutral", "calm")
SEED = 1

Vector = NDArray[np.float64]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the corpora")
    parser.add_argument("--speech", type=Path, default=SPEECH, help="folder of calm callers")
    parser.add_argument("--clips", type=int, default=10_000, help="most clips of each corpus")
    parser.add_argument("--no-audio", action="store_true", help="leave out level, CPU and calm callers")
    arguments = parser.parse_args()
    recognizer = WhisperRecognizer(
        resolve_model("base", Path(platformdirs.user_cache_dir("voice-hotline"))), threads=1
    )
    corpora = load_corpora(arguments.data, recognizer, arguments.clips)
    model = TrainedEmotion.load().coefficients
    print(f"bundled coefficients: {model.card}")
    report_within(corpora)
    report_bundled(model, corpora)
    report_left_out(corpora)
    report_false_alarms(corpora)
    report_fairness(model, corpora)
    if not arguments.no_audio:
        chosen = [clip for name in ("ravdess", "nemo") for clip in corpora[name].clips[:40]]
        report_level(chosen, recognizer)
        report_cpu(chosen, recognizer)
        report_calm_callers(arguments.speech, recognizer)


def load_corpora(folder: Path, recognizer: WhisperRecognizer, most: int) -> dict[str, Described]:
    """The corpora, described; the two halves of EmoDB are one, and only it has crops, which train."""
    by_name: dict[str, list[Clip]] = {}
    for clip in without_copies(read_clips(folder)):
        by_name.setdefault(clip.corpus.removesuffix("_2s"), []).append(clip)
    described = {}
    for name, clips in by_name.items():
        chosen = sorted(clips, key=lambda clip: hashlib.sha256("/".join(clip.path.parts[-3:]).encode()).digest())[
            :most
        ]
        crops = 4 if name == TRAINED_ON else 0
        described[name] = describe_clips(chosen, recognizer, crops=crops, cache=CACHE, progress=Progress(name))
        labels, counts = np.unique(described[name].emotion[described[name].whole], return_counts=True)
        print(f"{name}: {dict(zip(labels.tolist(), counts.tolist(), strict=True))}")
    return described


def whole(data: Described) -> Described:
    """Without crops."""
    return data.rows(data.whole)


def auc(positive: NDArray[np.bool_], score: Vector) -> float:
    """Area under the ROC curve."""
    return float(roc_auc_score(positive, score))


def recall_at(positive: NDArray[np.bool_], score: Vector, false_alarms: float = 0.1) -> float:
    """Share of the positive found when the given share of the others is taken for positive."""
    return float(np.mean(score[positive] > np.quantile(score[~positive], 1 - false_alarms)))


def auc_of_three(data: Described, score: Vector) -> float:
    """AUC of anger, each score the mean of three utterances of one speaker in one mood."""
    chance = np.random.default_rng(SEED)
    means, angry = [], []
    for speaker in sorted(set(data.speaker)):
        for mood in sorted(set(data.emotion)):
            at = np.flatnonzero((data.speaker == speaker) & (data.emotion == mood))
            if len(at) < 3:
                continue
            for _ in range(len(at)):
                means.append(score[chance.choice(at, 3, replace=False)].mean())
                angry.append(mood == "angry")
    return auc(np.array(angry), np.array(means))


def held_out(data: Described, recipe: Recipe) -> Vector:
    """Scores of every whole clip by a model that never heard its speaker, shape (n, heads)."""
    return unseen_scores(data, recipe, both=True)[data.whole]


def report_within(corpora: dict[str, Described]) -> None:
    """Train and test in one corpus, speakers apart."""
    print("\nwithin a corpus, speakers apart (9 folds), angry against all other labels / the four common ones: AUC")
    for name, data in corpora.items():
        score, clips = held_out(data, WITHIN)[:, 0], whole(data)
        four = np.isin(clips.emotion, ["angry", "happy", "neutral", "sad"])
        angry = clips.emotion == "angry"
        print(f"  {name:8s} {auc(angry, score):.3f} / {auc(angry[four], score[four]):.3f}")


def row(data: Described, scores: Vector) -> str:
    """One line on anger and arousal."""
    angry, high = data.emotion == "angry", np.isin(data.emotion, list(HIGH))
    either = high | np.isin(data.emotion, list(LOW))
    return (
        f"{auc(angry, scores[:, 0]):.3f}  {auc_of_three(data, scores[:, 0]):.3f}  "
        f"{recall_at(angry, scores[:, 0]):.2f}  {auc(high[either], scores[either, 1]):.3f}"
    )


def report_bundled(model: Coefficients, corpora: dict[str, Described]) -> None:
    """The coefficients that ship, on corpora that they never saw."""
    print("\nbundled coefficients: anger AUC, that over three utterances, recall at 10 % false alarms, arousal AUC")
    for name, data in corpora.items():
        if name == TRAINED_ON:
            continue
        print(f"  {name:8s} {row(data, model.both.scores(inputs(data, both=True)))}")
        print(f"  {name:8s} {row(data, model.sound.scores(inputs(data, both=False)))}  without the encoder")
        report_classes(model.both, data)


def report_classes(scorer: Scorer, data: Described) -> None:
    """Each class against the others."""
    scores = scorer.scores(inputs(data, both=True))
    labels = np.array(["neutral" if label == "calm" else label for label in data.emotion])
    known = np.isin(labels, EMOTIONS)
    found = np.array(EMOTIONS)[scores[:, 2:].argmax(axis=1)]
    recalls = [float(np.mean(found[labels == name] == name)) for name in EMOTIONS]
    aucs = [auc(labels[known] == name, scores[known, 2 + i]) for i, name in enumerate(EMOTIONS)]
    each = ", ".join(f"{name} {r:.2f} ({a:.2f})" for name, r, a in zip(EMOTIONS, recalls, aucs, strict=True))
    print(f"    five classes: mean recall {np.mean(recalls):.2f}; recall (AUC): {each}")


def report_left_out(corpora: dict[str, Described]) -> None:
    """Train on all but one corpus, test on it."""
    print("\nleave one corpus out: as above (coefficients that may not ship)")
    for name, data in corpora.items():
        others = join([other for key, other in corpora.items() if key != name])
        scores = fit_scorer(others, Recipe(), both=True).scores(inputs(whole(data), both=True))
        print(f"  {name:8s} {row(whole(data), scores)}")


def with_own_baseline(
    scorer: Scorer, data: Described, scores: Vector, count: int
) -> tuple[Vector, NDArray[np.bool_]]:
    """Scores relative to ``count`` calm utterances of each speaker, and which rows were not spent on that."""
    chance = np.random.default_rng(SEED)
    adjusted, left = scores.copy(), np.ones(len(data), dtype=bool)
    for speaker in sorted(set(data.speaker)):
        own = np.flatnonzero(data.speaker == speaker)
        calm = own[np.isin(data.emotion[own], CALM)]
        spent = chance.choice(calm, min(count, len(calm) - 1), replace=False) if len(calm) > 1 else calm[:0]
        left[spent] = False
        if not len(spent):
            continue
        baseline = CallerBaseline(
            dict(zip(HEADS, scores[spent].mean(axis=0), strict=True)), dict.fromkeys(HEADS, float(len(spent)))
        )
        for i in own:
            adjusted[i] = relative_scores(scorer, scores[i], list(HEADS), baseline)[0]
    return adjusted, left


def report_false_alarms(corpora: dict[str, Described]) -> None:
    """A threshold set for 10 % on one corpus's unseen speakers, used on another."""
    print("\nset for 10 % false alarms on the training corpus, seen elsewhere: (calm speech alone), recall")
    for source, training in corpora.items():
        scorer = fit(training).both
        at_home = held_out(training, Recipe())
        for count in (0, 3):
            home, kept = with_own_baseline(scorer, whole(training), at_home, count)
            calm_home = (whole(training).emotion != "angry") & kept
            limit = float(np.quantile(home[calm_home, 0], 0.9))
            for name, data in corpora.items():
                if name == source:
                    continue
                clips = whole(data)
                scores, left = with_own_baseline(scorer, clips, scorer.scores(inputs(clips, both=True)), count)
                alarm, angry = scores[:, 0] > limit, clips.emotion == "angry"
                calm = np.isin(clips.emotion, CALM) & left
                print(
                    f"  {source:8s} on {name:8s} {count} calm utterances first: "
                    f"{np.mean(alarm[~angry & left]):.2f} ({np.mean(alarm[calm]):.2f}), {np.mean(alarm[angry]):.2f}"
                )


def report_fairness(model: Coefficients, corpora: dict[str, Described]) -> None:
    """False alarms and recall by sex, at one threshold for all: the model's own 0.5."""
    judge = TrainedEmotion(model)
    print("\nfairness: P(angry) >= 0.5; false alarms, of calm speech, recall, AUC, by sex")
    for name, data in corpora.items():
        if name == TRAINED_ON:
            continue
        p = np.array([_p_angry(judge, s, e) for s, e in zip(data.sound, data.encoder, strict=True)])
        sexes = np.array([clip.sex for clip in data.clips])
        for sex in sorted(set(sexes)):
            angry, calm, own = data.emotion == "angry", np.isin(data.emotion, CALM), sexes == sex
            print(
                f"  {name:8s} {sex or '?'}: "
                f"{np.mean(p[own & ~angry] >= 0.5):.3f}, {np.mean(p[own & calm] >= 0.5):.3f}, "
                f"{np.mean(p[own & angry] >= 0.5):.2f}, {auc(angry[own], p[own]):.3f}"
            )


def _p_angry(judge: TrainedEmotion, sound: Vector, encoder: Vector) -> float:
    emotion = judge.judge_description(sound, encoder.astype(np.float32))
    return emotion.probabilities["angry"] if emotion else 0.0


def _through_line(clip: Path, gain_db: float = 0.0) -> Samples:
    line = read_wav(clip, LINE_RATE_HZ) * np.float32(10 ** (gain_db / 20))
    return LineUpsampler().push(ulaw_to_samples(samples_to_ulaw(np.clip(line, -1, 1))))


def report_level(clips: Sequence[Clip], recognizer: WhisperRecognizer) -> None:
    """The score on a line 6 dB louder or quieter; clips that would be clipped only go down."""
    judge = TrainedEmotion.load()
    changes: dict[float, list[float]] = {-6.0: [], 6.0: []}
    for clip in clips:
        p = {}
        for gain_db in (0.0, -6.0, 6.0):
            if gain_db > 0 and np.abs(read_wav(clip.path, LINE_RATE_HZ)).max() > 0.49:
                continue
            samples = _through_line(clip.path, gain_db)
            sound = describe_voice(samples)
            if sound is None:
                continue
            p[gain_db] = _p_angry(judge, sound, recognizer.speech_mean(samples).astype(np.float64))
        for gain_db, seen in changes.items():
            if gain_db in p and 0.0 in p:
                seen.append(abs(p[gain_db] - p[0.0]))
    print("\nlevel: change of P(angry), median, 95th percentile, most")
    for gain_db, seen in changes.items():
        print(
            f"  {gain_db:+.0f} dB ({len(seen)}): "
            f"{np.median(seen):.4f}, {np.percentile(seen, 95):.4f}, {max(seen):.4f}"
        )


def report_cpu(clips: Sequence[Clip], recognizer: WhisperRecognizer) -> None:
    """CPU that the mood adds to an utterance of 3 s, its encoder states being there."""
    judge = TrainedEmotion.load()
    pieces = [np.resize(_through_line(clip.path), 3 * RECOGNITION_RATE_HZ) for clip in clips[:20]]
    mean = recognizer.speech_mean(pieces[0])
    spent = []
    for piece in [pieces[0], *pieces]:
        before_s = time.process_time()
        sound = describe_voice(piece)
        if sound is not None:
            judge.judge_description(sound, mean)
        spent.append(1e3 * (time.process_time() - before_s))
    print(f"\nadded CPU for 3 s: median {np.median(spent[1:]):.1f} ms, most {max(spent[1:]):.1f} ms")


def report_calm_callers(folder: Path, recognizer: WhisperRecognizer) -> None:
    """People reading sentences in the hotline's languages: how often they are taken for angry."""
    clips = read_calm(folder)
    judge = TrainedEmotion.load()
    print("\ncalm speech in four languages, nobody angry: P(angry) >= 0.5 alone, and with their own speech before")
    for language in ("ko", "en", "ja", "zh"):
        own = [clip for clip in clips if clip.language == language]
        if not own:
            continue
        data = describe_clips(own, recognizer, cache=CACHE, progress=Progress(language))
        alone: list[bool] = []
        later: list[bool] = []
        baselines: dict[str, CallerBaseline] = {}
        for clip, sound, mean in zip(data.clips, data.sound, data.encoder, strict=True):
            before = baselines.get(clip.speaker, CallerBaseline())
            first = judge.judge_description(sound, mean.astype(np.float32))
            then = judge.judge_description(sound, mean.astype(np.float32), before)
            alone.append(first is not None and first.probabilities["angry"] >= 0.5)
            later.append(then is not None and then.probabilities["angry"] >= 0.5)
            baselines[clip.speaker] = updated(before, Prosody(None, None, None, None, 0.0, 0), None, then)
        print(
            f"  {language}: {np.mean(alone):.3f}, {np.mean(later):.3f}  "
            f"({len(alone)} clips, {len(baselines)} speakers)"
        )


def read_calm(folder: Path) -> list[Clip]:
    """Sentences, prompts and commands of real speakers, as neutral clips."""
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as file:
        return [
            Clip(folder / row["path"], "speech", row["speaker"], "neutral", language=row["language"])
            for row in csv.DictReader(file)
            if row["kind"] in ("sentence", "prompt", "command")
        ]


class Progress:
    """Says how far a corpus is, now and then."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, done: int, total: int) -> None:
        """Called after each recording."""
        if done % 500 == 0:
            print(f"  … {self._name} {done} of {total}", flush=True)


if __name__ == "__main__":
    main()

"""False alarms and recall of anger by sex, language and corpus, with how sure they are. Pure.

The operating point is the product's: P(angry) of at least one half, and anger in a voice counts only once the
caller's own calm voice is known. Both are told: judged alone, and after three calm utterances of the same speaker.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from scipy.stats import binomtest

from audio.baseline import updated
from audio.contracts import CallerBaseline, Emotion, Prosody

ANGRY_FROM = 0.5
"""P(angry) from which an utterance counts as angry: more likely so than not, the two errors weighing the same;
``python -m tests.measure.emotion`` reports there, too."""
CALM_LABELS = ("neutral", "calm")
OWN_CALM = 3
"""Calm utterances of a speaker that are heard first, where their own voice is taken into account: a call's first
turns."""
FEWEST_CLIPS = 30
"""Of a group, below which a share says little: 0 of 30 still leaves up to 11 % (Wilson, 95 %)."""

Trait = Literal["sex", "language", "corpus"]
TRAITS: tuple[Trait, ...] = ("sex", "language", "corpus")


@dataclass(frozen=True)
class Labelled:
    """One clip, and what the model made of it."""

    speaker: str
    emotion: str
    sex: str
    language: str
    corpus: str
    alone: float
    """P(angry), 0 to 1; 0 without enough evidence, which is no alarm."""
    known: float | None = None
    """The same after the speaker's own calm utterances; None: it is one of those, or there are too few."""


@dataclass(frozen=True)
class Rate:
    """A share, and the 95 % interval around it; None of nothing."""

    hits: int
    count: int

    @property
    def share(self) -> float | None:
        """0 to 1."""
        return self.hits / self.count if self.count else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's (1927): right for small counts and for shares near 0, too."""
        if not self.count:
            return None
        low, high = binomtest(self.hits, self.count).proportion_ci(confidence_level=0.95, method="wilson")
        return float(low), float(high)

    @property
    def thin(self) -> bool:
        """Whether there are too few clips to say much."""
        return self.count < FEWEST_CLIPS


@dataclass(frozen=True)
class Group:
    """The clips of one sex, language or corpus."""

    trait: Trait
    value: str
    """``?`` where the manifest does not say."""
    speakers: int
    false_alarms: Rate
    """Of calm clips, judged alone."""
    recall: Rate
    """Of angry clips, judged alone."""
    known_false_alarms: Rate
    """Of calm clips, the speaker's own calm voice being known."""
    known_recall: Rate


Measure = Literal["false_alarms", "recall", "known_false_alarms", "known_recall"]
MEASURES: tuple[Measure, ...] = ("false_alarms", "recall", "known_false_alarms", "known_recall")


@dataclass(frozen=True)
class Gap:
    """Between the groups of a trait that differ most; groups with too few clips are left out."""

    trait: Trait
    measure: Measure
    higher: str
    lower: str
    difference: float
    apart: bool
    """Whether the two intervals do not touch: more than chance."""


def judge_clips(
    clips: Sequence[tuple[str, str, str, str, str]],
    judge: Callable[[int, CallerBaseline | None], Emotion | None],
) -> list[Labelled]:
    """Judge labelled clips, alone and with the speaker's own calm voice known.

    Args:
        clips: Speaker, emotion, sex, language, corpus of each.
        judge: Judges clip number i, given how its speaker sounded before.

    Returns:
        One for each clip, in order. A speaker's first three calm clips make their calm voice; speakers with
        fewer calm clips than four are judged alone only.
    """
    calm_of: dict[str, list[int]] = {}
    for i, (speaker, emotion, *_) in enumerate(clips):
        if emotion in CALM_LABELS:
            calm_of.setdefault(speaker, []).append(i)
    own: dict[str, CallerBaseline] = {}
    spent: set[int] = set()
    for speaker, at in calm_of.items():
        if len(at) > OWN_CALM:
            own[speaker] = _baseline(at[:OWN_CALM], judge)
            spent.update(at[:OWN_CALM])
    judged = []
    for i, (speaker, emotion, sex, language, corpus) in enumerate(clips):
        alone = _angry(judge(i, None))
        known = _angry(judge(i, own[speaker])) if speaker in own and i not in spent else None
        judged.append(Labelled(speaker, emotion, sex, language, corpus, alone, known))
    return judged


def groups(clips: Iterable[Labelled]) -> list[Group]:
    """The clips by sex, by language and by corpus."""
    clips = list(clips)
    found = []
    for trait in TRAITS:
        for value in sorted({getattr(clip, trait) for clip in clips}):
            found.append(_group(trait, value, [clip for clip in clips if getattr(clip, trait) == value]))
    return found


def gaps(found: Sequence[Group]) -> list[Gap]:
    """The largest difference between groups, for each trait and measure that has two groups with clips enough."""
    largest = []
    for trait in TRAITS:
        for measure in MEASURES:
            rated = [
                (rate.share, rate.interval, group.value)
                for group in found
                if group.trait == trait and not (rate := getattr(group, measure)).thin
            ]
            if len(rated) < 2:
                continue
            high, low = max(rated), min(rated)
            largest.append(Gap(trait, measure, high[2], low[2], high[0] - low[0], apart=high[1][0] > low[1][1]))
    return largest


def _group(trait: Trait, value: str, clips: Sequence[Labelled]) -> Group:
    calm = [clip for clip in clips if clip.emotion in CALM_LABELS]
    angry = [clip for clip in clips if clip.emotion == "angry"]
    return Group(
        trait,
        value or "?",
        len({clip.speaker for clip in clips}),
        _rate(clip.alone for clip in calm),
        _rate(clip.alone for clip in angry),
        _rate(clip.known for clip in calm),
        _rate(clip.known for clip in angry),
    )


def _rate(angry: Iterable[float | None]) -> Rate:
    known = [p for p in angry if p is not None]
    return Rate(sum(p >= ANGRY_FROM for p in known), len(known))


def _baseline(at: Sequence[int], judge: Callable[[int, CallerBaseline | None], Emotion | None]) -> CallerBaseline:
    baseline = CallerBaseline()
    nothing = Prosody(None, None, None, None, 0.0, 0)
    for i in at:
        baseline = updated(baseline, nothing, None, judge(i, baseline))
    return baseline


def _angry(emotion: Emotion | None) -> float:
    return 0.0 if emotion is None else emotion.probabilities["angry"]

"""Whether upset callers reach a person in time, and calm ones are left in peace, on scripted calls.

``python -m tests.measure.reactions [--calls FILE] [--policy FILE] [--without SIGN …] [--signs] [--verbose]``

The calls of ``tests/feelings/calls.yaml`` were written without knowing what the machine looks for, but have been
looked at since: all of them are for development. Words go through the real understanding, sentiment reader and
dialogue with the demo shop's requests. How angry the voice sounds is assumed by the script, not measured: the table
has rows without it. Intervals are Wilson's, 95 %.

A sour call is in time when a person is offered or takes over, for whatever reason, in the turn in which the caller
turns or in one of the next two. A calm call is disturbed when a person takes over, or is offered, for frustration.
"""

import argparse
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import yaml

from ivr.content.loader import load_content
from ivr.content.policy import read_policy
from ivr.content.problems import Problems
from ivr.content.types import LANGUAGES, Content, Language
from ivr.dialogue.engine import decide, start
from ivr.dialogue.frustration import SIGNS
from ivr.dialogue.types import Action, Answered, Decision, Feeling, Fulfilled, HandoffReason, Heard
from ivr.evaluation.fairness import Rate
from ivr.understanding.engine import create_understander
from ivr.understanding.sentiment.reader import read_sentiment
from ivr.understanding.types import Understander

ROOT = Path(__file__).resolve().parents[2]
CALLS = ROOT / "tests" / "feelings" / "calls.yaml"
WITHIN_TURNS = 2
"""Turns after the one in which the caller turns."""
ANSWERED = {"order_number": "four seven two nine one", "date": "tomorrow"}
NO: Mapping[Language, str] = {"ko": "아니요", "en": "no", "ja": "いいえ", "zh": "不用"}


@dataclass(frozen=True)
class Script:
    """One scripted call."""

    name: str
    language: Language
    turns_at: int | None
    turns: tuple[tuple[str, float | None], ...]
    """Words, and how angry the voice sounds."""


@dataclass
class Outcome:
    """What came of one call."""

    script: Script
    near_at: int | None = None
    """First turn in which a person was offered or took over, for any reason, counted from 1."""
    upset_at: int | None = None
    """The same, for frustration."""
    course: list[float] = field(default_factory=list)
    given: list[Mapping[str, float]] = field(default_factory=list)
    """What each sign gave to the score, turn by turn."""


def scripts(path: Path = CALLS) -> list[Script]:
    """Read the calls."""
    return [
        Script(
            call["name"],
            call["language"],
            call.get("turns_at"),
            tuple((turn["say"], turn.get("voice")) for turn in call["caller"]),
        )
        for call in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


def play(script: Script, content: Content, understander: Understander, *, voice: bool = True) -> Outcome:
    """Play one call; offers are declined, so that the whole course is seen.

    Args:
        script: What the caller says.
        content: The prompts with their policy.
        understander: Reads the words.
        voice: Whether the assumed voice values are heard; False: words and events alone.
    """
    outcome = Outcome(script)
    state, _ = decide(start(script.language), Answered(script.language), content)
    for turn, (text, anger) in enumerate(script.turns, 1):
        feeling = Feeling(anger=anger if voice else None, sentiment=read_sentiment(text, script.language))
        meaning = understander.understand(text, script.language, state.expecting)
        state, decision = decide(state, Heard(meaning, feeling), content)
        decisions = [decision]
        while decision.lookup is not None:
            state, decision = decide(
                state, Fulfilled(decision.lookup, _outcome(content, decision), ANSWERED), content
            )
            decisions.append(decision)
        outcome.course.append(state.mood.frustration.score)
        outcome.given.append(state.mood.frustration.contributions)
        reasons = {each.handoff for each in decisions}
        if reasons & {HandoffReason.FRUSTRATION}:
            outcome.upset_at = outcome.upset_at or turn
        if state.mood.offered_at == state.mood.turns:
            outcome.upset_at = outcome.upset_at or turn
        if reasons - {None} or any(each.action is Action.OFFER_AGENT for each in decisions):
            outcome.near_at = outcome.near_at or turn
        if state.ended:
            break
        if any(each.action is Action.OFFER_AGENT for each in decisions):
            state, _ = decide(state, Heard(understander.understand(NO[script.language], script.language)), content)
    return outcome


def _outcome(content: Content, decision: Decision) -> str:
    """What the connector says: proven, then found."""
    proof = content.verification
    lookup = decision.lookup
    return "verified" if proof and lookup and lookup.connector == proof.connector else "found"


def in_time(outcome: Outcome) -> bool:
    """Whether an upset caller was near a person within the turns allowed."""
    turned = outcome.script.turns_at
    return turned is not None and outcome.near_at is not None and outcome.near_at <= turned + WITHIN_TURNS


def told(rate: Rate) -> str:
    """A share, for people."""
    if rate.interval is None:
        return "–"
    return f"{rate.hits} of {rate.count} ({rate.interval[0]:.0%} to {rate.interval[1]:.0%})"


def parts_of_signs(played: Sequence[Outcome]) -> Mapping[str, tuple[float, float]]:
    """Sign → its mean share of what was given to the score, in sour calls from where they turn, and in calm ones.

    What was carried over from the turn before is left out: a sign gave it then.
    """
    given: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for outcome in played:
        turned = outcome.script.turns_at
        for turn, signs in enumerate(outcome.given, 1):
            if turned is None or turn >= turned:
                for sign, value in signs.items():
                    given[sign][turned is None] += value
    given.pop("carried", None)
    sour, calm = (sum(each[side] for each in given.values()) or 1.0 for side in (0, 1))
    shares = {sign: (each[0] / sour, each[1] / calm) for sign, each in given.items()}
    return dict(sorted(shares.items(), key=lambda each: -each[1][0]))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=Path, default=CALLS)
    parser.add_argument("--policy", type=Path, help="a policy.yaml to try in place of the shipped one")
    parser.add_argument("--without", nargs="+", choices=SIGNS, default=[], help="signs that weigh nothing")
    parser.add_argument("--signs", action="store_true", help="print what each sign gives, and does when left out")
    parser.add_argument("--verbose", action="store_true", help="print each call's course")
    options = parser.parse_args()
    content = load_content(ROOT / "prompts")
    if options.policy:
        problems = Problems()
        content = replace(content, policy=read_policy(options.policy, problems))
        problems.raise_any()
    calls = scripts(options.calls)
    understander = create_understander(content)
    content = without(content, options.without)
    print("| voice | language | upset callers near a person in time | calm calls disturbed |")
    print("|---|---|---|---|")
    for voice in (True, False):
        played = [play(script, content, understander, voice=voice) for script in calls]
        for language in (*LANGUAGES, None):
            chosen = [each for each in played if language in (None, each.script.language)]
            sour = [each for each in chosen if each.script.turns_at is not None]
            calm = [each for each in chosen if each.script.turns_at is None]
            disturbed = sum(each.upset_at is not None for each in calm)
            print(
                f"| {'assumed' if voice else 'not heard'} | {language or 'all'} | "
                f"{told(Rate(sum(map(in_time, sour)), len(sour)))} | {told(Rate(disturbed, len(calm)))} |"
            )
        for each in played if options.verbose else ():
            course = " ".join(f"{score:.2f}" for score in each.course)
            print(f"  {each.script.name}: turns at {each.script.turns_at}, near {each.near_at}: {course}")
    if options.signs:
        _print_signs(calls, content, understander)


def without(content: Content, signs: Sequence[str]) -> Content:
    """The same content with a policy in which some signs weigh nothing."""
    weights = replace(content.policy.frustration, **dict.fromkeys(signs, 0.0))
    return replace(content, policy=replace(content.policy, frustration=weights))


def _print_signs(calls: Sequence[Script], content: Content, understander: Understander) -> None:
    shares = parts_of_signs([play(script, content, understander) for script in calls])
    print("\n| sign | share in upset turns | share in calm calls | without it: in time, disturbed |")
    print("|---|---|---|---|")
    for sign, (sour, calm) in shares.items():
        played = [play(script, without(content, [sign]), understander) for script in calls]
        found = sum(in_time(each) for each in played)
        disturbed = sum(each.upset_at is not None for each in played if each.script.turns_at is None)
        print(f"| {sign} | {sour:.0%} | {calm:.0%} | {found}, {disturbed} |")


if __name__ == "__main__":
    main()

"""Whether upset callers reach a person in time, and calm ones are left in peace, on scripted calls.

``python -m tests.measure.reactions [--calls FILE] [--half development|test] [--policy FILE] [--verbose]``

The calls of ``tests/feelings/calls.yaml`` were written without knowing what the machine looks for; odd-numbered
ones are for development, even-numbered ones were looked at for nothing but the figures. Their words go through the
real understanding, sentiment reader and dialogue with the demo shop's requests. How angry the voice sounds is
assumed by the script, not measured: the table has rows without it.

A sour call is in time when a person is offered or takes over, for whatever reason, in the turn in which the caller
turns or in one of the next two. A calm call is disturbed when a person takes over, or is offered, for frustration.
"""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import yaml

from ivr.content.loader import load_content
from ivr.content.policy import read_policy
from ivr.content.problems import Problems
from ivr.content.types import LANGUAGES, Content, Language
from ivr.dialogue.engine import decide, start
from ivr.dialogue.types import Action, Answered, Decision, Feeling, Fulfilled, HandoffReason, Heard
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


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=Path, default=CALLS)
    parser.add_argument("--half", choices=["development", "test"])
    parser.add_argument("--policy", type=Path, help="a policy.yaml to try in place of the shipped one")
    parser.add_argument("--verbose", action="store_true", help="print each call's course")
    options = parser.parse_args()
    content = load_content(ROOT / "prompts")
    if options.policy:
        problems = Problems()
        content = replace(content, policy=read_policy(options.policy, problems))
        problems.raise_any()
    calls = scripts(options.calls)
    if options.half:
        calls = [each for each in calls if int(each.name[-2:]) % 2 == (options.half == "development")]
    understander = create_understander(content)
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
                f"{sum(map(in_time, sour))} of {len(sour)} | {disturbed} of {len(calm)} |"
            )
        for each in played if options.verbose else ():
            course = " ".join(f"{score:.2f}" for score in each.course)
            print(f"  {each.script.name}: turns at {each.script.turns_at}, near {each.near_at}: {course}")


if __name__ == "__main__":
    main()

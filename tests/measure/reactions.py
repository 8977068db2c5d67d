"""Whether upset callers reach a person in time, and calm ones are left in peace, on scripted calls.

``python -m tests.measure.reactions [--calls FILE] [--policy FILE] [--verbose]``

The calls of ``tests/feelings/calls.yaml`` were written without knowing what the machine looks for. Their words go
through the real sentiment reader and the real dialogue with the demo shop; what a request means is given by the
script, so that understanding is not measured here, and so is how angry the voice sounds: those values are assumed,
not measured. A sour call is in time when a person is offered or takes over in the turn in which the caller turns,
or in one of the next two; ``reached`` counts take-overs alone, with a caller who says yes to the first offer. A calm
call is disturbed when a person takes over, or is offered, for frustration.
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
from ivr.understanding.sentiment.reader import read_sentiment
from ivr.understanding.types import Meaning, SlotValue

ROOT = Path(__file__).resolve().parents[2]
CALLS = ROOT / "tests" / "feelings" / "calls.yaml"
WITHIN_TURNS = 2
"""Turns after the one in which the caller turns."""
ANSWERED = {"order_number": "four seven two nine one", "item": "it", "status": "on its way", "date": "tomorrow"}


@dataclass(frozen=True)
class Script:
    """One scripted call."""

    name: str
    language: Language
    turns_at: int | None
    turns: tuple[tuple[str, str | None, Mapping[str, str], float | None], ...]
    """Words, intent, slots, and how angry the voice sounds."""


@dataclass
class Outcome:
    """What came of one call."""

    script: Script
    offered_at: int | None = None
    """Turn in which a person was offered for frustration, counted from 1."""
    taken_at: int | None = None
    """Turn in which a person took over for frustration."""
    course: list[float] = field(default_factory=list)

    @property
    def first(self) -> int | None:
        """The first turn in which a person was near."""
        return min((at for at in (self.offered_at, self.taken_at) if at is not None), default=None)


def scripts(path: Path = CALLS) -> list[Script]:
    """Read the calls."""
    return [
        Script(
            call["name"],
            call["language"],
            call.get("turns_at"),
            tuple(
                (turn["say"], turn.get("intent"), turn.get("slots") or {}, turn.get("voice"))
                for turn in call["caller"]
            ),
        )
        for call in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


def play(script: Script, content: Content, *, voice: bool = True) -> Outcome:
    """Play one call; offers are declined, so that the whole course is seen.

    Args:
        script: What the caller says.
        content: The prompts with their policy.
        voice: Whether the assumed voice values are heard; False: words and events alone.
    """
    outcome = Outcome(script)
    state, _ = decide(start(script.language), Answered(script.language), content)
    for turn, (text, intent, slots, anger) in enumerate(script.turns, 1):
        values = {name: SlotValue(value, 0.95) for name, value in slots.items()}
        sure = 0.95 if intent else 0.1
        feeling = Feeling(anger=anger if voice else None, sentiment=read_sentiment(text, script.language))
        heard = Heard(Meaning(text, script.language, intent, sure, slots=values), feeling)
        state, decision = decide(state, heard, content)
        decisions = [decision]
        while decision.lookup is not None:
            found = Fulfilled(decision.lookup, _outcome(content, decision), ANSWERED)
            state, decision = decide(state, found, content)
            decisions.append(decision)
        outcome.course.append(state.mood.frustration.score)
        if any(each.handoff is HandoffReason.FRUSTRATION for each in decisions):
            outcome.taken_at = turn
            break
        if outcome.offered_at is None and state.mood.offered_at == state.mood.turns:
            outcome.offered_at = turn
        if any(each.outcome is not None for each in decisions):
            break
        if any(each.action is Action.OFFER_AGENT for each in decisions):
            state = replace(state, question="anything_else")
    return outcome


def _outcome(content: Content, decision: Decision) -> str:
    """What the connector says: proven, then found."""
    proof = content.verification
    lookup = decision.lookup
    return "verified" if proof and lookup and lookup.connector == proof.connector else "found"


def in_time(outcome: Outcome) -> bool:
    """Whether an upset caller was near a person within the turns allowed, and not long before they turned."""
    turned = outcome.script.turns_at
    return turned is not None and outcome.first is not None and outcome.first <= turned + WITHIN_TURNS


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=Path, default=CALLS)
    parser.add_argument("--policy", type=Path, help="a policy.yaml to try in place of the shipped one")
    parser.add_argument("--verbose", action="store_true", help="print each call's course")
    options = parser.parse_args()
    content = load_content(ROOT / "prompts")
    if options.policy:
        problems = Problems()
        content = replace(content, policy=read_policy(options.policy, problems))
        problems.raise_any()
    calls = scripts(options.calls)
    print(
        "| voice | language | upset callers near a person in time | taken over at once or later | calm calls disturbed |"
    )
    print("|---|---|---|---|---|")
    for voice in (True, False):
        played = [play(script, content, voice=voice) for script in calls]
        for language in (*LANGUAGES, None):
            chosen = [each for each in played if language in (None, each.script.language)]
            sour = [each for each in chosen if each.script.turns_at is not None]
            calm = [each for each in chosen if each.script.turns_at is None]
            near, taken = sum(map(in_time, sour)), sum(each.taken_at is not None for each in sour)
            disturbed = sum(each.first is not None for each in calm)
            print(
                f"| {'assumed' if voice else 'not heard'} | {language or 'all'} | {near} of {len(sour)} | "
                f"{taken} of {len(sour)} | {disturbed} of {len(calm)} |"
            )
        for each in played if options.verbose else ():
            course = " ".join(f"{score:.2f}" for score in each.course)
            print(f"  {each.script.name}: turns at {each.script.turns_at}, near {each.first}: {course}")


if __name__ == "__main__":
    main()

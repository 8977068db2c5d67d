"""The report of a suite as one HTML file that needs nothing else."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import jinja2

from ivr.evaluation.judging import Judged
from ivr.evaluation.replaying import PlayedTurn
from ivr.evaluation.summary import Summary

TEMPLATE = "report.html"


@dataclass(frozen=True)
class _Row:
    """A turn as it is shown."""

    number: int
    recording: str
    said: str
    language: str
    understood: str
    felt: str
    frustration: str
    why: str
    """What made the frustration."""
    decided: str
    reply: str
    response_ms: str
    problems: tuple[str, ...]


def page(suite: Path, judged: Sequence[Judged], summary: Summary, made: dt.datetime) -> str:
    """Draw the report.

    Args:
        suite: The suite's file.
        judged: Its calls.
        summary: Of them.
        made: When they were played; aware.

    Returns:
        HTML. Whatever callers, suites and prompts hold is text in it, never markup.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    calls = [
        {
            "case": each.call.case,
            "passed": each.passed,
            "language": each.call.language,
            "outcome": each.call.outcome.replace("_", " "),
            "handoff": (each.call.handoff or "").replace("_", " "),
            "greeting": " ".join(step.words for step in each.call.greeting),
            "problems": [str(check) for check in each.failures if check.turn is None],
            "rows": [_row(number, turn, each) for number, turn in enumerate(each.call.turns, 1)],
        }
        for each in judged
    ]
    template = environment.get_template(TEMPLATE)
    return template.render(suite=suite.name, calls=calls, summary=summary, made=f"{made:%Y-%m-%d %H:%M}")


def _row(number: int, turn: PlayedTurn, judged: Judged) -> _Row:
    hearing, meaning, mood = turn.hearing, turn.meaning, turn.frustration
    emotion = hearing.voice.emotion if hearing and hearing.voice else None
    recording = turn.turn.wav.name if turn.turn.wav else f"keys {turn.turn.keys}"
    slots = "".join(f", {name} {slot.value}" for name, slot in meaning.slots.items()) if meaning else ""
    why = sorted(mood.contributions.items(), key=lambda one: -one[1]) if mood else []
    return _Row(
        number=number,
        recording=recording,
        said=_said(turn),
        language=meaning.language if meaning else "",
        understood=f"{meaning.intent or 'not understood'}{slots}" if meaning else "–",
        felt=f"{emotion.label} {emotion.confidence:.2f}" if emotion else "not enough evidence" if meaning else "–",
        frustration=f"{mood.score:.2f}" if mood else "–",
        why=", ".join(f"{name} {value:.2f}" for name, value in why),
        decided=", ".join(str(step.decision.action).replace("_", " ") for step in turn.steps) or "–",
        reply=" ".join(step.words for step in turn.steps if step.words),
        response_ms=f"{turn.response_ms:.0f}" if hearing else "–",
        problems=tuple(str(check) for check in judged.failures if check.turn == number),
    )


def _said(turn: PlayedTurn) -> str:
    if turn.error is not None:
        return "could not be heard"
    if turn.unsaid:
        return "not said: the call had ended"
    if turn.meaning is not None:
        return turn.meaning.text
    return "" if turn.turn.keys else "no words"

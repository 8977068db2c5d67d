"""Agents' labels as what managers and developers can use: examples for requests, and golden-call cases. Pure."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

import yaml

from ivr.handoff.desk_feedback import NONE_OF_OURS, Feedback, Label
from ivr.records.types import TurnRecord

KEYS_TURN = re.compile(r"\[keys ([0-9*#]+)\]")
"""How a turn of keys is kept (:class:`ivr.records.types.TurnRecord`)."""

_EXAMPLES_HEAD = """\
# What callers said and the machine misunderstood, under the request that agents say was meant, by language.
# Read them, then copy the good ones into prompts/requests/NAME.yaml. "none": no request of ours covers it.
"""
_LABELS_HEAD = "# Every label that agents gave, the newest first, with the words it is about.\n"
_CALL_HEAD = """\
# Made from a label that an agent gave. The words behind each "say" are what was recognised: record them, put the
# files into tests/fixtures/{language}/ under these names, and this file into tests/calls/{language}/.
"""


@dataclass(frozen=True)
class Labelled:
    """A label and the call it is about."""

    feedback: Feedback
    turns: Sequence[TurnRecord]
    """Of the whole call; none when its record is gone."""
    language: str | None = None

    @property
    def turn(self) -> TurnRecord | None:
        """The turn it is about."""
        at = self.feedback.turn_start_ms
        return next((each for each in self.turns if at is not None and each.start_ms == at), None)


def files(labelled: Sequence[Labelled]) -> dict[str, str]:
    """What to write: path → text, all UTF-8.

    Args:
        labelled: The newest first.

    Returns:
        ``examples.yaml``, ``labels.yaml`` and ``calls/LANGUAGE/NAME.yaml`` for every label that says what should
        have happened.
    """
    made = {
        "examples.yaml": _EXAMPLES_HEAD + _yaml(_examples(labelled)),
        "labels.yaml": _LABELS_HEAD + _yaml([_label(each) for each in labelled]),
    }
    for each in reversed(labelled):  # the newest label of a turn wins
        case = _golden_call(each)
        if case is not None:
            path, text = case
            made[path] = text
    return made


def _examples(labelled: Sequence[Labelled]) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    seen: set[tuple[str, int | None]] = set()
    for each in labelled:
        feedback, turn = each.feedback, each.turn
        key = (feedback.call_sid, feedback.turn_start_ms)
        if feedback.label is not Label.MISUNDERSTOOD or turn is None or key in seen:
            continue
        seen.add(key)
        language = turn.language or each.language
        if feedback.right_intent is None or language is None or KEYS_TURN.fullmatch(turn.text):
            continue
        said = found.setdefault(feedback.right_intent, {}).setdefault(language, [])
        if turn.text not in said:
            said.append(turn.text)
    return {intent: found[intent] for intent in sorted(found)}


def _label(each: Labelled) -> dict[str, object]:
    feedback, turn = each.feedback, each.turn
    words: dict[str, object] = {}
    if turn is not None:
        words = {"said_by": turn.speaker, "text": turn.text, "understood": turn.intent}
    return {
        "call_sid": feedback.call_sid,
        "label": feedback.label.value,
        "agent": feedback.agent_id,
        "at": feedback.at.isoformat(timespec="seconds"),
        "turn": feedback.turn_start_ms,
        **words,
        "right_intent": feedback.right_intent,
        "note": feedback.note,
    }


def _golden_call(each: Labelled) -> tuple[str, str] | None:
    """The path and text of a case; None when the label does not say what should have happened."""
    feedback, at = each.feedback, each.turn
    language = (at.language if at else None) or each.language
    callers = [turn for turn in each.turns if turn.speaker == "caller" and turn.text.strip()]
    if not callers or language is None:
        return None
    if feedback.label is Label.MISUNDERSTOOD and at is not None and feedback.right_intent != NONE_OF_OURS:
        earlier = [turn.intent for turn in callers if turn.start_ms < at.start_ms]
        then: dict[str, object] = {"intents": [*(intent for intent in earlier if intent), feedback.right_intent]}
        why = f"Was understood as {at.intent or 'nothing'}; an agent says it is {feedback.right_intent}."
    elif feedback.label is Label.EARLIER:
        then = {"follows": "person"}
        why = "An agent says that a person was needed by then."
    else:
        return None
    until = at.start_ms if at is not None else callers[-1].start_ms
    name = re.sub(r"[^A-Za-z0-9]", "", feedback.call_sid)[:40] or "call"
    steps = [_step(turn, name, number) for number, turn in enumerate(callers, 1) if turn.start_ms <= until]
    head = _CALL_HEAD.format(language=language)
    text = f"{head}{_yaml({'why': why, 'language': language})}caller:\n{''.join(steps)}{_yaml({'then': then})}"
    return f"calls/{language}/{name}_{feedback.label.value}_{until}.yaml", text


def _step(turn: TurnRecord, name: str, number: int) -> str:
    keys = KEYS_TURN.fullmatch(turn.text)
    if keys:
        return f'  - press: "{keys[1]}"\n'
    return f"  - say: {name}_{number}   # {json.dumps(turn.text, ensure_ascii=False)}\n"


def _yaml(value: object) -> str:
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=110)

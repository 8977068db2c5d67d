"""Whether what came of a golden call is what its file says."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from ivr.content.types import Content, Language, Text
from ivr.evaluation.judging import in_order
from tests.calls.golden import GoldenCall


@dataclass(frozen=True)
class Played:
    """What came of a call."""

    record: dict[str, Any]
    """As ``GET /api/calls/CALLSID`` tells it."""
    follows: str | None
    dropped: bool

    @property
    def caller_turns(self) -> list[dict[str, Any]]:
        """What the caller was heard to say."""
        return [turn for turn in self.record["turns"] if turn["speaker"] == "caller"]

    @property
    def said(self) -> str:
        """All the assistant said."""
        return " ".join(turn["text"] for turn in self.record["turns"] if turn["speaker"] == "assistant")

    def story(self) -> str:
        """The call, for a failed test's message."""
        lines = [
            f"{turn['start_ms']:>6} {turn['speaker']}: {turn['text']} [{turn['intent']} {turn['slots']}]"
            for turn in self.record["turns"]
        ]
        lines += [f"{each['at_ms']:>6} -> {each['action']}: {each['reason']}" for each in self.record["decisions"]]
        return "\n".join([*sorted(lines), f"outcome {self.record['outcome']}, follows {self.follows}"])


def judge(golden: GoldenCall, call: Played, content: Content) -> None:
    """Fail unless what came of the call is what the file says."""
    then, record, story = golden.then, call.record, call.story()
    assert not call.dropped, story
    assert record["ended_at"] is not None, story
    assert record["outcome"] == then["outcome"], story
    if "language" in then:
        assert record["language"] == then["language"], story
    assert in_order(then.get("intents", []), [turn["intent"] for turn in call.caller_turns]), story
    understood = {name: value for turn in call.caller_turns for name, value in turn["slots"].items()}
    for name, value in then.get("slots", {}).items():
        assert understood.get(name) == value, story
    assert in_order(then.get("actions", []), [each["action"] for each in record["decisions"]]), story
    unsaid = said_in_order(then.get("said", []), call.said, content, then.get("language", golden.spoken))
    assert unsaid is None, f"{unsaid} was not said, or too early\n{story}"
    for words in then.get("heard", []):
        assert words in call.said, story
    for words in then.get("not_heard", []):
        assert words not in call.said, story
    assert (record["handoff"] or {}).get("reason") == then.get("handoff"), story
    if "callback" in then:
        assert record["callback"] is not None, story
        assert record["callback"]["request"] == then["callback"]["request"], story
        at = datetime.fromisoformat(record["callback"]["at"]).astimezone(ZoneInfo(content.hours.timezone))
        assert f"{at:%H:%M}" == then["callback"]["at"], story
    if "follows" in then:
        assert call.follows == then["follows"], story
    if "caller_turns" in then:
        assert len(call.caller_turns) == then["caller_turns"], story


def said_in_order(keys: Sequence[str], said: str, content: Content, language: Language) -> str | None:
    """The first of ``keys`` (``key``, or ``en:key``) whose text does not follow the one before; None: all do.

    Args:
        keys: Texts under ``prompts/``; any wording, in any tone, with anything in its placeholders.
        said: All that the assistant said.
        content: What managers own.
        language: Of the keys that name none.
    """
    position, said = 0, _squeezed(said)
    for key in keys:
        prefix, _, name = key.rpartition(":")
        texts: Mapping[str, Text] = content.texts[prefix or language]  # type: ignore[index]  # read from YAML
        wordings = [one for each in texts[name].wordings.values() for one in each]
        found = [match for one in wordings if (match := _pattern(one).search(said, position))]
        if not found:
            return key
        position = min(found, key=re.Match.start).end()
    return None


def _pattern(wording: str) -> re.Pattern[str]:
    return re.compile(".+?".join(re.escape(_squeezed(part)) for part in re.split(r"\{\w+\}", wording)))


def _squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)

"""Hand-off summaries of the golden calls in four languages: ``python -m tests.measure.summaries [--show NAME]``.

Each golden call that can be played on paper is played, and summarised where it stands at its end, as if a person
took over there, for agents of each language. A required fact is what the call's file and its conversation say: the
reason, the request, the caller's words, every number and product understood (but what proves who they are), every
look-up with what came of it, who was verified. A line is unsupported when a number, date, amount, name or quoted
word in it is not in the turns and records it names.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from ivr.content.loader import load_content
from ivr.content.types import LANGUAGES, Content, Language
from ivr.dialogue.types import HandoffReason
from ivr.fulfilment.registry import create_connectors
from ivr.handoff.facts import Facts
from ivr.handoff.summary_lines import NO_REQUEST
from ivr.handoff.summary_words import Words
from ivr.records.types import TurnRecord
from tests.calls.golden import GoldenCall, golden_calls
from tests.calls.hotlines import lay_over
from tests.calls.paper import PaperCall, playable
from tests.handoff.grounding import statements, summary_of, ungrounded
from tests.understanding.models import understander_of

REPEATS = 5
"""Times each summary is made, for its time."""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--show", help="print the summaries of this golden call (such as ko-unknown_order)")
    show = parser.parse_args().show
    calls = [golden for golden in golden_calls() if playable(golden) and show in (None, golden.name)]
    times_ms: list[float] = []
    print("| agents' language | summaries | required facts | missing | lines | unsupported |")
    print("|---|---|---|---|---|---|")
    problems: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        played = list(_played(calls, Path(folder)))
    for language in LANGUAGES:
        wanted = missing = lines = unsupported = 0
        for golden, facts in ((golden, each[language]) for golden, each in played):
            summary = _timed(facts, times_ms)
            if show:
                print("\n".join(f"    {line['text']}  {line['sources']}" for line in statements(summary)))
            required = list(_required(golden, facts))
            lost = [what for what in required if what not in _told(summary)]
            wrong = ungrounded(facts, summary)
            problems += [f"{golden.name} for {language}: {what!r} is missing" for what in lost]
            problems += [f"{golden.name} for {language}: {what}" for what in wrong]
            wanted, missing = wanted + len(required), missing + len(lost)
            lines, unsupported = lines + len(statements(summary)), unsupported + len(wrong)
        print(f"| {language} | {len(played)} | {wanted} | {missing} | {lines} | {unsupported} |")
    times_ms.sort()
    median, p95 = times_ms[len(times_ms) // 2], times_ms[int(len(times_ms) * 0.95)]
    print(f"\n{len(played)} calls; one summary takes {median:.1f} ms, p95 {p95:.1f} ms (CPU)")
    print("\n".join(problems))


def _played(calls: list[GoldenCall], folder: Path) -> Iterator[tuple[GoldenCall, dict[Language, Facts]]]:
    contents: dict[str | None, Content] = {}
    for golden in calls:
        if golden.hotline not in contents:
            contents[golden.hotline] = load_content(lay_over(golden.hotline, folder))
        content = contents[golden.hotline]
        call = PaperCall(golden, content, understander_of(content), create_connectors("sqlite://", content))
        record = call.play().record
        reason = record["handoff"]["reason"] if record["handoff"] else HandoffReason.CALLER_ASKED
        turns = [_turn(turn, golden.spoken) for turn in record["turns"]]
        for_agents = partial(Facts, call.state, turns, reason, golden.number(), content)
        yield golden, {language: for_agents(language, ()) for language in LANGUAGES}


def _turn(turn: Mapping[str, Any], language: Language) -> TurnRecord:
    return TurnRecord(turn["speaker"], turn["text"], 0, 0, language, intent=turn["intent"], slots=turn["slots"])


def _timed(facts: Facts, times_ms: list[float]) -> Mapping[str, object]:
    for _ in range(REPEATS):
        began_s = time.process_time()
        summary = summary_of(facts)
        times_ms.append((time.process_time() - began_s) * 1000)
    return summary


def _required(golden: GoldenCall, facts: Facts) -> Iterator[str]:
    """What a summary of this call has to tell, in the agents' words, from the call's file and its record."""
    words, content = Words(facts.content, facts.language), facts.content
    yield words.text(f"why_{facts.reason.value}")
    yield words.text(f"summary_language_{facts.state.language}")
    asked = [turn for turn in facts.turns if turn.intent in content.requests and turn.intent not in NO_REQUEST]
    intent = facts.state.intent or (asked[-1].intent if asked else None)
    if intent is not None:
        yield words.request(intent)
        own = [turn.text for turn in asked if turn.intent == intent]
        if len(own) == 1:
            yield own[0]
    for slot, value in golden.then.get("slots", {}).items():
        spec = content.slots.get(slot)
        if spec is not None and spec.kind in ("digits", "product"):
            yield words.value(value)
    for tried in facts.state.tried:
        yield words.outcome(tried.outcome)
    if facts.state.proven:
        yield facts.state.verified["customer"]


def _told(summary: Mapping[str, object]) -> str:
    return "\n".join(line["text"] for line in statements(summary))


if __name__ == "__main__":
    main()

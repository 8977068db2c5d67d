"""Makes a summary, and holds every line of it against the call and the database."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ivr.handoff.facts import Facts, evidence
from ivr.handoff.summary import summarise
from ivr.handoff.summary_check import unsupported
from ivr.records.masking import mask_text
from ivr.records.privacy import mask_number


def ungrounded(facts: Facts, summary: Mapping[str, object], mask: Callable[[str], str] = mask_text) -> list[str]:
    """What a summary says that the sources it names do not hold; and sources that there are not."""
    known, wrong = evidence(facts), list[str]()
    for statement in statements(summary):
        texts: list[str] = []
        for source in statement["sources"]:
            if source not in known:
                wrong.append(f"{statement['text']!r} names {source}, which is no source")
            texts += known.get(source, ())
        texts = [*(mask(text) for text in texts), mask_number(facts.from_number) or ""]
        if not statement["sources"] and statement["section"] != "suggested_opening":
            wrong.append(f"{statement['text']!r} names no source")
        made_up = unsupported(statement["text"], texts, facts.language)
        if made_up:
            wrong.append(f"{statement['text']!r} says {made_up}, which is not in {statement['sources']}")
    return wrong


def summary_of(facts: Facts) -> Mapping[str, Any]:
    """The summary that is made of these facts."""
    return summarise(
        facts.state,
        facts.turns,
        facts.reason,
        facts.from_number,
        facts.content,
        facts.language,
        earlier=facts.earlier,
    )


def statements(summary: Mapping[str, object]) -> Sequence[Mapping[str, Any]]:
    """The lines of a summary."""
    lines = summary["statements"]
    assert isinstance(lines, list)
    return lines

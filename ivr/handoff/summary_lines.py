"""The lines of a summary, each with the turns and records that it comes from. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ivr.content.keys import emotion_of
from ivr.content.requests import COMMANDS
from ivr.content.types import Content, Policy
from ivr.dialogue.frustration import Level
from ivr.handoff.facts import HISTORY_DAYS, Facts, Source, Statement
from ivr.handoff.risks import Risk
from ivr.handoff.summary_words import Words
from ivr.records.history import EarlierCall
from ivr.records.privacy import mask_number
from ivr.records.types import TurnRecord

NO_REQUEST = frozenset(COMMANDS)
"""Intents that are no request: what the caller wants is in another turn."""

LONGEST_QUOTE = 160
"""Characters of the caller's words that are shown: two lines on the desk."""


@dataclass(frozen=True)
class Wanted:
    """The request in question."""

    intent: str | None
    source: Source | None
    words: str | None
    """The caller's own."""
    turn: int | None
    """In which they said so."""


@dataclass(frozen=True)
class Point:
    """How frustrated the caller was after one of their turns."""

    turn: int
    at_ms: int
    frustration: float
    level: Level

    def as_json(self) -> dict[str, object]:
        """As in the interface."""
        return {"turn": self.turn, "at_ms": self.at_ms, "frustration": self.frustration, "level": self.level}


def wanted(facts: Facts) -> Wanted:
    """What the caller wants.

    The request being worked on; else the latest that was asked for. Without any, the caller's latest words that
    were not understood.
    """
    callers = [(at, turn) for at, turn in enumerate(facts.turns) if turn.speaker == "caller" and turn.text.strip()]
    asked = [(at, turn) for at, turn in callers if turn.intent is not None and turn.intent not in NO_REQUEST]
    intent, source = facts.state.intent, Source("state", "intent")
    if intent is None and asked:
        intent, source = asked[-1][1].intent, Source("turn", str(asked[-1][0]))
    same = [(at, turn) for at, turn in asked if turn.intent == intent]
    if same:
        at, turn = max(same[-3:], key=lambda each: len(each[1].text))
        return Wanted(intent, source, turn.text, at)
    unknown = [(at, turn) for at, turn in callers if turn.intent is None]
    known = source if intent else None
    return (
        Wanted(intent, known, unknown[-1][1].text, unknown[-1][0]) if unknown else Wanted(intent, known, None, None)
    )


def number(facts: Facts) -> tuple[str, Source] | None:
    """The latest number given for a slot of the request, verified or not."""
    state, content = facts.state, facts.content
    if "order_number" in state.verified:
        return state.verified["order_number"], Source("verified", "order_number")
    numbers = {slot for slot, spec in content.slots.items() if spec.kind == "digits"}
    given = [
        (value, Source("turn", str(index)))
        for index, turn in enumerate(facts.turns)
        for slot, value in turn.slots.items()
        if slot in numbers
    ]
    tried = [
        (each.detail, Source("lookup", str(at))) for at, each in enumerate(state.tried) if each.detail.isdigit()
    ]
    told = [(value, Source("told", slot)) for slot, value in state.slots.items() if slot in numbers]
    known = told or tried or given
    return known[-1] if known else None


def caller_lines(facts: Facts, words: Words) -> Iterator[Statement]:
    """Who calls."""
    state, line = facts.state, Source("line", "number")
    masked = mask_number(facts.from_number)
    text = words.text("summary_caller_number", number=masked) if masked else words.text("summary_caller_withheld")
    yield Statement("caller", text, (line,))
    spoken = words.text(f"summary_language_{state.language}")
    yield Statement("caller", words.text("summary_caller_language", language=spoken), (Source("line", "language"),))
    proven, customer = Source("state", "proven"), state.verified.get("customer")
    if not state.proven:
        yield Statement("caller", words.text("summary_caller_unverified"), (proven,))
    elif customer is None:
        yield Statement("caller", words.text("summary_caller_proven"), (proven,))
    else:
        sources = (proven, Source("verified", "customer"))
        yield Statement("caller", words.text("summary_caller_verified", customer=customer), sources)
    if facts.earlier is not None:
        yield _history(facts.earlier, words)


def request_lines(facts: Facts, wish: Wanted, words: Words) -> Iterator[Statement]:
    """What they want, in their own words, and what they told for it."""
    if wish.words is not None and wish.turn is not None:
        quoted, turn = quote(wish.words), Source("turn", str(wish.turn))
        if wish.intent is None or wish.source is None:
            yield Statement("request", words.text("summary_request_words", words=quoted), (turn,))
        else:
            text = words.text("summary_request", request=words.request(wish.intent), words=quoted)
            yield Statement("request", text, tuple(dict.fromkeys((wish.source, turn))))
    told = told_slots(facts, wish)
    if told:
        named = {slot: value for slot, (value, _) in told.items()}
        sources = tuple(dict.fromkeys(source for _, source in told.values()))
        yield Statement("request", words.text("summary_told", facts=words.facts(named)), sources)


def told_slots(facts: Facts, wish: Wanted) -> Mapping[str, tuple[str, Source]]:
    """What the caller told for the request in question, checked or not, but not what proves who they are.

    Returns:
        Slot → value and where it comes from: what the conversation works with, and what was told in the same breath
        as the request and nothing was done with yet.
    """
    secret = {slot for slot, spec in facts.content.slots.items() if spec.kind == "identity"}
    done = {value for tried in facts.state.tried for value in (tried.detail, *tried.facts.values())}
    done |= {*facts.state.verified.values()}
    first = facts.turns[wish.turn].slots if wish.turn is not None and wish.intent is not None else {}
    told = {slot: (value, Source("turn", str(wish.turn))) for slot, value in first.items() if value not in done} | {
        slot: (value, Source("told", slot)) for slot, value in facts.state.slots.items()
    }
    return {slot: each for slot, each in told.items() if slot not in secret}


def verified_lines(facts: Facts, words: Words) -> Iterator[Statement]:
    """What the database says: for each look-up by itself, so that no order is told with another one's date."""
    state, seen = facts.state, set[str]()
    lookups = [(at, each.facts) for at, each in enumerate(state.tried) if each.facts]
    for at, found in lookups:
        text = words.text("summary_verified", facts=words.facts(found))
        if text not in seen:
            yield Statement("verified", text, (Source("lookup", str(at)),))
        seen.add(text)
    rest = {name: value for name, value in state.verified.items() if name != "customer"}
    if not lookups and rest:
        sources = tuple(Source("verified", name) for name in rest)
        yield Statement("verified", words.text("summary_verified", facts=words.facts(rest)), sources)


def tried_lines(facts: Facts, words: Words) -> Iterator[Statement]:
    """What the machine did, and what came of it."""
    for at, tried in enumerate(facts.state.tried):
        request, outcome = words.request(tried.intent), words.outcome(tried.outcome)
        if tried.detail and tried.outcome != "failed":  # whose detail is for developers
            text = words.text(
                "summary_tried_detail", request=request, detail=words.value(tried.detail), outcome=outcome
            )
        else:
            text = words.text("summary_tried", request=request, outcome=outcome)
        yield Statement("tried", text, (Source("lookup", str(at)),))
    if facts.state.failures:
        text = words.text("summary_not_understood", count=str(facts.state.failures))
        yield Statement("tried", text, (Source("state", "failures"),))


def course(turns: Sequence[TurnRecord], policy: Policy) -> tuple[Point, ...]:
    """The caller's frustration, turn by turn, where it was judged."""
    return tuple(
        Point(at, turn.start_ms, turn.frustration, _level(turn.frustration, policy))
        for at, turn in enumerate(turns)
        if turn.speaker == "caller" and turn.frustration is not None
    )


def turned(points: Sequence[Point]) -> Point | None:
    """Where it went wrong: the turn of the largest rise that left the caller no longer calm."""
    rises = [
        (now.frustration - (points[at - 1].frustration if at else 0.0), now)
        for at, now in enumerate(points)
        if now.level != "calm"
    ]
    largest = max(rises, key=lambda each: each[0], default=None)
    return largest[1] if largest is not None and largest[0] > 0 else None


def feeling_lines(
    facts: Facts, points: Sequence[Point], turning: Point | None, heard: tuple[str, int] | None, words: Words
) -> Iterator[Statement]:
    """How they feel now, how it came to that, and where it turned.

    Args:
        facts: The call.
        points: Its :func:`course`.
        turning: Where it :func:`turned`.
        heard: The latest emotion in the voice and its turn.
        words: The agents'.
    """
    now: list[str] = []
    sources: list[Source] = []
    if points:
        now.append(words.text(f"summary_level_{points[-1].level}"))
        sources.append(Source("turn", str(points[-1].turn)))
    if heard is not None:
        key = emotion_of(heard[0])
        now.append(words.text(key) if words.known(key) else heard[0])
        sources.append(Source("turn", str(heard[1])))
    if now:
        yield Statement(
            "feeling", words.text("summary_feeling", feeling=", ".join(now)), tuple(dict.fromkeys(sources))
        )
    changes = [point for at, point in enumerate(points) if at == 0 or point.level != points[at - 1].level]
    if len(changes) > 1:
        levels = " → ".join(words.text(f"summary_level_{point.level}") for point in changes)
        turns = tuple(Source("turn", str(point.turn)) for point in changes)
        yield Statement("feeling", words.text("summary_course", course=levels), turns)
    if turning is not None:
        said = quote(facts.turns[turning.turn].text)
        if said:
            text = words.text("summary_turned", words=said)
            yield Statement("feeling", text, (Source("turn", str(turning.turn)),))


def risk_lines(risks: Sequence[Risk], words: Words) -> Iterator[Statement]:
    """What is grave."""
    for risk in risks:
        kind = words.text(f"summary_risk_{risk.kind}")
        text = words.text("summary_risk", risk=kind, words=quote(risk.words))
        yield Statement("risks", text, (Source("turn", str(risk.turn)),))


def heard_emotion(turns: Sequence[TurnRecord], content: Content) -> tuple[str, int] | None:
    """The latest emotion that was heard with some confidence, and its turn."""
    for at in reversed(range(len(turns))):
        emotion = turns[at].emotion if turns[at].speaker == "caller" else None
        label, confidence = (emotion or {}).get("label"), (emotion or {}).get("confidence")
        sure = not isinstance(confidence, int | float) or confidence >= content.policy.emotion_from
        if isinstance(label, str) and sure:
            return label, at
    return None


def quote(words: str) -> str:
    """A caller's words in one line, cut if they are long; quotation marks in them can't end the quotation."""
    line = " ".join("".join(c if c.isprintable() else " " for c in words).split())
    line = line.translate(str.maketrans("“”「」『』", "''''''"))
    return line if len(line) <= LONGEST_QUOTE else line[:LONGEST_QUOTE].rstrip() + "…"


def _history(earlier: Sequence[EarlierCall], words: Words) -> Statement:
    days = str(HISTORY_DAYS)
    if not earlier:
        return Statement("caller", words.text("summary_caller_new", days=days), (Source("call", "count"),))
    last = earlier[0]
    about = [intent for intent in last.intents if intent not in NO_REQUEST]
    subject = last.left_open or (about[-1] if about else None)
    text = words.text(
        "summary_caller_earlier",
        days=days,
        count=str(len(earlier)),
        day=f"{last.started_at:%Y-%m-%d}",
        request=words.request(subject) if subject else words.text("summary_nothing_asked"),
        outcome=words.outcome(last.outcome),
    )
    return Statement("caller", text, (Source("call", "count"), Source("history", last.call_sid)))


def _level(score: float, policy: Policy) -> Level:
    weights = policy.frustration
    if score >= weights.upset_from:
        return "upset"
    return "irritated" if score >= weights.irritated_from else "calm"

"""What the person who takes over is told: from facts of the call only; what is not known is null or empty.

Every line is a :class:`ivr.handoff.facts.Statement` that names the turns and records it comes from;
:mod:`ivr.handoff.summary_check` holds lines against them. Pure: milliseconds, no database, no network.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from ivr.content.spoken import spell_digits
from ivr.content.types import LANGUAGES, Content, Language
from ivr.dialogue.types import DialogueState, HandoffReason
from ivr.handoff.facts import Facts, Section, Source, Statement, same_before
from ivr.handoff.risks import Risk, find_risks
from ivr.handoff.summary_lines import (
    Point,
    Wanted,
    caller_lines,
    course,
    feeling_lines,
    heard_emotion,
    number,
    quote,
    request_lines,
    risk_lines,
    told_slots,
    tried_lines,
    turned,
    verified_lines,
    wanted,
)
from ivr.handoff.summary_words import Words
from ivr.records.history import EarlierCall
from ivr.records.masking import mask_text
from ivr.records.types import HandoffRecord, TurnRecord

WORDED = ("headline", "tried", "feeling", "suggested_opening", "statements")
"""What of a summary is words of its language; the rest is the same in all."""


def summarise(
    state: DialogueState,
    turns: Sequence[TurnRecord],
    reason: HandoffReason,
    from_number: str | None,
    content: Content,
    language: Language,
    *,
    earlier: Sequence[EarlierCall] | None = None,
    mask: Callable[[str], str] = mask_text,
    why: str | None = None,
) -> Mapping[str, object]:
    """Summarise a call for the agent.

    Args:
        state: The conversation at the moment of the hand-off.
        turns: All turns so far.
        reason: Why a person takes over.
        from_number: The caller's number, if known.
        content: The call's version of the texts.
        language: The agents' language.
        earlier: Earlier calls of the number, newest first; None: not known.
        mask: Hides card, telephone and other personal numbers in what the caller said.
        why: The text that tells why a person takes over; None: ``why_REASON``.

    Returns:
        The keys of the public interface: ``headline``, ``caller``, ``request``, ``verified``, ``tried``,
        ``feeling``, ``suggested_opening``; ``request`` and ``feeling`` are None when not known. Besides:
        ``risks``, ``course``, ``turned_at``, ``emotion`` and ``frustration`` (0 to 1); ``statements``, all of it
        line by line with sources; ``identity_proven``, whether the caller has shown who they are; ``told``, what
        they told for the request in question, checked or not; ``intent``, ``language``, ``reason``: for programs.
    """
    facts = Facts(state, turns, reason, from_number, content, language, earlier, why)
    words, wish = Words(content, language), wanted(facts)
    points, heard = course(turns, content.policy), heard_emotion(turns, content)
    turning = turned(points)
    risks = find_risks((at, turn.text, turn.language) for at, turn in enumerate(turns) if turn.speaker == "caller")
    statements = tuple(
        Statement(each.section, mask(each.text) if each.section != "caller" else each.text, each.sources)
        for each in (
            _headline(facts, wish, words),
            *caller_lines(facts, words),
            *request_lines(facts, wish, words),
            *verified_lines(facts, words),
            *tried_lines(facts, words),
            *feeling_lines(facts, points, turning, heard, words),
            *risk_lines(risks, words),
            _opening(facts, wish, points, risks, words),
        )
    )

    def said(section: Section) -> list[str]:
        return [each.text for each in statements if each.section == section]

    feeling = said("feeling")
    return {
        "headline": said("headline")[0],
        "caller": _caller(facts),
        "request": mask(wish.words) if wish.words is not None else None,
        "verified": dict(state.verified),
        "tried": said("tried"),
        "feeling": feeling[0] if points or heard else None,
        "suggested_opening": said("suggested_opening")[0],
        "risks": [{"kind": risk.kind, "turn": risk.turn, "words": mask(quote(risk.words))} for risk in risks],
        "course": [point.as_json() for point in points],
        "turned_at": {**turning.as_json(), "said": mask(quote(turns[turning.turn].text))} if turning else None,
        "emotion": heard[0] if heard else None,
        "frustration": points[-1].frustration if points else None,
        "statements": [each.as_json() for each in statements],
        "identity_proven": bool(state.proven),
        "told": {slot: mask(value) for slot, (value, _) in told_slots(facts, wish).items()},
        "intent": wish.intent,
        "language": language,
        "reason": reason.value,
    }


def with_languages(
    summary: Mapping[str, object],
    language: Language,
    others: Iterable[Language],
    summarised: Callable[[Language], Mapping[str, object]],
) -> dict[str, object]:
    """Add a summary's words in other languages: agents read it in theirs, and greet the caller in the caller's.

    Args:
        summary: As :func:`summarise` made it.
        language: In this language.
        others: The languages to add; ``language`` itself is left out.
        summarised: Gives the same summary in another language.

    Returns:
        The summary with ``in_languages``: :data:`WORDED` of it by language.
    """
    found: dict[str, dict[str, object]] = {}
    for other in others:
        if other != language:
            told = summarised(other)
            found[other] = {key: told[key] for key in WORDED}
    return {**summary, "in_languages": found}


def worded(summary: Mapping[str, object], language: str) -> Mapping[str, object]:
    """A stored summary as it reads in a language, as far as its words are known in it; else as it is."""
    others = summary.get("in_languages")
    words = others.get(language) if isinstance(others, Mapping) else None
    return {**summary, **words, "language": language} if isinstance(words, Mapping) else summary


def headlines(summary: Mapping[str, object]) -> dict[str, str]:
    """The headline in each language it is known in: of a stored summary, which need not be whole."""
    own, others = summary.get("language"), summary.get("in_languages")
    told = {own: summary.get("headline")} if isinstance(own, str) else {}
    for language, words in others.items() if isinstance(others, Mapping) else ():
        told[str(language)] = words.get("headline") if isinstance(words, Mapping) else None
    return {language: line for language, line in told.items() if isinstance(line, str)}


def whisper(summary: Mapping[str, object], content: Content, language: Language) -> str:
    """Say in one or two sentences what an agent hears before taking the call.

    Args:
        summary: As :func:`summarise` made it.
        content: The call's version of the texts.
        language: The agents' language.
    """
    intent, reason, words = summary.get("intent"), summary.get("reason"), Words(content, language)
    why = words.text(f"why_{reason}")
    if not isinstance(intent, str):
        return words.text("whisper_nothing", why=why)
    spoken = words.text("whisper_request", request=words.request(intent), why=why)
    verified = summary.get("verified")
    order = verified.get("order_number") if isinstance(verified, Mapping) else None
    return f"{spoken} {spell_digits(order, language)}." if isinstance(order, str) else spoken


def whispers(handoff: HandoffRecord, content: Content) -> dict[Language, str]:
    """The same in each language: agents' telephones are picked up by people who speak different ones.

    Args:
        handoff: Its summary need not be whole.
        content: The call's version of the texts.
    """
    summary = {**handoff.summary, "reason": handoff.reason}
    return {language: whisper(summary, content, language) for language in LANGUAGES}


def _caller(facts: Facts) -> dict[str, object]:
    state = facts.state
    caller: dict[str, object] = {"number": facts.from_number, "language": state.language}
    if state.proven and "customer" in state.verified:
        caller["name"] = state.verified["customer"]
    if facts.earlier is not None:
        caller["earlier_calls"] = [
            {
                "call_sid": call.call_sid,
                "started_at": call.started_at.isoformat(),
                "outcome": call.outcome,
                "intents": list(call.intents),
            }
            for call in facts.earlier
        ]
    return caller


def _headline(facts: Facts, wish: Wanted, words: Words) -> Statement:
    request = words.request(wish.intent) if wish.intent else words.text("summary_nothing_asked")
    why, sources = words.text(facts.why or f"why_{facts.reason.value}"), [Source("decision")]
    if wish.source is not None:
        sources.append(wish.source)
    known = number(facts)
    if known is None:
        text = words.text("summary_headline", request=request, why=why)
    else:
        sources.append(known[1])
        text = words.text("summary_headline_number", request=request, number=known[0], why=why)
    return Statement("headline", text, tuple(sources))


def _opening(facts: Facts, wish: Wanted, points: Sequence[Point], risks: Sequence[Risk], words: Words) -> Statement:
    """What the agent may begin with."""
    known, before = number(facts), same_before(facts, wish.intent)
    sources = [wish.source] if wish.source is not None else []
    if wish.intent is None:
        text = words.text("summary_opening_nothing")
    else:
        values = {"request": words.request(wish.intent)}
        key = "summary_opening"
        if before:
            key, values["count"] = "summary_opening_again", str(len(before) + 1)
            sources += [Source("call", wish.intent), *(Source("history", call.call_sid) for call in before)]
        if known is not None:
            key, values["number"] = f"{key}_number", known[0]
            sources.append(known[1])
        text = words.text(key, **values)
    if any(risk.kind == "safety" for risk in risks):
        text = words.text("summary_opening_safety", opening=text)
        sources += [Source("turn", str(risk.turn)) for risk in risks if risk.kind == "safety"]
    elif points and points[-1].level != "calm":
        text = words.text("summary_opening_sorry", opening=text)
        sources.append(Source("turn", str(points[-1].turn)))
    customer = facts.state.verified.get("customer")
    if facts.state.proven and customer is not None:
        text = words.text("summary_opening_name", customer=customer, opening=text)
        sources.append(Source("verified", "customer"))
    return Statement("suggested_opening", text, tuple(dict.fromkeys(sources)))

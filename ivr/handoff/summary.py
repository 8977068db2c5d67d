"""What the person who takes over is told: from facts of the call only; what is not known is null or empty."""

from collections.abc import Mapping, Sequence

from ivr.content.keys import label_of
from ivr.content.render import render
from ivr.content.requests import COMMANDS
from ivr.content.spoken import spell_digits
from ivr.content.types import Content, Language
from ivr.dialogue.types import DialogueState, HandoffReason, Say
from ivr.records.types import TurnRecord

NO_REQUEST = frozenset(COMMANDS)
"""Intents that are no request: what the caller wants is in another turn."""


def summarise(
    state: DialogueState,
    turns: Sequence[TurnRecord],
    reason: HandoffReason,
    from_number: str | None,
    content: Content,
    language: Language,
) -> Mapping[str, object]:
    """Summarise a call for the agent.

    Args:
        state: The conversation at the moment of the hand-off.
        turns: All turns so far.
        reason: Why a person takes over.
        from_number: The caller's number, if known.
        content: The call's version of the texts.
        language: The agents' language.

    Returns:
        The keys of the public interface: ``headline``, ``caller``, ``request``, ``verified``, ``tried``,
        ``feeling``, ``suggested_opening``; ``request`` and ``feeling`` are None when not known. Besides:
        ``identity_proven``, whether the caller has shown who they are; ``told``, what they told for the request in
        question, checked or not; ``intent`` and ``reason``, for programs.
    """
    intent, said = _request(state, turns)
    label = _label(content, intent, language) if intent else None
    number = _number(state, turns, content)
    why = _text(content, f"why_{reason.value}", language)
    return {
        "headline": _headline(content, label, number, why, language),
        "caller": {"number": from_number, "language": state.language},
        "request": said,
        "verified": dict(state.verified),
        "tried": [_tried(content, tried.intent, tried.outcome, tried.detail, language) for tried in state.tried],
        "feeling": _feeling(turns),
        "suggested_opening": _opening(content, label, number, language),
        "identity_proven": bool(state.proven),
        "told": {slot: value for slot, value in state.slots.items() if slot not in _secrets(content)},
        "intent": intent,
        "reason": reason.value,
    }


def whisper(summary: Mapping[str, object], content: Content, language: Language) -> str:
    """Say in one or two sentences what an agent hears before taking the call.

    Args:
        summary: As :func:`summarise` made it.
        content: The call's version of the texts.
        language: The agents' language.
    """
    intent, reason = summary.get("intent"), summary.get("reason")
    why = _text(content, f"why_{reason}", language)
    if not isinstance(intent, str):
        return _text(content, "whisper_nothing", language, why=why)
    spoken = _text(content, "whisper_request", language, request=_label(content, intent, language), why=why)
    verified = summary.get("verified")
    number = verified.get("order_number") if isinstance(verified, Mapping) else None
    return f"{spoken} {spell_digits(number, language)}." if isinstance(number, str) else spoken


def _request(state: DialogueState, turns: Sequence[TurnRecord]) -> tuple[str | None, str | None]:
    """The request in question and the caller's own words for it.

    The one being worked on; else the latest that was asked for. Without any, the caller's latest words that
    were not understood.
    """
    callers = [turn for turn in turns if turn.speaker == "caller" and turn.text.strip()]
    wanted = [turn for turn in callers if turn.intent is not None and turn.intent not in NO_REQUEST]
    intent = state.intent or (wanted[-1].intent if wanted else None)
    same = [turn.text for turn in wanted if turn.intent == intent]
    if same:
        return intent, max(same[-3:], key=len)
    unknown = [turn.text for turn in callers if turn.intent is None]
    return intent, unknown[-1] if unknown else None


def _number(state: DialogueState, turns: Sequence[TurnRecord], content: Content) -> str | None:
    """The latest number given for a slot of the request, verified or not."""
    if "order_number" in state.verified:
        return state.verified["order_number"]
    numbers = {slot for slot, spec in content.slots.items() if spec.kind == "digits"}
    told = [value for slot, value in state.slots.items() if slot in numbers]
    given = [value for turn in turns for slot, value in turn.slots.items() if slot in numbers]
    latest = [tried.detail for tried in state.tried if tried.detail.isdigit()]
    known = told or latest or given
    return known[-1] if known else None


def _secrets(content: Content) -> frozenset[str]:
    """Slots that only prove who somebody is: the agent needs to know that it was proven, not with what."""
    return frozenset(slot for slot, spec in content.slots.items() if spec.kind == "identity")


def _headline(content: Content, label: str | None, number: str | None, why: str, language: Language) -> str:
    request = label or _text(content, "summary_nothing_asked", language)
    if number is None:
        return _text(content, "summary_headline", language, request=request, why=why)
    return _text(content, "summary_headline_number", language, request=request, number=number, why=why)


def _opening(content: Content, label: str | None, number: str | None, language: Language) -> str:
    if label is None:
        return _text(content, "summary_opening_nothing", language)
    if number is None:
        return _text(content, "summary_opening", language, request=label)
    return _text(content, "summary_opening_number", language, request=label, number=number)


def _feeling(turns: Sequence[TurnRecord]) -> str | None:
    """The latest feeling that was heard."""
    for turn in reversed(turns):
        label = turn.emotion.get("label") if turn.speaker == "caller" and turn.emotion else None
        if isinstance(label, str):
            return label
    return None


def _tried(content: Content, intent: str, outcome: str, detail: str, language: Language) -> str:
    what = _label(content, intent, language)
    return f"{what}: {outcome} ({detail})" if detail else f"{what}: {outcome}"


def _label(content: Content, intent: str, language: Language) -> str:
    key = label_of(intent)
    known = any(key in texts for texts in content.texts.values())
    return _text(content, key, language) if known else intent.replace("_", " ")


def _text(content: Content, key: str, language: Language, **values: str) -> str:
    return render(content, Say(key, values), language)

"""What ``python -m ivr check`` finds beyond what stops a start: texts that don't go together or can't be said."""

from collections.abc import Iterator, Mapping

from ivr.content.apologies import apologises
from ivr.content.connectors import values_of
from ivr.content.consistency import Parts, texts_of_slot
from ivr.content.keys import REQUIRED_KEYS, confirm_of, incident_of, label_of, menu_key_of
from ivr.content.problems import Problems
from ivr.content.sayable import foreign_script, spelled_latin, unsayable
from ivr.content.texts import placeholders
from ivr.content.types import LANGUAGES, TONES, Language, Request

Offers = Mapping[str, Mapping[str, frozenset[str]]]
"""Connector → outcome → the placeholders that it fills, besides the request's slots."""

_NOT_SPOKEN_BY_US = ("summary_", "twiml_", "whisper_", "why_")
"""Beginnings of the texts that agents read, or that the carrier's own voice speaks (which reads figures)."""


_SAID_ONCE = (*_NOT_SPOKEN_BY_US, "empathy", "incident_", "failure", "too_busy", "desk_")
"""And those that are said once in a call, or stand for an apology. The desk's are said by the call itself, which
spares no apologies: another wording would never be chosen."""


def audit(parts: Parts, offers: Offers, problems: Problems) -> None:
    """Note everything.

    Args:
        parts: The folder as it was read.
        offers: The connectors that the program brings.
        problems: Where to note.
    """
    _check_alike(parts, problems)
    _check_used(parts, problems)
    _check_sayable(parts, problems)
    _check_apologies(parts, problems)
    _check_examples_script(parts, problems)
    for request, lines in parts.requests.values():
        _check_request(parts, request, lines, offers, problems)


def _texts(parts: Parts) -> Iterator[tuple[Language, str]]:
    for language in LANGUAGES:
        for key in parts.book.texts.get(language, {}):
            yield language, key


def _check_alike(parts: Parts, problems: Problems) -> None:
    """A text or tone that one language has, callers of the others should hear, too."""
    book = parts.book
    whole = {language: folder for language, folder in book.folders.items() if language not in book.incomplete}
    keys = dict.fromkeys(key for _, key in _texts(parts))
    for key in keys:
        having = [language for language in book.folders if key in book.texts[language]]
        path, line = book.places[having[0], key]
        for language, folder in whole.items():
            if language not in having:
                problems.add(folder, 1, f"text {key!r} is missing (there is one in {path}:{line})")
        for tone in TONES:
            with_tone = [language for language in having if tone in book.texts[language][key].wordings]
            for language in having:
                if with_tone and language not in with_tone:
                    problems.add(
                        *book.places[language, key], f"{key}: the tone {tone!r} is missing ({with_tone[0]} has it)"
                    )


def _check_used(parts: Parts, problems: Problems) -> None:
    used = {*REQUIRED_KEYS}
    for intent, (request, _) in parts.requests.items():
        used |= {label_of(intent), confirm_of(intent), menu_key_of(intent), f"person_{intent}"}
        used |= {*request.replies.values()}
    for spec in parts.slots.values():
        used |= {*texts_of_slot(spec)}
    used |= {incident_of(name) for name in parts.incidents}
    for language, key in _texts(parts):
        if key not in used and not key.startswith(_NOT_SPOKEN_BY_US):
            problems.warn(*parts.book.places[language, key], f"{key}: this text is used nowhere")


def _check_sayable(parts: Parts, problems: Problems) -> None:
    for language, key in _texts(parts):
        if key.startswith(_NOT_SPOKEN_BY_US):
            continue
        path, _ = parts.book.places[language, key]
        wordings = [each for tone in parts.book.texts[language][key].wordings.values() for each in tone]
        for wording in dict.fromkeys(wordings):
            line = parts.book.lines[language, key, wording]
            why = unsayable(wording, language)
            if why:
                problems.add(path, line, f"{key}: {why}")
            latin = spelled_latin(wording, language)
            if latin:
                problems.warn(path, line, f"{key}: {latin!r} is spelled or read as English; write how it is spoken")


def _check_apologies(parts: Parts, problems: Problems) -> None:
    """A text that may come after two apologies needs a wording without one."""
    for language, key in _texts(parts):
        if key.startswith(_SAID_ONCE):
            continue
        text = parts.book.texts[language][key]
        if all(apologises(wording) for wording in text.wordings.get("neutral", ("",))):
            what = (
                "every neutral wording says sorry; add one that does not, for callers who have just heard it twice"
            )
            problems.warn(*parts.book.places[language, key], f"{key}: {what}")


def _check_examples_script(parts: Parts, problems: Problems) -> None:
    for request, lines in parts.requests.values():
        for language, examples in request.examples.items():
            for example in examples:
                why = foreign_script(example, language)
                if why:
                    problems.add(request.source, lines["examples"], f"examples: {language}: {example!r}: {why}")


def _check_request(
    parts: Parts, request: Request, lines: Mapping[str, int], offers: Offers, problems: Problems
) -> None:
    """The texts of a request can be filled with what it asks for and what its connector answers."""
    asked = frozenset(request.slots) - ({parts.verification.slot} if parts.verification else set())
    told = () if request.connector else tuple(request.replies.values())
    for key in (confirm_of(request.intent), f"person_{request.intent}", *told):
        _check_filled(parts, key, asked, f"the slots of {request.intent}", problems)
    if request.connector is None:
        return
    outcomes = _outcomes(parts, request, offers)
    if outcomes is None:
        known = ", ".join(sorted({*offers, *parts.connectors}))
        problems.add(
            request.source,
            lines["connector"],
            f"connector {request.connector!r} is not in connectors.yaml; there are {known}",
        )
        return
    for outcome in request.replies.keys() - {"found"} - outcomes.keys():
        shown = ", ".join(sorted(outcomes))
        problems.warn(
            request.source,
            lines["replies"],
            f"replies: {request.connector} never answers {outcome!r}; it answers {shown}",
        )
    for outcome, values in outcomes.items():
        reply = request.replies.get(outcome) or (request.replies.get("found") if outcome != "missing" else None)
        if reply is None:
            problems.add(request.source, lines.get("replies", 1), f"replies: {outcome!r} is missing")
        else:
            what = f"the slots and what {request.connector} answers with {outcome!r}"
            _check_filled(parts, reply, asked | values, what, problems)


def _outcomes(parts: Parts, request: Request, offers: Offers) -> Mapping[str, frozenset[str]] | None:
    """The outcomes of a request's connector with what each fills; None for a connector that is not there."""
    name = request.connector or ""
    if name in parts.connectors:  # whose outcomes only its database or service knows
        spec, _ = parts.connectors[name]
        outcomes = dict.fromkeys((*request.replies, "found"), values_of(spec))
        return {**outcomes, "missing": frozenset()}
    return offers.get(name)


def _check_filled(parts: Parts, key: str, known: frozenset[str], what: str, problems: Problems) -> None:
    for language in LANGUAGES:
        text = parts.book.texts.get(language, {}).get(key)
        if text is None:
            continue
        path, _ = parts.book.places[language, key]
        for wording in (each for wordings in text.wordings.values() for each in wordings):
            for name in sorted(placeholders(wording) - known):
                shown = ", ".join(sorted(known)) or "none"
                line = parts.book.lines[language, key, wording]
                problems.add(path, line, f"{key}: {{{name}}} is not among {what} (there are: {shown})")

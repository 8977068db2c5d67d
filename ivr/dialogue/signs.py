"""From a turn of the caller to the signs of frustration in it. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from rapidfuzz.distance import Levenshtein

from ivr.content.requests import COMMANDS
from ivr.dialogue.frustration import Signs
from ivr.dialogue.mood import Mood, Said
from ivr.dialogue.types import Action, Decision, DialogueState, Heard
from ivr.understanding.sentiment.types import Sentiment
from ivr.understanding.text import squeeze

REMEMBERED = 6
"""Turns back in which a repetition is looked for: about a minute of call."""
SAME_WORDS = 0.75
"""Likeness (0 to 1, normalised Levenshtein) from which words count as said again: the recognizer errs in about
one character of ten, twice."""
SHORTEST_REPEATED = 5
"""Characters from which saying the same is a repetition: "네", "주문이요" are answers."""
SAME_REQUEST = 0.6
"""Strength of asking for the same thing in other words."""
IMPATIENT_FROM_MS, IMPATIENT_AT_MS = 2_500, 8_000
"""Waiting for a reply is a sign from 2.5 s on, and a full one at 8 s (ITU-T G.1030 puts the limit of unbroken
attention at 10 s)."""
SPEED_OCTAVE = 0.5
"""Change of speed, in octaves against the caller's own earlier speech, that is a full sign: 40 % faster."""
CALM_BELOW = 0.2
"""Probability of being upset (0 to 1) below which words are a sign of calm: what is assumed where nothing is known
(:data:`ivr.understanding.sentiment.training.ASSUMED_SHARE`)."""
CALM_RELIEF = 0.5
"""Relief (0 to 1) that plainly calm words are: half of thanks, as upset callers give plain answers, too."""


def signs_of(before: DialogueState, decision: Decision, event: Heard) -> Signs:
    """What a turn shows.

    Args:
        before: The state in which the caller was heard.
        decision: What the dialogue made of it: a re-prompt is a failed turn.
        event: What was heard, and how.
    """
    feeling, words = event.feeling, event.feeling.sentiment
    speed = None if feeling.speed_octaves is None else abs(feeling.speed_octaves) / SPEED_OCTAVE
    waited = (feeling.waited_ms - IMPATIENT_FROM_MS) / (IMPATIENT_AT_MS - IMPATIENT_FROM_MS)
    told = said(words, event.meaning.upset)
    return replace(
        told,
        voice=feeling.anger,
        speed=speed,
        repeated=max(told.repeated, _repeated(before.mood.said, event)),
        failed=1.0 if decision.action is Action.REPROMPT else 0.0,
        interrupted=1.0 if feeling.interrupted else 0.0,
        waiting=max(0.0, waited),
        relief=1.0 if _answered(before, decision) and told.words < CALM_BELOW else told.relief,
    )


def _answered(before: DialogueState, decision: Decision) -> bool:
    """Whether what the caller wanted was answered before, and they take it so."""
    return before.question == "anything_else" and decision.action is not Action.REPROMPT


def said(words: Sentiment, upset: float | None) -> Signs:
    """What the words of an utterance show by themselves.

    Args:
        words: What the lexicon finds in them.
        upset: The probability (0 to 1) that somebody who says so is upset, the lexicon's findings included; None:
            not judged. Then the lexicon speaks alone.
    """
    if upset is None:
        return Signs(
            words=max(words.negative, words.impolite),
            profanity=words.profanity,
            demand=words.demand,
            repeated=words.repeated,
            relief=words.thanks,
        )
    return Signs(
        words=upset,
        profanity=words.profanity * upset,  # "that's bloody brilliant"
        demand=words.demand * upset,  # "my supervisor asked me to call"
        repeated=words.repeated,
        relief=max(words.thanks * (1 - upset), CALM_RELIEF * max(0.0, 1 - upset / CALM_BELOW)),
    )


def remember(mood: Mood, event: Heard) -> Mood:
    """The mood with this turn's words in its memory."""
    said = Said(event.meaning.intent, squeeze(event.meaning.text))
    return replace(mood, said=(*mood.said, said)[-REMEMBERED:])


def _repeated(earlier: Iterable[Said], event: Heard) -> float:
    words, intent = squeeze(event.meaning.text), event.meaning.intent
    if intent in COMMANDS:
        return 0.0
    strength = 0.0
    for said in earlier:
        if len(words) >= SHORTEST_REPEATED and Levenshtein.normalized_similarity(words, said.words) >= SAME_WORDS:
            return 1.0
        if intent is not None and intent == said.intent and not event.meaning.slots:
            strength = SAME_REQUEST
    return strength

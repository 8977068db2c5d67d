"""Arranging a call-back: nobody is there now, so when, and at which number. Pure.

It ends by itself: an answer that leads nowhere is asked for once more as a simple proposal, and after the second
one the next opening and the caller's own number are taken.
"""

import datetime as dt
from dataclasses import replace

from ivr.content.hours import is_open, next_opening
from ivr.content.spoken import speak_datetime
from ivr.content.types import Content
from ivr.dialogue.moves import CHECK, Move, Why, end, next_say, put_through, say_goodbye
from ivr.dialogue.slots import check_expectation, expect_slot, speak_value
from ivr.dialogue.types import Action, CallBack, Decision, DialogueState, HandoffReason, Promise, Question, Say
from ivr.understanding.types import Expectation, Meaning

TIME, NUMBER = "callback_time", "callback_number"
"""Slots of ``slots.yaml`` that are asked for here."""
MISSES_TO_SETTLE = 2
"""Answers that lead nowhere, to one question, after which it is settled without the caller."""
AHEAD_DAYS = 30
"""Furthest day that is promised: who is to call, and about what, is forgotten after longer."""
SOON = dt.timedelta(hours=1)
"""When a caller is called back who named no time, while people are there: the present rush is over by then, and it
still is "later today"."""
PART_BEGINS = {"MO": dt.time(10), "AF": dt.time(14), "EV": dt.time(18)}
"""When a part of the day that was named without an hour ("tomorrow afternoon") is taken to be."""


def arrange(
    state: DialogueState, content: Content, reason: HandoffReason, why: Why, before: tuple[Say, ...] = ()
) -> Move:
    """Tell the caller when people are there, and ask when to call."""
    opens = _next(state, content, _now(state))
    if opens is None:
        return put_through(state, reason, why.but("nobody is there in weeks, so voicemail"), before)
    promise = Promise(reason, state.intent or _latest(state), at=opens)
    state = replace(state, promise=promise, pending=None, doubt=None, partial="", failures=0, stalled=0)
    state, closed = next_say(state, "callback_closed", {"opens": _spoken(state, opens)})
    return _ask(state, content, "callback_time", why.but("nobody is there now: a call-back"), (*before, closed))


def arrange_instead(state: DialogueState, content: Content, why: Why, before: tuple[Say, ...] = ()) -> Move:
    """Ask when to call a caller who would rather not wait; people may well be there now."""
    soon = _now(state) + SOON
    opens = soon if is_open(content.hours, content.hours.agents, soon) else _next(state, content, _now(state))
    promise = Promise(HandoffReason.CALLER_ASKED, state.intent or _latest(state), at=opens or soon)
    state = replace(state, promise=promise, pending=None, doubt=None, partial="")
    return _ask(state, content, "callback_time", why, before)


def answered(  # noqa: PLR0911 (a table: one return per row)
    state: DialogueState, content: Content, meaning: Meaning, why: Why
) -> Move | None:
    """Take in what the caller said to one of the questions here.

    Returns:
        None when it is something else: a request that the machine can do.
    """
    promise = state.promise
    if promise is None:
        return None
    when, number = meaning.value(TIME), meaning.value(NUMBER)
    if when is not None and state.question != "callback_digits":
        return _choose(state, content, when, why)
    if number is not None and state.question in ("callback_number", "callback_digits", "callback_check"):
        return typed(state, content, number, why)
    match state.question, meaning.intent:
        case _, "goodbye":
            return say_goodbye(state, why.but("no call-back is wanted"))
        case "callback_propose" | "callback_number" | "callback_check", "yes":
            return _agreed(state, content, why)
        case "callback_time", "no" | "thanks":
            return say_goodbye(state, why.but("no call-back is wanted"))
        case "callback_propose", "no":
            return _again(state, content, "callback_time", why.but("another time"))
        case "callback_number" | "callback_check", "no":
            return _again(state, content, "callback_digits", why.but("another number"))
        case _, intent if intent in content.requests and meaning.sure and intent != promise.request:
            return None
    return failed(state, content, why.but("no answer to what was asked"))


def typed(state: DialogueState, content: Content, number: str, why: Why) -> Move:
    """Take a number (E.164), said or typed; it is read back."""
    if state.promise is None:
        return failed(state, content, why)
    if state.question == "callback_check" and number == state.promise.number:
        return _agreed(state, content, why)
    state = replace(state, promise=replace(state.promise, number=number))
    return _ask(state, content, "callback_check", why.but("the number is read back"), action=Action.CONFIRM)


def failed(state: DialogueState, content: Content, why: Why, before: tuple[Say, ...] = ()) -> Move:
    """An answer that leads nowhere: ask more simply, then settle it."""
    promise = state.promise
    if promise is None:
        return put_through(state, HandoffReason.FAILURE, why)
    misses = promise.misses + 1
    state = replace(state, promise=replace(promise, misses=misses))
    match state.question:
        case "callback_time" if misses < MISSES_TO_SETTLE:
            return _ask(state, content, "callback_propose", why.but("the next opening is proposed"), before, misses)
        case "callback_time" | "callback_propose" if misses >= MISSES_TO_SETTLE:
            return _number(state, content, why.but("the next opening is taken"))
        case _ if misses >= MISSES_TO_SETTLE:
            return settle(state, content, why)
    return _ask(state, content, state.question, why, before, misses, Action.REPROMPT)


def settle(state: DialogueState, content: Content, why: Why) -> Move:
    """Promise the call-back with what is known; without any number, voicemail."""
    promise = state.promise
    number = (promise.number if promise else None) or (state.call.number if state.call else None)
    if promise is None or promise.at is None or number is None:
        reason = promise.reason if promise else HandoffReason.FAILURE
        return put_through(state, reason, why.but("no number to call back, so voicemail"))
    state, words = next_say(state, "callback_promise", {"when": _spoken(state, promise.at)})
    return end(
        state,
        Decision(
            Action.HANG_UP,
            why.but(f"a call-back at {promise.at:%Y-%m-%d %H:%M}").reason,
            why.contributions,
            (words,),
            outcome="callback",
            callback=CallBack(promise.at, number, promise.request, state.topic),
        ),
    )


def ask_again(
    state: DialogueState, content: Content, why: Why, action: Action = Action.REPROMPT, before: tuple[Say, ...] = ()
) -> Move:
    """Put the present question once more, in other words."""
    return _ask(state, content, state.question, why, before, state.promise.misses if state.promise else 0, action)


def moment_of(text: str, state: DialogueState, content: Content) -> dt.datetime | None:
    """The moment a caller means by a day, a time, or both, in TIMEX3's notation; None when it is none.

    A day without a time is its opening; a time without a day is the next such time at which people are there.
    """
    now = _now(state)
    day_text, _, clock_text = text.partition("T")
    try:
        day = dt.date.fromisoformat(day_text) if day_text else None
        clock = PART_BEGINS.get(clock_text) or (dt.time.fromisoformat(clock_text) if clock_text else None)
    except ValueError:
        return None
    if clock is None:
        if day is None:
            return None
        before_it = dt.datetime.combine(day, dt.time(0), now.tzinfo) - dt.timedelta(seconds=1)
        return _next(state, content, max(now, before_it))
    if day is not None:
        return dt.datetime.combine(day, clock, now.tzinfo)
    days = (dt.datetime.combine(now.date() + dt.timedelta(days=ahead), clock, now.tzinfo) for ahead in range(8))
    later = [at for at in days if at > now]
    return next((at for at in later if is_open(content.hours, content.hours.agents, at)), later[0])


def _choose(state: DialogueState, content: Content, text: str, why: Why) -> Move:
    """Take a time, if people are there then."""
    now, at = _now(state), moment_of(text, state, content)
    if at is None or state.promise is None:
        return failed(state, content, why.but(f"{text!r} is no time to call"))
    possible = now < at <= now + dt.timedelta(days=AHEAD_DAYS) and is_open(content.hours, content.hours.agents, at)
    if possible:
        return _number(replace(state, promise=replace(state.promise, at=at, misses=0)), content, why)
    nearest = _next(state, content, min(max(at, now), now + dt.timedelta(days=AHEAD_DAYS)))
    misses = state.promise.misses + 1
    state = replace(state, promise=replace(state.promise, at=nearest or state.promise.at, misses=misses))
    if misses >= MISSES_TO_SETTLE:
        return _number(state, content, why.but("nobody is there then either: the opening after it is taken"))
    state, outside = next_say(state, "callback_outside")
    why = why.but(f"nobody is there at {at:%Y-%m-%d %H:%M}: the opening after it is proposed")
    return _ask(state, content, "callback_propose", why, (outside,), misses)


def _agreed(state: DialogueState, content: Content, why: Why) -> Move:
    if state.question == "callback_propose":
        return _number(state, content, why.but("the proposed time is right"))
    return settle(state, content, why.but("the number is right"))


def _number(state: DialogueState, content: Content, why: Why) -> Move:
    """The time is settled, and told: now the number."""
    promise = state.promise
    if promise is None or promise.at is None:
        return settle(state, content, why)
    if promise.number is not None:
        return _ask(state, content, "callback_check", why)
    state, when = next_say(state, "callback_at", {"when": _spoken(state, promise.at)})
    own = state.call.number if state.call else None
    return _ask(state, content, "callback_number" if own else "callback_digits", why, (when,))


def _again(state: DialogueState, content: Content, question: Question, why: Why) -> Move:
    """The caller wants another time or number: ask for it, unless that has been enough."""
    promise = state.promise
    if promise is None or (promise.misses + 1 >= MISSES_TO_SETTLE and question == "callback_time"):
        return _number(state, content, why.but("asked twice already"))
    number = None if question == "callback_digits" else promise.number
    misses = promise.misses + (question == "callback_time" or state.question == "callback_check")
    state = replace(state, promise=replace(promise, number=number, misses=misses))
    if misses >= MISSES_TO_SETTLE:
        return settle(state, content, why)
    return _ask(state, content, question, why, misses=misses)


def _ask(
    state: DialogueState,
    content: Content,
    question: Question,
    why: Why,
    before: tuple[Say, ...] = (),
    misses: int = 0,
    action: Action = Action.ASK,
) -> Move:
    """Put one of the questions."""
    promise = state.promise
    if promise is None:
        return put_through(state, HandoffReason.FAILURE, why)
    state = replace(state, question=question, promise=replace(promise, misses=misses), resumed=False)
    expect: Expectation
    match question:
        case "callback_propose":
            when = _spoken(state, promise.at) if promise.at else ""
            state, words = next_say(state, "callback_propose", {"when": when})
            expect = replace(CHECK, slot=TIME)
        case "callback_number":
            state, words = next_say(state, "callback_this_number")
            expect = replace(CHECK, slot=TIME)  # the time was just read back: "no, four" corrects it
        case "callback_digits":
            state, words = next_say(state, f"ask_{NUMBER}" if misses == 0 else f"keys_{NUMBER}")
            expect = expect_slot(NUMBER, content, None)
        case "callback_check":
            value = speak_value(state, content, NUMBER, promise.number or "")
            state, words = next_say(state, "check_slot", {"value": value})
            expect = check_expectation(replace(state, intent=None), content, NUMBER, promise.number)
        case _:
            state, words = next_say(state, f"ask_{TIME}")
            state = replace(state, question="callback_time")
            expect = expect_slot(TIME, content, None)
    return state, Decision(action, why.reason, why.contributions, (*before, words), expect=expect)


def _now(state: DialogueState) -> dt.datetime:
    now = state.call.now if state.call else None
    return now or dt.datetime.min.replace(tzinfo=dt.UTC)


def _next(state: DialogueState, content: Content, after: dt.datetime) -> dt.datetime | None:
    return next_opening(content.hours, content.hours.agents, after)


def _spoken(state: DialogueState, at: dt.datetime) -> str:
    return speak_datetime(at, _now(state), state.language)


def _latest(state: DialogueState) -> str | None:
    """The request tried last, when none is being worked on."""
    return state.tried[-1].intent if state.tried else None

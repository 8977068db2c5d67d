"""Numbers as people say them over a phone, digit by digit or not, in four languages.

A recogniser writes the same number as ``47291``, ``4-7-2 9 1``, ``47,291``, ``사칠이 구일이요``, ``four seven two
nine one`` or ``四七二九幺``. The text is cut into numerals, separators that may stand inside a number, and other
words; numerals with no other word between them are one candidate.
"""

from collections.abc import Mapping
from functools import cache
from itertools import product
from typing import NamedTuple

from ivr.content.types import Language
from ivr.understanding.corrections import merge_digits, segments
from ivr.understanding.number_words import (
    JAPANESE_PHRASES,
    KOREAN_BEFORE_NUMERALS,
    KOREAN_ENDINGS,
    LEXICONS,
    Lexicon,
)
from ivr.understanding.text import MAX_CHARACTERS, fold
from ivr.understanding.types import SlotValue

CERTAIN, LIKELY, UNSURE = 0.95, 0.8, 0.55
"""Confidence of a reading: plain; with an ambiguity resolved by the number of digits asked for; with words that
merely sound like numerals. An order, not measured probabilities: numbers are read back to the caller."""
MIN_UNASKED_DIGITS = 4
"""A number nobody asked for has at least this many digits: "two", "하나" and "이사 오려고" hold none. Years and
prices have four; the understander takes only numbers of exactly the length of a slot."""
MIN_AMOUNT_WORDS = 3
"""An amount in a language without spaces has at least this many numerals ("사만 칠천": four)."""
MIN_UNASKED_WORDS = 3
"""A spoken number nobody asked for has at least this many numerals: "하나만" ("just one") is not 10,000."""
MAX_CORRECTIONS = 6
"""Parts of an utterance that are read, the last ones: nobody takes more back in one breath."""
_LONGEST_WORD = 5
_MOST_REPEATED = 8
"""No number in use repeats one digit more often in a row."""
_HANGUL_FIRST, _HANGUL_LAST, _HANGUL_FINALS = 0xAC00, 0xD7A3, 28


class _Piece(NamedTuple):
    """One numeral in the text."""

    kind: str
    """``digits``, ``tens`` (a single digit may follow), ``power`` (10, 100 …), ``times`` ("double"), ``of``, or
    ``filler``."""
    digits: str
    start: int
    end: int
    confidence: float = CERTAIN

    @property
    def amount(self) -> int:
        return int(self.digits)


def find_digits(text: str, language: Language, digits: int | None = None) -> SlotValue | None:
    """Find a number in what a caller said.

    Args:
        text: The recognised words.
        language: The language spoken.
        digits: How many digits were asked for; None when no number was asked for: then words that merely sound
            like numerals are not believed, and short numbers are no number.

    Returns:
        Its digits, the confidence (0 to 1) and the span in ``text``; None when there is none.
    """
    text = text[:MAX_CHARACTERS]
    parts = segments(text, language)[-MAX_CORRECTIONS:]
    found = [_find(text, part, language, digits) for part in parts]
    said = [value for value in found if value is not None]
    if len(parts) > 1 and digits is None and said:
        # What corrects a number is short, and may sound alike: it is looked for as if it had been asked for.
        first = next(at for at, value in enumerate(found) if value is not None)
        later = (_find(text, part, language, len(said[0].value)) for part in parts[first + 1 :])
        said = [said[0], *(value for value in later if value is not None)]
    wanted = digits or (len(said[0].value) if said else 0)
    said = said[:1] + [each for each in said[1:] if len(each.value) >= wanted or _corrects(text, parts, each)]
    return _corrected(said, digits) if said else None


def _corrects(text: str, parts: list[tuple[int, int]], value: SlotValue) -> bool:
    """Whether digits after a word of correction are meant: "no, five", not the 사 of "아니요, 감사합니다"."""
    start, end = value.span or (0, 0)
    part = next((each for each in parts if each[0] <= start < each[1]), (start, end))
    inside = SlotValue(value.value, value.confidence, (start - part[0], end - part[0]))
    return is_mostly_number(text[slice(*part)], inside)


def digit_runs(text: str, language: Language, join_tens: bool = True, flipped: bool = False) -> list[SlotValue]:
    """All numbers in a text, digits in the order they were said: what telephone numbers are put together from.

    Args:
        text: The recognised words, without corrections.
        language: The language spoken.
        join_tens: Whether "fifty two" is 52; if not, 50 2.
        flipped: Whether a Korean "이요" is read the less usual way, as the digit two after a final consonant.
    """
    folded, origin = fold(text)
    lexicon = LEXICONS[language]
    found = (_read(run, folded, None, join_tens) for run in _runs(folded, lexicon, language, False, flipped))
    return [SlotValue(value, sure, (origin[start], origin[end - 1] + 1)) for value, start, end, sure in found]


def _corrected(said: list[SlotValue], digits: int | None) -> SlotValue:
    """The number after everything that was taken back has been replaced."""
    value = said[0]
    for after in said[1:]:
        spans = [span for span in (value.span, after.span) if span is not None]
        value = SlotValue(
            merge_digits(value.value, after.value, digits),
            min(value.confidence, after.confidence, LIKELY),
            (spans[0][0], spans[-1][1]),
        )
    return value


def _find(text: str, part: tuple[int, int], language: Language, digits: int | None) -> SlotValue | None:
    """The number in one part of a text that nothing in it takes back."""
    folded, origin = fold(text[part[0] : part[1]])
    lexicon = LEXICONS[language]
    best: SlotValue | None = None
    alike = digits is not None and any(word in folded for word in lexicon.sounds_like)
    ends = language == "ko" and any(ending in folded for ending in KOREAN_ENDINGS)
    for sounds, flipped in product((False, True) if alike else (False,), (False, True) if ends else (False,)):
        runs = _runs(folded, lexicon, language, sounds, flipped)
        if digits is None:
            runs = [run for run in runs if len(run) >= MIN_UNASKED_WORDS or folded[run[0].start].isdigit()]
        found = _best_run(runs, folded, digits)
        if found is None:
            continue
        value, start, end, confidence = found
        if digits is None and len(value) < MIN_UNASKED_DIGITS:
            continue
        plain = not sounds and not flipped
        found_value = SlotValue(
            value,
            confidence if plain else min(confidence, LIKELY),
            (part[0] + origin[start], part[0] + origin[end - 1] + 1),
        )
        if len(value) == digits:
            return found_value
        best = best or found_value
    return best


def is_mostly_number(text: str, value: SlotValue) -> bool:
    """Say whether little else than the number was said: then it is the answer to a question for a number."""
    if value.span is None:
        return True
    start, end = value.span
    rest = sum(character.isalnum() for character in text[:start] + text[end:])
    return rest <= max(4, end - start)


def _runs(text: str, lexicon: Lexicon, language: Language, sounds: bool, flipped: bool) -> list[list[_Piece]]:
    """Cut the text into numerals; each list holds those that have only separators between them."""
    numerals = _numerals(language, sounds)
    runs: list[list[_Piece]] = [[]]
    at = 0
    while at < len(text):
        character = text[at]
        if not character.isalnum():
            at += 1
            continue
        if character.isascii() and character.isdigit():
            end = at + 1
            while end < len(text) and text[end].isascii() and text[end].isdigit():
                end += 1
            runs[-1].append(_Piece("digits", text[at:end], at, end))
            at = end
            continue
        ending = _ending_at(text, at) if language == "ko" and character == KOREAN_ENDINGS[0][0] else ""
        if ending and _is_ending(text, at) != flipped:
            runs.append([])
            at += len(ending)
            continue
        if language == "ja" and text.startswith(JAPANESE_PHRASES, at):
            runs.append([])
            at += 2
            continue
        word = _word_at(text, at, lexicon.spaced, numerals)
        piece = numerals.get(word)
        counted = bool(runs[-1]) and len(runs[-1][-1].digits) == 1
        if piece is not None and (piece.kind not in ("of", "filler") or (piece.kind == "of" and counted)):
            runs[-1].append(piece._replace(start=at, end=at + len(word)))
        elif (piece is None or piece.kind != "filler") and not _glued_to_digits(word, text, at):
            runs.append([])
        at += len(word)
    return [run for run in runs if _is_number(run, lexicon) and not (language == "ko" and _inside_word(run, text))]


def _inside_word(run: list[_Piece], text: str) -> bool:
    """Whether a lone Korean numeral only ends or fills another word: the 사 of 감사, the 일 of 내일.

    A particle or a sound of thinking written together with it ("끝은칠", "어칠") makes no word with it.
    """
    start, end = run[0].start, run[-1].end
    if end - start > 1 or start == 0 or not (_is_hangul(text[start]) and _is_hangul(text[start - 1])):
        return False
    return text[start - 1] not in KOREAN_BEFORE_NUMERALS


def _is_hangul(character: str) -> bool:
    return _HANGUL_FIRST <= ord(character) <= _HANGUL_LAST


def _is_number(run: list[_Piece], lexicon: Lexicon) -> bool:
    """Whether a run holds digits; one syllable such as 만 in "잠시만요" or "하나만" makes no amount."""
    if not any(piece.kind in ("digits", "tens") for piece in run):
        return False
    has_power = any(piece.kind == "power" for piece in run)
    return not has_power or lexicon.spaced or len(run) >= MIN_AMOUNT_WORDS


def _word_at(text: str, at: int, spaced: bool, numerals: Mapping[str, _Piece]) -> str:
    """The word at ``at``: up to the next space, or the longest one known in a language without spaces."""
    if spaced:
        end = at
        while end < len(text) and text[end].isalpha():
            end += 1
        return text[at : max(end, at + 1)]
    for length in range(min(_LONGEST_WORD, len(text) - at), 1, -1):
        if text[at : at + length] in numerals:
            return text[at : at + length]
    return text[at]


@cache
def _numerals(language: Language, sounds: bool) -> Mapping[str, _Piece]:
    """All words of one language that may stand in a number; those that merely sound like digits when wanted."""
    lexicon = LEXICONS[language]
    alike = lexicon.sounds_like if sounds else {}
    return {
        **{word: _Piece("filler", "", 0, 0) for word in lexicon.fillers},
        **{word: _Piece("of", "", 0, 0) for word in lexicon.of},
        **{word: _Piece("digits", digits, 0, 0, UNSURE) for word, digits in alike.items()},
        **{word: _Piece("times", str(count), 0, 0) for word, count in lexicon.times.items()},
        **{word: _Piece("power", str(size), 0, 0) for word, size in lexicon.powers.items()},
        **{word: _Piece("tens", str(tens), 0, 0) for word, tens in lexicon.tens.items()},
        **{word: _Piece("digits", digits, 0, 0) for word, digits in lexicon.digits.items()},
    }


def _glued_to_digits(word: str, text: str, at: int) -> bool:
    """Whether a letter group is only an ordinal's tail ("1st", "2nd"): it does not part a number."""
    return at > 0 and text[at - 1].isdigit() and word in ("st", "nd", "rd", "th")


def _ending_at(text: str, at: int) -> str:
    """The Korean polite ending at ``at`` that closes a word, or nothing."""
    for ending in KOREAN_ENDINGS:
        after = at + len(ending)
        if text.startswith(ending, at) and (after >= len(text) or not text[after].isalnum()):
            return ending
    return ""


def _is_ending(text: str, at: int) -> bool:
    """Whether an ending belongs here: only a final consonant (or a written digit) takes "이요"."""
    if at == 0:
        return False
    before = text[at - 1]
    if _is_hangul(before):
        return (ord(before) - _HANGUL_FIRST) % _HANGUL_FINALS != 0
    return before.isdigit()


def _best_run(runs: list[list[_Piece]], text: str, digits: int | None) -> tuple[str, int, int, float] | None:
    """The run that is most likely the number: of the length asked for, else the longest, else the last."""
    candidates = [_read(run, text, digits) for run in runs]
    if not candidates:
        return None
    exact = [candidate for candidate in candidates if len(candidate[0]) == digits]
    if exact:
        return exact[-1]
    parts = [candidate for candidate in candidates if len(candidate[0]) > 1]
    if digits is not None and len(parts) > 1 and sum(len(part[0]) for part in parts) == digits:
        whole = "".join(part[0] for part in parts)
        return whole, parts[0][1], parts[-1][2], min(LIKELY, *(part[3] for part in parts))
    return max(reversed(candidates), key=lambda candidate: len(candidate[0]))


def _read(run: list[_Piece], text: str, digits: int | None, join_tens: bool = True) -> tuple[str, int, int, float]:
    """Read one run as digits."""
    pieces = _repeat(_join_tens(run, join_tens))
    value = _join(pieces, _group(run, text))
    confidence = min(piece.confidence for piece in run)
    start = run[0].start
    if digits is not None and len(value) != digits:
        first = text[run[0].start : run[0].end]
        if len(value) == digits + 1 and first in ("oh", "o") and len(run) > 1:
            return value[1:], run[1].start, run[-1].end, min(confidence, LIKELY)
        if len(value) == 2 * digits and value[:digits] == value[digits:]:
            return value[:digits], start, run[-1].end, confidence
    return value, start, run[-1].end, confidence


def _group(run: list[_Piece], text: str) -> int:
    """Which power multiplies all before it: a thousand where the words are Latin letters, else ten thousand."""
    return 1_000 if any(text[piece.start].isascii() and text[piece.start].isalpha() for piece in run) else 10_000


def _join_tens(run: list[_Piece], join: bool) -> list[_Piece]:
    """``forty seven`` becomes 47."""
    out: list[_Piece] = []
    for piece in run:
        last = out[-1] if out else None
        unit = piece.kind == "digits" and len(piece.digits) == 1 and piece.amount > 0
        if join and last is not None and last.kind == "tens" and unit:
            out[-1] = piece._replace(digits=str(last.amount + piece.amount), start=last.start)
            continue
        out.append(piece)
    return [piece._replace(kind="digits") if piece.kind == "tens" else piece for piece in out]


def _repeat(pieces: list[_Piece]) -> list[_Piece]:
    """``double two`` becomes 22, ``四个零`` 0000."""
    out: list[_Piece] = []
    times = 1
    for at, piece in enumerate(pieces):
        if piece.kind == "times":
            times = piece.amount
            continue
        if piece.kind == "of":
            if out and at + 1 < len(pieces) and pieces[at + 1].kind == "digits":
                times = min(out.pop().amount, _MOST_REPEATED)
            continue
        if times > 1 and piece.kind == "digits":
            piece = piece._replace(digits=piece.digits[0] * times + piece.digits[1:])  # noqa: PLW2901
        times = 1
        out.append(piece)
    return out


def _join(pieces: list[_Piece], group: int) -> str:
    """Digits as they come; amounts ("사만 칠천 이백 구십일", "forty-seven thousand two hundred") worked out."""
    out: list[str] = []
    at = 0
    while at < len(pieces):
        starts_amount = pieces[at].kind == "power" or (at + 1 < len(pieces) and pieces[at + 1].kind == "power")
        if starts_amount:
            at, amount = _amount(pieces, at, group)
            out.append(str(amount))
        else:
            out.append(pieces[at].digits)
            at += 1
    return "".join(out)


def _amount(pieces: list[_Piece], at: int, group: int) -> tuple[int, int]:
    """Read one amount.

    Returns:
        Where it ends, and the amount.
    """
    total = section = 0
    limit = group * group
    """The next power, or the last number, must be smaller than this."""
    while at < len(pieces):
        number = pieces[at] if pieces[at].kind == "digits" else None
        power = pieces[at] if number is None else pieces[at + 1] if at + 1 < len(pieces) else None
        if power is None or power.kind != "power":
            group_of_four = [piece.kind == "digits" and len(piece.digits) == 1 for piece in pieces[at : at + 4]]
            goes_on = limit > 10 and len(group_of_four) == 4 and all(group_of_four)
            small = number is not None and number.amount < min(limit, group) and not number.digits.startswith("0")
            if number is not None and small and not goes_on:
                return at + 1, total + section + number.amount
            break
        size = power.amount
        if size >= limit:
            break
        count = number.amount if number is not None else 1
        if size == group:
            total = (section + (count if number is not None or not section else 0)) * group
            section = 0
        else:
            section += count * size
        limit = size
        at += 2 if number is not None else 1
    return at, total + section

"""Japanese by its sound: what a recognizer writes with the wrong characters is written as the examples write it.

在庫 (stock) and 送料 (postage) are heard as 財固 and 総料, which are no words, or as 総量, which is another one.
Compared by reading they are the same; of two words that sound alike, callers mostly say the hotline's own.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product

from ivr.understanding.japanese import Word, readings, words

MIN_KANA = 3
"""Shorter readings belong to too many words (店 and 点 are both テン)."""
_NUMERALS = frozenset("〇一二三四五六七八九十百千万")
"""Numbers are written right: 二枚 (two sheets) is not 二倍 (twice)."""
MAX_WORDS = 3
"""Dictionary words that one of the examples' may be written as: 駐車場 is 駐車 and 場, 再入荷 is 再 and 入荷."""


class Homophones:
    """The examples' own words, by their reading. Immutable; safe from any thread."""

    def __init__(self, examples: Iterable[str], others: Iterable[str] = ()) -> None:
        """Collect words.

        Args:
            examples: Sentences whose words are what callers talk about.
            others: Sentences whose words are known to be right as they are written, and no more.
        """
        read: dict[str, set[str]] = {}
        own: set[str] = set()
        for run in _runs(examples):
            for part in _parts(run):
                written = _written(part)
                own.add(written)
                if len(written) > 1:
                    read.setdefault("".join(word.reading for word in part), set()).add(written)
        self._own = frozenset(own) | {_written(part) for run in _runs(others) for part in _parts(run)}
        self._spelled: Mapping[str, str] = {
            reading: next(iter(spellings))
            for reading, spellings in read.items()
            if len(spellings) == 1 and len(reading) >= MIN_KANA
        }

    def respelled(self, text: str) -> str:
        """The text with every homophone of the examples' words written as they write it."""
        if not self._spelled or not any("\u4e00" <= sign <= "\u9fff" for sign in text):
            return text
        spoken, at, out = words(text), 0, ""
        while at < len(spoken):
            count, spelling = self._own_word(spoken[at : at + MAX_WORDS])
            out += spelling
            at += count
        return out

    def _own_word(self, ahead: Sequence[Word]) -> tuple[int, str]:
        """How many of the next words are one of the examples', or sound like it, and how that is written."""
        for count in range(len(ahead), 0, -1):
            part = ahead[:count]
            written = _written(part)
            if not all(word.is_kanji for word in part):
                continue
            if written in self._own:
                return count, written
            if len(written) > 1 and not _NUMERALS.intersection(written):
                for sounds in product(*(sorted(readings(word)) for word in part)):
                    spelling = self._spelled.get("".join(sounds))
                    if spelling is not None and len(spelling) == len(written):
                        return count, spelling
        return 1, ahead[0].written


def _runs(sentences: Iterable[str]) -> Iterator[list[Word]]:
    """The words that stand side by side and are written in kanji."""
    for sentence in sentences:
        run: list[Word] = []
        for word in words(sentence):
            if word.is_kanji:
                run.append(word)
            elif run:
                yield run
                run = []
        if run:
            yield run


def _parts(run: Sequence[Word]) -> Iterator[Sequence[Word]]:
    for start in range(len(run)):
        for count in range(1, min(MAX_WORDS, len(run) - start) + 1):
            yield run[start : start + count]


def _written(part: Sequence[Word]) -> str:
    return "".join(word.written for word in part)

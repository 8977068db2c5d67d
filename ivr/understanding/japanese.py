"""Japanese taken apart into words, with every way in which each may be read.

Words by SudachiPy and its small dictionary (Apache-2.0; 20 ms to load, once, and 32 MB of it mapped).
"""

from dataclasses import dataclass
from functools import cache, lru_cache

import sudachipy

from ivr.errors import ConfigurationError
from ivr.understanding.text import MAX_CHARACTERS

_PARTNERS = {
    pair[0]: pair[1:]
    for pair in (
        *("定テイ", "有ユウ", "体タイ", "人ジン", "性セイ", "化カ", "者シャ", "員イン", "物ブツ", "法ホウ"),
        *("力リョク", "金キン", "分ブン", "数スウ", "地チ", "学ガク", "国コク", "中チュウ", "大ダイ", "小ショウ"),
        *("上ジョウ", "内ナイ", "外ガイ", "前ゼン", "後ゴ", "時ジ", "家カ", "車シャ", "水スイ", "電デン"),
        *("気キ", "動ドウ", "会カイ", "発ハツ", "作サク", "合ゴウ", "成セイ", "送ソウ", "用ヨウ", "品ヒン"),
    )
}
"""Characters that make words with a great many others, and how they are read in them. Dictionaries list a single
character as it is read alone (固 is かた); words of two read it otherwise (固定 is こてい, so 固 is こ)."""


@dataclass(frozen=True)
class Word:
    """One word of a text."""

    written: str
    kind: str
    """Its part of speech, as UniDic names it (名詞, 助詞 …)."""
    reading: str
    """In katakana, as the dictionary has it."""
    form: str = ""
    """Of a verb or an adjective: its form (連用形, 終止形 …)."""

    @property
    def is_kanji(self) -> bool:
        """Whether it is written in kanji alone."""
        return all("\u4e00" <= sign <= "\u9fff" or sign == "々" for sign in self.written)


def words(text: str) -> list[Word]:
    """The words of a text (its first 600 characters), whose spellings joined are the text again. Thread-safe.

    Raises:
        ConfigurationError: the dictionary can't be loaded.
    """
    text = text[:MAX_CHARACTERS].encode(errors="replace").decode()  # half a character, which nobody can read
    tokenizer = _dictionary().tokenizer(mode=sudachipy.SplitMode.A)  # made anew: one serves one thread at a time
    found = tokenizer.tokenize(text)
    return [
        Word(each.surface(), kind, each.reading_form(), form.partition("-")[0])
        for each in found
        for kind, *_, form in (each.part_of_speech(),)
    ]


def readings(word: Word) -> frozenset[str]:
    """Every way in which a word written in kanji may be read, in katakana."""
    if len(word.written) > 1:
        return frozenset({word.reading})
    return _read_alone(word.written) | {word.reading}


@lru_cache(maxsize=4_096)
def _read_alone(sign: str) -> frozenset[str]:
    """The readings of a single character: alone, and in words that it makes with :data:`_PARTNERS`."""
    found = set(_readings_of(sign))
    for partner, said in _PARTNERS.items():
        found |= {read[: -len(said)] for read in _readings_of(sign + partner) if read.endswith(said)}
        found |= {read[len(said) :] for read in _readings_of(partner + sign) if read.startswith(said)}
    return frozenset(found - {""})


def _readings_of(written: str) -> set[str]:
    return {each.reading_form() for each in _dictionary().lookup(written)}


@cache
def _dictionary() -> sudachipy.Dictionary:
    try:
        return sudachipy.Dictionary(dict="small")
    except Exception as error:  # a class of the extension's own
        raise ConfigurationError(
            f"the Japanese dictionary can't be loaded ({error}): install sudachidict-small again"
        ) from error

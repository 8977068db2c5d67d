"""Korean, as spelt, to the phonemes a voice that never learnt Korean can say.

Two steps. :func:`pronounce` applies the standard pronunciation rules (National Institute of Korean Language,
*Standard Pronunciation of Korean*, chapters 4 to 6) inside each word, Hangul to Hangul. :func:`to_phonemes` then
writes each sound with the symbols Kokoro-82M knows. Lexical exceptions (the tense sound in "몇 시") are for the
script's ``spoken`` field, not for rules here.
"""

import re

ONSETS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
CODAS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
FIRST_SYLLABLE, LAST_SYLLABLE = "가", "힣"

# A coda of two letters before a vowel: what stays, what moves (articles 13 and 14).
CLUSTERS = {"ㄳ": "ㄱㅆ", "ㄵ": "ㄴㅈ", "ㄺ": "ㄹㄱ", "ㄻ": "ㄹㅁ", "ㄼ": "ㄹㅂ", "ㄽ": "ㄹㅆ", "ㄾ": "ㄹㅌ", "ㄿ": "ㄹㅍ", "ㅄ": "ㅂㅆ"}
# A coda before a consonant or at the end is one of seven sounds (articles 8 to 11).
SEVEN = {letter: sound for sound, letters in {
    "ㄱ": "ㄲㅋㄳㄺ", "ㄷ": "ㅅㅆㅈㅊㅌㅎ", "ㅂ": "ㅍㅄㄿ", "ㄴ": "ㄵㄶ", "ㄹ": "ㄼㄽㄾㅀ", "ㅁ": "ㄻ"}.items() for letter in letters}
TENSE = dict(zip("ㄱㄷㅂㅅㅈ", "ㄲㄸㅃㅆㅉ", strict=True))
ASPIRATED = dict(zip("ㄱㄷㅂㅈ", "ㅋㅌㅍㅊ", strict=True))
NASAL = dict(zip("ㄱㄷㅂ", "ㅇㄴㅁ", strict=True))
H_CODAS = {"ㅎ": "", "ㄶ": "ㄴ", "ㅀ": "ㄹ"}

Syllable = tuple[str, str, str]
"""Onset, vowel, coda, as compatibility letters; the coda may be empty."""


def _split(syllable: str) -> Syllable:
    index = ord(syllable) - ord(FIRST_SYLLABLE)
    return ONSETS[index // 588], VOWELS[index // 28 % 21], CODAS[index % 28]


def _join(syllable: Syllable) -> str:
    onset, vowel, coda = syllable
    return chr(
        ord(FIRST_SYLLABLE) + ONSETS.index(onset) * 588 + VOWELS.index(vowel) * 28 + CODAS.index(coda)
    )


def _before_vowel(coda: str, vowel: str) -> tuple[str, str]:
    """A coda and the silent onset after it: what stays and what is heard as the new onset."""
    if coda in H_CODAS:  # article 12.4: ㅎ is dropped, what is left moves on
        return "", H_CODAS[coda] or "ㅇ"
    if coda in {"", "ㅇ"}:
        return coda, "ㅇ"
    stays, moves = CLUSTERS.get(coda, coda) if coda in CLUSTERS else ("", coda)
    if vowel == "ㅣ" and moves in {"ㄷ", "ㅌ"}:  # article 17: palatalisation
        moves = {"ㄷ": "ㅈ", "ㅌ": "ㅊ"}[moves]
    return stays, moves


def _before_consonant(coda: str, onset: str, vowel: str) -> tuple[str, str]:
    """A coda and the consonant after it, as both are heard."""
    if coda in H_CODAS and onset in {*ASPIRATED, "ㅅ", "ㄴ"}:  # article 12.1 to 12.3
        if onset == "ㄴ":
            return H_CODAS[coda] or "ㄴ", "ㄹ" if coda == "ㅀ" else "ㄴ"
        return H_CODAS[coda], "ㅆ" if onset == "ㅅ" else ASPIRATED[onset]
    stays, last = CLUSTERS.get(coda, ("", coda)) if coda in {"ㄵ", "ㄺ", "ㄼ"} else ("", coda)
    if onset == "ㅎ":
        lax = last if last == "ㅈ" else SEVEN.get(last, last)
        if lax in ASPIRATED:  # article 12.1, second part; 17 for ㄷ and 히
            return stays, "ㅊ" if lax == "ㄷ" and vowel == "ㅣ" else ASPIRATED[lax]
    sound = SEVEN.get(coda, coda)
    if sound in NASAL and onset in TENSE:  # article 23
        return sound, TENSE[onset]
    if sound in NASAL and onset in {"ㄴ", "ㅁ", "ㄹ"}:  # articles 18 and 19
        return NASAL[sound], "ㄴ" if onset == "ㄹ" else onset
    if sound in {"ㅁ", "ㅇ"} and onset == "ㄹ":  # article 19
        return sound, "ㄴ"
    if (sound, onset) in {("ㄴ", "ㄹ"), ("ㄹ", "ㄴ")}:  # article 20
        return "ㄹ", "ㄹ"
    return sound, onset


def pronounce(text: str) -> str:
    """Spelling to pronunciation, Hangul to Hangul; what is not Hangul stays as it is.

    Args:
        text: Korean, e.g. ``"없어요"``.

    Returns:
        As it is said, e.g. ``"업써요"``.
    """
    return re.sub(f"[{FIRST_SYLLABLE}-{LAST_SYLLABLE}]+", lambda word: _pronounce_word(word[0]), text)


def _pronounce_word(word: str) -> str:
    syllables = [_split(letter) for letter in word]
    for here in range(len(syllables) - 1):
        onset, vowel, coda = syllables[here]
        next_onset, next_vowel, next_coda = syllables[here + 1]
        if next_onset == "ㅇ":
            coda, next_onset = _before_vowel(coda, next_vowel)
        elif coda:
            coda, next_onset = _before_consonant(coda, next_onset, next_vowel)
        syllables[here] = onset, vowel, coda
        syllables[here + 1] = next_onset, next_vowel, next_coda
    onset, vowel, coda = syllables[-1]
    syllables[-1] = onset, vowel, SEVEN.get(coda, coda)
    return "".join(map(_join, syllables))


ONSET_SOUNDS = dict(zip(ONSETS, "k k n t t ɾ m p p s s _ ʨ ʨ ʨʰ kʰ tʰ pʰ h".split(), strict=True)) | {"ㅇ": ""}
VOICED = {"ㄱ": "ɡ", "ㄷ": "d", "ㅂ": "b", "ㅈ": "ʥ"}
VOWEL_SOUNDS = dict(zip(VOWELS, "a ɛ ja jɛ ʌ e jʌ je o wa wɛ we jo u wʌ we wi ju ɯ ɰi i".split(), strict=True))
CODA_SOUNDS = {"": "", "ㄱ": "k", "ㄴ": "n", "ㄷ": "t", "ㄹ": "l", "ㅁ": "m", "ㅂ": "p", "ㅇ": "ŋ"}


def to_phonemes(text: str) -> str:
    """Korean text to a string of Kokoro's phoneme symbols; punctuation and spaces are kept."""
    sounds: list[str] = []
    previous_coda: str | None = None  # None: nothing was said just before, so a lax stop is voiceless
    for letter in pronounce(text):
        if not FIRST_SYLLABLE <= letter <= LAST_SYLLABLE:
            sounds.append(letter)
            previous_coda = None
            continue
        onset, vowel, coda = _split(letter)
        if onset in VOICED and previous_coda is not None and previous_coda not in NASAL:
            sounds.append(VOICED[onset])
        elif onset == "ㄹ" and previous_coda == "ㄹ":
            sounds.append("l")
        elif onset in {"ㅅ", "ㅆ"} and VOWEL_SOUNDS[vowel][0] in "ij":
            sounds.append("ɕ")
        else:
            sounds.append(ONSET_SOUNDS[onset])
        sounds.append("i" if vowel == "ㅢ" and (onset != "ㅇ" or previous_coda is not None) else VOWEL_SOUNDS[vowel])
        sounds.append(CODA_SOUNDS[coda])
        previous_coda = coda
    return "".join(sounds)

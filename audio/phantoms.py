"""The gate that throws away invented text. Pure.

Whisper writes something on silence, noise and music: subtitles it learned ("Thanks for watching"), a lone
"you", or the same syllable for ever. No single number tells such text from a caller's short answer, so the
evidence is weighed together:

- the VAD heard (almost) no voice, or too little for so many words;
- Whisper itself hears no speech and is unsure of its words;
- the text repeats itself without end;
- the text, alone, is a known phantom. Some of those nobody says to a hotline; others ("thank you", "네")
  callers do say, and these are thrown away only where there is little evidence that somebody spoke.

The thresholds were chosen on the *dev* half of the recordings and on generated sounds (see
``tests/measure/recognition.py``, which reports on the other half).
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from audio.contracts import Language

LOG_PROBABILITY_THRESHOLD = -1.0
"""Average log-probability of a token below which a decode looks wrong (Whisper, Radford et al. 2022, section
4.5; faster-whisper's ``log_prob_threshold``)."""
COMPRESSION_RATIO_THRESHOLD = 2.4
"""Compression ratio above which a text repeats itself (the same; ``compression_ratio_threshold``)."""

MAX_DOUBT = 0.9
"""Of :func:`doubt`: more is noise. The middle between the speech and the noise of the dev half."""
MAX_DOUBT_VOICED = 1.0
"""The same where the VAD heard a voice: real turns on bad lines are worth more than a passing television."""
MAX_DOUBT_SCARCE = 0.7
"""The same for words that are phantoms as often as answers, and for words without a voice. Short answers of the
dev half ("yes", "はい", one digit) reach 0.6; the phantoms of its noises begin at 1.1."""
VOICED_MS = 300
"""Voice, by the VAD, that makes a word likely: the shortest answers ("No.", "Right.") come to 290 to 320 ms."""
MIN_SPEECH_MS = 96
"""Voice, by the VAD, below which there is none: three of its windows, as at the end of turn
(:mod:`audio.endpointing`). Not enough to say that nobody spoke: Silero is deaf to 6 of 695 speech clips (a
high voice and digits cut apart), which Whisper hears well."""

NEVER_SAID: dict[Language, tuple[str, ...]] = {
    "ko": (
        "시청해 주셔서 감사합니다",
        "시청해 주셔서 고맙습니다",
        "끝까지 시청해 주셔서 감사합니다",
        "오늘도 시청해 주셔서 감사합니다",
        "지금까지 시청해 주셔서 감사합니다",
        "다음 영상에서 만나요",
        "다음 시간에 만나요",
        "다음 영상에서 뵙겠습니다",
        "구독과 좋아요 부탁드립니다",
        "구독 좋아요 알림설정 부탁드립니다",
        "이 시각 세계였습니다",
        "날씨였습니다",
        "한글 자막 제공",
    ),
    "en": (
        "Thanks for watching",
        "Thank you for watching",
        "Thank you so much for watching",
        "Thanks for listening",
        "Please subscribe",
        "Please subscribe to my channel",
        "Don't forget to like and subscribe",
        "Like and subscribe",
        "See you in the next video",
        "I'll see you in the next video",
        "I'm",
        "The",
    ),
    "ja": (
        "ご視聴ありがとうございました",
        "ご視聴いただきありがとうございます",
        "最後までご視聴いただきありがとうございました",
        "ご清聴ありがとうございました",
        "チャンネル登録お願いします",
        "チャンネル登録をお願いいたします",
        "チャンネル登録よろしくお願いします",
        "高評価とチャンネル登録お願いします",
        "次回予告",
        "次の動画でお会いしましょう",
        "また次の動画で会いましょう",
        "字幕視聴ありがとうございました",
        "JR東日本E233系電車",
    ),
    "zh": (
        "谢谢观看",
        "谢谢大家观看",
        "感谢观看",
        "感谢收看",
        "谢谢收看",
        "谢谢大家收看",
        "感谢您的观看",
        "我们下期再见",
        "我们下期节目再见",
        "请不吝点赞订阅转发打赏支持明镜与点点栏目",
        "优优独播剧场",
        "订阅我的频道",
    ),
}
"""What Whisper learned from subtitles and nobody says to a hotline: thrown away when said alone."""

NEVER_BEGUN: dict[Language, tuple[str, ...]] = {
    "ko": ("한글자막 by", "자막 by", "자막 제작", "MBC 뉴스", "KBS 뉴스", "YTN 뉴스"),
    "en": (
        "Subtitles by",
        "Subtitles made by",
        "Subtitled by",
        "Transcription by",
        "Transcribed by",
        "Captions by",
    ),
    "ja": ("字幕 by", "字幕制作", "字幕作成者"),
    "zh": ("字幕 by", "字幕由", "字幕志愿者", "中文字幕", "词曲", "作词", "作曲"),
}
"""Beginnings of credits, whatever name follows."""

DOUBTFUL: dict[Language, tuple[str, ...]] = {
    "ko": ("감사합니다", "고맙습니다", "고마워요", "고마워", "안녕", "안녕히 계세요", "끝",
           "아", "음", "어", "으", "아멘"),
    "en": ("you", "Thank you", "Thank you very much", "Thank you so much", "Thanks", "Bye", "Bye bye", "Goodbye",
           "So", "Oh", "Ah", "Uh", "Um", "Hmm", "Mm", "Okay", "Yeah", "All right", "I'm sorry", "Sorry",
           "I don't know", "I don't know what to do", "I'm going to do it again"),
    "ja": ("ありがとうございました", "ありがとうございます", "ありがとう", "おやすみなさい", "お疲れ様でした",
           "バイバイ", "ん", "んん", "あ", "うん", "はあ"),
    "zh": ("谢谢", "谢谢大家", "谢谢你", "再见", "拜拜", "嗯", "啊", "哦", "好", "有了", "我"),
}  # fmt: skip
"""What Whisper makes of noise and callers say, too: needs better evidence than other words."""

_LEAST_PHRASE = 4
"""Characters; callers do say "네네", "yes yes" and "11"."""


@dataclass(frozen=True)
class Evidence:
    """What is known about one recognised text."""

    text: str
    language: Language
    average_log_probability: float
    """Of the tokens, natural logarithm, at most 0."""
    no_speech_probability: float
    """0 to 1, Whisper's own."""
    compression_ratio: float
    """Length of the UTF-8 text over its zlib-compressed length."""
    duration_s: float
    """Of the audio."""
    speech_ms: int | None = None
    """Milliseconds of it that the VAD took for speech; None: not known."""


def looks_wrong(average_log_probability: float, compression_ratio: float) -> bool:
    """Whether a decode is worth repeating in a costlier way, by Whisper's own two signs."""
    return average_log_probability < LOG_PROBABILITY_THRESHOLD or repeats_itself(compression_ratio)


def repeats_itself(compression_ratio: float) -> bool:
    """Whether a text is a loop."""
    return compression_ratio > COMPRESSION_RATIO_THRESHOLD


def doubt(evidence: Evidence) -> float:
    """How little Whisper believes in its own text: 0 when sure of speech and words, beyond 1 for most noise.

    The no-speech probability plus half the average log-probability, taken positive. On the dev half, no speech
    of 319 clips is above 0.85, and no sound of 72 without speech below 0.95, loops apart.
    """
    return evidence.no_speech_probability - evidence.average_log_probability / 2


def reason_to_reject(evidence: Evidence) -> str | None:
    """Judge whether a text is invented.

    Args:
        evidence: The text and what is known about it.

    Returns:
        Why it is to be thrown away, with the text, for the log and the live view; None: somebody said it.
    """
    said = bare(evidence.text)
    if not said:
        return "no words"
    if repeats_itself(evidence.compression_ratio):
        return f"repeats itself ({evidence.compression_ratio:.1f}): {evidence.text[:60]!r}"
    if said in _NEVER_SAID or said.startswith(_NEVER_BEGUN):
        return f"known phantom: {evidence.text!r}"
    phantom = said in _DOUBTFUL
    unvoiced = evidence.speech_ms is not None and evidence.speech_ms < MIN_SPEECH_MS
    voiced = evidence.speech_ms is not None and evidence.speech_ms >= VOICED_MS
    if phantom and unvoiced:
        return f"phantom without a voice ({evidence.speech_ms} ms): {evidence.text!r}"
    if voiced:
        limit = MAX_DOUBT if phantom else MAX_DOUBT_VOICED
    else:
        limit = MAX_DOUBT_SCARCE if phantom or unvoiced else MAX_DOUBT
    doubted = doubt(evidence)
    if doubted > limit:
        kind = "likely phantom" if phantom else "likely no speech"
        return f"{kind} (doubt {doubted:.2f} > {limit}): {evidence.text!r}"
    return None


def said_twice(text: str) -> bool:
    """Whether ``text`` is one phrase of four characters or more, two or more times over, and nothing else."""
    said = bare(text)
    return any(
        len(said) % length == 0 and said == said[:length] * (len(said) // length)
        for length in range(_LEAST_PHRASE, len(said) // 2 + 1)
    )


def bare(text: str) -> str:
    """``text`` as it is compared: no case, spaces, punctuation or symbols; full-width forms made narrow."""
    text = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in text if unicodedata.category(character)[0] in "LN")


def _all(phrases: Mapping[Language, tuple[str, ...]]) -> tuple[str, ...]:
    """Those of all languages, bare: the language of a phantom is a guess, too."""
    return tuple(bare(phrase) for of_language in phrases.values() for phrase in of_language)


_NEVER_SAID = frozenset(_all(NEVER_SAID))
_NEVER_BEGUN = _all(NEVER_BEGUN)
_DOUBTFUL = frozenset(_all(DOUBTFUL))

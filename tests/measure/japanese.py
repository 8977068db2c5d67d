"""How much of espeak-ng's Japanese Whisper understands, from the prompts as written and from kana.

``python -m tests.measure.japanese``

Each sentence goes through µ-law at 8 kHz and is heard by Whisper *base*; what was heard and what was meant are
compared in kana.
"""

import re
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import platformdirs

from audio import synthesis
from audio.g711 import samples_to_ulaw, ulaw_to_samples
from audio.japanese import to_kana
from audio.resample import to_recognition_rate
from audio.synthesis import EspeakSynthesiser
from audio.weights import resolve_model
from audio.whisper import WhisperRecognizer
from tests.measure.scoring import edits

SENTENCES = (
    "お電話ありがとうございます、どんぐり商店です。",
    "ご用件をどうぞ。",
    "ほかにご用件はございますか。",
    "五桁の注文番号をお願いします。",
    "確認メッセージにある五桁の番号を、一桁ずつお話しください。",
    "オペレーターにおつなぎしましょうか。",
    "申し訳ありません、聞き取れませんでした。",
    "平日は朝九時から夕方六時まで、土曜日は午後一時まで営業しております。",
    "注文番号は、ただいま梱包中です。明日発送の予定です。",
    "お役に立てず申し訳ありません。すぐにオペレーターにおつなぎします。",
)
_HIRAGANA_TO_KATAKANA = {code: code + 0x60 for code in range(0x3041, 0x3097)}


def kana(text: str) -> str:
    """Its reading in katakana, without anything else."""
    return re.sub(r"[^\u30a1-\u30fc]", "", to_kana(text).translate(_HIRAGANA_TO_KATAKANA))


def measure(read: Callable[[str], str], recognizer: WhisperRecognizer) -> tuple[float, float]:
    """Character error in kana, and seconds of speech, when espeak-ng is given ``read(text)``."""
    voice = EspeakSynthesiser(timeout_s=60)
    wrong = meant = 0
    seconds = 0.0
    try:
        for text in SENTENCES:
            with mock.patch.object(synthesis, "to_kana", read):
                said = voice.speak(text, language="ja")
            seconds += len(said) / 8_000
            line = to_recognition_rate(ulaw_to_samples(samples_to_ulaw(said)))
            heard = recognizer.recognize(line, language="ja").text
            wrong += edits(kana(heard), kana(text))
            meant += len(kana(text))
    finally:
        voice.close()
    return wrong / meant, seconds


def main() -> None:
    """Print both."""
    model = resolve_model("base", Path(platformdirs.user_cache_dir("voice-hotline")))
    recognizer = WhisperRecognizer(model)
    for name, read in (("as written", str), ("kana", to_kana)):
        error, seconds = measure(read, recognizer)
        print(f"{name:<12} CER {error:.2f}   {seconds:.0f} s of speech")


if __name__ == "__main__":
    main()

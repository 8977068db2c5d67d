"""The TwiML we answer with. Pure: addresses and texts come in, XML goes out.

Source of every verb's meaning: https://www.twilio.com/docs/voice/twiml (Connect, Stream, Redirect, Dial,
Number, Gather, Record, Hangup).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from ivr.content.types import Language

SAY_LANGUAGES: dict[Language, str] = {"ko": "ko-KR", "en": "en-US", "ja": "ja-JP", "zh": "cmn-CN"}
MAX_NUMBERS = 10
"""Numbers one ``<Dial>`` can ring at once (Twilio's limit)."""
WHISPER_KEY_S = 8
"""Seconds an agent has to press 1 after each time of asking."""
VOICEMAIL_MAX_S = 180
"""Longest message, seconds."""
VOICEMAIL_SILENCE_S = 5
"""Silence that ends a message, seconds (Twilio's default)."""

STATIC_TEXTS: dict[str, dict[Language, str]] = {
    "twiml_connecting": {
        "ko": "상담원을 연결해 드리겠습니다. 잠시만 기다려 주세요.",
        "en": "Let me put you through to a person. One moment, please.",
        "ja": "担当者におつなぎします。少々お待ちください。",
        "zh": "正在为您转接人工客服，请稍候。",
    },
    "twiml_voicemail": {
        "ko": "지금은 상담원과 연결할 수 없습니다. 삐 소리 후 성함과 용건을 남겨 주시면 연락드리겠습니다.",
        "en": "Nobody can take your call right now. Please leave your name and message after the tone.",
        "ja": "ただいま電話に出ることができません。発信音の後に、お名前とご用件をお話しください。",
        "zh": "现在暂时无人接听。请在提示音后留下您的姓名和留言。",
    },
    "twiml_voicemail_thanks": {
        "ko": "메시지가 접수되었습니다. 감사합니다.",
        "en": "Thank you. We have your message and will call you back.",
        "ja": "メッセージをお預かりしました。ありがとうございました。",
        "zh": "您的留言已收到，谢谢。",
    },
    "twiml_no_message": {
        "ko": "메시지가 녹음되지 않았습니다. 다시 전화해 주세요.",
        "en": "No message was recorded. Please call us again.",
        "ja": "メッセージは録音されませんでした。恐れ入りますが、おかけ直しください。",
        "zh": "没有录到您的留言，请稍后再拨。",
    },
    "whisper_accept": {
        "ko": "전화를 받으시려면 1번을 눌러 주세요.",
        "en": "Press 1 to take the call.",
        "ja": "電話を受けるには1を押してください。",
        "zh": "接听请按1。",
    },
}
"""What is said when the prompts themselves can't be had: the caller must never meet an error."""


@dataclass(frozen=True)
class Spoken:
    """A text and the language in which Twilio's own voice is to say it."""

    text: str
    language: Language


def static(key: str, language: Language) -> Spoken:
    """A text that needs nothing but this file."""
    return Spoken(STATIC_TEXTS[key][language], language)


def stream(stream_url: str, after_url: str) -> str:
    """Connect the call to our media stream, then ask what follows it."""
    response = VoiceResponse()
    response.connect().stream(url=stream_url)
    response.redirect(after_url, method="POST")
    return str(response)


def hang_up(*texts: Spoken) -> str:
    """Say something (or nothing) and end the call."""
    response = VoiceResponse()
    for text in texts:
        _say(response, text)
    response.hangup()
    return str(response)


def nothing() -> str:
    """Do nothing: after a whisper, that joins agent and caller."""
    return str(VoiceResponse())


def dial(connecting: Spoken, numbers: Sequence[tuple[str, str | None]], *, ring_s: int, dialled_url: str) -> str:
    """Ring agents, all at once, and put the caller through to the one who accepts.

    Args:
        connecting: What the caller hears first.
        numbers: Telephone number and the address of what that agent hears before being joined (None:
            joined at once). Those beyond :data:`MAX_NUMBERS` are not rung.
        ring_s: Seconds they ring.
        dialled_url: Asked for what comes next when the dialling or the conversation is over.
    """
    response = VoiceResponse()
    _say(response, connecting)
    # answerOnBridge keeps the caller hearing ringing while an agent listens to the whisper.
    dialling = Dial(action=dialled_url, method="POST", timeout=ring_s, answer_on_bridge=True)
    for number, whisper_url in numbers[:MAX_NUMBERS]:
        dialling.number(number, url=whisper_url, method="POST")
    response.append(dialling)
    return str(response)


def whisper(summary: Spoken | None, accept: Spoken, *, answer_url: str) -> str:
    """Tell an agent who is calling and ask for a key; no key hangs up, which leaves the caller to others."""
    response = VoiceResponse()
    for texts in ((summary, accept), (accept,)):
        gather = Gather(num_digits=1, action=answer_url, method="POST", timeout=WHISPER_KEY_S)
        for text in texts:
            if text is not None:
                _say(gather, text)
        response.append(gather)
    response.hangup()
    return str(response)


def voicemail(invitation: Spoken, *, taken_url: str) -> str:
    """Record a message.

    Twilio asks ``taken_url`` with the recording; when nothing was said it goes on with the next verb, which
    asks the same address without one.
    """
    response = VoiceResponse()
    _say(response, invitation)
    response.record(
        action=taken_url,
        method="POST",
        max_length=VOICEMAIL_MAX_S,
        timeout=VOICEMAIL_SILENCE_S,
        finish_on_key="#",
        play_beep=True,
    )
    response.redirect(taken_url, method="POST")
    return str(response)


def _say(verb: VoiceResponse | Gather, text: Spoken) -> None:
    verb.say(text.text, language=SAY_LANGUAGES[text.language])

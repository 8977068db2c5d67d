"""The TwiML we answer with. Pure: addresses and texts come in, XML goes out.

Source of every verb's meaning: https://www.twilio.com/docs/voice/twiml (Connect, Stream, Redirect, Dial,
Number, Gather, Record, Hangup).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from ivr.content.types import Language

SAY_LANGUAGES: dict[Language, str] = {"ko": "ko-KR", "en": "en-US", "ja": "ja-JP", "zh": "cmn-CN"}
HEARD_LANGUAGES: dict[Language, str] = {"ko": "ko-KR", "en": "en-US", "ja": "ja-JP", "zh": "cmn-Hans-CN"}
"""Languages as Twilio's recognizer calls them (``<Gather language>``)."""
MAX_NUMBERS = 10
"""Numbers one ``<Dial>`` can ring at once (Twilio's limit)."""
WHISPER_KEY_S = 8
"""Seconds an agent has to press 1 after each time of asking."""
CHOICE_KEY_S = 4
"""Seconds a caller has for a key before the message is asked for."""
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
        "ko": "전화를 받으시려면 1번을, 받지 않으시려면 2번을 눌러 주세요.",
        "en": "Press 1 to take the call, or 2 to decline it.",
        "ja": "電話を受けるには1を、受けないときは2を押してください。",
        "zh": "接听请按1，不接听请按2。",
    },
    "whisper_late": {
        "ko": "이미 끝났거나 다른 상담원이 받은 전화입니다.",
        "en": "This call is over, or somebody else has taken it.",
        "ja": "この電話は終了したか、ほかの担当者が受けました。",
        "zh": "这个来电已结束，或已由其他同事接听。",
    },
    "twiml_nobody": {
        "ko": "지금은 전화를 받을 수 있는 상담원이 없습니다. "
        "다시 전화를 받으시려면 1번, 자동 안내를 계속하시려면 3번을 눌러 주세요.",
        "en": "I'm sorry, nobody can take your call right now. "
        "Press 1 to be called back, or 3 to go on with the assistant.",
        "ja": "申し訳ありません、ただいま電話に出られる者がおりません。"
        "折り返しをご希望の方は1を、自動案内を続ける方は3を押してください。",
        "zh": "很抱歉，现在没有人能接听您的电话。需要回电请按1，继续自动服务请按3。",
    },
    "twiml_callback": {
        "ko": "상담원이 다시 전화드리겠습니다. 용건은 삐 소리 후에 말씀해 주세요.",
        "en": "Somebody will call you back. Please say after the tone what it is about.",
        "ja": "後ほど折り返しお電話いたします。発信音の後にご用件をお話しください。",
        "zh": "稍后会有人给您回电话。请在提示音后说明来电事由。",
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


def dial(
    connecting: Spoken | None, numbers: Sequence[tuple[str, str | None]], *, ring_s: int, dialled_url: str
) -> str:
    """Ring agents, all at once, and put the caller through to the one who accepts.

    Args:
        connecting: What the caller hears first.
        numbers: Telephone number and the address of what that agent hears before being joined (None:
            joined at once); ``/status`` below it is told how that call ended. Those
            beyond :data:`MAX_NUMBERS` are not rung.
        ring_s: Seconds they ring.
        dialled_url: Asked for what comes next when the dialling or the conversation is over.
    """
    response = VoiceResponse()
    if connecting is not None:
        _say(response, connecting)
    # answerOnBridge keeps the caller hearing ringing while an agent listens to the whisper.
    dialling = Dial(action=dialled_url, method="POST", timeout=ring_s, answer_on_bridge=True)
    for number, whisper_url in numbers[:MAX_NUMBERS]:
        if whisper_url is None:
            dialling.number(number)
            continue
        dialling.number(
            number,
            url=whisper_url,
            method="POST",
            status_callback=f"{whisper_url}/status",
            status_callback_event="completed",
            status_callback_method="POST",
        )
    response.append(dialling)
    return str(response)


def waiting(
    texts: Sequence[Spoken], *, music_url: str, choice_url: str, again_url: str, words: Sequence[str]
) -> str:
    """Let a caller wait: how things stand, then music, then the same address again; a key or a word chooses.

    Args:
        texts: How things stand, and what may be chosen; at least one.
        music_url: Played after that.
        choice_url: Asked with ``Digits`` or ``SpeechResult``.
        again_url: Asked when nothing was chosen.
        words: What may be said, for Twilio's recognizer.
    """
    response = VoiceResponse()
    gather = Gather(
        input="dtmf speech",
        num_digits=1,
        action=choice_url,
        method="POST",
        timeout=1,
        speech_timeout="auto",
        language=HEARD_LANGUAGES[texts[0].language],
        hints=",".join(words) or None,
    )
    for text in texts:
        _say(gather, text)
    gather.play(music_url)
    response.append(gather)
    response.redirect(again_url, method="POST")
    return str(response)


def hold_on(text: Spoken | None, *, music_url: str, again_url: str) -> str:
    """Let a caller hear some music, and ask again what comes next.

    Args:
        text: Said first; None: nothing.
        music_url: A few seconds of it.
        again_url: Asked then.
    """
    response = VoiceResponse()
    if text is not None:
        _say(response, text)
    response.play(music_url)
    response.redirect(again_url, method="POST")
    return str(response)


def room(name: str, *, over_url: str) -> str:
    """Bring the caller into the room where the agent is; then ask what comes next."""
    response = VoiceResponse()
    response.append(_in_room(Dial(action=over_url, method="POST"), name))
    return str(response)


def agents_room(name: str) -> str:
    """Let an agent who took a call wait in the room for the caller; it closes when either leaves."""
    response = VoiceResponse()
    response.append(_in_room(Dial(), name))
    response.hangup()
    return str(response)


def whisper(summary: Spoken | None, accept: Spoken, *, answer_url: str) -> str:
    """Tell an agent who is calling and ask for a key, twice; then tell ``answer_url?late=1`` that none came."""
    response = VoiceResponse()
    for texts in ((summary, accept), (accept,)):
        gather = Gather(num_digits=1, action=answer_url, method="POST", timeout=WHISPER_KEY_S)
        for text in texts:
            if text is not None:
                _say(gather, text)
        response.append(gather)
    response.redirect(f"{answer_url}?late=1", method="POST")
    return str(response)


def voicemail(
    invitation: Spoken, *, taken_url: str, choice: Spoken | None = None, choice_url: str | None = None
) -> str:
    """Record a message; when there is a ``choice`` to make instead, it is offered first.

    Twilio asks ``taken_url`` with the recording; when nothing was said it goes on with the next verb, which
    asks the same address without one.
    """
    response = VoiceResponse()
    if choice is not None:
        gather = Gather(num_digits=1, action=choice_url, method="POST", timeout=CHOICE_KEY_S)
        _say(gather, choice)
        response.append(gather)
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


def _in_room(dialling: Dial, name: str) -> Dial:
    """The same room for both: it closes when either leaves."""
    dialling.conference(name, end_conference_on_exit=True, beep="false", max_participants=2)
    return dialling


def _say(verb: VoiceResponse | Gather, text: Spoken) -> None:
    verb.say(text.text, language=SAY_LANGUAGES[text.language])

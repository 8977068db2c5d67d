"""Yes and no, said outright or indirectly: 그럼요, I guess so, 結構です, 不用了."""

import re
from collections.abc import Mapping

from ivr.content.types import Language
from ivr.understanding.numbers import CERTAIN, LIKELY
from ivr.understanding.slots.types import SlotContext
from ivr.understanding.text import fold
from ivr.understanding.types import SlotValue

OUTRIGHT, INDIRECT, OPENING = 3, 2, 1
"""How much a phrase counts: it decides; it implies; it may merely open the answer ("네 괜찮아요" declines an
offer, "yeah, no" does too). Among equals the last one counts."""
_CONFIDENCE = {OUTRIGHT: CERTAIN, INDIRECT: LIKELY, OPENING: LIKELY}
MAX_CHARACTERS = 120
"""Longer texts are stories, not answers: only their beginning is looked at."""

# Each line: weight, yes or no, phrases as a regular expression. A phrase found inside a longer one does not count.
_PHRASES: Mapping[Language, tuple[tuple[int, str, str], ...]] = {
    "ko": (
        (OPENING, "yes", r"(?<![가-힣])(?:네+|예+|넵|넹|응+|어(?!\s*(?:떻|디|느))|엉)(?![가-힣])"),
        (OPENING, "yes", r"(?<![가-힣])(?:네요?|예)\s*네"),
        (
            OUTRIGHT,
            "yes",
            r"맞(?:아요?|습니다|고요|네요|죠|는데요)|그렇습니다|정확(?:해요|합니다)|오케이|(?<![가-힣])ok",
        ),
        (
            INDIRECT,
            "yes",
            r"그(?:럼요?|래요?|러죠|러시죠|러세요|렇죠|거예요)(?![가-힣])|물론|당연|좋(?:아요?|습니다|죠|겠)",
        ),
        (
            INDIRECT,
            "yes",
            r"그렇게|부탁|감사하죠|안\s*될\s*(?:거|것|건)\s*없|(?:바꿔|연결해|진행해|취소해|해)\s*주(?:세요|시)",
        ),
        (INDIRECT, "yes", r"(?<![가-힣])(?:할게요|해요|하죠|할래요|있어요|있습니다|주세요)"),
        (INDIRECT, "yes", r"상관\s*없|문제\s*없"),
        (OPENING, "no", r"(?<![가-힣])아니(?![가-힣])"),
        (
            OUTRIGHT,
            "no",
            r"아니(?:요|오)(?![가-힣])|아뇨|아니에요|아니예요|아닙니다|아닌(?:데|\s*(?:것|거))|아니라",
        ),
        (OUTRIGHT, "no", r"틀[렸려]|싫(?:어|습)|필요\s*없|없(?:어요|습니다)|됐(?:어요?|습니다|고요)|되었습니다"),
        (OUTRIGHT, "no", r"안\s*(?:할|해|돼요|합니다|하겠)|하지\s*(?:마|말|않)|지\s*(?:마세요|말아)|말아\s*주"),
        (
            INDIRECT,
            "no",
            r"(?:다음에|나중에)(?:\s*(?:할|하|다시)[가-힣]*)?|좀\s*그(?:런데|래|렇)|곤란|별로|글쎄|놔\s*(?:두|둬)|그냥\s*둬|그만(?![가-힣]*\s*주문)",
        ),
    ),
    "en": (
        (OPENING, "yes", r"\b(?:yes|yeah|yea|yep|yup|ya|uh[\s-]?huh|mm?[\s-]?hmm?|ok|okay|right|fine)\b"),
        (
            OUTRIGHT,
            "yes",
            r"\b(?:correct|absolutely|definitely|certainly|indeed|exactly|of course|that'?s (?:it|right))",
        ),
        (
            INDIRECT,
            "yes",
            r"\b(?:sure|please|go ahead|do it|by all means|you bet|why not|no problem|might as well)\b",
        ),
        (
            INDIRECT,
            "yes",
            r"\bi (?:guess|suppose|think|believe|hope) so\b|\bi(?:'d| would) (?:like|love|appreciate)\b",
        ),
        (
            INDIRECT,
            "yes",
            r"\b(?:sounds|would be|that'?d be) (?:good|great|fine|nice|lovely|perfect)|\bworks for me\b",
        ),
        (
            INDIRECT,
            "yes",
            r"\bi don'?t mind\b|\bthat'?s (?:fine|good|great|perfect)\b|\bif you (?:could|would|can)\b",
        ),
        (OPENING, "no", r"\b(?:no|well no)\b"),
        (OUTRIGHT, "no", r"\b(?:nope|nah|no way|no,? (?:thank you|thanks)|no need|absolutely not|not at all)\b"),
        (
            OUTRIGHT,
            "no",
            r"\b(?:is|was|are)(?:n'?t| not) (?:correct|right|it|true)\b|\bnot (?:right|correct|really)\b",
        ),
        (OUTRIGHT, "no", r"\bthat'?s (?:not (?:right|correct|it|mine)|wrong)\b|\b(?:wrong|incorrect)\b"),
        (OUTRIGHT, "no", r"\bi don'?t (?:think so|want|need)\b|\b(?:please )?(?:don'?t|do not)(?! mind)\b"),
        (
            OUTRIGHT,
            "no",
            r"\bi(?:'d| would) (?:rather|prefer) not\b|\bnever ?mind\b|\bi'?ll pass\b|\bof course not\b",
        ),
        (INDIRECT, "no", r"\b(?:not (?:right )?now|not today|not yet|maybe later|another time|some other time)\b"),
    ),
    "ja": (
        (OPENING, "yes", r"はい|ええ(?!と)|うん|イエス|オッケー|ok"),
        (
            OUTRIGHT,
            "yes",
            r"(?<!う)そうです(?!か)|その通り|そのとおり|合って(?:い)?ます|あってます|間違い(?:ない|ありません)|正しい",
        ),
        (
            INDIRECT,
            "yes",
            r"もちろん|勿論|ぜひ|是非|お願い(?:します|いたします|できます)|おねがい|当然|助かります|どうぞ|かまいません",
        ),
        (
            INDIRECT,
            "yes",
            r"(?:それ|これ)で大丈夫(?:です)?|(?:それで)?(?:いい|良い)です(?:よ|ね)|それでいいです|それでいい|よろしい|よろしく|了解|承知|問題(?:ない|ありません)",
        ),
        (INDIRECT, "yes", r"そうして|してください|してもらえ|してほしい"),
        (OPENING, "no", r"いえ|いや(?!ー?ほん)"),
        (OUTRIGHT, "no", r"いいえ|違います|違う|ちがいます|そう(?:じゃ|では)(?:ない|ありません)|間違って|間違え"),
        (
            OUTRIGHT,
            "no",
            r"(?:必要|特に|とくに)(?:ない|ありません)|いりません|いらない|要りません|結構です|けっこうです|不要",
        ),
        (
            OUTRIGHT,
            "no",
            r"しないで|やめ(?:て|ます|ておき)|遠慮|もういいです|今はいいです|いや、?いいです|ありません|(?<!間違い)(?<!問題)ないです",
        ),
        (INDIRECT, "no", r"また(?:今度|次)|後で|あとで|まだです|(?:いい|良い)です"),
    ),
    "zh": (
        (OPENING, "yes", r"[嗯恩]+|ok|okay"),
        (OUTRIGHT, "yes", r"是的?|[对對](?:的|啊|呀)?|没错|正确|确认"),
        (
            INDIRECT,
            "yes",
            r"好(?:的|啊|吧|呀)?|可以的?|行(?:吧|的|啊)?|当然|没问题|没关系|肯定|麻烦你|就这样|就是这样|需要|要的?",
        ),
        (INDIRECT, "yes", r"取消吧|帮我|请帮|转吧|有的?"),
        (OUTRIGHT, "no", r"不(?:是|对|用|要|需要|行|可以|必|想|好)?的?|没有?了?|错了?|搞错|别"),
        (OUTRIGHT, "no", r"算了|先不|不太好?|(?:暂时)?不需要|不用麻烦|没必要|我不想要|别取消|不想要|不怎么"),
        (INDIRECT, "no", r"下次|以后再说|再说吧|改天"),
    ),
}
_BOTH: Mapping[Language, str] = {
    "ko": r"괜찮(?:아요?|습니다|아|네요)",
    "en": r"\bi'?m (?:good|fine|okay|ok|all set)\b|\bthat'?s (?:okay|ok|alright|all right)\b|\bdon'?t bother\b",
    "ja": r"大丈夫(?:です)?|だいじょうぶ(?:です)?",
    "zh": r"不用谢",
}
"""Phrases that decline an offer, and agree when asked whether something is right."""
_OTHERWISE: Mapping[Language, str] = {
    "ko": r"(?:뭐|무엇)(?:예요|에요|인가요|죠|가|를)|언제|어디|어떻게|몇\s*시|얼마|누구|모르|몰라",
    "en": r"^\W*(?:what|where|when|how|who|which)\b|\b(?:not sure|don'?t know|no idea|can'?t (?:say|tell))\b",
    "ja": r"(?:どこ|いつ|何時|なんじ|どう(?:やって|すれば)|いくら|誰|教えて|(?:か|知)りません|からない)",
    "zh": r"(?:哪里|哪儿|几点|什么|怎么|多少|谁|是不是|对不对|不知道|不清楚|不确定)",
}
"""Questions and ignorance: no answer, whatever small words they hold."""


def _compile(language: Language) -> tuple[tuple[int, str, re.Pattern[str]], ...]:
    phrases = [(weight, answer, re.compile(phrase)) for weight, answer, phrase in _PHRASES[language]]
    return (*phrases, (OUTRIGHT, "both", re.compile(_BOTH[language])))


_COMPILED = {language: _compile(language) for language in _PHRASES}
_QUESTIONS = {language: re.compile(question) for language, question in _OTHERWISE.items()}


def find_answer(text: str, language: Language, context: SlotContext) -> tuple[SlotValue, ...]:
    """Find a yes or a no. ``context.question`` says what phrases mean that can be either (괜찮아요, 大丈夫です)."""
    folded, origin = fold(text[:MAX_CHARACTERS].replace("’", "'"))
    if _QUESTIONS[language].search(folded):
        return ()
    read = [
        (start, end, weight, answer)
        for weight, answer, phrase in _COMPILED[language]
        for start, end in (match.span() for match in phrase.finditer(folded))
        if end > start
    ]
    refused = min((start for start, _, _, answer in read if answer == "no"), default=len(folded))
    found = [
        (start, end, weight, answer if answer != "both" else _either(context, after_no=refused < start))
        for start, end, weight, answer in read
    ]
    longest = [one for one in found if not any(_covers(other, one) for other in found)]
    if not longest:
        return ()
    start, end, weight, answer = max(longest, key=lambda one: (one[2], one[0]))
    disputed = any(other[3] != answer and other[2] == weight for other in longest)
    confidence = LIKELY if disputed else _CONFIDENCE[weight]
    return (SlotValue(answer, confidence, (origin[start], origin[end - 1] + 1)),)


def _either(context: SlotContext, *, after_no: bool) -> str:
    """What a phrase that can be either means here; after a no ("아니요, 괜찮습니다") it is one, too."""
    return "no" if after_no or context.question == "offer" else "yes"


_Found = tuple[int, int, int, str]


def _covers(other: _Found, one: _Found) -> bool:
    """Whether a longer phrase holds this one: "不是" the "是"."""
    return other[0] <= one[0] and one[1] <= other[1] and other[1] - other[0] > one[1] - one[0]

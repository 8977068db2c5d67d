"""Who is calling: the last digits of a telephone number, or a name ("제 이름은 김하늘입니다", "佐藤と申します")."""

import re
from collections.abc import Mapping
from itertools import pairwise

from ivr.content.types import Language
from ivr.understanding.numbers import LIKELY, UNSURE, find_digits
from ivr.understanding.slots.free_text import find_text
from ivr.understanding.slots.phone import find_phone
from ivr.understanding.slots.types import SlotContext
from ivr.understanding.types import SlotValue

MAX_CHARACTERS = 100
"""Where a number or a name is looked for: ten seconds of speech."""
LAST_DIGITS = 4
"""How many digits identify when ``context.digits`` does not say."""
_GAP = r"[\s,.…、，。]*"
_YES: Mapping[Language, str] = {
    "ko": r"(?:(?:네+|예|아|어|음|저기|그러니까|그게)(?![가-힣])[\s,.…]*)+",
    "en": r"(?:yes|yeah|sure|okay|ok|oh)\b",
    "ja": r"(?:はい|ええ)(?=[\s、。,])",
    "zh": r"(?:好的?|嗯|是的?)(?=[\s，。,])",
}
_LEAD: Mapping[Language, str] = {
    "ko": r"(?:(?:제|저의|본인)\s*)?(?:(?:주문자|주문한\s*사람|받는\s*사람|수령인|예금주|구매자)\s*)?"
    r"(?:이름|성함|명의|명)(?:이|은|는)?"
    r"(?:\s*(?:제가|저는))?\s+"
    r"|(?:주문할\s*때\s*)?(?:남편|아내|엄마|어머니|아빠|아버지|딸|아들|언니|오빠|누나|형|동생)?\s*이름(?:이|은)?\s+"
    r"|(?:주문자|주문한\s*사람|받는\s*사람|수령인|구매자|주문)(?:이|은|는|가)?\s+|(?:저는|전|제가|저)\s+",
    "en": r"(?:(?:my|the|his|her|our|customer)\s+)?(?:full\s+|last\s+|first\s+)?names?(?:\s+on\s+(?:it|the\s+\w+))?"
    r"(?:\s+is|'s|\s+should\s+be|\s+would\s+be)\s+|(?:this|that|it)(?:\s+is|'s|\s+should\s+be|\s+would\s+be)\s+"
    r"(?:under\s+)?(?:the\s+name\s+(?:of\s+)?)?|i(?:\s+am|'m)\s+|(?:\w+\s+){0,3}under\s+(?:the\s+name\s+(?:of\s+)?)?",
    "ja": r"(?:(?:私|わたし|注文者|本人|注文)の)?(?:お?名前|氏名|名義)は|(?:私|わたし|注文者)は",
    "zh": r"(?:我|本人|我的|订单|下单人|收货人|收件人)*的?(?:名字|姓名|名)?(?:是用|是叫|叫做|叫|是|姓|用)",
}
_TAIL: Mapping[Language, str] = {
    "ko": r"(?:(?:이)?라고\s*(?:합니다|해요|하는데요)|(?:이)?라는?\s*이름(?:으로|이에요|입니다)?.*"
    r"|(?:이)?란\s*이름으로.*"
    r"|(?:\s*씨)?\s*이름으로.*|(?:\s*씨)?\s*명의.*|(?:으)?로\s*(?:주문|되어|돼|했|등록).*"
    r"|(?:이|가)?\s*(?:제|본인)\s*(?:이름|성함).*"
    r"|(?:\s*(?:씨|고객|고객님|본인))?(?:입니다|이에요|이예요|예요|에요|이요|인데요|이고요|고요)|\s*(?:씨|고객|고객님|본인)|님)$",
    "en": r",?\s+(?:please|thanks|thank\s+you|speaking|here"
    r"|is\s+(?:my|the)\s+(?:full\s+)?name|i\s+(?:think|believe|guess))$",
    "ja": r"(?:と申します|と言います|といいます|でございます|の名前で.*|の名義.*|という名前.*"
    r"|で(?:注文|登録|お願い).*"
    r"|になります|だと思います|のはずです|ですけど|ですが|です|だ)$",
    "zh": r"(?:[，,]?\s*谢谢|的名字.*|这个名字.*|先生|女士|小姐|吧|啊|哦|呢)$",
}
_NAME: Mapping[Language, str] = {
    "ko": r"[가-힣]{1,5}(?:\s[가-힣]{1,5}){0,2}|[A-Za-z][A-Za-z'.-]*(?:\s[A-Za-z][A-Za-z'.-]*){0,3}",
    "en": r"[A-Za-zÀ-ž][A-Za-zÀ-ž'.-]*(?:\s[A-Za-zÀ-ž][A-Za-zÀ-ž'.-]*){0,4}|[가-힣]{2,5}|[一-鿿]{2,4}",
    "ja": r"[一-鿿々ヶ]{1,4}(?:[\s　]?[一-鿿々ぁ-んァ-ヴー]{1,6})?"
    r"|[ぁ-んァ-ヴー]{2,10}(?:[\s　・][ぁ-んァ-ヴー]{1,10})?|[A-Za-z .'-]{2,30}",
    "zh": r"[一-鿿]{2,4}|[一-鿿]{1,6}[·・•][一-鿿]{1,8}|[A-Za-z .'-]{2,30}",
}
_NO_NAME: Mapping[Language, re.Pattern[str]] = {
    "ko": re.compile(
        r"(?:요|죠|까|니다|는데|세요|려고|아서|어서|니까)$|(?:전화|번호|주문|배송|반품|환불|교환|취소|이름|왜|무슨|뭐|몰라"
        r"|없어|있어|잠깐|잠시|그게|그거|상담|사람|다시|아니|네)(?:\s|$)|전화번호|주문번호|뒷자리|뒷번호|모르|뭐라|무슨|말했|말씀|했네|누구"
        r"|(?:세|래|까|데|게)$|^(?:제|본인|남편|아내|엄마|어머니|아빠|아버지|딸|아들|언니|오빠|누나|형|동생)$"
    ),
    "en": re.compile(
        r"\b(?:i|you|we|my|your|the|a|an|is|are|was|do|don't|does|did|have|not|no|what|why|how|when|where|which|who"
        r"|order|number|phone|digits|last|know|sure|want|need|can|can't|could|please|name|it|this|that|to|for|from"
        r"|status|return|refund|cancel|yes|yeah|okay|ok|hello|hi|hmm|oh|zero|one|two|three|four|five|six|seven"
        r"|eight|nine|double|wait|hold|sorry|of|on|with|and|nothing|never|calling)\b",
        re.IGNORECASE,
    ),
    "ja": re.compile(
        r"[をはがでにもへ](?=.{2})|ます|ません|ない$|です|から$|けど$|番号|注文|電話|返品|何|なに|なぜ|どう|どこ"
        r"|いつ|もう一度|ちょっと|わか|分か|知ら|すみません|ください|はい$|いいえ"
    ),
    "zh": re.compile(
        r"不|没|吗|呢|什么|怎么|为什么|哪|谁|几|多少|号码|电话|手机|订单|退|换|取消|知道|清楚|可以|请|要|想|是的|好的"
        r"|等|再|对|查|帮|忘|记得|谢谢|人工|客服|经理"
    ),
}
"""Words of questions, of numbers and of this house's business: what holds one is no name."""
_TITLE = re.compile(r"^(?:mrs?|ms|miss|dr|prof(?:essor)?|doctor)\b\.?\s+", re.IGNORECASE)
"""Said before an English name, and no part of it."""
_ASKED_FOR = re.compile(r"\b(?:the\s+)?last\s+(?:four|4)\b(?:\s+digits)?", re.IGNORECASE)
"""What is asked for, said again in the answer: its "four" is no digit of the number."""
_CLAUSE = re.compile(r"[.,?!;，。？！、]|(?<=[고데])\s|\bbut\b", re.IGNORECASE)
_TWICE = re.compile(r"^(.{2,12}?)(?:이?에요|예요|이?요|입니다)?[\s,.]+\1(?:이?에요|예요|이?요|입니다)?$")
"""A Korean name said twice, to be sure."""
MAX_CLAUSES, MAX_NAME_CHARACTERS = 6, 160
"""Names are short answers; longer texts are searched no further, so that time stays bounded."""
_KOREAN_NAME = 4
"""Syllables of a Korean name, however they are spaced; longer ones are names of other countries."""


def find_identity(text: str, language: Language, context: SlotContext) -> tuple[SlotValue, ...]:
    """Find the last ``context.digits`` digits of a telephone number, or a name as it was said.

    Of a whole telephone number its last digits are taken. A name is a short text of the language's (or Latin)
    letters in which nothing asks or tells something else.
    """
    wanted = context.digits or LAST_DIGITS
    text = text[:MAX_CHARACTERS]
    numbers = _ASKED_FOR.sub(lambda found: " " * len(found.group()), text) if language == "en" else text
    number = find_digits(numbers, language, wanted)
    if number is not None and len(number.value) == wanted:
        return (number,)
    phone = next(iter(find_phone(numbers, language, context)), None)
    if phone is not None:
        return (SlotValue(phone.value[-wanted:], phone.confidence, phone.span),)
    short = text if len(text) <= MAX_NAME_CHARACTERS else ""
    name = _name(short, language) or _name_in_a_clause(short, language)
    if name is not None:
        return (name,)
    partial = number is not None and len(number.value) > 1 and number.confidence > UNSURE
    return (number,) if partial and number is not None else ()


def _name_in_a_clause(text: str, language: Language) -> SlotValue | None:
    """A name told in the last clause that holds one: "I don't know the number, but my name is …".

    Only a clause that says it is a name is believed, or one after a clause that speaks of names ("제 이름이요?").
    """
    cuts = [0, *(each.end() for each in _CLAUSE.finditer(text)), len(text)]
    for start, end in reversed(list(pairwise(cuts))[-MAX_CLAUSES:]):
        clause = text[start:end]
        stripped = clause.lstrip(" ,.、，。!?")
        led = re.match(_LEAD[language], stripped, re.IGNORECASE) is not None
        asked = re.search("[?？]|이름|성함|name|名前|名義|名字|姓", text[:start], re.IGNORECASE) is not None
        found = _name(stripped, language) if stripped and (led or asked) else None
        if found is not None and found.span is not None:
            shift = start + len(clause) - len(stripped)
            return SlotValue(found.value, found.confidence, (found.span[0] + shift, found.span[1] + shift))
    return None


def _name(text: str, language: Language) -> SlotValue | None:
    twice = _TWICE.match(text.strip(" ,.!?")) if language == "ko" else None
    if twice is not None:
        text = twice.group(1)
    found = find_text(text, language, SlotContext(now=None))
    if not found or found[0].span is None:
        return None
    start, end = found[0].span
    for opening in (_YES, _LEAD):
        led = re.compile(rf"{_GAP}(?:{opening[language]}){_GAP}", re.IGNORECASE).match(text, start, end)
        start = led.end() if led is not None and led.end() < end else start
    tail = re.compile(_TAIL[language], re.IGNORECASE).search(text[start:end].rstrip(" ,.、，。!?"))
    if tail is not None and tail.start() > 0:
        end = start + tail.start()
    elif language == "ko" and re.fullmatch(r"[가-힣\s]{3,}요", text[start:end]):
        end -= 1  # "김민지요": a polite ending after a vowel
    said = text[start:end].strip(" ,.、，。!?")
    said = _TITLE.sub("", said) if language == "en" else said
    if not re.fullmatch(_NAME[language], said, re.IGNORECASE) or _NO_NAME[language].search(said):
        return None
    if language == "ko" and "가" <= said[0] <= "힣" and len(said.replace(" ", "")) <= _KOREAN_NAME:
        said = said.replace(" ", "")
    return SlotValue(said, LIKELY, (start, end))

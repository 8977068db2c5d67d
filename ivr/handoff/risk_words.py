"""The phrases of :mod:`ivr.handoff.risks` in four languages, and how each language denies."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ivr.content.types import Language

Phrases = Mapping[str, str]
"""Kind of risk → regular expression."""

PHRASES: Mapping[Language, Phrases] = {
    "ko": {
        "legal": r"변호사|소송|고소(?!한|하고 맛|미)|고발|법적\s?(?:으로\s?)?(?:조치|대응|책임|절차)|법대로"
        r"|내용\s?증명|소비자\s?(?:보호)?원|소보원|공정\s?(?:거래\s?)?위|경찰(?:서)?에?\s?신고|신고할\s?(?:거"
        r"|겁|게)|신고하겠|재판",
        "safety": r"불이\s?(?:났|나서|나요|붙)|불\s?날\s?뻔|연기가\s?(?:나|났|올라)|폭발|감전|화상을?\s?(?:입"
        r"|당)|(?:다쳤|다쳐서|다칠\s?뻔|다쳤어)|피가\s?나|응급실|병원에\s?(?:갔|실려|입원)|알레르기\s?(?:반응"
        r"|가\s?났|가\s?생)|두드러기|삼켰|타는\s?냄새|과열|배터리가\s?(?:터|부풀)|죽고\s?싶|자살|식중독",
        "press": r"기자(?:한테|에게|들?을|\s?분|님)|언론|방송국|방송에\s?(?:제보|내보)|제보|뉴스에\s?(?:나|내"
        r"|제보)|신문사|신문에\s?(?:내|제보)|(?:인터넷|에스엔에스|SNS|유튜브|블로그|카페|커뮤니티|트위터"
        r"|인스타)(?:그램)?에\s?(?:다\s?)?(?:올리|올릴|퍼뜨|쓸\s?거|공개)",
        "vulnerable": r"장애인|(?:시각|청각|지체)\s?장애|장애가\s?있|휠체어|눈이\s?(?:잘\s?)?안\s?보"
        r"|귀가\s?(?:잘\s?)?(?:안\s?들|어두|먹)|임신|임산부|치매|우울증|항암|암\s?(?:환자|투병|수술)|돌아가셨"
        r"|장례|기초\s?생활|기초\s?수급|미성년|초등학생(?:인데|이에요|이고)|혼자\s?사(?:는|시는)\s?(?:노인"
        r"|할머니|할아버지|어르신|어머니|아버지)|(?:일흔|여든|아흔|[칠팔구]십)\S{0,3}\s?(?:살|세|넘|이에요"
        r"|인데)|[789]\d\s?(?:살|세)|인슐린|산소\s?호흡",
    },
    "en": {
        "legal": r"\blawyers?\b|\battorneys?\b|\bsolicitors?\b|\blegal action\b|\blawsuit\b|\bsuing\b|\b(?:to"
        r"|will|gonna|'ll|should|can|could) sue\b|\bsue (?:you|them|your|the company)\b|\bsmall claims\b"
        r"|\b(?:to|in) court\b|\btrading standards\b|\bconsumer (?:protection|affairs|rights? (?:office"
        r"|agency))\b|\bbetter business bureau\b|\bpolice report\b|\b(?:call|go to|report (?:you|this"
        r"|it) to) the police\b",
        "safety": r"\bcaught fire\b|\bon fire\b|\bin flames\b|\bsmok(?:e|ing) (?:came|coming|comes|from|when)\b"
        r"|\bstart(?:ed|s)? (?:smoking|to smoke|burning|to burn)\b|\bburning smell\b|\bsmell of burning\b"
        r"|\bexplo(?:d|s)\w+|\belectric(?:al)? shock\b|\belectrocut\w+|\bgot (?:burned|burnt|hurt|cut"
        r"|a shock)\b|\bburn(?:ed|t) (?:my|his|her)\b|\binjur\w+|\bhurt (?:my|his|her|him|myself)\b|\b(?:was"
        r"|were|is) hurt\b|\bbleeding\b|\bemergency room\b|\b(?:to|in) (?:the )?hospital\b"
        r"|\ballergic reaction\b|\bchok(?:ed|ing)\b|\bswallowed\b|\boverheat\w*|\bfood poisoning\b"
        r"|\bkill myself\b|\bsuicid\w+|\bend my life\b|\bdon't want to live\b",
        "press": r"\bjournalists?\b|\breporters?\b|\bnewspapers?\b|\bthe press\b|\b(?:to|tell|contact"
        r"|call) the media\b|\b(?:on|to) (?:the news|tv|television)\b|\bgo(?:es|ing)? viral\b|\bexpose (?:you"
        r"|this)\b|\b(?:post|put|share|write)\w*\b[^,.]{0,20}\b(?:online|all over|on (?:twitter|x|tiktok"
        r"|youtube|reddit|facebook|social))",
        "vulnerable": r"\bdisab(?:led|ility|ilities)\b|\bwheelchair\b|\bblind\b|\bdeaf\b|\bhard of hearing\b"
        r"|\bpregnant\b|\bdementia\b|\balzheimer\w*|\bcancer\b|\bchemo\w*|\bdepress(?:ed|ion)\b|\bpassed away\b"
        r"|\bfuneral\b|\bwidow\w*|\bpensioners?\b|\belderly\b|\b[789]\d[- ]years?[- ]old\b|\b(?:seventy|eighty"
        r"|ninety)[- ]?\w* years? old\b|\bi'?m (?:only )?(?:8|9|1[0-5]|eight|nine|ten|eleven|twelve|thirteen"
        r"|fourteen|fifteen) years old\b|\bcan'?t afford (?:food|rent|medicine)\b|\binsulin\b|\bon oxygen\b"
        r"|\bautis\w+",
    },
    "ja": {
        "legal": r"弁護士|訴え|訴訟|裁判|法的(?:措置|手段|対応|に)|消費者センター|消費生活センター"
        r"|国民生活センター|警察に|被害届|告訴",
        "safety": r"火が(?:出|つ)|発火|煙が(?:出|上が)|爆発|感電|やけど|火傷|けが|ケガ|怪我|出血|血が出|救急"
        r"|病院(?:に|へ)(?:行|運|搬送)|入院|アレルギー(?:反応|が出)|じんましん|誤飲|飲み込|焦げ(?:臭|くさ)"
        r"|異常に熱|食中毒|死にたい|自殺",
        "press": r"記者|マスコミ|新聞社|新聞に(?:載|投)|テレビ局|週刊誌|報道|ネットに(?:書|載|流|晒|上げ)"
        r"|(?:SNS|ツイッター|エックス|インスタ)に(?:書|載|流|晒|上げ|投稿)|拡散|口コミに書",
        "vulnerable": r"高齢|障害者|障がい|障害が(?:あ|ござ)|車椅子|車いす|目が(?:見え|不自由|悪)|耳が(?:聞こえ"
        r"|遠|不自由)|妊娠|妊婦|認知症|うつ病|抗がん|がん(?:の治療|で|患者)|癌|葬儀|亡くな|生活保護|未成年"
        r"|小学生(?:です|なん)|一人暮らしの(?:母|父|祖母|祖父|老人)|(?:[七八九]十|[789]\d)(?:代|歳|過ぎ)"
        r"|インスリン|酸素吸入",
    },
    "zh": {
        "legal": r"律师|起诉|告你们|告上法庭|法院|法庭|打官司|法律(?:手段|途径|程序)|一二三一五|12315|消协"
        r"|消费者协会|工商局|报警|投诉到",
        "safety": r"着火|起火|冒烟|爆炸|触电|漏电|烫伤|受伤|烧伤|流血|出血|急诊|(?:进|送|去)了?医院|住院|过敏"
        r"|吞下|吞了|误食|烧焦|焦味|糊味|食物中毒|自杀|不想活|想死",
        "press": r"记者|媒体|电视台|曝光|上新闻|报社|发(?:到|在|上)?(?:微博|抖音|小红书|朋友圈|网上|网络)",
        "vulnerable": r"残疾|轮椅|盲人|眼睛(?:看不见|不好|看不清)|耳朵(?:听不|背|不好)|耳背|聋|怀孕|孕妇|独居"
        r"|老人一个人|癌|化疗|痴呆|抑郁|去世|葬礼|低保|未成年|小学生|(?:[七八九]十|[789]\d)(?:多)?岁|胰岛素"
        r"|吸氧",
    },
}

SOMETHING_ELSE: Mapping[Language, Phrases] = {
    "ko": {
        "legal": r"변호사\s?(?:사무실|사무소|시험|드라마|책)|법률\s?사무소",
        "safety": r"불이?\s?나게|열불이\s?나\S*|속에서\s?불이\s?나\S*|폭발적|배꼽이\s?빠\S*",
        "press": r"방송국(?:으로|에)\s?(?:배송|보내)|기자재|홈쇼핑\s?방송\S*|뉴스에\s?나온",
        "vulnerable": r"(?:시스템|통신|서버|전산|네트워크)\s?장애\S*|장애가\s?있는\s?(?:것|거|건지|제품"
        r"|기계)\S*|임산부\s?(?:용|복|베개|옷|속옷|레깅스|원피스)|돌아가셨다가",
    },
    "en": {
        "legal": r"\blawyer'?s office\b|\b(?:tennis|basketball|badminton|squash|food) court\b|\bto (?:my"
        r"|the) solicitors?\b",
        "safety": r"\bhurt (?:my|his|her) feelings\b|\bto the hospital (?:address|gift|reception)\b"
        r"|\b(?:deliver|send|ship|sent|shipped|delivered)\w*\b[^,.]{0,30}\b(?:to|in) (?:the )?hospital\b"
        r"|\bwork\w*\b[^,.]{0,12}\bin (?:the |a )?hospital\b|\bexploded (?:view|diagram)\b|\bsale is on fire\b",
        "press": r"\b(?:saw|seen|read|heard)\b[^,.]{0,25}\b(?:on (?:the news|tv|television)|newspapers?)\b"
        r"|\bordered? (?:a |the )?newspapers?\b|\bthe press (?:button|key)\b|\bwrapped in newspapers?\b",
        "vulnerable": r"\bdisabled (?:my|the|your|his|her|our) \w+|\b(?:account|card|login|coupon|code|app"
        r"|feature|button)\b[^,.]{0,15}\bdisabled\b|\bwindow blind\b|\bblind (?:date|spot|fold)\w*"
        r"|\bblackout blind\b|\broller blind\b|\bdeaf ears\b|\b\w+ cancer (?:charity|research)\b"
        r"|\bblack widow\b",
    },
    "ja": {
        "legal": r"弁護士事務所(?:に|へ|宛)|(?:不調|痛み|症状)を訴え",
        "safety": r"火が消|けがの功名|救急箱|救急セット",
        "press": r"テレビ局(?:に|へ)(?:届|送)|日記者|新聞紙",
        "vulnerable": r"(?:通信|システム|サーバー|回線)障害\S*|妊婦(?:服|用)|マタニティ",
    },
    "zh": {
        "legal": r"律师事务所|律师楼",
        "safety": r"防烫伤|过敏性?肌肤|抗过敏|防过敏|脱敏",
        "press": r"(?:在)?媒体上(?:看|见)|多媒体|自媒体|曝光度",
        "vulnerable": r"孕妇(?:装|枕|裤|服|裙)|未成年人?模式",
    },
}


@dataclass(frozen=True)
class Denial:
    """How a language denies something within a clause."""

    clause: re.Pattern[str]
    """Where a clause ends."""
    before: re.Pattern[str] | None = None
    """Searched in the clause before the phrase."""
    after: re.Pattern[str] | None = None
    """Searched in the clause after the phrase."""
    meant: re.Pattern[str] | None = None
    """Two denials that affirm: "소송하지 않을 수 없어요", "I can't help but sue", 不得不."""
    reach: int = 24
    """Characters on each side that are looked at: a short clause in each of the four languages."""


DENIALS: Mapping[Language, Denial] = {
    "ko": Denial(
        clause=re.compile(r"[,]|지만|는데|ㄴ데|다가|려다"),
        before=re.compile(r"(?:^|\s)(?:안|못)\s?$|(?:아무도|다행히)\s?\S{0,3}\s?안\s?$"),
        after=re.compile(
            r"지\s?(?:는|도|를)?\s?않|지\s?(?:는|도)?\s?못|(?:건|것은|거는|게|겠다는\s?건|이야기는|얘기는|뜻은)\s?아니"
            r"|(?:생각|마음|뜻|의도|필요|일|적)\S{0,2}\s?없|^\S{0,4}\s?안\s?(?:하|할|해|났|나|돼)|^\S{0,3}\s?(?:은|는|이|가)?\s?아니(?:에|고|라|예|야)"
            r"|^\S{0,3}\s?(?:은|는|이|가|도)?\s?없(?:어|었|고|습|는|이)|싶지\s?(?:는|도)?\s?않"
        ),
        meant=re.compile(r"(?:않을|안\s?할|못할)\s?수(?:가|는|밖에)?\s?없|수밖에\s?없|지\s?않으면|안\s?하면"),
    ),
    "en": Denial(
        clause=re.compile(
            r"[,;:]|\b(?:but|otherwise|else|then|because|so)\b|\b(?:and|or)(?= (?:i|we|it|he|she|they|my)\b)"
            r"|(?<!think )(?<!say )\b(?:i|we)\s*$|\b(?:i|we)(?:'ll| will| am| are|'m|'re)"
            r"(?= (?:going|gonna|calling|taking|talking|suing|sue|get|call|talk|take|go|see|report|post|tell)\b)",
            re.IGNORECASE,
        ),
        before=re.compile(
            r"\b(?:not|never|no|nobody|none|without|neither|nor|cannot|nothing)\b|n't\b|\bno one\b", re.IGNORECASE
        ),
        after=re.compile(
            r"^\W*(?:is|was|are|were) not\b|^\W*(?:isn't|wasn't|aren't|weren't)\b|^\W*no\b", re.IGNORECASE
        ),
        meant=re.compile(
            r"no choice but|can'?t help but|not only|why (?:not|shouldn't|don't)|no other (?:option|way)"
            r"|don't want to live|couldn't (?:see|hear)",
            re.IGNORECASE,
        ),
        reach=40,
    ),
    "ja": Denial(
        clause=re.compile(r"[、,]|ので|けど|けれど|ですが|ますが|せんが|だが"),
        after=re.compile(
            r"つもり\S{0,2}(?:ない|ありません|なく)|したくな|し(?:ません|ない)|(?:じゃ|では|は|も|が)(?:な[いくか]|ありません)"
            r"|て(?:は|い)?(?:いません|いない|ません|ない)|(?:で|じゃ)(?:は)?ない|なかった|ませんでした|必要(?:は|も)?(?:ない|ありません)|るわけ(?:では|じゃ)"
        ),
        meant=re.compile(r"しかない|しかありません|ざるを得|わけにはいか|しないと|なければ"),
    ),
    "zh": Denial(
        clause=re.compile(r"[，,；;]|就|否则|要不|不然|但|可是|我们?(?=要|会|去|找|直接|只能|一定)"),
        before=re.compile(r"(?:不|没|没有|别|无需|未|并非)[^，,]{0,6}$"),
        after=re.compile(r"^(?:倒|是|人)?(?:没有|没)(?:有)?[^，,]{0,2}$|^的?(?:意思|打算|想法)?(?:都|也|倒)?没有"),
        meant=re.compile(r"不得不|不能不|没办法只能|不想活|不是不"),
        reach=16,
    ),
}

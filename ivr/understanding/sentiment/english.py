"""English: expressions (lower case, words parted by single spaces, no punctuation or apostrophes)."""

import re

from ivr.understanding.sentiment.types import Entry

ENTRIES = (
    Entry(
        "negative",
        r"\b(?:ridiculous|unacceptable|outrageous|disgrac\w+|appalling|pathetic|absurd|insulting)\b",
        0.8,
    ),
    Entry("negative", r"\b(?:angry|furious|livid|mad at|pissed|fuming|outraged)\b", 0.8),
    Entry(
        "negative", r"\b(?:annoy\w+|frustrat\w+|irritat\w+|upset|fed up|sick of|sick and tired|had enough)\b", 0.7
    ),
    Entry(
        "negative",
        r"\b(?:terrible|horrible|awful|worst|useless|hopeless|garbage|rubbish|crap|nightmare|scam)\b",
        0.7,
    ),
    Entry(
        "negative",
        r"\b(?:disappoint\w+|unhappy|dissatisfied|not good enough|poor service|bad service|a joke)\b",
        0.6,
    ),
    Entry(
        "negative",
        r"\b(?:waste of time|wasting my time|wasted my|runaround|are you kidding|you must be joking)\b",
        0.7,
    ),
    Entry(
        "negative",
        r"\b(?:whats wrong with you|what is wrong with you|are you (?:deaf|stupid|listening|even))\b",
        0.8,
    ),
    Entry(
        "negative", r"\b(?:dont you understand|you dont understand|youre not listening|not listening to me)\b", 0.6
    ),
    Entry("negative", r"\b(?:stupid|idiot\w*|moron\w*|dumb)\b", 0.7),
    Entry(
        "negative",
        r"\b(?:still waiting|been waiting|keep waiting|waiting forever|why is (?:it|this) taking)\b",
        0.4,
    ),
    Entry("negative", r"\bhow (?:hard|difficult) can it be\b|\bfor (?:gods|heavens|christs|petes) sake\b", 0.7),
    Entry("repeated", r"\bhow many (?:more )?times\b|\b(?:second|third|fourth|fifth|sixth|tenth) time\b", 0.7),
    Entry(
        "repeated",
        r"\b(?:already|just) (?:told|said|gave|explained|called|answered)\b|\bkeep (?:calling|asking|saying)\b",
        0.5,
    ),
    Entry(
        "repeated",
        r"\b(?:over and over|again and again|same (?:thing|question) again|called (?:twice|three|four|five))\b",
        0.6,
    ),
    Entry(
        "profanity",
        r"\b(?:fuck\w*|shit\w*|bullshit|bitch\w*|bastard\w*|asshole\w*|damn|goddamn|bloody hell|screw you)\b",
        0.9,
    ),
    Entry("profanity", r"\b(?:what the hell|hell is|go to hell|shut up|piss off)\b", 0.8),
    Entry(
        "demand",
        r"\b(?:supervisor|your (?:boss|manager)|the manager|someone in charge|person in charge|higher up)\b",
        0.8,
    ),
    Entry(
        "demand",
        r"\b(?:complaint|complain|lawyer|attorney|sue|legal action|consumer (?:protection|rights"
        r"|affairs)|ombudsman)\b",
        0.8,
    ),
    Entry(
        "demand",
        r"\b(?:social media|bad review|one star|the press|newspaper|cancel my account|taking my business)\b",
        0.7,
    ),
    Entry("demand", r"\b(?:i demand|i want (?:it|this|my money) (?:now|right now|back now)|do something)\b", 0.6),
    Entry(
        "urgency",
        r"\b(?:urgent\w*|asap|as soon as possible|right away|immediately|hurry|quickly|in a (?:hurry"
        r"|rush)|emergency)\b",
        0.6,
    ),
    Entry("urgency", r"\b(?:no time|dont have (?:much )?time|running (?:late|out of time)|right now)\b", 0.5),
    Entry(
        "worry",
        r"\b(?:worr\w+|anxious|nervous|afraid|scared|concerned|what if|lost it|dont know what to do|panick\w*)\b",
        0.6,
    ),
    Entry(
        "thanks",
        r"\b(?:thank you|thanks|appreciate|thats great|perfect|wonderful|very helpful|lovely|cheers)\b",
        0.7,
    ),
    Entry("polite", r"\b(?:please|could you|would you|may i|excuse me|sorry to|if you dont mind|kindly)\b", 0.5),
    Entry(
        "impolite",
        r"\b(?:just (?:do|give|tell|get|fix)|hurry up|come on|whatever|give me a break|stop (?:it|that|asking))\b",
        0.4,
    ),
)

NEGATION_BEFORE = re.compile(
    r"\b(?:not|no|never|isnt|arent|wasnt|werent|dont|doesnt|didnt|cant|couldnt|hardly|nothing|without)"
    r"(?: (?:a|an|the|any|at all|really|very|that|so|too|be|been|being|feel|feeling|get|getting|make"
    r"|made|want|have|here|to|me))*$"
)
NEGATION_AFTER = re.compile(r"(?!)")
NEVER_NEGATED = re.compile(r"^(?:not |dont |youre not|you dont|no time|how |what |are )")
INTENSIFIER = re.compile(
    r"\b(?:very|so|really|extremely|absolutely|completely|totally|utterly|damn|fucking|bloody|beyond)$"
)
DIMINISHER = re.compile(r"\b(?:a bit|a little|slightly|somewhat|kind of|sort of|a tad)$")

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
    # Sarcasm, resignation and weariness: said quietly, and felt no less.
    Entry(
        "negative",
        r"\b(?:unbelievable|incredible service|for crying out loud|oh great|oh brilliant"
        r"|how convenient|well done|of course it (?:is|isnt|does|doesnt))\b",
        0.6,
    ),
    Entry("negative", r"\b(?:bloody|blasted|flipping|freaking|god|jesus|christ|seriously)\b", 0.4),
    Entry(
        "negative",
        r"\b(?:not that it (?:ever )?(?:helps|matters)|whats the point|no point|give up|giving up"
        r"|dont bother|forget it|never mind then|just keep it|dont have the energy|im tired of"
        r"|so tired|exhausted)\b",
        0.5,
    ),
    Entry(
        "negative",
        r"\b(?:strung along|stringing me|fobbed off|passed around|brushed off|lied to|lying|lies"
        r"|ripped off|stolen|robbed|taken for (?:a fool|an idiot)|treat me|treating me|insult)\b",
        0.7,
    ),
    Entry(
        "negative",
        r"\b(?:sorry doesnt|dont tell me (?:you are|youre) sorry|your apolog\w+"
        r"|stop (?:saying sorry|apologi\w+)|empty promises?|promis\w+ (?:again|and)|same excuse"
        r"|excuses?)\b",
        0.6,
    ),
    Entry(
        "negative",
        r"\b(?:do i really have to|am i supposed to|have i got to"
        r"|how much longer|where is my money|talking to a (?:wall"
        r"|toaster|machine|robot|brick wall))\b",
        0.4,
    ),
    Entry(
        "negative",
        r"\b(?:never (?:again|ordering|buying|shopping)|last time i|wont be (?:back|ordering|using)"
        r"|done with (?:you|this|your))\b",
        0.7,
    ),
    Entry(
        "repeated",
        r"\b(?:thats what you said|you said (?:that|so|it would|the same)|you told me|i was told"
        r"|said (?:monday|tuesday|wednesday|thursday|friday|yesterday|last week)"
        r"|every (?:single )?time|keeps? (?:telling|saying|happening)|tomorrow again|again and)\b",
        0.6,
    ),
    Entry(
        "repeated",
        r"\b(?:explained this|go through (?:it|this) all|from the (?:start|beginning) again"
        r"|(?:twice|three times|four times|a dozen times|a hundred times)(?: already| now)"
        r"|(?:pending|waiting|processing) since|(?:second|third|fourth|fifth) (?:day|week|month"
        r"|call))\b",
        0.6,
    ),
    Entry(
        "demand",
        r"\b(?:hearing from my|small claims|chargeback|trading standards|better business bureau"
        r"|my bank|police|court|recording this|writing (?:this|it|everything|down)|report (?:you"
        r"|this)|name and shame|reviews?|does your (?:manager|boss))\b",
        0.7,
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

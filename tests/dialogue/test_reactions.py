"""What the caller's feelings change: words first, an offer, a person; never the other way round."""

from dataclasses import replace

import pytest

from ivr.content.types import Content, Language, Policy
from ivr.dialogue.engine import decide, start
from ivr.dialogue.types import Action, Answered, Decision, DialogueState, Feeling, HandoffReason, Heard
from ivr.understanding.sentiment.reader import read_sentiment
from ivr.understanding.types import Meaning


class Talk:
    """A conversation in which what is heard is given, words and voice."""

    def __init__(self, content: Content, language: Language = "ko") -> None:
        self.content = content
        self.language: Language = language
        self.state: DialogueState
        self.state, self.decision = decide(start(language), Answered(language), content)

    def hears(
        self,
        text: str,
        intent: str | None = None,
        *,
        anger: float | None = None,
        speed_octaves: float | None = None,
    ) -> Decision:
        """One turn of the caller."""
        how = Feeling(anger=anger, speed_octaves=speed_octaves, sentiment=read_sentiment(text, self.language))
        heard = Heard(Meaning(text, self.language, intent, 0.9 if intent else 0.2), how)
        self.state, self.decision = decide(self.state, heard, self.content)
        return self.decision

    @property
    def keys(self) -> list[str]:
        """What was said."""
        return [say.key for say in self.decision.say]


@pytest.fixture
def talk(content: Content) -> Talk:
    return Talk(content)


def test_a_calm_caller_notices_nothing(talk: Talk) -> None:
    decision = talk.hears("영업시간이 어떻게 되나요?", "return_procedure")
    assert (decision.action, decision.tone) == (Action.ANSWER, "neutral")
    assert "empathy" not in talk.keys


def test_irritation_is_answered_with_understanding_first_then_substance(talk: Talk) -> None:
    decision = talk.hears("반품은 어떻게 하는 건데 왜 이렇게 답답해요", "return_procedure", anger=0.7)
    assert decision.action is Action.EMPATHISE
    assert talk.keys[0] == "empathy"
    assert "return_procedure_answer" in talk.keys
    assert decision.tone == "apologetic"


def test_what_made_the_score_is_stored_with_the_decision(talk: Talk) -> None:
    contributions = talk.hears("진짜 너무 짜증나요", None, anger=0.8).contributions
    parts = sum(contributions[name] for name in ("words", "voice", "failed"))
    assert contributions["frustration"] == pytest.approx(parts)


def test_a_caller_who_turns_sour_reaches_a_person_within_two_turns(talk: Talk) -> None:
    talk.hears("반품은 어떻게 해요", "return_procedure")
    first = talk.hears("벌써 세 번째 전화예요. 도대체 뭐 하는 거예요?", None, anger=0.8)
    assert first.action in (Action.OFFER_AGENT, Action.HAND_OFF)
    if first.action is Action.OFFER_AGENT:
        second = talk.hears("장난해요? 빨리 책임자 바꿔요", None, anger=0.9)
        assert (second.action, second.handoff) == (Action.HAND_OFF, HandoffReason.FRUSTRATION)


def test_an_offer_is_not_made_again_at_once(talk: Talk) -> None:
    talk.hears("왜 이렇게 안 와요 너무하네 두 번째 전화예요", None, anger=0.6)
    assert talk.decision.action is Action.OFFER_AGENT
    assert talk.hears("아니요", "no").action is not Action.OFFER_AGENT


def test_an_angry_voice_alone_never_hands_over(talk: Talk) -> None:
    for intent in ["return_procedure", "no", "return_procedure"] * 2:
        decision = talk.hears("반품 방법 알려 주세요", intent, anger=1.0, speed_octaves=0.6)
        if talk.state.ended:
            break
    assert decision.handoff is not HandoffReason.FRUSTRATION


@pytest.mark.parametrize(
    ("text", "tone"),
    [
        ("너무 걱정돼요 반품 되나요", "reassuring"),
        ("급해요 반품 방법이요", "brisk"),
        ("감사합니다 반품 방법도 알려 주세요", "warm"),
    ],
)
def test_the_tone_fits_the_words(talk: Talk, text: str, tone: str) -> None:
    assert talk.hears(text, "return_procedure").tone == tone


def test_sadness_in_the_voice_is_answered_calmly(talk: Talk) -> None:
    how = Feeling(emotion="sad", emotion_confidence=0.8)
    meaning = Meaning("반품 되나요", "ko", "return_procedure", 0.9)
    _, decision = decide(talk.state, Heard(meaning, how), talk.content)
    assert decision.tone == "reassuring"


def test_no_third_apology_in_a_row(content: Content) -> None:
    policy = replace(content.policy, empathise_from=0.1, offer_person_from=0.99, hand_over_from=0.995)
    talk = Talk(replace(content, policy=policy))
    rising = ("좀 답답해요", "진짜 짜증나네 세 번째 전화예요", "씨발 장난해요? 신고할 거예요")
    actions = [talk.hears(text, "return_procedure").action for text in rising]
    assert actions == [Action.EMPATHISE, Action.EMPATHISE, Action.ANSWER]


def test_feelings_can_be_switched_off(content: Content) -> None:
    talk = Talk(replace(content, policy=Policy(feel=False)))
    talk.hears("씨발 장난해요? 세 번째 전화라고요", "return_procedure", anger=1.0)
    assert talk.decision.action is Action.ANSWER
    assert "frustration" not in talk.decision.contributions


def test_one_caller_can_be_left_unjudged(talk: Talk) -> None:
    how = Feeling(sentiment=read_sentiment("장난해요? 너무 짜증나", "ko"), anger=1.0, judged=False)
    talk.state, decision = decide(
        talk.state, Heard(Meaning("장난해요?", "ko", "return_procedure", 0.9), how), talk.content
    )
    assert decision.action is Action.ANSWER
    assert talk.state.mood.turns == 0


def test_upset_callers_are_not_asked_whether_it_is_a_complaint(talk: Talk) -> None:
    def complains(text: str) -> Decision:
        how = Feeling(sentiment=read_sentiment(text, "ko"), anger=0.7)
        unsure = Meaning(text, "ko", "complaint", 0.6, sure=False)
        talk.state, talk.decision = decide(talk.state, Heard(unsure, how), talk.content)
        return talk.decision

    first = complains("정말 너무하네요, 왜 이렇게 답답해요")
    assert (first.action, talk.state.question) == (Action.OFFER_AGENT, "offer_agent")
    second = complains("아니 도대체 왜 아무도 해결을 안 해 줘요, 짜증나게")
    assert (second.action, second.handoff) == (Action.HAND_OFF, HandoffReason.FRUSTRATION)

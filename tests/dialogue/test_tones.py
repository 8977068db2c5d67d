"""The tone of a reply: which words, once a reply and never a third sorry; and what stops when feelings are off."""

from dataclasses import replace

import pytest

from ivr.content.apologies import apologises
from ivr.content.render import render
from ivr.content.sentences import spoken_ahead
from ivr.content.types import LANGUAGES, TONES, Content, Language, Text
from ivr.dialogue.engine import decide, start
from ivr.dialogue.types import (
    Action,
    Answered,
    Decision,
    Event,
    Feeling,
    Fulfilled,
    HandoffReason,
    Heard,
    NothingHeard,
    Say,
)
from ivr.understanding.sentiment.types import Sentiment
from ivr.understanding.types import Meaning, SlotValue

CROSS = Feeling(sentiment=Sentiment(negative=0.8))
VALUES = {"order_number": "4 7 2 9 1", "courier": "CJ", "date": "tomorrow", "step": "left", "status": "sent"}


class Talk:
    """A conversation in which meanings and feelings are given, and the words that come of them are kept."""

    def __init__(self, content: Content, language: Language = "en", number: str | None = None) -> None:
        self.content = content
        self.language: Language = language
        self.state = start(language)
        self.decision: Decision
        self.replies: list[str] = []
        self.meet(Answered(language, number=number))

    def meet(self, event: Event) -> Decision:
        self.state, self.decision = decide(self.state, event, self.content)
        self.replies.append(
            " ".join(render(self.content, say, self.language, self.decision.tone) for say in self.decision.say)
        )
        return self.decision

    def hears(self, intent: str | None, feeling: Feeling = Feeling(), **slots: str) -> Decision:  # noqa: B008
        values = {name: SlotValue(value, 0.95) for name, value in slots.items()}
        return self.meet(Heard(Meaning(f"says {intent}", self.language, intent, 0.95, slots=values), feeling))

    def finds(self, outcome: str = "on_the_way") -> Decision:
        assert self.decision.lookup is not None
        return self.meet(Fulfilled(self.decision.lookup, outcome, VALUES, {}))

    @property
    def keys(self) -> list[str]:
        return [say.key for say in self.decision.say]


def sorries(text: str) -> int:
    """How many sentences of a reply say sorry."""
    return sum(apologises(sentence) for sentence in text.replace("。", ".").split("."))


@pytest.fixture
def patient(content: Content) -> Content:
    """The product's prompts, with a policy that never offers a person: the talk goes on."""
    return replace(content, policy=replace(content.policy, offer_person_from=1.0, hand_over_from=1.0))


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_angry_caller_hears_an_apology_first_then_substance(patient: Content, language: Language) -> None:
    talk = Talk(patient, language)
    decision = talk.hears("return_procedure", CROSS)
    assert (decision.action, decision.tone) == (Action.EMPATHISE, "apologetic")
    assert talk.keys[:2] == ["empathy", "return_procedure_answer"]
    assert sorries(talk.replies[-1]) <= 1


def test_what_a_look_up_brings_does_not_apologise_again_in_the_same_turn(patient: Content) -> None:
    talk = Talk(patient)
    talk.hears("order_status", CROSS, order_number="47291")
    asking = talk.replies[-1]
    talk.finds()
    assert talk.decision.tone == "apologetic"
    assert sorries(f"{asking} {talk.replies[-1]}") == 1
    assert "Swift" not in talk.replies[-1]
    assert "CJ" in talk.replies[-1]


def test_an_apologetic_wording_is_used_where_nothing_was_apologised_for_yet(patient: Content) -> None:
    talk = Talk(patient)
    talk.hears("order_status", replace(CROSS, sentiment=Sentiment(negative=1.0)))
    talk.hears("order_status", order_number="47291")
    talk.finds()
    assert talk.replies[-1].startswith("I'm sorry you're still waiting.")


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_hears_a_third_sorry_running(patient: Content, language: Language) -> None:
    talk = Talk(patient, language)
    for turn in range(8):
        furious = Feeling(sentiment=Sentiment(negative=1.0, profanity=0.2 * (turn % 3)), anger=0.9)
        talk.hears(None if turn % 2 else "return_procedure", furious)
        if talk.state.ended:
            break
    in_a_row = longest = 0
    for reply in talk.replies:
        in_a_row = in_a_row + 1 if apologises(reply) or "empathy" in reply else 0
        longest = max(longest, in_a_row)
    assert 1 <= longest <= patient.policy.apologies_in_a_row


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_calm_caller_who_is_not_understood_hears_no_third_sorry_either(
    content: Content, language: Language
) -> None:
    talk = Talk(content, language)
    while not talk.state.ended:
        talk.hears(None)
    assert talk.decision.handoff is HandoffReason.UNKNOWN_INTENT
    assert not all(apologises(reply) for reply in talk.replies[1:])
    assert len(set(talk.replies)) == len(talk.replies)  # and never the same words


def test_worry_is_answered_calmly_and_lasts_for_some_turns(content: Content) -> None:
    talk = Talk(content)
    assert talk.hears("order_status", Feeling(sentiment=Sentiment(worry=0.9))).tone == "reassuring"
    assert "no hurry" in talk.replies[-1]
    talk.hears("order_status", order_number="47291")
    assert talk.finds().tone == "reassuring"
    assert "worry" in talk.replies[-1]
    assert talk.meet(NothingHeard()).tone == "reassuring"
    for intent in ("return_procedure", "delivery_fee", "payment_methods"):
        talk.hears(intent)
    assert talk.decision.tone == "neutral"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_hurried_caller_gets_the_shortest_words(content: Content, language: Language) -> None:
    calm, hurried = Talk(content, language), Talk(content, language)
    for talk, feeling in ((calm, Feeling()), (hurried, Feeling(sentiment=Sentiment(urgency=0.9)))):
        talk.hears("order_status", feeling)
        talk.hears("order_status", order_number="47291")
        talk.finds()
    assert hurried.decision.tone == "brisk"
    assert len(hurried.replies[-1]) < 0.75 * len(calm.replies[-1])


def test_thanks_are_answered_warmly(content: Content) -> None:
    talk = Talk(content)
    thankful = Feeling(sentiment=Sentiment(thanks=0.9))
    assert talk.hears("return_procedure", thankful).tone == "warm"
    assert talk.replies[-1].startswith("Gladly")
    assert talk.hears("thanks", thankful).tone == "warm"
    assert "pleasure" in talk.replies[-1]


def test_an_angry_caller_is_offered_a_person_and_then_handed_over(content: Content) -> None:
    talk = Talk(content)
    raging = Feeling(sentiment=Sentiment(negative=0.9, demand=0.4), anger=0.8)
    actions = [talk.hears("return_procedure", raging).action]
    while not talk.state.ended and len(actions) < 4:
        actions.append(talk.hears(None, raging).action)
    assert actions[0] in (Action.OFFER_AGENT, Action.EMPATHISE)
    assert Action.OFFER_AGENT in actions
    assert talk.decision.handoff is HandoffReason.FRUSTRATION
    assert talk.decision.tone == "apologetic"


def test_a_re_prompt_has_other_words_in_every_tone(content: Content) -> None:
    for tone in TONES:
        for language, texts in content.texts.items():
            for key in ("ask_order_number", "ask_request", "ask_identity", "no_match_1", "offer_agent"):
                count = max(len(wordings) for wordings in texts[key].wordings.values())
                talk = [render(content, Say(key, wording=n), language, tone) for n in range(count)]
                assert len(set(talk)) == count, (key, language, tone)


def test_each_tone_is_spoken_ahead_at_its_own_speed(content: Content) -> None:
    ahead = set(spoken_ahead(content))
    assert ("Anything else?", "en", 1.15) in ahead
    assert ("Is there anything else I can do for you?", "en", 1.0) in ahead


# --- feelings off -----------------------------------------------------------------------------------------


def test_a_caller_who_does_not_want_to_be_judged_is_not(content: Content) -> None:
    talk = Talk(content, number="+821012345678")
    talk.hears("return_procedure", CROSS)
    assert talk.state.mood.frustration.score > 0
    talk.hears("feelings_off", CROSS)
    assert talk.keys[0] == "feelings_off_kept"
    assert talk.keys[-1] == "anything_else"  # the question that stood open
    assert (talk.state.feel, talk.state.mood.frustration.score, talk.decision.tone) == (False, 0.0, "neutral")
    talk.hears("return_procedure", replace(CROSS, anger=1.0))
    assert talk.decision.action is Action.ANSWER
    assert "frustration" not in talk.decision.contributions


def test_a_withheld_number_is_promised_this_call_only(content: Content) -> None:
    talk = Talk(content)
    talk.hears("feelings_off")
    assert talk.keys[0] == "feelings_off"


def test_it_can_be_said_while_something_is_looked_up(content: Content) -> None:
    talk = Talk(content)
    talk.hears("order_status", CROSS, order_number="47291")
    looking = talk.decision
    talk.hears("feelings_off")
    assert talk.keys == ["feelings_off"]
    assert looking.lookup is not None
    talk.meet(Fulfilled(looking.lookup, "on_the_way", VALUES, {}))
    assert (talk.keys[0], talk.decision.tone) == ("order_status_on_the_way", "neutral")


def test_words_that_only_might_mean_it_are_asked_about_again(content: Content) -> None:
    talk = Talk(content)
    unsure = Meaning("analysis", "en", "feelings_off", 0.3, sure=False)
    talk.meet(Heard(unsure))
    assert talk.state.feel
    assert talk.decision.action is Action.REPROMPT


def test_a_text_without_any_wording_that_spares_the_sorry_is_said_as_it_is(patient: Content) -> None:
    texts = {**patient.texts["en"], "return_procedure_answer": Text("", {"neutral": ("Sorry, no.",)})}
    talk = Talk(replace(patient, texts={**patient.texts, "en": texts}))
    for _ in range(3):
        talk.hears("return_procedure", CROSS)
        assert "Sorry, no." in talk.replies[-1]

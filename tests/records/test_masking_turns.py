"""A personal number told over several turns is hidden in all of them; order numbers told in parts stay."""

from dataclasses import replace

import pytest

from ivr.records.bus import LocalBus
from ivr.records.journal import DatabaseJournal
from ivr.records.masking import HIDDEN
from ivr.records.masking_turns import WITHIN_MS, NumbersOfCall, hidden_over_turns, scrubbed
from ivr.records.store import Store
from ivr.records.types import DecisionRecord, HandoffRecord, TurnRecord
from tests.records.samples import started, turn

GO_ON = {"ko": "네, 계속 말씀하세요.", "en": "Yes, go on.", "ja": "はい、続けてください。", "zh": "好的，请继续。"}
TOLD = [
    ("ko", ["제 번호는 [공일공 일이삼사]요", "[오육칠팔]이요"]),
    ("ko", ["[010 1234]", "네 나머지는 [5678]입니다."]),
    ("ko", ["번호가요 [공일공]이고요", "[일이삼사]", "[오육칠팔]이에요"]),
    ("ko", ["주민번호 앞자리는 [900101]이고", "[1234567]이요"]),
    ("ko", ["[900101]", "[1234567]이요"]),
    ("ko", ["카드는 [4111 1111]", "[1111]", "[1111]이요"]),
    ("ko", ["계좌가 국민은행 [일이삼]", "[사오육칠팔구]요"]),
    ("en", ["it's [zero one zero, one two three four]", "yes, [five six seven eight]"]),
    ("ko", ["번호는 [010-1234]", "[5678 아니 5679]요"]),
    ("en", ["[four one five, five five five]", "and then [two six seven one]"]),
    ("en", ["my card is [4111 1111]", "the rest is [1111 1111]"]),
    ("en", ["[+82 10 1234]", "[5678]"]),
    ("ja", ["番号は[090の1234]の", "[5678]です"]),
    ("ja", ["口座番号は[いちにさん]", "[よんごろくなな]です"]),
    ("zh", ["手机[一三八零零]", "[一三八零零零]"]),
    ("zh", ["[一三八零零]", "嗯，[一三八零零零]"]),
]
STAYS = [
    ("ko", ["사칠이구일", "오팔삼공육이요"]),
    ("ko", ["주문번호는 사칠이구", "일이요"]),
    ("ko", ["주문번호 4729 1583", "0647 29"]),
    ("ko", ["47291", "0101이요"]),
    ("ko", ["네 사칠이구일이요", "아니 사칠이구 이요"]),
    ("ko", ["사칠삼, 아니 이구일이요", "58306, 아니 58307"]),
    ("ko", ["휴대폰 15000원입니다", "오늘 저녁에 칠팔구십"]),
    ("ko", ["사월 이일이요", "팔팔하나"]),
    ("ja", ["返品の引き取りがいつになるか", "83905です", "もう三日も待ってるんです"]),
    ("zh", ["想问下什么时候来", "七四零九幺", "我都等了三天了"]),
    ("ko", ["끝자리 0101이요", "47291 주문이요"]),
    ("ko", ["카드로 3개 샀어요", "35000원이요"]),
    ("ko", ["카드 끝이 1234예요", "1250000원 결제했어요"]),
    ("en", ["four seven two nine one", "four seven two nine two"]),
    ("en", ["47291", "58306 as well"]),
    ("ja", ["四七二九一です", "五八三〇六です"]),
    ("zh", ["四七二九一", "五八三零六"]),
]


def said(language: str, texts: list[str]) -> list[TurnRecord]:
    """The caller's turns, with the assistant's "go on" between them, 5 s apart."""
    turns: list[TurnRecord] = []
    for text in texts:
        if turns:
            turns.append(turn(GO_ON[language], turns[-1].start_ms + 2_500, "assistant"))
        turns.append(turn(text, 5_000 * len(turns)))
    return turns


def kept(numbers: NumbersOfCall, turns: list[TurnRecord]) -> list[TurnRecord]:
    """What the caller's turns are at the end."""
    by_start = {each.start_ms: each for one in turns for each in numbers.take(one)}
    return [each for _, each in sorted(by_start.items()) if each.speaker == "caller"]


@pytest.mark.parametrize(("language", "texts"), TOLD, ids=str)
def test_a_number_told_in_parts_is_hidden_in_all_of_them(language: str, texts: list[str]) -> None:
    found = kept(NumbersOfCall(), said(language, [text.replace("[", "").replace("]", "") for text in texts]))
    for text, each in zip(texts, found, strict=True):
        before, _, rest = text.partition("[")
        part, _, _ = rest.partition("]")
        assert part.strip("+") not in each.text
        assert each.text.startswith(before) and HIDDEN in each.text, "what stands before it stays"


@pytest.mark.parametrize(("language", "texts"), STAYS, ids=str)
def test_orders_and_prices_told_one_after_the_other_stay(language: str, texts: list[str]) -> None:
    assert [each.text for each in kept(NumbersOfCall(), said(language, texts))] == texts


def test_an_order_number_that_was_asked_for_stays_though_a_card_was_spoken_of() -> None:
    turns = said("ko", ["카드 번호가 4111인 카드로 샀는데 번호는 472", "91이요"])
    turns[1] = replace(turns[1], text="주문번호를 말씀해 주세요.")
    assert kept(NumbersOfCall(), turns)[1].text == "91이요"


def test_what_the_dialogue_took_as_a_value_is_no_part_of_a_number() -> None:
    turns = said("ko", ["번호는 47291이요", "0101입니다"])
    turns[0] = replace(turns[0], slots={"order_number": "47291"})
    assert [each.text for each in kept(NumbersOfCall(), turns)] == ["번호는 47291이요", "0101입니다"]


def test_an_order_number_of_ten_digits_stays_in_its_slot() -> None:
    asked, told = said("en", ["", "4729158306"])[1:]
    asked = replace(asked, text="What's your order number?")
    found = kept(NumbersOfCall(), [asked, replace(told, slots={"order_number": "4729158306"})])
    assert found[0].slots == {"order_number": "4729158306"}


def test_a_piece_that_was_taken_for_a_value_is_hidden_with_the_number() -> None:
    turns = said("ko", ["공일공 일이삼사", "오육칠팔이요"])
    turns[0] = replace(turns[0], slots={"order_number": "0101234", "name": "홍길동"})
    turns[2] = replace(turns[2], slots={"callback_number": "+821012345678"})
    first, second = kept(NumbersOfCall(), turns)
    assert first.slots == {"order_number": HIDDEN, "name": "홍길동"}
    assert second.slots == {"callback_number": "+821012345678"}


def test_a_question_for_a_telephone_number_makes_seven_digits_one() -> None:
    numbers = NumbersOfCall()
    numbers.take(turn("What's your phone number?", 0, "assistant"))
    assert "2671" not in numbers.take(turn("five five five two six seven one 2671", 2_000))[0].text


def test_parts_that_are_far_apart_are_not_joined() -> None:
    numbers = NumbersOfCall()
    numbers.take(turn("공일공 일이삼사", 0))
    (later,) = numbers.take(turn("오육칠팔이요", WITHIN_MS + 1))
    assert later.text == "오육칠팔이요"


def test_two_people_do_not_tell_one_number() -> None:
    numbers = NumbersOfCall()
    numbers.take(turn("공일공 일이삼사", 0))
    (other,) = numbers.take(turn("오육칠팔이요", 2_000, "agent"))
    assert other.text == "오육칠팔이요"


def test_a_turn_that_went_on_is_not_joined_with_its_own_beginning() -> None:
    numbers = NumbersOfCall()
    numbers.take(turn("공일공 일이삼사", 0))
    (longer,) = numbers.take(turn("공일공 일이삼사요", 0))
    assert longer.text == "공일공 일이삼사요"
    hidden, first = numbers.take(turn("오육칠팔이요", 4_000))
    assert (hidden.text, first.text) == (f"{HIDDEN}요", f"{HIDDEN}요")


def test_the_record_the_live_view_and_who_looks_later_see_none_of_it(
    store: Store, journal: DatabaseJournal, bus: LocalBus
) -> None:
    first, go_on, second = said("ko", ["제 번호는 공일공 일이삼사요", "오육칠팔이요"])
    journal.call_started(started())
    journal.turn("CA1", first)
    journal.turn("CA1", go_on)
    with bus.subscribe("CA1") as watcher:
        journal.live("CA1", {"event": "partial", "text": "오육칠팔"})
        journal.turn("CA1", second)
        events = [event for _ in range(3) if (event := watcher.next(1))]
    assert [event.kind for event in events] == ["partial", "turn", "went_on"]
    assert "오육칠팔" not in str(events)
    assert events[2].data["text"] == f"제 번호는 {HIDDEN}요"
    with bus.subscribe("CA1") as late:
        assert "일이삼사" not in str(late.backlog)
    assert journal.flush(5)
    view = store.call("CA1")
    assert view is not None
    assert [each.entry.text for each in view.turns] == [f"제 번호는 {HIDDEN}요", GO_ON["ko"], f"{HIDDEN}요"]


def test_it_withdraws_no_decision(store: Store, journal: DatabaseJournal) -> None:
    first, go_on, second = said("ko", ["공일공 일이삼사", "오육칠팔이요"])
    journal.call_started(started())
    journal.turn("CA1", first)
    journal.decision("CA1", DecisionRecord(1_000, "ask", "go on"))
    for each in (go_on, second):
        journal.turn("CA1", each)
    assert journal.flush(5)
    view = store.call("CA1")
    assert view is not None
    assert [each.entry.withdrawn for each in view.decisions] == [False]


def test_a_summary_that_was_made_in_between_is_mended(store: Store, journal: DatabaseJournal) -> None:
    first, go_on, second = said("ko", ["공일공 일이삼사", "오육칠팔이요"])
    journal.call_started(started())
    journal.turn("CA1", first)
    journal.handoff(
        "CA1", HandoffRecord("caller_asked", {"headline": "said: 공일공 일이삼사", "tried": ["returns"]})
    )
    for each in (go_on, second):
        journal.turn("CA1", each)
    assert journal.flush(5)
    view = store.call("CA1")
    assert view is not None and view.handoff is not None
    assert view.handoff.entry.summary == {"headline": f"said: {HIDDEN}", "tried": ["returns"]}


def test_a_summary_is_made_from_turns_without_it() -> None:
    turns = [*said("ko", ["제 번호는 공일공 일이삼사요", "오육칠팔이요"]), turn("주문 47291이요", 60_000)]
    assert [each.text for each in hidden_over_turns(turns)] == [
        f"제 번호는 {HIDDEN}요",
        GO_ON["ko"],
        f"{HIDDEN}요",
        "주문 47291이요",
    ]


def test_what_was_quoted_before_is_hidden_wherever_it_stands() -> None:
    summary = {"headline": "says “공일공 일이삼사”", "risks": [{"words": "공일공 일이삼사요", "turn": 1}]}
    assert scrubbed(summary, ["공일공 일이삼사"]) == {
        "headline": f"says “{HIDDEN}”",
        "risks": [{"words": f"{HIDDEN}요", "turn": 1}],
    }

"""Examples that the others contradict."""

from ivr.content.types import Language
from ivr.understanding.self_check import alike, features_of, misread, twins
from ivr.understanding.training import Example

ORDERS = ["where is my order", "where is my parcel", "where is the parcel now", "has my order been sent"]
HOURS = ["when do you open", "when do you close", "are you open on Sunday", "until when are you open"]


def _examples(*told: tuple[Language, str, list[str]]) -> list[Example]:
    return [Example(language, label, text) for language, label, texts in told for text in texts]


def test_examples_in_their_place_are_not_named() -> None:
    examples = _examples(("en", "order", ORDERS), ("en", "hours", HOURS))
    assert misread(examples, features_of(examples, None)) == []
    assert alike(examples, features_of(examples, None)) == []


def test_an_example_in_the_wrong_place_is_named_with_the_one_it_resembles() -> None:
    examples = _examples(("en", "order", ORDERS), ("en", "hours", [*HOURS, "where is my order now"]))
    found = {examples[each.example].text: each for each in misread(examples, features_of(examples, None))}
    wrong = found["where is my order now"]  # its neighbours may be named, too: it speaks against them
    assert wrong.label == "order"
    assert wrong.clear
    assert examples[wrong.nearest].text in ("where is my order", "where is the parcel now")
    assert not {*HOURS} & {*found}


def test_what_can_not_be_judged_is_left_alone() -> None:
    only_one = _examples(("en", "order", ORDERS), ("en", "hours", ["where is my order today"]))
    for examples in ([], only_one[:4], only_one):
        found = misread(examples, features_of(examples, None))
        assert "hours" not in {examples[each.example].label for each in found}


def test_what_hardly_differs_collides_unless_it_is_of_another_language() -> None:
    examples = _examples(("en", "order", ORDERS), ("en", "hours", [*HOURS, "where is the parcel now, now"]))
    examples += _examples(("zh", "hours", ["where is the parcel now"]))
    (pair,) = alike(examples, features_of(examples, None))
    assert [examples[index].text for index in pair] == ["where is the parcel now, now", "where is the parcel now"]
    assert examples[pair[1]].label == "order"


def test_twins_differ_in_nothing_that_is_heard() -> None:
    examples = _examples(
        ("en", "a", ["Where's my order?"]), ("en", "b", ["wheres my order"]), ("ko", "b", ["배송 조회"])
    )
    examples += _examples(("ko", "a", ["배송조회!"]), ("ja", "a", ["営業時間"]), ("zh", "b", ["営業時間"]))
    assert twins(examples) == [(1, 0), (3, 2)]

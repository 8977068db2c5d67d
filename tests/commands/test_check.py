"""``python -m ivr check``: everything wrong with the prompts, by file and line."""

import shutil
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from ivr.cli import main
from ivr.content.types import LANGUAGES
from tests.content.conftest import PROMPTS

GIFT = "intent: gift_wrap\nexamples:\n  en:\n    - do you wrap presents\n    - can it be gift wrapped\n"
REPLY = "replies: {answer: gift_wrap_answer}\n"
TEXTS = {
    "ko": "gift_wrap_answer: 네, 포장해 드려요.\nlabel_gift_wrap: 선물 포장\n",
    "en": "gift_wrap_answer: Yes, we do.\nlabel_gift_wrap: gift wrapping\n",
    "ja": "gift_wrap_answer: はい、お包みします。\nlabel_gift_wrap: ギフト包装\n",
    "zh": "gift_wrap_answer: 可以包装。\nlabel_gift_wrap: 礼品包装\n",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The product's prompts with one more request; examples are compared by characters alone, which is quicker."""
    monkeypatch.setenv("IVR_SENTENCE_ENCODER", "none")
    copy = tmp_path / "prompts"
    shutil.copytree(PROMPTS, copy)
    (copy / "requests" / "gift_wrap.yaml").write_text(GIFT + REPLY, "utf-8")
    for language, text in TEXTS.items():
        (copy / language / "extra.yaml").write_text(text, "utf-8")
    return copy


def check(folder: Path) -> tuple[int, Sequence[str]]:
    """Exit status, and the lines that are no warnings."""
    result = CliRunner().invoke(main, ["check", str(folder)])
    lines = result.stdout.splitlines()
    assert all(line.startswith(str(folder)) for line in lines)
    return result.exit_code, [line for line in lines if ": warning: " not in line]


def warnings(folder: Path) -> list[str]:
    return [
        line for line in CliRunner().invoke(main, ["check", str(folder)]).stdout.splitlines() if "warning" in line
    ]


def test_the_products_own_prompts_are_right() -> None:
    status, lines = check(PROMPTS)
    assert (status, lines) == (0, [])


def test_a_new_request_with_its_texts_is_right(folder: Path) -> None:
    assert check(folder) == (0, [])


@pytest.mark.parametrize(
    ("name", "text", "line", "problem"),
    [
        ("requests/gift_wrap.yaml", GIFT + "colour: red\n" + REPLY, 6, "unknown key 'colour'"),
        ("zh/extra.yaml", "label_gift_wrap: 礼品包装\n", None, "text 'gift_wrap_answer' is missing"),
        ("ko/extra.yaml", TEXTS["ko"] + "only_here: 안녕\n", None, "text 'only_here' is missing (there is one in"),
        (
            "ko/extra.yaml",
            "gift_wrap_answer:\n  neutral: 네.\n  apologetic: 죄송해요.\nlabel_gift_wrap: 포장\n",
            None,
            "gift_wrap_answer: the tone 'apologetic' is missing (ko has it)",
        ),
        ("en/extra.yaml", TEXTS["en"].replace("we do", "for 9 dollars"), 1, "'9' must be written as words"),
        ("en/extra.yaml", TEXTS["en"].replace("we do", "포장"), 1, "is Korean, which the en voice can't read"),
        ("en/extra.yaml", "gift_wrap_answer:\n  - Yes.\n  - 'Yes :-) *'\nlabel_gift_wrap: x\n", 3, "can't be said"),
        (
            "requests/gift_wrap.yaml",
            GIFT + "connector: shop.giftwrap\nreplies: {found: gift_wrap_answer}\n",
            6,
            "connector 'shop.giftwrap' is not in connectors.yaml",
        ),
        (
            "requests/gift_wrap.yaml",
            GIFT.replace("  en:\n", "  ko: [where, 선물 포장 되나요]\n  en:\n    - 선물 포장 되나요\n") + REPLY,
            2,
            "'선물 포장 되나요': '선' is Korean",
        ),
    ],
)
def test_each_mistake_is_named_with_its_line(
    folder: Path, name: str, text: str, line: int | None, problem: str
) -> None:
    (folder / name).write_text(text, "utf-8")
    status, lines = check(folder)
    assert status == 1
    here = [each for each in lines if problem in each]
    assert here, lines
    if line is not None:
        assert here[0].startswith(f"{folder / name}:{line}: ")


def test_examples_that_collide_are_named_with_both_places(folder: Path) -> None:
    (folder / "requests" / "gift_wrap.yaml").write_text(GIFT + "    - Where is my order?\n" + REPLY, "utf-8")
    status, (line,) = check(folder)
    assert status == 1
    assert line.startswith(f"{folder}/requests/order_status.yaml:")
    assert "'where is my order' is an example of 'order_status', and 'Where is my order?' of 'gift_wrap'" in line
    assert f"in {folder}/requests/gift_wrap.yaml:6: one of them must go" in line


def test_placeholders_that_nothing_fills_are_named(folder: Path) -> None:
    for language, text in TEXTS.items():
        (folder / language / "extra.yaml").write_text(text.replace("_answer: ", "_answer: '{size}' #"), "utf-8")
    status, lines = check(folder)
    assert status == 1
    assert sum("{size} is not among the slots of gift_wrap (there are: none)" in each for each in lines) == 4


def test_an_example_under_the_wrong_request_is_named_with_its_like(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("IVR_SENTENCE_ENCODER")
    wrong = "    - when will my package be delivered\n    - has my parcel been shipped yet\n"
    (folder / "requests" / "gift_wrap.yaml").write_text(GIFT + wrong + REPLY, "utf-8")
    lines = [each for each in (*check(folder)[1], *warnings(folder)) if "gift_wrap.yaml" in each.split(": ")[0]]
    assert any("would be read as 'order_status'" in each and "order_status.yaml:" in each for each in lines), lines


def test_a_text_that_nobody_says_is_a_warning(folder: Path) -> None:
    for language, text in TEXTS.items():
        (folder / language / "extra.yaml").write_text(text + "old: " + text.split(": ")[1].split("\n")[0], "utf-8")
    assert check(folder)[0] == 0
    assert sum("old: this text is used nowhere" in each for each in warnings(folder)) == 4


def test_problems_come_in_the_order_of_files_and_lines(folder: Path) -> None:
    (folder / "zh" / "extra.yaml").write_text(TEXTS["zh"] + "A: b\nB: c\n", "utf-8")
    (folder / "en" / "extra.yaml").write_text(TEXTS["en"] + "A: b\n", "utf-8")
    lines = check(folder)[1]
    assert lines == sorted(lines)
    assert len(lines) == 3


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    status, lines = check(tmp_path / "nowhere")
    assert status == 1
    assert "is not a folder" in lines[0]


@pytest.mark.slow
def test_a_hundred_and_fifty_requests_take_less_than_ten_seconds(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("IVR_SENTENCE_ENCODER")
    # CPU time: other programs of the same machine are not what is measured.
    things = [
        "invoice",
        "parcel",
        "coupon",
        "account",
        "password",
        "catalogue",
        "voucher",
        "receipt",
        "card",
        "bill",
    ]
    wishes = ["cancel", "find", "change", "print", "send", "explain", "renew", "delete", "check", "share"]
    wishes += ["order", "buy", "return", "lend", "describe"]
    for path in (folder / "requests").iterdir():
        path.unlink()
    (folder / "incidents.yaml").unlink(missing_ok=True)
    labels = {language: {"answer_all": TEXTS[language].split(": ")[1].split("\n")[0]} for language in LANGUAGES}
    for thing in things:
        for wish in wishes:
            said = [form.format(wish, thing) for form in ("please {} my {}", "I want to {} a {}", "{} the {} now")]
            said += [form.format(wish, thing) for form in ("can you {} this {}", "how do I {} my {}", "{} {}")]
            said += [
                form.format(wish, thing) for form in ("help me {} the {}", "could you {} one {}", "{} that {}")
            ]
            request = {"intent": f"{wish}_{thing}", "examples": {"en": [*said, f"I need to {wish} our {thing}"]}}
            request["replies"] = {"answer": "answer_all"}
            path = folder / "requests" / f"{wish}_{thing}.yaml"
            path.write_text(yaml.safe_dump(request), "utf-8")
            for texts in labels.values():
                texts[f"label_{wish}_{thing}"] = texts["answer_all"]
    for language, texts in labels.items():
        (folder / language / "requests.yaml").write_text(yaml.safe_dump(texts, allow_unicode=True), "utf-8")
    began_s = time.process_time()
    check(folder)
    assert time.process_time() - began_s < 10.0


def test_rules_of_the_policy_that_can_not_fire_are_told_at_their_line(folder: Path) -> None:
    (folder / "policy.yaml").write_text(
        "offer_person_from: 0.75\nhand_over_from: 0.75\nfrustration:\n  kept: 0.9\n  voice: 0.5\n", "utf-8"
    )
    found = [line for line in warnings(folder) if "policy.yaml" in line]
    assert any(":1: warning: offer_person_from equals hand_over_from" in line for line in found)
    assert any(":5: warning: voice: a voice that sounds angry alone" in line for line in found)


def test_a_tone_that_one_language_lacks_is_told(folder: Path) -> None:
    (folder / "en" / "extra.yaml").write_text(
        "label_gift_wrap: gift wrapping\ngift_wrap_answer:\n  neutral: Yes, we do.\n  brisk: Yes.\n", "utf-8"
    )
    status, lines = check(folder)
    assert status == 1
    for language in ("ko", "ja", "zh"):
        assert any(
            f"{language}/extra.yaml:1: gift_wrap_answer: the tone 'brisk' is missing" in line for line in lines
        )


def test_a_text_that_always_apologises_is_told(folder: Path) -> None:
    (folder / "en" / "extra.yaml").write_text(
        "label_gift_wrap: gift wrapping\ngift_wrap_answer: [Sorry no., I apologise.]\n", "utf-8"
    )
    assert any("en/extra.yaml:2: warning: gift_wrap_answer: every neutral" in line for line in warnings(folder))

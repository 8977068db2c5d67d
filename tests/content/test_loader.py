"""Loading prompts: the product's own are right, and every mistake is named with file and line."""

from pathlib import Path

import pytest

from ivr.content.keys import REQUIRED_KEYS
from ivr.content.loader import OPTIONAL_FILES, examine, load_content, load_requests
from ivr.content.types import LANGUAGES
from ivr.errors import ContentError

REQUEST = "intent: gift_wrap\nexamples:\n  ko: [선물 포장 되나요]\nreplies: {answer: opening_hours_answer}\n"
LABELS = "\nlabel_gift_wrap: gift wrap\n"


def _append(path: Path, text: str) -> None:
    path.write_text(path.read_text("utf-8") + text, "utf-8")


def _problem(prompts: Path) -> str:
    with pytest.raises(ContentError) as caught:
        load_content(prompts)
    return str(caught.value)


def _line(path: Path, text: str) -> int:
    return next(n for n, line in enumerate(path.read_text("utf-8").splitlines(True), 1) if text in line)


def test_the_products_own_prompts_are_complete_in_four_languages(prompts: Path) -> None:
    content = load_content(prompts)
    assert {"opening_hours", "order_status", "return_procedure"} <= set(content.requests)
    for language in LANGUAGES:
        assert set(REQUIRED_KEYS) <= set(content.texts[language])
    assert content.slots["order_number"].digits == 5
    assert "상담원" in content.commands["agent"].words["ko"]


def test_a_question_asked_again_has_other_words_each_time(prompts: Path) -> None:
    content = load_content(prompts)
    for language in LANGUAGES:
        for key in ("ask_order_number", "ask_request", "anything_else", "no_input_1", "no_match_1", "offer_agent"):
            wordings = content.texts[language][key].wordings["neutral"]
            assert len(set(wordings)) == len(wordings) >= 3, (language, key)


def test_texts_hold_nothing_that_a_voice_would_stumble_over(prompts: Path) -> None:
    content = load_content(prompts)
    for language in LANGUAGES:
        for text in content.texts[language].values():
            if text.key.startswith(("summary_", "label_", "twiml_", "whisper_accept")):
                continue  # shown, or spoken by the carrier, which reads figures
            for wordings in text.wordings.values():
                for wording in wordings:
                    assert not any(c.isdigit() or c in "#*&%@/<>[]()" for c in wording), (language, text.key)


def test_the_version_is_that_of_the_contents(prompts: Path) -> None:
    before = load_content(prompts).version
    assert load_content(prompts).version == before
    _append(prompts / "ko" / "dialogue.yaml", "\nextra_text: 안녕하세요\n")
    assert load_content(prompts).version != before


def test_a_new_request_is_one_file_and_its_texts(prompts: Path) -> None:
    (prompts / "requests" / "gift_wrap.yaml").write_text(REQUEST, "utf-8")
    for language in LANGUAGES:
        _append(prompts / language / "requests.yaml", LABELS)
    assert load_content(prompts).requests["gift_wrap"].examples["ko"] == ("선물 포장 되나요",)


@pytest.mark.parametrize(
    ("name", "text", "line", "problem"),
    [
        ("ko/extra.yaml", "a: [안녕", 1, "not YAML"),
        ("ko/extra.yaml", "a: 안녕\na: 하세요\n", 2, "'a' is there twice (first on line 1)"),
        ("ko/extra.yaml", "greeting: 안녕\n", 1, "'greeting' is already written in"),
        ("ko/extra.yaml", "a:\n", 1, "a is empty"),
        ("ko/extra.yaml", "a: []\n", 1, "a is an empty list"),
        ("ko/extra.yaml", "a: [[b]]\n", 1, "must be text or a list of texts"),
        ("ko/extra.yaml", "a: {neutral: 네, furious: 뭐}\n", 1, "'furious' is no tone"),
        ("ko/extra.yaml", "a: {warm: 네}\n", 1, "the tone 'neutral' is missing"),
        ("ko/extra.yaml", "a: '{order number}'\n", 1, "plain name"),
        ("ko/extra.yaml", "a: '{order'\n", 1, "a:"),
        ("ko/extra.yaml", "Bad-Key: 네\n", 1, "is no key"),
        ("ko/extra.yaml", "- 네\n", 1, "must be a mapping"),
        ("ko/extra.yaml", "", 1, "is empty"),
        ("ko/extra.yaml", "a: &x 네\nb: *x\n", 2, "anchors and aliases"),
        ("ko/extra.yaml", "a: " + "[" * 40 + "]" * 40, 1, "nested"),
        ("en/extra.yaml", "opening: '{a}'\n", 1, ""),
        ("requests/zz.yaml", "examples: {ko: [가]}\n", 1, "'intent' is missing"),
        ("requests/zz.yaml", "intent: Gift Wrap\nexamples: {ko: [가]}\n", 1, "snake_case"),
        ("requests/zz.yaml", "intent: gift\n", 1, "'examples' is missing"),
        ("requests/zz.yaml", "intent: gift\nexamples: {ko: []}\n", 2, "empty list"),
        ("requests/zz.yaml", "intent: gift\nexamples: {fr: [oui]}\n", 2, "'fr' is no language"),
        ("requests/zz.yaml", REQUEST + "colour: red\n", 5, "unknown key 'colour'"),
        ("requests/zz.yaml", REQUEST + "slots: [size]\n", 5, "not described in slots.yaml"),
        ("requests/zz.yaml", REQUEST + "slots: order_number\n", 5, "must be a list"),
        ("requests/zz.yaml", REQUEST + "confirm: maybe\n", 5, "true or false"),
        ("requests/zz.yaml", REQUEST + "menu_key: 0\n", 5, "one key, 1 to 9"),
        ("requests/zz.yaml", REQUEST + "menu_key: 1\n", 5, "already chooses"),
        ("requests/zz.yaml", REQUEST + "connector: Shop!\n", 5, "must be like shop.order_status"),
        ("requests/zz.yaml", REQUEST.replace("opening_hours_answer", "no_such_text"), 4, "no_such_text"),
        ("requests/zz.yaml", REQUEST.replace("answer:", "found:"), 4, "'answer' is missing"),
        ("requests/zz.yaml", REQUEST.replace("gift_wrap", "opening_hours"), 1, "already defined"),
        ("requests/zz.yaml", REQUEST.replace("gift_wrap", "agent"), 1, "is a command"),
        ("slots.yaml", "order_number: {digits: many}\n", 1, "must be a number from 1 to 20"),
        ("slots.yaml", "order_number: {kind: colour}\n", 1, "kind 'colour' is unknown"),
        ("slots.yaml", "order_number: {kind: phone, digits: 5}\n", 1, "goes with kind: digits"),
        ("slots.yaml", "order_number: {size: 5}\n", 1, "unknown key 'size'"),
        ("commands.yaml", "dance: {}\n", 1, "unknown command 'dance'"),
    ],
)
def test_a_mistake_is_named_with_its_file_and_line(
    prompts: Path, name: str, text: str, line: int, problem: str
) -> None:
    if name == "en/extra.yaml":
        (prompts / "ko" / "extra.yaml").write_text("opening: '{b}'\n", "utf-8")
        problem = "placeholders are a, but b in ko"
    (prompts / name).write_text(text, "utf-8")
    place = f"{prompts / name}:{line}"
    problems = _problem(prompts)
    here = [one for one in problems.splitlines() if one.startswith(f"{place}: ") or f"needed by {place})" in one]
    assert any(problem in one for one in here), problems


def test_all_mistakes_are_told_at_once(prompts: Path) -> None:
    (prompts / "ko" / "one.yaml").write_text("a: ''\n", "utf-8")
    (prompts / "requests" / "two.yaml").write_text("intent: B\nexamples: {}\n", "utf-8")
    problems = _problem(prompts).splitlines()
    assert {Path(line.split(":")[0]).name for line in problems} >= {"one.yaml", "two.yaml"}


def test_a_file_that_is_not_utf8_is_named(prompts: Path) -> None:
    (prompts / "ko" / "extra.yaml").write_bytes("a: 네\nb: 예\n".encode("cp949"))
    assert f"{prompts / 'ko' / 'extra.yaml'}:1: is not UTF-8" in _problem(prompts)


def test_a_text_missing_in_one_language_is_found(prompts: Path) -> None:
    path = prompts / "zh" / "call.yaml"
    path.write_text("\n".join(path.read_text("utf-8").splitlines()[2:]), "utf-8")
    assert "text 'failure' is missing" in _problem(prompts)


def test_a_hotline_may_speak_fewer_languages(prompts: Path) -> None:
    for path in (prompts / "ja").iterdir():
        path.unlink()
    assert load_content(prompts).texts["ja"] == {}


@pytest.mark.parametrize("name", OPTIONAL_FILES)
def test_a_file_that_may_be_missing_may_hold_nothing_but_comments(prompts: Path, name: str) -> None:
    (prompts / name).write_text("# nothing yet\n", "utf-8")
    problems = examine(prompts).problems.found
    assert not [problem for problem in problems if problem.path.endswith(name)]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "IVR_PROMPTS_DIR" in _problem(tmp_path / "nowhere")


def test_request_files_alone_are_enough_to_understand(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("intent: a_b\nexamples: {en: [hello there]}\n", "utf-8")
    assert set(load_requests(tmp_path).requests) == {"a_b"}
    with pytest.raises(ContentError, match="no folder of request files"):
        load_requests(tmp_path / "nowhere")


def test_commands_must_all_be_there(prompts: Path) -> None:
    path = prompts / "commands.yaml"
    line = _line(path, "dont_know:\n")
    path.write_text("\n".join(path.read_text("utf-8").splitlines()[: line - 1]), "utf-8")
    assert "command 'dont_know' is missing" in _problem(prompts)

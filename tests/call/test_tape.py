"""Recording a call: both sides as they were heard, and only of callers who were told."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from audio.g711 import ULAW_SILENCE
from ivr.call.callers import greeting_languages
from ivr.call.line import CallInfo
from ivr.call.tape import PART_BYTES, Recorder, Tape, TapedLine, notice_heard
from ivr.content.loader import load_content
from ivr.errors import RecordsError
from ivr.records.recordings import Recording, Vault, read_keys
from ivr.records.store import Store
from tests.call.stage import Stage, content
from tests.content.conftest import PROMPTS

KEY = base64.b64encode(b"k" * 32).decode()
FRAME = 160
NOTICE = "This call is recorded."


class Line:
    """A line that remembers what was asked of it."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments: self.asked.append(name)


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    store = Store(f"sqlite:///{tmp_path}/ivr.sqlite3")
    store.migrate()
    yield Vault(store.engine, tmp_path / "recordings", read_keys(KEY))
    store.close()


def sides(vault: Vault) -> tuple[bytes, bytes]:
    """What the caller and what we said, as recorded."""
    both = b"".join(vault.play("CA1"))
    return both[::2], both[1::2]


def begun(vault: Vault) -> tuple[Recorder, Tape]:
    recorder = Recorder(vault, sleep=lambda seconds: None)
    return recorder, recorder.begin(CallInfo("CA1"))


def test_what_we_say_is_heard_from_where_the_caller_is(vault: Vault) -> None:
    recorder, tape = begun(vault)
    line = TapedLine(Line(), tape)
    tape.caller(b"a" * FRAME)
    line.send_audio(b"G" * 2 * FRAME)  # sent at once, heard from now on
    line.send_audio(b"H" * FRAME)
    tape.caller(b"b" * 5 * FRAME)
    line.send_audio(b"I" * 10 * FRAME)  # cut short by the end of the call
    tape.caller(b"c" * FRAME)
    tape.finish(NOTICE)
    recorder.close()
    caller, ours = sides(vault)
    assert caller == b"a" * FRAME + b"b" * 5 * FRAME + b"c" * FRAME
    expected = ULAW_SILENCE * FRAME + b"G" * 2 * FRAME + b"H" * FRAME + ULAW_SILENCE * 2 * FRAME + b"I" * FRAME
    assert ours == expected
    found = vault.find("CA1")
    assert found is not None
    assert (found.duration_ms, found.notice) == (140, NOTICE)


def test_what_a_caller_interrupted_is_not_on_the_recording(vault: Vault) -> None:
    recorder, tape = begun(vault)
    inner = Line()
    line = TapedLine(inner, tape)
    line.send_audio(b"G" * 10 * FRAME)
    tape.caller(b"a" * 3 * FRAME)
    line.clear()
    tape.caller(b"a" * 3 * FRAME)
    line.send_audio(b"H" * FRAME)
    tape.caller(b"a" * FRAME)
    tape.finish(NOTICE)
    recorder.close()
    assert sides(vault)[1] == b"G" * 3 * FRAME + ULAW_SILENCE * 3 * FRAME + b"H" * FRAME
    assert inner.asked == ["send_audio", "clear", "send_audio"]


def test_a_long_call_is_written_part_by_part(vault: Vault) -> None:
    recorder, tape = begun(vault)
    tape.ours(b"G" * (2 * PART_BYTES + 8))
    for _ in range(3 * PART_BYTES // FRAME):
        tape.caller(b"a" * FRAME)
    assert len(tape._caller) < PART_BYTES
    tape.finish(NOTICE)
    recorder.close()
    assert [len(part) for part in vault.play("CA1")] == [2 * PART_BYTES] * 3 + [0]
    assert sides(vault)[1] == b"G" * (2 * PART_BYTES + 8) + ULAW_SILENCE * (PART_BYTES - 8)


def test_who_was_not_told_is_not_recorded(vault: Vault, tmp_path: Path) -> None:
    recorder, tape = begun(vault)
    tape.caller(b"a" * 2 * PART_BYTES)
    tape.finish(None)
    recorder.close()
    assert vault.find("CA1") is None
    assert list((tmp_path / "recordings").iterdir()) == []


def test_a_full_disk_costs_the_recording_not_the_call(
    vault: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(call_sid: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(vault, "create", full)
    recorder, tape = begun(vault)
    tape.caller(b"a" * 2 * PART_BYTES)
    tape.finish(NOTICE)
    recorder.close()
    assert vault.find("CA1") is None


def test_a_database_that_is_away_for_a_moment_is_asked_again(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    keep, refusals = vault.keep, iter([True, True])

    def keep_later(recording: Recording) -> None:
        if next(refusals, False):
            raise RecordsError("locked")
        keep(recording)

    monkeypatch.setattr(vault, "keep", keep_later)
    recorder, tape = begun(vault)
    tape.caller(b"a" * FRAME)
    tape.finish(NOTICE)
    recorder.close()
    assert vault.find("CA1") is not None


def test_a_recording_that_ended_takes_nothing_more(vault: Vault) -> None:
    recorder, tape = begun(vault)
    tape.caller(b"a" * FRAME)
    tape.finish(NOTICE)
    tape.caller(b"b" * FRAME)
    tape.ours(b"b" * FRAME)
    tape.finish(None)
    recorder.close()
    tape.caller(b"b" * FRAME)
    assert sides(vault) == (b"a" * FRAME, ULAW_SILENCE * FRAME)


# --- who was told ---


def test_told_is_who_heard_it_to_its_end_in_every_language_of_the_greeting() -> None:
    content = load_content(PROMPTS)
    korean, english = "이 통화는 녹음됩니다.", NOTICE
    assert notice_heard(content, ("en",), [f"Hello. {english} How can I help you?"]) == english
    assert notice_heard(content, ("en",), ["Hello. This call is…"]) is None
    assert notice_heard(content, ("en",), []) is None
    assert notice_heard(content, ("ko", "en"), [f"안녕하세요. {korean}"]) is None
    assert notice_heard(content, ("ko", "en"), [f"안녕하세요. {korean}", english]) == f"{korean} {english}"


def test_the_languages_are_those_of_the_greeting() -> None:
    assert greeting_languages(CallInfo("CA1"), "ko") == ("ko", "en")
    assert greeting_languages(CallInfo("CA1"), "en") == ("en", "ko")
    assert greeting_languages(CallInfo("CA1", language="ja"), "ko") == ("ja",)


def test_a_recording_knows_when_it_began(vault: Vault) -> None:
    before = datetime.now(UTC)
    recorder, tape = begun(vault)
    tape.finish(NOTICE)
    recorder.close()
    found = vault.find("CA1")
    assert found is not None
    assert abs((found.started_at - before).total_seconds()) < 5
    assert found.duration_ms == 0


def test_the_greeting_says_so_in_each_of_its_languages_and_only_then() -> None:
    stage = Stage("en", record_calls=True)
    stage.finish_prompt()
    assert NOTICE in stage.notebook.turns[0].text
    both = Stage(None, record_calls=True)  # a Korean hotline
    both.finish_prompt()
    assert notice_heard(content(), ("ko", "en"), [turn.text for turn in both.notebook.turns]) is not None
    plain = Stage("en")
    plain.finish_prompt()
    assert NOTICE not in plain.notebook.turns[0].text

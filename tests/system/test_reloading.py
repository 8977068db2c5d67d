"""Prompts that are edited while the hotline takes calls."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.telephony.simulated_line import SimulatedCall
from tests.content.conftest import PROMPTS
from tests.system.callers import greeted
from tests.system.hotline import Hotline, running, wait_until

pytestmark = pytest.mark.slow

TAKEN_S = 60.0
"""Longest until an edited text is in use, on a machine with other things to do."""


@pytest.fixture
def hotline(tmp_path: Path) -> Iterator[Hotline]:
    shutil.copytree(PROMPTS, tmp_path / "prompts")
    with running(tmp_path, IVR_PROMPTS_DIR=str(tmp_path / "prompts")) as hotline:
        yield hotline


def _ring(hotline: Hotline) -> SimulatedCall:
    call = SimulatedCall(hotline.url, language="en")
    call.ring()
    greeted(call)
    return call


def _greeting(hotline: Hotline, call: SimulatedCall) -> tuple[str, str]:
    """What a call was greeted with, and its version of the prompts."""
    call.hang_up()
    record = hotline.record(call.call_sid)
    return record["turns"][0]["text"], record["content_version"]


def test_the_next_call_hears_an_edited_text_and_a_broken_file_changes_nothing(
    hotline: Hotline, tmp_path: Path
) -> None:
    path = tmp_path / "prompts" / "en" / "dialogue.yaml"
    good = path.read_text("utf-8")
    assert "this is Acorn Store" in good
    before = _ring(hotline)

    path.write_text(good.replace("this is Acorn Store", "this is Walnut Store"), "utf-8")
    wait_until(lambda: hotline.metric("ivr_prompts_reloads_total", result="taken"), TAKEN_S, "the edit is taken")
    after = _ring(hotline)
    old, old_version = _greeting(hotline, before)
    new, new_version = _greeting(hotline, after)
    assert "Acorn Store" in old
    assert "Walnut Store" in new
    assert old_version != new_version

    path.write_text(good.replace("greeting: >-", "greeting: 'half a", 1), "utf-8")
    wait_until(lambda: hotline.metric("ivr_prompts_reloads_total", result="refused"), TAKEN_S, "it is refused")
    ready = hotline.get("/ready")
    assert ready.status_code == 200
    assert f"{path}:" in ready.json()["notes"]["prompts"]
    assert "prompts_refused" in hotline.log
    assert _greeting(hotline, _ring(hotline)) == (new, new_version)

"""Every golden call, eight at a time as on a busy morning, each judged by itself."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from ivr.content.loader import load_content
from ivr.content.types import LANGUAGES
from tests.calls.golden import GoldenCall, as_parameters, golden_calls
from tests.calls.hotlines import hotline, lay_over
from tests.calls.judging import Played, judge
from tests.calls.ringing import play

AT_ONCE = 8
CALLS = golden_calls()

pytestmark = pytest.mark.slow

Ringing = dict[str, Future[Played]]


@pytest.fixture(scope="module")
def played(
    request: pytest.FixtureRequest, hotline_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ringing]:
    wanted = {item.callspec.id for item in request.session.items if hasattr(item, "callspec")}
    calls = [golden for golden in CALLS if golden.name in wanted]
    folder = tmp_path_factory.mktemp("prompts")
    with ExitStack() as stack:
        urls: dict[str | None, str] = {None: hotline_url}
        for name in sorted({golden.hotline for golden in calls if golden.hotline}):
            urls[name] = stack.enter_context(hotline(name, folder))
        pool = stack.enter_context(ThreadPoolExecutor(AT_ONCE, thread_name_prefix="golden"))
        yield {golden.name: pool.submit(play, golden, urls[golden.hotline]) for golden in calls}


@pytest.mark.parametrize("golden", as_parameters(CALLS))
def test_call(golden: GoldenCall, played: Ringing, tmp_path: Path) -> None:
    judge(golden, played[golden.name].result(timeout=600), load_content(lay_over(golden.hotline, tmp_path)))


def test_there_are_enough_calls_in_every_language() -> None:
    assert len(CALLS) >= 40
    spoken = Counter(golden.spoken for golden in CALLS)
    assert all(spoken[language] >= 8 for language in LANGUAGES), spoken

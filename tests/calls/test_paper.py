"""The golden calls on paper: right in what is decided, however fast the machine is."""

import pytest

from ivr.content.loader import load_content
from ivr.content.types import Content
from ivr.fulfilment.registry import create_connectors
from tests.calls.golden import GoldenCall, golden_calls
from tests.calls.hotlines import lay_over
from tests.calls.judging import judge
from tests.calls.paper import PaperCall, playable
from tests.understanding.models import understander_of

pytestmark = pytest.mark.slow

CALLS = [golden for golden in golden_calls() if playable(golden)]


@pytest.fixture(scope="module")
def contents(tmp_path_factory: pytest.TempPathFactory) -> dict[str | None, Content]:
    folder = tmp_path_factory.mktemp("prompts")
    return {name: load_content(lay_over(name, folder)) for name in {golden.hotline for golden in CALLS}}


@pytest.mark.parametrize("golden", CALLS, ids=lambda golden: golden.name)
def test_call_on_paper(golden: GoldenCall, contents: dict[str | None, Content]) -> None:
    content = contents[golden.hotline]
    connectors = create_connectors("sqlite://", content)
    call = PaperCall(golden, content, understander_of(content), connectors).play()
    judge(golden, call, content)

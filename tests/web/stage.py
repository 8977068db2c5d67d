"""The phone page's other side, played by a script: the real media stream, and a live view the test writes."""

import json
import queue
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from flask import Blueprint, Flask, Response, jsonify
from flask.typing import ResponseReturnValue

from ivr.call.line import AudioReceived, LineEvent
from ivr.settings import Settings, load_settings
from ivr.telephony.stream import StreamLimits
from ivr.telephony.tokens import StreamTokens
from ivr.telephony.webhooks import blueprint as telephony_routes
from ivr.web import access, phone
from tests.telephony.house import FakeCall, FakeHouse, Script, silent
from tests.web.browser import serve

LiveEvent = tuple[str, dict[str, object]]


@dataclass
class Stage:
    """A hotline without ears or mouth. Times are seconds of ``time.monotonic``."""

    house: FakeHouse = field(default_factory=FakeHouse)
    url: str = ""
    outcome: str = "resolved"
    """What the call's record says once it has ended."""
    times: list[tuple[float, LineEvent]] = field(default_factory=list)
    """Everything that came in on the line, in order."""
    live: "queue.Queue[LiveEvent]" = field(default_factory=queue.Queue)

    def show(self, name: str, **data: object) -> None:
        """Publish an event of the live view."""
        self.live.put((name, data))

    def call(self) -> FakeCall:
        """The call, once its stream has started."""
        return self.house.call(timeout_s=15)

    def when(self, true: Callable[[LineEvent], bool]) -> float:
        """The moment the first such event came in."""
        return next(at_s for at_s, event in self.times if true(event))


@contextmanager
def on_stage(script: Script = silent, settings: Settings | None = None) -> Iterator[Stage]:
    """Serve the phone page against a scripted house on a free port."""
    settings = settings or load_settings()
    stage = Stage()

    def note(call: FakeCall, event: LineEvent) -> None:
        stage.times.append((time.monotonic(), event))
        script(call, event)

    stage.house.script = note
    tokens = StreamTokens(settings.stream_token_s)
    app = Flask(__name__, static_folder=None)
    access.protect(app, settings)
    app.register_blueprint(telephony_routes(stage.house, settings, tokens, StreamLimits()))
    app.register_blueprint(phone.blueprint(stage.house, settings, tokens))
    app.register_blueprint(_api(stage))
    with serve(app) as url:
        stage.url = url
        try:
            yield stage
        finally:
            stage.show("ended")  # lets the view's thread go


def _api(stage: Stage) -> Blueprint:
    routes = Blueprint("api", __name__, url_prefix="/api/calls")

    @routes.get("/<call_sid>/events")
    def events(call_sid: str) -> ResponseReturnValue:
        def stream() -> Iterator[str]:
            yield ": hello\n\n"
            number = 0
            while True:
                name, data = stage.live.get()
                number += 1
                yield f"id: {number}\nevent: {name}\ndata: {json.dumps(data)}\n\n"
                if name == "ended":
                    return

        return Response(stream(), mimetype="text/event-stream")

    @routes.get("/<call_sid>")
    def call(call_sid: str) -> ResponseReturnValue:
        return jsonify(call_sid=call_sid, outcome=stage.outcome)

    return routes


def is_audio(event: LineEvent) -> bool:
    """Whether an event is some of the caller's audio."""
    return isinstance(event, AudioReceived)

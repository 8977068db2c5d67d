"""A hotline whose agents' telephones are rung over a REST API on this machine; the test plays everybody."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ivr.content.types import Content, Hours
from ivr.handoff.ringing_service import RingingService
from ivr.records.types import VoicemailRecord
from ivr.settings import Settings, load_settings
from ivr.telephony.carrier import Verb
from ivr.telephony.dialling import make_ringing
from ivr.telephony.rest import TwilioRest
from tests.handoff.desks import Time
from tests.telephony.house import FakeHouse, make_app
from tests.telephony.twilio_api import ACCOUNT, SECRET, FakeTwilio, Leg, fake_twilio
from tests.telephony.web import SID, twiml

PHONES = ("+821000000001", "+821000000002")
OURS, CALLER = "+8221234567", "+821099998888"


@dataclass
class Exchange:
    """One hotline, its callers and agents."""

    twilio: FakeTwilio
    settings: Settings
    house: FakeHouse = field(default_factory=FakeHouse)
    time: Time = field(default_factory=Time)
    hours: Hours = field(default_factory=Hours)
    """Of the agents."""
    left: list[tuple[str, VoicemailRecord]] = field(default_factory=list)
    """Messages that were left."""

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        """The server starts (anew)."""
        rest = TwilioRest(ACCOUNT, SECRET, self.twilio.url, sleep=lambda pause_s: None, timeout_s=2)
        self.ringing: RingingService = make_ringing(
            self.settings,
            self.house,
            rest,
            self.time.clock(),
            lambda: Content("1", {}, {}, hours=self.hours),
        )
        app = make_app(
            self.house,
            self.settings,
            ringing=self.ringing,
            message_left=lambda call_sid, message: self.left.append((call_sid, message)),
        )
        self.web: FlaskClient = app.test_client()

    def post(self, path: str, call_sid: str = SID, **fields: str) -> TestResponse:
        """A webhook of the caller's call."""
        return self.web.post(path, data={"CallSid": call_sid, "From": CALLER, "To": OURS, **fields})

    def waits(self, call_sid: str = SID) -> Verb:
        """The caller's stream ends with a hand-off."""
        self.twilio.callers.add(call_sid)
        answer = twiml(self.post("/twilio/after", call_sid))
        self.ringing.round()
        return answer

    def rung(self, count: int) -> list[Leg]:
        """The agents' calls, once there are so many."""
        assert self.twilio.wait(lambda twilio: len(twilio.legs) >= count), self.twilio.asked
        self.settled(lambda: not any(s == "placing" for s in self.stages()))
        legs = self.twilio.legs
        return [*sorted(legs[:2], key=lambda leg: leg.form["To"]), *legs[2:]]

    def stages(self, call_sid: str = SID) -> list[str]:
        call = self.ringing.find(call_sid)
        return [attempt.stage for attempt in call.attempts] if call else []

    def settled(self, true: Callable[[], bool]) -> None:
        """Wait for what the pool does."""
        with self.twilio.changed:
            for _ in range(500):
                if true():
                    return
                self.twilio.changed.wait(0.01)
        raise AssertionError((self.state(), self.twilio.asked))

    def leg(self, leg: Leg, path: str = "", **fields: str) -> TestResponse:
        """What an agent's call asks."""
        url = leg.form["Url"].removeprefix("http://localhost")
        return self.web.post(url + path, data={"CallSid": leg.sid, "To": leg.form["To"], **fields})

    def takes(self, leg: Leg) -> TestResponse:
        """An agent picks up and presses 1."""
        self.leg(leg)
        return self.leg(leg, "/answer", Digits="1")

    def over(self, leg: Leg, status: str) -> None:
        """An agent's call ends."""
        leg.status = status
        assert self.leg(leg, "/status", CallStatus=status).status_code == 204

    def state(self, call_sid: str = SID) -> str:
        return self.house.rung[call_sid][0]

    def answers(self, call_sid: str = SID) -> list[tuple[object, object]]:
        return self.house.rung[call_sid][1]

    def close(self) -> None:
        self.ringing.stop()


@contextmanager
def exchange(hours: Hours | None = None, **settings: object) -> Iterator[Exchange]:
    """A hotline with two agents' numbers, unless set otherwise; always open, unless ``hours`` say otherwise."""
    with fake_twilio() as twilio:
        values: dict[str, object] = {"agent_numbers": ",".join(PHONES), "language": "en", **settings}
        hotline = Exchange(twilio, load_settings(**values), hours=hours or Hours())
        try:
            yield hotline
        finally:
            hotline.close()

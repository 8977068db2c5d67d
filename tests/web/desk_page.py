"""The desk's page as tests use it: a real desk, database and bridge; callers whose side a test writes."""

import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from audio.contracts import Samples
from audio.g711 import samples_to_ulaw, ulaw_to_samples
from ivr.bridge import agent_leg
from ivr.bridge.hub import BridgeHub
from ivr.bridge.talk import Talk
from ivr.bridge.types import AgentJoined, AgentLeft, BridgeEvent, DetachAsked, HoldAsked
from ivr.content.types import Language
from ivr.errors import BackendDownError
from ivr.fulfilment.types import Connector, Outcome
from ivr.handoff.agents import DEMO_AGENTS
from ivr.handoff.desk import Desk
from ivr.handoff.desk_record import DeskRecord
from ivr.handoff.desk_store import DeskStore
from ivr.handoff.types import WaitingCall
from ivr.records.accounts import Accounts
from ivr.records.accounts_calls import came_to_people
from ivr.records.audit import AuditLog
from ivr.records.bus import LocalBus
from ivr.records.journal import DatabaseJournal
from ivr.records.store import Store
from ivr.records.types import CallbackRecord, HandoffRecord, TurnRecord, VoicemailRecord
from ivr.settings import load_settings
from ivr.telephony.pacer import Pacer
from ivr.telephony.tokens import StreamTokens
from ivr.web import access, api, callbacks, desk, desk_api, desk_audio, desk_help, login, phone
from ivr.web.visitors import logged_in_agent
from tests.call.stage import content
from tests.records.samples import started
from tests.telephony.house import FakeHouse
from tests.web.browser import serve

HOUR = timedelta(hours=1)
NASTY = "<script>document.title='owned'</script><img src=x onerror=alert(1)>\u202e\x07 &amp; <b>bold</b>"
"""What a caller might say to break a page: markup, an entity, a bidirectional override, a bell."""

SUMMARY: Mapping[str, object] = {
    "language": "ko",
    "headline": "배송 조회 (주문 47291): 답답해하는 고객",
    "caller": {
        "number": "+821012345678",
        "language": "ko",
        "name": "김하늘",
        "earlier_calls": [
            {
                "call_sid": "CA0",
                "started_at": "2026-03-01T05:00:00+00:00",
                "outcome": "handed_off",
                "intents": ["order_status"],
            }
        ],
    },
    "request": "사칠이구일 주문 언제 와요",
    "verified": {"order_number": "47291", "customer": "김하늘"},
    "identity_proven": True,
    "told": {"order_number": "47291"},
    "tried": ["배송 조회: 배송 지연을 알려 드림"],
    "feeling": "답답함이 커짐",
    "suggested_opening": (
        "김하늘 님, 47291 주문 건으로 두 번 전화 주셨네요. 기다리게 해 드려 죄송합니다. 바로 확인하겠습니다."
    ),
    "risks": [{"kind": "legal", "turn": 2, "words": "변호사한테 말할 거예요"}],
    "course": [{"turn": 0, "at_ms": 8340, "frustration": 0.2, "level": "calm"}],
    "turned_at": {
        "turn": 2,
        "at_ms": 19_000,
        "frustration": 0.72,
        "level": "upset",
        "said": "벌써 세 번째 전화예요",
    },
    "statements": [
        {"section": "caller", "text": "+82 10-****-5678 · 한국어", "sources": ["line:number", "line:language"]},
        {"section": "caller", "text": "본인 확인됨: 김하늘", "sources": ["state:proven", "verified:customer"]},
        {"section": "verified", "text": "주문번호 47291 · 상태 지연", "sources": ["verified:order_number"]},
        {"section": "risks", "text": "법적 대응: “변호사한테 말할 거예요”", "sources": ["turn:2"]},
    ],
}


class Shop(Connector):
    """Knows one order."""

    def fulfil(self, slots: Mapping[str, str], language: Language) -> Outcome:
        if slots.get("order_number") != "47291":
            raise BackendDownError("the shop is away")
        return Outcome(
            "preparing",
            {"order_number": "4 7 2 9 1", "date": "내일"},
            {"order_number": "47291", "status": "preparing"},
        )


class Caller:
    """A caller's end of the bridge: a talk on a paper line."""

    def __init__(self, floor: "Floor", call_sid: str) -> None:
        self.call_sid = call_sid
        self.heard = bytearray()
        self.talk: Talk | None = None
        self._floor = floor
        self._say = bytearray()
        self._lock = threading.Lock()
        self._pacer = Pacer()
        floor.hub.enter(call_sid, self.post)

    def send_audio(self, ulaw: bytes) -> None:
        """Hear the agent."""
        self.heard += ulaw

    def say(self, samples: Samples) -> None:
        """Say 8 kHz samples."""
        with self._lock:
            self._say += samples_to_ulaw(samples)

    def ears(self) -> Samples:
        """All that was heard so far."""
        return ulaw_to_samples(bytes(self.heard))

    def post(self, event: BridgeEvent) -> None:
        match event:
            case AgentJoined(leg):
                self.talk = Talk(self, leg, lambda spoke: None)
                self.talk.start()
                self._pacer.add(self, self._tick)
                self._floor.desk.talking(self.call_sid, leg.agent_id)
            case AgentLeft(leg, why, on_purpose):
                self._part(why)
                if not on_purpose:
                    self._floor.desk.agent_gone(self.call_sid, leg.agent_id, why)
            case HoldAsked(on) if self.talk is not None:
                self.talk.hold(on)
            case DetachAsked(why):
                self._part(why)

    def hang_up(self) -> None:
        self._floor.hub.leave(self.call_sid, self.post)
        self._part("the caller hung up", agent_leg.CALLER_GONE)
        self._floor.desk.caller_gone(self.call_sid)

    def _part(self, why: str, status: int = agent_leg.ENDED) -> None:
        self._pacer.remove(self)
        talk, self.talk = self.talk, None
        if talk is not None:
            talk.stop()
            talk.leg.end(status, why)

    def _tick(self) -> None:
        with self._lock:
            frame = bytes(self._say[:160]).ljust(160, b"\xff")
            del self._say[:160]
        if self.talk is not None:
            self.talk.caller_spoke(frame)


@dataclass
class Floor:
    """A desk that is open, and everybody who calls."""

    url: str
    desk: Desk
    journal: DatabaseJournal
    hub: BridgeHub
    app: Flask
    accounts: Accounts | None = None
    """None: nobody need log in."""
    callers: dict[str, Caller] = field(default_factory=dict)

    def ring(self, call_sid: str = "CA1", summary: Mapping[str, object] = SUMMARY, **fields: object) -> Caller:
        """A caller wants a person."""
        self.journal.call_started(started(call_sid, datetime.now(UTC)))
        for turn in TALK:
            self.journal.turn(call_sid, turn)
        self.journal.handoff(call_sid, HandoffRecord("frustration", summary))
        self.journal.flush(5)
        caller = self.callers[call_sid] = Caller(self, call_sid)
        values: dict[str, Any] = {
            "language": "ko",
            "topic": "order_status",
            "frustration": 0.72,
            "risks": ("legal",),
            "headline": str(summary["headline"]),
            "reason": "frustration",
            "from_number": "+821012345678",
            **fields,
        }
        self.desk.request(WaitingCall(call_sid, self.desk.now(), **values))
        return caller

    def desk_accepts(self, agent_id: str, call_sid: str = "CA1") -> None:
        """Another agent is faster."""
        self.desk.enter(agent_id)
        self.desk.accept(call_sid, agent_id)

    def say(self, turn: TurnRecord, call_sid: str = "CA1") -> None:
        self.journal.turn(call_sid, turn)

    def half_said(self, words: str, call_sid: str = "CA1", **fields: object) -> None:
        self.journal.live(call_sid, {"event": "partial", "text": words, **fields})

    def promise(self, call_sid: str, topic: str) -> None:
        """A call-back is promised."""
        self.journal.call_started(started(call_sid, datetime.now(UTC)))
        at = datetime.now(UTC) + timedelta(hours=2)
        self.journal.callback(call_sid, CallbackRecord(at, "+821098765432", "start_return", topic))
        self.journal.flush(5)

    def leave_message(self, call_sid: str, transcript: str, summary: str) -> None:
        """A caller leaves a message, and it is put into words."""
        self.journal.call_started(started(call_sid, datetime.now(UTC)))
        self.journal.voicemail(
            call_sid,
            VoicemailRecord(
                "https://carrier.test/RE1",
                "RE1",
                12.4,
                "ko",
                transcript=transcript,
                summary=summary,
                left_at=datetime.now(UTC),
            ),
        )
        self.journal.flush(5)


def spoken(text: str, start_ms: int, frustration: float, **fields: object) -> TurnRecord:
    """A turn of the caller's."""
    values: dict[str, Any] = {
        "language": "ko",
        "emotion": {"label": "angry" if frustration > 0.5 else "neutral", "confidence": 0.8},
        **fields,
    }
    return TurnRecord("caller", text, start_ms, start_ms + 3_000, frustration=frustration, **values)


TALK = (
    spoken("사칠이구일 주문 언제 와요", 5_000, 0.2, intent="order_status", slots={"order_number": "47291"}),
    TurnRecord("assistant", "주문 4 7 2 9 1번은 배송이 늦어지고 있습니다.", 8_770, 12_100, "ko", response_ms=430),
    spoken("벌써 세 번째 전화예요. 변호사한테 말할 거예요", 16_000, 0.72),
    TurnRecord("assistant", "죄송합니다. 상담원을 연결해 드리겠습니다.", 19_500, 22_000, "ko", response_ms=510),
)


PASSWORD = "correct horse battery"


@contextmanager
def open_floor(folder: Path, *logins: str) -> Iterator[Floor]:
    """Serve the desk, its API, its sound and the calls' API on a free port of this machine.

    Args:
        folder: For the database.
        logins: Names of agents who log in with :data:`PASSWORD`; none: nobody need log in.
    """
    settings = load_settings(host="127.0.0.1", api_token="a-token-of-some-length" if logins else None)
    records = Store(f"sqlite:///{folder / 'desk.sqlite3'}")
    records.migrate()
    bus = LocalBus()
    journal = DatabaseJournal(records, bus)
    hub = BridgeHub()
    service = Desk(DeskStore(records.engine, records.presence.node), DeskRecord(journal), bridge=hub)
    service.agents.add(DEMO_AGENTS, service.now())
    pool = ThreadPoolExecutor(2)
    backends = desk_help.Backends({"shop.order_status": Shop()}, pool, 2.0)
    app = Flask("desk", static_folder=None)
    accounts = Accounts(records.engine, idle=HOUR, longest=HOUR) if logins else None
    if accounts is not None:
        audit = AuditLog(records.engine)
        for name in logins:
            accounts.add(name, "agent", PASSWORD, datetime.now(UTC))
        guard = access.Guard(settings, accounts, partial(came_to_people, records.engine))
        guard.protect(app)
        app.register_blueprint(login.blueprint(guard, accounts, audit))
    else:
        access.protect(app, settings)
    app.register_blueprint(phone.blueprint(FakeHouse(), settings, StreamTokens()))
    app.register_blueprint(api.blueprint(records, bus, journal.flush))
    app.register_blueprint(callbacks.blueprint(records, journal, journal.flush))
    app.register_blueprint(
        desk_api.blueprint(
            service,
            records,
            intents=lambda: content().requests,
            logged_in=logged_in_agent,
            flush=journal.flush,
        )
    )
    app.register_blueprint(
        desk_help.blueprint(service, records, content, lambda: backends, logged_in_agent, journal.flush)
    )
    app.register_blueprint(desk_audio.blueprint(hub, settings))
    app.register_blueprint(desk.blueprint())
    service.start()
    floor = Floor("", service, journal, hub, app, accounts)
    try:
        with serve(app) as url:
            floor.url = url
            yield floor
            for caller in floor.callers.values():
                caller.hang_up()
            service.stop()
    finally:
        service.stop()
        pool.shutdown()
        journal.close(timeout_s=2)
        records.close()


def sit_down(page: Page, floor: Floor, agent: str = "mina", *, available: bool = True) -> None:
    """Open the desk as one of the demo agents."""
    page.goto(f"{floor.url}/desk")
    page.wait_for_selector("body[data-ready]")
    page.click(f"[data-agent={agent}]")
    expect(page.locator("#side")).to_be_visible()
    if available:
        page.click("#available")
        expect(page.locator("#available")).to_have_attribute("aria-pressed", "true")


def log_in(page: Page, url: str) -> None:
    """Fill in the login's form, which ``url`` leads to, as ``anna``."""
    page.goto(url)
    page.fill("[name=name]", "anna")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")


def take(page: Page) -> None:
    """Accept the call that rings, and wait until the page shows it."""
    page.click("#ring-accept")
    expect(page.locator("#call")).to_be_visible()
    expect(page.locator("#sound")).to_be_visible()


def client_of(floor: Floor) -> FlaskClient:
    """Another browser, without a login."""
    return floor.app.test_client()

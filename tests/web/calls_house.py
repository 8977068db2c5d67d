"""Calls in a database, and the pages that show them: for tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from flask import Flask

from ivr.records.bus import LocalBus
from ivr.records.journal import DatabaseJournal
from ivr.records.store import Store
from ivr.records.types import CallStarted, DecisionRecord, HandoffRecord, TurnRecord
from ivr.settings import load_settings
from ivr.telephony.tokens import StreamTokens
from ivr.web import access, api, calls, phone
from tests.records.samples import STARTED_AT
from tests.telephony.house import FakeHouse

HOSTILE = (
    "where is it <img src=x onerror=\"document.body.dataset.owned='yes'\"><script>1</script>\x1b[31m\u202e back"
)
SUMMARY = {
    "headline": "주문 47291 배송이 늦음 — 화가 난 고객이 상담원을 찾음",
    "caller": {"number": "+821012345678", "language": "ko"},
    "request": "주문한 게 일주일째 안 와요",
    "verified": {"order_number": "47291"},
    "tried": ["배송 조회: on_the_way (47291)"],
    "feeling": "angry",
    "suggested_opening": "주문 47291 때문에 전화 주셨지요. 오래 기다리게 해 드려 죄송합니다.",
    "identity_proven": False,
    "told": {"order_number": "47291"},
    "in_languages": {"en": {"headline": "Order 47291 is late: an angry caller asks for a person"}},
}


@dataclass
class Calls:
    """Where calls are written, and read from."""

    app: Flask
    journal: DatabaseJournal
    store: Store

    def begin(self, call_sid: str, minutes: int = 0, language: str = "ko") -> None:
        """A call comes in."""
        at = STARTED_AT + timedelta(minutes=minutes)
        started = CallStarted(call_sid, at, "+821012345678", "+82215880000", language, "browser", "v1")
        self.journal.call_started(started)

    def say(
        self, call_sid: str, text: str, at_s: float, score: float | None = None, *, angry: bool = False
    ) -> None:
        """The caller says something; with a score, feelings were judged."""
        judged = score is not None
        emotion = {"label": "angry" if angry else "neutral", "confidence": 0.74, "arousal": 0.6, "valence": -0.5}
        self.journal.turn(
            call_sid,
            TurnRecord(
                "caller",
                text,
                round(at_s * 1000),
                round(at_s * 1000) + 2_400,
                "ko",
                intent="order_status",
                intent_confidence=0.91,
                slots={"order_number": "47291"},
                emotion=emotion if judged else None,
                prosody={"f0_median_hz": 182.4 + at_s, "f0_range_semitones": 7.4, "energy_db": -24.1 + at_s / 9}
                if judged
                else None,
                speech_rate=4.8 if judged else None,
                frustration=score,
                signs={"voice": 0.8, "words": 0.9} if score else {},
                contributions={"carried": score * 0.2, "voice": score * 0.3, "words": score * 0.5} if score else {},
            ),
        )

    def answer(
        self, call_sid: str, text: str, at_s: float, action: str = "answer", *, withdrawn: bool = False
    ) -> None:
        """The hotline decides, and speaks."""
        at_ms = round(at_s * 1000)
        why = DecisionRecord(
            at_ms, action, "understood 'order_status'", {"confidence": 0.91, "voice": 0.2}, withdrawn
        )
        self.journal.decision(call_sid, why)
        self.journal.turn(
            call_sid, TurnRecord("assistant", text, at_ms + 300, at_ms + 3_000, "ko", response_ms=640)
        )

    def sour(self, call_sid: str = "CA1") -> None:
        """A live call in which somebody gets angry, until a person is asked for."""
        self.begin(call_sid)
        self.answer(call_sid, "안녕하세요, 도토리상점입니다. 무엇을 도와드릴까요?", 0, "ask")
        self.say(call_sid, "주문한 거 언제 와요", 5, 0.0)
        self.answer(call_sid, "주문번호 다섯 자리를 말씀해 주세요.", 8, "ask")
        self.say(call_sid, "아니 도대체 몇 번을 말해요 사칠이구일이라고요", 13, 0.47, angry=True)
        self.answer(call_sid, "불편을 드려 죄송합니다. 주문은 배송 중입니다.", 17, "empathise")
        self.say(call_sid, "장난해요? 책임자 바꿔요", 22, 0.81, angry=True)
        self.answer(call_sid, "담당자를 바로 연결해 드리겠습니다.", 25.5, "hand_off")

    def hand_off(self, call_sid: str = "CA1") -> None:
        """A person is called."""
        self.journal.handoff(call_sid, HandoffRecord("frustration", SUMMARY))
        self.journal.outcome(call_sid, "handed_off")

    def end(self, call_sid: str, minutes: int = 0, lasted_s: float = 30) -> None:
        """The line closes."""
        at = STARTED_AT + timedelta(minutes=minutes, seconds=lasted_s)
        self.journal.call_ended(call_sid, at)


@contextmanager
def calls_house(folder: Path, api_token: str | None = None) -> Iterator[Calls]:
    """The pages over an empty database in ``folder``."""
    store = Store(f"sqlite:///{folder}/calls.sqlite3")
    store.migrate()
    bus = LocalBus()
    journal = DatabaseJournal(store, bus)
    settings = load_settings(api_token=api_token) if api_token else load_settings()
    app = Flask(__name__, static_folder=None)
    access.protect(app, settings)
    app.register_blueprint(api.blueprint(store, bus, journal.flush))
    app.register_blueprint(calls.blueprint(store, journal.flush))
    app.register_blueprint(phone.blueprint(FakeHouse(), settings, StreamTokens(settings.stream_token_s)))
    try:
        yield Calls(app, journal, store)
    finally:
        bus.close()
        journal.close(timeout_s=1)
        store.close()

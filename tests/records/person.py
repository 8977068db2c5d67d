"""A person of whom everything is kept, for what erases and what expires."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, text

from ivr.records.bus import LocalBus
from ivr.records.desk_models import AgentRow, DeskCallRow, DeskEventRow, DeskOfferRow, FeedbackRow
from ivr.records.journal import DatabaseJournal
from ivr.records.recordings import Recording, Vault
from ivr.records.store import Store
from ivr.records.transactions import writing
from ivr.records.types import CallbackRecord, CallStarted, DecisionRecord, HandoffRecord, VoicemailRecord
from tests.records.samples import CALLER_TURN

WORDS = "제 이름은 홍길동이고 정말 화가 나요"
NOTES = "customer sounded desperate"
CHOSEN = "next (waited 3 s, furious (0.93)); Anna is the only one free for it"


def call(store: Store, vault: Vault, call_sid: str, number: str, at: datetime, *, over: bool = True) -> None:
    """One call with everything a call can have."""
    journal = DatabaseJournal(store, LocalBus())
    journal.call_started(CallStarted(call_sid, at, number, "+82215880000", "ko"))
    journal.turn(call_sid, replace(CALLER_TURN, text=WORDS, signs={"words": 0.8}))
    journal.decision(call_sid, DecisionRecord(8400, "hand_off", "the caller said Hong Gildong", {"anger": 0.4}))
    journal.handoff(call_sid, HandoffRecord("frustration", {"headline": WORDS}))
    rung = {"number": 0, "phone": "+82215880001", "answer": "busy", "chosen": CHOSEN}
    journal.handoff_rung(call_sid, [rung], "missed", "every agent was rung")
    journal.callback(call_sid, CallbackRecord(at + timedelta(days=1), number, None, WORDS))
    journal.voicemail(call_sid, VoicemailRecord("https://carrier.example/" + call_sid, "RE" + call_sid, 3.0))
    if over:
        journal.call_ended(call_sid, at + timedelta(minutes=5))
    assert journal.flush(10)
    journal.close()
    with writing(store.engine) as session:
        if session.get(AgentRow, "anna") is None:
            session.execute(insert(AgentRow).values(id="anna", name="Anna", languages=[], topics=[], created_at=at))
        desk_call = {
            **{
                "id": "h-" + call_sid,
                "call_sid": call_sid,
                "state": "completed",
                "requested_at": at,
                "language": "ko",
            },
            **{"frustration": 0.9, "risks": ["legal"], "headline": WORDS, "reason": "frustration", "node": "n"},
            **{"from_number": number, "changed_at": at, "returned": 0, "on_hold": False, "notes": NOTES},
        }
        session.execute(insert(DeskCallRow).values(**desk_call))
        offer = {
            "desk_call_id": "h-" + call_sid,
            "agent_id": "anna",
            "offered_at": at,
            "why": CHOSEN,
            "contributions": {"anger_today": -0.4},
        }
        session.execute(insert(DeskOfferRow).values(**offer))
        session.execute(insert(DeskEventRow).values(at=at, kind="x", call_sid=call_sid, data={"headline": WORDS}))
        session.execute(
            insert(FeedbackRow).values(at=at, call_sid=call_sid, agent_id="anna", label="unkind", note=NOTES)
        )
    file = vault.create(call_sid)
    file.append(b"\xff" * 16, last=True)
    vault.keep(Recording(call_sid, at, 1, "This call is recorded."))


def everything(store: Store, database: Path) -> str:
    """The whole database's rows, and its files' raw bytes, as text."""
    with store.engine.connect() as connection:
        tables = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars().all()
        rows = "\n".join(str(row) for table in tables for row in connection.execute(text(f"SELECT * FROM {table}")))
    raw = b"".join(path.read_bytes() for path in database.parent.glob(database.name + "*") if path.is_file())
    return rows + raw.decode("utf-8", "replace")


LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)

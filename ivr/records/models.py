"""Tables of the calls' database. Changing one needs a migration in ``migrations/versions``.

Times of day are UTC to the millisecond. ``seq`` numbers what happened in a call: microseconds since 1970,
made strictly increasing, so that it needs no look-up, survives a restart and is the event's id as well.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    Index,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from ivr.records.views import storable

JsonObject = dict[str, object]


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time, milliseconds kept, the rest cut off; also where the database knows no time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC and milliseconds; a time without a zone is refused (it would be a guess)."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no time zone: pass an aware time")
        value = value.astimezone(UTC)
        return value.replace(microsecond=value.microsecond // 1000 * 1000)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Back to an aware time."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Line(TypeDecorator[str]):
    """A text of so many characters at most; what is longer is cut, since PostgreSQL would refuse the whole row."""

    impl = String
    cache_ok = True

    def __init__(self, length: int) -> None:
        """Keep ``length`` characters."""
        super().__init__(length)
        self.length = length

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Mended and cut, in what is looked for as in what is kept."""
        return storable(value)[: self.length] if isinstance(value, str) else value


class Words(TypeDecorator[str]):
    """A text of any length."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Mended."""
        return storable(value) if isinstance(value, str) else value


class Base(DeclarativeBase):
    """What all tables share: names for constraints, so that migrations can find them on any database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class CallRow(Base):
    """One call."""

    __tablename__ = "calls"
    __table_args__ = (Index(None, "started_at"), Index(None, "outcome"), Index(None, "from_number"))

    call_sid: Mapped[str] = mapped_column(Line(64), primary_key=True)
    from_number: Mapped[str | None] = mapped_column(Line(256))
    to_number: Mapped[str | None] = mapped_column(Line(256))
    language: Mapped[str | None] = mapped_column(Line(16))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_seq: Mapped[int | None] = mapped_column(BigInteger)
    outcome: Mapped[str] = mapped_column(Line(32))
    outcome_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    """Of the latest change of the outcome: an older one that comes late changes nothing."""
    origin: Mapped[str] = mapped_column(Line(32))
    content_version: Mapped[str] = mapped_column(Line(128))
    node: Mapped[str] = mapped_column(Line(128))
    """The process that holds the call: tells calls of a dead process from live ones."""
    open_intent: Mapped[str | None] = mapped_column(Line(128))
    """The request that was left undone when the call ended or went to a person."""

    turns: Mapped[list["TurnRow"]] = relationship(order_by="TurnRow.seq", cascade="all, delete-orphan")
    decisions: Mapped[list["DecisionRow"]] = relationship(order_by="DecisionRow.seq", cascade="all, delete-orphan")
    handoff: Mapped["HandoffRow | None"] = relationship(cascade="all, delete-orphan")
    callback: Mapped["CallbackRow | None"] = relationship(cascade="all, delete-orphan")
    voicemail: Mapped["VoicemailRow | None"] = relationship(cascade="all, delete-orphan")


class TurnRow(Base):
    """One turn of speech."""

    __tablename__ = "turns"
    __table_args__ = (UniqueConstraint("call_sid", "seq"), Index(None, "intent"))

    id: Mapped[int] = mapped_column(primary_key=True)
    call_sid: Mapped[str] = mapped_column(ForeignKey("calls.call_sid", ondelete="CASCADE"))
    seq: Mapped[int] = mapped_column(BigInteger)
    speaker: Mapped[str] = mapped_column(Line(16))
    text: Mapped[str] = mapped_column(Words)
    start_ms: Mapped[int]
    end_ms: Mapped[int]
    language: Mapped[str | None] = mapped_column(Line(16))
    response_ms: Mapped[int | None]
    intent: Mapped[str | None] = mapped_column(Line(128))
    intent_confidence: Mapped[float | None] = mapped_column(Double)
    slots: Mapped[JsonObject] = mapped_column(JSON)
    emotion: Mapped[JsonObject | None] = mapped_column(JSON(none_as_null=True))
    prosody: Mapped[JsonObject | None] = mapped_column(JSON(none_as_null=True))
    speech_rate: Mapped[float | None] = mapped_column(Double)
    frustration: Mapped[float | None] = mapped_column(Double)
    signs: Mapped[JsonObject | None] = mapped_column(JSON(none_as_null=True))
    contributions: Mapped[JsonObject | None] = mapped_column(JSON(none_as_null=True))
    interrupted: Mapped[bool]
    recognition: Mapped[JsonObject | None] = mapped_column(JSON(none_as_null=True))


class DecisionRow(Base):
    """One decision."""

    __tablename__ = "decisions"
    __table_args__ = (UniqueConstraint("call_sid", "seq"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_sid: Mapped[str] = mapped_column(ForeignKey("calls.call_sid", ondelete="CASCADE"))
    seq: Mapped[int] = mapped_column(BigInteger)
    at_ms: Mapped[int]
    action: Mapped[str] = mapped_column(Line(32))
    reason: Mapped[str] = mapped_column(Words)
    contributions: Mapped[JsonObject] = mapped_column(JSON)
    withdrawn: Mapped[bool] = mapped_column(default=False)


class HandoffRow(Base):
    """The hand-off of a call; a second one replaces the first."""

    __tablename__ = "handoffs"
    __table_args__ = (Index(None, "status"),)

    call_sid: Mapped[str] = mapped_column(ForeignKey("calls.call_sid", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    """Of the latest change."""
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Line(32))
    summary: Mapped[JsonObject] = mapped_column(JSON)
    status: Mapped[str] = mapped_column(Line(16))
    agent: Mapped[str | None] = mapped_column(Line(256))
    attempts: Mapped[list[JsonObject]] = mapped_column(JSON, default=list, server_default="[]")
    """Telephones that were rung (:class:`ivr.records.types.HandoffRecord`)."""
    state: Mapped[str | None] = mapped_column(Line(16))
    state_why: Mapped[str] = mapped_column(Words, default="", server_default="")


class CallbackRow(Base):
    """The promise to call back that a call ended with."""

    __tablename__ = "callbacks"
    __table_args__ = (Index(None, "status", "at"),)

    call_sid: Mapped[str] = mapped_column(ForeignKey("calls.call_sid", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    """Of the latest change."""
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    number: Mapped[str] = mapped_column(Line(256))
    request: Mapped[str | None] = mapped_column(Line(128))
    topic: Mapped[str] = mapped_column(Words)
    status: Mapped[str] = mapped_column(Line(16))


class CallerRow(Base):
    """What was asked for on behalf of a telephone number, for its later calls."""

    __tablename__ = "callers"

    number: Mapped[str] = mapped_column(Line(256), primary_key=True)
    feelings: Mapped[bool]
    """Whether feelings may be judged."""
    seq: Mapped[int] = mapped_column(BigInteger)
    """Of the latest change."""


class VoicemailRow(Base):
    """The message that a caller left."""

    __tablename__ = "voicemails"

    call_sid: Mapped[str] = mapped_column(ForeignKey("calls.call_sid", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    recording_url: Mapped[str] = mapped_column(Words)
    recording_sid: Mapped[str | None] = mapped_column(Line(64))
    duration_s: Mapped[float | None] = mapped_column(Double)
    language: Mapped[str | None] = mapped_column(Line(16))
    transcript: Mapped[str | None] = mapped_column(Words)
    summary: Mapped[str] = mapped_column(Words, default="", server_default="")
    problem: Mapped[str] = mapped_column(Words, default="", server_default="")
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    status: Mapped[str] = mapped_column(Line(16), default="waiting", server_default="waiting")

"""Tables of those who use the pages: logins, what they looked at and changed, and the recordings they may hear.

``call_sid`` is no foreign key here: the audit log outlives the calls, and a recording may be there before its
call's record is written.
"""

from datetime import datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from ivr.records.models import Base, JsonObject, Line, UtcDateTime, Words


class UserRow(Base):
    """Somebody who can log in."""

    __tablename__ = "users"

    name: Mapped[str] = mapped_column(Line(64), primary_key=True)
    """As compared: NFKC, case folded."""
    role: Mapped[str] = mapped_column(Line(16))
    password_hash: Mapped[str] = mapped_column(Line(256))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class LoginSessionRow(Base):
    """A browser that is logged in."""

    __tablename__ = "login_sessions"
    __table_args__ = (Index(None, "user_name"),)

    token_hash: Mapped[str] = mapped_column(Line(64), primary_key=True)
    """SHA-256 of what the browser holds: whoever reads the table can't log in with it."""
    user_name: Mapped[str] = mapped_column(ForeignKey("users.name", ondelete="CASCADE"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AuditRow(Base):
    """Who saw or changed what. Rows are only ever added; the database itself refuses to change them."""

    __tablename__ = "audit"
    __table_args__ = (Index(None, "at"), Index(None, "call_sid"))

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    who: Mapped[str] = mapped_column(Line(128))
    role: Mapped[str] = mapped_column(Line(16))
    action: Mapped[str] = mapped_column(Line(32))
    call_sid: Mapped[str | None] = mapped_column(Line(64))
    detail: Mapped[JsonObject] = mapped_column(JSON)


class RecordingRow(Base):
    """The recording of a call, and what the caller was told of it."""

    __tablename__ = "recordings"
    __table_args__ = (Index(None, "started_at"),)

    call_sid: Mapped[str] = mapped_column(Line(64), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    duration_ms: Mapped[int]
    notice: Mapped[str] = mapped_column(Words)
    """The words, heard to their end, by which the caller learnt of the recording before going on."""

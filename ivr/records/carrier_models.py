"""The table of what the telephone carrier still has to delete."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from ivr.records.models import Base, Line, UtcDateTime, Words


class CarrierDeletionRow(Base):
    """A recording that the carrier keeps and must not keep any longer. Tells neither whose it is nor the call."""

    __tablename__ = "carrier_deletions"

    recording_sid: Mapped[str] = mapped_column(Line(64), primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str] = mapped_column(Words, default="")
    """Why the last try failed; empty: none was made yet."""

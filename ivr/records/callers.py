"""What is kept about a telephone number rather than a call: whether its callers' feelings may be judged."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from ivr.records.models import CallerRow
from ivr.records.queries import open_request
from ivr.records.types import KnownNumber


def known_number(session: Session, number: str, since: datetime) -> KnownNumber:
    """All that is known of a number: what its latest call since then left open, and what its callers asked for."""
    return KnownNumber(open_request(session, number, since), feelings_of(session, number))


def feelings_of(session: Session, number: str) -> bool:
    """Whether the feelings of who calls from ``number`` may be judged: unless they said no."""
    allowed = session.scalar(select(CallerRow.feelings).where(CallerRow.number == number))
    return True if allowed is None else allowed


def keep_feelings(session: Session, number: str, *, allowed: bool, seq: int) -> None:
    """Keep what was asked for; an older wish that comes late changes nothing.

    Args:
        session: With a transaction that may write.
        number: E.164.
        allowed: Whether feelings may be judged.
        seq: When it was asked for, microseconds since 1970.
    """
    row = session.get(CallerRow, number)
    if row is None:
        session.add(CallerRow(number=number, feelings=allowed, seq=seq))
    elif row.seq < seq:
        row.feelings, row.seq = allowed, seq
    session.flush()

"""Which calls are the agents' business."""

from sqlalchemy import Engine, exists, or_, select

from ivr.records.desk_models import DeskCallRow
from ivr.records.models import CallbackRow, HandoffRow, VoicemailRow
from ivr.records.transactions import reading


def came_to_people(engine: Engine, call_sid: str) -> bool:
    """Whether a call was handed over, or left a call-back or a message for people to do.

    Raises:
        RecordsError: the database can't be read.
    """
    tables = (DeskCallRow, HandoffRow, CallbackRow, VoicemailRow)
    query = select(or_(*(exists().where(table.call_sid == call_sid) for table in tables)))
    with reading(engine) as session:
        return bool(session.scalar(query))

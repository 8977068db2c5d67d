"""Erases a person: everything that is kept under a telephone number."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import phonenumbers
from sqlalchemy import Engine, Table, delete, select, update
from sqlalchemy.orm import Session

from ivr.errors import AccountError, RecordsError
from ivr.records.audit import AuditEntry, add_entry
from ivr.records.carrier_deletions import keeps_unnamed, note
from ivr.records.desk_models import AgentSessionRow, DeskCallRow, DeskEventRow, DeskOfferRow, FeedbackRow
from ivr.records.models import Base, CallbackRow, CallerRow, CallRow, DecisionRow, HandoffRow, TurnRow, VoicemailRow
from ivr.records.recordings import Vault
from ivr.records.transactions import reading, writing

SHORTEST_NUMBER = 7
"""Digits of the shortest number that is looked for: fewer would be an extension, and somebody else's."""

_REGIONS = {"ko": "KR", "en": "US", "ja": "JP", "zh": "CN"}
"""Whose national numbers are meant, by the hotline's own language, when a number is given without its country."""

_PARTS: tuple[tuple[str, type[Base]], ...] = (
    ("turns", TurnRow),
    ("decisions", DecisionRow),
    ("hand-offs", HandoffRow),
    ("call-backs", CallbackRow),
    ("voicemails", VoicemailRow),
    ("desk events", DeskEventRow),
    ("feedback", FeedbackRow),
)


@dataclass(frozen=True)
class Person:
    """What is kept under a number."""

    call_sids: tuple[str, ...]
    """Of calls that are over."""
    live: tuple[str, ...] = ()
    """Of calls that go on now: they can't be erased before they end."""
    unnamed: tuple[str, ...] = ()
    """Where the carrier keeps messages whose recording can't be named: only by hand can they be deleted there."""
    wishes: tuple[str, ...] = ()
    """The number, in the ways in which a wish about feelings is kept under it."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """What there is of it: kind → how many."""


def same_number(number: str, language: str) -> Callable[[str | None], bool]:
    """Make a test whether a number, however it was written down, is this one.

    Args:
        number: As somebody gave it: ``+82 10-1234-5678``, ``010-1234-5678``.
        language: The hotline's own: whose national numbers are meant.

    Raises:
        AccountError: it is no telephone number.
    """
    region = _REGIONS.get(language)
    wanted = _forms(number, region)
    if not wanted or min(map(len, wanted)) < SHORTEST_NUMBER:
        raise AccountError(f"{number[:40]!r} is no telephone number: give it with its country, as +821012345678")
    return lambda other: other is not None and not wanted.isdisjoint(_forms(other, region))


def _forms(number: str, region: str | None) -> frozenset[str]:
    """The digits of a number as dialled, and with its country."""
    digits = "".join(character for character in number.partition("@")[0] if character.isdigit())
    if len(digits) < SHORTEST_NUMBER:
        return frozenset()
    forms = {digits}
    try:
        parsed = phonenumbers.parse(number.partition("@")[0].removeprefix("sip:"), region)
    except phonenumbers.NumberParseException:
        return frozenset(forms)
    forms.add(f"{parsed.country_code}{parsed.national_number}")
    return frozenset(forms)


def find(
    engine: Engine, vault: Vault, same: Callable[[str | None], bool], alive: Callable[[str, datetime], bool]
) -> Person:
    """Look up what is kept under a number.

    Args:
        engine: The calls' database.
        vault: The recordings.
        same: Of :func:`same_number`.
        alive: Whether the process that holds a call (its node, and when the call began) still runs.

    Raises:
        RecordsError: the database can't be read.
    """
    with reading(engine) as session:
        found: set[str] = set()
        for number, call_sid in (
            (CallRow.from_number, CallRow.call_sid),
            (CallbackRow.number, CallbackRow.call_sid),
            (DeskCallRow.from_number, DeskCallRow.call_sid),
        ):
            written = [each for each in session.scalars(select(number).distinct()) if same(each)]
            found.update(session.scalars(select(call_sid).where(number.in_(written))))
        going_on = session.execute(
            select(CallRow.call_sid, CallRow.node, CallRow.started_at).where(
                CallRow.call_sid.in_(found), CallRow.ended_at.is_(None)
            )
        )
        live = {row.call_sid for row in going_on if alive(row.node, row.started_at)}
        over = tuple(sorted(found - live))
        counts = {"calls": len(session.scalars(select(CallRow.call_sid).where(CallRow.call_sid.in_(over))).all())}
        for name, table in _PARTS:
            column: Any = _table(table).c.call_sid
            counts[name] = len(session.scalars(select(column).where(column.in_(over))).all())
        messages = select(VoicemailRow.recording_sid, VoicemailRow.recording_url)
        unnamed = keeps_unnamed(session.execute(messages.where(VoicemailRow.call_sid.in_(over))))
        wishes = tuple(each for each in session.scalars(select(CallerRow.number)) if same(each))
    counts["recordings"] = sum(vault.has(call_sid) for call_sid in over)
    counts["wishes about feelings"] = len(wishes)
    kept = {name: count for name, count in counts.items() if count}
    return Person(over, tuple(sorted(live)), unnamed, wishes, kept)


def erase(engine: Engine, vault: Vault, left_behind: Iterable[Path], person: Person, entry: AuditEntry) -> int:
    """Erase what :func:`find` found, in one transaction, and note that it was done. May be repeated.

    What the carrier keeps is noted for :func:`ivr.records.carrier_deletions.carry_out`.

    Args:
        engine: The calls' database.
        vault: The recordings.
        left_behind: Files of writes that the database has not taken or has refused, of processes that are gone
            (:mod:`ivr.records.presence`).
        person: What to erase.
        entry: For the audit log; must not hold the number.

    Returns:
        How many lines were taken out of files that waited to be written.

    Raises:
        RecordsError: the database, a recording or a file can't be written; do it again.
    """
    for call_sid in person.call_sids:
        vault.delete(call_sid)
    lines = _clean(left_behind, person.call_sids)
    with writing(engine, "calls", "desk") as session:
        note(session, VoicemailRow.call_sid.in_(person.call_sids), entry.at)
        _delete(session, person.call_sids)
        session.execute(delete(CallerRow).where(CallerRow.number.in_(person.wishes)))
        add_entry(session, entry)
    _forget_pages(engine)
    return lines


def _delete(session: Session, call_sids: Collection[str]) -> None:
    hand_offs = select(DeskCallRow.id).where(DeskCallRow.call_sid.in_(call_sids)).scalar_subquery()
    holding = AgentSessionRow.hand_off_id.in_(hand_offs)
    session.execute(update(AgentSessionRow).where(holding).values(hand_off_id=None))
    session.execute(delete(DeskOfferRow).where(DeskOfferRow.desk_call_id.in_(hand_offs)))
    rows: tuple[type[Base], ...] = (*(row for _, row in _PARTS), DeskCallRow, CallRow)
    for row in rows:
        session.execute(delete(row).where(_table(row).c.call_sid.in_(call_sids)))


def _clean(files: Iterable[Path], call_sids: Collection[str]) -> int:
    """Take the calls' lines out of files; how many.

    Raises:
        RecordsError: a file can't be rewritten.
    """
    wanted, taken = set(call_sids), 0
    for path in files if wanted else ():
        try:
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
            kept = [line for line in lines if not any(json.dumps(sid)[1:-1] in line for sid in wanted)]
            if len(kept) < len(lines):
                new = path.with_suffix(path.suffix + ".new")
                new.write_text("".join(kept), encoding="utf-8")
                new.replace(path)
                taken += len(lines) - len(kept)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise RecordsError(f"{path}: can't be rewritten: {error.strerror}") from error
    return taken


def _forget_pages(engine: Engine) -> None:
    """Empty SQLite's write-ahead log, which holds the pages as they were before."""
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as connection:
        dbapi: Any = connection.connection.dbapi_connection
        connection.rollback()
        dbapi.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _table(row: type[Base]) -> Table:
    table = row.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{row.__name__} is no table")
    return table

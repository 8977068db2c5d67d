"""Who may log in, and which browsers are logged in."""

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, cast, get_args

from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.orm import Session

from ivr.errors import AccountError
from ivr.records.accounts_models import LoginSessionRow, UserRow
from ivr.records.accounts_passwords import hash_password, matches
from ivr.records.audit import AuditEntry, add_entry
from ivr.records.desk_models import AgentRow
from ivr.records.transactions import reading, writing

Role = Literal["agent", "manager", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
"""Each may do what those before it may."""

SKEW = timedelta(minutes=5)
"""How far the clocks of two servers may lie apart. A session from further in the future than this is refused: it
would otherwise outlive its bounds."""

SEEN_EVERY = timedelta(seconds=60)
"""How exactly it is kept when a session was used last: a write per request would be too many."""


@dataclass(frozen=True)
class User:
    """Somebody who can log in."""

    name: str
    """As compared: NFKC, case folded. Also the desk's agent of that name."""
    role: Role
    created_at: datetime


def login_name(text: str) -> str:
    """The form in which names are kept and compared.

    Raises:
        AccountError: it is no name: 2 to 64 letters (of any script), digits, ``.``, ``-`` or ``_``.
    """
    name = unicodedata.normalize("NFKC", text).strip().casefold()
    if not re.fullmatch(r"[\w.\-]{2,64}", name):
        raise AccountError(f"{text[:64]!r} is no login name: 2 to 64 letters, digits, '.', '-' or '_'")
    return name


class Accounts:
    """Logins and their sessions. Safe from any thread."""

    def __init__(self, engine: Engine, *, idle: timedelta, longest: timedelta) -> None:
        """Use a database whose tables are there (:meth:`ivr.records.store.Store.migrate`).

        Args:
            engine: The database.
            idle: After this long without a request a session is over.
            longest: After this long it is over in any case.
        """
        self._engine = engine
        self._idle = idle
        self._longest = longest

    def add(
        self,
        name: str,
        role: Role,
        password: str,
        now: datetime,
        entry: AuditEntry | None = None,
        languages: Sequence[str] = (),
    ) -> User:
        """Make a login, and a seat at the desk under its name.

        Args:
            name: Its name.
            role: What it may do.
            password: Its password.
            now: The time.
            entry: Written into the audit log together with it.
            languages: In which they take calls; none: in any.

        Raises:
            AccountError: the name is taken or none, or the password is refused.
            RecordsError: the database can't be used.
        """
        name = login_name(name)
        hashed = hash_password(password, name)
        with writing(self._engine, "calls", "desk") as session:
            if session.get(UserRow, name) is not None:
                raise AccountError(f"there is a login {name!r} already; `user role` and `user password` change it")
            session.add(UserRow(name=name, role=role, password_hash=hashed, created_at=now, changed_at=now))
            if session.get(AgentRow, name) is None:
                session.add(AgentRow(id=name, name=name, languages=list(languages), topics=[], created_at=now))
            _note(session, entry)
        return User(name, role, now)

    def users(self) -> tuple[User, ...]:
        """Everybody, by name.

        Raises:
            RecordsError: the database can't be used.
        """
        with reading(self._engine) as session:
            return tuple(_user(row) for row in session.scalars(select(UserRow).order_by(UserRow.name)))

    def change(
        self,
        name: str,
        now: datetime,
        role: Role | None = None,
        password: str | None = None,
        entry: AuditEntry | None = None,
    ) -> User:
        """Change what somebody may do, their password, or both. Their browsers have to log in again.

        Raises:
            AccountError: there is no such login, it is the last admin, or the password is refused.
            RecordsError: the database can't be used.
        """
        hashed = None if password is None else hash_password(password, login_name(name))
        with writing(self._engine) as session:
            row = _known(session, name)
            if role is not None:
                if role != "admin":
                    _refuse_last_admin(session, row)
                row.role = role
            row.password_hash = hashed or row.password_hash
            row.changed_at = now
            session.execute(delete(LoginSessionRow).where(LoginSessionRow.user_name == row.name))
            _note(session, entry)
            return _user(row)

    def remove(self, name: str, entry: AuditEntry | None = None) -> User:
        """Take a login and its seat at the desk away, and log its browsers out.

        Raises:
            AccountError: there is no such login, or it is the last admin.
            RecordsError: the database can't be used.
        """
        with writing(self._engine, "calls", "desk") as session:
            row = _known(session, name)
            _refuse_last_admin(session, row)
            user = _user(row)
            session.execute(delete(LoginSessionRow).where(LoginSessionRow.user_name == row.name))
            session.execute(delete(AgentRow).where(AgentRow.id == row.name))
            session.delete(row)
            _note(session, entry)
            return user

    def check(self, name: str, password: str) -> User | None:
        """Whose name and password these are; None, after the same time, for a wrong name or password.

        Raises:
            RecordsError: the database can't be used.
        """
        try:
            known = login_name(name)
        except AccountError:
            known = ""
        with reading(self._engine) as session:
            row = session.get(UserRow, known)
            user = None if row is None else _user(row)
            stored = None if row is None else row.password_hash
        return user if matches(stored, password) else None

    def open_session(self, user: User, now: datetime) -> str:
        """Log a browser in.

        Returns:
            The secret (256 bits) that the browser shows from now on; only its hash is kept.

        Raises:
            AccountError: the login has been removed meanwhile.
            RecordsError: the database can't be used.
        """
        token = secrets.token_urlsafe(32)
        with writing(self._engine) as session:
            _known(session, user.name)
            self._sweep(session, now)
            session.add(LoginSessionRow(token_hash=_hash(token), user_name=user.name, created_at=now, seen_at=now))
        return token

    def session_of(self, token: str, now: datetime) -> User | None:
        """Whose session this is, with the role they have now; None when it is over or was never opened.

        Raises:
            RecordsError: the database can't be read.
        """
        with reading(self._engine) as session:
            row = session.get(LoginSessionRow, _hash(token))
            if row is None or not self._runs(row, now):
                return None
            user = session.get(UserRow, row.user_name)
            return None if user is None else _user(user)

    def seen(self, token: str, now: datetime) -> None:
        """Note that a session is in use; a write at most every :data:`SEEN_EVERY`.

        Raises:
            RecordsError: the database can't be written now; the session goes on all the same.
        """
        mine = LoginSessionRow.token_hash == _hash(token)
        with reading(self._engine) as session:
            seen_at = session.scalar(select(LoginSessionRow.seen_at).where(mine))
        if seen_at is not None and now - seen_at >= SEEN_EVERY:
            with writing(self._engine) as session:
                session.execute(update(LoginSessionRow).where(mine).values(seen_at=now))

    def close_session(self, token: str) -> None:
        """Log a browser out. Idempotent.

        Raises:
            RecordsError: the database can't be used.
        """
        with writing(self._engine) as session:
            session.execute(delete(LoginSessionRow).where(LoginSessionRow.token_hash == _hash(token)))

    def _runs(self, row: LoginSessionRow, now: datetime) -> bool:
        if row.created_at > now + SKEW or row.seen_at > now + SKEW:
            return False
        return now - row.created_at < self._longest and now - row.seen_at < self._idle

    def _sweep(self, session: Session, now: datetime) -> None:
        session.execute(
            delete(LoginSessionRow).where(
                (LoginSessionRow.created_at <= now - self._longest) | (LoginSessionRow.seen_at <= now - self._idle)
            )
        )


def _known(session: Session, name: str) -> UserRow:
    row = session.get(UserRow, login_name(name))
    if row is None:
        raise AccountError(f"there is no login {name[:64]!r}; `python -m ivr user list` shows them")
    return row


def _refuse_last_admin(session: Session, row: UserRow) -> None:
    admins = session.scalar(select(func.count()).select_from(UserRow).where(UserRow.role == "admin"))
    if row.role == "admin" and admins == 1:
        raise AccountError(f"{row.name!r} is the last admin: make another one first")


def _note(session: Session, entry: AuditEntry | None) -> None:
    if entry is not None:
        add_entry(session, entry)


def _user(row: UserRow) -> User:
    return User(row.name, cast(Role, row.role), row.created_at)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()

"""Passwords as they are kept, and as they are not."""

import sqlite3
import unicodedata
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ivr.errors import AccountError, RecordsError
from ivr.records import accounts_passwords
from ivr.records.accounts import Accounts, login_name
from ivr.records.accounts_passwords import hash_password, matches
from ivr.records.store import Store

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"


@pytest.fixture
def accounts(store: Store) -> Accounts:
    return Accounts(store.engine, idle=timedelta(minutes=30), longest=timedelta(hours=8))


def test_the_same_password_is_never_stored_the_same_way() -> None:
    first, second = hash_password(PASSWORD, "anna"), hash_password(PASSWORD, "anna")
    assert first != second
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert matches(first, PASSWORD)
    assert not matches(first, PASSWORD + " ")
    assert not matches(first, "")
    assert not matches("not a hash", PASSWORD)


def test_korean_typed_on_another_system_is_the_same_password() -> None:
    composed = "안녕하세요반갑습니다여러분"
    decomposed = unicodedata.normalize("NFD", composed)
    assert decomposed != composed
    assert matches(hash_password(composed, "anna"), decomposed)


def test_what_no_keyboard_types_is_no_crash() -> None:
    assert not matches(hash_password(PASSWORD, "anna"), "\ud800" * 20)


def test_an_unknown_login_is_checked_as_long_as_a_known_one(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts.add("anna", "agent", PASSWORD, NOW)
    checked: list[str] = []
    hasher = accounts_passwords._hasher

    class Counting:
        def verify(self, stored: str, password: str) -> bool:
            checked.append(stored.rpartition("$")[0].rpartition("$")[0])  # the parameters: what time depends on
            return hasher.verify(stored, password)

    monkeypatch.setattr(accounts_passwords, "_hasher", Counting())
    for name in ("anna", "nobody", "no/name"):
        assert accounts.check(name, "wrong password") is None
    assert checked == [checked[0]] * 3
    assert accounts.check("nobody", "nobody has this password") is None


@pytest.mark.parametrize("name", ["a", "a b", "a/b", "", "<b>", "x" * 65, "a\nb"])
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(AccountError):
        login_name(name)


def test_names_are_compared_as_people_do(accounts: Accounts) -> None:
    accounts.add("Anna.Kim", "agent", PASSWORD, NOW)
    with pytest.raises(AccountError, match="already"):
        accounts.add("anna.kim", "admin", PASSWORD, NOW)
    user = accounts.check("ANNA.KIM", PASSWORD)
    assert user is not None
    assert (user.name, user.role) == ("anna.kim", "agent")


def test_the_database_holds_no_session_that_could_be_shown(accounts: Accounts, database: Path) -> None:
    token = accounts.open_session(accounts.add("anna", "agent", PASSWORD, NOW), NOW)
    with sqlite3.connect(database) as connection:
        rows = str(connection.execute("SELECT * FROM login_sessions").fetchall())
    assert token not in rows
    assert accounts.session_of(token, NOW) is not None
    assert accounts.session_of(rows, NOW) is None


def test_sessions_that_are_over_are_swept_away(accounts: Accounts, database: Path) -> None:
    user = accounts.add("anna", "agent", PASSWORD, NOW)
    for hours in (0, 1, 2):
        accounts.open_session(user, NOW + timedelta(hours=hours))
    with sqlite3.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM login_sessions").fetchone() == (1,)


def test_a_login_that_is_removed_takes_its_sessions_and_its_seat(accounts: Accounts, database: Path) -> None:
    user = accounts.add("anna", "agent", PASSWORD, NOW, languages=("ko",))
    token = accounts.open_session(user, NOW)
    with sqlite3.connect(database) as connection:
        assert connection.execute("SELECT id, languages FROM agents").fetchall() == [("anna", '["ko"]')]
    accounts.remove("anna")
    assert accounts.session_of(token, NOW) is None
    with pytest.raises(AccountError):
        accounts.open_session(user, NOW)
    with sqlite3.connect(database) as connection:
        assert connection.execute("SELECT id FROM agents").fetchall() == []


def test_while_the_database_is_locked_nothing_is_half_done(accounts: Accounts, database: Path) -> None:
    user = accounts.add("anna", "agent", PASSWORD, NOW)
    holder = sqlite3.connect(database, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(RecordsError, match="locked"):
        accounts.change("anna", NOW, role="admin")
    with pytest.raises(RecordsError, match="locked"):
        accounts.open_session(user, NOW)
    holder.execute("ROLLBACK")
    holder.close()
    assert accounts.users() == (user,)

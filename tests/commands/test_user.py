"""``user``: logins from the command line."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr.commands.user import command
from ivr.records.audit import AuditLog
from ivr.records.store import Store

PASSWORD = "correct horse battery\n"
User = Callable[..., Result]


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> User:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IVR_DATABASE_URL", f"sqlite:///{tmp_path}/ivr.sqlite3")
    return lambda *arguments, said="": CliRunner().invoke(command, arguments, input=said)


def test_add_list_change_remove(user: User, tmp_path: Path) -> None:
    assert user("list").exit_code == 0
    assert user("add", "Root", "--role", "admin", said=PASSWORD).output == "root can log in as admin\n"
    assert user("add", "마루", "--role", "agent", "--language", "ko", said=PASSWORD).exit_code == 0
    assert user("role", "마루", "--role", "manager").output == "마루 is now manager\n"
    assert user("password", "마루", said="another long password\n").exit_code == 0
    assert [line.split()[:2] for line in user("list").output.splitlines()] == [
        ["root", "admin"],
        ["마루", "manager"],
    ]
    assert user("remove", "마루").output == "마루 can no longer log in\n"
    assert "마루" not in user("list").output
    store = Store(f"sqlite:///{tmp_path}/ivr.sqlite3")
    noted = [(entry.who, entry.action) for _, entry in reversed(AuditLog(store.engine).entries(9))]
    store.close()
    assert noted == [("cli", f"user_{what}") for what in ("added", "added", "changed", "changed", "removed")]
    everything = b"".join(path.read_bytes() for path in tmp_path.glob("ivr.sqlite3*") if path.is_file())
    assert b"correct horse" not in everything


@pytest.mark.parametrize(
    ("name", "password", "problem"),
    [
        ("root", PASSWORD, "already"),
        ("a/b", PASSWORD, "no login name"),
        ("bora", "short\n", "12 to 256 characters"),
        ("bora", "", "12 to 256 characters"),
        ("bora", "aaaaaaaaaaaaaaaa\n", "too easy"),
        ("bora", "bora's own password\n", "too easy"),
        ("bora", "x" * 300 + "\n", "12 to 256 characters"),
    ],
)
def test_what_is_refused_says_why_and_changes_nothing(user: User, name: str, password: str, problem: str) -> None:
    user("add", "root", "--role", "admin", said=PASSWORD)
    refused = user("add", name, "--role", "agent", said=password)
    assert refused.exit_code == 1
    assert problem in refused.output
    assert len(user("list").output.splitlines()) == 1


def test_the_last_admin_stays(user: User) -> None:
    user("add", "root", "--role", "admin", said=PASSWORD)
    for refused in (user("remove", "root"), user("role", "root", "--role", "agent")):
        assert refused.exit_code == 1
        assert "last admin" in refused.output
    assert user("remove", "nobody").exit_code == 1
    user("add", "second", "--role", "admin", said=PASSWORD)
    assert user("remove", "root").exit_code == 0


def test_a_wrong_database_is_the_configurations_fault(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_DATABASE_URL", "nonsense")
    assert user("list").exit_code == 2

"""Recordings on disk: nobody without the key reads them, nobody changes them unnoticed."""

import base64
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ivr.errors import ConfigurationError, RecordsError
from ivr.records.recordings import Recording, Vault, read_keys
from ivr.records.store import Store
from tests.records.samples import KEY

OTHER = base64.b64encode(bytes([2]) * 32).decode()
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "recordings"


def record(vault: Vault, call_sid: str = "CA1", at: datetime = NOW) -> Path:
    """A recording of two parts; its file."""
    file = vault.create(call_sid)
    file.append(b"first words")
    file.append(b"last words", last=True)
    vault.keep(Recording(call_sid, at, 40, "This call is recorded."))
    return file._path


def test_what_was_said_comes_back_and_is_not_in_the_file(vault: Vault) -> None:
    path = record(vault)
    assert list(vault.play("CA1")) == [b"first words", b"last words"]
    assert b"words" not in path.read_bytes()
    assert "CA1" not in path.name
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert vault.find("CA1") == Recording("CA1", NOW, 40, "This call is recorded.")


def test_another_key_opens_nothing_and_an_older_one_still_does(store: Store, folder: Path, vault: Vault) -> None:
    record(vault)
    with pytest.raises(RecordsError, match="IVR_RECORDING_KEY"):
        list(Vault(store.engine, folder, read_keys(OTHER)).play("CA1"))
    both = Vault(store.engine, folder, read_keys(f"{OTHER}, {KEY}"))
    assert next(iter(both.play("CA1"))) == b"first words"
    record(both, "CA2")
    with pytest.raises(RecordsError, match="IVR_RECORDING_KEY"):
        list(vault.play("CA2"))


def test_a_changed_byte_is_noticed(vault: Vault) -> None:
    path = record(vault)
    whole = path.read_bytes()
    for at in (20, 40, len(whole) - 1):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(RecordsError):
            list(vault.play("CA1"))


def test_a_recording_can_not_be_cut_rearranged_or_given_to_another_call(vault: Vault, folder: Path) -> None:
    path = record(vault)
    whole = path.read_bytes()
    first, second = whole[16 : 16 + 16 + 28], whole[16 + 16 + 28 :]
    for changed in (whole[:16] + first, whole[:16] + second, whole[:16] + second + first, whole[:16], b""):
        path.write_bytes(changed)
        with pytest.raises(RecordsError):
            list(vault.play("CA1"))
    other = record(vault, "CA2")
    other.write_bytes(whole)
    with pytest.raises(RecordsError, match="changed or is damaged"):
        list(vault.play("CA2"))


def test_no_call_name_leads_out_of_the_folder(vault: Vault, folder: Path) -> None:
    path = record(vault, "../../etc/passwd")
    assert path.parent == folder
    assert list(vault.play("../../etc/passwd"))


def test_deleting_leaves_nothing_and_may_be_repeated(vault: Vault, folder: Path) -> None:
    record(vault)
    assert vault.delete("CA1")
    assert not vault.delete("CA1")
    assert list(folder.iterdir()) == []
    assert vault.find("CA1") is None
    with pytest.raises(RecordsError, match="can't be read"):
        list(vault.play("CA1"))


def test_the_old_is_deleted_the_new_stays_and_leftovers_of_a_crash_go_too(vault: Vault, folder: Path) -> None:
    record(vault, "CA1", NOW - timedelta(days=31))
    new = record(vault, "CA2", NOW)
    crashed = vault.create("CA3")
    crashed.append(b"half a call")
    crashed._file.close()
    long_ago = (NOW - timedelta(days=31)).timestamp()
    os.utime(crashed._path, (long_ago, long_ago))
    assert vault.delete_before(NOW - timedelta(days=30)) == 2
    assert list(folder.iterdir()) == [new]


@pytest.mark.parametrize("wrong", [None, "", "short", base64.b64encode(b"16 bytes, no more").decode(), f"{KEY},x"])
def test_a_key_that_is_none_is_refused_with_how_to_make_one(wrong: str | None) -> None:
    with pytest.raises(ConfigurationError, match=r"^IVR_RECORDING_KEY: .*openssl"):
        read_keys(wrong)

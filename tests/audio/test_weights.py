"""The weights are put together once, are the right ones, and say what is wrong when they are not."""

import errno
import hashlib
import importlib
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import filelock
import pytest

from audio import weights
from audio.errors import ModelCorruptError, ModelError, ModelMissingError
from audio.weights import BundledFile, BundledModel, Part, bundled_whisper, resolve_model

CONTENT = {"model.bin": (b"first half, " * 900, b"second half" * 700), "config.json": (b"{}",)}


class Packages:
    """Two small packages that carry a small model the way the real ones carry Whisper."""

    def __init__(self, folder: Path, *, write: bool = True) -> None:
        self.folder = folder
        files = []
        for name, contents in CONTENT.items():
            parts = []
            for number, content in enumerate(contents, start=1):
                data = folder / f"tiny_weights_{number}" / "data"
                if write:
                    data.mkdir(parents=True, exist_ok=True)
                    (data.parent / "__init__.py").touch()
                    (data / f"{name}.part{number}").write_bytes(content)
                parts.append(Part(f"tiny_weights_{number}", f"{name}.part{number}", len(content)))
            files.append(BundledFile(name, tuple(parts), hashlib.sha256(b"".join(contents)).hexdigest()))
        self.model = BundledModel("tiny", tuple(files))

    def part(self, number: int) -> Path:
        return self.folder / f"tiny_weights_{number}" / "data" / f"model.bin.part{number}"


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Packages]:
    made = Packages(tmp_path / "site-packages")
    monkeypatch.syspath_prepend(made.folder)
    importlib.invalidate_caches()
    yield made
    importlib.invalidate_caches()


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "of the hotline"


def assert_whole(folder: Path) -> None:
    for name, contents in CONTENT.items():
        assert (folder / name).read_bytes() == b"".join(contents)
    assert not list(folder.glob("*.partial"))


def test_the_parts_are_joined_in_the_cache(packages: Packages, cache: Path) -> None:
    assert_whole(bundled_whisper(cache, model=packages.model))


def test_a_later_start_neither_joins_nor_hashes(
    packages: Packages, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundled_whisper(cache, model=packages.model)
    packages.part(1).unlink()

    def no_hashing(*_: object) -> None:
        raise AssertionError("hashed again")

    monkeypatch.setattr(hashlib, "file_digest", no_hashing)
    assert_whole(bundled_whisper(cache, model=packages.model))


@pytest.mark.parametrize("damage", ["altered", "truncated", "deleted", "foreign", "unreadable stamp"])
def test_a_damaged_cache_is_mended(
    packages: Packages, cache: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    folder = bundled_whisper(cache, model=packages.model)
    file = folder / "model.bin"
    good = file.read_bytes()
    if damage == "altered":
        file.write_bytes(b"X" + good[1:])
        os.utime(file, ns=(1, 1))
    elif damage == "truncated":
        file.write_bytes(good[:-1])
    elif damage == "deleted":
        file.unlink()
    elif damage == "foreign":
        file.write_bytes(b"something else entirely")
    else:
        (folder / "verified.json").write_text("{not json")
    assert_whole(bundled_whisper(cache, model=packages.model))
    assert ("is damaged" in caplog.text) == (damage in ("altered", "truncated", "foreign"))


def test_a_copied_cache_is_hashed_and_kept(packages: Packages, cache: Path) -> None:
    folder = bundled_whisper(cache, model=packages.model)
    os.utime(folder / "model.bin", ns=(1, 1))
    packages.part(1).unlink()
    assert_whole(bundled_whisper(cache, model=packages.model))
    assert_whole(bundled_whisper(cache, model=packages.model))


def test_a_package_that_is_not_installed_is_named(packages: Packages, cache: Path) -> None:
    model = BundledModel("tiny", (BundledFile("model.bin", (Part("no_such_weights", "part1", 1),), "00"),))
    with pytest.raises(ModelMissingError, match=r"no-such-weights.*not installed.*requirements\.txt"):
        bundled_whisper(cache, model=model)


def test_a_missing_part_is_named(packages: Packages, cache: Path) -> None:
    packages.part(2).unlink()
    with pytest.raises(ModelMissingError, match=r"model\.bin\.part2.*--force-reinstall.*tiny-weights-2"):
        bundled_whisper(cache, model=packages.model)


def test_a_truncated_part_is_named(packages: Packages, cache: Path) -> None:
    packages.part(1).write_bytes(CONTENT["model.bin"][0][:-5])
    with pytest.raises(ModelCorruptError, match=r"model\.bin\.part1 has 10,795 bytes instead of 10,800.*reinstall"):
        bundled_whisper(cache, model=packages.model)


def test_a_foreign_part_of_the_right_size_is_found_out(packages: Packages, cache: Path) -> None:
    packages.part(2).write_bytes(b"Y" * len(CONTENT["model.bin"][1]))
    with pytest.raises(ModelCorruptError, match=r"model\.bin.*SHA-256.*tiny-weights-1 tiny-weights-2"):
        bundled_whisper(cache, model=packages.model)
    assert not (cache / "tiny" / "model.bin").exists()
    assert not list((cache / "tiny").glob("*.partial"))


def test_a_cache_folder_that_cannot_be_made_is_named(packages: Packages, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ModelError, match=r"file/cache/tiny.*can't be written.*IVR_CACHE_DIR"):
        bundled_whisper(tmp_path / "file" / "cache", model=packages.model)


def test_a_full_disk_is_said_and_leaves_nothing_behind(
    packages: Packages, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class FullDisk(io.BytesIO):
        def write(self, _: Any) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    really_open = Path.open

    def open_on_full_disk(self: Path, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        return FullDisk() if self.name.endswith(".partial") else really_open(self, mode, *args, **kwargs)

    monkeypatch.setattr(Path, "open", open_on_full_disk)
    with pytest.raises(ModelError, match=r"No space left on device.*150 MB.*make room"):
        bundled_whisper(cache, model=packages.model)
    assert not (cache / "tiny" / "model.bin").exists()


def test_a_stuck_process_is_not_waited_for_without_end(
    packages: Packages, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "_LOCK_TIMEOUT_S", 0.05)
    cache.mkdir(parents=True)
    with filelock.FileLock(cache / "tiny.lock"), pytest.raises(ModelError, match="another process"):
        bundled_whisper(cache, model=packages.model)


@pytest.mark.slow
def test_processes_at_once_all_get_the_whole_model(packages: Packages, cache: Path) -> None:
    program = (
        "import sys; from pathlib import Path; sys.path[:0] = sys.argv[2:4];"
        "from tests.audio.test_weights import Packages, bundled_whisper;"
        "print(bundled_whisper(Path(sys.argv[1]), model=Packages(Path(sys.argv[2]), write=False).model))"
    )
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", program, str(cache), str(packages.folder), str(root)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root, text=True) for _ in range(4)]
    outputs = [process.communicate(timeout=60)[0] for process in running]
    assert [process.returncode for process in running] == [0] * 4
    assert {output.strip() for output in outputs} == {str(cache / "tiny")}
    assert_whole(cache / "tiny")


@pytest.mark.slow
def test_the_bundled_whisper_is_the_right_one(tmp_path: Path) -> None:
    folder = resolve_model("base", tmp_path)
    assert {path.name for path in folder.iterdir()} == {
        "model.bin",
        "config.json",
        "tokenizer.json",
        "vocabulary.json",
        "verified.json",
    }
    with (folder / "model.bin").open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    assert digest == "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57"


def make_model_folder(folder: Path) -> Path:
    folder.mkdir()
    for name in ("model.bin", "config.json", "tokenizer.json", "vocabulary.txt"):
        (folder / name).write_text("x")
    return folder


def test_a_complete_folder_is_taken(tmp_path: Path) -> None:
    folder = make_model_folder(tmp_path / "model")
    assert resolve_model(str(folder), tmp_path) == folder


@pytest.mark.parametrize("missing", ["model.bin", "config.json", "tokenizer.json", "vocabulary"])
def test_what_an_incomplete_folder_lacks_is_named(tmp_path: Path, missing: str) -> None:
    folder = make_model_folder(tmp_path / "model")
    (folder / ("vocabulary.txt" if missing == "vocabulary" else missing)).unlink()
    with pytest.raises(ModelMissingError, match=rf"model: not a complete Whisper model, {missing}"):
        resolve_model(str(folder), tmp_path)


def test_an_empty_file_in_a_folder_is_named(tmp_path: Path) -> None:
    folder = make_model_folder(tmp_path / "model")
    (folder / "model.bin").write_bytes(b"")
    with pytest.raises(ModelCorruptError, match=r"model\.bin is empty"):
        resolve_model(str(folder), tmp_path)


@pytest.mark.parametrize("name", ["./models/mine", "/no/such/folder", "~/no-such-whisper"])
def test_a_folder_that_is_not_there_is_said(tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelMissingError, match="no such folder"):
        resolve_model(name, tmp_path)


def test_an_unknown_name_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match=r"'huge'.*base.*large-v3"):
        resolve_model("huge", tmp_path)


def test_a_model_that_cannot_be_downloaded_says_what_else_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, object]] = []

    def offline(name: str, **options: object) -> str:
        asked.append({"name": name, **options})
        raise ConnectionError("no network")

    monkeypatch.setattr("faster_whisper.utils.download_model", offline)
    with pytest.raises(
        ModelMissingError, match=r"'small'.*could not be downloaded \(no network\).*IVR_WHISPER_MODEL"
    ):
        resolve_model("small", tmp_path)
    assert [ask.get("local_files_only", False) for ask in asked] == [True, False]


def test_a_model_downloaded_before_is_used_offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_model_folder(tmp_path / "snapshot")

    def cached_only(_: str, **options: object) -> str:
        if not options.get("local_files_only"):
            raise AssertionError("went to the network")
        return str(folder)

    monkeypatch.setattr("faster_whisper.utils.download_model", cached_only)
    assert resolve_model("Systran/faster-whisper-small", tmp_path) == folder

"""``train-emotion``: says what is wrong with a folder before it loads a model."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from ivr.commands.train_emotion import EXIT_CONFIGURATION, command


@pytest.mark.parametrize(
    ("manifest", "complaint"),
    [
        (None, "no manifest.csv"),
        ("path,speaker\n", "manifest.csv:1: no column emotion"),
        ("path,speaker,emotion\na.wav,x,angry\n", "manifest.csv:2: a.wav: no such recording"),
    ],
)
def test_a_wrong_folder_is_said_and_nothing_written(tmp_path: Path, manifest: str | None, complaint: str) -> None:
    folder, out = tmp_path / "calls", tmp_path / "emotion.npz"
    folder.mkdir()
    if manifest is not None:
        (folder / "manifest.csv").write_text(manifest, encoding="utf-8")
    run = CliRunner().invoke(command, [str(folder), "--out", str(out)])
    assert run.exit_code == EXIT_CONFIGURATION
    assert complaint in run.output
    assert not out.exists()


def test_a_corpus_that_is_not_there_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"")
    (tmp_path / "manifest.csv").write_text("path,speaker,emotion\na.wav,x,angry\n", encoding="utf-8")
    run = CliRunner().invoke(command, [str(tmp_path), "--corpora", "nobody"])
    assert run.exit_code == EXIT_CONFIGURATION
    assert "nobody: no such corpus" in run.output

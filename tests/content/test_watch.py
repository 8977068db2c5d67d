"""Noticing that somebody has edited the prompts."""

from pathlib import Path

from ivr.content.watch import FolderWatch, fingerprint, yaml_files


def _rested(watch: FolderWatch) -> bool:
    """Poll until nothing moves any more; whether a change was told."""
    return [watch.changed() for _ in range(3)].count(True) == 1


def test_a_change_is_told_once_and_after_it_has_come_to_rest(prompts: Path) -> None:
    watch = FolderWatch(prompts)
    assert _rested(watch)
    assert not _rested(watch)
    (prompts / "ko" / "extra.yaml").write_text("a: 하나\n", "utf-8")
    assert [watch.changed() for _ in range(4)] == [False, True, False, False]


def test_a_storm_of_saves_is_one_change(prompts: Path) -> None:
    watch = FolderWatch(prompts)
    _rested(watch)
    for number in range(20):
        (prompts / "ko" / "extra.yaml").write_text("a: 하나\n" * number, "utf-8")
        assert not watch.changed()
    assert [watch.changed(), watch.changed()] == [True, False]


def test_what_was_changed_and_changed_back_at_once_may_be_told_but_a_new_file_must(prompts: Path) -> None:
    watch = FolderWatch(prompts)
    _rested(watch)
    path = prompts / "slots.yaml"
    replaced = path.with_name("slots.yaml.new")
    replaced.write_bytes(path.read_bytes())
    replaced.rename(path)  # an atomic save of the same length
    assert _rested(watch)


def test_editors_own_files_are_not_looked_at(prompts: Path) -> None:
    before, files = fingerprint(prompts), yaml_files(prompts)
    for name in ("slots.yaml~", ".slots.yaml.swp", "#slots.yaml#", "4913", ".hidden.yaml", "notes.txt"):
        (prompts / name).write_text("half a", "utf-8")
    (prompts / ".#slots.yaml").symlink_to("somebody@somewhere.1234")
    assert fingerprint(prompts) == before
    assert yaml_files(prompts) == files


def test_a_folder_that_goes_and_comes_back_is_two_changes(prompts: Path) -> None:
    watch = FolderWatch(prompts)
    _rested(watch)
    away = prompts.with_name("away")
    prompts.rename(away)
    assert _rested(watch)
    assert fingerprint(prompts) == ()
    away.rename(prompts)
    assert _rested(watch)


def test_a_link_to_nowhere_is_no_file_that_changes(prompts: Path) -> None:
    before = fingerprint(prompts)
    (prompts / "ko" / "lost.yaml").symlink_to("nowhere.yaml")
    assert fingerprint(prompts) == before

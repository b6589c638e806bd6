import errno
import json
import os

import pytest

from keras_s2s.files import lock, staging
from keras_s2s.files.layout import LOCK_FILE
from keras_s2s.files.layouts import DEMONSTRATION, RUN
from keras_s2s.files.lock import InUseError, Lock
from keras_s2s.files.new_directory import DirectoryError, new_directory

RECIPE = json.dumps({"model": {}, "data": {}, "training": {}})


def write(path, **files):
    path.mkdir(exist_ok=True)
    (path / "config.json").write_text(RECIPE)
    for name, text in files.items():
        (path / name.replace("_", ".")).write_text(text)
    return path


def contents(path):
    return {
        str(file.relative_to(path)): file.read_text() if file.is_file() else None
        for file in path.rglob("*")
    }


@pytest.fixture
def run(tmp_path):
    """A run of which a result is kept."""
    return write(tmp_path / "run", history_csv="epoch\n1\n")


@pytest.fixture(params=["one step", "two renames"])
def system(request, monkeypatch):
    """A system with and one without an exchange in one step."""
    if request.param == "two renames":
        monkeypatch.setattr(staging, "exchange", lambda first, second: False)


def start(path, **options):
    """Make a new run."""
    with new_directory(path, RUN, **{"force": False, **options}) as directory:
        write(directory.path, source_spm="new")
        directory.put_in_place()


def test_a_new_run_replaces_the_old_one(run, system):
    start(run, force=True)
    assert contents(run) == {"config.json": RECIPE, "source.spm": "new"}
    assert list(run.parent.iterdir()) == [run]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_what_fails_before_it_is_in_place_leaves_all_as_it_was(run, error):
    for path in (run, run.with_name("new"), run.with_name("empty")):
        if path.name == "empty":
            path.mkdir()
        before = contents(run.parent)
        with pytest.raises(error), new_directory(path, RUN, force=True) as directory:
            write(directory.path)
            (directory.path / "cache").mkdir()
            raise error
        assert contents(run.parent) == before


def test_what_fails_once_it_is_in_place_is_kept(tmp_path):
    path = tmp_path / "run"
    with (
        pytest.raises(KeyboardInterrupt),
        new_directory(path, RUN, force=False) as directory,
    ):
        write(directory.path)
        directory.put_in_place()
        raise KeyboardInterrupt
    assert contents(path) == {"config.json": RECIPE}


def test_the_old_run_can_be_read_until_the_new_one_is_in_place(run):
    before = contents(run)
    with new_directory(run, RUN, force=True) as directory:
        write(directory.path)
        assert contents(run).items() >= before.items()
        directory.put_in_place()


@pytest.mark.parametrize(
    "stray", ["thesis.txt", ".git/HEAD", "logs/notes.txt", "cache/mine", ".hidden"]
)
def test_nothing_that_is_not_written_by_a_training_is_deleted(run, stray):
    (run / stray).parent.mkdir(exist_ok=True)
    (run / stray).write_text("years of work")
    before = contents(run.parent)
    first = stray.split("/")[0] if stray.startswith(".git") else stray
    with pytest.raises(DirectoryError, match=rf"{run}: It also holds {first}\."):
        start(run, force=True)
    with pytest.raises(DirectoryError, match=r"must be new or empty.*: give another\."):
        start(run)
    assert contents(run.parent) == before


@pytest.mark.parametrize("what", ["file", "folder", "dangling"])
def test_a_link_in_a_run_is_nothing_that_a_training_wrote(run, what):
    target = run.parent / "elsewhere"
    if what == "file":
        target.write_text("years of work")
    elif what == "folder":
        write(target)
    (run / "cache").symlink_to(target)
    with pytest.raises(DirectoryError, match="It also holds cache"):
        start(run, force=True)
    assert target.exists() == (what != "dangling")


def test_a_directory_of_names_that_others_use_too_is_no_run(tmp_path):
    project = tmp_path / "project"
    project.mkdir()
    for name, text in (("scores.json", "{}"), ("config.json", '{"port": 80}')):
        (project / name).write_text(text)
        with pytest.raises(DirectoryError, match=r"It holds no config\.json of a run"):
            start(project, force=True)
    assert len(contents(project)) == 2


def test_what_came_to_a_run_during_the_work_is_not_deleted(run):
    with (
        pytest.raises(DirectoryError, match=r"It also holds notes\.txt"),
        new_directory(run, RUN, force=True) as directory,
    ):
        write(directory.path)
        (run / "notes.txt").write_text("years of work")
        directory.put_in_place()
    assert contents(run).keys() == {"config.json", "history.csv", "notes.txt"}
    assert list(run.parent.iterdir()) == [run]


def test_a_link_is_followed_and_stays(run):
    link = run.with_name("link")
    link.symlink_to("run")
    start(link, force=True)
    assert link.is_symlink()
    assert (run / "source.spm").read_text() == "new"


def test_the_working_directory_is_not_replaced(run, monkeypatch):
    (run / "logs").mkdir()
    for folder in (run, run / "logs"):
        monkeypatch.chdir(folder)
        with pytest.raises(DirectoryError, match="must not be the working directory"):
            start(run, force=True)
    assert (run / "history.csv").exists()


def test_a_directory_that_holds_an_input_is_not_replaced(run):
    link = run.with_name("link")
    link.symlink_to(run / "source.spm")
    (run / "source.spm").write_text("years of work")
    for read in (run, run / "config.json", link):
        with pytest.raises(DirectoryError, match=f"no input. {run} holds {read}"):
            start(run, force=True, inputs=[None, read])
    start(run, force=True, inputs=[run.parent / "other"])


def test_what_a_start_left_that_was_killed_is_replaced_without_force(tmp_path):
    path = write(tmp_path / "run", source_spm="old")
    entry = path / "cache" / f"{'0a' * 8}.77-1234abcd.partial"
    entry.mkdir(parents=True)
    (entry / "source.ids").touch()
    (path / ".target.spm.0123abcd.partial").touch()
    (path / LOCK_FILE).touch()
    start(path)
    assert contents(path) == {"config.json": RECIPE, "source.spm": "new"}
    # Also one that was killed before it came to anything.
    (path / "config.json").unlink()
    (path / "source.spm").unlink()
    (path / LOCK_FILE).touch()
    start(path)
    assert contents(path) == {"config.json": RECIPE, "source.spm": "new"}


def test_what_a_stop_in_the_first_epoch_left_is_replaced_without_force(tmp_path):
    path = write(tmp_path / "run", source_spm="old", tokenizers_json="{}")
    start(path)
    assert contents(path) == {"config.json": RECIPE, "source.spm": "new"}


def test_files_of_a_user_are_not_taken_for_what_a_start_left(tmp_path):
    path = write(tmp_path / "project", source_spm="mine", target_spm="mine")
    before = contents(path)
    with pytest.raises(DirectoryError, match="must be new or empty"):
        start(path)
    assert contents(path) == before


def test_a_demonstration_is_known_by_a_file_of_its_own(tmp_path):
    path = tmp_path / "corpus"
    (path / "data").mkdir(parents=True)
    (path / "data" / "train.align").write_text("0-0")
    assert "holds no demonstration.json" in (DEMONSTRATION.refusal(path) or "")
    (path / "demonstration.json").write_text('{"title": "of the users"}')
    assert "holds no demonstration.json" in (DEMONSTRATION.refusal(path) or "")
    (path / "demonstration.json").write_text('{"demonstration": "keras-s2s demo"}')
    assert DEMONSTRATION.refusal(path) is None


@pytest.mark.parametrize(
    "result", ["best.weights.npz", "last.weights.h5", "training_state.npz"]
)
def test_a_run_with_any_result_is_not_taken_for_a_failed_start(tmp_path, result):
    path = write(tmp_path / "run")
    (path / result).touch()
    with pytest.raises(DirectoryError, match="--resume to continue it, or --force to"):
        start(path)
    assert (path / result).exists()


@pytest.mark.parametrize("force", [True, False])
def test_a_directory_that_another_process_writes_is_left_alone(tmp_path, force):
    path = write(tmp_path / "run")
    with Lock(path / LOCK_FILE), pytest.raises(InUseError):
        start(path, force=force)
    assert (path / "config.json").exists()


def killed(*arguments):
    """End this process there, as a kill does."""
    os._exit(9)


@pytest.mark.parametrize("moment", ["before", "between", "after"])
def test_a_replacement_that_was_killed_is_mended_by_the_next_command(
    run, monkeypatch, moment
):
    before = contents(run)
    child = os.fork()
    if child == 0:
        monkeypatch.setattr(staging, "exchange", lambda first, second: False)
        if moment == "between":
            rename = staging.Path.rename
            monkeypatch.setattr(
                staging.Path,
                "rename",
                lambda self, to: killed() if self.name == "new" else rename(self, to),
            )
        elif moment == "after":
            monkeypatch.setattr(staging.Staging, "clear", killed)
        with new_directory(run, RUN, force=True) as directory:
            write(directory.path, source_spm="new")
            if moment == "before":
                killed()
            directory.put_in_place()
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert run.exists() == (moment != "between")
    staging.mend(run, RUN)
    (run / LOCK_FILE).unlink(missing_ok=True)
    expected = {"config.json": RECIPE, "source.spm": "new"}
    assert contents(run) == (expected if moment == "after" else before)
    assert list(run.parent.iterdir()) == [run]


def test_an_interrupt_between_both_renames_brings_the_old_one_back(run, monkeypatch):
    before = contents(run)
    monkeypatch.setattr(staging, "exchange", lambda first, second: False)
    rename = staging.Path.rename

    def interrupt(self, target):
        if self.name == "new":
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(staging.Path, "rename", interrupt)
    with pytest.raises(KeyboardInterrupt):
        start(run, force=True)
    assert contents(run) == before
    assert list(run.parent.iterdir()) == [run]


def test_a_replacement_that_is_still_going_on_is_not_mended(run):
    with new_directory(run, RUN, force=True) as directory:
        write(directory.path)
        staging.mend(run, RUN)
        assert directory.path.exists()
        directory.put_in_place()


def test_directories_are_exchanged_in_one_step_on_linux(tmp_path):
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    if not staging.exchange(tmp_path / "a", tmp_path / "b"):
        pytest.skip("this file system cannot exchange directories")
    assert (tmp_path / "a" / "b").exists()
    assert (tmp_path / "b" / "a").exists()
    with pytest.raises(FileNotFoundError):
        staging.exchange(tmp_path / "a", tmp_path / "missing")


def test_a_path_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DirectoryError, match="cannot be made: Not a directory"):
        start(tmp_path / "file" / "run")
    with pytest.raises(DirectoryError, match="cannot be made: Not a directory"):
        start(tmp_path / "file", force=True)


@pytest.mark.parametrize("failing", [1, 2])
def test_a_start_on_a_full_disk_leaves_nothing(tmp_path, run, monkeypatch, failing):
    locks = []

    def full(descriptor, content):
        locks.append(descriptor)
        if len(locks) == failing:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return len(content)

    monkeypatch.setattr(lock.os, "write", full)
    before = contents(tmp_path)
    path = tmp_path / "new" if failing == 1 else run
    with pytest.raises(DirectoryError, match=f"{path} cannot be made: No space left"):
        start(path, force=failing == 2)
    assert contents(tmp_path) == before


def test_an_old_run_that_cannot_be_deleted_does_not_stop_the_new_one(
    run, monkeypatch, caplog
):
    def fail(self, directory):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    with monkeypatch.context() as read_only:
        read_only.setattr(type(RUN), "remove", fail)
        start(run, force=True)
    assert (run / "source.spm").read_text() == "new"
    assert "cannot be deleted yet: Read-only file system" in caplog.text
    start(run, force=True)
    assert list(run.parent.iterdir()) == [run]


def test_the_first_error_is_told_where_tidying_up_fails_too(tmp_path, monkeypatch):
    def fail(self, directory):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(type(RUN), "remove", fail)
    with (
        pytest.raises(ValueError, match="a vocabulary"),
        new_directory(tmp_path / "run", RUN, force=False) as directory,
    ):
        write(directory.path)
        raise ValueError("a vocabulary")


def test_a_resumed_run_is_rid_of_all_that_was_begun(tmp_path):
    path = write(tmp_path / "run", source_spm="old")
    mine = path / "cache" / f"{'0a' * 8}.77-1234abcd.partial" / "mine.txt"
    mine.parent.mkdir(parents=True)
    mine.touch()
    (mine.parent / "source.ids").touch()
    begun = path / "cache" / f"{'0b' * 8}.78-1234abcd.partial"
    begun.mkdir()
    (begun / "target.ids").touch()
    (path / ".target.spm.0123abcd.partial").touch()
    RUN.clear_partials(path)
    left = {file for file in path.rglob("*") if file.is_file()}
    assert left == {path / "config.json", path / "source.spm", mine}
    assert not begun.exists()


def test_a_directory_that_a_link_in_an_input_leads_to_is_not_replaced(run):
    parent = write(run.with_name("parent"))
    (run / "source.spm").write_text("pieces")
    (parent / "source.spm").symlink_to(run / "source.spm")
    with pytest.raises(DirectoryError, match=f"{run} holds {parent / 'source.spm'}"):
        start(run, force=True, inputs=[parent])
    # Without the link nothing is lost, even in a run within the parent.
    (parent / "source.spm").unlink()
    run = write(parent / "run", history_csv="epoch\n1\n")
    start(run, force=True, inputs=[parent])


@pytest.mark.parametrize("name", ["x" * 255, "译" * 81], ids=len)
def test_a_run_of_the_longest_name_is_replaced(tmp_path, system, name):
    path = write(tmp_path / name, history_csv="epoch\n1\n")
    start(path, force=True)
    assert contents(path) == {"config.json": RECIPE, "source.spm": "new"}
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("other", ["run.zip", "x" * 200 + "b"], ids=len)
def test_what_was_set_aside_comes_back_to_its_own_place(tmp_path, other):
    place = tmp_path / ("run" if other == "run.zip" else "x" * 200 + "a")
    aside = staging.staging_directory(tmp_path / other)
    aside.mkdir()
    write(aside / "old")
    staging.mend(place, RUN)
    assert not place.exists()
    staging.mend(tmp_path / other, RUN)
    assert contents(tmp_path / other) == {"config.json": RECIPE}

import os
import zipfile

import pytest

pytestmark = pytest.mark.train
pytest.importorskip("tensorflow", reason="export needs the training extra")

from export.bundle.bundle_writer import check_destination, write_bundle  # noqa: E402
from export.errors import ExportError  # noqa: E402
from export.graph.ort_format import OPERATORS_FILE  # noqa: E402
from keras_s2s.files.layouts import BUNDLE  # noqa: E402

MANIFEST = b'{"format_version": 1}'
OLD = {"bundle.json": MANIFEST, "encoder.onnx": b"old encoder"}
NEW = {"bundle.json": MANIFEST, "encoder.onnx": b"\0\1", "shared.spm": b"pieces"}


def test_a_directory_holds_exactly_the_files(tmp_path, directory_of):
    write_bundle(tmp_path / "bundle", NEW)
    assert directory_of(tmp_path / "bundle") == NEW
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]
    # Not only for whoever exported it.
    assert (tmp_path / "bundle").stat().st_mode & 0o055 == 0o777 & ~umask() & 0o055


def umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_a_zip_holds_the_same_files_uncompressed(tmp_path):
    write_bundle(tmp_path / "bundle.zip", NEW)
    with zipfile.ZipFile(tmp_path / "bundle.zip") as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == NEW
        for entry in archive.infolist():
            assert entry.compress_type == zipfile.ZIP_STORED
            assert entry.external_attr >> 16 == 0o644
    assert [path.name for path in tmp_path.iterdir()] == ["bundle.zip"]


def test_the_same_files_make_the_same_zip(tmp_path):
    for name in ("a.zip", "b.zip"):
        write_bundle(tmp_path / name, NEW)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}


def test_an_empty_directory_is_filled(tmp_path, directory_of):
    (tmp_path / "bundle").mkdir()
    write_bundle(tmp_path / "bundle", NEW)
    assert directory_of(tmp_path / "bundle") == NEW


@pytest.mark.parametrize("name", ["bundle", "bundle.zip"])
def test_what_is_there_is_not_replaced_unless_forced(name, tmp_path):
    destination = tmp_path / name
    write_bundle(destination, OLD)
    with pytest.raises(ExportError, match=r"exists\. Use --force to replace it"):
        write_bundle(destination, NEW)
    write_bundle(destination, NEW, force=True)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    with pytest.raises(ExportError):
        write_bundle(destination, OLD)


def test_force_replaces_all_of_a_bundle(tmp_path, directory_of):
    write_bundle(tmp_path / "bundle", {**OLD, "source.spm": b""})
    write_bundle(tmp_path / "bundle", NEW, force=True)
    assert directory_of(tmp_path / "bundle") == NEW


def test_force_never_replaces_what_is_no_bundle(tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis.tex").write_text("years of work")
    with pytest.raises(ExportError, match=r"It also holds thesis\.tex"):
        write_bundle(tmp_path / "home", NEW, force=True)
    assert (tmp_path / "home" / "thesis.tex").exists()
    (tmp_path / "file").write_text("text")
    with pytest.raises(ExportError, match="is not a directory"):
        write_bundle(tmp_path / "file", NEW, force=True)
    (tmp_path / "directory.zip").mkdir()
    with pytest.raises(ExportError, match="is not a zip file"):
        write_bundle(tmp_path / "directory.zip", NEW, force=True)


@pytest.mark.parametrize("name", ["bundle", "bundle.zip"])
def test_an_interrupted_export_leaves_the_old_bundle(name, tmp_path, monkeypatch):
    destination = tmp_path / name
    write_bundle(destination, OLD)
    before = snapshot(tmp_path)

    def interrupt(descriptor):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_bundle(destination, NEW, force=True)
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("stray", [".git/HEAD", "notes.txt"])
def test_force_deletes_nothing_that_is_not_of_the_bundle(tmp_path, stray):
    destination = tmp_path / "bundle"
    write_bundle(destination, OLD)
    (destination / stray).parent.mkdir(exist_ok=True)
    (destination / stray).write_text("years of work")
    before = snapshot(tmp_path)
    with pytest.raises(ExportError, match=f"It also holds {stray.split('/')[0]}"):
        write_bundle(destination, NEW, force=True)
    with pytest.raises(ExportError, match="exists and is not only a bundle"):
        write_bundle(destination, NEW)
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (None, "is no zip file that can be read"),
        ({"thesis.tex": b"years of work"}, r"It also holds thesis\.tex"),
        ({**OLD, "notes.txt": b""}, r"It also holds notes\.txt"),
        ({"encoder.onnx": b""}, r"It holds no bundle\.json"),
        ({"bundle.json": b"{}"}, r"It also holds another bundle\.json"),
    ],
)
def test_force_replaces_no_zip_that_is_no_bundle(tmp_path, files, message):
    destination = tmp_path / "bundle.zip"
    destination.write_bytes(b"text")
    if files is not None:
        with zipfile.ZipFile(destination, "w") as archive:
            for name, content in files.items():
                archive.writestr(name, content)
    before = snapshot(tmp_path)
    with pytest.raises(ExportError, match=message):
        write_bundle(destination, NEW, force=True)
    assert snapshot(tmp_path) == before


def test_what_came_to_a_bundle_during_the_proof_is_not_deleted(tmp_path):
    destination = tmp_path / "bundle"
    write_bundle(destination, OLD)
    with pytest.raises(ExportError, match=r"It also holds notes\.txt"):
        write_bundle(
            destination,
            NEW,
            force=True,
            check=lambda _: (destination / "notes.txt").write_text("years of work"),
        )
    assert snapshot(tmp_path).keys() == {
        *("bundle", "bundle/bundle.json", "bundle/encoder.onnx", "bundle/notes.txt")
    }


def test_a_bundle_that_a_killed_export_set_aside_is_found_and_put_back(tmp_path):
    destination = tmp_path / "bundle"
    write_bundle(destination, OLD)
    before = snapshot(tmp_path)
    aside = tmp_path / ".bundle.0123abcd.staging"
    aside.mkdir()
    destination.rename(aside / "old")
    (aside / "in-use.lock").touch()
    with pytest.raises(ExportError, match="Use --force to replace it"):
        check_destination(destination, force=False)
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("name", ["bundle", "bundle.zip"])
def test_a_full_disk_is_one_sentence_and_leaves_the_old_bundle(
    name, tmp_path, monkeypatch
):
    destination = tmp_path / name
    write_bundle(destination, OLD)
    before = snapshot(tmp_path)

    def fill(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fill)
    with pytest.raises(ExportError, match="cannot be written: No space left on device"):
        write_bundle(destination, NEW, force=True)
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("name", ["bundle", "bundle.zip"])
def test_a_bundle_that_fails_its_check_is_not_put_in_place(name, tmp_path):
    def refuse(path):
        raise ValueError("does not open")

    with pytest.raises(ValueError, match="does not open"):
        write_bundle(tmp_path / name, NEW, check=refuse)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["bundle", "bundle.zip"])
def test_missing_directories_are_made(name, tmp_path):
    destination = tmp_path / "bundles" / "today" / name
    check_destination(destination, force=False)
    assert not list(tmp_path.iterdir())
    write_bundle(destination, NEW)
    assert destination.exists()


def test_a_parent_that_is_a_file_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ExportError, match=r"file must be a directory"):
        check_destination(tmp_path / "file" / "bundles" / "bundle", force=False)


def test_a_parent_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    # Root may write everywhere: the answer of the system is put in its mouth.
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(ExportError, match="must be writable"):
        check_destination(tmp_path / "bundle", force=False)


def test_a_name_that_is_too_long_is_one_sentence(tmp_path):
    with pytest.raises(ExportError, match="cannot be written: File name too long"):
        write_bundle(tmp_path / ("x" * 300), NEW)


@pytest.mark.parametrize(
    "path", ["x" * 300, "new/" + "x" * 300, "译" * 86, "x/" * 2050]
)
def test_a_path_that_is_too_long_is_refused_before_the_work(tmp_path, path):
    with pytest.raises(ExportError, match="cannot be written: File name too long"):
        check_destination(tmp_path / path, force=False)


@pytest.mark.parametrize("name", ["x" * 245, "译" * 85, "x" * 251 + ".zip"], ids=len)
def test_a_bundle_may_have_the_longest_name(tmp_path, name):
    for force in (False, True):
        write_bundle(tmp_path / name, NEW, force=force)
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    "name", ["tokenizers.json", "cache", "logs/train", "in-use.lock"]
)
def test_a_bundle_takes_no_name_that_a_run_has_for_itself(tmp_path, name):
    (tmp_path / "config.json").write_text('{"model": 1, "data": 2, "training": 3}')
    with pytest.raises(
        ExportError, match="must not have the name of a file of the run"
    ):
        check_destination(tmp_path / name, force=False)
    check_destination(tmp_path / "bundle", force=False)
    (tmp_path / "config.json").unlink()  # no run any more
    check_destination(tmp_path / name, force=False)


def test_a_path_that_leaves_no_room_to_work_beside_is_refused(tmp_path):
    folder = tmp_path
    while len(str(folder)) < 3900:
        folder /= "x" * 100
    folder /= "x" * (4060 - len(str(folder)))
    folder.mkdir(parents=True)
    # Linux takes 4096 bytes: the bundle would fit, what it is made in would not.
    with pytest.raises(ExportError, match="cannot be written: File name too long"):
        check_destination(folder / "bundle", force=False)
    check_destination(folder.parent / "bundle", force=False)


def test_a_link_stays_and_what_it_points_to_is_replaced(tmp_path, directory_of):
    write_bundle(tmp_path / "v1", OLD)
    (tmp_path / "current").symlink_to("v1")
    write_bundle(tmp_path / "current", NEW, force=True)
    assert (tmp_path / "current").is_symlink()
    assert directory_of(tmp_path / "v1") == NEW


def snapshot(directory):
    return {
        str(path.relative_to(directory)): path.read_bytes() if path.is_file() else None
        for path in directory.rglob("*")
    }


def test_the_operators_of_an_ort_bundle_are_a_file_of_it():
    assert OPERATORS_FILE in BUNDLE.files

import json
import os
from pathlib import Path

import pytest

from edge_runtime.files import same_file
from edge_runtime.files.same_file import is_same_file
from edge_runtime.files.writable import OutputError
from keras_s2s.files.outputs import check_outputs


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "source.txt"
    path.write_text("eins\n")
    return path


def links(file):
    """Other paths of a file."""
    folder = file.parent / "folder"
    folder.mkdir()
    (folder / "link").symlink_to(file)
    os.link(file, folder / "hard")
    (file.parent / "linked").symlink_to(file.parent)
    return [
        file,
        folder / ".." / file.name,
        folder / "link",
        folder / "hard",
        file.parent / "linked" / file.name,
    ]


def test_an_output_that_is_an_input_is_refused_under_any_of_its_names(file):
    for path in links(file):
        with pytest.raises(OutputError, match=r"for --json, .*source.txt for --source"):
            check_outputs({"--json": path}, {"--source": file, "--reference": None})
        with pytest.raises(OutputError, match=r"for --json, .*source.txt for --tsv"):
            check_outputs({"--json": path}, {"--tsv": (file.with_name("b"), file)})
    check_outputs({"--json": file.with_name("b"), "--report": None}, {"--source": file})


@pytest.mark.parametrize("there", [True, False])
def test_two_outputs_are_two_files(file, there):
    paths = links(file)
    if not there:
        file.unlink()
        paths.remove(file.parent / "folder" / "hard")
    for path in paths:
        with pytest.raises(OutputError, match=r"for --report, .* for --json"):
            check_outputs({"--report": file, "--json": path}, {})


def test_names_that_differ_in_case_are_one_file_where_case_is_ignored(
    file, monkeypatch
):
    first, second = file.with_name("Ä.json"), file.with_name("a\u0308.JSON")
    assert not is_same_file(first, second)
    assert list(file.parent.iterdir()) == [file], "the probe is gone"
    monkeypatch.setattr(same_file, "_ignores_case", lambda folder: True)
    assert is_same_file(first, second)
    assert not is_same_file(first, file.with_name("b.json"))


def test_a_report_may_stand_in_a_run_but_not_be_one_of_its_files(tmp_path):
    for name, text in (
        ("config.json", json.dumps({"model": 1, "data": 2, "training": 3})),
        ("report.html", ""),
        ("scores.json", ""),
        ("bundle.json", ""),
    ):
        (tmp_path / name).write_text(text)
    check_outputs({"--report": tmp_path / "report.html"}, {"RUN": tmp_path})
    for name in ("scores.json", "bundle.json"):
        with pytest.raises(OutputError, match="must not be an input"):
            check_outputs({"--json": tmp_path / name}, {"RUN": tmp_path})


RECIPE = json.dumps({"model": 1, "data": 2, "training": 3})


@pytest.fixture
def run(tmp_path):
    """A run whose weights and cache lie elsewhere."""
    path = tmp_path / "run"
    (path / "store").mkdir(parents=True)
    (tmp_path / "disk" / "inner").mkdir(parents=True)
    for file in ("run/store/weights", "disk/weights", "disk/file", "disk/inner/file"):
        (tmp_path / file).write_text("weights")
    (path / "config.json").write_text(RECIPE)
    (path / "best.weights.npz").symlink_to("store/weights")
    (path / "last.weights.npz").symlink_to(tmp_path / "disk" / "weights")
    (path / "source.spm").symlink_to(tmp_path / "disk" / "missing")
    (path / "cache").symlink_to(tmp_path / "disk")
    return path


@pytest.mark.parametrize(
    "output",
    [
        *("run/best.weights.npz", "run/store/weights"),
        *("run/last.weights.npz", "disk/weights"),
        *("run/source.spm", "disk/missing"),
        *(f"{cache}/{'0a' * 8}/source.ids" for cache in ("run/cache", "disk")),
    ],
)
def test_what_a_link_in_a_run_leads_to_is_an_input(run, output):
    path = run.parent / output
    path.parent.mkdir(exist_ok=True)
    with pytest.raises(OutputError, match="must not be an input"):
        check_outputs({"--json": path}, {"RUN": run})


def test_a_file_of_a_run_is_an_input_under_any_of_its_names(run):
    os.link(run / "config.json", run.parent / "hard")
    with pytest.raises(OutputError, match="must not be an input"):
        check_outputs({"--json": run.parent / "hard"}, {"RUN": run})


def test_what_lies_beside_linked_files_is_no_input(run):
    for name in ("disk/file", "disk/new", "disk/inner/file", "run/store/new"):
        check_outputs({"--json": run.parent / name}, {"RUN": run})


@pytest.mark.parametrize(
    "name",
    [
        *("tokenizers.json", "Tokenizers.JSON", "bundle.json", "in-use.lock", "logs"),
        *(".scores.json.0123abcd.partial", "README.md", "encoder.ort"),
    ],
)
def test_an_output_has_no_name_of_a_run_or_a_bundle_that_is_read(run, name):
    link = run.with_name("link")
    link.symlink_to(run)
    for path in (run / name, link / name):
        for read in (run, link):
            with pytest.raises(OutputError, match="must not be an input"):
                check_outputs({"--output": path}, {"RUN": read})
    check_outputs({"--output": run.parent / name}, {"RUN": run})


def test_what_takes_several_may_be_given_several_times(tmp_path):
    null = tmp_path / "null"
    null.symlink_to(os.devnull)
    os.mkfifo(tmp_path / "pipe")
    for path in (null, tmp_path / "pipe"):
        check_outputs({"--json": path, "--report": path}, {"--source": path})


def test_what_cannot_be_written_is_refused(file):
    for path in (
        file.parent,
        file.parent / "missing" / "file",
        file / "below",
        file.with_name("x" * 300),
        file.with_name("译" * 86),
        file.parent / "dangling",
    ):
        if path.name == "dangling":
            path.symlink_to("missing/file")
        with pytest.raises(OutputError, match=r"Received: |: File name too"):
            check_outputs({"--json": path}, {})


def test_what_may_not_be_written_is_refused(file, monkeypatch):
    # Root may write everywhere: the answer of the system is put in its mouth.
    for output, refused in ((file, file), (file.with_name("new"), file.parent)):
        monkeypatch.setattr(os, "access", lambda path, _, no=refused: path != no)
        with pytest.raises(OutputError, match=f"{refused} must be writable to write"):
            check_outputs({"--json": output}, {})


def test_an_open_file_must_be_open_for_writing(file):
    if not Path("/dev/fd").exists():
        pytest.skip("needs /dev/fd")
    with file.open() as reader, file.with_name("new").open("w") as writer:
        check_outputs({"--json": Path(f"/dev/fd/{writer.fileno()}")}, {})
        with pytest.raises(OutputError, match="cannot be written: Bad file descriptor"):
            check_outputs({"--json": Path(f"/dev/fd/{reader.fileno()}")}, {})
        with pytest.raises(OutputError, match="cannot be written: Bad file descriptor"):
            check_outputs({"--json": Path("/dev/fd/999")}, {})

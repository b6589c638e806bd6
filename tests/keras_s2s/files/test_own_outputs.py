import pytest

from edge_runtime.files import replacement
from edge_runtime.files.writable import OutputError
from keras_s2s.files import own_outputs
from keras_s2s.files.own_outputs import NOTE_FILE, OwnOutputs

FIRST = {"a.txt": b"a\n", "b.txt": b"b\n"}
SECOND = {"a.txt": b"other\n", "b.txt": b"b\n"}


def contents(folder):
    return {
        file.name: file.read_bytes()
        for file in folder.iterdir()
        if file.name != NOTE_FILE
    }


def test_what_was_written_may_be_replaced(tmp_path):
    for written in (FIRST, SECOND, FIRST):
        OwnOutputs(tmp_path).write(written)
        assert contents(tmp_path) == written


@pytest.mark.parametrize("is_ours", [True, False])
def test_what_somebody_else_wrote_stays(tmp_path, is_ours):
    if is_ours:
        OwnOutputs(tmp_path).write(FIRST)
    (tmp_path / "b.txt").write_bytes(b"mine\n")
    before = contents(tmp_path)
    outputs = OwnOutputs(tmp_path)
    with pytest.raises(OutputError, match=r"Received: .*b\.txt"):
        outputs.check(SECOND)
    with pytest.raises(OutputError, match=r"Received: .*b\.txt"):
        outputs.write(SECOND)
    assert contents(tmp_path) == before


@pytest.mark.parametrize("before", [{}, FIRST])
@pytest.mark.parametrize("fails_at", [0, 1, 2])
def test_after_a_command_that_was_killed_the_next_one_goes_on(
    tmp_path, monkeypatch, before, fails_at
):
    if before:
        OwnOutputs(tmp_path).write(before)
    places = []

    def write(path, content):
        if len(places) == fails_at:
            raise KeyboardInterrupt
        places.append(path)
        replacement.replace_file(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(own_outputs, "replace_file", write)
        with pytest.raises(KeyboardInterrupt):
            OwnOutputs(tmp_path).write(SECOND)
    outputs = OwnOutputs(tmp_path)
    outputs.check(SECOND)
    outputs.write(SECOND)
    assert contents(tmp_path) == SECOND


@pytest.mark.parametrize("note", [b"", b"[]", b'{"a.txt": 1}', b"\xff"])
def test_a_note_that_is_none_allows_nothing(tmp_path, note):
    (tmp_path / NOTE_FILE).write_bytes(note)
    (tmp_path / "a.txt").write_bytes(b"mine\n")
    with pytest.raises(OutputError):
        OwnOutputs(tmp_path).check(FIRST)

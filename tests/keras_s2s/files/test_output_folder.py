import pytest

from edge_runtime.files.writable import OutputError
from keras_s2s.files.output_folder import output_folder


@pytest.mark.parametrize("kept", [True, False])
def test_a_directory_stays_if_something_comes_into_it(tmp_path, kept):
    (tmp_path / "there").mkdir()
    path = tmp_path / "there" / "new" / "newer"
    with output_folder(path):
        assert path.is_dir()
        if kept:
            (path / "file").touch()
    assert path.exists() == kept
    assert path.parent.exists() == kept
    assert (tmp_path / "there").exists()


def test_what_was_there_stays_where_it_ends_with_an_error(tmp_path):
    with pytest.raises(KeyboardInterrupt), output_folder(tmp_path):
        raise KeyboardInterrupt
    assert tmp_path.exists()


def test_a_directory_that_cannot_be_made_is_one_sentence_and_leaves_nothing(tmp_path):
    with (
        pytest.raises(OutputError, match="cannot be made: File name too long"),
        output_folder(tmp_path / "new" / ("x" * 300)),
    ):
        pass
    assert not list(tmp_path.iterdir())

import pytest

from keras_s2s.evaluation.output_files import write_hypotheses, write_json, write_text


def test_a_text_that_cannot_be_written_leaves_the_file_as_it_was(tmp_path):
    path = tmp_path / "report.html"
    write_text("before\n", path)
    with pytest.raises(UnicodeEncodeError):
        write_text("half a \ud800", path)
    assert path.read_text() == "before\n"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_is_put_in_its_place_and_not_written_there(tmp_path):
    path = tmp_path / "results.json"
    write_json({"a": 1}, path)
    with path.open(encoding="utf-8") as reader:  # keeps reading what it opened
        write_json({"a": 2}, path)
        assert '"a": 1' in reader.read()
    assert '"a": 2' in path.read_text()
    assert list(tmp_path.iterdir()) == [path]


def test_hypotheses_are_one_a_line_whatever_they_hold(tmp_path):
    path = tmp_path / "output.txt"
    write_hypotheses(["one\ntwo", "", "三"], path)
    assert path.read_bytes() == "one two\n\n三\n".encode()

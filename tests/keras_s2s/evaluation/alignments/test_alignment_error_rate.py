import pytest

from keras_s2s.data.corpus import CorpusError
from keras_s2s.evaluation.alignments.alignment_error_rate import (
    alignment_error_rate,
    diagonal_links,
    read_pharaoh,
)


def test_the_right_links_have_no_error():
    links = [((0, 0), (1, 1)), ((0, 1),)]
    assert alignment_error_rate(links, links) == 0


def test_wrong_links_are_all_error():
    assert alignment_error_rate([((0, 0),)], [((0, 1),)]) == 1


def test_matches_the_formula_by_hand():
    # A = 3 links, S = 2, one of them found; another predicted link is possible.
    predicted = [((0, 0), (1, 2), (2, 2))]
    sure = [((0, 0), (1, 1))]
    possible = [((1, 2),)]
    # 1 - (|A ∩ S| + |A ∩ P|) / (|A| + |S|) = 1 - (1 + 2) / (3 + 2)
    assert alignment_error_rate(predicted, sure, possible) == pytest.approx(0.4)


def test_without_possible_links_it_is_one_less_the_f_measure():
    predicted = [((0, 0), (1, 1), (2, 3))]
    sure = [((0, 0), (1, 1))]
    precision, recall = 2 / 3, 1.0
    f_measure = 2 * precision * recall / (precision + recall)
    assert alignment_error_rate(predicted, sure) == pytest.approx(1 - f_measure)


def test_links_are_counted_over_all_sentences():
    predicted = [((0, 0),), ((0, 0), (1, 1), (2, 2))]
    sure = [((0, 1),), ((0, 0), (1, 1), (2, 2))]
    assert alignment_error_rate(predicted, sure) == pytest.approx(1 - 6 / 8)


def test_different_numbers_of_sentences_are_refused():
    with pytest.raises(ValueError, match="2 predicted, 1 sure"):
        alignment_error_rate([(), ()], [((0, 0),)])


def test_no_links_at_all_are_refused():
    with pytest.raises(ValueError, match="at least one link"):
        alignment_error_rate([()], [()])


def test_the_diagonal_goes_from_corner_to_corner():
    assert diagonal_links(3, 3) == ((0, 0), (1, 1), (2, 2))
    assert diagonal_links(2, 4) == ((0, 0), (0, 1), (1, 2), (1, 3))
    assert diagonal_links(4, 2) == ((0, 0), (2, 1))
    assert diagonal_links(0, 2) == ()


def test_pharaoh_files_are_read_by_line(tmp_path):
    path = tmp_path / "test.align"
    path.write_text("1-2 0-0 1-2\n\n10-3\n")
    assert read_pharaoh(path) == [((0, 0), (1, 2)), (), ((10, 3),)]


@pytest.mark.parametrize("pair", ["0", "1-x", "-1-2", "1-2-3"])
def test_other_text_is_refused_with_its_line(pair, tmp_path):
    path = tmp_path / "test.align"
    path.write_text(f"0-0\n0-0 {pair}\n")
    with pytest.raises(CorpusError, match=f"line 2 holds '{pair}'"):
        read_pharaoh(path)

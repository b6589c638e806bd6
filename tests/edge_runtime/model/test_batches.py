import numpy as np

from edge_runtime.model.batches import (
    batches_by_length,
    pad_rows,
    pad_sources,
    restore_order,
)


def test_rows_are_padded_on_the_right_to_the_longest():
    padded = pad_rows([[2, 3], np.array([2, 7, 3]), []])
    assert padded.dtype == np.int32
    assert padded.tolist() == [[2, 3, 0], [2, 7, 3], [0, 0, 0]]


def test_no_rows_are_an_array_without_rows():
    assert pad_rows([]).shape == (0, 0)


def test_sources_are_never_three_positions_wider_than_a_multiple_of_four():
    widths = [pad_sources([[2, 3], [5] * length]).shape for length in range(2, 13)]
    assert widths == [(2, n) for n in (2, 4, 4, 5, 6, 8, 8, 9, 10, 12, 12)]
    assert pad_sources([[2, 7, 3]]).tolist() == [[2, 7, 3, 0]]
    assert pad_sources([]).shape == (0, 0)


def test_batches_hold_neighbours_in_length_the_shortest_first():
    assert batches_by_length([5, 1, 3, 1, 4], 2) == [[1, 3], [2, 4], [0]]
    assert batches_by_length([], 2) == []


def test_results_return_to_the_order_of_the_rows():
    texts = ["ccc", "a", "dddd", "bb", ""]
    batches = batches_by_length([len(text) for text in texts], 2)
    upper = ([texts[place].upper() for place in places] for places in batches)
    assert restore_order(batches, upper) == ["CCC", "A", "DDDD", "BB", ""]

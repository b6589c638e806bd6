import os

import pytest

from edge_runtime.files.short_name import short_name


def test_a_name_that_fits_is_kept():
    assert short_name("译" * 33, 99) == "译" * 33


@pytest.mark.parametrize(("most", "characters"), [(98, 27), (97, 26), (96, 26)])
def test_bytes_are_counted_and_no_character_is_cut(most, characters):
    found = short_name("译" * 33, most)
    assert len(found.encode()) <= most
    assert found.startswith("译" * characters + "-")


def test_bytes_of_no_character_are_counted_too():
    name = os.fsdecode(b"\xff" * 120)
    assert len(os.fsencode(short_name(name, 100))) == 100


def test_names_that_begin_alike_stay_apart():
    first, second = (short_name("x" * 200 + ending, 100) for ending in "ab")
    assert first != second
    assert first[:80] == second[:80]

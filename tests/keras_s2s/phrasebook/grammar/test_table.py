import pytest

from keras_s2s.phrasebook.grammar.table import by_name, parse_table

COLUMNS = "Chinese | English"


def test_rows_are_split_into_stripped_columns_with_their_line():
    text = "# fruit\n苹果 | apple\n\n梨|pear  \n"
    rows = parse_table(text, "fruit.txt", COLUMNS)
    assert [row.fields for row in rows] == [("苹果", "apple"), ("梨", "pear")]
    assert [row.place for row in rows] == ["fruit.txt, line 2", "fruit.txt, line 4"]


def test_a_line_that_begins_with_a_space_continues_the_row():
    (row,) = parse_table("西瓜\n  | water\n  melon\n", "fruit.txt", COLUMNS)
    assert row.fields == ("西瓜", "water melon")
    assert row.place == "fruit.txt, line 1"


@pytest.mark.parametrize("row", ["苹果", "苹果 | apple | 个"])
def test_a_wrong_number_of_columns_is_refused(row):
    with pytest.raises(ValueError, match=r"fruit.txt, line 2: .*columns Chinese \| E"):
        parse_table(f"梨 | pear\n{row}\n", "fruit.txt", COLUMNS)


def test_a_name_that_stands_twice_is_refused():
    rows = parse_table("梨 | pear\n梨 | pears\n", "fruit.txt", COLUMNS)
    with pytest.raises(ValueError, match=r"fruit.txt, line 2: .*Received: 梨"):
        by_name(rows, lambda row: row.fields[1])

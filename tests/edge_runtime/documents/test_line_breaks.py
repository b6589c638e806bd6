from hypothesis import given, settings
from hypothesis import strategies as st

from edge_runtime.documents.line_breaks import break_lines, joint, width


def test_lines_are_of_similar_width():
    found = break_lines("the quick brown fox jumps over", 2)
    assert found == ["the quick brown", "fox jumps over"]
    assert break_lines("a b c d e f", 3) == ["a b", "c d", "e f"]
    assert break_lines("one", 3) == ["one"]


@settings(max_examples=50, deadline=None)
@given(st.text("ab 我", max_size=60), st.integers(1, 6))
def test_a_text_is_broken_at_spaces_and_nothing_is_lost(text, count):
    lines = break_lines(text, count)
    assert " ".join(lines) == text
    assert 1 <= len(lines) <= count


def test_wide_characters_are_joined_without_a_space():
    assert joint("我爱", "苹果") == ""
    assert joint("我爱", "a") == " "
    assert joint("a", "b") == " "
    assert width("我a") == 3

import pytest

from keras_s2s.evaluation.pictures.writing_direction import reads_right_to_left


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hello שלום", False),
        ("שלום hello", True),
        ("1, 2: مرحبا", True),
        ("我爱你", False),
        ("123 ...", False),
        ("", False),
    ],
)
def test_the_first_letter_decides(text, expected):
    assert reads_right_to_left(text) == expected

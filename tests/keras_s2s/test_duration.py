import click
import pytest

from keras_s2s.commands.duration import seconds_of


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90m", 5400),
        ("1h30m", 5400),
        ("5400s", 5400),
        ("1.5H", 5400),
        (" 2m30s ", 150),
        ("0.5s", 0.5),
        ("1h0m1s", 3601),
    ],
)
def test_times_are_read_as_people_write_them(text, seconds):
    assert seconds_of(text) == seconds


@pytest.mark.parametrize(
    "text", ["0", "0m", "abc", "", "90", "-5m", "5m1h", "1h 5", "10001h"]
)
def test_what_is_no_time_is_refused_with_examples(text):
    with pytest.raises(
        click.BadParameter, match="such as 90m, 1h30m or 5400s"
    ) as found:
        seconds_of(text)
    assert f"Received: {text}." in found.value.message

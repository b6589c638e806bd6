import io
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from edge_runtime.commands.lines import (
    decode_line,
    encode_json_line,
    encode_line,
    one_field,
    read_windows,
)


class Arriving:
    """A stream that gives its chunks one by one, as a pipe does."""

    def __init__(self, chunks):
        self.chunks = list(chunks)

    def read1(self, size):
        return self.chunks.pop(0) if self.chunks else b""


def test_a_line_is_given_as_soon_as_it_has_arrived():
    windows = read_windows(Arriving([b"one\n", b"tw", b"o\nthree\nfo", b"ur"]), 10)
    assert list(windows) == [[b"one"], [b"two", b"three"], [b"four"]]


def test_windows_have_at_most_the_given_number_of_lines():
    assert list(read_windows(io.BytesIO(b"1\n2\n3\n"), 2)) == [[b"1", b"2"], [b"3"]]


def test_only_line_feed_ends_a_line():
    text = "a\u2028b\x0bc\x0cd\x85e\x1cf\rg"
    (window,) = read_windows(io.BytesIO(text.encode() + b"\n"), 9)
    assert decode_line(window[0]) == (text, True)


def test_empty_lines_are_lines():
    assert list(read_windows(io.BytesIO(b"\n\na\n\n"), 9)) == [[b"", b"", b"a", b""]]
    assert list(read_windows(io.BytesIO(b""), 9)) == []


def test_a_byte_order_mark_at_the_beginning_is_left_out():
    mark = b"\xef\xbb\xbf"
    assert list(read_windows(io.BytesIO(mark + b"a\n" + mark + b"b\n"), 9)) == [
        [b"a", mark + b"b"]
    ]
    assert list(read_windows(io.BytesIO(mark + b"a"), 9)) == [[b"a"]]


def test_carriage_return_at_the_end_is_left_out():
    assert decode_line(b"a\rb\r") == ("a\rb", True)


def test_invalid_bytes_are_replaced_and_told():
    assert decode_line(b"a\xffb\xed\xa0\x80") == ("a\ufffdb\ufffd\ufffd\ufffd", False)


def test_no_character_of_a_field_ends_a_field_or_a_line():
    text = "".join(map(chr, range(0x300))) + "\u2028\u2029"
    field = one_field(text)
    assert len(field.splitlines()) == 1
    assert not set("\t\0\n\r") & set(field)
    assert len(field) == len(text)


def test_nul_stays_part_of_its_word():
    assert one_field("a\0b") == "a\ufffdb"


def test_lone_surrogates_are_replaced():
    assert encode_line("b\ud800") == b"b?\n"


def test_a_line_of_json_is_one_line_for_every_reader():
    text = "".join(map(chr, range(0x300))) + "\u2028\u2029\\u2028"
    line = encode_json_line({"text": text, text: [text]}).decode()
    assert line.splitlines() == [line[:-1]]
    assert json.loads(line) == {"text": text, text: [text]}


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60), st.integers(1, 4), st.lists(st.integers(1, 9)))
def test_lines_do_not_depend_on_how_the_bytes_arrive(content, max_lines, sizes):
    chunks, rest = [], content
    for size in sizes:
        chunks.append(rest[:size])
        rest = rest[size:]
    chunks.append(rest)
    arriving = Arriving([chunk for chunk in chunks if chunk])
    lines = [line for window in read_windows(arriving, max_lines) for line in window]
    expected = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    if content.endswith(b"\n") or not content:
        expected.pop()
    assert lines == expected

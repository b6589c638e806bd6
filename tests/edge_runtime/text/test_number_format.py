"""Numbers of one language as another writes them."""

import pytest

from edge_runtime.text.number_format import number_format, rewrite_number


@pytest.mark.parametrize(
    ("text", "source", "target", "expected"),
    [
        ("1,234.5", "en", "de", "1.234,5"),
        ("1.234,5", "de", "en", "1,234.5"),
        ("12,345,678", "en", "fr", "12\u202f345\u202f678"),
        ("12 345,6", "fr", "en", "12,345.6"),
        ("1'234.50", "de-CH", "de", "1.234,50"),
        ("1,234", "en", "de_CH", "1’234"),
        ("-$12.50", "zh", "de", "-$12,50"),
        ("12.5 %", "en", "sv", "12,5 %"),
        ("1984", "en", "de", "1984"),
        ("3.11.2", "en", "de", "3.11.2"),
        ("14:30", "en", "de", "14:30"),
        ("3/4", "en", "de", "3/4"),
        ("2024-03-05", "en", "de", "2024-03-05"),
        ("1,23,456", "en", "de", "1,23,456"),
        ("1.5", "de", "en", "1.5"),
        ("+48 601 234 567", "pl", "en", "+48 601 234 567"),
        ("020 123 456", "fr", "en", "020 123 456"),
        ("+1,234", "en", "de", "+1.234"),
        ("48 601 234", "pl", "en", "48,601,234"),
        ("0,5", "fr", "en", "0.5"),
        ("7", "en", "xx", "7"),
    ],
)
def test_numbers_are_rewritten(text, source, target, expected):
    found = rewrite_number(text, number_format(source), number_format(target))
    assert found == expected

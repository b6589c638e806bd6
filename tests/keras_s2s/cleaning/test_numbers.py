import pytest

from keras_s2s.cleaning.numbers import have_other_markup, have_other_numbers


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("in 1954", "im Jahr 1955"),
        ("3 of 4", "3 von 5"),
        ("at 10:40", "um 10:50 Uhr"),
        ("14,000 men", "15 000 Mann"),
        ("room 5", "第６间"),
    ],
)
def test_other_numbers_are_told(source, target):
    assert have_other_numbers(source, target)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("in 1954", "1954"),
        ("14,000 and 1,000,000", "14 000 und 1.000.000"),
        ("86,400 seconds", "86 400 Sekunden"),
        ("86,400 seconds", "86400 Sekunden"),
        ("8:00 p.m.", "20.00 Uhr"),
        ("2:30 p.m.", "14.30 Uhr"),
        ("at 8:30", "um 08:30 Uhr"),
        ("$200.00", "200 $"),
        ("15 billion", "15.000.000.000"),
        ("three of 4", "3 von 4"),
        ("two", "2"),
        ("August 25th", "am 25.8."),
        ("30,000", "3万"),
        ("no number", "keine Zahl"),
        ("№ ５", "5"),
    ],
)
def test_one_number_written_in_two_ways_is_one(source, target):
    assert not have_other_numbers(source, target)
    assert not have_other_numbers(target, source)


@pytest.mark.parametrize(
    ("source", "target", "other"),
    [
        ("<b>Go</b> to %s", "Geh zu <b>%s</b>", False),
        ("<b>Go</b>", "<b>Geh", True),
        ("Hello {name}", "Hallo {Name}", True),
        ("See https://a.de/b", "Siehe https://a.de/b.", False),
        ("See https://a.de/b", "Siehe unten", True),
        ("1 < 2", "1 ist kleiner", False),
    ],
)
def test_other_markup_is_told(source, target, other):
    assert have_other_markup(source, target) is other

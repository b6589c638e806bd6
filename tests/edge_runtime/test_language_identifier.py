import pytest

from edge_runtime.language_identifier import LanguageIdentifier

pytest.importorskip("py3langid", reason="needs the identify extra")


@pytest.fixture(scope="module")
def identifier():
    return LanguageIdentifier(["en", "de-AT", "zh-Hans", "nb", "zh-Hant"])


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I love to eat apples.", "en"),
        ("Guten Morgen, wie geht es dir?", "de-AT"),
        ("我爱吃苹果。", "zh-Hans"),
        ("Jeg liker å spise epler om morgenen.", "nb"),
        ("OPEN THE FILE, PLEASE", "en"),
    ],
)
def test_a_text_is_told_by_the_code_that_was_given(identifier, text, language):
    ranked = identifier.rank(text)
    assert ranked[0][0] == language
    assert ranked[0][1] > 0.5
    # The second code of one language can never be found, so it is not ranked.
    assert {code for code, _ in ranked} == {"en", "de-AT", "zh-Hans", "nb"}
    assert sum(probability for _, probability in ranked) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("text", ["", "  ", "12 + 30"])
def test_where_a_text_tells_nothing_the_order_is_that_of_the_codes(identifier, text):
    ranked = identifier.rank(text)
    assert [code for code, _ in ranked] == ["en", "de-AT", "zh-Hans", "nb"]


def test_a_long_text_costs_no_more_than_its_beginning(identifier):
    text = "Guten Morgen. " * 200 + "I love to eat apples. " * 100_000
    assert identifier.rank(text) == identifier.rank("Guten Morgen. " * 200)


@pytest.mark.parametrize(
    ("languages", "message"),
    [([], "at least one. Received: none"), (["en", "source"], "Received: source")],
)
def test_languages_that_cannot_be_told_apart_are_refused(languages, message):
    with pytest.raises(ValueError, match=message):
        LanguageIdentifier(languages)

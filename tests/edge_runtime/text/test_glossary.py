"""Terms of a glossary: reading them, finding them."""

import pickle

import pytest

from edge_runtime.text.glossary import Glossary, GlossaryError


def found(glossary, text):
    return [(text[begin:end], forms) for begin, end, forms in glossary.find(text)]


def test_the_longest_term_is_found():
    glossary = Glossary({"苹果": ["apple"], "苹果手机": ["iPhone"], "new york": ["NY"]})
    assert found(glossary, "苹果手机和苹果") == [
        ("苹果手机", ("iPhone",)),
        ("苹果", ("apple",)),
    ]
    assert found(glossary, "New York") == [("New York", ("NY",))]


def test_a_term_is_a_word_of_its_own():
    glossary = Glossary({"art": ["Kunst"]})
    assert found(glossary, "art, Art-work start arts ART2 part") == [
        ("art", ("Kunst",)),
        ("Art", ("Kunst",)),
    ]


def test_a_term_with_capitals_is_found_as_written():
    glossary = Glossary({"US": ["USA"], "us": ["uns"], "May": ["Mai"]})
    assert found(glossary, "US us Us may May") == [
        ("US", ("USA",)),
        ("us", ("uns",)),
        ("Us", ("uns",)),
        ("May", ("Mai",)),
    ]


def test_a_character_whose_lower_case_is_two_is_counted_once():
    glossary = Glossary({"i\u0307stanbul": ["Istanbul"]})
    assert found(glossary, "in İstanbul.") == [("İstanbul", ("Istanbul",))]


def test_the_two_forms_of_sigma_are_one_letter():
    glossary = Glossary({"οδος": ["street"], "ΦΩΣ": ["light"]})
    assert found(glossary, "οδος ΟΔΟΣ ΦΩΣ φως") == [
        ("οδος", ("street",)),
        ("ΟΔΟΣ", ("street",)),
        ("ΦΩΣ", ("light",)),
    ]


def test_a_file_with_comments_forms_and_a_byte_order_mark(tmp_path):
    path = tmp_path / "terms.tsv"
    path.write_bytes(
        "\ufeff# terms\r\napple\tApfel | Äpfel\r\n\r\nyes\tja\tx\n".encode()
    )
    glossary = Glossary.from_file(path)
    assert len(glossary) == 2
    assert found(glossary, "yes apple") == [
        ("yes", ("ja",)),
        ("apple", ("Apfel", "Äpfel")),
    ]


def test_a_csv_file_quotes_its_commas(tmp_path):
    path = tmp_path / "terms.csv"
    path.write_text('"one, two","eins, zwei"\n')
    assert found(Glossary.from_file(path), "one, two") == [
        ("one, two", ("eins, zwei",))
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"apple\n", "line 1"),
        (b"# x\napple\t \n", "line 2"),
        (b"\xff\tx\n", "UTF-8"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path, content, message):
    path = tmp_path / "terms.tsv"
    path.write_bytes(content)
    with pytest.raises(GlossaryError, match=message):
        Glossary.from_file(path)


def test_a_missing_file_and_an_empty_term_are_refused(tmp_path):
    with pytest.raises(GlossaryError, match="cannot be read"):
        Glossary.from_file(tmp_path / "none.tsv")
    with pytest.raises(GlossaryError, match="text on both sides"):
        Glossary({"a": [" "]})


def test_a_glossary_goes_to_other_processes():
    glossary = pickle.loads(pickle.dumps(Glossary({"a": ["b"]})))
    assert found(glossary, "a") == [("a", ("b",))]

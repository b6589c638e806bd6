import pytest

from keras_s2s.data.corpus import ParallelCorpus
from keras_s2s.recipes import corpus_facts
from keras_s2s.recipes.corpus_facts import SideFacts, read_facts


@pytest.fixture
def corpus(tmp_path):
    sources, targets = tmp_path / "a", tmp_path / "b"
    sources.write_text("abab\nab\n" * 30)
    targets.write_text("xyz\nxyzxyzxyz\n" * 30)
    return ParallelCorpus(sources, targets)


def test_pairs_characters_and_alphabets_are_counted(corpus):
    facts = read_facts(corpus, coverage=1.0)
    assert facts.pairs == 60
    assert facts.source == SideFacts(characters=3.0, alphabet=2)
    assert facts.target == SideFacts(characters=6.0, alphabet=3)


def test_of_a_large_corpus_pairs_at_even_distances_are_counted(corpus, monkeypatch):
    monkeypatch.setattr(corpus_facts, "_SAMPLE", 5)
    facts = read_facts(corpus, coverage=1.0)
    assert facts.pairs == 60
    assert facts.source.alphabet == 2
    assert facts.source.characters in (4.0, 2.0), "every eighth line is alike"


def test_rare_characters_beyond_the_coverage_need_no_piece(tmp_path):
    path = tmp_path / "pairs.tsv"
    path.write_text("a" * 9998 + "bc\td\n")
    corpus = ParallelCorpus(path)
    assert read_facts(corpus, coverage=0.9998).source.alphabet == 1
    assert read_facts(corpus, coverage=0.9999).source.alphabet == 2
    assert read_facts(corpus, coverage=1.0).source.alphabet == 3


def test_a_character_of_a_dense_script_is_more_of_a_token():
    letters, characters = SideFacts(36.0, 90), SideFacts(15.0, 3000)
    assert letters.expected_tokens == characters.expected_tokens == 11

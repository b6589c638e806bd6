"""Words that translate each other, found in pairs alone."""

import random

from keras_s2s.data.slots.word_aligner import WordAligner

NOUNS = {"dog": "Hund", "cat": "Katze", "man": "Mann", "house": "Haus", "tree": "Baum"}
VERBS = {"sees": "sieht", "likes": "mag", "has": "hat"}


def drawn_pairs(count):
    """Sentences whose verb goes to the end: `the dog the cat sees`."""
    generator = random.Random(1)
    for _ in range(count):
        first, second = generator.sample(sorted(NOUNS), 2)
        verb = generator.choice(sorted(VERBS))
        yield (
            ["The", first, verb, "the", second, "."],
            ["das", NOUNS[first], "das", NOUNS[second], VERBS[verb], "."],
        )


def test_words_are_linked_whatever_their_order():
    aligner = WordAligner(drawn_pairs(200))
    source = ["the", "cat", "likes", "the", "tree", "."]
    target = ["das", "Katze", "das", "Baum", "mag", "."]
    links = set(aligner.align(source, target).certain)
    assert {(1, 1), (2, 4), (4, 3), (5, 5)} <= links
    assert {(0, 2), (3, 0)}.isdisjoint(links)


def test_a_word_has_at_most_one_certain_link():
    aligner = WordAligner(drawn_pairs(50))
    certain, possible = aligner.align(["dog", "dog", "has"], ["Hund", "hat"])
    assert len({source for source, _ in certain}) == len(certain)
    assert len({target for _, target in certain}) == len(certain)
    # Both dogs may be the one that the target has.
    assert {(0, 0), (1, 0)} <= set(possible)
    assert set(certain) < set(possible)


def test_unknown_words_and_empty_sides_have_no_links():
    aligner = WordAligner(drawn_pairs(50))
    nothing = ([], [])
    assert aligner.align(["zebra"], ["Zebra"]) == nothing
    assert aligner.align([], ["Hund"]) == aligner.align(["dog"], []) == nothing
    assert WordAligner([]).align(["dog"], ["Hund"]) == nothing

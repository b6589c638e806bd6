"""Attention measured against the phrasebook's gold alignments."""

from collections.abc import Sequence
from dataclasses import dataclass

from edge_runtime.model import TranslationModel
from edge_runtime.word_alignment import WordLinks
from keras_s2s.data.phrasebook import AlignedPair
from keras_s2s.evaluation.alignment_error_rate import (
    alignment_error_rate,
    diagonal_links,
)
from keras_s2s.evaluation.forced_alignment import (
    LinkedSide,
    WordPair,
    align_words,
)


@dataclass(frozen=True)
class AlignmentQuality:
    """Alignment error rates on the same sentences; 0 is perfect.

    Attributes:
        attention: Of the model's attention.
        diagonal: Of the diagonal, which needs no model.
    """

    attention: float
    diagonal: float


def measure_alignment(
    model: TranslationModel,
    pairs: Sequence[AlignedPair],
    *,
    linked_side: LinkedSide = "source",
) -> AlignmentQuality:
    """Return the alignment error rate of attention, and of the diagonal beside it.

    Attention over tokens is carried over to the phrasebook's own words. Of its Chinese
    words 98 % have a partner, but of its English words only 79 %: "the" and "to" have
    none. So the Chinese words are linked by default; with one link for every English
    word, the best attention there could be has an error rate of 0.15.

    Args:
        model: A model with attention.
        pairs: Pairs with their gold alignments.
        linked_side: Whose words get one link each; see `align_words`.
    """
    gold = [pair.alignment for pair in pairs]
    words = [
        WordPair(pair.source, pair.target, pair.source_tokens, pair.target_tokens)
        for pair in pairs
    ]
    links = align_words(model, words, linked_side=linked_side)
    return AlignmentQuality(
        attention=alignment_error_rate(links, gold),
        diagonal=alignment_error_rate(
            [_diagonal(pair, linked_side) for pair in pairs], gold
        ),
    )


def _diagonal(pair: AlignedPair, linked_side: LinkedSide) -> WordLinks:
    source_words, target_words = len(pair.source_tokens), len(pair.target_tokens)
    if linked_side == "target":
        return diagonal_links(source_words, target_words)
    return tuple(
        (source, target)
        for target, source in diagonal_links(target_words, source_words)
    )

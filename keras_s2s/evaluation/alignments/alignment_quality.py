"""Attention measured against word alignments made by people."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from edge_runtime.model.translation_model import TranslationModel
from edge_runtime.text.word_alignment import WordLinks
from keras_s2s.evaluation.alignments.alignment_error_rate import (
    alignment_error_rate,
    diagonal_links,
)
from keras_s2s.evaluation.alignments.forced_alignment import (
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

    def to_json(self) -> dict[str, float]:
        """Return a plain object."""
        return asdict(self)


def measure_alignment(
    model: TranslationModel,
    pairs: Sequence[WordPair],
    gold: Sequence[WordLinks],
    *,
    linked_side: LinkedSide = "both",
) -> AlignmentQuality:
    """Return the alignment error rate of attention, and of the diagonal beside it.

    Attention over tokens is carried over to the given words. With one link for every
    word of one side, take the side on which nearly every word has a partner: in the
    phrasebook that is Chinese, where 98 % of the words have one, and not English with
    its 79 %: "the" and "to" have none. With one link for every English word, the best
    attention there could be has an error rate of 0.15; with one for every Chinese
    word, 0.07.

    Args:
        model: A model with attention.
        pairs: Sentences with their translations, cut into words.
        gold: Their alignments.
        linked_side: Whose words are linked, by the diagonal too; see `align_words`.
    """
    return AlignmentQuality(
        attention=alignment_error_rate(
            align_words(model, pairs, linked_side=linked_side), gold
        ),
        diagonal=alignment_error_rate(
            [_diagonal(pair, linked_side) for pair in pairs], gold
        ),
    )


def _diagonal(pair: WordPair, linked_side: LinkedSide) -> WordLinks:
    source_words, target_words = len(pair.source_words), len(pair.target_words)
    by_target = set(diagonal_links(source_words, target_words))
    by_source = {
        (source, target)
        for target, source in diagonal_links(target_words, source_words)
    }
    links = {"source": by_source, "target": by_target, "both": by_source | by_target}
    return tuple(sorted(links[linked_side]))

"""Scores of a test set by the length of its source sentences."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from keras_s2s.evaluation.scores.bleu import Score, corpus_bleu

FEWEST_SENTENCES = 30
"""The BLEU of fewer sentences depends on the sentences more than on their length."""

_MOST_BUCKETS = 8
_WIDTHS = (1, 2, 3, 4, 5, 8, 10, 15, 20, 25, 30, 40, 50, 75, 100)


@dataclass(frozen=True)
class LengthBucket:
    """The sentences whose source has `shortest` to `longest` tokens.

    Attributes:
        shortest: Fewest source tokens in the bucket.
        longest: Most source tokens in the bucket.
        count: Sentences in it.
        bleu: Their corpus BLEU.
    """

    shortest: int
    longest: int
    count: int
    bleu: Score

    @property
    def label(self) -> str:
        """The range of lengths, such as `5-10`, with an en dash."""
        if self.shortest == self.longest:
            return str(self.shortest)
        return f"{self.shortest}–{self.longest}"

    def to_json(self) -> dict[str, Any]:
        """Return a plain object."""
        return {
            "shortest": self.shortest,
            "longest": self.longest,
            "count": self.count,
            "bleu": self.bleu.to_json(),
        }


def choose_length_edges(
    lengths: Sequence[int], fewest: int = FEWEST_SENTENCES
) -> tuple[int, ...]:
    """Return where buckets begin, so that each holds enough sentences.

    Buckets are equally wide, at most eight over 98 % of the sentences; one with too
    few sentences is joined to the next shorter one.

    Args:
        lengths: Source tokens of every sentence.
        fewest: Sentences a bucket must hold; a smaller test set has one bucket.

    Returns:
        The shortest length of each bucket, ascending; the last bucket is open.
    """
    if not lengths:
        raise ValueError("There must be at least one length. Received: none.")
    ordered = sorted(lengths)
    usual = ordered[int(0.98 * (len(ordered) - 1))]
    span = usual - ordered[0] + 1
    width = next((w for w in _WIDTHS if w * _MOST_BUCKETS >= span), span)
    # Widths count from 1: a width of 5 gives 1-5, 6-10, ...
    first = (max(ordered[0], 1) - 1) // width * width + 1
    edges: list[int] = []
    below = 0  # sentences in the buckets that are closed
    for edge in range(first, ordered[-1] + 1, width):
        if not edges:
            edges.append(min(edge, ordered[0]))
            continue
        count = bisect_right(ordered, edge - 1)
        if count - below >= fewest and len(ordered) - count >= fewest:
            below = count
            edges.append(edge)
    return tuple(edges)


def score_by_length(
    lengths: Sequence[int],
    hypotheses: Sequence[str],
    references: Sequence[str],
    *,
    tokenizer: str = "13a",
    edges: Sequence[int] = (),
    resamplings: int = 1000,
) -> tuple[LengthBucket, ...]:
    """Return the BLEU of every bucket of source lengths.

    Args:
        lengths: Source tokens of every sentence.
        hypotheses: Detokenized translations.
        references: Their references, in the same order.
        tokenizer: sacreBLEU's tokenizer.
        edges: Shortest length of each bucket, ascending; shorter sentences are left
            out. By default they are chosen by `choose_length_edges`.
        resamplings: Test sets to resample for the intervals; 0 for none.

    Returns:
        The buckets that hold sentences, the shortest first.
    """
    edges = list(edges) or list(choose_length_edges(lengths))
    if edges != sorted(set(edges)):
        raise ValueError(f"`edges` must ascend. Received: {edges}.")
    members: list[list[int]] = [[] for _ in edges]
    for sentence, length in enumerate(lengths):
        bucket = bisect_right(edges, length) - 1
        if bucket >= 0:
            members[bucket].append(sentence)
    buckets = []
    for bucket, sentences in enumerate(members):
        if not sentences:
            continue
        longest = max(lengths[sentence] for sentence in sentences)
        if bucket + 1 < len(edges):
            longest = edges[bucket + 1] - 1
        buckets.append(
            LengthBucket(
                shortest=edges[bucket],
                longest=longest,
                count=len(sentences),
                bleu=corpus_bleu(
                    [hypotheses[sentence] for sentence in sentences],
                    [references[sentence] for sentence in sentences],
                    tokenizer,
                    resamplings=resamplings,
                ),
            )
        )
    return tuple(buckets)

"""Alignment error rate: attention against word alignments made by people."""

from collections.abc import Sequence
from pathlib import Path

from edge_runtime.text.word_alignment import WordLinks
from keras_s2s.data.corpus import CorpusError, read_lines


def alignment_error_rate(
    predicted: Sequence[WordLinks],
    sure: Sequence[WordLinks],
    possible: Sequence[WordLinks] = (),
) -> float:
    """Return the error rate of predicted links over a whole test set.

    With predicted links `A`, sure links `S` and possible links `P` (which include the
    sure ones), `AER = 1 - (|A ∩ S| + |A ∩ P|) / (|A| + |S|)`: 0 is perfect. Where all
    gold links are sure, it is 1 less the F-measure of the links.

    Args:
        predicted: Pairs (source word, target word) of every sentence.
        sure: Gold links of every sentence.
        possible: Further gold links, which need not be predicted; none by default.

    Reference:
        [Och and Ney, 2003](https://aclanthology.org/J03-1002).
    """
    if len(predicted) != len(sure) or (possible and len(possible) != len(sure)):
        raise ValueError(
            "There must be links for the same sentences. Received: "
            f"{len(predicted)} predicted, {len(sure)} sure, {len(possible)} possible."
        )
    also_allowed = possible or [()] * len(sure)
    correct = total = 0
    for found, gold, allowed in zip(predicted, sure, also_allowed, strict=True):
        found_links, sure_links = set(found), set(gold)
        possible_links = sure_links | set(allowed)
        correct += len(found_links & sure_links) + len(found_links & possible_links)
        total += len(found_links) + len(sure_links)
    if not total:
        raise ValueError("There must be at least one link. Received: none.")
    return 1.0 - correct / total


def diagonal_links(source_words: int, target_words: int) -> WordLinks:
    """Return the links of the diagonal, the baseline of every aligner.

    Every target word is linked to the source word at the same relative position.

    Args:
        source_words: Number of source words.
        target_words: Number of target words.
    """
    if not source_words:
        return ()
    return tuple(
        sorted(
            (target * source_words // target_words, target)
            for target in range(target_words)
        )
    )


def read_pharaoh(path: Path) -> list[WordLinks]:
    """Read alignments in Pharaoh's format: `0-0 1-2` on the line of each sentence.

    Args:
        path: The file; an empty line is a sentence without links.

    Raises:
        CorpusError: The file cannot be read, or a line is not of this format.
    """
    alignments = []
    for number, line in enumerate(read_lines(path), start=1):
        links = []
        for pair in line.split():
            source, _, target = pair.partition("-")
            if not (source.isdecimal() and target.isdecimal()):
                raise CorpusError(
                    "Alignments must be pairs of word numbers like 0-0 1-2. "
                    f"{path}, line {number} holds {pair!r}."
                )
            links.append((int(source), int(target)))
        alignments.append(tuple(sorted(set(links))))
    return alignments

"""From attention over tokens to links between words, in Pharaoh's format."""

from collections.abc import Sequence

import numpy as np

from edge_runtime.arrays import FloatArray, IntArray
from edge_runtime.text.tokenizer import Span

WordLinks = tuple[tuple[int, int], ...]
"""Pairs of source and target word, counted from 0, sorted."""


def link_words(
    alignment: FloatArray, source_words: IntArray, target_words: IntArray
) -> WordLinks:
    """Link every target word to the source word it attended to most.

    The attention of a target word is the sum over its tokens, what a source word
    receives is the sum over its tokens. A target word that attended most to something
    that is no word, such as bos or eos, stays unlinked.

    Args:
        alignment: Shape `(target_length, source_length)`.
        source_words: Word of each source token, -1 for none, shape `(source_length,)`.
        target_words: The same for the target tokens, shape `(target_length,)`.
    """
    of_source, columns = np.unique(source_words, return_inverse=True)
    of_target, rows = np.unique(target_words, return_inverse=True)
    received = np.zeros((len(of_target), len(of_source)))
    np.add.at(received, (rows[:, None], columns[None]), alignment)
    links = zip(of_source[received.argmax(axis=1)], of_target, strict=True)
    return tuple(
        sorted(
            (int(source), int(target))
            for source, target in links
            if source >= 0 and target >= 0
        )
    )


def word_of_tokens(token_spans: Sequence[Span], words: Sequence[Span]) -> IntArray:
    """Return the word that each token shares most characters with, or -1.

    Args:
        token_spans: Where the tokens stand in the text, in order.
        words: Where the words stand in the text, in order.

    Returns:
        Shape `(tokens,)`.
    """
    found = np.full(len(token_spans), -1, dtype=np.int64)
    first = 0
    for token, (begin, end) in enumerate(token_spans):
        while first < len(words) and words[first][1] <= begin:
            first += 1
        most = 0
        for word in range(first, len(words)):
            if words[word][0] >= end:
                break
            shared = min(end, words[word][1]) - max(begin, words[word][0])
            if shared > most:
                most, found[token] = shared, word
    return found


def pharaoh(links: WordLinks) -> str:
    """Return links as text: `0-0 1-2`.

    Example:
        >>> pharaoh(((0, 0), (1, 2)))
        '0-0 1-2'
    """
    return " ".join(f"{source}-{target}" for source, target in links)

"""Forced decoding: attention over given translations, between given words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from edge_runtime.arrays import BoolArray, FloatArray
from edge_runtime.contract import ALIGNMENT, BOS_ID, EOS_ID
from edge_runtime.model.batches import pad_rows, pad_sources
from edge_runtime.model.translation_model import TranslationModel
from edge_runtime.text.tokenizer import Span, TokenizedText
from edge_runtime.text.word_alignment import WordLinks, link_words, word_of_tokens

LinkedSide = Literal["source", "target", "both"]
"""The side whose words are each linked to one word of the other side."""

WEAKEST_SOURCE_LINK = 0.1
SUREST_TARGET_LINK = 0.99
LEAST_SHARE = 0.2
"""Thresholds of `link_both`, chosen on validation sentences of the phrasebook."""

_NOTHING = 1e-6


@dataclass(frozen=True)
class WordPair:
    """A sentence and its translation, with given words.

    Attributes:
        source: Source text.
        target: Target text.
        source_words: Words of the source, in order; white space is ignored.
        target_words: Words of the target.
    """

    source: str
    target: str
    source_words: tuple[str, ...]
    target_words: tuple[str, ...]


def align_words(
    model: TranslationModel,
    pairs: Sequence[WordPair],
    *,
    linked_side: LinkedSide = "target",
    batch_size: int = 64,
) -> list[WordLinks]:
    """Return the links that attention makes between given words.

    The target is fed to the decoder token by token, so that attention is measured on
    the given translation and not on the model's own.

    Args:
        model: A model with attention.
        pairs: Sentence pairs with their words.
        linked_side: "target" links every target word to the source word that it
            attends to most, see `link_words`; "source" links every source word to the
            target word that attends to it most, see `link_source_words`; "both" joins
            them where attention is strong, see `link_both`.
        batch_size: Pairs per batch.
    """
    if not model.attends:
        raise ValueError("`model` must have attention. Received: a model without.")
    links: list[WordLinks] = []
    for begin in range(0, len(pairs), batch_size):
        batch = pairs[begin : begin + batch_size]
        sources = [model.source_tokenizer.tokenize(pair.source) for pair in batch]
        targets = [model.target_tokenizer.tokenize(pair.target) for pair in batch]
        alignments = forced_alignment(model, sources, targets)
        for pair, source, target, alignment in zip(
            batch, sources, targets, alignments, strict=True
        ):
            source_words = given_word_spans(pair.source, pair.source_words)
            target_words = given_word_spans(pair.target, pair.target_words)
            # bos and eos belong to no word.
            source_spans = [(0, 0), *source.spans, (0, 0)]
            if linked_side == "target":
                of_source = word_of_tokens(source_spans, source_words)
                of_target = word_of_tokens(target.spans, target_words)
                links.append(link_words(alignment, of_source, of_target))
                continue
            attention = word_attention(
                alignment,
                shared_characters(source_spans, source_words),
                shared_characters(target.spans, target_words),
            )
            link = link_source_words if linked_side == "source" else link_both
            links.append(link(attention))
    return links


def link_source_words(attention: FloatArray) -> WordLinks:
    """Link every source word to the target word that attends to it most.

    Target words that no source word chooses, such as articles in a translation from
    Chinese, stay unlinked.

    Args:
        attention: Of target words, see `word_attention`.
    """
    return _links(_chosen_by_source(attention))


def link_both(attention: FloatArray) -> WordLinks:
    """Link the words that either side chooses, above thresholds.

    A source word is linked to the target word that attends to it most, if with at least
    `WEAKEST_SOURCE_LINK`. So a particle that no word attends to stays unlinked. A
    target word is linked to the source word that it attends to most, if with at least
    `SUREST_TARGET_LINK` and if this is at least `LEAST_SHARE` of all attention to that
    source word. So several target words may be linked to one source word.

    Args:
        attention: Of target words, see `word_attention`.
    """
    if not attention.size:
        return ()
    by_source = _chosen_by_source(attention) & (attention >= WEAKEST_SOURCE_LINK)
    strongest = attention.max(axis=1, keepdims=True)
    share = attention / np.maximum(attention.sum(axis=0), _NOTHING)
    by_target = (
        (attention >= strongest - _NOTHING)
        & (strongest >= SUREST_TARGET_LINK)
        & (share >= LEAST_SHARE)
    )
    return _links(by_source | by_target)


def word_attention(
    alignment: FloatArray, in_source: BoolArray, in_target: BoolArray
) -> FloatArray:
    """Return how much each target word attends to each source word.

    It is the mean over the tokens of the target word, and the sum over the tokens of
    the source word. A token of several words counts for each.

    Args:
        alignment: Shape `(target_length, source_length)`.
        in_source: Which source tokens make which source words, shape
            `(source_length, source_words)`.
        in_target: The same of the target, shape `(target_length, target_words)`.

    Returns:
        Shape `(target_words, source_words)`.
    """
    tokens = np.maximum(in_target.sum(axis=0), 1)
    mean = in_target.T / tokens[:, None]
    attention: FloatArray = (mean @ alignment @ in_source).astype(np.float32)
    return attention


def shared_characters(tokens: Sequence[Span], words: Sequence[Span]) -> BoolArray:
    """Return which tokens share characters with which words, `(tokens, words)`."""
    shared = np.zeros((len(tokens), len(words)), dtype=bool)
    for row, (begin, end) in enumerate(tokens):
        for column, (first, last) in enumerate(words):
            shared[row, column] = max(begin, first) < min(end, last)
    return shared


def _chosen_by_source(attention: FloatArray) -> BoolArray:
    chosen = np.zeros(attention.shape, dtype=bool)
    if attention.size:
        columns = np.arange(attention.shape[1])
        chosen[attention.argmax(axis=0), columns] = True
    # No word attends to a word that the tokenizer dropped.
    return chosen & (attention > 0)


def _links(chosen: BoolArray) -> WordLinks:
    return tuple((int(source), int(target)) for source, target in np.argwhere(chosen.T))


def forced_alignment(
    model: TranslationModel,
    sources: Sequence[TokenizedText],
    targets: Sequence[TokenizedText],
) -> list[FloatArray]:
    """Return the attention with which a model predicts given translations.

    Args:
        model: A model with attention.
        sources: Tokens of the sources, without bos and eos.
        targets: Tokens of the targets, without bos and eos.

    Returns:
        For each pair the weights, shape `(target tokens, source tokens + 2)`: bos and
        eos are the first and the last column.
    """
    source_ids = [[BOS_ID, *source.token_ids, EOS_ID] for source in sources]
    states = model.encode(pad_sources(source_ids))
    fed = pad_rows([[BOS_ID, *target.token_ids] for target in targets])
    steps = []
    for position in range(fed.shape[1] - 1):
        # The step that is fed the token before predicts the token at this position.
        _, states = model.step(fed[:, position], states)
        steps.append(np.asarray(states[ALIGNMENT]))
    stacked = np.stack(steps, axis=1)  # (batch, target_length, source_length)
    return [
        stacked[row, : len(target.token_ids), : len(ids)]
        for row, (target, ids) in enumerate(zip(targets, source_ids, strict=True))
    ]


def given_word_spans(text: str, words: Sequence[str]) -> list[Span]:
    """Return where given words stand in a text, in characters.

    Args:
        text: The text.
        words: Its words, in order.

    Example:
        >>> given_word_spans("I love it.", ["I", "love", "it", "."])
        [(0, 1), (2, 6), (7, 9), (9, 10)]
    """
    spans = []
    end = 0
    for word in words:
        begin = text.find(word, end)
        if begin < 0 or text[end:begin].strip():
            raise ValueError(
                "`words` must be the words of `text`, in order. "
                f"Received: {word!r} after {text[:end]!r} in {text!r}."
            )
        end = begin + len(word)
        spans.append((begin, end))
    return spans

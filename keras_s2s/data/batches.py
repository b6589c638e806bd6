"""Encoded pairs to batches: similar lengths together, within a token budget."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from edge_runtime import contract
from edge_runtime.model.batches import pad_rows
from keras_s2s.data.corpus_weights import EpochPairs
from keras_s2s.data.encoded_corpus import EncodedCorpus

IndexArray = npt.NDArray[np.integer[Any]]


class TrainingBatches:
    """The batches of every epoch of a run.

    Pairs are sorted by target length, then by source length, alternately ascending and
    descending; pairs of equal lengths are shuffled for every epoch. The sorted pairs
    are split into batches, and the batches are shuffled. So padding is small, every
    epoch has the same number of batches, and epoch `n` of a seed is always the same,
    whichever epoch a run was resumed at.

    Args:
        corpus: Encoded pairs.
        batch_tokens: Most target tokens of a batch, padding included; a single longer
            pair is a batch of its own.
        seed: Decides the order.
        corpus_weights: How often an epoch has the pairs of each of several corpora;
            empty for each pair once.

    Attributes:
        failure: The error that ended a dataset; None for none. TensorFlow tells it as
            one of its own, with a traceback in the text.
    """

    failure: Exception | None = None

    def __init__(
        self,
        corpus: EncodedCorpus,
        batch_tokens: int,
        seed: int,
        corpus_weights: Sequence[float] = (),
    ) -> None:
        self._corpus = corpus
        self._seed = seed
        source_lengths, target_lengths = corpus.source.lengths, corpus.target.lengths
        self._pairs = EpochPairs(
            target_lengths, corpus.report.by_corpus, corpus_weights
        )
        self._cuts = _batch_ends(self._pairs.longest(target_lengths), batch_tokens)
        self._length_keys = _length_keys(source_lengths, target_lengths)

    def __len__(self) -> int:
        """Return the number of batches in an epoch."""
        return len(self._cuts)

    def indices(self, epoch: int) -> list[IndexArray]:
        """Return the pairs of each batch of an epoch, counted from 0."""
        rng = np.random.default_rng([self._seed, epoch])
        # Four bytes a pair; besides the keys, nothing of the corpus is in memory.
        order = self._pairs.draw(rng)
        rng.shuffle(order)
        order = order[np.argsort(self._length_keys[order], kind="stable")]
        batches = np.split(order, self._cuts[:-1])
        return [batches[index] for index in rng.permutation(len(batches))]

    def target_tokens(self, batches: Iterable[IndexArray]) -> int:
        """Return the real target tokens of some batches, given by their pairs."""
        lengths = self._corpus.target.lengths
        return sum(int(lengths[indices].sum()) for indices in batches)

    def batch(
        self, indices: IndexArray
    ) -> tuple[dict[str, Any], npt.NDArray[np.int32]]:
        """Return the pairs `indices` as `dataset` gives them.

        Args:
            indices: Numbers of pairs in the corpus.
        """
        sources = [self._corpus.source[int(index)] for index in indices]
        targets = [self._corpus.target[int(index)] for index in indices]
        return make_batch(sources, targets)

    def dataset(
        self, initial_epoch: int = 0, initial_batch: int = 0
    ) -> tf.data.Dataset:
        """Return an endless dataset that begins with a batch of an epoch.

        Each element is what `model.fit` takes: a dict of `source_ids (batch,
        source_length)` and `target_input_ids (batch, target_length)`, and
        `target_output_ids (batch, target_length)`, all int32, right-padded.
        """

        def generate() -> Iterator[tuple[dict[str, Any], Any]]:
            epoch, first = initial_epoch, initial_batch
            try:
                while True:
                    batches = self.indices(epoch)
                    for indices in batches[first:]:
                        yield self.batch(indices)
                    epoch, first = epoch + 1, 0
            except Exception as error:
                self.failure = error
                raise

        ids = tf.TensorSpec((None, None), tf.int32)
        signature = {"source_ids": ids, "target_input_ids": ids}, ids
        dataset = tf.data.Dataset.from_generator(generate, output_signature=signature)
        return dataset.prefetch(4)


def make_batch(
    sources: Sequence[npt.ArrayLike], targets: Sequence[npt.ArrayLike]
) -> tuple[dict[str, npt.NDArray[np.int32]], npt.NDArray[np.int32]]:
    """Pad pairs, and shift the target for teacher forcing.

    Args:
        sources: Source ids of each row, bos and eos included.
        targets: Target ids of each row, eos included.

    Returns:
        Inputs and `target_output_ids` as `TrainingBatches.dataset` describes them.
    """
    target_output_ids = pad_rows(targets)
    target_input_ids = np.roll(target_output_ids, 1, axis=1)
    target_input_ids[:, 0] = contract.BOS_ID
    # A shorter row's eos was shifted into its padding; eos is not an input.
    target_input_ids[target_output_ids == contract.PAD_ID] = contract.PAD_ID
    inputs = {"source_ids": pad_rows(sources), "target_input_ids": target_input_ids}
    return inputs, target_output_ids


def _length_keys(
    source_lengths: npt.NDArray[np.integer[Any]],
    target_lengths: npt.NDArray[np.integer[Any]],
) -> IndexArray:
    """Return one number for each pair that sorts by target, then source length.

    Source lengths ascend among targets of one length and descend among those of the
    next, so neighbours have similar sources where the target length changes, too.
    """
    base = int(source_lengths.max()) + 1
    # Four bytes a pair, unless lengths are huge.
    small = (int(target_lengths.max()) + 1) * base <= np.iinfo(np.int32).max
    keys: IndexArray = np.multiply(
        target_lengths, base, dtype=np.dtype(np.int32 if small else np.int64)
    )
    keys += np.where(target_lengths % 2, base - 1 - source_lengths, source_lengths)
    return keys


def _batch_ends(
    sorted_lengths: npt.NDArray[np.int32], batch_tokens: int
) -> npt.NDArray[np.int64]:
    """Split sorted lengths so that rows times longest stays within the budget."""
    count = len(sorted_lengths)
    ends: list[int] = []
    start = 0
    while start < count:

        def tokens(end: int, start: int = start) -> int:
            return (end - start) * int(sorted_lengths[end - 1])

        # `tokens` grows with the end, so bisection finds it.
        fitting = bisect_right(range(start + 1, count + 1), batch_tokens, key=tokens)
        start += max(fitting, 1)
        ends.append(start)
    return np.array(ends, dtype=np.int64)

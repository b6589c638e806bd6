"""Micro-batches and shards: a batch's rows in groups whose gradients are summed.

Micro-batches follow one another, so each needs less memory (gradient accumulation). The
shards of a micro-batch run at the same time, each on a core (data parallelism).
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import tensorflow as tf

from edge_runtime.contract import SOURCE_IDS
from keras_s2s.config import TrainingConfig

_SHARD_TOKENS = 2000
"""Target tokens of a shard, about. Smaller matmuls are slower; larger tensors exceed
the caches and more rows need more padding. Up to 3,000 tokens the speed is equal."""


def micro_batch_count(batch_tokens: int, config: TrainingConfig) -> int:
    """Return the number of micro-batches that a batch is split into.

    Args:
        batch_tokens: Target tokens of a batch.
        config: Holds the number of shards.
    """
    return max(1, batch_tokens // (config.batch_parts * _SHARD_TOKENS))


def micro_batch(batch: Any, number: Any, count: int) -> Any:
    """Return one micro-batch of a batch; their sizes differ by one row at most.

    Args:
        batch: Inputs and `target_output_ids`, their rows on the first axis.
        number: Index of the micro-batch, from 0; a number or a tensor.
        count: Number of micro-batches.
    """
    rows = _count_rows(batch)
    return _rows(batch, rows * number // count, rows * (number + 1) // count)


def shards(batch: Any, count: int) -> Iterator[Any]:
    """Split a batch by rows and trim the padding that no row of a shard needs.

    Args:
        batch: Inputs and `target_output_ids`, their rows on the first axis.
        count: Number of shards; their sizes differ by one row at most.
    """
    rows = _count_rows(batch)
    ends = [rows * shard // count for shard in range(count + 1)]
    for start, end in pairwise(ends):
        inputs, target_output_ids = _rows(batch, start, end)
        target_length = _longest(target_output_ids)
        yield (
            {
                name: ids[:, : _longest(ids) if name == SOURCE_IDS else target_length]
                for name, ids in inputs.items()
            },
            target_output_ids[:, :target_length],
        )


def _count_rows(batch: Any) -> Any:
    return tf.shape(tf.nest.flatten(batch)[0])[0]


def _rows(batch: Any, start: Any, end: Any) -> Any:
    return tf.nest.map_structure(lambda ids: ids[start:end], batch)


def _longest(ids: Any) -> Any:
    """Return the length of the longest row without padding, 1 at least.

    A shard without rows runs the same loops, and a loop of no steps does not know the
    shape of its outputs.
    """
    lengths = tf.math.count_nonzero(ids, axis=1, dtype=tf.int32)
    return tf.maximum(1, tf.reduce_max(lengths))

"""Cutting a batch into micro-batches and parts, which are computed apart."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import tensorflow as tf

from edge_runtime.contract import SOURCE_IDS
from keras_s2s.config import TrainingConfig

_PART_TOKENS = 2000
"""Of a part, about. Smaller products are slower, larger tensors leave the caches, and a
part of fewer rows needs less padding: from 2,000 to 3,000 tokens nothing differs."""


def micro_batch_count(batch_tokens: int, config: TrainingConfig) -> int:
    """Return into how many micro-batches a batch is best cut.

    Args:
        batch_tokens: Target tokens of a batch.
        config: Says how many parts of a micro-batch are computed at the same time, and
            whether the halves of a batch are compared and must stay together.
    """
    if config.consistency:
        return 1
    return max(1, batch_tokens // (config.batch_parts * _PART_TOKENS))


def micro_batch(batch: Any, number: Any, count: int) -> Any:
    """Return one of the groups of rows, as even as possible, that make up a batch.

    Args:
        batch: Inputs and `target_output_ids`, their rows on the first axis.
        number: Which is wanted, from 0, a number or a tensor.
        count: How many there are.
    """
    rows = _count_rows(batch)
    return _rows(batch, rows * number // count, rows * (number + 1) // count)


def batch_parts(batch: Any, count: int) -> Iterator[Any]:
    """Cut a batch into groups of rows, as even as possible, without needless padding.

    Args:
        batch: Inputs and `target_output_ids`, their rows on the first axis.
        count: Parts that are wanted.
    """
    rows = _count_rows(batch)
    ends = [rows * part // count for part in range(count + 1)]
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
    """Return after how many positions there is padding in all rows, 1 at least.

    A part without rows goes through the same loops, and a loop of no steps does not
    know the size of what it collects.
    """
    lengths = tf.math.count_nonzero(ids, axis=1, dtype=tf.int32)
    return tf.maximum(1, tf.reduce_max(lengths))

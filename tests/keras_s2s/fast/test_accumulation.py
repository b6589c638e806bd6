import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")

from keras_s2s.config import TrainingConfig
from keras_s2s.data.batches import make_batch
from keras_s2s.fast.accumulation import (
    micro_batch,
    micro_batch_count,
    shards,
)

pytestmark = pytest.mark.train

SOURCES = [[5], [5, 6], [5, 6, 7], [5], [5, 6, 7, 8]]
TARGETS = [[9], [9], [9, 9], [9, 9], [9, 9, 9]]


def shapes(batch):
    inputs, target_output_ids = batch
    return {
        **{name: tuple(ids.shape) for name, ids in inputs.items()},
        "target_output_ids": tuple(target_output_ids.shape),
    }


def test_shards_hold_all_rows_without_the_padding_that_none_of_their_rows_needs():
    batch = make_batch(SOURCES, TARGETS)
    found = list(shards(batch, 2))
    assert [shapes(shard) for shard in found] == [
        {
            "source_ids": (rows, source_length),
            "target_input_ids": (rows, target_length),
            "target_output_ids": (rows, target_length),
        }
        for rows, source_length, target_length in ((2, 2, 1), (3, 4, 3))
    ]
    for shard, rows in zip(found, (slice(0, 2), slice(2, 5)), strict=True):
        for (name, ids), own in zip(batch[0].items(), shard[0].values(), strict=True):
            expected = ids[rows, : own.shape[1]]
            np.testing.assert_array_equal(own, expected, err_msg=name)
        np.testing.assert_array_equal(shard[1], batch[1][rows, : shard[1].shape[1]])


def test_rows_without_real_targets_keep_inputs_and_outputs_alike():
    inputs, target_output_ids = make_batch(SOURCES, TARGETS)
    (shard,) = shards((inputs, np.zeros_like(target_output_ids)), 1)
    assert shapes(shard) == {
        "source_ids": (5, 4),
        "target_input_ids": (5, 1),
        "target_output_ids": (5, 1),
    }


def test_micro_batches_follow_one_another():
    batch = make_batch(SOURCES, TARGETS)
    found = [micro_batch(batch, number, 3) for number in range(3)]
    for place, name in enumerate(("source_ids", "target_input_ids")):
        joined = np.concatenate([inputs[name] for inputs, _ in found])
        np.testing.assert_array_equal(joined, list(batch[0].values())[place])
    sizes = [len(targets) for _, targets in found]
    assert sum(sizes) == 5
    assert max(sizes) - min(sizes) <= 1


def test_batches_of_many_tokens_are_cut_and_small_ones_are_not():
    one, two, four = (TrainingConfig(batch_parts=count) for count in (1, 2, 4))
    assert micro_batch_count(1200, one) == micro_batch_count(1200, two) == 1
    assert micro_batch_count(16_000, two) == 2 * micro_batch_count(16_000, four) > 2

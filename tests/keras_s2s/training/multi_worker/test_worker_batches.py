from itertools import chain

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")

from keras_s2s.data.batches import TrainingBatches
from keras_s2s.data.encoded_corpus import FilterReport
from keras_s2s.training.multi_worker.cluster import Cluster
from keras_s2s.training.multi_worker.worker_batches import WorkerBatches

pytestmark = pytest.mark.train


class Side(list):
    lengths = property(lambda self: np.array([len(row) for row in self], np.int32))


class Corpus:
    """Pairs whose ids name them, one of them too long to share a batch."""

    def __init__(self):
        lengths = [2, 3, 3, 4, 4, 5, 5, 6, 40]
        self.report = FilterReport(len(lengths), 0, 0)
        self.source = Side([2, 10 + i, 3] for i in range(len(lengths)))
        self.target = Side([10 + i] * (n - 1) + [3] for i, n in enumerate(lengths))


def rows(batch):
    """Pairs of source and target ids, padding dropped."""
    inputs, target_output_ids = batch
    return [
        (tuple(source[source > 0]), tuple(target[target > 0]))
        for source, target in zip(inputs["source_ids"], target_output_ids, strict=True)
        if target.any()
    ]


@pytest.mark.parametrize("count", [2, 3])
def test_the_shares_make_up_the_batches_of_one_worker_with_as_many_tokens(count):
    corpus = Corpus()
    whole = TrainingBatches(corpus, 10 * count, seed=3)
    addresses = tuple(map(str, range(count)))
    workers = [
        WorkerBatches(corpus, 10, 3, Cluster(addresses, index))
        for index in range(count)
    ]
    assert {len(worker) for worker in workers} == {len(whole)}
    for epoch in range(3):
        for indices in whole.indices(epoch):
            shares = [rows(worker.batch(indices)) for worker in workers]
            assert sorted(chain(*shares)) == sorted(rows(whole.batch(indices)))
            sizes = [len(share) for share in shares]
            assert max(sizes) - min(sizes) <= 1


def test_a_worker_without_a_share_gets_a_row_without_target_tokens():
    worker = WorkerBatches(Corpus(), 10, 3, Cluster(("a", "b"), 1))
    inputs, target_output_ids = worker.batch(np.array([8]))
    assert target_output_ids.shape == (1, 40)
    assert not target_output_ids.any()
    assert inputs["source_ids"].all(), "attention needs a source token to look at"

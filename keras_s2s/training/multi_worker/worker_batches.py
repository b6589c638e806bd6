"""A worker's share of the batches of a data-parallel training."""

from typing import Any

import numpy as np
import numpy.typing as npt

from keras_s2s.data.batches import IndexArray, TrainingBatches
from keras_s2s.data.encoded_corpus import EncodedCorpus
from keras_s2s.training.multi_worker.cluster import Cluster


class WorkerBatches(TrainingBatches):
    """A worker's share of batches that have `batch_tokens` for every worker.

    Of `n` workers each takes every `n`-th row, so their shares have similar lengths.

    Args:
        corpus: Encoded pairs, the same for all workers.
        batch_tokens: Most target tokens of a worker's share, padding included; a share
            may exceed it by a row.
        seed: Decides the order.
        cluster: The workers, and the index of this one.
        options: Further arguments of `TrainingBatches`.
    """

    def __init__(
        self,
        corpus: EncodedCorpus,
        batch_tokens: int,
        seed: int,
        cluster: Cluster,
        **options: Any,
    ) -> None:
        super().__init__(corpus, batch_tokens * len(cluster), seed, **options)
        self._cluster = cluster

    def batch(
        self, indices: IndexArray
    ) -> tuple[dict[str, Any], npt.NDArray[np.int32]]:
        """Return this worker's rows of the pairs `indices`.

        If a batch has fewer rows than workers, the others get one row without real
        target tokens, which adds nothing to any sum.
        """
        share = indices[self._cluster.index :: len(self._cluster)]
        if len(share):
            return super().batch(share)
        inputs, target_output_ids = super().batch(indices[:1])
        return inputs, np.zeros_like(target_output_ids)

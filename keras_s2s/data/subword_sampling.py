"""Subword regularisation: new segmentations of the same text in every epoch."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from edge_runtime import contract
from edge_runtime.text.tokenizer import Tokenizer

IdArray = npt.NDArray[np.int32]


class SubwordSampler:
    """Samples a new segmentation of sentences of token ids.

    A sentence keeps its ids if it has an unknown token, because the ids do not hold its
    text, or if the sampled segmentation is longer than the limit.

    Args:
        tokenizer: The tokenizer of the sentences.
        alpha: Smoothing of the distribution over segmentations; 0 is uniform.
        max_length: Most tokens of a sampled sentence, bos and eos included.

    Reference:
        [Kudo, 2018](https://arxiv.org/abs/1804.10959).
    """

    def __init__(self, tokenizer: Tokenizer, alpha: float, max_length: int) -> None:
        self._tokenizer = tokenizer
        self._alpha = alpha
        self._max_length = max_length

    def __call__(self, rows: Sequence[IdArray], seed: int) -> list[IdArray]:
        """Return a segmentation of each row; bos and eos stay where they are.

        Args:
            rows: Token ids of sentences.
            seed: The same seed samples the same segmentations of the same rows.
        """
        special = [contract.BOS_ID, contract.EOS_ID]
        inner = [row[~np.isin(row, special)] for row in rows]
        texts = [self._tokenizer.decode(ids.tolist()) for ids in inner]
        drawn = self._tokenizer.sample_batch(texts, alpha=self._alpha, seed=seed)
        return [
            self._replaced(row, len(ids), new)
            for row, ids, new in zip(rows, inner, drawn, strict=True)
        ]

    def _replaced(self, row: IdArray, count: int, new: Sequence[int]) -> IdArray:
        length = len(row) - count + len(new)
        if contract.UNK_ID in row or not new or length > self._max_length:
            return row
        start = int(row[0] == contract.BOS_ID)
        return np.concatenate(
            [row[:start], np.array(new, np.int32), row[start + count :]]
        )

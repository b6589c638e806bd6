"""Which of several translations a model prefers."""

from collections.abc import Sequence

import numpy as np

from edge_runtime.arrays import FloatArray
from edge_runtime.contract import BOS_ID, EOS_ID
from edge_runtime.model.batches import pad_rows, pad_sources
from edge_runtime.model.translation_model import TranslationModel


def most_probable_target(
    model: TranslationModel, source: str, targets: Sequence[str]
) -> int:
    """Return which of several translations of a text is the most probable one.

    Args:
        model: The model.
        source: The text, as the model reads it.
        targets: Its translations, as the model writes them.
    """
    return int(_log_probs(model, source, targets).argmax())


def _log_probs(
    model: TranslationModel, source: str, targets: Sequence[str]
) -> FloatArray:
    """Return the log-prob of each target, shape `(targets,)`."""
    source_ids = [BOS_ID, *model.source_tokenizer.encode(source), EOS_ID]
    rows = [[*model.target_tokenizer.encode(target), EOS_ID] for target in targets]
    states = model.encode(pad_sources([source_ids] * len(rows)))
    emitted = pad_rows(rows)
    total: FloatArray = np.zeros(len(rows))
    fed = np.full(len(rows), BOS_ID, dtype=np.int32)
    for position in range(emitted.shape[1]):
        log_probs, states = model.step(fed, states)
        fed = emitted[:, position]
        there = np.array([position < len(row) for row in rows])
        total += np.where(there, log_probs[np.arange(len(rows)), fed], 0.0)
    return total

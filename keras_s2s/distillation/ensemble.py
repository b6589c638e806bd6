"""Several translation models as one: the mean of their probabilities at every step."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from edge_runtime.arrays import FloatArray
from edge_runtime.bundle.manifest import Limits
from edge_runtime.contract import ALIGNMENT
from edge_runtime.model.translation_model import TranslationModel
from edge_runtime.search.greedy_search import DecoderStates, DecoderStep


def ensemble(models: Sequence[TranslationModel]) -> TranslationModel:
    """Return what decodes with all models at once.

    Args:
        models: At least one; all with the same pieces on either side, so that a token
            id means the same to each.

    Returns:
        A model whose log-prob of a token is the logarithm of the mean probability, and
        whose alignment is the mean of those of the models, where all attend.

    Raises:
        ValueError: There is no model, or their vocabularies differ.
    """
    if not models:
        raise ValueError("An ensemble needs at least one model.")
    first, *others = models
    for number, other in enumerate(others, start=2):
        for side in ("source_tokenizer", "target_tokenizer"):
            if getattr(other, side).pieces != getattr(first, side).pieces:
                raise ValueError(
                    "Models of an ensemble must have the same tokenizers. The "
                    f"{side.replace('_', ' ')} of model {number} differs from that of "
                    "the first; `keras-s2s train --tokenizers RUN` takes over a run's."
                )
    if not others:
        return first
    attends = all(model.attends for model in models)
    return replace(
        first,
        encode=_Encoders(models),
        step=_Steps([model.step for model in models], attends),
        limits=Limits(
            min(model.limits.max_source_length for model in models),
            min(model.limits.max_target_length for model in models),
        ),
        attends=attends,
    )


class _Encoders:
    """Runs every encoder; each model's states carry its number in their names."""

    def __init__(self, models: Sequence[TranslationModel]) -> None:
        self._encoders = [model.encode for model in models]

    def __call__(self, source_ids: npt.NDArray[np.int32]) -> DecoderStates:
        return _numbered([encode(source_ids) for encode in self._encoders])


class _Steps:
    """Takes a step of every model and mixes what they predict."""

    def __init__(self, steps: Sequence[DecoderStep], attends: bool) -> None:
        self._steps = list(steps)
        self._attends = attends

    def __call__(
        self, token_ids: npt.NDArray[np.int32], states: DecoderStates
    ) -> tuple[FloatArray, DecoderStates]:
        log_probs, next_states = zip(
            *(
                step(token_ids, _of_model(number, states))
                for number, step in enumerate(self._steps)
            ),
            strict=True,
        )
        mixed = _log_of_mean(log_probs)
        joined = _numbered(next_states)
        if self._attends:
            alignments = [states[ALIGNMENT] for states in next_states]
            joined[ALIGNMENT] = np.stack(alignments).mean(axis=0)
        return mixed, joined


def _log_of_mean(log_probs: Sequence[FloatArray]) -> FloatArray:
    """Return the log of the mean probability; `np.logaddexp` takes four times that."""
    # Where no model allows a token, the difference below must still be a number.
    highest = np.maximum(np.maximum.reduce(log_probs), np.finfo(np.float32).min)
    total = np.zeros_like(highest)
    for part in log_probs:
        total += np.exp(part - highest)
    with np.errstate(divide="ignore"):
        mixed = highest + np.log(total / len(log_probs))
    # Rounding must not lift a certain token's log-prob above 0.
    result: FloatArray = np.minimum(mixed, 0).astype(np.float32)
    return result


def _numbered(parts: Sequence[Mapping[str, Any]]) -> dict[str, npt.NDArray[Any]]:
    return {
        f"{number}/{name}": array
        for number, part in enumerate(parts)
        for name, array in part.items()
        if name != ALIGNMENT
    }


def _of_model(number: int, states: DecoderStates) -> dict[str, npt.NDArray[Any]]:
    prefix = f"{number}/"
    return {
        name.removeprefix(prefix): array
        for name, array in states.items()
        if name.startswith(prefix)
    }

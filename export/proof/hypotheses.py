"""Comparison of the translations of two models, sentence by sentence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from edge_runtime.contract import BOS_ID, EOS_ID
from edge_runtime.model.batches import (
    batches_by_length,
    pad_rows,
    pad_sources,
    restore_order,
)
from edge_runtime.model.translation_model import TranslationModel
from edge_runtime.search.greedy_search import Hypothesis
from edge_runtime.translation.decoding import DecodingTask, decode
from edge_runtime.translation.decoding_options import DecodingOptions
from export.errors import HypothesisError

TIE = 1e-5
"""Largest difference of two log-probs that counts as a tie, which rounding decides.

A log-prob is a difference of sums over the vocabulary; its rounding error in float32 is
about 1e-6. A wrong weight, mask or gate order changes log-probs by orders of magnitude
more than this.
"""

_BATCH_SIZE = 64
_OPTIONS = DecodingOptions(beam_size=1)


@dataclass(frozen=True)
class Agreement:
    """How the hypotheses of two models compare.

    Attributes:
        compared: Number of sentences.
        identical: Number of those whose hypotheses have the same tokens.
        tied: Number of those that differ because two tokens were equally probable.
    """

    compared: int
    identical: int
    tied: int

    def to_json(self) -> dict[str, Any]:
        """Return a plain object."""
        return {
            "compared": self.compared,
            "identical": self.identical,
            "tied": self.tied,
        }


def translate(
    model: TranslationModel, sources: Sequence[Sequence[int]]
) -> list[Hypothesis]:
    """Return the greedy hypothesis of every source, in input order.

    Args:
        model: Computed by Keras or by exported graphs.
        sources: Source ids with bos and eos.
    """
    batches = batches_by_length([len(ids) for ids in sources], _BATCH_SIZE)

    def results() -> Iterator[list[Hypothesis]]:
        for places in batches:
            batch = [sources[place] for place in places]
            task = DecodingTask(
                step=model.step,
                initial_states=model.encode(pad_sources(batch)),
                source_ids=batch,
                options=_OPTIONS,
                max_target_length=model.limits.max_target_length,
            )
            yield [hypothesis for (hypothesis,) in decode(task)]

    return restore_order(batches, results())


def compare_hypotheses(
    keras: TranslationModel,
    sources: Sequence[Sequence[int]],
    expected: Sequence[Hypothesis],
    found: Sequence[Hypothesis],
) -> Agreement:
    """Count the sentences on which exported graphs translate as Keras does.

    Where hypotheses differ, Keras scores that of the graphs token by token. The two are
    tied if the log-prob of every token, given the tokens before, is within `TIE` of
    Keras' own choice. Anything else is a difference, and so is a hypothesis that stops
    before eos and its length limit, where no token had a log-prob.

    Args:
        keras: The model, computed by Keras.
        sources: Source ids with bos and eos.
        expected: Hypotheses of Keras.
        found: Hypotheses of the exported graphs.
    """
    other = [
        (source, hypothesis)
        for source, own, hypothesis in zip(sources, expected, found, strict=True)
        if (own.token_ids, own.finished) != (hypothesis.token_ids, hypothesis.finished)
    ]
    limit = keras.limits.max_target_length
    whole = [
        (source, hypothesis)
        for source, hypothesis in other
        if hypothesis.finished
        or len(hypothesis.token_ids) == _OPTIONS.length_limit(len(source), limit)
    ]
    tied = sum(
        int((largest_regrets(keras, whole[first : first + _BATCH_SIZE]) <= TIE).sum())
        for first in range(0, len(whole), _BATCH_SIZE)
    )
    return Agreement(len(sources), len(sources) - len(other), tied)


def require_same_hypotheses(agreement: Agreement) -> None:
    """Refuse any difference that is not a tie.

    Raises:
        HypothesisError: There is one.
    """
    differing = agreement.compared - agreement.identical - agreement.tied
    if differing:
        raise HypothesisError(
            "the exported graphs must translate as the Keras model does. Received "
            f"{differing} differing hypotheses of {agreement.compared}.",
            differing,
            agreement.compared,
        )


def largest_regrets(
    model: TranslationModel, translations: Sequence[tuple[Sequence[int], Hypothesis]]
) -> npt.NDArray[np.floating[Any]]:
    """Return the largest gap in log-prob between a token and the most probable one.

    Args:
        model: The model that scores the translations.
        translations: Source ids and a hypothesis for each.

    Returns:
        One difference of log-probs per hypothesis, shape `(batch,)`.
    """
    states = model.encode(pad_sources([source for source, _ in translations]))
    emitted = [
        [*hypothesis.token_ids, *([EOS_ID] if hypothesis.finished else [])]
        for _, hypothesis in translations
    ]
    token_ids = pad_rows(emitted)
    lengths = np.array([len(ids) for ids in emitted])
    rows = np.arange(len(emitted))
    regrets = np.zeros(len(emitted))
    previous = np.full(len(emitted), BOS_ID, dtype=np.int32)
    for position, current in enumerate(token_ids.T):
        log_probs, states = model.step(previous, states)
        regret = log_probs.max(axis=-1) - log_probs[rows, current]
        regrets = np.where(position < lengths, np.maximum(regrets, regret), regrets)
        previous = np.ascontiguousarray(current)
    return regrets

"""BLEU and chrF of several systems side by side, with paired bootstrap intervals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sacrebleu.metrics import BLEU

from keras_s2s.evaluation.scores.bleu import Score, corpus_bleu, corpus_chrf

_RESAMPLINGS = 1000


@dataclass(frozen=True)
class Interval:
    """A difference in BLEU and where it lies in 95 % of resampled test sets.

    Attributes:
        difference: BLEU of the system less that of the baseline.
        low: Lower end.
        high: Upper end.
    """

    difference: float
    low: float
    high: float


@dataclass(frozen=True)
class Quality:
    """What a system's translations are worth.

    Attributes:
        bleu: Corpus BLEU.
        chrf: Corpus chrF.
        against_baseline: BLEU compared with the baseline; None for the baseline.
    """

    bleu: Score
    chrf: Score
    against_baseline: Interval | None = None

    def to_json(self) -> dict[str, Any]:
        """Return a plain object."""
        scores: dict[str, Any] = {
            "bleu": self.bleu.to_json(),
            "chrf": self.chrf.to_json(),
        }
        if self.against_baseline is not None:
            interval = self.against_baseline
            scores["bleu_difference"] = {
                "value": interval.difference,
                "low": interval.low,
                "high": interval.high,
                "method": f"paired bootstrap, {_RESAMPLINGS} samples, 95 %",
            }
        return scores


def measure_quality(
    hypotheses: Mapping[str, Sequence[str]], references: Sequence[str], tokenizer: str
) -> dict[str, Quality]:
    """Score all systems; the first one is the baseline of the others.

    Args:
        hypotheses: Detokenized translations by name of system.
        references: Their references, in the same order.
        tokenizer: sacreBLEU's tokenizer.
    """
    baseline, *_ = hypotheses
    statistics = {
        name: _sentence_statistics(texts, references, tokenizer)
        for name, texts in hypotheses.items()
    }
    return {
        name: Quality(
            corpus_bleu(texts, references, tokenizer),
            corpus_chrf(texts, references),
            None
            if name == baseline
            else _bootstrap(statistics[baseline], statistics[name]),
        )
        for name, texts in hypotheses.items()
    }


def _sentence_statistics(
    hypotheses: Sequence[str], references: Sequence[str], tokenizer: str
) -> npt.NDArray[np.int64]:
    """Return what BLEU sums up, `(sentences, 10)`: matches, n-grams and two lengths."""
    metric = BLEU(tokenize=tokenizer, effective_order=True, force=True)
    rows = []
    for hypothesis, reference in zip(hypotheses, references, strict=True):
        score = metric.sentence_score(hypothesis, [reference])
        rows.append([*score.counts, *score.totals, score.sys_len, score.ref_len])
    return np.array(rows, dtype=np.int64)


def _bootstrap(
    baseline: npt.NDArray[np.int64], system: npt.NDArray[np.int64]
) -> Interval:
    """Resample sentences, the same ones for both.

    Reference:
        [Koehn, 2004](https://aclanthology.org/W04-3250).
    """
    generator = np.random.default_rng(0)
    sentences = len(baseline)
    samples = [generator.integers(0, sentences, sentences) for _ in range(_RESAMPLINGS)]
    differences = [
        _bleu(system[sample].sum(axis=0)) - _bleu(baseline[sample].sum(axis=0))
        for sample in samples
    ]
    low, high = np.percentile(differences, [2.5, 97.5])
    difference = _bleu(system.sum(axis=0)) - _bleu(baseline.sum(axis=0))
    return Interval(difference, float(low), float(high))


def _bleu(statistics: npt.NDArray[np.int64]) -> float:
    values = statistics.tolist()
    score = BLEU.compute_bleu(
        correct=values[:4], total=values[4:8], sys_len=values[8], ref_len=values[9]
    )
    return float(score.score)

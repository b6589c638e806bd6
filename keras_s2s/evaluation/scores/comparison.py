"""Scores of several systems on one test set, with sacreBLEU's paired bootstrap."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sacrebleu.metrics import CHRF
from sacrebleu.significance import PairedTest

from keras_s2s.evaluation.scores.bleu import Interval, Score, bleu_metric, sentence_chrf


@dataclass(frozen=True)
class PairedScore:
    """A system's score, and whether it differs from the baseline's.

    Attributes:
        score: The score with its interval.
        p_value: Probability of a difference at least as large if the systems were
            equally good; None for the baseline.
    """

    score: Score
    p_value: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Return a plain object."""
        return {**self.score.to_json(), "p_value": self.p_value}


@dataclass(frozen=True)
class SentenceDifference:
    """A sentence on which the systems differ in chrF.

    Attributes:
        sentence: Its index in the test set, from 0.
        chrf: chrF of its translation by name of system.
    """

    sentence: int
    chrf: Mapping[str, float]

    @property
    def spread(self) -> float:
        """Difference between the highest and the lowest chrF."""
        return max(self.chrf.values()) - min(self.chrf.values())


@dataclass(frozen=True)
class Comparison:
    """Systems side by side; the first is the baseline.

    Attributes:
        bleu: BLEU by name of system.
        chrf: chrF by name of system.
        differences: The sentences where they differ most, the largest first.
    """

    bleu: Mapping[str, PairedScore]
    chrf: Mapping[str, PairedScore]
    differences: tuple[SentenceDifference, ...]

    def to_json(self) -> dict[str, Any]:
        """Return a plain object."""
        return {
            "bleu": {name: score.to_json() for name, score in self.bleu.items()},
            "chrf": {name: score.to_json() for name, score in self.chrf.items()},
            "differences": [
                {"sentence": difference.sentence, "chrf": dict(difference.chrf)}
                for difference in self.differences
            ],
        }


def compare(
    hypotheses: Mapping[str, Sequence[str]],
    references: Sequence[str],
    *,
    tokenizer: str = "13a",
    resamplings: int = 1000,
    most_differences: int = 10,
) -> Comparison:
    """Score systems on the same sentences and test their differences.

    Every number is the one that `sacrebleu --paired-bs` gives for the same texts.

    Args:
        hypotheses: Detokenized translations by name of system, the baseline first.
        references: Their references, in the same order.
        tokenizer: sacreBLEU's tokenizer for BLEU.
        resamplings: Test sets to resample.
        most_differences: Sentences to return at most.

    Reference:
        [Koehn, 2004](https://aclanthology.org/W04-3250).
    """
    if len(hypotheses) < 2:
        raise ValueError(
            "There must be at least two systems to compare. "
            f"Received: {', '.join(hypotheses) or 'none'}."
        )
    counts = {name: len(texts) for name, texts in hypotheses.items()}
    if set(counts.values()) != {len(references)} or not references:
        raise ValueError(
            "Every system must have one hypothesis per reference, and at least one. "
            f"Received: {counts} for {len(references)} references."
        )
    test = PairedTest(
        [(name, list(texts)) for name, texts in hypotheses.items()],
        {"BLEU": bleu_metric(tokenizer), "chrF2": CHRF()},
        [list(references)],
        test_type="bs",
        n_samples=resamplings,
    )
    signatures, results = test()
    by_metric = {
        metric: {
            name: PairedScore(
                Score(
                    float(result.score),
                    str(signatures[metric]),
                    Interval(float(result.mean), float(result.ci)),
                ),
                None if result.p_value is None else float(result.p_value),
            )
            for name, result in zip(hypotheses, results[metric], strict=True)
        }
        for metric in ("BLEU", "chrF2")
    }
    return Comparison(
        bleu=by_metric["BLEU"],
        chrf=by_metric["chrF2"],
        differences=_find_differences(hypotheses, references, most_differences),
    )


def _find_differences(
    hypotheses: Mapping[str, Sequence[str]], references: Sequence[str], most: int
) -> tuple[SentenceDifference, ...]:
    scores = {
        name: sentence_chrf(texts, references) for name, texts in hypotheses.items()
    }
    found = [
        SentenceDifference(
            sentence, {name: values[sentence] for name, values in scores.items()}
        )
        for sentence in range(len(references))
    ]
    ordered = sorted(found, key=lambda difference: -difference.spread)
    return tuple(d for d in ordered[:most] if d.spread > 0)

"""Minimum-Bayes-risk selection: the hypothesis that agrees most with the others."""

from collections import Counter
from collections.abc import Sequence

from sacrebleu.metrics import CHRF

MOST_HYPOTHESES = 64
"""Most hypotheses of a text; each is compared with each of the others."""


def by_expected_utility(hypotheses: Sequence[str]) -> list[str]:
    """Return different hypotheses, the one of the highest expected utility first.

    Every hypothesis stands for a reference in turn. With `N` of them, the expected
    utility of `h` is `sum_r chrF(h, r) / N`; one that came several times counts as
    often. Equal ones stay in their order.

    Args:
        hypotheses: Hypotheses of one text, such as samples, at most `MOST_HYPOTHESES`.

    Raises:
        ValueError: There are more.

    Reference:
        [Eikema & Aziz, 2022](https://aclanthology.org/2022.emnlp-main.754).
    """
    if len(hypotheses) > MOST_HYPOTHESES:
        raise ValueError(
            f"Minimum-Bayes-risk selection takes at most {MOST_HYPOTHESES} hypotheses "
            f"of a text. Received: {len(hypotheses)}."
        )
    counts = Counter(hypotheses)
    if len(counts) <= 2 and len(set(counts.values())) == 1:
        return list(counts)  # Two single ones: which is better cannot be told.
    metric = CHRF()

    def utility(hypothesis: str) -> float:
        return sum(
            count * float(metric.sentence_score(hypothesis, [reference]).score)
            for reference, count in counts.items()
        )

    return sorted(counts, key=utility, reverse=True)

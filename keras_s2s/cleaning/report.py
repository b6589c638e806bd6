"""What was found, in a few lines."""

from collections.abc import Iterable, Iterator

import numpy as np

from keras_s2s.cleaning.keys import sentence_keys
from keras_s2s.cleaning.lengths import LengthModel
from keras_s2s.cleaning.quick_checks import QuickChecks, Reasons
from keras_s2s.cleaning.reasons import MEANINGS, Reason, reason_names
from keras_s2s.data.corpus import SentencePair

_LONGEST_EXAMPLE = 60


def quick_report(checks: QuickChecks, valid_pairs: Iterable[SentencePair]) -> str:
    """Return in one line what quick checks found in a training text.

    Args:
        checks: Has seen all pairs.
        valid_pairs: Pairs of another text that is validated on; none where they were
            held out of this one.
    """
    valid_pairs = list(valid_pairs)
    held_out = [
        sentence_keys(getattr(pair, side) for pair in valid_pairs)
        for side in ("source", "target")
    ]
    reasons = checks.reasons(LengthModel(checks.sample.pairs), held_out)
    counts = [
        f"{count} {reason_names(reason)[0]}"
        for reason, count in count_reasons(reasons).items()
    ]
    if not counts:
        return f"Of {len(checks)} pairs, quick checks found nothing wrong"
    return (
        f"Of {len(checks)} pairs, quick checks name {int((reasons != 0).sum())}: "
        f"{', '.join(counts)}. `keras-s2s clean` shows them and leaves them out"
    )


def count_reasons(reasons: Reasons) -> dict[Reason, int]:
    """Return how many pairs have each reason; those that none has are left out."""
    counts = {reason: int(np.count_nonzero(reasons & reason)) for reason in Reason}
    return {reason: count for reason, count in counts.items() if count}


class Examples:
    """The first pairs of each reason.

    Args:
        most: Pairs to show of each reason.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: dict[Reason, list[str]] = {}

    def add(self, number: int, pair: SentencePair, reasons: int) -> None:
        """See the next pair, which is the `number`-th."""
        for reason in Reason:
            if reasons & reason:
                found = self._found.setdefault(reason, [])
                if len(found) < self._most:
                    texts = map(_short, (pair.source, pair.target))
                    found.append(f"{number}: {' | '.join(texts)}")

    def report(self, reasons: Reasons, kept: int) -> Iterator[str]:
        """Yield the lines of a report.

        Args:
            reasons: Those of all pairs.
            kept: Number of pairs that are left.
        """
        yield f"{len(reasons)} pairs, {kept} of them kept"
        for reason, count in count_reasons(reasons).items():
            yield f"{count:9} {reason_names(reason)[0]}: {MEANINGS[reason]}"
            for example in self._found.get(reason, []):
                yield f"          {example}"


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_EXAMPLE else f"{text[:_LONGEST_EXAMPLE]}…"

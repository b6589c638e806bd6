"""Corpus BLEU and chrF as sacreBLEU computes them, with their signatures."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sacrebleu.metrics import BLEU, CHRF

from keras_s2s.evaluation.script import (
    UNSPACED_SCRIPTS,
    language_script,
    text_script,
)

_CHINESE_SCRIPTS = ("Hani", "Hans", "Hant")


@dataclass(frozen=True)
class Interval:
    """The 95 % interval of a score by bootstrap resampling, as sacreBLEU states it.

    Attributes:
        mean: Mean over the resampled test sets.
        half_width: Half the distance between the 2.5 % and the 97.5 % quantile.
    """

    mean: float
    half_width: float

    @property
    def low(self) -> float:
        """Lower end."""
        return self.mean - self.half_width

    @property
    def high(self) -> float:
        """Upper end."""
        return self.mean + self.half_width


@dataclass(frozen=True)
class Score:
    """A corpus score.

    Attributes:
        value: Between 0 and 100.
        signature: sacreBLEU's account of how it was computed.
        interval: 95 % interval by bootstrap resampling; None if not computed.
        length_ratio: Tokens of all hypotheses per token of the references, as the
            metric counts them; None for a metric that does not.
    """

    value: float
    signature: str
    interval: Interval | None = None
    length_ratio: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Return a plain object, without what was not measured."""
        return {
            name: value for name, value in asdict(self).items() if value is not None
        }


def bleu_tokenizer(
    language: str, setting: str = "auto", references: Iterable[str] = ()
) -> str:
    """Return sacreBLEU's tokenizer for a target language.

    Args:
        language: Language code in any usual form.
        setting: A tokenizer of sacreBLEU, or "auto": "zh" for Chinese, "char" where
            words are not separated, otherwise "13a".
        references: Text in the language; decides where its code is of none, such as
            the name "target" of a recipe without languages.
    """
    if setting != "auto":
        return setting
    script = language_script(language) or text_script(references)
    if script in _CHINESE_SCRIPTS:
        return "zh"
    return "char" if script in UNSPACED_SCRIPTS else "13a"


class _FloatChrf(CHRF):
    """chrF as a `float`, which Python's `statistics` takes the mean of.

    For resampled test sets without a match sacreBLEU has a `float`, for others a
    number of numpy, and a mixture of them is refused there.
    """

    def _compute_score_from_stats(self, stats: Any) -> Any:
        found = super()._compute_score_from_stats(stats)
        found.score = float(found.score)
        return found


def bleu_metric(tokenizer: str = "13a") -> BLEU:
    """Return sacreBLEU's BLEU; tokenizer "none" is for text that is tokenized."""
    # `force` silences a warning about text that looks tokenized: some test sets are.
    return BLEU(tokenize=tokenizer, force=True)


def corpus_bleu(
    hypotheses: Sequence[str],
    references: Sequence[str],
    tokenizer: str = "13a",
    *,
    resamplings: int = 0,
) -> Score:
    """Score hypotheses against one reference each.

    Args:
        hypotheses: Detokenized translations.
        references: Their references, in the same order.
        tokenizer: sacreBLEU's tokenizer; "none" for text that is tokenized already.
        resamplings: Test sets to resample for an interval; 0 for none.

    Reference:
        [Papineni et al., 2002](https://aclanthology.org/P02-1040);
        [Post, 2018](https://arxiv.org/abs/1804.08771).
    """
    return _score(bleu_metric(tokenizer), hypotheses, references, resamplings)


def corpus_chrf(
    hypotheses: Sequence[str], references: Sequence[str], *, resamplings: int = 0
) -> Score:
    """Score hypotheses by character n-grams.

    Args:
        hypotheses: Detokenized translations.
        references: Their references, in the same order.
        resamplings: Test sets to resample for an interval; 0 for none.

    Reference:
        [Popović, 2015](https://aclanthology.org/W15-3049).
    """
    return _score(_FloatChrf(), hypotheses, references, resamplings)


def sentence_chrf(hypotheses: Sequence[str], references: Sequence[str]) -> list[float]:
    """Return the chrF of each sentence, between 0 and 100.

    Single sentences are ranked by chrF and not by BLEU, most of whose 4-grams are
    missing in a short sentence.
    """
    metric = CHRF()
    return [
        float(metric.sentence_score(hypothesis, [reference]).score)
        for hypothesis, reference in zip(hypotheses, references, strict=True)
    ]


def _score(
    metric: BLEU | CHRF,
    hypotheses: Sequence[str],
    references: Sequence[str],
    resamplings: int,
) -> Score:
    if len(hypotheses) != len(references) or not hypotheses:
        raise ValueError(
            "There must be one hypothesis per reference, and at least one. Received: "
            f"{len(hypotheses)} hypotheses, {len(references)} references."
        )
    found = metric.corpus_score(
        list(hypotheses), [list(references)], n_bootstrap=max(1, resamplings)
    )
    interval = None
    if resamplings > 1:
        # sacreBLEU names the mean and half the width of the interval like this.
        interval = Interval(float(found._mean), float(found._ci))
    return Score(
        value=float(found.score),
        signature=str(metric.get_signature()),
        interval=interval,
        length_ratio=float(found.ratio) if isinstance(metric, BLEU) else None,
    )

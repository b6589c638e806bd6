"""The rules of `auto`: what is chosen for which corpus and how much time.

docs/recipes.md has the measurement behind each row, and says which rows lie between
measured ones.
"""

from dataclasses import dataclass

from keras_s2s.recipes.sizes import BASE, NARROW, Size


@dataclass(frozen=True)
class CorpusRule:
    """What the number of pairs decides.

    Attributes:
        below: Number of pairs up to which the rule holds.
        pieces: Pieces of each vocabulary.
        spare_pieces: Least pieces beside the single characters of a script with very
            many of them.
        batch_tokens: Target tokens of a batch.
        size: Size of model without a time limit, and the largest one with a limit.
        epochs: Epochs without a time limit.
    """

    below: float
    pieces: int
    spare_pieces: int
    batch_tokens: int
    size: Size
    epochs: int


CORPUS_RULES = (
    CorpusRule(10_000, 2000, 50, 600, NARROW, 80),
    CorpusRule(60_000, 4000, 50, 1200, BASE, 25),
    CorpusRule(300_000, 6000, 1500, 1200, BASE, 12),
    CorpusRule(float("inf"), 8000, 1500, 1200, BASE, 4),
)
"""In the order of the numbers of pairs."""


@dataclass(frozen=True)
class PassesRule:
    """What the number of passes over the corpus decides.

    Attributes:
        below: Passes up to which the rule holds.
        dropout: Rate on embeddings, context and output.
        word_dropout: Rate of whole tokens.
        is_fast: Whether the higher learning rate of a size is taken.
    """

    below: float
    dropout: float
    word_dropout: float
    is_fast: bool


PASSES_RULES = (
    PassesRule(5, 0.1, 0.0, True),
    PassesRule(15, 0.2, 0.0, True),
    PassesRule(float("inf"), 0.4, 0.1, False),
)
"""In the order of the numbers of passes."""

WARMUP_STEPS = 300
"""About an epoch of the presets' corpora."""

WARMUP_SHARE = 0.05
"""Largest share of all steps that is warm-up."""

PATIENCE_SHARE = 0.3
LEAST_PATIENCE = 3
"""Epochs, and their share of all, without a better validation after which a training
without a limit ends."""

REFERENCE_SPEED = 4700.0
"""Target tokens per second of `small` on two cores: a first guess, before measuring."""

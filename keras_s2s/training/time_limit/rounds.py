"""The rounds of a training with a time limit: stretches of steps, as long as others."""

from keras_s2s.config import TrainingConfig
from keras_s2s.training.prepared_training import Training

_ROUNDS = 40
"""Rounds in a limit. After a round there may be a validation and a checkpoint."""


def steps_per_round(training: Training, config: TrainingConfig) -> int:
    """Return the steps of a round at the measured speed.

    Args:
        training: What is trained.
        config: The training section of the recipe, with limit and speed.
    """
    seconds = config.time_limit / _ROUNDS
    steps = seconds * config.measured_speed / tokens_per_step(training)
    return max(1, round(steps))


def tokens_per_step(training: Training) -> float:
    """Return the real target tokens of a batch, on average."""
    batches = training.batches.indices(0)
    return training.batches.target_tokens(batches) / len(batches)

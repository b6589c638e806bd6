"""The learning rate of every step: a linear warm-up, then a cosine decay."""

import math

import keras

from keras_s2s.config import TrainingConfig


def learning_rate_schedule(
    config: TrainingConfig, batches_per_epoch: int
) -> keras.optimizers.schedules.LearningRateSchedule:
    """Return the learning rate as a function of the step, counted from 0.

    With `h` the highest and `f` the final rate, `t` steps in all, `w` of them warm-up:

        rate(s) = h s / w                                          for s < w
        rate(s) = f + (h - f) (1 + cos(pi (s - w) / (t - w))) / 2  for w <= s <= t

    and `f` after `t`. A final rate above the highest counts as the highest.

    Args:
        config: Holds the rates, the epochs, and how many of them are warm-up. At least
            one step is left for the decay.
        batches_per_epoch: Steps in which an epoch passes.

    Reference:
        [Loshchilov & Hutter, 2017](https://arxiv.org/abs/1608.03983), equation 5, and
        [Goyal et al., 2017](https://arxiv.org/abs/1706.02677), section 2.2.
    """
    total_steps = config.epochs * batches_per_epoch
    warmup_steps = min(
        math.ceil(config.warmup_epochs * batches_per_epoch), total_steps - 1
    )
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0 if warmup_steps else config.learning_rate,
        decay_steps=total_steps - warmup_steps,
        alpha=min(1.0, config.final_learning_rate / config.learning_rate),
        warmup_target=config.learning_rate if warmup_steps else None,
        warmup_steps=warmup_steps,
    )

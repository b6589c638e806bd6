"""A recipe and the time that is left: measure the speed, and say what fits."""

import logging
from collections.abc import Callable
from dataclasses import replace

from keras_s2s.config import Recipe
from keras_s2s.run.run_directory import write_recipe
from keras_s2s.training.prepared_run import PreparedRun
from keras_s2s.training.prepared_training import Training, prepare_training
from keras_s2s.training.time_limit.rounds import tokens_per_step
from keras_s2s.training.time_limit.run_clock import RunClock
from keras_s2s.training.time_limit.speed import measure_speed

logger = logging.getLogger(__name__)

_MEASURED_SHARE = 0.005
"""Share of the limit in which the speed is measured, compilation apart."""

_LEAST_STEPS = 20
"""Fewer steps teach nothing."""

_WARMUP_SHARE = 0.05
"""Largest share of the steps that is warm-up."""


class TimeLimitError(ValueError):
    """A training cannot end in the time that it has."""


def require_time(limit: float, clock: RunClock, seconds: float = 0.0) -> None:
    """Refuse a limit that leaves less than some seconds for training.

    Raises:
        TimeLimitError: There is less time; the message says what was used.
    """
    elapsed = clock.elapsed()
    if limit - elapsed > seconds:
        return
    needed = elapsed + seconds
    raise TimeLimitError(
        "A time limit must be longer than what comes before the training, and its "
        f"first {_LEAST_STEPS} steps: reading, tokenizers, and building the model "
        f"took {elapsed:.0f} s. Received: {limit:g} s. Give at least "
        f"{2 * needed:.0f}s."
    )


def fit_into_time(
    run: PreparedRun,
    training: Training,
    clock: RunClock,
    choose: Callable[[PreparedRun, float, float], Recipe] | None = None,
) -> tuple[PreparedRun, Training]:
    """Measure the speed of a new run, and write what follows into its recipe.

    Args:
        run: A run whose recipe has a time limit.
        training: What `prepare_training` made of it.
        clock: The clock of the run.
        choose: Returns the recipe to train, of the run, the seconds that are left and
            the measured target tokens per second; by default the run's.

    Returns:
        The run and the training with what was chosen.

    Raises:
        TimeLimitError: The limit is shorter than what comes before the training.
    """
    limit = run.recipe.training.time_limit
    require_time(limit, clock)
    speed = measure_speed(training, _MEASURED_SHARE * limit, clock)
    require_time(limit, clock)
    recipe = run.recipe
    if choose:
        recipe = choose(run, limit - clock.elapsed(), speed)
        if _differ(recipe, run.recipe):
            training = prepare_training(recipe, run.tokenizers, run.corpus)
            speed = measure_speed(training, _MEASURED_SHARE * limit, clock)
    tokens = tokens_per_step(training)
    require_time(limit, clock, _LEAST_STEPS * tokens / speed)
    left = limit - clock.elapsed()
    passes = left * speed / tokens / len(training.batches)
    epochs = max(1, round(passes))
    config = replace(
        recipe.training,
        measured_speed=round(speed, 1),
        epochs=epochs,
        # An epoch may be longer than the limit.
        warmup_epochs=min(recipe.training.warmup_epochs, _WARMUP_SHARE * passes),
    )
    recipe = replace(recipe, training=config)
    write_recipe(recipe, run.path)
    logger.info(
        "%.0f target tokens a second: some %.1f passes over the text in the %.1f "
        "minutes that are left.",
        speed,
        passes,
        left / 60,
    )
    return replace(run, recipe=recipe), training


def _differ(one: Recipe, other: Recipe) -> bool:
    """Return whether two recipes need different models or batches.

    What the clock's callbacks decide does not matter.
    """

    def built(recipe: Recipe) -> Recipe:
        training = replace(
            recipe.training, epochs=1, learning_rate=1.0, warmup_epochs=0.0
        )
        return replace(recipe, training=training)

    return built(one) != built(other)

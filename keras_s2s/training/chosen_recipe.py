"""The recipe of a training that `auto` chooses: by the corpus, then by the time."""

import logging
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from keras_s2s.config import DataConfig, Recipe
from keras_s2s.fast.process_settings import prepare_process
from keras_s2s.recipes.automatic import Automatic, Choice, TimeThere
from keras_s2s.recipes.corpus_facts import read_facts
from keras_s2s.training.prepared_run import PreparedRun, prepare_run
from keras_s2s.training.prepared_training import prepare_training
from keras_s2s.training.process_environment import environment_kept
from keras_s2s.training.time_limit.fit_into_time import fit_into_time
from keras_s2s.training.time_limit.run_clock import RunClock
from keras_s2s.training.training_data import TrainingData

logger = logging.getLogger(__name__)

_TRAINED_SHARE = 0.93
"""Share of the time that is left which steps take; validation has the rest."""

Chooser = Callable[[PreparedRun, float, float], Recipe]


def chosen_for_corpus(
    recipe: Recipe | Automatic, data: TrainingData
) -> tuple[Recipe, Chooser | None]:
    """Choose a recipe for a corpus, which is read once.

    Args:
        recipe: What chooses; a recipe is returned as it is.
        data: The corpora.

    Returns:
        The recipe to begin with, and with a time limit what chooses again once the
        speed is measured.

    Raises:
        ConfigError: What is set contradicts what is chosen.
        CorpusError: The corpus cannot be read.
    """
    if isinstance(recipe, Recipe):
        return recipe, None
    automatic = recipe
    facts = read_facts(data.train, DataConfig().character_coverage)
    choice = automatic.for_corpus(facts)
    if not automatic.time_limit:
        _log(choice)
        return choice.recipe, None

    def choose(run: PreparedRun, seconds: float, speed: float) -> Recipe:
        tokens = int(run.corpus.target.lengths.sum())
        time = TimeThere(_TRAINED_SHARE * seconds, speed, run.recipe, tokens)
        choice = automatic.for_time(facts, time)
        _log(choice)
        precision = run.recipe.training.matmul_precision
        # The text is tokenized already; the data section says how.
        return replace(
            choice.recipe,
            data=run.recipe.data,
            training=replace(choice.recipe.training, matmul_precision=precision),
        )

    return choice.recipe, choose


def chosen_vocabularies(recipe: Recipe | Automatic) -> frozenset[str]:
    """Return the sizes of vocabularies that are chosen, not given."""
    return frozenset() if isinstance(recipe, Recipe) else recipe.chosen_vocabularies


@environment_kept()
def recipe_that_would_be_trained(
    recipe: Recipe | Automatic,
    data: TrainingData,
    tokenizers: Path | None,
    clock: RunClock,
) -> Recipe:
    """Return what `train` would train, for people to read; nothing is kept.

    With a time limit, tokenizers and the first steps are trained for it.

    Raises:
        ConfigError, CorpusError, RunError, TimeLimitError, TokenizerTrainingError: As
            `train` raises them.
    """
    data = data.readable_again()
    at_most = chosen_vocabularies(recipe)
    recipe, choose = chosen_for_corpus(recipe, data)
    if not recipe.training.time_limit:
        return recipe
    prepare_process(recipe.training.operator_threads)
    with tempfile.TemporaryDirectory() as folder:
        run = prepare_run(
            recipe, data, Path(folder), tokenizers=tokenizers, at_most=at_most
        )
        training = prepare_training(run.recipe, run.tokenizers, run.corpus)
        return fit_into_time(run, training, clock, choose)[0].recipe


def _log(choice: Choice) -> None:
    for reason in choice.reasons:
        logger.info("%s", reason)

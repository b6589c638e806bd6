import dataclasses

import pytest

from keras_s2s.config import ConfigError, Recipe
from keras_s2s.presets import preset_recipe
from keras_s2s.training.adaptation.fine_tuning import fine_tuning_recipe


def test_model_and_text_stay_and_steps_are_smaller():
    recipe = preset_recipe("base")
    found = fine_tuning_recipe(recipe)
    assert (found.model, found.data) == (recipe.model, recipe.data)
    assert found.training.learning_rate == pytest.approx(0.0003)
    assert found.training.epochs == 10
    assert found.training.warmup_epochs == pytest.approx(1)
    assert found.training.matmul_precision == "auto"


def test_the_time_and_the_corpora_of_the_first_training_are_not_taken_over():
    limited = Recipe().with_settings(
        {
            "time_limit": "600",
            "measured_speed": "9000",
            "validation_pairs": "64",
            "corpus_weights": "[1, 2]",
        }
    )
    found = fine_tuning_recipe(limited)
    assert found.data.corpus_weights == ()
    training = found.training
    assert (training.time_limit, training.measured_speed) == (0, 0)
    assert training.validation_pairs == 0
    few = Recipe().with_settings({"validation_pairs": "64"})
    assert fine_tuning_recipe(few).training.validation_pairs == 64
    timed = fine_tuning_recipe(limited, settings={"time_limit": "60"})
    assert timed.training.time_limit == 60


def test_an_adaptation_of_an_adaptation_has_its_learning_rate():
    once = fine_tuning_recipe(Recipe())
    twice = fine_tuning_recipe(once, again=True)
    assert twice.training.learning_rate == once.training.learning_rate


def test_single_values_can_be_set():
    found = fine_tuning_recipe(
        Recipe(), epochs=30, settings={"learning_rate": "0.01", "word_dropout": "0.2"}
    )
    assert found.training.learning_rate == 0.01
    assert found.model == dataclasses.replace(Recipe().model, word_dropout=0.2)
    assert found.training.warmup_epochs == pytest.approx(3)
    warm = fine_tuning_recipe(Recipe(), settings={"warmup_epochs": "2"})
    assert warm.training.warmup_epochs == 2


def test_what_must_stay_cannot_be_set():
    with pytest.raises(ConfigError, match="Received: target_vocab_size, units"):
        fine_tuning_recipe(
            Recipe(), settings={"units": "9", "target_vocab_size": "9", "seed": "2"}
        )

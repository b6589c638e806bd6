"""Real trainings whose clock is a fake one, so that every machine ends in time."""

from dataclasses import asdict

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")

from keras_s2s.config import ConfigError, Recipe
from keras_s2s.recipes.automatic import Automatic
from keras_s2s.recipes.corpus_facts import read_facts
from keras_s2s.run.run_directory import read_recipe
from keras_s2s.training import callbacks
from keras_s2s.training.checkpoint import state_variables
from keras_s2s.training.chosen_recipe import recipe_that_would_be_trained
from keras_s2s.training.time_limit import fit_into_time
from keras_s2s.training.time_limit.fit_into_time import TimeLimitError
from keras_s2s.training.time_limit.run_clock import RunClock
from keras_s2s.training.trainer import train

pytestmark = [pytest.mark.train, pytest.mark.slow]

LIMIT = 8.0


@pytest.fixture
def automatic(simple_recipe):
    """What chooses, with the sizes of the tests' recipe."""
    own, default = (
        {key: value for part in asdict(one).values() for key, value in part.items()}
        for one in (simple_recipe, Recipe())
    )
    # The clock decides the epochs; what the rules change is set back.
    rules = {"batch_tokens", "embedding_dropout", "context_dropout", "encoder_layers"}
    rules |= {"conditional", "tied_embeddings", "batch_parts", "operator_threads"}
    rules |= {"slot_share", "drawn_slot_share", "small_letter_share"}
    settings = {
        key: str(value)
        for key, value in own.items()
        if key != "epochs" and (value != default[key] or key in rules)
    }
    return Automatic(settings=settings, time_limit=LIMIT)


def test_a_training_is_stopped_goes_on_and_ends_with_its_time(
    data, automatic, tmp_path, ticking_time, monkeypatch, caplog
):
    path, began = tmp_path / "run", ticking_time.seconds
    measure = fit_into_time.measure_speed

    def measure_and_compare(training, *arguments):
        training.model.optimizer.build(training.model.trainable_variables)
        before = [value.numpy() for value in state_variables(training.model)]
        speed = measure(training, *arguments)
        for value, old in zip(state_variables(training.model), before, strict=True):
            np.testing.assert_array_equal(value.numpy(), old)
        return speed

    def interrupt(self, batch, logs=None):
        if ticking_time.seconds > began + LIMIT / 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(fit_into_time, "measure_speed", measure_and_compare)
    with monkeypatch.context() as patch, caplog.at_level("INFO"):
        patch.setattr(callbacks.StopWhenDiverged, "on_train_batch_end", interrupt)
        with pytest.raises(KeyboardInterrupt):
            train(automatic, data, path, clock=RunClock(now=ticking_time))
    recipe = read_recipe(path)
    assert recipe.training.time_limit == LIMIT
    assert recipe.training.measured_speed > 0
    assert recipe.model.units == 12
    assert "dropout: " in caplog.text

    first = ticking_time.seconds - began
    ticking_time.pass_by(5000)  # which is not training
    began = ticking_time.seconds
    with caplog.at_level("INFO"):
        run = train(recipe, data, path, resume=True, clock=RunClock(now=ticking_time))
    seconds = first + ticking_time.seconds - began
    assert 0.85 * LIMIT <= seconds <= 1.02 * LIMIT
    assert run.scores["ended"] == "the time is over"
    assert run.scores["best_epoch"] > 0
    assert "Ended after 0.1 of 0.1 minutes: the time is over." in caplog.text
    assert read_recipe(path) == recipe

    weights = run.seq2seq.training.get_weights()
    run = train(recipe, data, path, resume=True, clock=RunClock(now=ticking_time))
    for weight, old in zip(run.seq2seq.training.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(weight, old)


def test_a_limit_that_ends_before_the_training_leaves_nothing(
    data, recipe, tmp_path, ticking_time
):
    limited = recipe.with_settings({"time_limit": "0.01"})
    with pytest.raises(TimeLimitError, match=r"Received: 0\.01 s\. Give at least"):
        train(limited, data, tmp_path / "run", clock=RunClock(now=ticking_time))
    assert not (tmp_path / "run").exists()


def test_a_limit_that_has_passed_is_told_before_any_work_on_the_text(
    data, recipe, tmp_path, ticking_time, monkeypatch
):
    monkeypatch.setattr("keras_s2s.training.trainer.prepare_run", None)
    limited = recipe.with_settings({"time_limit": "0.01"})
    with pytest.raises(TimeLimitError):
        train(limited, data, tmp_path / "run", clock=RunClock(now=ticking_time))


def test_a_limit_is_for_one_worker(data, recipe, tmp_path):
    limited = recipe.with_settings({"time_limit": "60"})
    with pytest.raises(ConfigError, match="must be 0 with several workers"):
        train(limited, data, tmp_path / "run", cluster=object())


def test_without_a_limit_the_choice_is_said_without_training(data, caplog):
    with caplog.at_level("INFO"):
        recipe = recipe_that_would_be_trained(Automatic(), data, None, RunClock())
    facts = read_facts(data.train, recipe.data.character_coverage)
    assert recipe == Automatic().for_corpus(facts).recipe
    assert "learning rate: " in caplog.text

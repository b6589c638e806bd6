import json
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import keras

from keras_s2s.config import Recipe, TrainingConfig
from keras_s2s.data.corpus import SentencePair
from keras_s2s.earlier_keys import EARLIER_KEYS, RenamedKey
from keras_s2s.fast.processor import fastest_precision
from keras_s2s.run.run_file import RunError
from keras_s2s.training.checkpoint import Progress, save_state
from keras_s2s.training.prepared_training import compile_model
from keras_s2s.training.resumption import (
    pairs_key,
    require_same_recipe,
    require_same_start,
)

pytestmark = pytest.mark.train

RECIPE = Recipe().with_settings({"corpus_weights": "[2, 0.5]", "seed": "1"})


def model():
    built = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    compile_model(built, TrainingConfig(), batches_per_epoch=2)
    return built


def leave_state(path, **progress):
    """Write the state of a run that was stopped."""
    save_state(model(), Progress("key", finished_epochs=2, **progress), path)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (("other", "pairs", 1), "needs the training text it was started with"),
        (("key", "others", 1), "needs the validation text it was started with"),
        (("key", "pairs", 2), r"workers as it was started with, 1\. Received: 2"),
    ],
)
def test_a_run_goes_on_with_its_own_texts_and_workers(tmp_path, given, message):
    leave_state(tmp_path, validation_key="pairs")
    require_same_start(tmp_path, "key", "pairs", 1)
    with pytest.raises(RunError, match=message):
        require_same_start(tmp_path, *given)


def test_pairs_are_told_apart_by_their_sides_and_their_order():
    one, other = SentencePair("a", "b c"), SentencePair("a b", "c")
    keys = {pairs_key(pairs) for pairs in ([one], [other], [one, other], [other, one])}
    assert len(keys) == 4
    # Not by where they come from.
    assert pairs_key([replace(one, corpus=3)]) == pairs_key([one])


def test_what_was_edited_in_a_recipe_is_named_with_both_values(tmp_path):
    leave_state(tmp_path, recipe=RECIPE.to_json())
    require_same_recipe(RECIPE, tmp_path)
    edited = RECIPE.with_settings(
        {"seed": "77", "learning_rate": "0.5", "target_language": "de", "units": "7"}
    )
    with pytest.raises(RunError) as refusal:
        require_same_recipe(edited, tmp_path)
    before = 'units=256, target_language="target", learning_rate=0.001, seed=1'
    after = 'units=7, target_language="de", learning_rate=0.5, seed=77'
    assert f"by: {before}. Received: {after}. Set config.json" in str(refusal.value)


def test_what_decides_how_fast_a_run_is_trained_may_change(tmp_path):
    leave_state(tmp_path, recipe=RECIPE.to_json())
    faster = {"operator_threads": "3", "measured_speed": "9000.5"}
    require_same_recipe(RECIPE.with_settings(faster), tmp_path)


def test_a_run_may_go_on_for_more_epochs_but_not_for_fewer(tmp_path):
    leave_state(tmp_path, recipe=RECIPE.to_json())
    require_same_recipe(RECIPE.with_settings({"epochs": "21"}), tmp_path)
    with pytest.raises(RunError, match=r"by: epochs=20\. Received: epochs=19\."):
        require_same_recipe(RECIPE.with_settings({"epochs": "19"}), tmp_path)


def test_the_precision_that_a_processor_chose_is_the_one_of_its_auto(tmp_path):
    chosen = RECIPE.with_settings({"matmul_precision": fastest_precision()})
    leave_state(tmp_path, recipe=chosen.to_json())
    require_same_recipe(RECIPE.with_settings({"matmul_precision": "auto"}), tmp_path)


def test_a_recipe_of_an_earlier_version_is_read_by_the_names_of_today(
    tmp_path, monkeypatch
):
    monkeypatch.setitem(EARLIER_KEYS["training"], "rate", RenamedKey("learning_rate"))
    before = json.loads(json.dumps(RECIPE.to_json()))
    before["training"]["rate"] = before["training"].pop("learning_rate")
    del before["model"]["layer_norm"]  # a later version added it
    leave_state(tmp_path, recipe=before)
    require_same_recipe(RECIPE, tmp_path)
    with pytest.raises(RunError, match=r"Received: layer_norm=true"):
        require_same_recipe(RECIPE.with_settings({"layer_norm": "true"}), tmp_path)


def test_a_recipe_of_a_later_version_is_refused(tmp_path):
    leave_state(tmp_path, recipe={"model": {"telepathy": True}})
    with pytest.raises(RunError, match=r"by another version of .*telepathy"):
        require_same_recipe(RECIPE, tmp_path)


def test_a_state_that_does_not_say_what_it_was_trained_by_is_resumed(tmp_path):
    """As versions before this one wrote it."""
    leave_state(tmp_path)
    file = tmp_path / "training_state.npz"
    with np.load(file) as state:
        arrays = dict(state)
    progress = json.loads(str(arrays["progress"]))
    del progress["recipe"], progress["validation_key"]
    np.savez(file, **{**arrays, "progress": json.dumps(progress)})
    require_same_recipe(RECIPE.with_settings({"seed": "77"}), tmp_path)
    require_same_start(tmp_path, "key", "x", 1)

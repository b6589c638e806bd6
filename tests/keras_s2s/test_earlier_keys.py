import json

import pytest

from keras_s2s.config import ConfigError, Recipe
from keras_s2s.earlier_keys import EARLIER_KEYS, RemovedKey, RenamedKey


@pytest.fixture(autouse=True)
def earlier_keys(monkeypatch):
    """A renamed key, one that only decided about training, and one of the model."""
    monkeypatch.setitem(EARLIER_KEYS["training"], "epoch_count", RenamedKey("epochs"))
    monkeypatch.setitem(
        EARLIER_KEYS["training"],
        "noise",
        RemovedKey("It gained nothing; train without it.", off=0.0),
    )
    monkeypatch.setitem(
        EARLIER_KEYS["model"],
        "highway",
        RemovedKey("Use release 9 for it.", off=False, weights_depend=True),
    )


def test_every_earlier_key_has_a_part_and_no_longer_a_place_in_it():
    parts = {name: getattr(Recipe(), name) for name in Recipe.field_names()}
    assert EARLIER_KEYS.keys() == parts.keys()
    for part, keys in EARLIER_KEYS.items():
        names = parts[part].field_names()
        assert not keys.keys() & set(names)
        renamed = [entry for entry in keys.values() if isinstance(entry, RenamedKey)]
        assert {entry.name for entry in renamed} <= set(names)


def test_a_renamed_key_gives_its_value_to_the_new_one():
    assert Recipe.from_json({"training": {"epoch_count": 7}}).training.epochs == 7
    assert Recipe().with_settings({"epoch_count": "7"}).training.epochs == 7


def test_a_key_under_both_of_its_names_is_refused():
    with pytest.raises(ConfigError, match=r"`epochs` must be given once.* 7 and 8"):
        Recipe.from_json({"training": {"epoch_count": 7, "epochs": 8}})
    with pytest.raises(ConfigError, match=r"`epochs` must be given once.*'7' and '8'"):
        Recipe().with_settings({"epoch_count": "7", "epochs": "8"})


def test_a_removed_key_that_did_nothing_is_as_if_left_out():
    values = {"training": {"noise": 0.0, "seed": 3}, "model": {"highway": False}}
    assert Recipe.from_json(values) == Recipe.from_json({"training": {"seed": 3}})


def test_a_removed_key_that_asks_for_something_is_refused_with_what_became_of_it():
    message = r"`noise` is no longer a key.*gained nothing.*Received: noise=0\.5"
    with pytest.raises(ConfigError, match=message):
        Recipe.from_json({"training": {"noise": 0.5}})
    with pytest.raises(ConfigError, match=message):
        Recipe().with_settings({"noise": "0.5"})


def test_trained_weights_do_not_need_what_only_decided_how_they_were_found():
    recipe = Recipe.from_json({"training": {"noise": 0.5, "seed": 3}}, trained=True)
    assert recipe.training.seed == 3
    with pytest.raises(ConfigError, match=r"`highway` is no longer.*Use release 9"):
        Recipe.from_json({"model": {"highway": True}}, trained=True)


def test_other_keys_are_refused_in_trained_runs_too():
    with pytest.raises(ConfigError, match="TrainingConfig has no key 'epoch'"):
        Recipe.from_json({"training": {"epoch": 3}}, trained=True)


def test_keys_that_an_earlier_recipe_lacks_have_their_defaults():
    values = json.loads(json.dumps(Recipe().to_json()))
    for key in ("adam_beta_1", "adam_beta_2", "adam_epsilon"):
        del values["training"][key]
    assert Recipe.from_json(values) == Recipe()
    training = Recipe().training
    found = training.adam_beta_1, training.adam_beta_2, training.adam_epsilon
    assert found == (0.9, 0.98, 1e-9), "what runs were trained with before"

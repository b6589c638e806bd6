import dataclasses
import json
import math

import numpy as np
import pytest

from keras_s2s.config import (
    ConfigError,
    DataConfig,
    ModelConfig,
    Recipe,
    TrainingConfig,
)
from keras_s2s.presets import PRESETS, preset_recipe


def test_a_recipe_survives_json():
    recipe = preset_recipe("small", "none", "lstm").with_settings({"seed": "7"})
    assert Recipe.from_json(json.loads(json.dumps(recipe.to_json()))) == recipe


def test_settings_change_single_values_of_every_part():
    recipe = Recipe().with_settings(
        {
            "units": "17",
            "bidirectional": "False",
            "learning_rate": "1e-4",
            "source_language": "zh",
            "tokenizer_model": "bpe",
        }
    )
    assert recipe.model.units == 17
    assert recipe.model.bidirectional is False
    assert recipe.training.learning_rate == 1e-4
    assert recipe.data.source_language == "zh"
    assert recipe.data.tokenizer_model == "bpe"
    assert recipe.model.embedding_dim == ModelConfig().embedding_dim


def test_numbers_are_read_as_people_write_them():
    settings = {"output_dropout": ".2", "learning_rate": "1.", "gradient_norm": "5"}
    recipe = Recipe().with_settings(settings)
    assert recipe.model.output_dropout == 0.2
    assert recipe.training.learning_rate == 1.0
    assert recipe.training.gradient_norm == 5.0
    with pytest.raises(ConfigError, match=r"`learning_rate` must be a number"):
        Recipe().with_settings({"learning_rate": "much"})


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"unit": "5"}, r"no key 'unit'. Valid keys: .*units"),
        ({"cell": "tree"}, r"`cell` must be one of 'gru', 'lstm', 'rnn'.*'tree'"),
        ({"attention": "luong"}, r"one of 'bahdanau', 'none'"),
        ({"units": "many"}, r"`units` must be a whole number. Received: units='many'"),
        ({"units": "2.5"}, r"`units` must be a whole number"),
        ({"units": "0"}, r"`units` must be at least 1"),
        ({"bidirectional": "1"}, r"true or false"),
        ({"character_coverage": "0.9"}, r"`character_coverage` must be in \[0.98, 1\]"),
        ({"label_smoothing": "1"}, r"`label_smoothing` must be in \[0, 1\)"),
        ({"output_dropout": "-0.1"}, r"`output_dropout` must be in \[0, 1\)"),
        ({"learning_rate": "0"}, r"`learning_rate` must be positive"),
        ({"adam_beta_1": "1"}, r"`adam_beta_1` must be in \[0, 1\)"),
        ({"adam_beta_2": "-0.1"}, r"`adam_beta_2` must be in \[0, 1\)"),
        ({"adam_epsilon": "0"}, r"`adam_epsilon` must be positive"),
        ({"tied_embeddings": "all"}, r"needs shared_vocabulary=true"),
        (
            {"attention": "none", "conditional": "true"},
            r"`conditional` needs attention",
        ),
        (
            {"attention": "none", "tied_embeddings": "target", "units": "9"},
            r"must equal embedding_dim",
        ),
        ({"source_vocab_size": "3"}, r"must be at least 8"),
        ({"source_vocab_size": "9999999"}, r"`source_vocab_size` must be at most 1,0"),
        ({"units": "99999999999999"}, r"`units` must be at most 65,536"),
        ({"encoder_layers": "101"}, r"`encoder_layers` must be at most 100"),
        ({"max_target_length": "10001"}, r"`max_target_length` must be at most 10,000"),
        ({"batch_tokens": "1000000001"}, r"`batch_tokens` must be at most 1,000,000,"),
        ({"epochs": "1" + "0" * 23}, r"`epochs` must be at most 1,000,000,000"),
    ],
)
def test_settings_that_cannot_be_are_refused_with_the_valid_ones(settings, message):
    with pytest.raises(ConfigError, match=message):
        Recipe().with_settings(settings)


def test_a_recipe_file_with_an_unknown_key_is_refused():
    with pytest.raises(ConfigError, match="TrainingConfig has no key 'epoch'"):
        Recipe.from_json({"training": {"epoch": 3}})


@pytest.mark.parametrize("attention", ["bahdanau", "none"])
@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_every_preset_serves_both_systems(preset, attention):
    recipe = preset_recipe(preset, attention, "rnn")
    assert recipe.model.attention == attention
    assert recipe.model.cell == "rnn"


def test_without_attention_the_final_state_fits_the_decoder_as_it_is():
    model = preset_recipe("tiny", "none").model
    assert not model.bidirectional
    assert model.encoder_units == model.units


def test_an_unknown_preset_is_refused_with_the_valid_ones():
    with pytest.raises(ConfigError, match="one of plain, tiny, small"):
        preset_recipe("huge")


@pytest.mark.parametrize(
    ("config", "values", "message"),
    [
        (
            ModelConfig,
            {"attention": "Bahdanau"},
            r"`attention` must be one of .*'none'",
        ),
        (ModelConfig, {"tied_embeddings": "both"}, r"`tied_embeddings` must be one of"),
        (ModelConfig, {"bidirectional": "no"}, r"must be true or false.*'no'"),
        (ModelConfig, {"bidirectional": 1}, r"`bidirectional` must be true or false"),
        (ModelConfig, {"cell": "GRU"}, r"`cell` must be one of 'gru'.*'GRU'"),
        (ModelConfig, {"cell": ["gru"]}, r"`cell` must be one of 'gru'"),
        (ModelConfig, {"units": "128"}, r"`units` must be a whole number.*'128'"),
        (ModelConfig, {"units": 128.0}, r"`units` must be a whole number.*128\.0"),
        (ModelConfig, {"units": True}, r"`units` must be a whole number.*True"),
        (ModelConfig, {"units": None}, r"`units` must be a whole number.*None"),
        (ModelConfig, {"units": 0}, r"`units` must be at least 1"),
        (ModelConfig, {"word_dropout": math.nan}, r"must be a finite number.*nan"),
        (ModelConfig, {"word_dropout": False}, r"`word_dropout` must be a number"),
        (DataConfig, {"source_language": 7}, r"`source_language` must be text"),
        (DataConfig, {"batch_tokens": np.float32(80)}, r"must be a whole number"),
        (TrainingConfig, {"learning_rate": math.inf}, r"must be a finite number.*inf"),
        (TrainingConfig, {"learning_rate": 10**400}, r"must be a finite number"),
        (TrainingConfig, {"learning_rate": "1e-3"}, r"must be a number.*'1e-3'"),
        (TrainingConfig, {"seed": 2**32}, r"`seed` must be below 2\^32"),
        (Recipe, {"model": {"units": 3}}, r"`model` must be a ModelConfig"),
    ],
)
def test_a_constructor_refuses_what_json_refuses(config, values, message):
    with pytest.raises(ConfigError, match=message) as of_constructor:
        config(**values)
    with pytest.raises(ConfigError, match=message) as of_replace:
        dataclasses.replace(config(), **values)
    assert str(of_constructor.value) == str(of_replace.value)
    if config is not Recipe:
        with pytest.raises(ConfigError, match=message) as of_json:
            config.from_json(values)
        assert str(of_constructor.value) == str(of_json.value)


def test_numbers_of_numpy_are_kept_as_those_of_python():
    config = ModelConfig(
        cell=np.str_("lstm"),
        units=np.int64(7),
        word_dropout=np.float32(0.5),
        bidirectional=np.bool_(False),
        context_dropout=0,
    )
    plain = ModelConfig(
        cell="lstm", units=7, word_dropout=0.5, bidirectional=False, context_dropout=0.0
    )
    assert config == plain
    types = [type(value) for value in config.to_json().values()]
    assert types == [type(value) for value in plain.to_json().values()]
    assert {*types} == {str, int, float, bool}


@pytest.mark.parametrize("values", [[1], "text", {"model": 3}, {"model": ["units"]}])
def test_what_is_no_json_object_is_refused(values):
    with pytest.raises(ConfigError, match=r"must be a JSON object\. Received: "):
        Recipe.from_json(values)

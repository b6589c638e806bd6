import json

import pytest

from keras_s2s.config import ConfigError, ModelConfig, Recipe
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
        ({"label_smoothing": "1"}, r"`label_smoothing` must be in \[0, 1\)"),
        ({"output_dropout": "-0.1"}, r"`output_dropout` must be in \[0, 1\)"),
        ({"learning_rate": "0"}, r"`learning_rate` must be positive"),
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

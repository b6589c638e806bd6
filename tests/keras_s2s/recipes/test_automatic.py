import pytest

from keras_s2s.config import ConfigError
from keras_s2s.presets import preset_recipe
from keras_s2s.recipes.automatic import Automatic, TimeThere
from keras_s2s.recipes.corpus_facts import CorpusFacts, SideFacts
from keras_s2s.recipes.sizes import BASE, NARROW, SMALL, cost_of_token

LETTERS = SideFacts(characters=33.0, alphabet=90)
CHINESE = SideFacts(characters=11.0, alphabet=2700)
ANCIENT = SideFacts(characters=20.0, alphabet=7040)


def facts(pairs, source=LETTERS, target=LETTERS):
    return CorpusFacts(pairs, source, target)


def measured(automatic, pairs, minutes, speed=4000.0):
    """The choice where `small` trained at a speed."""
    known = facts(pairs)
    start = preset_recipe("small")
    time = TimeThere(60 * minutes, speed, start, pairs * known.target.expected_tokens)
    return automatic.for_time(known, time).recipe


def test_without_a_limit_the_corpus_alone_decides():
    chosen = {
        pairs: Automatic().for_corpus(facts(pairs)).recipe
        for pairs in (5_000, 27_000, 155_000, 938_000)
    }
    sizes = [recipe.data.source_vocab_size for recipe in chosen.values()]
    assert sizes == sorted(set(sizes)), "more pieces for more text"
    epochs = [recipe.training.epochs for recipe in chosen.values()]
    assert epochs == sorted(set(epochs), reverse=True), "fewer passes over more text"
    # The narrow size of the smallest corpus takes half of it.
    dropouts = [recipe.model.output_dropout for recipe in chosen.values()][1:]
    assert dropouts == sorted(dropouts, reverse=True)
    assert chosen[5_000].model.units < chosen[27_000].model.units
    assert all(recipe.training.patience for recipe in chosen.values())
    assert all(not recipe.training.time_limit for recipe in chosen.values())


def test_some_ten_thousand_pairs_have_the_model_of_the_measured_preset():
    recipe = Automatic().for_corpus(facts(27_000)).recipe
    base = preset_recipe("base")
    assert recipe.model == base.model
    assert recipe.data == base.data
    assert recipe.training.epochs == base.training.epochs
    assert recipe.training.learning_rate == base.training.learning_rate


def test_a_script_of_thousands_of_characters_has_pieces_beside_them():
    recipe = Automatic().for_corpus(facts(900_000, ANCIENT, CHINESE)).recipe
    assert recipe.data.source_vocab_size == 8600
    assert recipe.data.target_vocab_size == 8000


def test_more_time_gives_larger_models_more_passes_and_more_dropout():
    automatic = Automatic(time_limit=600.0)
    few, more, many = (measured(automatic, 27_000, minutes) for minutes in (5, 20, 60))
    units = [recipe.model.units for recipe in (few, more, many)]
    assert units == [size.widths["units"] for size in (NARROW, SMALL, BASE)]
    assert few.training.epochs <= more.training.epochs < many.training.epochs
    assert few.model.output_dropout < many.model.output_dropout
    assert few.training.learning_rate > many.training.learning_rate


def test_a_slower_machine_has_a_smaller_model_in_the_same_time():
    automatic = Automatic(time_limit=600.0)
    fast = measured(automatic, 27_000, 30, speed=4000.0)
    slow = measured(automatic, 27_000, 30, speed=1000.0)
    assert slow.model.units < fast.model.units


def test_a_large_corpus_has_little_dropout_where_it_is_hardly_passed_over():
    recipe = measured(Automatic(time_limit=600.0), 938_000, 90)
    assert recipe.model.output_dropout < 0.2
    assert recipe.model.word_dropout == 0
    assert 0 < recipe.training.warmup_epochs < 0.1


@pytest.mark.parametrize("attention", ["bahdanau", "none"])
@pytest.mark.parametrize("cell", ["gru", "lstm", "rnn"])
@pytest.mark.parametrize("minutes", [0, 1, 30])
def test_both_systems_and_every_cell_are_served(attention, cell, minutes):
    choice = Automatic(attention, cell, time_limit=60.0 * minutes).for_corpus(
        facts(27_000)
    )
    model = choice.recipe.model
    assert (model.attention, model.cell) == (attention, cell)
    assert choice.recipe.training.time_limit == 60 * minutes
    assert cost_of_token(model, 4000) > 0


def test_what_is_set_is_taken_as_it_is_and_said():
    settings = {"units": "333", "source_language": "de", "output_dropout": "0.25"}
    automatic = Automatic(settings=settings, time_limit=600.0)
    choice = automatic.for_corpus(facts(27_000))
    assert choice.recipe.model.units == 333
    assert choice.recipe.model.output_dropout == 0.25
    assert automatic.languages == choice.recipe.languages == ("de", "target")
    assert "units=333" in choice.reasons[-1]


def test_every_choice_has_a_reason():
    reasons = Automatic(time_limit=600.0).for_corpus(facts(27_000)).reasons
    assert [reason.partition(":")[0] for reason in reasons] == [
        "vocabularies",
        "batches",
        "size",
        "epochs",
        "dropout",
        "learning rate",
    ]


@pytest.mark.parametrize("key", ["epochs", "time_limit", "measured_speed"])
def test_what_the_clock_decides_cannot_be_set(key):
    with pytest.raises(ConfigError, match=f"`{key}` must be left to the time limit"):
        Automatic(settings={key: "7"}, time_limit=600.0)


def test_the_epochs_can_be_set_where_there_is_no_limit():
    recipe = Automatic(settings={"epochs": "7"}).for_corpus(facts(27_000)).recipe
    assert recipe.training.epochs == 7


def test_the_cost_of_a_token_has_the_measured_proportion():
    """160 units, one encoder layer: 4.4 times as fast as `small` (docs/recipes.md)."""
    settings = {
        "embedding_dim": "128",
        "encoder_units": "96",
        "units": "160",
        "attention_units": "96",
        "encoder_layers": "1",
    }
    small = preset_recipe("small")
    costs = [
        cost_of_token(recipe.model, 4000)
        for recipe in (small, small.with_settings(settings))
    ]
    assert costs[0] / costs[1] == pytest.approx(4.4, rel=0.02)


def test_vocabularies_that_are_given_are_not_chosen():
    assert Automatic().chosen_vocabularies == {"source_vocab_size", "target_vocab_size"}
    given = Automatic(settings={"target_vocab_size": "500"})
    assert given.chosen_vocabularies == {"source_vocab_size"}

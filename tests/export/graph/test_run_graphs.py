import pytest

pytestmark = pytest.mark.train
pytest.importorskip("tensorflow", reason="export needs the training extra")

from export.graph.run_graphs import describe_architecture  # noqa: E402


def test_the_description_holds_every_option_of_the_model(make_run):
    run = make_run(layer_norm=True, word_dropout=0.1)
    found = describe_architecture(run)
    sizes = {"source_vocab_size": 60, "target_vocab_size": 60}
    parameters = {"parameters": run.seq2seq.training.count_params()}
    assert found == {**run.recipe.model.to_json(), **sizes, **parameters}


def test_models_that_differ_in_layer_norm_alone_differ_in_their_description(make_run):
    plain, normalized = (
        describe_architecture(make_run(layer_norm=choice)) for choice in (False, True)
    )
    assert (plain.pop("layer_norm"), normalized.pop("layer_norm")) == (False, True)
    assert plain.keys() == normalized.keys()

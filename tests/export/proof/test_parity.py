"""The proof finds what is wrong with a graph: a test breaks each thing in turn."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

pytestmark = pytest.mark.train
pytest.importorskip("tensorflow", reason="export needs the training extra")

from edge_runtime.bundle.manifest import Limits  # noqa: E402
from edge_runtime.errors import BundleError  # noqa: E402
from edge_runtime.model.translation_model import TranslationModel  # noqa: E402
from export.errors import ExportError, ParityError  # noqa: E402
from export.graph.editable_graph import EditableGraph, attribute  # noqa: E402
from export.proof.parity import (  # noqa: E402
    compare_models,
    random_sources,
)

COMBINATIONS = [
    pytest.param({"attention": attention, "cell": cell, **more}, id=name)
    for name, attention, cell, more in [
        ("rnn", "none", "rnn", {}),
        ("gru", "none", "gru", {}),
        ("lstm", "none", "lstm", {}),
        ("attention-rnn", "bahdanau", "rnn", {}),
        ("attention-gru", "bahdanau", "gru", {}),
        ("attention-lstm", "bahdanau", "lstm", {}),
        ("forward", "bahdanau", "gru", {"bidirectional": False}),
        ("stacked", "bahdanau", "lstm", {"encoder_layers": 2, "decoder_layers": 2}),
        ("conditional", "bahdanau", "gru", {"conditional": True}),
        ("tied", "bahdanau", "gru", {"tied_embeddings": "all"}),
        ("tied-fixed", "none", "gru", {"tied_embeddings": "target"}),
    ]
]


@pytest.mark.parametrize("settings", COMBINATIONS)
def test_every_tensor_equals_keras(settings, keras_model, convert, open_graphs):
    exported = open_graphs(*convert(**settings), **settings)
    differences = compare_models(keras_model(**settings), exported, tolerance=1e-4)
    assert differences.largest < 1e-5
    tensors = differences.by_tensor["decoder_step.onnx"]
    assert "log_probs" in tensors
    assert "next_decoder_state_0" in tensors
    assert ("alignment" in tensors) == (settings["attention"] == "bahdanau")
    assert differences.values > 1000


def broken(convert, change, graph, **settings):
    """Return both graphs after `change` was made to one of them."""
    graphs = dict(zip(("encoder", "step"), convert(**settings), strict=True))
    editable = EditableGraph(graphs[graph])
    change(editable)
    graphs[graph] = editable.to_model()
    return graphs["encoder"], graphs["step"]


def change_one_weight(graph):
    """Put one of the recurrent kernel's hundreds of numbers off by a hundredth."""
    (node,) = graph.of_type("GRU")
    kernel = graph.weights[node.input[2]].copy()
    kernel[0, 3, 2] += 0.01
    graph.weights[node.input[2]] = kernel


def swap_gates(graph):
    """Put the update gate where the reset gate belongs."""
    (node,) = graph.of_type("GRU")
    for index in (1, 2):
        gates = np.split(graph.weights[node.input[index]], 3, axis=1)
        graph.weights[node.input[index]] = np.concatenate(
            [gates[1], gates[0], gates[2]], axis=1
        )


def apply_reset_gate_before_the_product(graph):
    (node,) = graph.of_type("GRU")
    for entry in node.attribute:
        if entry.name == "linear_before_reset":
            entry.i = 0


def drop_lengths(graph):
    """Let the recurrent operator read padding as if it were text."""
    (node,) = graph.of_type("GRU")
    node.input[4] = ""


def read_forward_twice(graph):
    (node,) = graph.of_type("GRU")
    for index in (1, 2, 3):
        weights = graph.weights[node.input[index]].copy()
        weights[1] = weights[0]
        graph.weights[node.input[index]] = weights


@pytest.mark.parametrize(
    "change",
    [
        change_one_weight,
        swap_gates,
        apply_reset_gate_before_the_product,
        read_forward_twice,
    ],
)
def test_a_broken_encoder_is_found(change, keras_model, convert, open_graphs):
    exported = open_graphs(*broken(convert, change, "encoder"))
    with pytest.raises(ParityError) as caught:
        compare_models(keras_model(), exported, tolerance=1e-4)
    assert caught.value.graph == "encoder.onnx"
    assert caught.value.max_abs_difference > caught.value.tolerance == 1e-4


def swap_lstm_gates(graph):
    """Use Keras's order of gates, i f c o, as if it were ONNX's."""
    (node,) = graph.of_type("LSTM")
    i, o, f, c = np.split(graph.weights[node.input[1]], 4, axis=1)
    graph.weights[node.input[1]] = np.concatenate([i, f, c, o], axis=1)


def test_the_gate_order_of_an_lstm_is_found(keras_model, convert, open_graphs):
    settings = {"cell": "lstm"}
    graphs = broken(convert, swap_lstm_gates, "encoder", **settings)
    with pytest.raises(ParityError, match=r"encoder\.onnx differs from Keras"):
        compare_models(
            keras_model(**settings), open_graphs(*graphs, **settings), tolerance=1e-4
        )


def drop_mask(graph):
    """Attend to padding too."""
    (where,) = graph.of_type("Where")
    graph.remove([where])
    graph.rewire(where.output[0], where.input[1])
    # The mask stays an input, as the contract has it.
    (unused,) = graph.add("Cast", ["source_mask"], to=1)
    graph.add("Identity", [unused], ["unused"])


def change_one_output_weight(graph):
    product = graph.producer(graph.of_type("LogSoftmax")[0].input[0])
    while product.op_type != "MatMul":
        product = graph.producer(product.input[0])
    kernel = graph.weights[product.input[1]].copy()
    kernel[2, 7] += 0.05
    graph.weights[product.input[1]] = kernel


def swap_two_tokens(graph):
    (gather,) = graph.of_type("Gather")
    embeddings = graph.weights[gather.input[0]].copy()
    embeddings[[10, 11]] = embeddings[[11, 10]]
    graph.weights[gather.input[0]] = embeddings


def swap_step_gates(graph):
    """Read the update gate where the reset gate is, and the other way round."""
    (sigmoid,) = graph.of_type("Sigmoid")
    gates = next(
        node for node in graph.consumers(sigmoid.output[0]) if node.op_type == "Split"
    )
    gates.output[0], gates.output[1] = gates.output[1], gates.output[0]


def make_nan(graph):
    product = graph.producer(graph.of_type("LogSoftmax")[0].input[0])
    while product.op_type != "MatMul":
        product = graph.producer(product.input[0])
    graph.weights[product.input[1]] = np.full_like(
        graph.weights[product.input[1]], np.nan
    )


@pytest.mark.parametrize(
    ("change", "tensor"),
    [
        (drop_mask, "log_probs"),
        (change_one_output_weight, "log_probs"),
        (swap_two_tokens, "log_probs"),
        (swap_step_gates, "log_probs"),
    ],
)
def test_a_broken_step_is_found(change, tensor, keras_model, convert, open_graphs):
    exported = open_graphs(*broken(convert, change, "step"))
    with pytest.raises(ParityError) as caught:
        compare_models(keras_model(), exported, tolerance=1e-4)
    assert caught.value.graph == "decoder_step.onnx"
    assert caught.value.tensor == tensor
    assert not caught.value.max_abs_difference <= 1e-4


def test_the_error_names_graph_tensor_difference_and_shape():
    error = ParityError(
        "decoder_step.onnx",
        "next_decoder_state_0",
        0.0031,
        1e-4,
        {"batch": 4, "source_length": 11},
    )
    assert str(error) == (
        "decoder_step.onnx differs from Keras: next_decoder_state_0 max |diff| 3.1e-03 "
        "> 1e-04 at batch=4, source_length=11."
    )


def test_a_tensor_of_another_shape_is_found(keras_model):
    keras = keras_model()

    def encode(source_ids):
        return {name: array[:, :1] for name, array in keras.encode(source_ids).items()}

    with pytest.raises(ExportError, match="must have shape"):
        compare_models(keras, replace(keras, encode=encode), tolerance=1e-4)


def test_a_missing_tensor_is_found(keras_model):
    keras = keras_model()

    def step(token_ids, states):
        log_probs, states = keras.step(token_ids, states)
        return log_probs, {k: v for k, v in states.items() if k != "alignment"}

    with pytest.raises(ExportError, match="alignment must have shape"):
        compare_models(keras, replace(keras, step=step), tolerance=1e-4)


def test_each_system_is_fed_its_own_states(keras_model):
    """An error in a state has to add up over the steps, not to be wiped out."""
    keras = keras_model()
    drift = 1e-6

    def step(token_ids, states):
        log_probs, states = keras.step(token_ids, states)
        state = states["decoder_state_0"] + np.float32(drift)
        return log_probs, {**states, "decoder_state_0": state}

    drifting = replace(keras, step=step)
    differences = compare_models(keras, drifting, tolerance=1.0)
    tensors = differences.by_tensor["decoder_step.onnx"]
    assert tensors["next_decoder_state_0"] > 1.3 * drift


@pytest.mark.parametrize("vocab_size", [700, 2049])
def test_every_token_of_both_vocabularies_is_tried(vocab_size):
    encoded, fed = set(), set()

    def encode(source_ids):
        encoded.update(source_ids.ravel().tolist())
        return {"decoder_state_0": np.zeros((len(source_ids), 1), dtype=np.float32)}

    def step(token_ids, states):
        fed.update(token_ids.tolist())
        return np.zeros((len(token_ids), 2), dtype=np.float32), states

    tokenizer = SimpleNamespace(vocab_size=vocab_size)
    model = TranslationModel(
        encode, step, tokenizer, tokenizer, Limits(40, 8), attends=False
    )
    compare_models(model, model, tolerance=0.0)
    assert encoded == set(range(vocab_size))
    # Of more than 2,048 tokens one is left out here and there, but not at the ends.
    assert len(fed) >= min(vocab_size, 2048)
    assert {0, vocab_size - 1} <= fed <= set(range(vocab_size))


def test_random_sources_have_mixed_lengths_and_no_holes():
    ids = random_sources(np.random.default_rng(0), 50, 9, 60)
    lengths = (ids != 0).sum(axis=1)
    assert lengths[0] == 9
    assert set(lengths) == set(range(1, 10))
    for row, length in zip(ids, lengths, strict=True):
        assert (row[:length] > 0).all()
        assert (row[length:] == 0).all()


def test_attributes_are_read_by_name(convert):
    (node,) = EditableGraph(convert()[0]).of_type("GRU")
    assert attribute(node, "hidden_size") == 8
    assert attribute(node, "layout", 0) == 0


def test_an_encoder_that_reads_padding_is_not_even_opened(
    keras_model, convert, open_graphs
):
    with pytest.raises(
        BundleError, match="input 4 of an operator must not be left out"
    ):
        open_graphs(*broken(convert, drop_lengths, "encoder"))


def test_a_step_that_is_no_number_is_found(keras_model, convert, open_graphs):
    exported = open_graphs(*broken(convert, make_nan, "step"))
    with pytest.raises(BundleError, match=r"decoder_step\.onnx, log_probs must be num"):
        compare_models(keras_model(), exported, tolerance=1e-4)

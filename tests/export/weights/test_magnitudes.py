"""Bounds that a graph gives, against what its tensors are when it runs."""

import math

import numpy as np
import pytest

pytestmark = pytest.mark.train
pytest.importorskip("tensorflow", reason="export needs the training extra")

import onnx  # noqa: E402
import onnxruntime  # noqa: E402
from onnx import TensorProto, helper, numpy_helper  # noqa: E402

from export.graph.editable_graph import EditableGraph  # noqa: E402
from export.weights.magnitudes import Magnitudes, magnitudes_of_step  # noqa: E402

MODELS = [
    pytest.param(settings, id="-".join(map(str, settings.values())) or "gru")
    for settings in [
        {},
        {"cell": "rnn"},
        {"cell": "lstm", "encoder_layers": 2, "decoder_layers": 2},
        {"conditional": True, "tied_embeddings": "all"},
        {"attention": "none"},
        {"layer_norm": True, "conditional": True},
        {"encoder_layers": 3, "bidirectional": False},
    ]
]


def bounds_of_both(convert, **settings):
    encoder, step = (EditableGraph(model) for model in convert(**settings))
    return Magnitudes(encoder, {}), Magnitudes(step, magnitudes_of_step(encoder, step))


def all_tensors(model, feeds):
    """Return every float32 tensor that a model computes, by name."""
    every = onnx.ModelProto()
    every.CopyFrom(model)
    names = [name for node in model.graph.node for name in node.output if name]
    del every.graph.output[:]
    for name in names:
        every.graph.output.append(onnx.ValueInfoProto(name=name))
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = (
        onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    )
    session = onnxruntime.InferenceSession(every.SerializeToString(), options)
    taken = {node.name: feeds[node.name] for node in session.get_inputs()}
    found = dict(zip(names, session.run(names, taken), strict=True))
    return {name: value for name, value in found.items() if value.dtype == np.float32}


@pytest.mark.parametrize("settings", MODELS)
def test_no_tensor_of_any_step_exceeds_its_bound(settings, convert):
    encoder, step = convert(**settings)
    of_encoder, of_step = bounds_of_both(convert, **settings)
    generator = np.random.default_rng(0)
    feeds = {"source_ids": generator.integers(4, 60, (64, 9), dtype=np.int32)}
    for name, value in all_tensors(encoder, feeds).items():
        assert np.abs(value).max() <= of_encoder[name], name
        feeds[name] = value
    feeds["source_mask"] = np.ones((64, 9), dtype=bool)
    bounded = 0
    for _ in range(12):
        feeds["token_ids"] = generator.integers(0, 60, 64, dtype=np.int32)
        for name, value in all_tensors(step, feeds).items():
            assert np.abs(value).max() <= of_step[name], name
            bounded += of_step[name] < math.inf
            feeds[name.removeprefix("next_")] = value
    assert bounded >= 8 * 12


@pytest.mark.parametrize("settings", MODELS)
def test_hidden_states_and_contexts_are_bounded(settings, convert):
    """All that recurrent products read; only the cells of an LSTM grow."""
    _, of_step = bounds_of_both(convert, **settings)
    layers = settings.get("decoder_layers", 1)
    per_layer = 2 if settings.get("cell") == "lstm" else 1
    for index in range(layers * per_layer):
        bound = of_step[f"next_decoder_state_{index}"]
        assert bound == (math.inf if index % per_layer else 1.0), index
    if settings.get("layer_norm"):
        assert of_step["encoder_states"] == math.inf
    elif "attention" not in settings:
        layers = settings.get("encoder_layers", 1)
        assert of_step["encoder_states"] == layers


def graph_of(nodes, output, **weights):
    kind = TensorProto.FLOAT
    model = helper.make_model(
        helper.make_graph(
            nodes,
            "graph",
            [helper.make_tensor_value_info(name, kind, [3]) for name in "xg"],
            [helper.make_tensor_value_info(output, kind, [3])],
            [numpy_helper.from_array(np.float32(v), n) for n, v in weights.items()],
        )
    )
    return EditableGraph(model)


def test_a_gate_mixes_and_does_not_add():
    nodes = [
        helper.make_node("Sigmoid", ["g"], ["gate"]),
        helper.make_node("Tanh", ["g"], ["new"]),
        helper.make_node("Sub", ["x", "new"], ["between"]),
        helper.make_node("Mul", ["gate", "between"], ["change"]),
        helper.make_node("Add", ["new", "change"], ["y"]),
    ]
    assert Magnitudes(graph_of(nodes, "y"), {"x": 5.0})["y"] == 5.0
    # A factor that is no gate may lead anywhere between and beyond.
    nodes[0] = helper.make_node("Tanh", ["g"], ["gate"])
    assert Magnitudes(graph_of(nodes, "y"), {"x": 5.0})["y"] == 7.0
    # Nor is it a mixture where another tensor is taken away than is added.
    nodes[0] = helper.make_node("Sigmoid", ["g"], ["gate"])
    nodes[2] = helper.make_node("Sub", ["x", "gate"], ["between"])
    assert Magnitudes(graph_of(nodes, "y"), {"x": 5.0})["y"] == 7.0


def test_what_is_not_known_is_infinite():
    nodes = [
        helper.make_node("Exp", ["x"], ["e"]),
        helper.make_node("Add", ["e", "w"], ["y"]),
        helper.make_node("Mul", ["e", "z"], ["o"]),
    ]
    bounds = Magnitudes(graph_of(nodes, "y", w=[1, 2, -3], z=[0, 0, 0]), {"x": 1.0})
    assert bounds["o"] == 0.0
    assert bounds["w"] == 3.0
    assert bounds["x"] == 1.0
    assert bounds["g"] == bounds["e"] == bounds["y"] == math.inf


@pytest.mark.parametrize(
    ("started", "settings", "expected"),
    [
        (False, {}, 1.0),
        (True, {}, math.inf),
        (False, {"activations": ["Sigmoid", "Relu"]}, math.inf),
    ],
)
def test_an_operator_that_starts_elsewhere_or_squashes_nothing_has_no_bound(
    started, settings, expected
):
    inputs = ["x", "k", "k", "", "", "g"] if started else ["x", "k", "k"]
    nodes = [helper.make_node("GRU", inputs, ["all", "y"], hidden_size=3, **settings)]
    assert Magnitudes(graph_of(nodes, "y", k=[1.0]), {})["y"] == expected

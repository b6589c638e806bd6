"""The exact operators of every exported graph: more of them would be slower."""

import numpy as np
import pytest

pytestmark = pytest.mark.train
pytest.importorskip("tensorflow", reason="export needs the training extra")

import onnx  # noqa: E402
import onnxruntime  # noqa: E402
from onnx import TensorProto, helper, numpy_helper  # noqa: E402

from export.graph.lean_graph import make_lean  # noqa: E402

# E y, a readout, and a projection plus a recurrent product with their biases.
FIXED_CONTEXT = {
    "rnn": {"Add": 3, "Gather": 1, "LogSoftmax": 1, "MatMul": 3, "Tanh": 1},
    "gru": {
        "Add": 6,
        "Gather": 1,
        "LogSoftmax": 1,
        "MatMul": 3,
        "Mul": 2,
        "Sigmoid": 1,
        "Split": 3,
        "Sub": 1,
        "Tanh": 1,
    },
    "lstm": {
        "Add": 4,
        "Gather": 1,
        "LogSoftmax": 1,
        "MatMul": 3,
        "Mul": 3,
        "Sigmoid": 3,
        "Split": 1,
        "Tanh": 2,
    },
}

# Scores, alignment, context and its projection, and a hidden layer in the readout. The
# products of the state before the step, for cell and query, are one, split afterwards.
ATTENTION = {
    "Add": 3,
    "Concat": 1,
    "MatMul": 4,
    "Softmax": 1,
    "Squeeze": 2,
    "Tanh": 2,
    "Unsqueeze": 2,
    "Where": 1,
}


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_a_fixed_context_step_has_the_operators_of_its_equations(
    cell, convert, operators
):
    _, step = convert(attention="none", cell=cell)
    assert operators(step) == FIXED_CONTEXT[cell]


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_an_attention_step_adds_the_operators_of_attention(cell, convert, operators):
    _, step = convert(attention="bahdanau", cell=cell)
    expected = dict(FIXED_CONTEXT[cell])
    for operator, count in ATTENTION.items():
        expected[operator] = expected.get(operator, 0) + count
    # An RNN and an LSTM have one split more, a GRU's own takes the query out too.
    expected["Split"] = expected.get("Split", 0) + (cell != "gru")
    assert operators(step) == dict(sorted(expected.items()))


def test_the_encoder_has_the_operators_of_its_equations(convert, operators):
    encoder, _ = convert()
    assert operators(encoder) == {
        "Add": 1,
        "Cast": 1,
        "Equal": 1,
        "GRU": 1,
        "Gather": 1,
        "MatMul": 2,
        "Max": 1,
        "Not": 1,
        "ReduceSum": 1,
        "Reshape": 2,
        "Tanh": 1,
        "Transpose": 3,
    }


def test_the_attention_keys_are_computed_by_the_encoder_alone(convert, make_run):
    encoder, step = convert()
    kernel = make_run().seq2seq.encoder.get_layer("key_projection").kernel
    assert _weights_equal_to(encoder, np.asarray(kernel)) == 1
    assert _weights_equal_to(step, np.asarray(kernel)) == 0


@pytest.mark.parametrize("attention", ["bahdanau", "none"])
def test_a_tied_embedding_is_stored_once(attention, convert, make_run):
    settings = {"attention": attention, "tied_embeddings": "target"}
    _, step = convert(**settings)
    sizes = [np.prod(tensor.dims) for tensor in step.graph.initializer]
    assert sum(size == 60 * 16 for size in sizes) == 1
    (gemm,) = [node for node in step.graph.node if node.op_type == "Gemm"]
    (gather,) = [node for node in step.graph.node if node.op_type == "Gather"]
    assert gemm.input[1] == gather.input[0]


def test_untied_matrices_are_left_alone(convert):
    _, step = convert()
    sizes = [np.prod(tensor.dims) for tensor in step.graph.initializer]
    assert sum(size == 60 * 16 for size in sizes) == 2


def test_every_weight_is_used_and_every_result_read(convert):
    for settings in ({}, {"conditional": True, "decoder_layers": 2}):
        for model in convert(**settings):
            read = {name for node in model.graph.node for name in node.input}
            outputs = {value.name for value in model.graph.output}
            assert {tensor.name for tensor in model.graph.initializer} <= read
            for node in model.graph.node:
                assert (read | outputs) & set(node.output)


def test_a_product_that_is_read_twice_keeps_its_value_without_the_bias():
    generator = np.random.default_rng(0)
    weights = {
        "first": generator.normal(size=(4, 3)),
        "second": generator.normal(size=(4, 3)),
        "bias": generator.normal(size=3),
    }
    model = _model(
        [
            helper.make_node("MatMul", ["x", "first"], ["product"]),
            helper.make_node("MatMul", ["x", "second"], ["other"]),
            helper.make_node("Add", ["product", "bias"], ["biased"]),
            helper.make_node("Mul", ["product", "other"], ["mixed"]),
        ],
        weights,
        inputs={"x": (onnx.TensorProto.FLOAT, [1, 4])},
        outputs={"biased": [1, 3], "mixed": [1, 3]},
    )
    x = generator.normal(size=(1, 4)).astype(np.float32)
    for before, after in zip(
        _run(model, {"x": x}), _run(make_lean(model), {"x": x}), strict=True
    ):
        np.testing.assert_allclose(after, before, rtol=1e-5)


def test_directions_that_end_at_different_lengths_stay_apart(operators):
    generator = np.random.default_rng(0)
    shapes = {"kernel": (1, 6, 3), "recurrent": (1, 6, 2), "bias": (1, 12)}
    weights = {name: generator.normal(size=shape) for name, shape in shapes.items()}
    model = _model(
        [
            helper.make_node(
                "GRU",
                ["x", *weights, f"{direction}_lengths"],
                [direction],
                direction=direction,
                hidden_size=2,
            )
            for direction in ("forward", "reverse")
        ],
        weights,
        inputs={
            "x": (onnx.TensorProto.FLOAT, [5, 2, 3]),
            "forward_lengths": (onnx.TensorProto.INT32, [2]),
            "reverse_lengths": (onnx.TensorProto.INT32, [2]),
        },
        outputs={"forward": [5, 1, 2, 2], "reverse": [5, 1, 2, 2]},
    )
    assert operators(make_lean(model)) == {"GRU": 2}


def test_a_part_that_is_an_output_is_not_split_further_in_its_place(operators):
    sizes = {"sizes": np.array([4, 2]), "finer": np.array([1, 3])}
    model = _model(
        [
            helper.make_node("Split", ["x", "sizes"], ["part", "rest"], axis=-1),
            helper.make_node("Split", ["part", "finer"], ["one", "three"], axis=-1),
        ],
        sizes,
        inputs={"x": (onnx.TensorProto.FLOAT, [1, 6])},
        outputs={"part": [1, 4], "one": [1, 1], "three": [1, 3]},
    )
    assert operators(make_lean(model)) == {"Split": 2}


def _model(nodes, weights, inputs, outputs):
    return helper.make_model(
        helper.make_graph(
            nodes,
            "graph",
            [helper.make_tensor_value_info(name, *of) for name, of in inputs.items()],
            [
                helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
                for name, shape in outputs.items()
            ],
            [
                numpy_helper.from_array(
                    value.astype(np.float32) if value.dtype.kind == "f" else value, name
                )
                for name, value in weights.items()
            ],
        ),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    )


def _run(model, inputs):
    session = onnxruntime.InferenceSession(model.SerializeToString())
    return session.run(None, inputs)


def _weights_equal_to(model: onnx.ModelProto, value):
    return sum(
        np.array_equal(numpy_helper.to_array(tensor), value)
        for tensor in model.graph.initializer
    )


def gated(one=1.0, shared=False):
    """Return a step of a GRU as Keras writes it, from `x` and `h` to `y`."""
    kind, parts = TensorProto.FLOAT, ["z", "r", "n"]

    def node(operator, inputs, outputs, **attributes):
        return helper.make_node(operator, inputs, outputs, **attributes)

    nodes = [
        node("MatMul", ["x", "w"], ["xw"]),
        node("Split", ["xw"], [f"x{part}" for part in parts], axis=-1),
        node("MatMul", ["h", "u"], ["hu"]),
        node("Split", ["hu"], [f"u{part}" for part in parts], axis=-1),
        node("Add", ["xz", "uz"], ["az"]),
        node("Sigmoid", ["az"], ["gate"]),
        node("Add", ["ur", "xr"], ["ar"]),
        node("Sigmoid", ["ar"], ["reset"]),
        node("Mul", ["reset", "un"], ["scaled"]),
        node("Add", ["xn", "scaled"], ["an"]),
        node("Tanh", ["an"], ["new"]),
        node("Mul", ["gate", "h"], ["kept"]),
        node("Sub", ["one", "gate"], ["rest"]),
        node("Mul", ["rest", "new"], ["changed"]),
        node("Add", ["kept", "changed"], ["mixed"]),
        # Whatever else reads a gate's input stands in the way of joining it.
        node("Add", ["mixed", "uz" if shared else "h"], ["y"]),
    ]
    generator = np.random.default_rng(0)
    weights = {
        "w": generator.normal(size=(4, 15)).astype(np.float32),
        "u": generator.normal(size=(5, 15)).astype(np.float32),
        "one": np.float32(one),
    }
    graph = helper.make_graph(
        nodes,
        "gru",
        [
            helper.make_tensor_value_info(name, kind, ["batch", size])
            for name, size in (("x", 4), ("h", 5))
        ],
        [helper.make_tensor_value_info("y", kind, ["batch", 5])],
        [numpy_helper.from_array(np.asarray(v), name) for name, v in weights.items()],
    )
    sets = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=sets, ir_version=8)


@pytest.mark.parametrize(
    ("settings", "sigmoids", "products"),
    [({}, 1, 2), ({"one": 2.0}, 1, 3), ({"shared": True}, 2, 2)],
)
def test_a_lean_gru_computes_the_same(settings, sigmoids, products, operators):
    model = gated(**settings)
    lean = make_lean(model)
    onnx.checker.check_model(lean, full_check=True)
    found = operators(lean)
    assert (found["Sigmoid"], found["Mul"]) == (sigmoids, products)
    generator = np.random.default_rng(1)
    feeds = {
        name: generator.normal(size=(3, size)).astype(np.float32)
        for name, size in (("x", 4), ("h", 5))
    }
    before, after = (
        onnxruntime.InferenceSession(each.SerializeToString()).run(["y"], feeds)[0]
        for each in (model, lean)
    )
    np.testing.assert_allclose(after, before, rtol=1e-5, atol=1e-6)

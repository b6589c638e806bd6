"""Products of integers against the same products in floating point."""

import functools
import math

import numpy as np
import pytest

pytest.importorskip("onnx", reason="export needs the training extra")

import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from export.graph.editable_graph import EditableGraph
from export.weights.integer_matmuls import (
    MATMUL_RANGE,
    multiply_in_one_byte,
    multiply_in_two_bytes,
    multiply_looked_up,
)

pytestmark = pytest.mark.train


def rewritten(rewrite, kernel, *bias, operator="MatMul", opset=17):
    """Return a model of one product with a float32 kernel, from `x` to `y`."""
    weights = [numpy_helper.from_array(kernel, "kernel")]
    weights += [numpy_helper.from_array(value, "bias") for value in bias]
    inputs = ["x", *(tensor.name for tensor in weights)]
    attributes = {"transB": 1} if operator == "Gemm" else {}
    kind = TensorProto.FLOAT
    shape = helper.make_tensor_value_info("x", kind, ["batch", "features"])
    result = helper.make_tensor_value_info("y", kind, ["batch", "units"])
    node = helper.make_node(operator, inputs, ["y"], **attributes)
    model = helper.make_model(
        helper.make_graph([node], "product", [shape], [result], weights),
        opset_imports=[helper.make_opsetid("", opset)],
        ir_version=9,
    )
    graph = EditableGraph(model)
    rewrite(graph, graph.of_type(operator))
    assert not graph.of_type("MatMul", "Gemm")
    return graph.to_model()


def open_model(model, output="y"):
    """Return a function from the input to one tensor."""
    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(model.SerializeToString())
    return lambda x: session.run([output], {"x": x})[0]


def in_one_byte(magnitude):
    return functools.partial(multiply_in_one_byte, magnitudes={"x": magnitude})


def in_two_bytes(magnitude):
    return functools.partial(multiply_in_two_bytes, magnitudes={"x": magnitude})


def make_product(*arguments, **settings):
    return open_model(rewritten(*arguments, **settings))


@pytest.fixture
def kernel():
    """Multiples of a power of two by column: rounding leaves them as they are."""
    generator = np.random.default_rng(0)
    integers = generator.integers(-MATMUL_RANGE, MATMUL_RANGE + 1, (40, 24))
    integers[0] = MATMUL_RANGE
    return np.ldexp(integers, np.arange(24) % 5 - 2).astype(np.float32)


@pytest.fixture
def values():
    return np.random.default_rng(1).normal(size=(6, 40)).astype(np.float32)


@pytest.mark.parametrize("opset", [17, 18])
@pytest.mark.parametrize("operator", ["MatMul", "Gemm"])
@pytest.mark.parametrize("magnitude", [math.inf, 7.5])
def test_two_bytes_are_off_by_half_a_unit_at_most(
    magnitude, operator, opset, kernel, values
):
    bias = np.linspace(-50, 50, 24, dtype=np.float32)
    # Rows of very different sizes, one of a single value, one of zeros.
    values *= np.float32([[1], [1e-12], [3e4 if magnitude > 8 else 1], [1], [1], [0]])
    values[3, 1:] = 0
    values[4] = 7.0
    stored, biases = (kernel.T, [bias]) if operator == "Gemm" else (kernel, [])
    multiply = make_product(
        in_two_bytes(magnitude), stored, *biases, operator=operator, opset=opset
    )
    exact = values.astype(np.float64) @ kernel
    found = multiply(values)
    if biases:
        exact = exact + bias
    extents = np.abs(values).max(axis=1, keepdims=True)
    unit = (extents if magnitude > 8 else magnitude) / (127 * 254)
    # float32's own share, of what is summed: the sum may be close to zero.
    rest = 2.0**-22 * (extents * np.abs(kernel).sum(axis=0) + np.abs(exact))
    allowed = (unit / 2) * np.abs(kernel).sum(axis=0) + rest
    assert (np.abs(found - exact) <= allowed).all()


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    ("rounded", "units"), [(in_one_byte, 127), (in_two_bytes, 127 * 254)]
)
def test_a_single_value_is_off_by_half_a_unit_at_most(rounded, units, known):
    """What the errors of many values, that cancel out, would not show."""
    kernel = MATMUL_RANGE * np.eye(40, dtype=np.float32)
    multiply = make_product(rounded(7.5 if known else math.inf), kernel)
    values = np.random.default_rng(2).uniform(-7.5, 7.5, (400, 40)).astype(np.float32)
    values[:, 0] = 7.5
    errors = np.abs(multiply(values) / MATMUL_RANGE - values)
    assert errors.max() <= 7.5 / units / 2 + 2.0**-22 * 7.5


def test_a_row_of_zeros_is_not_divided_by_zero(kernel, values):
    """What NaN becomes as an integer is undefined, and need not end well."""
    model = rewritten(in_two_bytes(math.inf), kernel)
    (quotient,) = (node.output[0] for node in model.graph.node if node.op_type == "Div")
    model.graph.output.append(
        helper.make_tensor_value_info(quotient, TensorProto.FLOAT, ["batch", 40])
    )
    values[2] = 0
    found = open_model(model, quotient)(values)
    assert np.isfinite(found).all()
    assert not found[2].any()


def test_what_is_known_to_be_zero_gives_zero(kernel, values):
    model = rewritten(in_two_bytes(0.0), kernel)
    assert not open_model(model)(0 * values).any()
    weights = [numpy_helper.to_array(tensor) for tensor in model.graph.initializer]
    assert all((value > 0).all() for value in weights if value.dtype == np.float32)


@pytest.mark.parametrize("rounded", [in_one_byte, in_two_bytes])
def test_a_known_range_needs_no_pass_over_the_rows(rounded, kernel):
    found = {node.op_type for node in rewritten(rounded(1.0), kernel).graph.node}
    assert not {"Abs", "ReduceMax", "Div"} & found


@pytest.mark.parametrize("opset", [17, 18])
@pytest.mark.parametrize("operator", ["MatMul", "Gemm"])
@pytest.mark.parametrize("magnitude", [math.inf, 7.5])
def test_one_byte_is_off_by_half_a_unit_at_most(
    magnitude, operator, opset, kernel, values
):
    bias = np.linspace(-50, 50, 24, dtype=np.float32)
    known = magnitude < 8
    # Rows of very different sizes, and one of zeros.
    values *= np.float32([[1], [1 if known else 1e-12], [1], [0.1], [1], [0]])
    stored, biases = (kernel.T, [bias]) if operator == "Gemm" else (kernel, [])
    found = make_product(
        in_one_byte(magnitude), stored, *biases, operator=operator, opset=opset
    )(values)
    exact = values.astype(np.float64) @ kernel
    if biases:
        exact = exact + bias
    extents = np.abs(values).max(axis=1, keepdims=True)
    unit = (magnitude if known else extents) / 127
    rest = 2.0**-22 * (extents * np.abs(kernel).sum(axis=0) + np.abs(exact))
    allowed = (unit / 2) * np.abs(kernel).sum(axis=0) + rest
    error = np.abs(found - exact)
    assert (error <= allowed).all()
    assert error[0].max() > allowed[0].max() / 100  # which is why there are two


@pytest.mark.parametrize("magnitude", [math.inf, 4e3])
@pytest.mark.parametrize("rounded", [in_one_byte, in_two_bytes])
@pytest.mark.parametrize("biases", [0, 1])
def test_a_row_does_not_depend_on_other_rows(
    biases, rounded, magnitude, kernel, values
):
    bias = np.linspace(-50, 50, 24, dtype=np.float32)
    multiply = make_product(rounded(magnitude), kernel, *[bias][:biases])
    values[2] *= 1000
    together = multiply(values)
    for row in range(len(values)):
        np.testing.assert_array_equal(multiply(values[row : row + 1])[0], together[row])


@pytest.mark.parametrize("largest", [64, 127])
@pytest.mark.parametrize("biases", [0, 1])
def test_what_is_looked_up_is_multiplied_as_it_is_stored(biases, largest, kernel):
    generator = np.random.default_rng(3)
    table = generator.integers(-largest, largest + 1, (6, 40)).astype(np.float32)
    table[0], table[1] = largest, -largest
    scales = np.exp(generator.normal(size=(6, 1))).astype(np.float32)
    bias = np.linspace(-50, 50, 24, dtype=np.float32)

    def rewrite(graph, nodes):
        factors = graph.add_weight(scales, "scales")
        multiply_looked_up(graph, nodes, "x", factors)

    found = make_product(rewrite, kernel, *[bias][:biases])(table)
    exact = (table.astype(np.float64) @ kernel) * scales + (bias if biases else 0)
    np.testing.assert_allclose(found, exact, rtol=1e-6, atol=1e-5)


@pytest.mark.parametrize("known", [True, False])
def test_the_largest_values_of_both_signs_fit_into_two_bytes(known, kernel):
    values = np.stack([np.full(40, sign, np.float32) for sign in (1, -1)])
    # Units are rounded: many sizes, so that some quotients come out above the largest.
    for size in np.linspace(0.07, 0.19, 50, dtype=np.float32):
        multiply = make_product(in_two_bytes(size if known else math.inf), kernel)
        expected = (values * size).astype(np.float64) @ kernel
        found = multiply(values * size)
        allowed = size / (127 * 254) * np.abs(kernel).sum(axis=0)
        assert (np.abs(found - expected) <= allowed).all()


@pytest.mark.parametrize("features", [1036, 1037, 4000])
def test_sums_of_many_features_do_not_overflow(features):
    """All as large as they can be: 1,036 times that is the most that 32 bits hold."""
    kernel = np.full((features, 2), MATMUL_RANGE, dtype=np.float32)
    kernel[:, 1] *= -1
    # With a second byte as large as the first.
    value = np.float32(1 - 0.499 / 127)
    model = rewritten(in_two_bytes(1.0), kernel)
    found = open_model(model)(np.full((1, features), value, dtype=np.float32))
    expected = value.astype(np.float64) * kernel.sum(axis=0, dtype=np.float64)
    np.testing.assert_allclose(found[0], expected, rtol=1e-4)
    (split,) = (node for node in model.graph.node if node.op_type == "Split")
    (cast,) = (node for node in model.graph.node if node.op_type == "Cast")
    assert (cast.output[0] == split.input[0]) == (features > 1036)

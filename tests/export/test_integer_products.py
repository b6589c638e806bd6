"""Products of integers against the same products in floating point."""

import numpy as np
import pytest

pytest.importorskip("onnx", reason="export needs the training extra")

import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from export.editable_graph import EditableGraph
from export.integer_products import (
    PRODUCT_RANGE,
    multiply_in_one_byte,
    multiply_in_three_bytes,
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


def make_product(*arguments, **settings):
    return open_model(rewritten(*arguments, **settings))


@pytest.fixture
def kernel():
    """Multiples of a power of two by column: rounding leaves them as they are."""
    generator = np.random.default_rng(0)
    integers = generator.integers(-PRODUCT_RANGE, PRODUCT_RANGE + 1, (40, 24))
    integers[0] = PRODUCT_RANGE
    return np.ldexp(integers, np.arange(24) % 5 - 2).astype(np.float32)


@pytest.fixture
def values():
    return np.random.default_rng(1).normal(size=(6, 40)).astype(np.float32)


@pytest.mark.parametrize("opset", [17, 18])
@pytest.mark.parametrize("operator", ["MatMul", "Gemm"])
def test_three_bytes_lose_no_more_than_float32(operator, opset, kernel, values):
    bias = np.linspace(-50, 50, 24, dtype=np.float32)
    # Rows of very different sizes, one of a single value, one of zeros.
    values *= np.float32([[1], [1e-12], [3e4], [1], [1], [0]])
    values[3, 1:] = 0
    values[4] = 7.0
    stored, biases = (kernel.T, [bias]) if operator == "Gemm" else (kernel, [])
    multiply = make_product(
        multiply_in_three_bytes, stored, *biases, operator=operator, opset=opset
    )
    exact = values.astype(np.float64) @ kernel
    found = multiply(values)
    if biases:
        exact = exact + bias
    # Of what is summed, not of the sum, which may be close to zero.
    size = np.abs(values).max(axis=1, keepdims=True) * np.abs(kernel).sum(axis=0)
    allowed = 2.0**-23 * (size + np.abs(exact))
    assert (np.abs(found - exact) <= allowed).all()


def test_a_row_of_zeros_is_not_divided_by_zero(kernel, values):
    """What NaN becomes as an integer is undefined, and need not end well."""
    model = rewritten(multiply_in_three_bytes, kernel)
    (quotient,) = (node.output[0] for node in model.graph.node if node.op_type == "Div")
    model.graph.output.append(
        helper.make_tensor_value_info(quotient, TensorProto.FLOAT, ["batch", 40])
    )
    values[2] = 0
    found = open_model(model, quotient)(values)
    assert np.isfinite(found).all()
    assert not found[2].any()


def test_one_byte_is_off_by_half_a_step_at_most(kernel, values):
    found = make_product(multiply_in_one_byte, kernel)(values)
    error = np.abs(found - values.astype(np.float64) @ kernel)
    step = np.ptp(values) / 255
    assert (error <= (step / 2 + 1e-6) * np.abs(kernel).sum(axis=0)).all()
    assert error.max() > step  # which is why there are three


def test_three_bytes_of_a_row_do_not_depend_on_other_rows(kernel, values):
    multiply = make_product(multiply_in_three_bytes, kernel)
    values[2] *= 1000
    together = multiply(values)
    for row in range(len(values)):
        np.testing.assert_array_equal(multiply(values[row : row + 1])[0], together[row])


def test_the_largest_values_of_both_signs_fit_into_three_bytes(kernel):
    values = np.stack([np.full(40, sign * 0.1, np.float32) for sign in (1, -1)])
    # Scales are rounded: many sizes, so that some quotients come out above one.
    multiply = make_product(multiply_in_three_bytes, kernel)
    for size in np.linspace(0.7, 1.9, 200, dtype=np.float32):
        found = multiply(values * size)
        expected = (values * size).astype(np.float64) @ kernel
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-4)

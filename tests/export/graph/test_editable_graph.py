import numpy as np
import pytest

pytest.importorskip("onnx", reason="export needs the training extra")

import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from export.graph.editable_graph import EditableGraph

pytestmark = pytest.mark.train


def model_of(nodes, **weights):
    """Return a model from `x` to `y` and `z`, each of three numbers."""
    kind = TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "graph",
        [helper.make_tensor_value_info("x", kind, [3])],
        [helper.make_tensor_value_info(name, kind, [3]) for name in "yz"],
        [numpy_helper.from_array(np.float32(v), name) for name, v in weights.items()],
    )
    sets = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=sets, ir_version=9)


def branches(a="a", b="b", v="v", w="w", suffix=""):
    """Return nodes of two branches; names are free, and no order is kept."""
    return [
        helper.make_node("Tanh", ["x"], [a], name=f"tanh{suffix}", doc_string=suffix),
        helper.make_node("Mul", [a, v], [b], name=f"mul{suffix}"),
        helper.make_node("Add", [b, w], ["y"], name=f"add{suffix}"),
        helper.make_node("Sub", [a, b], ["z"], name=f"sub{suffix}"),
    ]


def test_the_same_function_is_the_same_model_whatever_its_names_and_order():
    plain = EditableGraph(model_of(branches(), v=[1, 2, 3], w=[4, 5, 6])).to_model()
    other = branches("mul_3", "weight_0", "add_1", "tanh_2", suffix="_9")
    # As constants and nodes come out of sets; `v` is now `add_1`.
    weights = {"tanh_2": [4, 5, 6], "add_1": [1, 2, 3]}
    for order in ([0, 1, 2, 3], [0, 1, 3, 2]):
        nodes = [other[place] for place in order]
        again = EditableGraph(model_of(nodes, **weights)).to_model()
        assert again.SerializeToString() == plain.SerializeToString()
    assert EditableGraph(plain).to_model() == plain


def test_an_ordered_and_renamed_model_computes_the_same():
    x = np.float32([0.5, -1, 2])
    graph = EditableGraph(model_of(branches(), v=[1, 2, 3], w=[4, 5, 6]))
    graph.nodes.reverse()
    model = graph.to_model()
    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(model.SerializeToString())
    y, z = session.run(["y", "z"], {"x": x})
    np.testing.assert_allclose(y, np.tanh(x) * [1, 2, 3] + [4, 5, 6], rtol=1e-5)
    np.testing.assert_allclose(z, np.tanh(x) - np.tanh(x) * [1, 2, 3], rtol=1e-5)


def test_new_names_are_none_that_are_there():
    names = [f"tanh_{number}" for number in range(4)]
    nodes = branches(a=names[1], b=names[2])
    graph = EditableGraph(model_of(nodes, v=[1, 2, 3], w=[4, 5, 6]))
    made = [graph.add("Tanh", ["x"])[0] for _ in range(3)]
    assert len({*made, *names[1:3]}) == 5


def test_an_input_or_output_keeps_its_name_though_a_new_one_would_be_the_same():
    model = model_of(branches(), v=[1, 2, 3], w=[4, 5, 6])
    first = EditableGraph(model).to_model()
    taken = first.graph.node[0].output[0]
    for node in model.graph.node:
        for names in (node.input, node.output):
            for place, name in enumerate(names):
                names[place] = taken if name == "z" else name
    model.graph.output[1].name = taken
    again = EditableGraph(model).to_model()
    onnx.checker.check_model(again, full_check=True)
    assert [output.name for output in again.graph.output] == ["y", taken]


def test_a_cycle_is_refused():
    nodes = branches()
    nodes[0].input[0] = "b"
    with pytest.raises(ValueError, match="must have no cycles"):
        EditableGraph(model_of(nodes, v=[1, 2, 3], w=[4, 5, 6])).to_model()

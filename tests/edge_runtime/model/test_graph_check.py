"""Graphs that onnxruntime would run, and that no export writes."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from edge_runtime import BundleError, Translator
from edge_runtime.bundle.manifest import GraphSpec, TensorSpec
from edge_runtime.bundle.open_bundle import open_bundle
from edge_runtime.model.graph_check import check_graph_file

FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64
SPEC = GraphSpec(
    "graph.onnx",
    {"x": TensorSpec("float32", ("batch", 8))},
    {"y": TensorSpec("float32", ("batch", 8))},
)


def node(operator, inputs, outputs="y", **attributes):
    return helper.make_node(operator, inputs.split(), outputs.split(), **attributes)


def model(*nodes, domains=(("", 18),), **weights):
    """A model from `x (batch, 8)` to `y (batch, 8)`; about 1,000 bytes, or more."""
    weights = {"padding": np.zeros(200, dtype="f4"), **weights}
    graph = helper.make_graph(
        list(nodes),
        "g",
        [helper.make_tensor_value_info("x", FLOAT, ["batch", 8])],
        [helper.make_tensor_value_info("y", FLOAT, ["batch", 8])],
        [numpy_helper.from_array(np.asarray(v), k) for k, v in weights.items()],
    )
    sets = [helper.make_opsetid(*domain) for domain in domains]
    return helper.make_model(graph, opset_imports=sets, ir_version=9)


def check(proto):
    check_graph_file(proto.SerializeToString(), SPEC, "graph.onnx")


def refuses(proto, message):
    with pytest.raises(BundleError, match=message):
        check(proto)


def ints(*values):
    return np.array(values, dtype=np.int64)


def test_a_plain_graph_is_taken():
    check(model(node("Tanh", "x")))
    check(model(node("MatMul", "x w"), w=np.ones((8, 8), dtype="f4")))


@pytest.mark.parametrize("size", ["bundle", "fixed_context_bundle"])
def test_whole_bundles_are_taken(size, request):
    opened = open_bundle(request.getfixturevalue(size))
    for graph in (opened.manifest.encoder, opened.manifest.decoder_step):
        check_graph_file(opened.read(graph.file), graph, graph.file)


def external(tensor):
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", ".env"


def test_weights_in_other_files_are_refused_before_the_file_is_read(
    attention_files, tmp_path, monkeypatch
):
    proto = onnx.load_from_string(attention_files.files["decoder_step.onnx"])
    weight = next(w for w in proto.graph.initializer if w.name == "kernel")
    secret = tmp_path / ".env"
    secret.write_bytes(weight.raw_data)
    external(weight)
    changed = attention_files.with_file(
        "decoder_step.onnx", proto.SerializeToString()
    ).write(tmp_path / "b")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        BundleError, match=r"decoder_step.onnx in .* a weight must have"
    ):
        Translator(changed)


def test_data_location_alone_is_refused():
    proto = model(node("Tanh", "x"))
    proto.graph.initializer[0].data_location = TensorProto.EXTERNAL
    refuses(proto, "field 14")


def test_an_attribute_with_external_data_is_refused():
    value = numpy_helper.from_array(ints(1), "value")
    external(value)
    shape = node("Shape", "x", "rank")
    constant = node("ConstantOfShape", "rank", "filled", value=value)
    refuses(model(shape, constant, node("Tanh", "x")), "a weight must have no fields")


def test_sparse_weights_functions_and_training_are_refused():
    proto = model(node("Tanh", "x"))
    proto.graph.sparse_initializer.add()
    refuses(proto, "the graph must have no fields but .* field 15")
    proto = model(node("Tanh", "x"))
    proto.functions.add().name = "f"
    refuses(proto, "the model must have no fields but .* field 25")
    proto = model(node("Tanh", "x"))
    proto.training_info.add()
    refuses(proto, "field 20")


def body(*nodes):
    return helper.make_graph(list(nodes), "body", [], [])


@pytest.mark.parametrize("operator", ["Loop", "Scan", "If"])
def test_subgraphs_are_refused(operator):
    inner = body(node("Tanh", "x", "z"))
    nested = node(operator, "x", body=inner)
    refuses(model(nested), "an attribute must have no fields but .* field 6")
    refuses(model(node(operator, "x")), f"operators must be .* Received: {operator}")


@pytest.mark.parametrize(
    "operator", ["Expand", "Range", "Tile", "Constant", "Resize", "RandomNormal", "DFT"]
)
def test_operators_that_no_export_writes_are_refused(operator):
    refuses(model(node(operator, "x")), f"Received: {operator}")


def test_other_domains_and_operator_sets_are_refused():
    other = node("Tanh", "x", domain="com.example")
    refuses(model(other), "Received: com.example.Tanh")
    refuses(model(other, domains=[("", 18), ("com.example", 1)]), "operator sets")
    refuses(model(node("Tanh", "x"), domains=[("", 7)]), ": 7")
    refuses(model(node("FusedMatMul", "x x", domain="com.microsoft")), "FusedMatMul")


def test_unknown_attributes_are_refused():
    refuses(model(node("Tanh", "x", name="n", alpha=1)), "Tanh must have .* alpha")


def test_a_weight_larger_than_its_bytes_is_refused():
    proto = model(node("Tanh", "x"))
    proto.graph.initializer[0].dims[:] = [10**13]
    refuses(proto, "padding must hold as many elements as its shape says")
    proto.graph.initializer[0].dims[:] = [-(2**62), -(2**62), 200]
    refuses(proto, "padding must hold")


BIG = np.zeros(4000, dtype="f4")


@pytest.mark.parametrize(
    "proto",
    [
        pytest.param(
            model(
                node("MatMul", "column row", "outer"),
                node("Tanh", "x"),
                column=BIG[:, None],
                row=BIG[None],
            ),
            id="an outer product of weights",
        ),
        pytest.param(
            model(node("Add", "a b", "sum"), node("Tanh", "x"), a=BIG[:, None], b=BIG),
            id="weights that are broadcast",
        ),
        pytest.param(
            model(
                node("Gather", "table places", "rows"),
                node("Tanh", "x"),
                table=BIG[None],
                places=np.zeros(1000, dtype="i4"),
            ),
            id="one row looked up a thousand times",
        ),
        pytest.param(
            model(
                node("Concat", "x x", "x0", axis=1),
                *(node("Concat", f"x{i} x{i}", f"x{i + 1}", axis=1) for i in range(40)),
                node("Tanh", "x"),
            ),
            id="doubled forty times",
        ),
        pytest.param(
            model(
                *(node("Cast", "big", f"c{i}", to=FLOAT) for i in range(60)),
                node("Tanh", "x"),
                big=BIG,
            ),
            id="sixty copies of a weight",
        ),
    ],
)
def test_more_memory_than_the_file_suggests_is_refused(proto):
    onnx.checker.check_model(proto, full_check=True)
    refuses(proto, "must not ask for more memory")


def test_more_work_than_the_file_suggests_is_refused():
    products = [node("MatMul", "x w", "x0")]
    products += [node("MatMul", f"x{i} w", f"x{i + 1}") for i in range(500)]
    proto = model(*products, node("Tanh", "x"), w=np.zeros((8, 8), dtype="f4"))
    check(proto)
    widening = node("MatMul", "x w", "z0")
    products = [node("MatMul", f"z{i} v", f"z{i + 1}") for i in range(200)]
    square = np.zeros((200, 200), dtype="f4")
    proto = model(
        widening,
        *products,
        node("Tanh", "x"),
        w=np.zeros((8, 200), dtype="f4"),
        v=square,
    )
    refuses(proto, "must not compute more")


def test_shapes_may_follow_from_inputs_but_not_be_computed_with():
    """A difference of sizes could be largest where the inputs are small."""
    size = node("Shape", "x", "size")
    reshaped = node("Reshape", "x size", "again")
    check(model(size, reshaped, node("Tanh", "again")))
    less = node("Sub", "limit size", "left")
    filled = node(
        "ConstantOfShape", "left", "f", value=numpy_helper.from_array(ints(1), "v")
    )
    refuses(
        model(size, less, filled, node("Tanh", "x"), limit=ints(135, 16)), "constants"
    )


def test_a_constant_of_any_size_is_refused():
    value = numpy_helper.from_array(ints(1), "v")
    filled = node("ConstantOfShape", "n", "f", value=value)
    refuses(model(filled, node("Tanh", "x"), n=ints(5 * 10**12)), "a few elements")


@pytest.mark.parametrize(
    ("operator", "inputs", "attributes", "weights"),
    [
        ("Reshape", "x w", {}, {"w": ints(-1, 9)}),
        ("Squeeze", "x w", {}, {"w": ints(0)}),
        ("Transpose", "x", {"perm": [0, 0]}, {}),
        ("Split", "x w", {"axis": 1}, {"w": ints(99)}),
        ("Slice", "x w w w", {}, {"w": ints(-1)}),
        ("Gather", "x w", {"axis": 5}, {"w": ints(1)}),
        ("MatMul", "x w", {}, {"w": np.zeros((3, 3), dtype="f4")}),
        ("ReduceSum", "x x", {}, {}),
        ("QuantizeLinear", "x w w", {}, {"w": np.zeros(8, dtype="f4")}),
        ("Add", "x", {}, {}),
        ("Add", "x nothing", {}, {}),
        ("Concat", "x w", {"axis": 0}, {"w": np.zeros(8, dtype="f4")}),
    ],
)
def test_operators_that_do_not_fit_their_inputs_are_refused(
    operator, inputs, attributes, weights
):
    refuses(model(node(operator, inputs, **attributes), **weights), "graph.onnx is no")


def test_native_recurrence_needs_weights_of_its_size():
    def gru(rows):
        spec = {"w": (1, rows, 8), "r": (1, rows, 8), "b": (1, 2 * rows)}
        return model(
            node("Unsqueeze", "x axis", "sequences"),
            node("GRU", "sequences w r b lengths", "all last", hidden_size=8),
            node("Squeeze", "last axis"),
            axis=ints(0),
            lengths=np.ones(131, dtype="i4"),
            **{name: np.zeros(shape, dtype="f4") for name, shape in spec.items()},
        )

    check(gru(24))
    refuses(gru(23), "GRU must have weights of 8 units")


def test_a_graph_that_returns_one_row_is_refused():
    proto = model(node("ReduceMax", "x axis", keepdims=1), axis=ints(0))
    refuses(proto, r"output y must have the shape .* Received.*: \[1, 8\]")


def test_tensors_are_named_once_and_computed_before_they_are_read():
    refuses(model(node("Tanh", "x", "x"), node("Tanh", "x")), "one tensor x")
    refuses(model(node("Tanh", "z"), node("Tanh", "x", "z")), "z must be computed")
    refuses(model(node("Tanh", "x", "z")), "output y must be computed")


def test_names_that_are_no_text_are_refused():
    content = model(node("Tanh", "x")).SerializeToString()
    changed = content.replace(b"batch", b"b\xfftch")
    assert changed != content
    with pytest.raises(BundleError, match="dim_param must be text in UTF-8"):
        check_graph_file(changed, SPEC, "graph.onnx")


def test_every_cut_and_every_changed_byte_is_refused_or_understood():
    content = model(
        node("MatMul", "x w"), w=np.ones((8, 8), dtype="f4")
    ).SerializeToString()
    for place in range(len(content)):
        with pytest.raises(BundleError):
            check_graph_file(content[:place], SPEC, "graph.onnx")
    rng = np.random.default_rng(0)
    for place in rng.choice(len(content), 300):
        changed = bytearray(content)
        changed[place] ^= 1 << rng.integers(8)
        try:
            check_graph_file(bytes(changed), SPEC, "graph.onnx")
        except BundleError as error:
            assert str(error)


def test_a_second_graph_is_refused_where_others_would_merge_it():
    content = model(node("Tanh", "x")).SerializeToString()
    with pytest.raises(BundleError, match="must have one"):
        check_graph_file(content + content, SPEC, "graph.onnx")

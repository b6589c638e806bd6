import numpy as np
import pytest

pytestmark = pytest.mark.train
pytest.importorskip("tensorflow", reason="export needs the training extra")

import onnx  # noqa: E402
import onnxruntime  # noqa: E402
from onnx import numpy_helper  # noqa: E402

from export.graph.editable_graph import EditableGraph  # noqa: E402
from export.proof.parity import compare_models  # noqa: E402
from export.weights.int4_weights import BLOCK_SIZE, quantize_blocks  # noqa: E402
from export.weights.quantization import quantize, quantize_both  # noqa: E402
from export.weights.symmetric_rounding import quantize_symmetrically  # noqa: E402
from installed_versions import INT4  # noqa: E402

# Wide enough for every matrix to be worth it; 40 is no multiple of int4's blocks.
WIDE = {"embedding_dim": 40, "encoder_units": 24, "units": 40, "attention_units": 32}
MODELS = [
    pytest.param({**WIDE, **more}, id=name)
    for name, more in [
        ("gru", {}),
        ("lstm-stacked", {"cell": "lstm", "encoder_layers": 2, "decoder_layers": 2}),
        ("fixed", {"attention": "none", "cell": "rnn"}),
        ("tied", {"tied_embeddings": "all", "conditional": True}),
        ("tied-fixed", {"attention": "none", "tied_embeddings": "target"}),
    ]
]
LAST_BITS = 1e-4
"""What inputs that differ by 1e-6 may make of a state: a few units of 16 bits, which
are 3e-5 (6e-5 in the context of two encoder layers). A unit of 8 bits is 8e-3.
"""

LARGEST_DIFFERENCE = {"fp16": 0.02, "int8": 0.4, "int4": 3.0}


@pytest.mark.parametrize("settings", MODELS)
@pytest.mark.parametrize("quantization", ["fp16", "int8", INT4])
def test_fewer_bits_compute_nearly_the_same(
    quantization, settings, keras_model, convert, open_graphs
):
    graphs = quantize_both(*convert(**settings), quantization)
    differences = compare_models(
        keras_model(**settings),
        open_graphs(*graphs, **settings),
        tolerance=LARGEST_DIFFERENCE[quantization],
    )
    # And something was rounded at all.
    assert differences.largest > 1e-5


@pytest.mark.parametrize("settings", MODELS)
@pytest.mark.parametrize("quantization", ["fp16", "int8", "int4"])
def test_quantised_graphs_are_valid_and_keep_their_tensors(
    quantization, settings, convert
):
    for model in convert(**settings):
        quantized = quantize(model, quantization)
        onnx.checker.check_model(quantized, full_check=True)
        assert list(quantized.graph.input) == list(model.graph.input)
        assert list(quantized.graph.output) == list(model.graph.output)


@pytest.mark.parametrize(
    ("quantization", "share"), [("fp16", 0.51), ("int8", 0.27), ("int4", 0.15)]
)
def test_large_weights_shrink_to_their_share(quantization, share, convert):
    settings = {**WIDE, "units": 256, "embedding_dim": 256, "encoder_units": 256}
    for model in convert(**settings):
        quantized = quantize(model, quantization)
        assert quantized.ByteSize() <= share * model.ByteSize()


@pytest.mark.parametrize("encoder_units", [32, 40])
def test_recurrent_kernels_of_four_bits_are_widened_to_what_was_stored(
    encoder_units, convert
):
    encoder, _ = convert(**{**WIDE, "encoder_units": encoder_units})
    (before,) = EditableGraph(encoder).of_type("GRU")
    kernels = [EditableGraph(encoder).weights[name] for name in before.input[1:3]]
    quantized = quantize(encoder, "int4")
    (after,) = (node for node in quantized.graph.node if node.op_type == "GRU")
    for kernel, name in zip(kernels, after.input[1:3], strict=True):
        value = onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None)
        del quantized.graph.output[:]
        quantized.graph.output.append(value)
        (widened,) = run(quantized, {"source_ids": np.ones((1, 2), dtype=np.int32)})[1]
        packed, scales = quantize_blocks(kernel.reshape(-1, kernel.shape[-1]))
        integers = np.stack([packed & 15, packed >> 4], axis=-1).astype(np.float32) - 8
        blocks = integers.reshape(*packed.shape[:2], -1) * scales[..., np.newaxis]
        stored = blocks.reshape(*kernel.shape[:2], -1)[..., : kernel.shape[-1]]
        np.testing.assert_array_equal(widened, stored)
        assert np.abs(widened - kernel).max() <= np.abs(kernel).max() / 8


@pytest.mark.parametrize("quantization", ["fp16", "int8", "int4"])
def test_a_tied_embedding_is_still_stored_once(quantization, convert):
    settings = {**WIDE, "tied_embeddings": "target"}
    _, step = convert(**settings)
    _, untied_step = convert(**WIDE)
    tied, untied = quantize(step, quantization), quantize(untied_step, quantization)
    bits = {"fp16": 16, "int8": 8, "int4": 4}[quantization]
    # `add_weight` makes one of equal arrays, so the difference is a whole matrix.
    assert untied.ByteSize() - tied.ByteSize() > 0.9 * 60 * 40 * bits / 8


def test_integer_matmuls_cannot_overflow_sixteen_bits(convert):
    """x86 without VNNI adds pairs of products of unsigned and signed bytes."""
    settings = {**WIDE, "tied_embeddings": "target"}
    _, step = convert(**settings)
    graph = EditableGraph(quantize(step, "int8"))
    matrices = []
    for node in graph.of_type("MatMulInteger"):
        name = node.input[1]
        while name not in graph.weights:
            name = graph.producer(name).input[0]
        matrices.append(graph.weights[name].astype(int))
    assert len(matrices) == 5
    for matrix in matrices:
        assert 2 * 255 * np.abs(matrix).max() < 2**15


def test_every_product_of_a_step_is_an_integer_product(convert):
    """All but energies, and the context, which multiplies two activations."""
    _, step = convert(**WIDE)
    graph = EditableGraph(quantize(step, "int8"))
    float_products = graph.of_type("MatMul", "Gemm")
    assert len(graph.of_type("MatMulInteger")) == 5
    assert len(float_products) == 2
    for node in float_products:
        weight = graph.weights.get(node.input[1])
        assert weight is None or weight.shape == (32, 1)
    # What two products read is quantised once.
    inputs = [node.input[0] for node in graph.of_type("QuantizeLinear")]
    assert len(inputs) == len(set(inputs))


@pytest.mark.parametrize("settings", MODELS)
@pytest.mark.parametrize("informed", [True, False])
def test_rows_of_an_int8_step_do_not_depend_on_other_rows(informed, settings, convert):
    encoder, step = convert(**settings)
    both = quantize_both(encoder, step, "int8")
    step = both[1] if informed else quantize(step, "int8")
    generator = np.random.default_rng(0)
    source_ids = generator.integers(4, 60, (33, 6), dtype=np.int32)
    feeds = dict(zip(*run(both[0], {"source_ids": source_ids}), strict=True))
    feeds["token_ids"] = generator.integers(0, 60, 33, dtype=np.int32)
    names, together = run(step, feeds)
    for rows in (slice(0, 1), slice(5, 12), slice(32, 33)):
        alone = run(step, {name: value[rows] for name, value in feeds.items()})[1]
        for name, one, other in zip(names, alone, together, strict=True):
            np.testing.assert_array_equal(one, other[rows], err_msg=name)


def test_an_encoder_tells_what_a_step_need_not_look_for(convert, operators):
    """How large states and contexts can become; alone, a step scales every row."""
    encoder, step = convert(**WIDE)
    _, informed = quantize_both(encoder, step, "int8")
    assert "ReduceMax" not in operators(informed)
    assert operators(quantize(step, "int8"))["ReduceMax"] == 3


def test_an_encoder_only_stores_integers(convert, operators):
    """Rounding on the way would make what it returns depend on the processor."""
    encoder, _ = convert(**WIDE)
    found = operators(quantize(encoder, "int8"))
    assert found["MatMul"] == operators(encoder)["MatMul"]
    assert not {"DynamicQuantizeLinear", "MatMulInteger"} & set(found)


@pytest.mark.parametrize("settings", MODELS)
def test_last_bits_stay_so_in_the_states_of_an_int8_step(settings, convert):
    """Processors differ in last bits; rounding to 8 bits would make steps of them."""
    encoder, step = quantize_both(*convert(**settings), "int8")
    generator = np.random.default_rng(0)
    source_ids = generator.integers(4, 60, (2048, 4), dtype=np.int32)
    feeds = dict(zip(*run(encoder, {"source_ids": source_ids}), strict=True))
    feeds["token_ids"] = generator.integers(0, 60, 2048, dtype=np.int32)
    moved = {
        name: array + generator.choice(np.float32([-1e-6, 1e-6]), array.shape)
        if array.dtype == np.float32
        else array
        for name, array in feeds.items()
    }
    names, before = run(step, feeds)
    for name, one, other in zip(names, before, run(step, moved)[1], strict=True):
        if name != "log_probs":  # which no step reads
            assert 0 < np.abs(one - other).max() < LAST_BITS, name


def run(model, feeds):
    """Return names and values of the outputs."""
    session = onnxruntime.InferenceSession(model.SerializeToString())
    names = [output.name for output in session.get_outputs()]
    taken = {node.name: feeds[node.name] for node in session.get_inputs()}
    return names, session.run(names, taken)


def test_no_quantisation_changes_nothing(convert):
    for model in convert():
        before, after = (
            {
                tensor.name: numpy_helper.to_array(tensor)
                for tensor in m.graph.initializer
            }
            for m in (model, quantize(model, "none"))
        )
        assert before.keys() == after.keys()
        for name, value in before.items():
            np.testing.assert_array_equal(value, after[name])


def test_symmetric_rounding_is_off_by_half_a_step_at_most():
    weight = np.random.default_rng(0).normal(size=(30, 20)).astype(np.float32)
    weight[:, 4] = 0.0
    with np.errstate(all="raise"):  # a channel of zeros is not divided by its extent
        integers, scales = quantize_symmetrically(weight, axis=0, largest=64)
    assert scales.shape == (1, 20)
    assert np.abs(integers).max() == 64
    assert np.abs(integers * scales - weight).max() <= scales.max() / 2 + 1e-6
    assert not integers[:, 4].any()
    assert (scales > 0).all()


def test_blocks_unpack_to_nearly_their_weights():
    weight = np.random.default_rng(0).normal(size=(7, 40)).astype(np.float32)
    packed, scales = quantize_blocks(weight)
    assert packed.shape == (7, 2, BLOCK_SIZE // 2)
    unpacked = np.stack([packed & 15, packed >> 4], axis=-1).reshape(7, 2, BLOCK_SIZE)
    values = ((unpacked.astype(int) - 8) * scales[..., None]).reshape(7, -1)[:, :40]
    steps = np.abs(scales).repeat(BLOCK_SIZE, axis=1)[:, :40]
    # Half a step, and a whole one where 8 is cut to 7; -8 is not cut.
    cut = unpacked.reshape(7, -1)[:, :40] == 15
    assert (np.abs(values - weight) <= np.where(cut, 1.001, 0.501) * steps).all()
    assert np.median(np.abs(values - weight) / steps) < 0.3


def test_a_block_of_zeros_stays_zero():
    packed, scales = quantize_blocks(np.zeros((2, 32), dtype=np.float32))
    assert (packed == 0x88).all()
    assert np.isfinite(scales).all()

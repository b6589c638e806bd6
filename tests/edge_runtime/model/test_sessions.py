import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from edge_runtime import BundleError, DecodingOptions, Translator
from edge_runtime.contract import ATTENTION_TENSORS
from edge_runtime.model.graph_check import _BATCH
from edge_runtime.model.translation_model import load_model


@pytest.fixture(scope="module")
def model(bundle):
    return load_model(bundle)


@pytest.mark.parametrize("dtype", ["int64", "int32", "uint8"])
def test_ids_of_any_integer_type_reach_the_graphs_as_int32(model, dtype):
    states = model.encode(np.array([[2, 5, 3]], dtype=dtype))
    log_probs, _ = model.step(np.array([2], dtype=dtype), states)
    assert log_probs.shape == (1, model.target_tokenizer.vocab_size)
    assert log_probs.dtype == np.float32


def test_what_the_encoder_computed_passes_through_as_it_is(model):
    states = model.encode(np.array([[2, 5, 3]]))
    _, following = model.step(np.array([2]), states)
    for name in ATTENTION_TENSORS:
        assert following[name] is states[name]
    assert following["decoder_state_0"] is not states["decoder_state_0"]
    assert following["alignment"].sum() == pytest.approx(1.0)


def test_a_model_without_attention_has_states_alone(fixed_context_bundle):
    model = load_model(fixed_context_bundle)
    states = model.encode(np.array([[2, 5, 3]]))
    _, following = model.step(np.array([2]), states)
    assert set(states) == set(following) == {"decoder_state_0", "decoder_state_1"}
    assert not model.attends


def test_one_tokenizer_serves_both_sides_where_they_share_it(fixed_context_bundle):
    model = load_model(fixed_context_bundle)
    assert model.source_tokenizer is model.target_tokenizer


def test_steps_change_no_array_they_are_given(model):
    states = model.encode(np.array([[2, 5, 6, 3]]))
    before = {name: array.copy() for name, array in states.items()}
    model.step(np.array([2]), states)
    for name, array in states.items():
        np.testing.assert_array_equal(array, before[name])


def with_weight(files, graph, name, value):
    """Return the bundle with one weight of a graph replaced."""
    proto = onnx.load_from_string(files.files[graph])
    (weight,) = (each for each in proto.graph.initializer if each.name == name)
    weight.CopyFrom(numpy_helper.from_array(value, name))
    return files.with_file(graph, proto.SerializeToString())


@pytest.mark.parametrize("output", ["log_probs", "next_decoder_state_0", "alignment"])
def test_outputs_of_other_shapes_than_the_manifests_are_errors_of_the_bundle(
    output, attention_files, vocab_sizes, tmp_path
):
    """They pass for the right ones at the one size that graphs are checked at."""
    proto = onnx.load_from_string(attention_files.files["decoder_step.onnx"])
    (maker,) = (node for node in proto.graph.node if output in node.output)
    maker.output[0] = "unused"
    for node in proto.graph.node:
        node.input[:] = ["unused" if name == output else name for name in node.input]
    width = {"log_probs": vocab_sizes[1], "next_decoder_state_0": 8, "alignment": 127}
    constant = np.zeros((_BATCH, width[output]), dtype="f4")
    proto.graph.initializer.append(numpy_helper.from_array(constant, "constant"))
    proto.graph.node.append(helper.make_node("Identity", ["constant"], [output]))
    files = attention_files.with_file("decoder_step.onnx", proto.SerializeToString())
    message = rf"decoder_step.onnx in .*, {output} must have the shape \(1, "
    with pytest.raises(BundleError, match=message):
        Translator(files.write(tmp_path / "b"))


def test_encoder_outputs_of_other_shapes_are_errors_of_the_bundle(
    attention_files, tmp_path
):
    proto = onnx.load_from_string(attention_files.files["encoder.onnx"])
    (maker,) = (node for node in proto.graph.node if "decoder_state_0" in node.output)
    maker.output[0] = "unused"
    constant = np.zeros((_BATCH, 8), dtype="f4")
    proto.graph.initializer.append(numpy_helper.from_array(constant, "constant"))
    proto.graph.node.append(
        helper.make_node("Identity", ["constant"], ["decoder_state_0"])
    )
    files = attention_files.with_file("encoder.onnx", proto.SerializeToString())
    with pytest.raises(
        BundleError, match=r"decoder_state_0 must have the shape \(1, 8"
    ):
        Translator(files.write(tmp_path / "b"))


@pytest.mark.parametrize("beam_size", [1, 3])
@pytest.mark.parametrize("sentences", [1, 3])
def test_log_probs_that_are_no_numbers_are_errors_of_the_bundle(
    beam_size, sentences, attention_files, vocab_sizes, tmp_path
):
    # Only what follows bos is none: opening a bundle does not find that out.
    embeddings = np.zeros((vocab_sizes[1], 8), dtype="f4")
    embeddings[2] = np.nan
    files = with_weight(attention_files, "decoder_step.onnx", "embeddings", embeddings)
    translator = Translator(files.write(tmp_path / "b"))
    options = DecodingOptions(beam_size=beam_size)
    with pytest.raises(BundleError, match=r"log_probs must be numbers. Received: nan"):
        translator.translate_batch(["我爱吃苹果。"] * sentences, options)


def test_a_graph_that_fails_while_it_runs_is_an_error_of_the_bundle(model):
    with pytest.raises(
        BundleError, match=r"encoder.onnx in .* cannot be run: .* bounds"
    ):
        model.encode(np.array([[2, 10**6, 3]]))

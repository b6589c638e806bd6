"""A decoder step whose weights stand in the file of the encoder."""

import shutil

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from edge_runtime import Translator
from edge_runtime.bundle.manifest import GraphSpec, TensorSpec
from edge_runtime.errors import BundleError
from edge_runtime.model.graph_check import check_graph_file
from edge_runtime.model.shared_weights import complete_step

WEIGHT = np.arange(1, 25, dtype=np.int8).reshape(4, 6)
ENCODER = b"\x08\x08" + WEIGHT.tobytes() + b"more of the encoder"
PLACE = {"location": "encoder.onnx", "offset": "2", "length": "24"}
SPEC = GraphSpec(
    "decoder_step.onnx",
    {"row": TensorSpec("int32", ("batch",))},
    {"found": TensorSpec("int8", ("batch", 6))},
)


def step(*places, name="weight"):
    """Return a graph that looks up rows; its weights stand at places, or in it."""
    weights = []
    for index, place in enumerate(places or [None]):
        tensor = numpy_helper.from_array(WEIGHT, f"{name}{index or ''}")
        if place is not None:
            tensor.ClearField("raw_data")
            tensor.data_location = TensorProto.EXTERNAL
            for key, value in place.items():
                tensor.external_data.add(key=key, value=value)
        weights.append(tensor)
    graph = helper.make_graph(
        [helper.make_node("Gather", [name, "row"], ["found"])],
        "step",
        [helper.make_tensor_value_info("row", TensorProto.INT32, ["batch"])],
        [helper.make_tensor_value_info("found", TensorProto.INT8, ["batch", 6])],
        weights,
    )
    opset = [helper.make_opsetid("", 17)]
    return helper.make_model(
        graph, opset_imports=opset, ir_version=8
    ).SerializeToString()


def complete(content, encoder=ENCODER):
    return complete_step(content, encoder, "encoder.onnx", "decoder_step.onnx in b")


def test_a_weight_is_put_in_its_place():
    completed = complete(step(PLACE))
    assert onnx.load_from_string(completed) == onnx.load_from_string(step())
    check_graph_file(completed, SPEC, "decoder_step.onnx")
    session = onnxruntime.InferenceSession(completed)
    (rows,) = session.run(None, {"row": np.array([3, 0], dtype=np.int32)})
    np.testing.assert_array_equal(rows, WEIGHT[[3, 0]])


def test_onnxruntime_finds_the_same_weight_by_the_paths_of_the_files(tmp_path):
    (tmp_path / "encoder.onnx").write_bytes(ENCODER)
    path = tmp_path / "decoder_step.onnx"
    path.write_bytes(step(PLACE))
    session = onnxruntime.InferenceSession(str(path))
    (rows,) = session.run(None, {"row": np.array([2], dtype=np.int32)})
    np.testing.assert_array_equal(rows, WEIGHT[[2]])


@pytest.mark.parametrize("suffix", ["", ".zip"])
def test_a_bundle_that_shares_weights_translates_as_one_that_does_not(
    suffix, attention_files, tmp_path
):
    shared = attention_files.with_shared_weights()
    sizes = [len(b.files["decoder_step.onnx"]) for b in (shared, attention_files)]
    assert sizes[0] < sizes[1] - 1000
    path = shared.write(tmp_path / "shared")
    if suffix:
        path = shutil.make_archive(str(path), "zip", path)
    lines = ["我爱吃苹果。", "他每天喝水。你叫什么名字？", "I love to eat apples."] * 5
    one, other = (
        [Translator(bundle).translate(line).text for line in lines]
        for bundle in (path, attention_files.write(tmp_path / "whole"))
    )
    assert one == other
    assert any(one)


@pytest.mark.parametrize(
    "content",
    [step(), step(name="encoder.onnx"), b"", b"no graph", b"\x08\x00\x00\x00ORTM..."],
)
def test_a_step_without_references_stays_as_it_is(content):
    assert complete(content) == content


@pytest.mark.parametrize(
    "place",
    [
        {**PLACE, "location": "/etc/passwd"},
        {**PLACE, "location": "../encoder.onnx"},
        {**PLACE, "location": "sub/encoder.onnx"},
        {**PLACE, "location": "ENCODER.ONNX"},
    ],
)
def test_a_reference_to_another_file_is_refused(place):
    with pytest.raises(BundleError, match="must have no fields but"):
        check_graph_file(complete(step(PLACE, place)), SPEC, "decoder_step.onnx")


@pytest.mark.parametrize(
    "place",
    [
        {**PLACE, "offset": "22"},
        {**PLACE, "offset": "9" * 15},
        {**PLACE, "length": "999"},
        {**PLACE, "length": "9" * 15},
    ],
)
def test_more_than_the_encoder_has_is_refused(place):
    with pytest.raises(BundleError, match="must be within 45 bytes") as error:
        complete(step(place))
    assert "decoder_step.onnx in b" in str(error.value)


def test_one_weight_cannot_be_had_again_and_again():
    with pytest.raises(BundleError, match="together, too"):
        complete(step(PLACE, PLACE))


@pytest.mark.parametrize(
    "place",
    [
        {},
        {"location": "encoder.onnx"},
        {"location": "encoder.onnx", "length": "24"},
        {"location": "encoder.onnx", "offset": "2"},
        {**PLACE, "checksum": "0"},
        {**PLACE, "offset": "-2"},
        {**PLACE, "offset": "2.0"},
        {**PLACE, "offset": "٢"},
        {**PLACE, "offset": " 2"},
        {**PLACE, "length": ""},
        {**PLACE, "length": "9" * 10_000},
    ],
)
def test_a_place_has_two_numbers(place):
    with pytest.raises(
        BundleError, match="must have location, offset, length"
    ) as error:
        complete(step(PLACE, place))
    assert len(str(error.value)) < 300


@pytest.mark.parametrize("cut", range(1, 200, 7))
def test_a_file_that_ends_early_is_an_error_of_the_bundle(cut):
    with pytest.raises(BundleError):
        check_graph_file(complete(step(PLACE)[:-cut]), SPEC, "decoder_step.onnx")


def test_a_weight_of_another_length_than_its_shape_is_refused():
    shorter = complete(step({**PLACE, "length": "23"}))
    with pytest.raises(BundleError, match="as many elements as its shape says"):
        check_graph_file(shorter, SPEC, "decoder_step.onnx")

import json

import pytest

pytestmark = pytest.mark.train
pytest.importorskip("tensorflow", reason="export needs the training extra")

from onnx import helper  # noqa: E402

from export.errors import ExportError  # noqa: E402
from export.graph.onnx_graph import check_graph, convert_model  # noqa: E402
from export.graph.signatures import signature_of  # noqa: E402


def tensors(values):
    """Return type and axes of each tensor as (name, type, axes)."""
    return {
        value.name: (
            value.type.tensor_type.elem_type,
            tuple(
                axis.dim_param or axis.dim_value
                for axis in value.type.tensor_type.shape.dim
            ),
        )
        for value in values
    }


FLOAT, INT32, BOOL = 1, 6, 9


def test_the_encoder_has_the_tensors_of_the_contract(convert):
    encoder, _ = convert()
    assert tensors(encoder.graph.input) == {
        "source_ids": (INT32, ("batch", "source_length"))
    }
    assert tensors(encoder.graph.output) == {
        "encoder_states": (FLOAT, ("batch", "source_length", 16)),
        "attention_keys": (FLOAT, ("batch", "source_length", 10)),
        "source_mask": (BOOL, ("batch", "source_length")),
        "decoder_state_0": (FLOAT, ("batch", 16)),
    }


def test_the_step_has_the_tensors_of_the_contract(convert):
    _, step = convert()
    assert tensors(step.graph.input) == {
        "token_ids": (INT32, ("batch",)),
        "decoder_state_0": (FLOAT, ("batch", 16)),
        "encoder_states": (FLOAT, ("batch", "source_length", 16)),
        "attention_keys": (FLOAT, ("batch", "source_length", 10)),
        "source_mask": (BOOL, ("batch", "source_length")),
    }
    assert tensors(step.graph.output) == {
        "log_probs": (FLOAT, ("batch", 60)),
        "next_decoder_state_0": (FLOAT, ("batch", 16)),
        "alignment": (FLOAT, ("batch", "source_length")),
    }


def test_a_fixed_context_model_lacks_the_attention_tensors(convert):
    encoder, step = convert(attention="none", cell="lstm")
    states = {"decoder_state_0", "decoder_state_1"}
    assert set(tensors(encoder.graph.output)) == states
    assert set(tensors(step.graph.input)) == {"token_ids", *states}
    assert set(tensors(step.graph.output)) == {
        "log_probs",
        "next_decoder_state_0",
        "next_decoder_state_1",
    }


def test_both_files_say_what_they_are(convert):
    for model in convert():
        metadata = {entry.key: entry.value for entry in model.metadata_props}
        assert metadata["format_version"] == "2"
        assert metadata["source_language"] == "xx"
        assert metadata["target_language"] == "yy"
        special_ids = {"pad": 0, "unk": 1, "bos": 2, "eos": 3}
        assert json.loads(metadata["special_ids"]) == special_ids
        assert json.loads(metadata["architecture"])["cell"] == "gru"


@pytest.mark.parametrize("opset", [17, 18])
def test_graphs_have_the_operator_set_asked_for(opset, make_run):
    step = make_run().seq2seq.decoder_step
    model = convert_model(step, signature_of(step, "step"), {}, opset)
    assert [(entry.domain, entry.version) for entry in model.opset_import] == [
        ("", opset)
    ]


def test_an_untried_operator_set_is_refused(make_run):
    step = make_run().seq2seq.decoder_step
    with pytest.raises(ExportError, match=r"--opset must be 17 to 18\. Received: 12"):
        convert_model(step, signature_of(step, "step"), {}, 12)


def test_a_graph_with_a_loop_is_refused(convert):
    encoder, _ = convert(attention="none")
    looping = type(encoder)()
    looping.CopyFrom(encoder)
    body = helper.make_graph(
        [helper.make_node("Identity", ["going"], ["goes"])],
        "body",
        [
            helper.make_tensor_value_info("count", 7, []),
            helper.make_tensor_value_info("going", 9, []),
        ],
        [helper.make_tensor_value_info("goes", 9, [])],
    )
    looping.graph.initializer.append(helper.make_tensor("times", 7, [], [2]))
    looping.graph.initializer.append(helper.make_tensor("start", 9, [], [True]))
    body.node.append(helper.make_node("Identity", ["count"], ["scanned"]))
    body.output.append(helper.make_tensor_value_info("scanned", 7, []))
    looping.graph.node.append(
        helper.make_node("Loop", ["times", "start"], ["counted"], body=body)
    )
    with pytest.raises(ExportError, match="Received: Loop"):
        check_graph(looping, "encoder.onnx")


def test_an_invalid_graph_is_refused_by_name(convert):
    encoder, _ = convert()
    broken = type(encoder)()
    broken.CopyFrom(encoder)
    broken.graph.node[0].op_type = "Tanhh"
    with pytest.raises(ExportError, match=r"encoder\.onnx is not a valid ONNX graph"):
        check_graph(broken, "encoder.onnx")


def test_half_precision_tensors_are_refused():
    import keras

    states = keras.Input((4,), dtype="float16", name="decoder_state_0")
    model = keras.Model({"decoder_state_0": states}, {"log_probs": states * 2})
    with pytest.raises(ExportError, match="decoder_state_0 is float16"):
        signature_of(model, "decoder_step.onnx")

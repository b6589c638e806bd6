import numpy as np
import pytest

pytestmark = pytest.mark.train
pytest.importorskip("tensorflow", reason="export needs the training extra")

import onnx  # noqa: E402
import onnxruntime  # noqa: E402

from export.graph.run_graphs import serialize  # noqa: E402
from export.weights.quantization import quantize_both  # noqa: E402
from installed_versions import INT4  # noqa: E402

WIDE = {"embedding_dim": 96, "encoder_units": 24, "units": 40, "attention_units": 32}
TIED = {**WIDE, "tied_embeddings": "all"}
VOCAB_SIZE = 60


@pytest.fixture
def files_of(convert, make_run):
    def files_of(settings, quantization, graph_format="onnx"):
        both = quantize_both(
            *convert(**settings), quantization, folds_constants=graph_format == "onnx"
        )
        models = dict(zip(("encoder.onnx", "decoder_step.onnx"), both, strict=True))
        seq2seq = make_run(**settings).seq2seq
        return models, serialize(models, seq2seq, graph_format)

    return files_of


@pytest.mark.parametrize("quantization", ["int8", INT4])
def test_both_graphs_share_their_embedding(
    quantization, files_of, tmp_path, monkeypatch
):
    monkeypatch.setattr("export.graph.shared_weights._SMALLEST", 1000)
    models, graphs = files_of(TIED, quantization)
    whole = models["decoder_step.onnx"]
    stored = graphs.files["decoder_step.onnx"]
    size = VOCAB_SIZE * 96 * {"int8": 8, "int4": 4}[quantization] / 8
    assert len(stored) < whole.ByteSize() - size + 200
    for name, content in graphs.files.items():
        (tmp_path / name).write_bytes(content)
    path = tmp_path / "decoder_step.onnx"
    onnx.checker.check_model(str(path), full_check=True)
    # What onnxruntime makes of the two files is what it makes of one.
    sessions = [
        onnxruntime.InferenceSession(model)
        for model in (str(path), whole.SerializeToString())
    ]
    generator = np.random.default_rng(0)
    feeds = {
        entry.name: generator.integers(0, VOCAB_SIZE, 3, dtype=np.int32)
        if entry.name == "token_ids"
        else np.ones((3, 4), dtype=bool)
        if entry.name == "source_mask"
        else generator.normal(
            size=[
                axis if isinstance(axis, int) else (3, 4)[place]
                for place, axis in enumerate(entry.shape)
            ]
        ).astype(np.float32)
        for entry in sessions[0].get_inputs()
    }
    for one, other in zip(*(s.run(None, feeds) for s in sessions), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("settings", "quantization", "graph_format"),
    [
        # Wider elements would have to be aligned in the file.
        (TIED, "none", "onnx"),
        (TIED, "fp16", "onnx"),
        (TIED, "int8", "ort"),
        (WIDE, "int8", "onnx"),
    ],
)
def test_other_bundles_share_nothing(
    settings, quantization, graph_format, files_of, monkeypatch
):
    monkeypatch.setattr("export.graph.shared_weights._SMALLEST", 1000)
    _, graphs = files_of(settings, quantization, graph_format)
    step = graphs.files[graphs.decoder_step.file]
    assert b"encoder." not in step


def test_an_encoder_rounds_a_tied_embedding_as_the_step_does(convert):
    """Others keep eight bits: nothing is multiplied by them."""
    largest = []
    for settings in (TIED, WIDE):
        encoder, _ = quantize_both(*convert(**settings), "int8")
        (table,) = (
            onnx.numpy_helper.to_array(tensor)
            for tensor in encoder.graph.initializer
            if tensor.data_type == onnx.TensorProto.INT8
            and list(tensor.dims) == [VOCAB_SIZE, 96]
        )
        largest.append(np.abs(table.astype(int)).max())
    assert largest == [64, 127]

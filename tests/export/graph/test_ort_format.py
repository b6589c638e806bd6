import logging

import numpy as np
import pytest

pytestmark = pytest.mark.train
pytest.importorskip("tensorflow", reason="export needs the training extra")

from onnxruntime.tools.mobile_helpers import usability_checker  # noqa: E402

from export.graph.ort_format import OPERATORS_FILE, convert_to_ort  # noqa: E402
from export.proof.hypotheses import translate  # noqa: E402
from export.proof.verification_data import generate_sources  # noqa: E402
from export.weights.quantization import quantize  # noqa: E402
from installed_versions import needs_int4  # noqa: E402

WIDE = {"embedding_dim": 40, "encoder_units": 24, "units": 40, "attention_units": 32}
MODELS = [
    pytest.param(
        {**WIDE, **more},
        quantization,
        id=f"{name}-{quantization}",
        marks=[needs_int4] if quantization == "int4" else [],
    )
    for name, more in [
        ("gru", {}),
        ("lstm-tied", {"cell": "lstm", "tied_embeddings": "target"}),
    ]
    for quantization in ("none", "int8", "int4")
]


@pytest.mark.parametrize(("settings", "quantization"), MODELS)
def test_an_ort_file_gives_the_same_hypotheses(
    settings, quantization, convert, open_graphs
):
    graphs = [
        quantize(model, quantization, folds_constants=False)
        for model in convert(**settings)
    ]
    sources = generate_sources(60).sources[:40]
    expected, found = (
        translate(open_graphs(*graphs, graph_format, **settings), sources)
        for graph_format in ("onnx", "ort")
    )
    assert [h.token_ids for h in found] == [h.token_ids for h in expected]
    assert len({h.token_ids for h in found}) > 1


@pytest.mark.parametrize(("settings", "quantization"), MODELS)
def test_an_ort_file_stays_small(settings, quantization, convert):
    settings = {**settings, "units": 128, "embedding_dim": 128, "encoder_units": 64}
    for model in convert(**settings):
        stored = quantize(model, quantization, folds_constants=False)
        files = convert_to_ort({"graph.onnx": stored})
        # The transposed copy of a tied embedding is the one weight that is added; a
        # node and its tensors take some 300 bytes more than in ONNX.
        allowance = 60 * 128 + 300 * len(stored.graph.node) + 10_000
        assert len(files["graph.ort"]) <= stored.ByteSize() + allowance


def test_a_tied_embedding_is_not_transposed_in_every_step(convert):
    _, step = convert(**WIDE, tied_embeddings="target")
    stored = quantize(step, "int8")
    assert any(node.op_type == "Transpose" for node in stored.graph.node)
    files = convert_to_ort({"decoder_step.onnx": stored})
    assert b"Transpose" not in files[OPERATORS_FILE]


def test_the_operators_of_both_graphs_are_listed(convert):
    encoder, step = (quantize(model, "int8") for model in convert(**WIDE))
    files = convert_to_ort({"encoder.onnx": encoder, "decoder_step.onnx": step})
    assert set(files) == {"encoder.ort", "decoder_step.ort", OPERATORS_FILE}
    operators = files[OPERATORS_FILE].decode()
    for name in ("GRU", "LogSoftmax", "QuantizeLinear", "MatMulInteger", "Gather"):
        assert name in operators
    assert "#" not in operators
    assert "Loop" not in operators


@pytest.mark.parametrize("quantization", ["none", "int8"])
def test_the_mobile_usability_check_passes(quantization, convert, tmp_path, caplog):
    """It is about accelerators; what counts is that it takes graph and types."""
    for name, model in zip(("encoder", "step"), convert(**WIDE), strict=True):
        path = tmp_path / f"{name}.onnx"
        stored = quantize(model, quantization, folds_constants=False)
        path.write_bytes(stored.SerializeToString())
        with caplog.at_level(logging.INFO):
            usability_checker.analyze_model(
                path, skip_optimize=False, logger=logging.getLogger("usability")
            )
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]
    assert np.sum([r.levelno == logging.INFO for r in caplog.records]) > 0

"""The exported graphs, run by onnxruntime, against the translator in numpy."""

import pytest

pytestmark = [pytest.mark.train, pytest.mark.slow]
pytest.importorskip("tensorflow", reason="export needs the training extra")

from drawn_translators import (  # noqa: E402
    DROPOUT,
    WIDTHS,
    assert_equal_steps,
    build_translator,
    describe,
    expected_predictions,
    step_through,
)
from edge_runtime import contract  # noqa: E402
from edge_runtime.model.sessions import (  # noqa: E402
    DecoderStepSession,
    EncoderSession,
)
from export.graph.onnx_graph import convert_model  # noqa: E402
from export.graph.signatures import signature_of  # noqa: E402
from keras_s2s.config import ModelConfig  # noqa: E402

# Each value of each option once; a graph takes seconds to convert.
SETTINGS = [
    {
        "attention": "bahdanau",
        "cell": "gru",
        "encoder_layers": 2,
        "decoder_layers": 2,
        "conditional": True,
        "tied_embeddings": "all",
        "layer_norm": True,
    },
    {
        "attention": "bahdanau",
        "cell": "lstm",
        "encoder_layers": 1,
        "decoder_layers": 3,
        "bidirectional": False,
        "tied_embeddings": "target",
    },
    {"attention": "none", "cell": "rnn", "encoder_layers": 3, "decoder_layers": 2},
    # The final states as they are.
    {"attention": "none", "cell": "lstm", "units": 8},
]


@pytest.mark.parametrize(
    "config",
    [ModelConfig(**{**WIDTHS, **DROPOUT, **settings}) for settings in SETTINGS],
    ids=describe,
)
def test_exported_graphs_predict_what_the_reference_does(config):
    seq2seq = build_translator(config)
    sessions = []
    for model, file, session in (
        (seq2seq.encoder, contract.ENCODER_FILE, EncoderSession),
        (seq2seq.decoder_step, contract.DECODER_STEP_FILE, DecoderStepSession),
    ):
        spec = signature_of(model, file)
        graph = convert_model(model, spec, {})
        sessions.append(session(graph.SerializeToString(), spec, file))
    found = step_through(*sessions)
    assert_equal_steps(found, expected_predictions(config), rtol=1e-5, atol=1e-5)

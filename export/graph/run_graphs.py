"""The two graphs of a run, as files with signatures."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import onnx

from edge_runtime import contract
from edge_runtime.bundle.manifest import GraphSpec
from edge_runtime.model.sessions import DecoderStepSession, EncoderSession
from edge_runtime.model.shared_weights import complete_step
from edge_runtime.model.translation_model import TranslationModel
from edge_runtime.version import __version__
from export.graph.onnx_graph import convert_model
from export.graph.ort_format import convert_to_ort
from export.graph.shared_weights import share_weights
from export.graph.signatures import signature_of
from keras_s2s.model.seq2seq import Seq2Seq
from keras_s2s.run.run_directory import Run


@dataclass(frozen=True)
class RunGraphs:
    """Both graphs of a bundle.

    Attributes:
        encoder: Signature of the encoder.
        decoder_step: Signature of the decoder step.
        files: Content by file name: both graphs, and further files of the format.
    """

    encoder: GraphSpec
    decoder_step: GraphSpec
    files: Mapping[str, bytes]

    def open(self, keras: TranslationModel) -> TranslationModel:
        """Return the model that the graphs were converted from, run by onnxruntime.

        Args:
            keras: The same model, computed by Keras.
        """
        encoder, step = self.encoder, self.decoder_step
        encoder_graph = self.files[encoder.file]
        step_graph = complete_step(
            self.files[step.file], encoder_graph, encoder.file, step.file
        )
        return replace(
            keras,
            encode=EncoderSession(encoder_graph, encoder, encoder.file),
            step=DecoderStepSession(step_graph, step, step.file),
        )


def convert_run(
    run: Run, opset: int, progress: Callable[[str], None]
) -> dict[str, onnx.ModelProto]:
    """Return both graphs by file name, with float32 weights."""
    metadata = {
        "format_version": contract.BUNDLE_FORMAT_VERSION,
        "special_ids": contract.SPECIAL_IDS,
        "source_language": run.recipe.data.source_language,
        "target_language": run.recipe.data.target_language,
        "architecture": describe_architecture(run),
        "keras_s2s": __version__,
    }
    models = {}
    for model, file in (
        (run.seq2seq.encoder, contract.ENCODER_FILE),
        (run.seq2seq.decoder_step, contract.DECODER_STEP_FILE),
    ):
        progress(f"converting {file}")
        models[file] = convert_model(model, signature_of(model, file), metadata, opset)
    return models


def serialize(
    models: Mapping[str, onnx.ModelProto], seq2seq: Seq2Seq, graph_format: str
) -> RunGraphs:
    """Return both graphs as files.

    Args:
        models: The graphs by the names of their ONNX files.
        seq2seq: The models that they were converted from.
        graph_format: "onnx" or "ort".
    """
    encoder = signature_of(seq2seq.encoder, contract.ENCODER_FILE)
    step = signature_of(seq2seq.decoder_step, contract.DECODER_STEP_FILE)
    if graph_format == "onnx":
        encoder_graph = _bytes_of(models[encoder.file])
        shared = share_weights(models[step.file], encoder_graph, encoder.file)
        files = {encoder.file: encoder_graph, step.file: _bytes_of(shared)}
        return RunGraphs(encoder, step, files)
    return RunGraphs(
        replace(encoder, file=str(Path(encoder.file).with_suffix(".ort"))),
        replace(step, file=str(Path(step.file).with_suffix(".ort"))),
        convert_to_ort(models),
    )


def _bytes_of(model: onnx.ModelProto) -> bytes:
    content: bytes = model.SerializeToString(deterministic=True)
    return content


def describe_architecture(run: Run) -> dict[str, Any]:
    """Return the description of a model in its manifest: its config and its size."""
    return {
        **run.recipe.model.to_json(),
        "source_vocab_size": run.source_tokenizer.vocab_size,
        "target_vocab_size": run.target_tokenizer.vocab_size,
        "parameters": int(run.seq2seq.training.count_params()),
    }

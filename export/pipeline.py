"""From a run directory to a verified bundle."""

import importlib.metadata
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import onnxruntime

from edge_runtime import contract
from edge_runtime.bundle.manifest import (
    REQUIRED_ONNXRUNTIME,
    DecodingDefaults,
    FileEntry,
    Limits,
    Manifest,
    oldest_onnxruntime,
    sha256_of,
)
from edge_runtime.errors import BundleError
from edge_runtime.model.required_onnxruntime import is_new_enough
from edge_runtime.model.translation_model import load_model
from edge_runtime.version import __version__
from export.bundle.bundle_writer import check_destination, write_bundle
from export.bundle.lean_tokenizer import make_lean_tokenizer
from export.bundle.model_card import write_model_card
from export.errors import ExportError
from export.graph.run_graphs import (
    RunGraphs,
    convert_run,
    describe_architecture,
    serialize,
)
from export.options import FLOAT32, ExportOptions
from export.proof.bundle_proof import prove
from export.proof.confidence_fit import ConfidenceFit, fit_confidence
from export.proof.verification_data import choose_verification_data
from export.weights.quantization import quantize_both
from keras_s2s.run.keras_model import keras_translation_model
from keras_s2s.run.run_directory import Run

logger = logging.getLogger(__name__)

_VERSIONED = ("keras", "tensorflow", "tf2onnx", "onnx", "onnxruntime")


def export_bundle(
    run: Run,
    destination: Path,
    options: ExportOptions | None = None,
    progress: Callable[[str], None] = logger.info,
) -> Manifest:
    """Convert, verify and write.

    Args:
        run: The trained translator.
        destination: Directory of the bundle, or a file that ends in `.zip`.
        options: How the bundle is made.
        progress: Called with a message for each step and result.

    Returns:
        The manifest of the bundle.

    Raises:
        ExportError: The run cannot be exported; nothing was written. A
            `ParityError`, `HypothesisError` or `QualityError` tells what differs.
    """
    options = options or ExportOptions()
    check_destination(destination, options.force)
    _check_onnxruntime(options)
    data = choose_verification_data(
        run, options.verify_source, options.verify_reference
    )
    models = convert_run(run, options.opset, progress)
    graphs = serialize(models, run.seq2seq, "onnx")
    keras = keras_translation_model(
        run.seq2seq,
        run.source_tokenizer,
        run.target_tokenizer,
        run.recipe.data,
        run.decoding,
    )
    exported = {FLOAT32: graphs.open(keras)}
    if options.name != FLOAT32:
        progress(f"storing weights as {options.name}")
        encoder, step = contract.ENCODER_FILE, contract.DECODER_STEP_FILE
        both = quantize_both(
            models[encoder],
            models[step],
            options.quantization,
            folds_constants=options.graph_format == "onnx",
        )
        stored = dict(zip((encoder, step), both, strict=True))
        graphs = serialize(stored, run.seq2seq, options.graph_format)
        exported[options.name] = graphs.open(keras)
    scores = prove(
        keras, exported, run=run, data=data, options=options, progress=progress
    )
    decoding = replace(
        options.decoding,
        split_sentences=run.decoding.split_sentences,
        carry=run.decoding.carry,
    )
    # On the graphs that the bundle holds, decoded as it will recommend.
    fit = fit_confidence(
        replace(exported[options.name], decoding=decoding), data, progress
    )
    manifest, files = assemble_bundle(run, graphs, scores, options, decoding, fit)
    try:
        write_bundle(destination, files, options.force, check=load_model)
    except BundleError as error:
        raise ExportError(f"the bundle does not open: {error}") from error
    size = sum(map(len, files.values()))
    progress(f"wrote {destination}: {size / 1e6:.2f} MB in {len(files)} files")
    return manifest


def _check_onnxruntime(options: ExportOptions) -> None:
    """Refuse weights that could not be verified here, before any work is done."""
    required = oldest_onnxruntime(options.quantization)
    if not is_new_enough(required):
        raise ExportError(
            f"--quantize {options.quantization} needs onnxruntime {required} or newer. "
            f"Received: onnxruntime {onnxruntime.__version__}."
        )


def assemble_bundle(
    run: Run,
    graphs: RunGraphs,
    scores: Mapping[str, Any],
    options: ExportOptions,
    decoding: DecodingDefaults,
    fit: ConfidenceFit | None,
) -> tuple[Manifest, dict[str, bytes]]:
    """Return a bundle's manifest and all its files.

    Args:
        run: The exported run.
        graphs: The graphs that the bundle holds.
        scores: Results of the proof.
        options: How the bundle is made.
        decoding: Decoding options that the bundle recommends.
        fit: Its confidence, if there is one.
    """
    tokenizers = {side: file.name for side, file in run.tokenizer_files.items()}
    files = {
        **graphs.files,
        **{
            file.name: make_lean_tokenizer(file.read_bytes())
            for file in dict.fromkeys(run.tokenizer_files.values())
        },
    }
    manifest = Manifest(
        source_language=run.recipe.data.source_language,
        target_language=run.recipe.data.target_language,
        encoder=graphs.encoder,
        decoder_step=graphs.decoder_step,
        source_tokenizer=tokenizers["source"],
        target_tokenizer=tokenizers["target"],
        limits=Limits(
            run.recipe.data.max_source_length, run.recipe.data.max_target_length
        ),
        files=_entries(files),
        decoding=decoding,
        confidence=fit.model if fit else None,
        quantization=options.quantization,
        architecture=describe_architecture(run),
        scores={
            "validation": dict(run.scores),
            **scores,
            **({"confidence": fit.scores} if fit else {}),
        },
        versions={
            "keras_s2s": __version__,
            **{name: importlib.metadata.version(name) for name in _VERSIONED},
            REQUIRED_ONNXRUNTIME: oldest_onnxruntime(options.quantization),
        },
    )
    files[contract.MODEL_CARD_FILE] = write_model_card(manifest).encode()
    manifest = replace(manifest, files=_entries(files))
    files[contract.MANIFEST_FILE] = manifest.to_json().encode()
    return manifest, files


def _entries(files: Mapping[str, bytes]) -> dict[str, FileEntry]:
    return {
        name: FileEntry(sha256_of(content), len(content))
        for name, content in files.items()
    }

"""A translation model as the translator sees it: two functions and two tokenizers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from edge_runtime.arrays import IntArray
from edge_runtime.bundle.confidence_model import ConfidenceModel
from edge_runtime.bundle.manifest import DecodingDefaults, Limits
from edge_runtime.bundle.open_bundle import Bundle, open_bundle
from edge_runtime.contract import (
    ALIGNMENT,
    BOS_ID,
    EOS_ID,
    LOG_PROBS,
    SPECIAL_IDS,
)
from edge_runtime.errors import BundleError
from edge_runtime.model.graph_contract import check_graphs
from edge_runtime.model.required_onnxruntime import check_onnxruntime
from edge_runtime.model.sessions import DecoderStepSession, EncoderSession
from edge_runtime.model.shared_weights import complete_step
from edge_runtime.search.greedy_search import DecoderStates, DecoderStep
from edge_runtime.text.slots import digit_ids, slot_ids
from edge_runtime.text.tokenizer import Tokenizer

Encoder = Callable[[npt.NDArray[np.int32]], DecoderStates]
"""From padded source ids `(batch, source_length)` to the decoder's initial states."""


@dataclass(frozen=True)
class TranslationModel:
    """Everything a translation needs, whether Keras or onnxruntime computes it.

    Attributes:
        encode: From padded source ids `(batch, source_length)` to initial states.
        step: One decoder step.
        source_tokenizer: Text to source ids.
        target_tokenizer: Target ids to text.
        limits: Longest sequences the model was made for.
        attends: Whether steps return an alignment.
        decoding: Recommended options.
        source_language: Code of the source language; empty where it is not known.
        confidence: How the confidence of a translation is computed; `None` where none
            was fitted.
    """

    encode: Encoder
    step: DecoderStep
    source_tokenizer: Tokenizer
    target_tokenizer: Tokenizer
    limits: Limits
    attends: bool
    decoding: DecodingDefaults = field(default_factory=DecodingDefaults)
    source_language: str = ""
    confidence: ConfidenceModel | None = None

    @cached_property
    def slot_ids(self) -> range | None:
        """Ids of the slots in the target vocabulary; `None` without slots."""
        if slot_ids(self.source_tokenizer) is None:
            return None
        return slot_ids(self.target_tokenizer)

    @cached_property
    def digit_ids(self) -> IntArray:
        """Ids of the target pieces with digits, those of single bytes among them."""
        return np.array(digit_ids(self.target_tokenizer), dtype=np.int64)


def load_model(bundle: str | Path | Bundle, threads: int = 1) -> TranslationModel:
    """Load a bundle into two sessions and check that everything fits together.

    Args:
        bundle: Directory or zip file, or an opened bundle.
        threads: Number of threads within one operator.

    Raises:
        BundleError: Something is missing, damaged, or does not match.
    """
    if not isinstance(bundle, Bundle):
        bundle = open_bundle(bundle)
    manifest, where = bundle.manifest, bundle.path
    check_onnxruntime(manifest, str(where))
    check_graphs(manifest, str(where))
    source_tokenizer = _load_tokenizer(bundle, manifest.source_tokenizer)
    if manifest.target_tokenizer == manifest.source_tokenizer:
        target_tokenizer = source_tokenizer
    else:
        target_tokenizer = _load_tokenizer(bundle, manifest.target_tokenizer)
    vocab_size = manifest.decoder_step.outputs[LOG_PROBS].shape[-1]
    if target_tokenizer.vocab_size != vocab_size:
        raise BundleError(
            f"{manifest.target_tokenizer} in {where} must have as many pieces as "
            f"{manifest.decoder_step.file} predicts, {vocab_size}. "
            f"Received: {target_tokenizer.vocab_size}."
        )
    encoder, step = manifest.encoder, manifest.decoder_step
    encoder_graph = bundle.read(encoder.file)
    step_name = f"{step.file} in {where}"
    step_graph = complete_step(
        bundle.read(step.file), encoder_graph, encoder.file, step_name
    )
    model = TranslationModel(
        encode=EncoderSession(
            encoder_graph, encoder, f"{encoder.file} in {where}", threads
        ),
        step=DecoderStepSession(step_graph, step, step_name, threads),
        source_tokenizer=source_tokenizer,
        target_tokenizer=target_tokenizer,
        limits=manifest.limits,
        attends=ALIGNMENT in step.outputs,
        decoding=manifest.decoding,
        source_language=manifest.source_language,
        confidence=manifest.confidence,
    )
    _try_out(model, str(where))
    return model


def _load_tokenizer(bundle: Bundle, name: str) -> Tokenizer:
    try:
        tokenizer = Tokenizer(bundle.read(name))
        # Read at once: pieces that are no text would be found out in translations.
        tokenizer.pieces  # noqa: B018 (kept by the tokenizer)
    except ValueError as error:
        raise BundleError(
            f"{name} in {bundle.path} cannot be loaded: {error}"
        ) from None
    if tokenizer.special_ids != SPECIAL_IDS:
        raise BundleError(
            f"{name} in {bundle.path} must have the special ids {SPECIAL_IDS}. "
            f"Received: {tokenizer.special_ids}."
        )
    return tokenizer


def _try_out(model: TranslationModel, where: str) -> None:
    """Run both graphs once with the highest ids, which catches what shapes cannot."""
    source_ids = np.array(
        [[BOS_ID, model.source_tokenizer.vocab_size - 1, EOS_ID]], dtype=np.int32
    )
    token_ids = np.array([model.target_tokenizer.vocab_size - 1], dtype=np.int32)
    log_probs, _ = model.step(token_ids, model.encode(source_ids))
    if np.isnan(log_probs).any() or not np.isfinite(log_probs).any():
        raise BundleError(
            f"the decoder step in {where} must return log-probs. Received: "
            f"{int(np.isfinite(log_probs).sum())} of {log_probs.size} finite."
        )

"""Keras models behind the interface of the edge runtime's translator."""

from edge_runtime.bundle.manifest import DecodingDefaults, Limits
from edge_runtime.model.translation_model import TranslationModel
from edge_runtime.text.tokenizer import Tokenizer
from keras_s2s.config import DataConfig
from keras_s2s.model.seq2seq import Seq2Seq
from keras_s2s.run.keras_step import KerasDecoderStep, KerasEncoder


def keras_translation_model(
    seq2seq: Seq2Seq,
    source_tokenizer: Tokenizer,
    target_tokenizer: Tokenizer,
    data: DataConfig,
    decoding: DecodingDefaults = DecodingDefaults(),  # noqa: B008 (frozen)
) -> TranslationModel:
    """Return what `edge_runtime.Translator` translates with, computed by Keras.

    Args:
        seq2seq: The models; later changes of their weights are seen.
        source_tokenizer: Tokenizer of the source.
        target_tokenizer: Tokenizer of the target.
        data: Holds the length limits and the source language.
        decoding: Options where a caller leaves them unset.
    """
    return TranslationModel(
        encode=KerasEncoder(seq2seq),
        step=KerasDecoderStep(seq2seq),
        source_tokenizer=source_tokenizer,
        target_tokenizer=target_tokenizer,
        limits=Limits(data.max_source_length, data.max_target_length),
        attends=seq2seq.config.attention != "none",
        decoding=decoding,
        source_language=data.source_language,
    )

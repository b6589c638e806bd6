"""Keras models behind the interface of the edge runtime's translator."""

from edge_runtime.manifest import Limits
from edge_runtime.model import TranslationModel
from edge_runtime.tokenizer import Tokenizer
from keras_s2s.config import DataConfig
from keras_s2s.evaluation.keras_step import KerasDecoderStep, KerasEncoder
from keras_s2s.models.seq2seq import Seq2Seq


def keras_translation_model(
    seq2seq: Seq2Seq,
    source_tokenizer: Tokenizer,
    target_tokenizer: Tokenizer,
    data: DataConfig,
) -> TranslationModel:
    """Return what `edge_runtime.Translator` translates with, computed by Keras.

    Args:
        seq2seq: The models; later changes of their weights are seen.
        source_tokenizer: Tokenizer of the source.
        target_tokenizer: Tokenizer of the target.
        data: Holds the length limits.
    """
    return TranslationModel(
        encode=KerasEncoder(seq2seq),
        step=KerasDecoderStep(seq2seq),
        source_tokenizer=source_tokenizer,
        target_tokenizer=target_tokenizer,
        limits=Limits(data.max_source_length, data.max_target_length),
        attends=seq2seq.config.attention != "none",
    )

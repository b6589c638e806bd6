"""Small recurrent translators trained with Keras.

The names below are imported when they are first used: what needs no TensorFlow does not
load it.
"""

import importlib
from typing import TYPE_CHECKING, Any

from edge_runtime.version import __version__

if TYPE_CHECKING:
    from edge_runtime.text.tokenizer import Tokenizer
    from edge_runtime.translation.translator import Translator
    from keras_s2s.config import DataConfig, ModelConfig, Recipe, TrainingConfig
    from keras_s2s.data.batches import TrainingBatches
    from keras_s2s.data.corpus import ParallelCorpus
    from keras_s2s.data.encoded_corpus import encode_corpus
    from keras_s2s.data.tokenizer_training import train_tokenizers
    from keras_s2s.model.bahdanau_attention import BahdanauAttention
    from keras_s2s.model.loss import SmoothedCrossEntropy
    from keras_s2s.model.seq2seq import Seq2Seq, build_seq2seq
    from keras_s2s.presets import preset_recipe
    from keras_s2s.run.keras_model import keras_translation_model
    from keras_s2s.run.run_directory import load_run
    from keras_s2s.training.metrics import Perplexity, TokenAccuracy
    from keras_s2s.training.trainer import train
    from keras_s2s.training.training_data import TrainingData

__all__ = [
    "BahdanauAttention",
    "DataConfig",
    "ModelConfig",
    "ParallelCorpus",
    "Perplexity",
    "Recipe",
    "Seq2Seq",
    "SmoothedCrossEntropy",
    "TokenAccuracy",
    "Tokenizer",
    "TrainingBatches",
    "TrainingConfig",
    "TrainingData",
    "Translator",
    "__version__",
    "build_seq2seq",
    "encode_corpus",
    "keras_translation_model",
    "load_run",
    "preset_recipe",
    "train",
    "train_tokenizers",
]

_MODULES = {
    "BahdanauAttention": "keras_s2s.model.bahdanau_attention",
    "DataConfig": "keras_s2s.config",
    "ModelConfig": "keras_s2s.config",
    "ParallelCorpus": "keras_s2s.data.corpus",
    "Perplexity": "keras_s2s.training.metrics",
    "Recipe": "keras_s2s.config",
    "Seq2Seq": "keras_s2s.model.seq2seq",
    "SmoothedCrossEntropy": "keras_s2s.model.loss",
    "TokenAccuracy": "keras_s2s.training.metrics",
    "Tokenizer": "edge_runtime.text.tokenizer",
    "TrainingBatches": "keras_s2s.data.batches",
    "TrainingConfig": "keras_s2s.config",
    "TrainingData": "keras_s2s.training.training_data",
    "Translator": "edge_runtime.translation.translator",
    "build_seq2seq": "keras_s2s.model.seq2seq",
    "encode_corpus": "keras_s2s.data.encoded_corpus",
    "keras_translation_model": "keras_s2s.run.keras_model",
    "load_run": "keras_s2s.run.run_directory",
    "preset_recipe": "keras_s2s.presets",
    "train": "keras_s2s.training.trainer",
    "train_tokenizers": "keras_s2s.data.tokenizer_training",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_MODULES[name]), name)

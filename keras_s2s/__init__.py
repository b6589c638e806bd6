"""Small recurrent translators trained with Keras."""

from typing import TYPE_CHECKING

from edge_runtime.public_names import imported_on_first_use
from keras_s2s.registration import register_with_keras

register_with_keras()

if TYPE_CHECKING:
    from edge_runtime.text.tokenizer import Tokenizer as Tokenizer
    from edge_runtime.translation.translator import Translator as Translator
    from edge_runtime.version import __version__ as __version__
    from keras_s2s.config import DataConfig as DataConfig
    from keras_s2s.config import ModelConfig as ModelConfig
    from keras_s2s.config import Recipe as Recipe
    from keras_s2s.config import TrainingConfig as TrainingConfig
    from keras_s2s.data.batches import TrainingBatches as TrainingBatches
    from keras_s2s.data.corpus import ParallelCorpus as ParallelCorpus
    from keras_s2s.data.encoded_corpus import encode_corpus as encode_corpus
    from keras_s2s.data.tokenizer_training import train_tokenizers as train_tokenizers
    from keras_s2s.model.attention import BahdanauAttention as BahdanauAttention
    from keras_s2s.model.implementation import Implementation as Implementation
    from keras_s2s.model.loss import SmoothedCrossEntropy as SmoothedCrossEntropy
    from keras_s2s.model.metrics import Perplexity as Perplexity
    from keras_s2s.model.metrics import TokenAccuracy as TokenAccuracy
    from keras_s2s.model.seq2seq import Seq2Seq as Seq2Seq
    from keras_s2s.model.seq2seq import build_seq2seq as build_seq2seq
    from keras_s2s.presets import preset_recipe as preset_recipe
    from keras_s2s.run.keras_model import (
        keras_translation_model as keras_translation_model,
    )
    from keras_s2s.run.run_directory import load_run as load_run
    from keras_s2s.training.trainer import train as train
    from keras_s2s.training.training_data import TrainingData as TrainingData

# What needs no TensorFlow does not load it.
__all__, __getattr__, __dir__ = imported_on_first_use(
    __name__,
    {
        "edge_runtime.text.tokenizer": ["Tokenizer"],
        "edge_runtime.translation.translator": ["Translator"],
        "edge_runtime.version": ["__version__"],
        "keras_s2s.config": ["DataConfig", "ModelConfig", "Recipe", "TrainingConfig"],
        "keras_s2s.data.batches": ["TrainingBatches"],
        "keras_s2s.data.corpus": ["ParallelCorpus"],
        "keras_s2s.data.encoded_corpus": ["encode_corpus"],
        "keras_s2s.data.tokenizer_training": ["train_tokenizers"],
        "keras_s2s.model.attention": ["BahdanauAttention"],
        "keras_s2s.model.implementation": ["Implementation"],
        "keras_s2s.model.loss": ["SmoothedCrossEntropy"],
        "keras_s2s.model.metrics": ["Perplexity", "TokenAccuracy"],
        "keras_s2s.model.seq2seq": ["Seq2Seq", "build_seq2seq"],
        "keras_s2s.presets": ["preset_recipe"],
        "keras_s2s.run.keras_model": ["keras_translation_model"],
        "keras_s2s.run.run_directory": ["load_run"],
        "keras_s2s.training.trainer": ["train"],
        "keras_s2s.training.training_data": ["TrainingData"],
    },
)

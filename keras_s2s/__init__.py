"""Small recurrent translators trained with Keras."""

from edge_runtime.public_names import imported_on_first_use

# What needs no TensorFlow does not load it.
with imported_on_first_use(globals()):
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
    from keras_s2s.model.bahdanau_attention import (
        BahdanauAttention as BahdanauAttention,
    )
    from keras_s2s.model.loss import SmoothedCrossEntropy as SmoothedCrossEntropy
    from keras_s2s.model.seq2seq import Seq2Seq as Seq2Seq
    from keras_s2s.model.seq2seq import build_seq2seq as build_seq2seq
    from keras_s2s.presets import preset_recipe as preset_recipe
    from keras_s2s.run.keras_model import (
        keras_translation_model as keras_translation_model,
    )
    from keras_s2s.run.run_directory import load_run as load_run
    from keras_s2s.training.metrics import Perplexity as Perplexity
    from keras_s2s.training.metrics import TokenAccuracy as TokenAccuracy
    from keras_s2s.training.trainer import TrainingData as TrainingData
    from keras_s2s.training.trainer import train as train

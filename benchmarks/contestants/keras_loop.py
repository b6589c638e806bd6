"""A run's compiled Keras models under the search of the edge runtime."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

from pathlib import Path

import tensorflow as tf

from contestants.bundle import TranslatorContestant
from contestants.serving import serve
from edge_runtime import DecodingOptions, Translator
from keras_s2s.run.keras_model import keras_translation_model
from keras_s2s.run.run_directory import load_run


def load(run: str) -> TranslatorContestant:
    """Return a run's translator: a Python loop over the compiled step.

    Args:
        run: Run directory.
    """
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    loaded = load_run(Path(run))
    model = keras_translation_model(
        loaded.seq2seq,
        loaded.source_tokenizer,
        loaded.target_tokenizer,
        loaded.recipe.data,
    )
    return TranslatorContestant(Translator(model, DecodingOptions(beam_size=1)))


if __name__ == "__main__":
    serve(load)

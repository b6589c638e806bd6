"""The third step of a training: the callbacks of a run."""

from collections.abc import Callable

import keras

from edge_runtime.translation.translator import Translator
from keras_s2s.files.layouts import LOGS_DIRECTORY
from keras_s2s.run.keras_model import keras_translation_model
from keras_s2s.training.callbacks import SaveProgress, StopWhenDiverged
from keras_s2s.training.checkpoint import Progress
from keras_s2s.training.prepared_run import PreparedRun
from keras_s2s.training.prepared_training import Training
from keras_s2s.training.training_samples import TrainingSamples
from keras_s2s.training.validation import Validation

_SAMPLES = 5
"""Validation pairs whose translations and alignments TensorBoard shows."""


def run_callbacks(
    run: PreparedRun,
    training: Training,
    progress: Progress,
    validation: Callable[..., Validation] = Validation,
) -> list[keras.callbacks.Callback]:
    """Return the callbacks of a run, in the order in which they are called.

    Args:
        run: Says what is validated and where files go.
        training: What is trained.
        progress: How far the run has come; brought up to date by them.
        validation: Makes what validates, of the arguments of `Validation`.
    """
    data = run.recipe.data
    translator = Translator(
        keras_translation_model(
            training.seq2seq, *run.tokenizers, data, run.facts.decoding
        )
    )
    logs = run.path / LOGS_DIRECTORY
    return [
        StopWhenDiverged(progress),
        validation(translator, run.valid_pairs, run.recipe, run.path, progress),
        # Writes what the ones before have logged; what is for the eye comes after it.
        SaveProgress(run.path, progress),
        TrainingSamples(
            translator,
            run.valid_pairs[:_SAMPLES],
            logs,
            source_language=data.source_language,
            target_language=data.target_language,
        ),
        keras.callbacks.TensorBoard(str(logs), write_graph=False),
    ]

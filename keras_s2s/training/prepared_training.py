"""The second step of a training: the compiled model and its batches."""

import contextlib
import sys
from dataclasses import dataclass
from typing import Any

import keras
import tensorflow as tf

from edge_runtime.text.tokenizer import Tokenizer
from keras_s2s.config import Recipe, TrainingConfig
from keras_s2s.data.batches import TrainingBatches
from keras_s2s.data.encoded_corpus import EncodedCorpus
from keras_s2s.fast.accumulation import micro_batch_count
from keras_s2s.fast.optimizer import FusedAdam
from keras_s2s.fast.processor import chosen_precision
from keras_s2s.model.implementation import Implementation
from keras_s2s.model.seq2seq import Seq2Seq, build_seq2seq
from keras_s2s.training.checkpoint import Progress
from keras_s2s.training.default_numbers import float32_by_default
from keras_s2s.training.learning_rate import learning_rate_schedule
from keras_s2s.training.multi_worker.worker_batches import WorkerBatches
from keras_s2s.training.multi_worker.workers import Workers
from keras_s2s.training.training_model import TrainingModel

_ENDLESS = 10**9


@dataclass(frozen=True)
class Training:
    """What is trained and on what, ready to start.

    Attributes:
        seq2seq: The models that share the weights.
        model: What is fitted, compiled.
        batches: The batches of this process.
    """

    seq2seq: Seq2Seq
    model: keras.Model
    batches: TrainingBatches

    def fit(
        self,
        epochs: int,
        progress: Progress,
        callbacks: list[keras.callbacks.Callback],
        verbose: Any = "auto",
    ) -> None:
        """Train through the epochs that are left."""
        self._fit(
            (progress.finished_epochs, 0),
            steps_per_epoch=len(self.batches),
            initial_epoch=progress.finished_epochs,
            epochs=epochs,
            callbacks=callbacks,
            verbose=verbose,
        )

    def fit_in_rounds(
        self,
        steps: int,
        progress: Progress,
        callbacks: list[keras.callbacks.Callback],
    ) -> None:
        """Train until a callback stops; an epoch of Keras is a round of some steps.

        Args:
            steps: Steps of a round, whatever an epoch of the corpus has.
            progress: How far the run has come; counts rounds.
            callbacks: What happens after steps and rounds.
        """
        begin = divmod(int(self.model.optimizer.iterations), len(self.batches))
        self._fit(
            begin,
            steps_per_epoch=steps,
            initial_epoch=progress.finished_epochs,
            epochs=_ENDLESS,
            callbacks=callbacks,
            verbose=0,
        )

    def _fit(
        self,
        begin: tuple[int, int],
        *,
        callbacks: list[keras.callbacks.Callback],
        verbose: Any,
        **stretch: int,
    ) -> None:
        # The progress bar belongs on stderr: stdout carries results only.
        with contextlib.redirect_stdout(sys.stderr):
            try:
                self.model.fit(
                    self.batches.dataset(*begin),
                    **stretch,
                    shuffle=False,
                    callbacks=callbacks,
                    verbose=verbose,
                )
            except Exception as error:
                if verbose:  # the bar has left its line open
                    with contextlib.suppress(OSError):
                        print(flush=True)
                if isinstance(error, tf.errors.OpError) and self.batches.failure:
                    raise self.batches.failure from None
                raise


def prepare_training(
    recipe: Recipe,
    tokenizers: tuple[Tokenizer, Tokenizer],
    corpus: EncodedCorpus,
    workers: Workers | None = None,
) -> Training:
    """Build and compile what a recipe asks for.

    Args:
        recipe: The whole recipe.
        tokenizers: Tokenizers of the source and of the target.
        corpus: The encoded training pairs.
        workers: Who trains together; None for this process alone.
    """
    keras.utils.set_random_seed(recipe.training.seed)
    source_tokenizer, target_tokenizer = tokenizers
    precision = chosen_precision(recipe.training.matmul_precision)
    # Whatever numbers the caller's own models are made of.
    with float32_by_default():
        seq2seq = build_seq2seq(
            recipe.model,
            source_tokenizer.vocab_size,
            target_tokenizer.vocab_size,
            Implementation(matmul_precision=precision),
        )
        model = TrainingModel(
            seq2seq,
            recipe.training,
            micro_batch_count(recipe.data.batch_tokens, recipe.training),
            workers,
        )
        batches = training_batches(recipe, corpus, workers)
        compile_model(model, recipe.training, len(batches))
    return Training(seq2seq, model, batches)


def compile_model(
    model: keras.Model, config: TrainingConfig, batches_per_epoch: int
) -> None:
    """Give a model its optimizer.

    Args:
        model: What `model.fit` trains.
        config: The training section of the recipe.
        batches_per_epoch: Steps in which an epoch passes.
    """
    model.compile(
        optimizer=FusedAdam(
            # With a time limit, a callback sets it.
            config.learning_rate
            if config.time_limit
            else learning_rate_schedule(config, batches_per_epoch),
            beta_1=config.adam_beta_1,
            beta_2=config.adam_beta_2,
            epsilon=config.adam_epsilon,
            global_clipnorm=config.gradient_norm or None,
            use_ema=config.weight_averaging > 0,
            ema_momentum=config.weight_averaging or 0.99,
        ),
        # Every batch has a shape of its own, and XLA would compile each of them.
        jit_compile=False,
    )
    # Variables that the first step makes would have it traced a second time.
    model.optimizer.build(model.trainable_variables)


def training_batches(
    recipe: Recipe,
    corpus: EncodedCorpus,
    workers: Workers | None = None,
) -> TrainingBatches:
    """Return the batches of this process as a recipe asks for them.

    Args:
        recipe: The whole recipe.
        corpus: The encoded pairs.
        workers: Who trains together; None for this process alone.
    """
    limits = recipe.data.batch_tokens, recipe.training.seed
    weights = recipe.data.corpus_weights
    if workers:
        return WorkerBatches(corpus, *limits, workers.cluster, corpus_weights=weights)
    return TrainingBatches(corpus, *limits, weights)

"""A recipe and parallel text to a run directory, through `model.fit`."""

import contextlib
import json
import logging
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras

from edge_runtime.text.tokenizer import Tokenizer
from edge_runtime.translation.translator import Translator
from keras_s2s.config import DataConfig, Recipe, TrainingConfig
from keras_s2s.data.batches import TrainingBatches
from keras_s2s.data.corpus import CorpusError, ParallelCorpus, SentencePair
from keras_s2s.data.encoded_corpus import EncodedCorpus, encode_corpus
from keras_s2s.data.held_out import hold_out
from keras_s2s.data.subword_sampling import SubwordSampler
from keras_s2s.fast.batch_parts import micro_batch_count
from keras_s2s.fast.optimizer import FusedAdam
from keras_s2s.fast.precision_choice import available_precision, choose_precision
from keras_s2s.fast.process_settings import prepare_process
from keras_s2s.fast.products import products_in
from keras_s2s.model.seq2seq import Seq2Seq, build_seq2seq
from keras_s2s.run.keras_model import keras_translation_model
from keras_s2s.run.run_directory import (
    CACHE_DIRECTORY,
    HELD_OUT_FILES,
    LOGS_DIRECTORY,
    SCORES_FILE,
    Run,
    RunError,
    load_run,
    prepare_directory,
    read_tokenizers,
    replace_file,
    tokenizer_files,
    write_recipe,
)
from keras_s2s.run.run_tokenizers import (
    copy_tokenizers,
    make_tokenizers,
    with_tokenizers_of,
)
from keras_s2s.training.callbacks import SaveProgress, StopWhenDiverged
from keras_s2s.training.checkpoint import Progress, restore_state
from keras_s2s.training.multi_worker.cluster import Cluster
from keras_s2s.training.multi_worker.handover import (
    Assignment,
    StayTogether,
    give_assignment,
    share_state,
)
from keras_s2s.training.multi_worker.worker_batches import WorkerBatches
from keras_s2s.training.multi_worker.workers import Workers, connect
from keras_s2s.training.training_model import TrainingModel
from keras_s2s.training.training_samples import TrainingSamples
from keras_s2s.training.validation import Validation

logger = logging.getLogger(__name__)

_SAMPLES = 5
"""Validation pairs whose translations and alignments TensorBoard shows."""


@dataclass(frozen=True)
class TrainingData:
    """The corpora of a run.

    Attributes:
        train: Pairs that are trained on.
        valid: Pairs that choose the best weights; None to hold out pairs of `train`.
    """

    train: ParallelCorpus
    valid: ParallelCorpus | None = None

    def divided(self) -> tuple[ParallelCorpus, ParallelCorpus]:
        """Return what is trained on and what is validated on; read `train` once.

        Raises:
            CorpusError: `train` is misaligned or damaged.
        """
        if self.valid is None:
            return hold_out(self.train)
        for _ in self.train:
            pass
        return self.train, self.valid


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
        precision = available_precision(progress.precision)
        # The progress bar belongs on stderr: stdout carries results only.
        with contextlib.redirect_stdout(sys.stderr), products_in(precision):
            self.model.fit(
                self.batches.dataset(progress.finished_epochs),
                steps_per_epoch=len(self.batches),
                initial_epoch=progress.finished_epochs,
                epochs=epochs,
                shuffle=False,
                callbacks=callbacks,
                verbose=verbose,
            )


def train(
    recipe: Recipe,
    data: TrainingData,
    path: Path,
    *,
    tokenizers: Path | None = None,
    resume: bool = False,
    force: bool = False,
    cluster: Cluster | None = None,
) -> Run:
    """Train a translator.

    Args:
        recipe: The whole recipe; when resuming, the run's own.
        data: The corpora.
        path: The run directory, new or empty.
        tokenizers: Run whose tokenizers are taken over; by default they are trained.
        resume: Continue the run in `path` after its last finished epoch.
        force: Replace what `path` holds.
        cluster: The workers that train along, where this process is their chief; see
            `train_together`.

    Returns:
        The run, with its best weights.

    Raises:
        ClusterError: The workers do not come together.
        CorpusError: A corpus cannot be used.
        RunError: `path` cannot be used as asked.
        TokenizerTrainingError: A vocabulary cannot be made.
        TrainingDivergedError: The loss became NaN.
    """
    prepare_process(recipe.training.operator_threads)
    # Misaligned or damaged text shows before anything is written.
    train_corpus, valid_corpus = data.divided()
    valid_pairs = [pair for pair in valid_corpus if pair.source.strip()]
    if not valid_pairs:
        raise CorpusError("A validation corpus must hold sentences that are not empty.")
    if not resume:
        if tokenizers is not None:
            recipe = with_tokenizers_of(recipe, tokenizers)
        prepare_directory(path, force)
        write_recipe(recipe, path)
        if data.valid is None:
            _write_held_out(valid_pairs, path)
    workers = connect(cluster) if cluster else None
    if not resume:
        if tokenizers is None:
            make_tokenizers(train_corpus, recipe, path)
        else:
            copy_tokenizers(tokenizers, path)
    source_tokenizer, target_tokenizer = read_tokenizers(path)
    corpus = encode_corpus(
        train_corpus,
        source_tokenizer,
        target_tokenizer,
        recipe.data,
        path / CACHE_DIRECTORY,
        progress=_counter("Tokenizing: %d pairs"),
    )
    logger.info("Training on %s.", corpus.report)

    training = prepare_training(
        recipe, (source_tokenizer, target_tokenizer), corpus, workers
    )
    progress = Progress(corpus.key, workers=len(cluster) if cluster else 1)
    if resume:
        progress = _resumed(training.model, path, progress)
    else:
        progress.precision = choose_precision(recipe.training.products)
    translator = Translator(
        keras_translation_model(
            training.seq2seq, source_tokenizer, target_tokenizer, recipe.data
        )
    )
    validation = Validation(translator, valid_pairs, recipe, path, progress)
    callbacks = [
        StopWhenDiverged(progress),
        validation,
        TrainingSamples(
            translator,
            valid_pairs[:_SAMPLES],
            path / LOGS_DIRECTORY,
            source_language=recipe.data.source_language,
            target_language=recipe.data.target_language,
        ),
        SaveProgress(path, progress),
        keras.callbacks.TensorBoard(str(path / LOGS_DIRECTORY), write_graph=False),
    ]
    goes_on = not validation.is_out_of_patience(progress.finished_epochs)
    if workers:
        models = {
            file.name: file.read_bytes() for file in tokenizer_files(path).values()
        }
        give_assignment(workers, Assignment(recipe, models, progress, goes_on))
        share_state(training.model, workers)
        callbacks.append(StayTogether(workers, progress))
    if goes_on:
        training.fit(recipe.training.epochs, progress, callbacks)
    scores = {"val_bleu": progress.best_bleu, "best_epoch": progress.best_epoch}
    replace_file(path / SCORES_FILE, (json.dumps(scores, indent=2) + "\n").encode())
    if workers:
        workers.part()
    return load_run(path)


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
    seq2seq = build_seq2seq(
        recipe.model, *(tokenizer.vocab_size for tokenizer in tokenizers)
    )
    model = TrainingModel(
        seq2seq,
        recipe.training,
        micro_batch_count(recipe.data.batch_tokens, recipe.training),
        workers,
    )
    limits = recipe.data.batch_tokens, recipe.training.seed
    options: dict[str, Any] = {
        "samplers": _samplers(recipe.data, *tokenizers),
        "twice": recipe.training.consistency > 0,
    }
    batches: TrainingBatches
    if workers:
        batches = WorkerBatches(corpus, *limits, workers.cluster, **options)
    else:
        batches = TrainingBatches(corpus, *limits, **options)
    compile_model(model, recipe.training, len(batches))
    return Training(seq2seq, model, batches)


def compile_model(
    model: keras.Model, config: TrainingConfig, batches_per_epoch: int
) -> None:
    """Give a model its optimizer.

    Args:
        model: What `model.fit` trains.
        config: The training part of the recipe.
        batches_per_epoch: Steps in which an epoch passes.
    """
    total_steps = config.epochs * batches_per_epoch
    warmup_steps = min(
        math.ceil(config.warmup_epochs * batches_per_epoch), total_steps - 1
    )
    schedule = keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0 if warmup_steps else config.learning_rate,
        decay_steps=total_steps - warmup_steps,
        alpha=min(1.0, config.final_learning_rate / config.learning_rate),
        warmup_target=config.learning_rate if warmup_steps else None,
        warmup_steps=warmup_steps,
    )
    model.compile(
        optimizer=FusedAdam(
            schedule,
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


def _samplers(
    config: DataConfig, source: Tokenizer, target: Tokenizer
) -> tuple[SubwordSampler, SubwordSampler] | None:
    if not config.subword_sampling:
        return None
    alpha = config.subword_sampling
    return (
        SubwordSampler(source, alpha, config.max_source_length),
        SubwordSampler(target, alpha, config.max_target_length),
    )


def _write_held_out(pairs: Sequence[SentencePair], path: Path) -> None:
    """Write the pairs that are validated on, for whoever wants to score them again."""
    logger.info(
        "Validating on %d pairs held out of the training text: %s.",
        len(pairs),
        " and ".join(str(path / name) for name in HELD_OUT_FILES),
    )
    for name, side in zip(HELD_OUT_FILES, ("source", "target"), strict=True):
        text = "".join(f"{getattr(pair, side)}\n" for pair in pairs)
        replace_file(path / name, text.encode())


def _resumed(model: keras.Model, path: Path, expected: Progress) -> Progress:
    """Restore a run's state; refuse other text, or other workers, than it had."""
    progress = restore_state(model, path)
    if progress.data_key != expected.data_key:
        raise RunError(
            f"Resuming {path} needs the training text it was started with, and "
            "validation pairs if it was given some. The given text is different."
        )
    if progress.workers != expected.workers:
        raise RunError(
            f"Resuming {path} needs as many workers as it was started with, "
            f"{progress.workers}. Received: {expected.workers}."
        )
    return progress


def _counter(message: str) -> Callable[[int], None]:
    return lambda count: logger.info(message, count)

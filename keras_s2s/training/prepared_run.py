"""The first step of a training: the run directory, and all of it that is text."""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from edge_runtime.text.tokenizer import Tokenizer
from keras_s2s.cleaning.quick_checks import QuickChecks
from keras_s2s.cleaning.report import quick_report
from keras_s2s.config import Recipe
from keras_s2s.data.corpus import Corpus, CorpusError, SentencePair
from keras_s2s.data.corpus_weights import require_weights
from keras_s2s.data.encoded_corpus import EncodedCorpus, encode_corpus
from keras_s2s.data.pair_files import write_pairs
from keras_s2s.data.slots.text_facts import TextFacts
from keras_s2s.data.tokenizer_training import VocabularyTooLargeError
from keras_s2s.fast.processor import chosen_precision
from keras_s2s.files.layouts import CACHE_DIRECTORY, HELD_OUT_FILES
from keras_s2s.run.run_directory import (
    read_recipe,
    read_tokenizers,
    write_recipe,
    write_text_facts,
)
from keras_s2s.run.run_tokenizers import (
    copy_tokenizers,
    make_tokenizers,
    with_tokenizers_of,
)
from keras_s2s.training.multi_worker.cluster import Cluster
from keras_s2s.training.multi_worker.workers import Workers, connect
from keras_s2s.training.training_data import TrainingData

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class PreparedRun:
    """A run directory with its recipe, its tokenizers and its encoded text.

    Attributes:
        path: The run directory.
        recipe: What it trains; fits the tokenizers.
        tokenizers: Tokenizers of the source and of the target.
        corpus: The encoded training pairs.
        valid_pairs: Validation pairs, none of them with an empty source.
        workers: Who trains together; None for this process alone.
        facts: What the run says about spans and sentences of its text.
    """

    path: Path
    recipe: Recipe
    tokenizers: tuple[Tokenizer, Tokenizer]
    corpus: EncodedCorpus
    valid_pairs: Sequence[SentencePair]
    workers: Workers | None
    facts: TextFacts


def prepare_run(
    recipe: Recipe,
    data: TrainingData,
    path: Path,
    *,
    tokenizers: Path | None = None,
    at_most: Collection[str] = (),
    resume: bool = False,
    cluster: Cluster | None = None,
    facts: TextFacts | None = None,
) -> PreparedRun:
    """Fill a run directory with its tokenizers and the tokenized training text.

    The training text is read once to check it and to hold out pairs, once to train
    tokenizers and once to tokenize it; the last two are spared where another run has
    the tokenizers, or where this one has tokenized the text before.

    Args:
        recipe: The whole recipe; when resuming, the run's own.
        data: The corpora.
        path: An empty directory, made if it is not there; the run when resuming.
        tokenizers: Run whose tokenizers are taken over; by default they are trained.
        at_most: Names of the sizes of vocabularies that become as small as the text
            wants them; others are an error where the text cannot fill them.
        resume: Whether the run is continued.
        cluster: The workers that train along.
        facts: What the run is to say about spans and sentences; by default, what the
            training text does.

    Raises:
        ClusterError: The workers do not come together.
        CorpusError: A corpus cannot be used.
        RunError: The run in `path`, or the one of the tokenizers, is incomplete.
        TokenizerTrainingError: A vocabulary cannot be made.
    """
    require_weights(recipe.data.corpus_weights, data.train.corpus_count)
    # Misaligned or damaged text shows before anything is written.
    checks = None if resume else QuickChecks()
    train_corpus, valid_corpus = data.divided(
        checks.add if checks is not None else None
    )
    valid_pairs = [pair for pair in valid_corpus if pair.source.strip()]
    if not valid_pairs:
        raise CorpusError("A validation corpus must hold sentences that are not empty.")
    if checks is not None:
        given = valid_pairs if data.valid is not None else []
        logger.info("%s.", quick_report(checks, given))
        del checks  # the keys of all pairs
    if resume:
        read_recipe(path, trained=False)
    else:
        recipe = _begin(recipe, path, tokenizers)
        if data.valid is None:
            _write_held_out(valid_pairs, path)
    # Before the work on the text, for which the others would have to wait unseen.
    workers = connect(cluster) if cluster else None
    if not resume:
        if tokenizers is None:
            recipe = _make_tokenizers(train_corpus, recipe, path, at_most)
        else:
            copy_tokenizers(tokenizers, path)
    both_tokenizers = read_tokenizers(path)
    corpus = encode_corpus(
        train_corpus,
        *both_tokenizers,
        recipe.data,
        path / CACHE_DIRECTORY,
        progress=_log_pairs,
    )
    logger.info("Training on %s.", corpus.report)
    logger.info("Of the text: %s.", corpus.facts)
    facts = facts or corpus.facts
    write_text_facts(facts, path)
    return PreparedRun(
        path, recipe, both_tokenizers, corpus, valid_pairs, workers, facts
    )


def _begin(recipe: Recipe, path: Path, tokenizers: Path | None) -> Recipe:
    """Write the recipe that is returned into the directory of a new run."""
    if tokenizers is not None:
        recipe = with_tokenizers_of(recipe, tokenizers)
    recipe = _for_this_processor(recipe)
    path.mkdir(parents=True, exist_ok=True)
    write_recipe(recipe, path)
    return recipe


def _make_tokenizers(
    corpus: Corpus, recipe: Recipe, path: Path, at_most: Collection[str]
) -> Recipe:
    """Train the tokenizers, and return the recipe that they fit."""
    try:
        make_tokenizers(corpus, recipe, path)
    except VocabularyTooLargeError as error:
        if error.setting not in at_most:
            raise
        logger.info(
            "The text yields %d pieces: %s=%d.", error.most, error.setting, error.most
        )
        recipe = recipe.with_settings({error.setting: str(error.most)})
        write_recipe(recipe, path)
        # Each vocabulary is too large once.
        rest = set(at_most) - {error.setting}
        return _make_tokenizers(corpus, recipe, path, rest)
    return recipe


def _for_this_processor(recipe: Recipe) -> Recipe:
    """Return the recipe with the precision that "auto" stands for on this processor.

    So that a run that is resumed, or shared with other workers, goes on as it began.
    """
    precision = chosen_precision(recipe.training.matmul_precision)
    logger.info("Matrix multiplications: %s.", precision)
    training = replace(recipe.training, matmul_precision=precision)
    return replace(recipe, training=training)


def _write_held_out(pairs: Sequence[SentencePair], path: Path) -> None:
    """Write the pairs that are validated on, for whoever wants to score them again."""
    logger.info(
        "Validating on %d pairs held out of the training text: %s of the run.",
        len(pairs),
        " and ".join(HELD_OUT_FILES),
    )
    write_pairs(pairs, *(path / name for name in HELD_OUT_FILES))


def _log_pairs(count: int) -> None:
    logger.info("Tokenizing: %d pairs", count)

"""Where the tokenizers of a run come from: trained on its text, or another run's."""

import logging
from dataclasses import replace
from pathlib import Path

from edge_runtime import contract
from keras_s2s.config import Recipe
from keras_s2s.data.corpus import Corpus
from keras_s2s.data.tokenizer_check import require_special_ids, warn_of_page
from keras_s2s.data.tokenizer_training import train_tokenizers
from keras_s2s.run.run_directory import (
    read_recipe,
    read_tokenizers,
    tokenizer_files,
    write_tokenizers,
)
from keras_s2s.run.run_file import read_run_file

logger = logging.getLogger(__name__)

_DECIDED_BY_TOKENIZERS = (
    "source_vocab_size",
    "target_vocab_size",
    "shared_vocabulary",
    "tokenizer_model",
    "normalization",
    "character_coverage",
    # Only vocabularies with slots can be trained with them.
    "slot_share",
    "drawn_slot_share",
)


def with_tokenizers_of(recipe: Recipe, run: Path) -> Recipe:
    """Return a recipe that fits the tokenizers of another run.

    Raises:
        ConfigError: The model needs a vocabulary of another kind.
        RunError: `run` is no run directory, or lacks tokenizers.
        TokenizerError: They have other special ids.
    """
    data = read_recipe(run).data
    files = tokenizer_files(run)
    for file, tokenizer in dict(
        zip(files.values(), read_tokenizers(run), strict=True)
    ).items():
        require_special_ids(tokenizer, str(file))
        warn_of_page(tokenizer, str(file))
    values = {name: getattr(data, name) for name in _DECIDED_BY_TOKENIZERS}
    return replace(recipe, data=replace(recipe.data, **values))


def copy_tokenizers(run: Path, path: Path) -> None:
    """Give the run in `path` the tokenizers of another run."""
    files = set(tokenizer_files(run).values())
    write_tokenizers({file.name: read_run_file(file) for file in files}, path)


def make_tokenizers(corpus: Corpus, recipe: Recipe, path: Path) -> None:
    """Train the tokenizers of the run in `path`.

    Raises:
        TokenizerTrainingError: A vocabulary cannot be made.
    """
    logger.info("Training the tokenizers.")
    source, target = train_tokenizers(corpus, recipe.data)
    models = (
        {contract.SHARED_TOKENIZER_FILE: source}
        if recipe.data.shared_vocabulary
        else {
            contract.SOURCE_TOKENIZER_FILE: source,
            contract.TARGET_TOKENIZER_FILE: target,
        }
    )
    write_tokenizers(models, path)

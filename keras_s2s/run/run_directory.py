"""The directory of one training run, and how to load what it holds."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import keras

from edge_runtime import contract
from edge_runtime.bundle.manifest import DecodingDefaults
from edge_runtime.files.replacement import replace_file
from edge_runtime.text.tokenizer import Tokenizer
from keras_s2s.config import ConfigError, ModelConfig, Recipe
from keras_s2s.data.slots.text_facts import TextFacts
from keras_s2s.files.layouts import (
    CONFIG_FILE,
    SCORES_FILE,
    TEXT_FACTS_FILE,
)
from keras_s2s.model.seq2seq import Seq2Seq, build_seq2seq
from keras_s2s.run.hdf5_weights import read_hdf5_weights
from keras_s2s.run.weights import (
    WeightsError,
    assign_weights,
    weights_from_bytes,
    weights_to_bytes,
)

Weights = Literal["best", "last"]


class RunError(ValueError):
    """A run directory is incomplete or cannot be used as asked."""


@dataclass(frozen=True)
class Run:
    """A trained translator.

    Attributes:
        path: The run directory.
        recipe: What it was made from.
        seq2seq: The models, with their weights loaded.
        source_tokenizer: Tokenizer of the source.
        target_tokenizer: Tokenizer of the target.
        tokenizer_files: Model files by side; the same file twice for a shared one.
        scores: What validation measured for the best weights.
        decoding: Decoding options that fit the training text.
    """

    path: Path
    recipe: Recipe
    seq2seq: Seq2Seq
    source_tokenizer: Tokenizer
    target_tokenizer: Tokenizer
    tokenizer_files: Mapping[str, Path]
    scores: Mapping[str, Any] = field(default_factory=dict)
    decoding: DecodingDefaults = field(default_factory=DecodingDefaults)


def load_run(path: Path, weights: Weights = "best") -> Run:
    """Rebuild a run's models from its recipe and load its weights.

    Args:
        path: The run directory.
        weights: The weights with the best validation BLEU, or the last ones.

    Raises:
        RunError: A file is missing or does not fit the others.
    """
    recipe = read_recipe(path)
    source_tokenizer, target_tokenizer = read_tokenizers(path)
    seq2seq = build_seq2seq(
        recipe.model, source_tokenizer.vocab_size, target_tokenizer.vocab_size
    )
    load_weights(seq2seq.training, path, weights, recipe.model)
    scores_path = path / SCORES_FILE
    return Run(
        path=path,
        recipe=recipe,
        seq2seq=seq2seq,
        source_tokenizer=source_tokenizer,
        target_tokenizer=target_tokenizer,
        tokenizer_files=tokenizer_files(path),
        scores=json.loads(scores_path.read_text()) if scores_path.exists() else {},
        decoding=read_text_facts(path).decoding,
    )


def read_recipe(path: Path, *, trained: bool = True) -> Recipe:
    """Read `config.json`, of this release or an earlier one.

    Args:
        path: The run directory.
        trained: Whether the trained weights are wanted, rather than to train on: then
            removed keys that only decided how they were found do not matter.

    Raises:
        RunError: It is missing, no recipe, or one that this release cannot follow.
    """
    file = path / CONFIG_FILE
    try:
        values = json.loads(file.read_bytes())
        return Recipe.from_json(values, trained=trained)
    except FileNotFoundError:
        raise RunError(
            f"A run directory must hold {CONFIG_FILE}. {path} does not; "
            "make a run with `keras-s2s train`."
        ) from None
    except (json.JSONDecodeError, UnicodeDecodeError, ConfigError) as error:
        raise RunError(f"{file} cannot be used as a recipe: {error}") from None


def write_recipe(recipe: Recipe, path: Path) -> None:
    """Write `config.json`."""
    text = json.dumps(recipe.to_json(), indent=2, ensure_ascii=False) + "\n"
    replace_file(path / CONFIG_FILE, text.encode())


def write_text_facts(facts: TextFacts, path: Path) -> None:
    """Write `text.json`."""
    text = json.dumps(facts.to_json(), indent=2) + "\n"
    replace_file(path / TEXT_FACTS_FILE, text.encode())


def read_text_facts(path: Path) -> TextFacts:
    """Read `text.json`; runs that were made earlier do not have it.

    Raises:
        RunError: It is damaged.
    """
    file = path / TEXT_FACTS_FILE
    try:
        return TextFacts.from_json(json.loads(file.read_bytes()))
    except FileNotFoundError:
        return TextFacts()
    except (ValueError, LookupError, TypeError, AttributeError):
        raise RunError(
            f"{file} is damaged. Delete it to export with the usual options."
        ) from None


def tokenizer_files(path: Path) -> dict[str, Path]:
    """Return a run's SentencePiece model files by side.

    Raises:
        RunError: There are none.
    """
    shared = path / contract.SHARED_TOKENIZER_FILE
    if shared.exists():
        return {"source": shared, "target": shared}
    files = {
        "source": path / contract.SOURCE_TOKENIZER_FILE,
        "target": path / contract.TARGET_TOKENIZER_FILE,
    }
    missing = [file.name for file in files.values() if not file.exists()]
    if missing:
        raise RunError(
            f"A run directory must hold its tokenizers. {path} lacks "
            f"{' and '.join(missing)} (or {contract.SHARED_TOKENIZER_FILE})."
        )
    return files


def read_tokenizers(path: Path) -> tuple[Tokenizer, Tokenizer]:
    """Return the source and the target tokenizer of a run.

    Raises:
        RunError: One is missing or damaged.
    """
    files = tokenizer_files(path)
    try:
        source = Tokenizer.from_file(files["source"])
        if files["source"] == files["target"]:
            return source, source
        return source, Tokenizer.from_file(files["target"])
    except ValueError as error:
        raise RunError(f"A tokenizer in {path} is damaged: {error}") from None


def weights_file(path: Path, weights: Weights) -> Path:
    """Return the file of the best or the last weights."""
    return path / f"{weights}.weights.npz"


def load_weights(
    model: keras.Model, path: Path, weights: Weights, config: ModelConfig
) -> None:
    """Load weights into a model of the run's architecture.

    Raises:
        RunError: The file is missing, damaged or does not fit.
    """
    file = weights_file(path, weights)
    earlier_file = file.with_suffix(".h5")
    try:
        if not file.exists() and earlier_file.exists():
            file = earlier_file
            assign_weights(model, read_hdf5_weights(file, config))
        else:
            assign_weights(model, weights_from_bytes(file.read_bytes()))
    except FileNotFoundError:
        raise RunError(
            f"{path} holds no {file.name}: training has not come to a first "
            "checkpoint yet."
        ) from None
    except WeightsError as error:
        raise RunError(f"{file} does not fit {CONFIG_FILE}: {error}") from None


def save_weights(model: keras.Model, path: Path, weights: Weights) -> None:
    """Write weights beside, then rename: a reader sees the old file or the new one."""
    replace_file(weights_file(path, weights), weights_to_bytes(model))

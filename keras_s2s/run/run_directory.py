"""The directory of one training run, and how to load what it holds."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import keras

from edge_runtime import contract
from edge_runtime.bundle.json_fields import parse_json
from edge_runtime.bundle.manifest import DecodingDefaults, sha256_of
from edge_runtime.errors import BundleError
from edge_runtime.files.replacement import replace_file
from edge_runtime.text.tokenizer import Tokenizer
from keras_s2s.config import ConfigError, ModelConfig, Recipe
from keras_s2s.data.slots.text_facts import TextFacts
from keras_s2s.files.layouts import (
    CONFIG_FILE,
    SCORES_FILE,
    TEXT_FACTS_FILE,
    TOKENIZER_CHECKSUMS_FILE,
)
from keras_s2s.model.seq2seq import Seq2Seq, build_seq2seq
from keras_s2s.run.hdf5_weights import read_hdf5_weights
from keras_s2s.run.run_file import RunError, read_run_file, require_regular
from keras_s2s.run.weights import (
    DamagedWeightsError,
    WeightsError,
    assign_weights,
    weights_from_bytes,
    weights_to_bytes,
)

Weights = Literal["best", "last"]


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
    return Run(
        path=path,
        recipe=recipe,
        seq2seq=seq2seq,
        source_tokenizer=source_tokenizer,
        target_tokenizer=target_tokenizer,
        tokenizer_files=tokenizer_files(path),
        scores=read_scores(path),
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
        return Recipe.from_json(_read_json(file), trained=trained)
    except FileNotFoundError:
        raise RunError(
            f"A run directory must hold {CONFIG_FILE}. {path} does not; "
            "make a run with `keras-s2s train`."
        ) from None
    except ConfigError as error:
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
    require_regular(file)
    try:
        return TextFacts.from_json(_read_json(file))
    except FileNotFoundError:
        return TextFacts()
    except ValueError as error:
        raise RunError(
            f"{error} {file} is damaged. Delete it to export with the usual options."
        ) from None


def read_scores(path: Path) -> dict[str, Any]:
    """Read `scores.json`; empty if training has not ended yet.

    Raises:
        RunError: It is damaged.
    """
    file = path / SCORES_FILE
    try:
        scores = _read_json(file)
    except FileNotFoundError:
        return {}
    if not isinstance(scores, dict) or not all(
        _is_score(name, value) for name, value in scores.items()
    ):
        raise RunError(
            f"{file} is damaged: it must hold scores by name. Delete it to export "
            "without them."
        )
    return scores


def _is_score(name: str, value: object) -> bool:
    if name.startswith("val_"):
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        # Sums round; -1 stands for none.
        return is_number and -1 <= value <= 100.001  # type: ignore[operator]
    return isinstance(value, int | float | str)


def _read_json(file: Path) -> Any:
    """Return the content of one of a run's JSON files.

    Raises:
        FileNotFoundError: It is not there.
        RunError: It cannot be read, or is no JSON.
    """
    try:
        return parse_json(read_run_file(file), str(file))
    except BundleError as error:
        raise RunError(str(error)) from None


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
    checksums = _read_checksums(path)
    try:
        source = _read_tokenizer(files["source"], checksums)
        if files["source"] == files["target"]:
            return source, source
        return source, _read_tokenizer(files["target"], checksums)
    except RunError:
        raise
    except ValueError as error:
        raise RunError(f"A tokenizer in {path} is damaged: {error}") from None


def _read_tokenizer(file: Path, checksums: Mapping[str, str]) -> Tokenizer:
    content = read_run_file(file)
    if checksums and checksums.get(file.name) != sha256_of(content):
        raise ValueError(f"{file.name} is not the one that the run was trained with.")
    return Tokenizer(content)


def write_tokenizers(models: Mapping[str, bytes], path: Path) -> None:
    """Write SentencePiece models under their names, and their checksums.

    Training and export read the same files, so no comparison of the two finds a
    changed one.
    """
    for name, content in models.items():
        replace_file(path / name, content)
    checksums = {name: sha256_of(content) for name, content in models.items()}
    text = json.dumps(checksums, indent=2) + "\n"
    replace_file(path / TOKENIZER_CHECKSUMS_FILE, text.encode())


def _read_checksums(path: Path) -> Mapping[str, str]:
    """Return the checksums of a run's tokenizers; earlier runs have none."""
    try:
        checksums = _read_json(path / TOKENIZER_CHECKSUMS_FILE)
    except FileNotFoundError:
        return {}
    if not isinstance(checksums, dict):
        raise RunError(
            f"{path / TOKENIZER_CHECKSUMS_FILE} must hold checksums by file."
        )
    return checksums


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
            require_regular(file)
            assign_weights(model, read_hdf5_weights(file, config))
        else:
            assign_weights(model, weights_from_bytes(read_run_file(file)))
    except FileNotFoundError:
        raise RunError(
            f"{path} holds no {file.name}: training has not come to a first "
            "checkpoint yet."
        ) from None
    except DamagedWeightsError as error:
        raise RunError(f"{file} cannot be used. {error}") from None
    except WeightsError as error:
        raise RunError(f"{file} does not fit {CONFIG_FILE}: {error}") from None


def save_weights(model: keras.Model, path: Path, weights: Weights) -> None:
    """Write weights beside, then rename: a reader sees the old file or the new one."""
    replace_file(weights_file(path, weights), weights_to_bytes(model))

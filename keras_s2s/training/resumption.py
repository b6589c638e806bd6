"""Whether a run that is resumed goes on as it began: recipe, texts, workers."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from keras_s2s.config import ConfigError, Recipe
from keras_s2s.data.corpus import SentencePair
from keras_s2s.fast.processor import chosen_precision
from keras_s2s.files.layouts import CONFIG_FILE
from keras_s2s.run.run_file import RunError
from keras_s2s.training.checkpoint import read_progress

_OF_THE_MACHINE = frozenset({"operator_threads", "measured_speed"})
"""Keys that may be others where a run goes on: what they decide is how fast."""


def require_same_recipe(recipe: Recipe, path: Path) -> None:
    """Refuse to resume a run by another recipe than the one it was trained by.

    More epochs are no other recipe. States that earlier versions wrote do not say what
    the recipe was, and pass.

    Args:
        recipe: What is to be trained now.
        path: The run directory.

    Raises:
        RunError: There is no state, or values have changed; all are named.
    """
    before = read_progress(path).recipe
    if not before:
        return
    try:
        # Keys that later versions added have their defaults, renamed ones their names.
        trained = _values(Recipe.from_json(before, trained=True))
    except ConfigError as error:
        raise RunError(
            f"{path} was trained by another version of keras-s2s, whose runs this one "
            f"cannot resume: {error}"
        ) from None
    given = _values(recipe)
    changed = [
        key
        for key, value in given.items()
        if value != trained[key] and not (key == "epochs" and value > trained[key])
    ]
    if changed:
        raise RunError(
            f"Resuming {path} needs the recipe that it was trained by: "
            f"{_listed(trained, changed)}. Received: {_listed(given, changed)}. Set "
            f"{CONFIG_FILE} back, or give it as --config to train another run."
        )


def require_same_start(
    path: Path, data_key: str, validation_key: str, workers: int
) -> None:
    """Refuse to resume a run with other texts or workers than those it began with.

    Args:
        path: The run directory.
        data_key: Name of the encoded corpus that is given now.
        validation_key: Checksum of the validation pairs that are given now.
        workers: Processes that train now.

    Raises:
        RunError: There is no state, or the run had other text, or another number of
            workers.
    """
    progress = read_progress(path)
    if progress.data_key != data_key:
        raise RunError(
            f"Resuming {path} needs the training text it was started with, and "
            "validation pairs if it was given some. The given text is different."
        )
    if progress.validation_key not in ("", validation_key):
        raise RunError(
            f"Resuming {path} needs the validation text it was started with, which "
            "chooses the best weights. The given text is different."
        )
    if progress.workers != workers:
        raise RunError(
            f"Resuming {path} needs as many workers as it was started with, "
            f"{progress.workers}. Received: {workers}."
        )


def pairs_key(pairs: Iterable[SentencePair]) -> str:
    """Return a checksum of sentence pairs and their order."""
    digest = hashlib.sha256()
    for pair in pairs:
        digest.update(json.dumps([pair.source, pair.target]).encode())
    return digest.hexdigest()


def _values(recipe: Recipe) -> dict[str, Any]:
    """Return what decides the weights of a recipe, by key."""
    # "auto" is what this processor makes of it.
    precision = chosen_precision(recipe.training.matmul_precision)
    training = replace(recipe.training, matmul_precision=precision)
    parts = replace(recipe, training=training).to_json().values()
    return {
        key: value
        for part in parts
        for key, value in part.items()
        if key not in _OF_THE_MACHINE
    }


def _listed(values: dict[str, Any], keys: list[str]) -> str:
    return ", ".join(f"{key}={json.dumps(values[key])}" for key in keys)

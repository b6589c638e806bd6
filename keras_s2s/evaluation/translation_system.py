"""A training run or a bundle, opened for evaluation."""

import csv
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from edge_runtime.bundle.open_bundle import open_bundle
from edge_runtime.contract import MANIFEST_FILE, MODEL_CARD_FILE
from edge_runtime.model.translation_model import load_model
from edge_runtime.translation.decoding_options import DecodingOptions
from edge_runtime.translation.translator import Translator
from keras_s2s.evaluation.shown_path import shown_path

_RUN_FILE = "config.json"


@dataclass(frozen=True)
class TranslationSystem:
    """A system to evaluate: its translator and its description.

    Attributes:
        name: Name of its directory or file, see `shown_path`.
        kind: A run is computed by Keras, a bundle by onnxruntime.
        translator: Its translator.
        source_language: Language code of the input.
        target_language: Language code of the output.
        facts: Content of a bundle's `bundle.json` or of a run's `config.json`.
        model_card: Text of a bundle's README.md; empty for a run.
        history: What each epoch of a run logged, in order; empty for a bundle.
    """

    name: str
    kind: Literal["run", "bundle"]
    translator: Translator
    source_language: str
    target_language: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    model_card: str = ""
    history: Sequence[Mapping[str, float]] = ()

    def description(self) -> dict[str, str]:
        """Return its identity as a plain object."""
        return {
            "name": self.name,
            "kind": self.kind,
            "source_language": self.source_language,
            "target_language": self.target_language,
        }


def open_system(
    path: Path, options: DecodingOptions | None = None, *, threads: int = 1
) -> TranslationSystem:
    """Open a run directory or a bundle.

    Keras and TensorFlow are imported for a run only.

    Args:
        path: Directory with `config.json` or `bundle.json`, or a zipped bundle.
        options: How to decode.
        threads: Number of threads of onnxruntime within one operator.

    Raises:
        BundleError: The bundle is incomplete, damaged or too new.
        ValueError: The path is neither, or the run cannot be loaded.
    """
    if _is_bundle(path):
        return _open_bundle(path, options, threads)
    if is_run(path):
        return _open_run(path, options)
    raise ValueError(
        f"A system must be a run directory (with {_RUN_FILE}) or a bundle (a directory "
        f"with {MANIFEST_FILE}, or a zip file). Received: {path}"
        f"{'' if path.exists() else ', which does not exist'}."
    )


def is_run(path: Path) -> bool:
    """Return whether a path is opened as a run, which needs Keras and TensorFlow."""
    return (path / _RUN_FILE).is_file() and not _is_bundle(path)


def read_history(path: Path) -> tuple[Mapping[str, float], ...]:
    """Read the `history.csv` of a run.

    Args:
        path: The file.

    Returns:
        What each epoch logged; a value that an epoch did not log is left out. Nothing
        where there is no file yet.
    """
    if not path.is_file():
        return ()
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(
            {name: float(value) for name, value in row.items() if value}
            for row in csv.DictReader(file)
        )


def _is_bundle(path: Path) -> bool:
    # A device or a pipe would be read, and may never end.
    is_archive = path.is_file() and zipfile.is_zipfile(path)
    return is_archive or (path / MANIFEST_FILE).is_file()


def _open_bundle(
    path: Path, options: DecodingOptions | None, threads: int
) -> TranslationSystem:
    bundle = open_bundle(path)
    manifest = bundle.manifest
    card = ""
    if MODEL_CARD_FILE in manifest.files:
        card = bundle.read(MODEL_CARD_FILE).decode("utf-8", "replace")
    return TranslationSystem(
        name=shown_path(path.resolve().name),
        kind="bundle",
        translator=Translator(load_model(bundle, threads), options),
        source_language=manifest.source_language,
        target_language=manifest.target_language,
        facts=json.loads(manifest.to_json()),
        model_card=card,
    )


def _open_run(path: Path, options: DecodingOptions | None) -> TranslationSystem:
    # A bundle must be evaluated without TensorFlow, which these import.
    from keras_s2s.files.layouts import HISTORY_FILE
    from keras_s2s.run.keras_model import keras_translation_model
    from keras_s2s.run.run_directory import load_run

    run = load_run(path)
    data = run.recipe.data
    model = keras_translation_model(
        run.seq2seq, run.source_tokenizer, run.target_tokenizer, data, run.decoding
    )
    return TranslationSystem(
        name=shown_path(path.resolve().name),
        kind="run",
        translator=Translator(model, options),
        source_language=data.source_language,
        target_language=data.target_language,
        facts=run.recipe.to_json(),
        history=read_history(path / HISTORY_FILE),
    )

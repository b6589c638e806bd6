"""The main job, end to end, on the embedded phrasebook: train, export, translate."""

import json
import logging
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from edge_runtime.files.replacement import replace_file
from edge_runtime.translation.translator import Translator
from keras_s2s.config import Recipe
from keras_s2s.data.corpus import ParallelCorpus
from keras_s2s.files.layouts import DEMONSTRATION_FILE
from keras_s2s.phrasebook import (
    HELD_OUT_SOURCE,
    HELD_OUT_TARGET,
    build_splits,
    generate_tastes,
    write_splits,
)
from keras_s2s.presets import preset_recipe

logger = logging.getLogger(__name__)

SYSTEMS = {"bahdanau": "Bahdanau attention", "none": "fixed context"}

_PAIRS = 12_000

_RECIPE = {
    "source_language": "zh",
    "target_language": "en",
    # Of some 130 words.
    "source_vocab_size": "200",
    "target_vocab_size": "200",
    # Many small steps: without attention it takes a while until the decoder reads the
    # context at all.
    "batch_tokens": "600",
    "learning_rate": "0.003",
    # Attention knows this world after some three epochs.
    "patience": "1",
    # One vector has to hold the sentence: wide, and read from both ends.
    "units": "256",
    "encoder_units": "128",
    "bidirectional": "true",
}
"""What differs from the preset `tiny`, the same for both systems."""

_LENGTH_EDGES = (1, 10, 15, 20, 30, 40)
"""Shortest sources of the chart's groups, in tokens: five or so a clause."""

_OFFLINE_TRANSLATION = """
import json, sys
from edge_runtime import Translator
translation = Translator(sys.argv[1]).translate(sys.argv[2])
loaded = [name for name in ("tensorflow", "keras") if name in sys.modules]
print(json.dumps({"text": translation.text, "loaded": loaded}))
"""
"""Runs in a process of its own, as on a device: the edge runtime and nothing else."""


class DemoError(RuntimeError):
    """A step of the demonstration failed; the message says which and how."""


def run_demo(
    directory: Path, *, epochs: int, seed: int, report: Callable[[str], None]
) -> None:
    """Train both systems, export them, and show what they are worth.

    Args:
        directory: Gets `data`, `runs`, `bundles` and the two pictures.
        epochs: Most epochs of each training; it ends when validation no longer gains.
        seed: Decides the phrasebook's sentences and both trainings.
        report: Called with each result as a line of text.

    Raises:
        DemoError: An export or the offline translation failed.
    """
    start = time.perf_counter()
    # By which --force knows what it may replace.
    made = {"demonstration": "keras-s2s demo", "epochs": epochs, "seed": seed}
    replace_file(directory / DEMONSTRATION_FILE, json.dumps(made).encode() + b"\n")
    data = directory / "data"
    splits = build_splits(_PAIRS, seed=seed, draw=generate_tastes)
    write_splits(data, splits)
    report(
        f"phrasebook: {len(splits.train)} training, {len(splits.valid)} validation and "
        f"{len(splits.test)} test pairs"
    )
    bundles = {}
    for attention, name in SYSTEMS.items():
        logger.info("Training the model with %s.", name)
        recipe = demo_recipe(attention, epochs, seed)
        run = directory / "runs" / attention
        bundles[attention] = directory / "bundles" / attention
        bundles[attention].parent.mkdir(exist_ok=True)
        _train(recipe, data, run)
        _export(run, bundles[attention])
    found = translate_offline(bundles["bahdanau"], HELD_OUT_SOURCE)
    report(f"{HELD_OUT_SOURCE} → {found['text']}")
    report(
        "translated from the ONNX bundle; TensorFlow in that process: "
        + ("loaded" if found["loaded"] else "never imported")
    )
    if found["text"] != HELD_OUT_TARGET:
        logger.warning("Expected: %s", HELD_OUT_TARGET)
    _evaluate(directory, bundles, report)
    report(f"{(time.perf_counter() - start) / 60:.1f} minutes")


def demo_recipe(attention: str, epochs: int, seed: int) -> Recipe:
    """Return the recipe of one of the demonstration's two models."""
    return preset_recipe("tiny", attention).with_settings(
        {**_RECIPE, "epochs": str(epochs), "seed": str(seed)}
    )


def translate_offline(bundle: Path, text: str) -> dict[str, Any]:
    """Translate in a fresh process that has no reason to load TensorFlow.

    Args:
        bundle: Path of the bundle.
        text: What to translate.

    Returns:
        The translation as `text`, and under `loaded` the training packages that the
        process had imported by the end.
    """
    output = _run([sys.executable, "-c", _OFFLINE_TRANSLATION, str(bundle), text])
    found: dict[str, Any] = json.loads(output)
    return found


def _train(recipe: Recipe, data: Path, run: Path) -> None:
    from keras_s2s.training.trainer import train
    from keras_s2s.training.training_data import TrainingData

    corpora = [
        ParallelCorpus(data / f"{split}.zh", data / f"{split}.en")
        for split in ("train", "valid")
    ]
    train(recipe, TrainingData(*corpora), run)


def _export(run: Path, bundle: Path) -> None:
    # A process of its own, because `export` stands above `keras_s2s`, not below it.
    logger.info("Exporting the model in %s.", run.name)
    _run([sys.executable, "-m", "export", str(run), str(bundle)])


def _evaluate(
    directory: Path, bundles: dict[str, Path], report: Callable[[str], None]
) -> None:
    from keras_s2s.evaluation.pictures.alignment_picture import draw_alignment
    from keras_s2s.evaluation.pictures.length_chart import draw_length_chart
    from keras_s2s.evaluation.side_by_side import evaluate_side_by_side

    translators = {
        SYSTEMS[attention]: Translator(bundle) for attention, bundle in bundles.items()
    }
    pairs = list(
        ParallelCorpus(directory / "data" / "test.zh", directory / "data" / "test.en")
    )
    evaluations = evaluate_side_by_side(
        translators,
        [pair.source for pair in pairs],
        [pair.target for pair in pairs],
        edges=_LENGTH_EDGES,
    )
    for name, evaluation in evaluations.items():
        report(
            f"test BLEU {evaluation.bleu.value:5.1f}, "
            f"chrF {evaluation.chrf.value:5.1f}, "
            f"{1000 / evaluation.speed.sentences_per_second:.1f} ms a sentence: {name}"
        )
    report(next(iter(evaluations.values())).bleu.signature)
    chart = directory / "bleu_by_length.png"
    draw_length_chart(
        {name: evaluation.by_length for name, evaluation in evaluations.items()}, chart
    )
    picture = directory / "alignment.png"
    draw_alignment(
        translators[SYSTEMS["bahdanau"]].translate(HELD_OUT_SOURCE),
        picture,
        source_language="zh",
        target_language="en",
    )
    report(f"drew {chart.name} and {picture.name}")


def _run(command: Sequence[str]) -> str:
    found = subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", check=False
    )
    if found.returncode:
        raise DemoError(f"{' '.join(command[1:3])} failed: {found.stderr.strip()}")
    return found.stdout

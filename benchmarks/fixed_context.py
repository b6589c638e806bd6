"""The bottleneck of the fixed context: BLEU by source length of both systems.

    python benchmarks/fixed_context.py --out bottleneck
    python benchmarks/fixed_context.py --out bottleneck --multi30k FOLDER

The folder holds `train`, `val` and `test_2016_flickr` with the endings
`.lc.norm.tok.en` and `.lc.norm.tok.de`: lowercased, normalised, tokenized.

Both systems are trained on the same pairs for the same number of epochs, and have the
same number of parameters: the one without attention gets wider layers for it. Of each
run the epoch with the best validation BLEU is kept. A run that is there already is not
trained again, one that was interrupted goes on. Lengths are words of the phrasebook, or
tokens of the encoder for Multi30k.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click
import keras

from edge_runtime.translation.translator import Translator
from keras_s2s.config import ModelConfig, Recipe
from keras_s2s.data.corpus import ParallelCorpus
from keras_s2s.evaluation.alignments.alignment_quality import measure_alignment
from keras_s2s.evaluation.alignments.forced_alignment import WordPair
from keras_s2s.evaluation.output_files import write_json
from keras_s2s.evaluation.pictures.length_chart import draw_length_chart
from keras_s2s.evaluation.scores.comparison import compare
from keras_s2s.evaluation.side_by_side import evaluate_side_by_side
from keras_s2s.evaluation.summary import alignment_line, summarize_comparison
from keras_s2s.files.layouts import CONFIG_FILE, SCORES_FILE, STATE_FILE
from keras_s2s.model.seq2seq import build_seq2seq
from keras_s2s.phrasebook import (
    AlignedPair,
    PhrasebookSplits,
    build_splits,
    write_splits,
)
from keras_s2s.presets import preset_recipe
from keras_s2s.run.keras_model import keras_translation_model
from keras_s2s.run.run_directory import Run, load_run, read_recipe
from keras_s2s.training.trainer import train
from keras_s2s.training.training_data import TrainingData

SYSTEMS = {"fixed context": "none", "Bahdanau attention": "bahdanau"}
WORDS = range(5, 61)
"""Lengths of the phrasebook's sentences that are trained on and tested."""

WORD_EDGES = (5, 11, 20, 30, 40)
MULTI30K_ENDING = "lc.norm.tok"


@dataclass(frozen=True)
class Experiment:
    """Data and recipe of one comparison.

    Attributes:
        name: Part of the names of runs and charts.
        data: Pairs to train on and to choose weights by.
        sources: Test sentences.
        references: Their translations.
        preset: Recipe of both systems.
        settings: What is different from the preset.
        lengths: Length of every test sentence; none to count tokens.
        edges: Shortest length of each bucket; none to choose them.
        pairs: Test pairs with gold alignments, where there are.
        tokenizer: sacreBLEU's tokenizer.
    """

    name: str
    data: TrainingData
    sources: Sequence[str]
    references: Sequence[str]
    preset: str
    settings: dict[str, str]
    lengths: Sequence[int] = ()
    edges: Sequence[int] = ()
    pairs: Sequence[AlignedPair] = ()
    tokenizer: str = "13a"


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("bottleneck"),
    show_default=True,
    help="Gets runs, charts and results.",
)
@click.option(
    "--multi30k",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of Multi30k, to train on it instead of the phrasebook.",
)
@click.option(
    "--pairs", default=100_000, show_default=True, help="Phrasebook pairs to train on."
)
@click.option("--epochs", type=click.IntRange(min=1), help="Of each of the trainings.")
@click.option(
    "--set", "settings", multiple=True, metavar="KEY=VALUE", help="As in `train`."
)
def main(
    out: Path,
    multi30k: Path | None,
    pairs: int,
    epochs: int | None,
    settings: tuple[str, ...],
) -> None:
    """Train both systems, score them by length, draw the chart."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    logging.getLogger("sacrebleu").setLevel(logging.WARNING)
    out.mkdir(parents=True, exist_ok=True)
    if multi30k is None:
        experiment = phrasebook_experiment(out / "phrasebook", pairs)
    else:
        experiment = multi30k_experiment(multi30k)
    changed = {**experiment.settings, **dict(text.split("=", 1) for text in settings)}
    if epochs is not None:
        changed["epochs"] = str(epochs)
    run_experiment(replace(experiment, settings=changed), out)


def phrasebook_experiment(folder: Path, pairs: int) -> Experiment:
    """Write the phrasebook's sentences of 5 to 60 words and return the experiment."""
    # More is drawn than is needed: sentences of other lengths are left out.
    drawn = build_splits(train=pairs * 5 // 4, valid=700, test=3_000)
    splits = PhrasebookSplits(
        train=tuple(filter(has_length, drawn.train))[:pairs],
        valid=tuple(filter(has_length, drawn.valid))[:500],
        test=tuple(filter(has_length, drawn.test))[:2_000],
    )
    write_splits(folder, splits)
    return Experiment(
        name="phrasebook",
        data=TrainingData(
            ParallelCorpus(folder / "train.zh", folder / "train.en"),
            ParallelCorpus(folder / "valid.zh", folder / "valid.en"),
        ),
        sources=[pair.source for pair in splits.test],
        references=[pair.target for pair in splits.test],
        preset="tiny",
        settings={
            "source_language": "zh",
            "target_language": "en",
            "patience": "0",
            # Characters on one side and words on the other: a piece must not span
            # several words, or attention could not tell them apart.
            "tokenizer_model": "bpe",
            "source_vocab_size": "590",
            "target_vocab_size": "1400",
            # A decoder that cannot rely on what it wrote looks at the source, which
            # must then be whole.
            "word_dropout": "0.2",
            "word_dropout_sides": "target",
            "epochs": "10",
        },
        lengths=[len(pair.source_tokens) for pair in splits.test],
        edges=WORD_EDGES,
        pairs=splits.test,
    )


def multi30k_experiment(folder: Path) -> Experiment:
    """Return the experiment on English-German captions."""

    def corpus(split: str) -> ParallelCorpus:
        return ParallelCorpus(
            *(folder / f"{split}.{MULTI30K_ENDING}.{side}" for side in ("en", "de"))
        )

    test = list(corpus("test_2016_flickr"))
    return Experiment(
        name="multi30k",
        data=TrainingData(corpus("train"), corpus("val")),
        sources=[pair.source for pair in test],
        references=[pair.target for pair in test],
        preset="tiny",
        settings={
            "source_language": "en",
            "target_language": "de",
            "patience": "0",
            "source_vocab_size": "3000",
            "target_vocab_size": "3000",
            "batch_tokens": "3000",
            "embedding_dropout": "0.1",
            "context_dropout": "0.1",
            "output_dropout": "0.1",
            "epochs": "10",
            "bleu_tokenizer": "none",
        },
        tokenizer="none",  # the references are tokenized already
    )


def has_length(pair: AlignedPair) -> bool:
    """Return whether a pair's source has a length that is compared."""
    return len(pair.source_tokens) in WORDS


def word_pair(pair: AlignedPair) -> WordPair:
    """Return a pair with the words that its alignment counts."""
    return WordPair(pair.source, pair.target, pair.source_tokens, pair.target_tokens)


def run_experiment(experiment: Experiment, out: Path) -> None:
    """Train both systems, print and write what they differ in."""
    runs = {
        name: run_of(recipe, experiment.data, out / f"{experiment.name}-{attention}")
        for (name, attention), recipe in zip(
            SYSTEMS.items(), matched_recipes(experiment), strict=True
        )
    }
    translators = {name: translator_of(run) for name, run in runs.items()}
    evaluations = evaluate_side_by_side(
        translators,
        experiment.sources,
        experiment.references,
        tokenizer=experiment.tokenizer,
        lengths=experiment.lengths,
        edges=experiment.edges,
    )
    comparison = compare(
        {name: found.hypotheses for name, found in evaluations.items()},
        experiment.references,
        tokenizer=experiment.tokenizer,
        most_differences=0,
    )
    click.echo(summarize_comparison(comparison, evaluations))
    results = {
        name: {
            **found.to_json(),
            "parameters": int(runs[name].seq2seq.training.count_params()),
            "lost_from_shortest_to_longest": found.by_length[0].bleu.value
            - found.by_length[-1].bleu.value,
        }
        for name, found in evaluations.items()
    }
    click.echo()
    for name, found in results.items():
        click.echo(
            f"{name}: {found['parameters']:,} parameters; loses "
            f"{found['lost_from_shortest_to_longest']:.1f} BLEU from the shortest to "
            "the longest sentences"
        )
    content: dict[str, object] = {
        "systems": results,
        "comparison": comparison.to_json(),
    }
    if experiment.pairs:
        quality = measure_alignment(
            translators["Bahdanau attention"].model,
            [word_pair(pair) for pair in experiment.pairs],
            [pair.alignment for pair in experiment.pairs],
        )
        click.echo(alignment_line(quality))
        content["alignment_error_rate"] = quality.to_json()
    write_json(content, out / f"{experiment.name}.json")
    chart = out / f"{experiment.name}.png"
    curves = {name: found.by_length for name, found in evaluations.items()}
    draw_length_chart(curves, chart)
    click.echo(f"wrote {chart}")


def matched_recipes(experiment: Experiment) -> list[Recipe]:
    """Return a recipe for each system, all of about the same number of parameters."""
    recipes = {
        attention: preset_recipe(experiment.preset, attention).with_settings(
            experiment.settings
        )
        for attention in SYSTEMS.values()
    }
    # A word is looked for best by a state that has read the word before it.
    attention = recipes["bahdanau"]
    attention = replace(attention, model=replace(attention.model, conditional=True))
    recipes["bahdanau"] = attention
    size = parameters_of(attention)
    narrow = recipes["none"]
    while parameters_of(narrow) < size:
        narrow = replace(narrow, model=widened(narrow.model))
    recipes["none"] = narrow
    return list(recipes.values())


def widened(model: ModelConfig) -> ModelConfig:
    """Return a model without attention that is a little wider."""
    units = model.units + 16
    # A tied output needs embeddings as wide as the state.
    embedding_dim = model.embedding_dim if model.tied_embeddings == "none" else units
    return replace(model, units=units, encoder_units=units, embedding_dim=embedding_dim)


def parameters_of(recipe: Recipe) -> int:
    """Return the number of parameters of a recipe's model."""
    keras.backend.clear_session()
    seq2seq = build_seq2seq(
        recipe.model, recipe.data.source_vocab_size, recipe.data.target_vocab_size
    )
    return int(seq2seq.training.count_params())


def run_of(recipe: Recipe, data: TrainingData, path: Path) -> Run:
    """Return the run at `path`: as it is, continued, or trained from the beginning."""
    is_same = (path / CONFIG_FILE).is_file() and read_recipe(path) == recipe
    if is_same and (path / SCORES_FILE).is_file():
        return load_run(path)
    resume = is_same and (path / STATE_FILE).is_file()
    click.echo(
        f"{'continuing' if resume else 'training'} {path}: "
        f"{json.dumps(recipe.to_json())}",
        err=True,
    )
    return train(recipe, data, path, resume=resume, force=not resume)


def translator_of(run: Run) -> Translator:
    """Return a translator that Keras computes."""
    return Translator(
        keras_translation_model(
            run.seq2seq, run.source_tokenizer, run.target_tokenizer, run.recipe.data
        )
    )


if __name__ == "__main__":
    main()

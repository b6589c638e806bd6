"""The formats of a bundle side by side: size, quality and speed of one trained run.

    python benchmarks/export_formats.py RUN --source test.zh --reference test.en

Exports the run as float32, fp16, int8 and int4, translates the test set with each
bundle, sentence by sentence on one thread, and prints one table. The translations that
are scored are those that are timed. The formats take turns of some sentences each, a
few times over; a turn's time is the median over the repetitions, in seconds of the one
thread that works, so that other processes count less. Differences in BLEU are to
float32, with the interval of a paired bootstrap. The last line names the smallest
format that loses no more than --max-bleu-loss and is not significantly worse.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import statistics
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import click

from edge_runtime import DecodingOptions, Translator
from export.options import FLOAT32, ExportOptions
from export.pipeline import export_bundle
from export.weights.quantization import Quantization
from keras_s2s.data.corpus import ParallelCorpus
from keras_s2s.evaluation.scores.bleu import bleu_tokenizer
from keras_s2s.evaluation.scores.comparison import Comparison, compare
from keras_s2s.run.run_directory import load_run

FORMATS: dict[str, Quantization] = {
    FLOAT32: "none",
    "fp16": "fp16",
    "int8": "int8",
    "int4": "int4",
}

TURN = 50
"""Sentences in a row of one format."""


@click.command()
@click.argument("run_path", metavar="RUN", type=click.Path(exists=True, path_type=Path))
@click.option("--source", type=click.Path(path_type=Path), required=True)
@click.option("--reference", type=click.Path(path_type=Path), required=True)
@click.option("--beam-size", default=1, show_default=True)
@click.option("--repetitions", default=3, show_default=True)
@click.option("--bleu-tokenizer", "tokenizer", default="auto", show_default=True)
@click.option("--max-bleu-loss", default=0.3, show_default=True)
def main(
    run_path: Path,
    source: Path,
    reference: Path,
    beam_size: int,
    repetitions: int,
    tokenizer: str,
    max_bleu_loss: float,
) -> None:
    """Export RUN in every format and print the table."""
    pairs = list(ParallelCorpus(source, reference))
    run = load_run(run_path)
    options = DecodingOptions(beam_size=beam_size)
    with tempfile.TemporaryDirectory() as name:
        bundles = {form: Path(name) / form for form in FORMATS}
        for form, quantization in FORMATS.items():
            export_bundle(run, bundles[form], ExportOptions(quantization=quantization))
        sizes = {
            form: sum(file.stat().st_size for file in bundle.iterdir())
            for form, bundle in bundles.items()
        }
        translators = {
            form: Translator(bundle, options) for form, bundle in bundles.items()
        }
        sources = [pair.source for pair in pairs]
        texts, seconds = translate_in_turns(translators, sources, repetitions)
    if tokenizer == "auto":
        tokenizer = run.recipe.training.bleu_tokenizer
    references = [pair.target for pair in pairs]
    language = run.recipe.data.target_language
    comparison = compare(
        texts,
        references,
        tokenizer=bleu_tokenizer(language, tokenizer, references),
        most_differences=0,
    )
    click.echo(
        f"{run.seq2seq.training.count_params():,} parameters, {len(pairs)} lines of "
        f"{source.name}, beam size {beam_size}, batch 1, one thread"
    )
    click.echo(table(sizes, comparison, texts, seconds))
    click.echo(comparison.bleu[FLOAT32].score.signature)
    click.echo(comparison.chrf[FLOAT32].score.signature)
    chosen = choose(sizes, comparison, max_bleu_loss)
    click.echo(f"smallest that loses at most {max_bleu_loss} BLEU: {chosen}")


def translate_in_turns(
    translators: Mapping[str, Translator], sources: list[str], repetitions: int
) -> tuple[dict[str, list[str]], dict[str, float]]:
    """Return each format's translations, and the seconds it took for all of them."""
    texts: dict[str, list[str]] = {form: [] for form in translators}
    seconds = dict.fromkeys(translators, 0.0)
    for first in range(0, len(sources), TURN):
        turn = sources[first : first + TURN]
        took: dict[str, list[float]] = {form: [] for form in translators}
        for repetition in range(repetitions):
            for form, translator in translators.items():
                start = time.thread_time()
                found = [translator.translate(text).text for text in turn]
                took[form].append(time.thread_time() - start)
                if repetition == 0:
                    texts[form] += found
        for form, times in took.items():
            seconds[form] += statistics.median(times)
    return texts, seconds


def table(
    sizes: Mapping[str, int],
    comparison: Comparison,
    texts: Mapping[str, list[str]],
    seconds: Mapping[str, float],
) -> str:
    """Return the table in Markdown."""
    lines = [
        "| format | MB | of float32 | BLEU | difference | p | chrF "
        "| ms a sentence | sentences/s | of float32 |",
        "| --- " * 10 + "|",
    ]
    baseline = comparison.bleu[FLOAT32].score.value
    for form, bleu in comparison.bleu.items():
        p_value = bleu.p_value
        sentences = len(texts[form])
        cells = [
            form,
            f"{sizes[form] / 1e6:.2f}",
            f"{sizes[form] / sizes[FLOAT32]:.1%}",
            f"{bleu.score.value:.2f}",
            f"{bleu.score.value - baseline:+.2f}",
            "" if p_value is None else f"{p_value:.4f}",
            f"{comparison.chrf[form].score.value:.2f}",
            f"{seconds[form] / sentences * 1e3:.2f}",
            f"{sentences / seconds[form]:.0f}",
            f"{seconds[FLOAT32] / seconds[form]:.2f}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def choose(
    sizes: Mapping[str, int], comparison: Comparison, max_bleu_loss: float
) -> str:
    """Return the smallest format that is good enough.

    It loses no more than allowed, and the loss may be chance.
    """
    baseline = comparison.bleu[FLOAT32].score.value
    good = []
    for form, bleu in comparison.bleu.items():
        difference = bleu.score.value - baseline
        by_chance = bleu.p_value is None or bleu.p_value >= 0.05
        if difference >= 0 or (difference >= -max_bleu_loss and by_chance):
            good.append(form)
    return min(good, key=lambda form: sizes[form])


if __name__ == "__main__":
    main()

"""The command `keras-s2s distill`."""

from pathlib import Path
from typing import Literal

import click

from edge_runtime.commands.screen import show
from keras_s2s.commands.hypothesis_options import (
    ALTERNATIVES,
    LENGTH_PENALTY,
    SELECT,
    THREADS,
)
from keras_s2s.commands.progress_log import log_translated
from keras_s2s.quiet_tensorflow import import_tensorflow_quietly

_EXAMPLE = """
Example, a student of three teachers:

\b
  keras-s2s distill runs/teacher-1 runs/teacher-2 runs/teacher-3 \\
      --source train.zh --target train.en \\
      --out-source distilled.zh --out-target distilled.en
  keras-s2s train --source distilled.zh --target distilled.en \\
      --valid-source val.zh --valid-target val.en --out runs/student \\
      --tokenizers runs/teacher-1

\b
Further sentences of the source language, without translations:

\b
  keras-s2s distill bundles/teacher --monolingual more.zh \\
      --out-source more-distilled.zh --out-target more-distilled.en
"""

_PATH = click.Path(path_type=Path)


@click.command(epilog=_EXAMPLE)
@click.argument("teachers", metavar="RUN_OR_BUNDLE...", type=_PATH, nargs=-1)
@click.option("--source", type=_PATH, help="Training source.")
@click.option("--target", type=_PATH, help="Training target.")
@click.option(
    "--monolingual",
    type=_PATH,
    help="Further sources without a target, one sentence a line.",
)
@click.option("--out-source", type=_PATH, required=True, help="Source of the mixture.")
@click.option("--out-target", type=_PATH, required=True, help="Target of the mixture.")
@click.option(
    "--beam-size",
    type=click.IntRange(1),
    default=5,
    show_default=True,
    help="Hypotheses the teachers keep.",
)
@LENGTH_PENALTY
@ALTERNATIVES
@SELECT
@click.option(
    "--references/--no-references",
    default=True,
    show_default=True,
    help="Whether the pairs themselves stay in the mixture.",
)
@THREADS
def command(
    teachers: tuple[Path, ...],
    source: Path | None,
    target: Path | None,
    monolingual: Path | None,
    out_source: Path,
    out_target: Path,
    beam_size: int,
    length_penalty: float,
    alternatives: int,
    select: Literal["best", "mbr"],
    references: bool,
    threads: int,
) -> None:
    """Let teachers translate training sources; write a mixture to train on.

    Several teachers translate as an ensemble: the mean of their probabilities decides
    every token. They need the same tokenizers.
    """
    if not teachers:
        raise click.UsageError("Give at least one run or bundle as a teacher.")
    if (source is None) != (target is None) or not (source or monolingual):
        raise click.UsageError("Give --source and --target, --monolingual, or both.")
    # Imported late: `--help` needs neither onnxruntime nor TensorFlow.
    import_tensorflow_quietly()
    from edge_runtime.translation.translator import Translator
    from keras_s2s.data.corpus import ParallelCorpus
    from keras_s2s.data.pair_files import write_pairs
    from keras_s2s.distillation.distill import distill
    from keras_s2s.distillation.ensemble import ensemble
    from keras_s2s.distillation.monolingual import LineCounts, read_monolingual
    from keras_s2s.evaluation.translation_system import open_system
    from keras_s2s.files.outputs import check_outputs

    check_outputs(
        {"--out-source": out_source, "--out-target": out_target},
        {
            "--source": source,
            "--target": target,
            "--monolingual": monolingual,
            "RUN_OR_BUNDLE": teachers,
        },
    )
    pairs = list(ParallelCorpus(source, target)) if source else []
    systems = [open_system(teacher) for teacher in teachers]
    teacher = Translator(ensemble([system.translator.model for system in systems]))
    sentences: list[str] = []
    counts = LineCounts()
    if monolingual:
        sentences, counts = read_monolingual(
            monolingual, teacher.model, systems[0].target_language
        )
    choices = list(
        distill(
            teacher,
            pairs,
            monolingual=sentences,
            beam_size=beam_size,
            length_penalty=length_penalty,
            alternatives=alternatives,
            select=select,
            keep_references=references,
            threads=threads,
            progress=log_translated,
        )
    )
    counts.untranslated = choices[len(choices) - len(sentences) :].count([])
    mixture = [pair for of_source in choices for pair in of_source]
    write_pairs(mixture, out_source, out_target)
    origins = [f"{len(pairs)}"] if source else []
    if monolingual:
        origins.append(f"{counts}")
    show(
        f"{len(mixture)} pairs from {' and '.join(origins)}\t{out_source}\t{out_target}"
    )

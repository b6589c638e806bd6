"""The command `keras-s2s back-translate`."""

from pathlib import Path
from typing import Literal

import click

from edge_runtime.commands.number_range import NumberRange
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
Example, English sentences for a translator from Chinese to English:

\b
  keras-s2s back-translate bundles/en-zh more.en \\
      --out-source back.zh --out-target back.en
  cat train.zh back.zh > all.zh
  cat train.en back.en > all.en
  keras-s2s train --source all.zh --target all.en \\
      --valid-source val.zh --valid-target val.en --out runs/zh-en
"""

_PATH = click.Path(path_type=Path)


@click.command(name="back-translate", epilog=_EXAMPLE)
@click.argument("reverse", metavar="REVERSE_RUN_OR_BUNDLE", type=_PATH)
@click.argument("file", metavar="FILE", type=_PATH)
@click.option("--out-source", type=_PATH, required=True, help="Written sources.")
@click.option("--out-target", type=_PATH, required=True, help="The lines of FILE.")
@click.option(
    "--beam-size",
    type=click.IntRange(1),
    help="Hypotheses the model keeps.  [default: 5, without --sampling]",
)
@LENGTH_PENALTY
@click.option("--sampling", is_flag=True, help="Draw tokens instead of a beam search.")
@click.option(
    "--temperature",
    type=NumberRange(0, min_open=True),
    default=1.0,
    show_default=True,
    help="With --sampling: below 1 prefers probable tokens.",
)
@click.option(
    "--top-k",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="With --sampling: draw among this many most probable tokens; 0 for all.",
)
@click.option(
    "--samples",
    type=click.IntRange(1),
    help="With --sampling: translations drawn of each line, for --select mbr to choose "
    "among.  [default: 8 for mbr]",
)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@ALTERNATIVES
@SELECT
@click.option(
    "--tag/--no-tag",
    default=True,
    show_default=True,
    help="Mark the sources, so that a training tells them from what people wrote.",
)
@THREADS
def command(
    reverse: Path,
    file: Path,
    out_source: Path,
    out_target: Path,
    beam_size: int | None,
    length_penalty: float,
    sampling: bool,
    temperature: float,
    top_k: int,
    samples: int | None,
    seed: int,
    alternatives: int,
    select: Literal["best", "mbr"],
    tag: bool,
    threads: int,
) -> None:
    """Write training pairs for text of the target language alone.

    A model of the other direction translates FILE, one sentence a line, into sources.
    Lines that are empty, too long or there already are left out and counted. Every
    source begins with a tag, a character that no text has; a training on such text
    gives it a piece of the source vocabulary.
    """
    if not sampling and (samples is not None or top_k or temperature != 1):
        raise click.UsageError("--samples, --top-k and --temperature need --sampling.")
    # Imported late: `--help` needs neither onnxruntime nor TensorFlow.
    import_tensorflow_quietly()
    from edge_runtime.translation.decoding_options import DecodingOptions
    from keras_s2s.data.corpus import CorpusError
    from keras_s2s.data.pair_files import write_pairs
    from keras_s2s.distillation.back_translate import back_translate
    from keras_s2s.distillation.monolingual import read_monolingual
    from keras_s2s.evaluation.translation_system import open_system
    from keras_s2s.files.outputs import check_outputs

    if sampling:
        hypotheses = samples or max(alternatives, 8 if select == "mbr" else 1)
    else:
        beam_size = beam_size or max(alternatives, 5)
        hypotheses = beam_size if select == "mbr" else alternatives
    options = DecodingOptions(
        beam_size=beam_size,
        num_hypotheses=hypotheses,
        length_penalty=length_penalty,
        sampling=sampling,
        temperature=temperature,
        top_k=top_k,
        seed=seed,
    )
    check_outputs(
        {"--out-source": out_source, "--out-target": out_target},
        {"REVERSE_RUN_OR_BUNDLE": reverse, "FILE": file},
    )
    system = open_system(reverse)
    lines, counts = read_monolingual(
        file, system.translator.model, system.target_language
    )
    pairs = []
    for choices in back_translate(
        system.translator,
        lines,
        options,
        alternatives=alternatives,
        select=select,
        tag=tag,
        threads=threads,
        progress=log_translated,
    ):
        counts.untranslated += not choices
        pairs += choices
    if not pairs:
        raise CorpusError(
            f"{reverse} makes no text of any line: train it for longer. Of {file}: "
            f"{counts}."
        )
    write_pairs(pairs, out_source, out_target)
    languages = f"{system.target_language} from {system.source_language}"
    show(f"{len(pairs)} pairs, {languages}, of {counts}\t{out_source}\t{out_target}")

"""The command `keras-s2s compare`."""

import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import click

from edge_runtime.commands.screen import show
from keras_s2s.evaluation.scores.bleu_tokenizers import BLEU_TOKENIZERS
from keras_s2s.quiet_tensorflow import import_tensorflow_quietly

_EXAMPLE = """
Example:

\b
  keras-s2s compare bundles/fixed-context bundles/attention \\
      --source test.zh --reference test.en --length-chart bottleneck.png \\
      --report bottleneck.html
"""

_PATH = click.Path(path_type=Path)


@click.command(epilog=_EXAMPLE)
@click.argument("systems", metavar="A B [C ...]", type=_PATH, nargs=-1, required=True)
@click.option("--source", type=_PATH, required=True, help="One sentence a line.")
@click.option("--reference", type=_PATH, required=True, help="Their translations.")
@click.option(
    "--beam-size", type=int, help="Hypotheses kept; default: what each recommends."
)
@click.option(
    "--bleu-tokenizer",
    type=click.Choice(BLEU_TOKENIZERS),
    default="auto",
    show_default=True,
    help="sacreBLEU's tokenizer; auto goes by A's language, or the text.",
)
@click.option(
    "--differences",
    type=click.IntRange(min=0),
    default=5,
    show_default=True,
    help="Sentences to show at most.",
)
@click.option("--json", "json_path", type=_PATH, help="Write everything as JSON.")
@click.option("--report", type=_PATH, help="Write a report, one HTML file.")
@click.option("--length-chart", type=_PATH, help="Draw BLEU by length: .png or .svg.")
@click.option(
    "--output", type=_PATH, help="Directory for each system's translations, NAME.txt."
)
def command(
    systems: tuple[Path, ...],
    source: Path,
    reference: Path,
    beam_size: int | None,
    bleu_tokenizer: str,
    differences: int,
    json_path: Path | None,
    report: Path | None,
    length_chart: Path | None,
    output: Path | None,
) -> None:
    """Score several runs or bundles on one test set; A is the baseline.

    Prints BLEU and chrF with 95 % intervals and the p-values of sacreBLEU's paired
    bootstrap test, BLEU by source length, and the sentences that differ most.
    """
    # Imported late: `--help` needs neither matplotlib nor onnxruntime.
    from edge_runtime.translation.decoding_options import DecodingOptions
    from keras_s2s.data.corpus import ParallelCorpus
    from keras_s2s.evaluation.output_files import hypothesis_lines, write_json
    from keras_s2s.evaluation.pictures.figure_file import check_figure_path
    from keras_s2s.evaluation.pictures.length_chart import draw_length_chart
    from keras_s2s.evaluation.scores.bleu import bleu_tokenizer as resolve
    from keras_s2s.evaluation.scores.comparison import compare
    from keras_s2s.evaluation.shown_path import shown_path
    from keras_s2s.evaluation.side_by_side import evaluate_side_by_side, name_systems
    from keras_s2s.evaluation.summary import summarize_comparison
    from keras_s2s.evaluation.translation_system import is_run, open_system
    from keras_s2s.files.outputs import check_outputs
    from keras_s2s.files.own_outputs import OwnOutputs

    logging.getLogger("sacrebleu").setLevel(logging.WARNING)  # it tells every step
    if len(systems) < 2:
        raise click.UsageError("Give two systems or more; `evaluate` scores one.")
    names = name_systems([shown_path(path) for path in systems])
    texts = {} if output is None else _text_files(systems, names, output)
    check_outputs(
        {
            "--json": json_path,
            "--report": report,
            "--length-chart": length_chart,
            **{f"--output, {name}": path for name, path in texts.items()},
        },
        {
            "SYSTEM": systems,
            "--source": source,
            "--reference": reference,
        },
    )
    own = OwnOutputs(output) if output is not None else None
    if own:
        own.check(path.name for path in texts.values())
    if length_chart is not None:
        check_figure_path(length_chart)
    pairs = list(ParallelCorpus(source, reference))
    sources = [pair.source for pair in pairs]
    references = [pair.target for pair in pairs]
    options = DecodingOptions(beam_size=beam_size)
    if any(map(is_run, systems)):
        import_tensorflow_quietly()
    opened = {
        name: open_system(path, options)
        for name, path in zip(names, systems, strict=True)
    }
    target_language = opened[names[0]].target_language
    tokenizer = resolve(target_language, bleu_tokenizer, references)
    evaluations = evaluate_side_by_side(
        {name: system.translator for name, system in opened.items()},
        sources,
        references,
        tokenizer=tokenizer,
    )
    hypotheses = {name: found.hypotheses for name, found in evaluations.items()}
    comparison = compare(
        hypotheses, references, tokenizer=tokenizer, most_differences=differences
    )
    # Files first: whatever happens on the screen, they are there.
    if json_path is not None:
        content = {
            "systems": {
                name: {**opened[name].description(), **found.to_json()}
                for name, found in evaluations.items()
            },
            "comparison": comparison.to_json(),
        }
        write_json(content, json_path)
    if length_chart is not None:
        curves = {name: found.by_length for name, found in evaluations.items()}
        draw_length_chart(curves, length_chart)
    if report is not None:
        from keras_s2s.evaluation.report import write_comparison_report

        write_comparison_report(opened, evaluations, comparison, report)
    if own:
        lines = {name: hypothesis_lines(found) for name, found in hypotheses.items()}
        own.write({path.name: lines[name] for name, path in texts.items()})
    show(summarize_comparison(comparison, evaluations))


def _text_files(
    systems: Sequence[Path], names: Sequence[str], output: Path
) -> dict[str, Path]:
    """Return where the translations of each system go, by its name."""
    from keras_s2s.evaluation.side_by_side import name_systems

    click.get_current_context().with_resource(_folder(output))
    # With the bytes that the systems' own names have, in any locale.
    stems = name_systems([str(path) for path in systems])
    return {
        name: output / f"{stem.replace('/', '-')}.txt"
        for name, stem in zip(names, stems, strict=True)
    }


def _folder(output: Path) -> AbstractContextManager[None]:
    from keras_s2s.files.output_folder import output_folder

    if output.exists() and not output.is_dir():
        raise click.UsageError(f"--output must be a directory. Received: {output}.")
    return output_folder(output)

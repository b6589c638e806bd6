"""The command `keras-s2s evaluate`."""

from pathlib import Path
from typing import Literal

import click

from edge_runtime.commands.number_range import NumberRange
from edge_runtime.commands.screen import show
from keras_s2s.evaluation.scores.bleu_tokenizers import BLEU_TOKENIZERS
from keras_s2s.quiet_tensorflow import import_tensorflow_quietly

_EXAMPLE = """
Examples:

\b
  keras-s2s evaluate bundles/zh-en --source test.zh --reference test.en
  keras-s2s evaluate runs/zh-en --source test.zh --reference test.en \\
      --beam-size 4 --report zh-en.html --length-chart zh-en.png
  keras-s2s evaluate demo/bundles/bahdanau --source demo/data/test.zh \\
      --reference demo/data/test.en --alignments demo/data/test.align \\
      --source-words demo/data/test.words.zh \\
      --reference-words demo/data/test.words.en
"""

_PATH = click.Path(path_type=Path)


@click.command(epilog=_EXAMPLE)
@click.argument("system", metavar="RUN_OR_BUNDLE", type=_PATH)
@click.option("--source", type=_PATH, required=True, help="One sentence a line.")
@click.option("--reference", type=_PATH, required=True, help="Their translations.")
@click.option(
    "--beam-size",
    type=int,
    help="Hypotheses kept; default: what the system recommends.",
)
@click.option(
    "--length-penalty",
    type=NumberRange(0),
    help="Above 0 favours long translations; default: what the system recommends.",
)
@click.option(
    "--bleu-tokenizer",
    type=click.Choice(BLEU_TOKENIZERS),
    default="auto",
    show_default=True,
    help="sacreBLEU's tokenizer; auto goes by the language, or the text.",
)
@click.option(
    "--alignments",
    type=_PATH,
    help="Gold word alignments, `0-0 1-2` a line: prints the alignment error rate.",
)
@click.option(
    "--source-words",
    type=_PATH,
    help="The sources with a space between the words that --alignments counts.",
)
@click.option("--reference-words", type=_PATH, help="The references in the same way.")
@click.option(
    "--linked-side",
    type=click.Choice(["source", "target", "both"]),
    default="both",
    show_default=True,
    help="Whose words are linked to what attention chooses for them.",
)
@click.option("--json", "json_path", type=_PATH, help="Write everything as JSON.")
@click.option("--report", type=_PATH, help="Write a report, one HTML file.")
@click.option("--length-chart", type=_PATH, help="Draw BLEU by length: .png or .svg.")
@click.option("--output", type=_PATH, help="Write the translations, one a line.")
def command(
    system: Path,
    source: Path,
    reference: Path,
    beam_size: int | None,
    length_penalty: float | None,
    bleu_tokenizer: str,
    alignments: Path | None,
    source_words: Path | None,
    reference_words: Path | None,
    linked_side: Literal["source", "target", "both"],
    json_path: Path | None,
    report: Path | None,
    length_chart: Path | None,
    output: Path | None,
) -> None:
    """Score a run or a bundle on a test set.

    Prints BLEU and chrF with their sacreBLEU signatures and 95 % intervals, BLEU by
    source length, and speed. With --alignments, attention is measured too.
    """
    # Imported late: `--help` needs neither matplotlib nor onnxruntime.
    from edge_runtime.translation.decoding_options import DecodingOptions
    from keras_s2s.data.corpus import ParallelCorpus
    from keras_s2s.evaluation.alignments.alignment_quality import measure_alignment
    from keras_s2s.evaluation.alignments.gold_alignment import read_gold_alignment
    from keras_s2s.evaluation.evaluate import evaluate
    from keras_s2s.evaluation.output_files import write_hypotheses, write_json
    from keras_s2s.evaluation.pictures.figure_file import check_figure_path
    from keras_s2s.evaluation.pictures.length_chart import draw_length_chart
    from keras_s2s.evaluation.progress import TranslationProgress
    from keras_s2s.evaluation.scores.bleu import bleu_tokenizer as resolve
    from keras_s2s.evaluation.summary import summarize_evaluation
    from keras_s2s.evaluation.translation_system import is_run, open_system
    from keras_s2s.files.outputs import check_outputs

    check_outputs(
        {
            "--json": json_path,
            "--report": report,
            "--length-chart": length_chart,
            "--output": output,
        },
        {
            "RUN_OR_BUNDLE": system,
            "--source": source,
            "--reference": reference,
            "--alignments": alignments,
            "--source-words": source_words,
            "--reference-words": reference_words,
        },
    )
    if length_chart is not None:
        check_figure_path(length_chart)
    pairs = list(ParallelCorpus(source, reference))
    gold = None
    if alignments is not None:
        gold = read_gold_alignment(
            alignments,
            pairs,
            source_words=source_words,
            reference_words=reference_words,
        )
    elif source_words or reference_words:
        raise click.UsageError("Words are given for --alignments, which is missing.")
    if is_run(system):
        import_tensorflow_quietly()
    opened = open_system(
        system, DecodingOptions(beam_size=beam_size, length_penalty=length_penalty)
    )
    quality = None
    if gold is not None:
        quality = measure_alignment(
            opened.translator.model, gold.pairs, gold.links, linked_side=linked_side
        )
    references = [pair.target for pair in pairs]
    evaluation = evaluate(
        opened.translator,
        [pair.source for pair in pairs],
        references,
        tokenizer=resolve(opened.target_language, bleu_tokenizer, references),
        progress=TranslationProgress(opened.name),
    )
    # Files first: whatever happens on the screen, they are there.
    if json_path is not None:
        content = {**opened.description(), **evaluation.to_json()}
        if quality is not None:
            content["alignment_error_rate"] = quality.to_json()
        write_json(content, json_path)
    if length_chart is not None:
        draw_length_chart({opened.name: evaluation.by_length}, length_chart)
    if report is not None:
        from keras_s2s.evaluation.report import write_report

        write_report(opened, evaluation, report, alignment=quality)
    if output is not None:
        write_hypotheses(evaluation.hypotheses, output)
    show(summarize_evaluation(opened.name, evaluation, quality))

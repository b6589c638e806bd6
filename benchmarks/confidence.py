"""Whether a confidence keeps its promise on test sets that it was not fitted on.

    python benchmarks/confidence.py BUNDLE SOURCE REFERENCE [BUNDLE SOURCE ...]
        [--beam-size N] [--json FILE]

Translates each test set with its bundle, as the bundle recommends or with --beam-size.
Prints a row for each: sentences; the share whose sentence chrF is above 60; the area
under risk against coverage by mean log-prob, by confidence, and the least possible;
the difference of the first two with its 95 % interval by bootstrap resampling; the
expected calibration error over ten bins; and the error that the same confidences would
show if they were perfectly calibrated, the mean over acceptances drawn with them.
Passes if every area by confidence is below that by mean log-prob and every calibration
error is at most 0.05. No test set may be one that export-onnx was given.
"""

import sys
from pathlib import Path

import click
import numpy as np

from edge_runtime import DecodingOptions, Translator
from keras_s2s.data.corpus import ParallelCorpus
from keras_s2s.evaluation.evaluate import Evaluation, evaluate
from keras_s2s.evaluation.output_files import write_json
from keras_s2s.evaluation.scores.confidence_quality import (
    ACCEPTED_CHRF,
    accepted_translations,
    expected_calibration_error,
    reliability,
    risk_coverage,
)
from keras_s2s.evaluation.summary import text_table

MOST_ERROR = 0.05
RESAMPLINGS = 1000


@click.command()
@click.argument("triples", nargs=-1, required=True, metavar="BUNDLE SOURCE REFERENCE")
@click.option("--beam-size", type=int, help="Instead of what the bundle recommends.")
@click.option("--json", "json_path", type=click.Path(path_type=Path))
def main(
    triples: tuple[str, ...], beam_size: int | None, json_path: Path | None
) -> None:
    """Measure the confidence of bundles, each on its test set."""
    if len(triples) % 3:
        raise click.UsageError(
            "Paths must come in threes, a bundle, a source and a reference. "
            f"Received: {len(triples)}."
        )
    options = DecodingOptions(beam_size=beam_size)
    rows, contents, passes = [], [], True
    for bundle, source, reference in zip(*[iter(triples)] * 3, strict=True):
        translator = Translator(bundle, options)
        if translator.model.confidence is None:
            raise click.UsageError(f"{bundle} must have a confidence; it has none.")
        pairs = list(ParallelCorpus(Path(source), Path(reference)))
        evaluation = evaluate(
            translator,
            [pair.source for pair in pairs],
            [pair.target for pair in pairs],
            resamplings=0,
            latency_sentences=0,
        )
        quality = evaluation.confidence
        low, high = difference_interval(evaluation)
        ideal = ideal_error(evaluation)
        area = quality.area or 0.0
        error = quality.expected_calibration_error or 0.0
        passes &= area < quality.mean_log_prob_area and error <= MOST_ERROR
        rows.append(
            (
                f"{Path(bundle).name}, {Path(source).name}",
                f"{quality.sentences:,}",
                f"{100 * quality.accepted:.1f} %",
                f"{quality.mean_log_prob_area:.4f}",
                f"{area:.4f}",
                f"{area - quality.mean_log_prob_area:+.4f} ({low:+.4f} to {high:+.4f})",
                f"{quality.least_area:.4f}",
                f"{error:.4f}",
                f"{ideal:.4f}",
            )
        )
        contents.append(
            {
                "bundle": bundle,
                "source": source,
                "bleu": evaluation.bleu.to_json(),
                "confidence": quality.to_json(),
                "difference_interval": [low, high],
                "error_if_perfectly_calibrated": ideal,
            }
        )
    header = (
        *("bundle, test set", "sentences", f"chrF > {ACCEPTED_CHRF:.0f}"),
        *("area, mean log-prob", "area, confidence", "difference, 95 %"),
        *("least area", "calibration error", "if perfect"),
    )
    click.echo(text_table(header, rows))
    if json_path is not None:
        write_json(contents, json_path)
    click.echo("passes" if passes else "does not pass")
    sys.exit(not passes)


def difference_interval(evaluation: Evaluation) -> tuple[float, float]:
    """Return the 95 % interval of the area by confidence less that by mean log-prob."""
    accepted = accepted_translations(evaluation.hypotheses, evaluation.references)
    confidences = np.array([each.confidence for each in evaluation.translations])
    log_probs = np.array(
        [each.log_prob / (len(each.tokens) or 1) for each in evaluation.translations]
    )
    generator = np.random.default_rng(0)
    differences = []
    for _ in range(RESAMPLINGS):
        drawn = generator.integers(0, len(accepted), len(accepted))
        differences.append(
            risk_coverage(confidences[drawn], accepted[drawn]).mean()
            - risk_coverage(log_probs[drawn], accepted[drawn]).mean()
        )
    low, high = np.quantile(differences, (0.025, 0.975))
    return float(low), float(high)


def ideal_error(evaluation: Evaluation) -> float:
    """Return the mean calibration error of acceptances drawn with the confidences."""
    confidences = np.array([each.confidence for each in evaluation.translations])
    generator = np.random.default_rng(0)
    errors = []
    for _ in range(RESAMPLINGS):
        accepted = generator.uniform(size=len(confidences)) < confidences
        errors.append(expected_calibration_error(reliability(confidences, accepted)))
    return float(np.mean(errors))


if __name__ == "__main__":
    main()

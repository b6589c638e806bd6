"""`keras-s2s adapt`: a trained run and a user's own pairs to a new run."""

import logging
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from edge_runtime.commands.number_range import NumberRange
from edge_runtime.commands.screen import show
from edge_runtime.documents.languages import known_language
from keras_s2s.commands.corpus_options import GivenText
from keras_s2s.commands.duration import seconds_of
from keras_s2s.commands.settings import parse_settings
from keras_s2s.commands.stopping import says_how_to_go_on
from keras_s2s.config import Recipe
from keras_s2s.data.corpus import Corpus
from keras_s2s.files.layout import first_within
from keras_s2s.quiet_tensorflow import import_tensorflow_quietly
from keras_s2s.training.time_limit.run_clock import RunClock

logger = logging.getLogger(__name__)

_EXAMPLE = """
Examples, a translator of everyday sentences that learns captions:

\b
  keras-s2s adapt runs/en-de --source captions.en --target captions.de \\
      --mix-source train.en --mix-target train.de \\
      --old-valid-source val.en --old-valid-target val.de --out runs/captions
  keras-s2s adapt runs/en-de --tsv captions.tsv --max-forgetting inf \\
      --set epochs=20 --out runs/captions
"""

_PATH = click.Path(path_type=Path)
_PREFIXES = "", "valid-", "mix-", "old-valid-"


def _text(prefix: str, what: str) -> Callable[[Any], Any]:
    """Return the options by which one text is given."""

    def decorate(command: Any) -> Any:
        for name, form in (
            ("corpus", "a TSV, CSV, TMX, XLIFF or PO file"),
            ("tsv", "source<TAB>target"),
            ("target", "line by line"),
            ("source", "one sentence a line"),
        ):
            command = click.option(
                f"--{prefix}{name}", type=_PATH, help=f"{what}, {form}."
            )(command)
        return command

    return decorate


@click.command(epilog=_EXAMPLE)
@click.argument("run", metavar="RUN", type=_PATH)
@_text("", "New pairs")
@_text("valid-", "Validation pairs of the new text, instead of held out ones")
@_text("mix-", "Pairs of the first training")
@click.option(
    "--mix-share",
    type=NumberRange(0, 1, min_open=True, max_open=True),
    help="Share of the batches that are pairs of the first training.  [default: 0.5]",
)
@_text("old-valid-", "Validation pairs of the first training")
@click.option(
    "--max-forgetting",
    type=NumberRange(0),
    help="BLEU that may be lost on the first training's validation text, inf for any."
    "  [default: 1.0]",
)
@click.option("--source-language", help="Refuse a run of another source language.")
@click.option("--target-language", help="Refuse a run of another target language.")
@click.option(
    "--epochs",
    type=click.IntRange(1),
    help="Passes over the new text.  [default: 10]",
)
@click.option(
    "--time-limit",
    type=seconds_of,
    metavar="TIME",
    help="When to be done instead, all starts together, such as 10m or 1h30m.",
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    help="Change one value of the training, such as learning_rate.",
)
@click.option("--seed", type=int, help="Short for --set seed=N.")
@click.option("--out", type=_PATH, required=True, help="Run directory, new or empty.")
@click.option("--resume", is_flag=True, help="Continue the adaptation in --out.")
@click.option("--force", is_flag=True, help="Replace the run in --out.")
def command(
    run: Path,
    mix_share: float | None,
    max_forgetting: float | None,
    source_language: str | None,
    target_language: str | None,
    epochs: int | None,
    time_limit: float | None,
    settings: tuple[str, ...],
    seed: int | None,
    out: Path,
    resume: bool,
    force: bool,
    **texts: Path | None,
) -> None:
    """Go on from a trained run with pairs of one's own, from a few hundred on.

    Model and vocabularies stay. BLEU is measured on the new text and on the validation
    text of the first training: among the weights that lose at most --max-forgetting on
    that, the best ones on the new text are kept. If none are better there than the
    run's own, those are.
    """
    clock = RunClock()
    changes = parse_settings(settings) | ({} if seed is None else {"seed": str(seed)})
    if resume and (
        force
        or changes
        or any(
            value is not None
            for value in (epochs, time_limit, max_forgetting, mix_share)
        )
    ):
        raise click.UsageError(
            "--resume continues as the adaptation began: leave out --force, --epochs, "
            "--time-limit, --set, --seed, --max-forgetting and --mix-share."
        )
    if time_limit and (epochs or "epochs" in changes):
        raise click.UsageError(
            "--time-limit decides the number of epochs: leave out --epochs, or "
            "--time-limit."
        )
    if time_limit:
        changes["time_limit"] = str(time_limit)
    inside = first_within(out, texts.values())
    if inside:
        raise click.UsageError(
            f"The run in --out must not hold the text. Received: {inside} and {out}."
        )
    import_tensorflow_quietly()
    from keras_s2s.run.run_directory import read_recipe
    from keras_s2s.training.adaptation.adaptation import Adaptation
    from keras_s2s.training.adaptation.fine_tuning import fine_tuning_recipe
    from keras_s2s.training.adaptation.old_text import (
        held_old_validation,
        old_validation,
    )
    from keras_s2s.training.adaptation.record import is_adaptation, read_record
    from keras_s2s.training.trainer import train
    from keras_s2s.training.training_data import TrainingData

    base = read_recipe(run)
    _require_languages(base, run, source_language, target_language)
    languages = base.data.source_language, base.data.target_language
    new, valid, mix, old_valid = (
        _given(texts, prefix, languages) for prefix in _PREFIXES
    )
    if new is None:
        raise click.UsageError(
            "Give the new pairs: --source and --target, or --tsv, or --corpus."
        )
    new = new.readable_again()
    if mix_share is not None and not mix:
        raise click.UsageError("--mix-share needs --mix-source and --mix-target.")
    if resume:
        bound = read_record(out).max_forgetting
        recipe = read_recipe(out, trained=False)
        old_pairs = held_old_validation(out)
        if old_valid is not None and old_validation(run, old_valid) != old_pairs:
            raise click.UsageError(
                f"Resuming {out} needs the validation text of the first training that "
                "it was started with, or none if it was started without. The given "
                "text is different."
            )
    else:
        bound = 1.0 if max_forgetting is None else max_forgetting
        bound = bound if math.isfinite(bound) else None
        recipe = fine_tuning_recipe(base, epochs, changes, again=is_adaptation(run))
        old_pairs = old_validation(run, old_valid)
    if bound is not None and not old_pairs:
        raise click.UsageError(
            f"{run} does not hold the validation text of its training. Give it as "
            "--old-valid-source and --old-valid-target, or --max-forgetting inf to "
            "adapt without a bound."
        )
    adaptation = Adaptation(run, mix, mix_share or 0.5, old_pairs, bound)
    adaptation.require_known_text(new)
    with says_how_to_go_on():
        train(
            recipe,
            TrainingData(new, valid),
            out,
            tokenizers=run,
            resume=resume,
            force=force,
            adaptation=adaptation,
            clock=clock,
        )
    show(f"{read_record(out).summary()}\t{out}")


def _given(
    texts: dict[str, Path | None], prefix: str, languages: tuple[str, str]
) -> Corpus | None:
    """Return the corpus that the options of a prefix name; None for none."""

    def files(name: str) -> list[Path]:
        path = texts[f"{prefix}{name}".replace("-", "_")]
        return [] if path is None else [path]

    given = GivenText(
        files("source"),
        files("target"),
        files("tsv"),
        files("corpus"),
        languages=languages,
        prefix=prefix,
    )
    return given.corpus() if given else None


def _require_languages(
    recipe: Recipe, run: Path, source: str | None, target: str | None
) -> None:
    for side, wanted in (("source", source), ("target", target)):
        has = getattr(recipe.data, f"{side}_language")
        if wanted is not None and known_language(wanted) != known_language(has):
            raise click.UsageError(
                f"An adaptation keeps the languages of its run. {run} has the {side} "
                f"language {has}. Received: {wanted}."
            )

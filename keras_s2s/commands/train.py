"""`keras-s2s train`: parallel text to a run directory."""

import json
import os
from pathlib import Path
from typing import Any

import click

from edge_runtime.commands.number_range import NumberRange
from edge_runtime.commands.screen import show
from edge_runtime.files.readable import read_input
from keras_s2s.commands.corpus_options import GivenText
from keras_s2s.commands.duration import seconds_of
from keras_s2s.commands.settings import parse_settings
from keras_s2s.commands.stopping import says_how_to_go_on
from keras_s2s.config import ConfigError, Recipe
from keras_s2s.data.corpus import Corpus
from keras_s2s.files.layout import first_within
from keras_s2s.presets import preset_recipe
from keras_s2s.quiet_tensorflow import import_tensorflow_quietly
from keras_s2s.recipes.automatic import Automatic
from keras_s2s.training.multi_worker.cluster import Cluster, read_cluster
from keras_s2s.training.time_limit.run_clock import RunClock

_PATH = click.Path(path_type=Path)
_LARGEST_CONFIG = 1 << 24
"""Bytes."""


@click.command(
    name="train",
    epilog="""\b
Example:
  keras-s2s train --source train.zh --target train.en \\
      --valid-source val.zh --valid-target val.en \\
      --source-language zh --target-language en \\
      --out runs/zh-en --preset small --set epochs=30""",
)
@click.option(
    "--source",
    "sources",
    type=_PATH,
    multiple=True,
    help="Training source, one sentence a line.",
)
@click.option(
    "--target",
    "targets",
    type=_PATH,
    multiple=True,
    help="Training target, line by line.",
)
@click.option(
    "--valid-source",
    type=_PATH,
    help="Validation source.  [default: hold out training pairs]",
)
@click.option("--valid-target", type=_PATH, help="Validation target.")
@click.option(
    "--tsv",
    "tables",
    type=_PATH,
    multiple=True,
    help="Training pairs, source<TAB>target; CSV if the name ends in .csv.",
)
@click.option("--valid-tsv", type=_PATH, help="Validation pairs in the same way.")
@click.option(
    "--corpus",
    "corpora",
    type=_PATH,
    multiple=True,
    help="Training pairs in a file told by its name: TSV, CSV, or a document of the "
    "languages below: TMX, XLIFF, PO.",
)
@click.option("--valid-corpus", type=_PATH, help="Validation pairs in such a file.")
@click.option(
    "--columns",
    metavar="SOURCE,TARGET",
    help="Columns of TSV and CSV, by number from 1 or by name in the first line.",
)
@click.option(
    "--valid-columns",
    metavar="SOURCE,TARGET",
    help="Columns of validation pairs.  [default: those of --columns]",
)
@click.option(
    "--corpus-weight",
    "weights",
    type=NumberRange(0, min_open=True),
    multiple=True,
    help="How often an epoch has the pairs of a corpus; one for each: first those of "
    "--source, then --tsv, then --corpus.  [default: 1]",
)
@click.option("--source-language", help="Language code, for the bundle and its card.")
@click.option("--target-language", help="Language code; also picks BLEU's tokenizer.")
@click.option("--out", type=_PATH, help="Run directory, new or empty.  [required]")
@click.option(
    "--preset",
    help="Recipe to start from; auto chooses one for the corpus.  [default: small, "
    "and auto with --time-limit]",
)
@click.option(
    "--time-limit",
    type=seconds_of,
    metavar="TIME",
    help="When to be done, all starts together, such as 90m, 1h30m or 5400s.",
)
@click.option("--attention", help="bahdanau, or none for one fixed-length context.")
@click.option("--cell", help="gru, lstm or rnn.")
@click.option("--config", type=_PATH, help="Recipe file instead of a preset.")
@click.option(
    "--set", "settings", multiple=True, metavar="KEY=VALUE", help="Change one value."
)
@click.option("--tokenizers", type=_PATH, help="Run whose tokenizers to take over.")
@click.option("--seed", type=int, help="Short for --set seed=N.")
@click.option("--resume", is_flag=True, help="Continue the run in --out.")
@click.option("--force", is_flag=True, help="Replace the run in --out.")
@click.option(
    "--strategy",
    type=click.Choice(["one-worker", "multi-worker"]),
    default="one-worker",
    show_default=True,
    help="Train alone, or with the other workers that TF_CONFIG names.",
)
@click.option(
    "--worker-timeout",
    type=NumberRange(min=1),
    default=600.0,
    show_default=True,
    help="Seconds to wait for another worker, to start or in a step.",
)
@click.option("--print-recipe", is_flag=True, help="Print the recipe, do not train.")
def command(
    sources: tuple[Path, ...],
    targets: tuple[Path, ...],
    valid_source: Path | None,
    valid_target: Path | None,
    tables: tuple[Path, ...],
    valid_tsv: Path | None,
    corpora: tuple[Path, ...],
    valid_corpus: Path | None,
    columns: str | None,
    valid_columns: str | None,
    weights: tuple[float, ...],
    source_language: str | None,
    target_language: str | None,
    out: Path | None,
    preset: str | None,
    time_limit: float | None,
    attention: str | None,
    cell: str | None,
    config: Path | None,
    settings: tuple[str, ...],
    tokenizers: Path | None,
    seed: int | None,
    resume: bool,
    force: bool,
    strategy: str,
    worker_timeout: float,
    print_recipe: bool,
) -> None:
    """Train a translator: tokenizers, model, validation BLEU, checkpoints."""
    clock = RunClock()
    changes = parse_settings(settings)
    if time_limit and "epochs" in changes:
        raise click.UsageError(
            "--time-limit decides the number of epochs: leave out --set epochs, or "
            "--time-limit."
        )
    for key, value in (
        ("source_language", source_language),
        ("target_language", target_language),
        ("seed", seed),
    ):
        if value is not None:
            changes[key] = str(value)
    if weights:
        changes["corpus_weights"] = json.dumps(weights)
    cluster = (
        read_cluster(os.environ, worker_timeout) if strategy == "multi-worker" else None
    )
    chosen = [preset, time_limit, attention, cell, config, tokenizers, *changes]
    if resume:
        if force or any(choice is not None for choice in chosen):
            raise click.UsageError(
                "--resume continues with the recipe of the run: leave out --force, "
                "--preset, --time-limit, --config, --attention, --cell, --set, --seed, "
                "--tokenizers, --corpus-weight and languages."
            )
        import_tensorflow_quietly()
        recipe: Recipe | Automatic = _resumed_recipe(_run_directory(out), cluster)
    else:
        recipe = _begun_recipe(preset, config, (attention, cell), changes, time_limit)
    if cluster and (time_limit or isinstance(recipe, Automatic)):
        raise click.UsageError(
            "--time-limit and --preset auto train in one process: leave out "
            "--strategy multi-worker."
        )
    if print_recipe and isinstance(recipe, Recipe) and not time_limit:
        _print_recipe(recipe)
        return
    if not print_recipe:
        out = _run_directory(out)
    languages = recipe.languages
    train_corpus = GivenText(
        sources, targets, tables, corpora, columns, languages
    ).corpus()
    valid_text = GivenText(
        _given(valid_source),
        _given(valid_target),
        _given(valid_tsv),
        _given(valid_corpus),
        valid_columns or columns,
        languages,
        "valid-",
    )
    valid_pairs = valid_text.corpus() if valid_text else None
    if out is None or print_recipe:
        _print_choice(recipe, (train_corpus, valid_pairs), tokenizers, clock)
        return

    if config is not None and first_within(out, [config]):
        raise click.UsageError(
            f"--config must not lie in --out. Received: {config} and {out}."
        )
    _train(
        recipe,
        (train_corpus, valid_pairs),
        out,
        cluster,
        clock=clock,
        tokenizers=tokenizers,
        resume=resume,
        force=force,
    )


def _begun_recipe(
    preset: str | None,
    config: Path | None,
    kinds: tuple[str | None, str | None],
    changes: dict[str, str],
    time_limit: float | None,
) -> Recipe | Automatic:
    """Return the recipe of a new run, or what chooses it."""
    attention, cell = kinds
    limit = {"time_limit": str(time_limit)} if time_limit else {}
    if config is not None:
        if preset is not None:
            raise click.UsageError("Give --preset or --config, not both.")
        both = {"attention": attention, "cell": cell}
        given = {key: value for key, value in both.items() if value is not None}
        return _read_config(config).with_settings(changes | given | limit)
    attention, cell = attention or "bahdanau", cell or "gru"
    if preset == "auto" or (time_limit and not preset):
        return Automatic(attention, cell, changes, time_limit or 0.0)
    recipe = preset_recipe(preset or "small", attention, cell)
    return recipe.with_settings(changes | limit)


def _print_recipe(recipe: Recipe) -> None:
    click.echo(json.dumps(recipe.to_json(), indent=2, ensure_ascii=False))


def _print_choice(
    recipe: Recipe | Automatic,
    corpora: tuple[Corpus, Corpus | None],
    tokenizers: Path | None,
    clock: RunClock,
) -> None:
    """Print the recipe that would be trained; the reasons go to standard error."""
    import_tensorflow_quietly()
    from keras_s2s.training.chosen_recipe import recipe_that_would_be_trained
    from keras_s2s.training.training_data import TrainingData

    data = TrainingData(*corpora)
    _print_recipe(recipe_that_would_be_trained(recipe, data, tokenizers, clock))


def _train(
    recipe: Recipe | Automatic,
    corpora: tuple[Corpus, Corpus | None],
    out: Path,
    cluster: Cluster | None,
    clock: RunClock,
    **options: Any,
) -> None:
    """Train, and say what came out or how to go on after a stop."""
    import_tensorflow_quietly()
    from keras_s2s.training.multi_worker.train_together import train_together
    from keras_s2s.training.trainer import train
    from keras_s2s.training.training_data import TrainingData

    data = TrainingData(*corpora)
    with says_how_to_go_on():
        if cluster and isinstance(recipe, Recipe):
            run = train_together(recipe, data, out, cluster, **options)
        else:
            run = train(recipe, data, out, clock=clock, **options)
    if run:  # Only the chief of several workers has one.
        show(f"val_bleu {run.scores['val_bleu']:.2f}\t{out}")


def _run_directory(out: Path | None) -> Path:
    """Return what everything needs but printing a recipe."""
    if out is None:
        raise click.UsageError("Give --out: the run directory, new or empty.")
    return out


def _resumed_recipe(out: Path, cluster: Cluster | None) -> Recipe:
    from keras_s2s.run.run_directory import read_recipe
    from keras_s2s.run.run_file import RunError

    try:
        return read_recipe(out)
    except RunError:
        if cluster is None or cluster.is_chief:
            raise
        # A worker that does not see the chief's files hears the recipe from it.
        return Recipe()


def _read_config(path: Path) -> Recipe:
    try:
        # Of bytes, JSON tells UTF-8, UTF-16 and UTF-32 apart, with and without a mark.
        content = json.loads(read_input(path, _LARGEST_CONFIG))
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path} must hold a recipe as JSON: {error}.") from None
    return Recipe.from_json(content)


def _given(path: Path | None) -> tuple[Path, ...]:
    return () if path is None else (path,)

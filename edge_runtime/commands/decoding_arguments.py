"""The options of decoding that several commands have."""

import functools
from collections.abc import Callable
from typing import Any

import click

_DECODING = (
    click.option("--beam-size", type=int, help="Hypotheses kept; 1 is greedy search."),
    click.option("--copy-unknown", is_flag=True, help="Copy what has no translation."),
    click.option(
        "--split-sentences", is_flag=True, help="Translate each sentence alone."
    ),
    click.option(
        "--length-penalty", type=float, help="Above 0 favours long translations."
    ),
    click.option(
        "--coverage-penalty", type=float, default=0.0, help="Above 0: omit less."
    ),
    click.option(
        "--min-length", type=int, default=0, help="Fewest tokens per sentence."
    ),
    click.option(
        "--max-length", type=int, help="Most tokens per sentence, eos included."
    ),
    click.option(
        "--no-repeat-ngram",
        "no_repeat_ngram_size",
        type=int,
        default=0,
        help="Repeat none of N tokens.",
    ),
    click.option("--sampling", is_flag=True, help="Draw tokens at random."),
    click.option("--temperature", type=float, default=1.0, help="Of --sampling."),
    click.option("--top-k", type=int, default=0, help="Sample among so many tokens."),
    click.option("--seed", type=int, default=0, help="Of --sampling."),
)
"""Options that become `DecodingOptions`, with the names of its attributes."""

_RUNNING = (
    click.option("--batch-size", type=int, default=32, help="Sentences per batch."),
    click.option("--threads", type=int, default=1, help="Threads per process."),
)


def decoding_arguments(command: Callable[..., None]) -> Callable[..., None]:
    """Add options to a command: its `decoding`, `batch_size` and `threads`.

    Args:
        command: Takes `decoding`, the `DecodingOptions` that were chosen.
    """

    @functools.wraps(command)
    def with_decoding(**arguments: Any) -> None:
        # Imported here, so that --help and mistakes are answered at once.
        from edge_runtime.translation.decoding_options import DecodingOptions

        names = DecodingOptions.__dataclass_fields__.keys() & arguments.keys()
        decoding = DecodingOptions(**{name: arguments.pop(name) for name in names})
        command(decoding=decoding, **arguments)

    for option in reversed(_DECODING + _RUNNING):
        with_decoding = option(with_decoding)
    return with_decoding

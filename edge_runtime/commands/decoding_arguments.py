"""The options of decoding that several commands have."""

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from edge_runtime.contract import SPAN_KINDS

if TYPE_CHECKING:
    from edge_runtime.text.glossary import Glossary


def _kinds(
    _context: click.Context, _option: click.Parameter, names: str | None
) -> tuple[str, ...] | None:
    """Return the kinds of spans that an option names."""
    if names in ("all", "none"):
        return SPAN_KINDS if names == "all" else ()
    return None if names is None else tuple(map(str.strip, names.split(",")))


def _read_glossary(
    _context: click.Context, _option: click.Parameter, path: str | None
) -> "Glossary | None":
    """Return the glossary of a file."""
    from edge_runtime.text.glossary import Glossary

    return None if path is None else Glossary.from_file(path)


_DECODING = (
    click.option("--beam-size", type=int, help="Hypotheses kept; 1 is greedy search."),
    click.option(
        "--carry",
        metavar="KINDS",
        callback=_kinds,
        help="Spans taken over: all, none, or some kinds.",
    ),
    click.option(
        "--glossary",
        metavar="FILE",
        callback=_read_glossary,
        help="Lines of term, tab, translation.",
    ),
    click.option(
        "--number-format", metavar="LANG", help="Write numbers as readers of LANG do."
    ),
    click.option("--copy-unknown", is_flag=True, help="Copy unknown words."),
    click.option(
        "--split-sentences/--no-split-sentences",
        default=None,
        help="Translate each sentence alone.",
    ),
    click.option(
        "--break-loops/--allow-loops",
        default=True,
        help="Whether repeated phrases are left.",
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

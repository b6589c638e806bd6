"""The command `edge-translate serve --api`: LibreTranslate's HTTP interface."""

from typing import TYPE_CHECKING, Any

import click

from edge_runtime.commands.bounds import (
    BATCH_SIZE,
    PROCESSES,
    THREADS,
    check_range,
)
from edge_runtime.commands.decoding_arguments import decoding_arguments
from edge_runtime.commands.errors import OneLineErrors
from edge_runtime.commands.screen import show
from edge_runtime.listening import address_text

if TYPE_CHECKING:
    from edge_runtime.translation.decoding_options import DecodingOptions

_NOTES = """\b
Examples:
  edge-translate serve --api models/zh-en models/en-zh
  edge-translate serve --api models/zh-en --host 0.0.0.0 --processes 4 \\
      --api-keys keys.tsv --req-limit 600
  curl -d q=我爱吃苹果 -d source=zh -d target=en http://127.0.0.1:5000/translate

Programs that know LibreTranslate find what they expect at /translate, /detect,
/languages, /frontend/settings, /health and /metrics. Texts with "source": "auto" are
identified, with pip install "keras-s2s[identify]".

A file of API keys has lines of key, or of key, tab, texts a minute. With it, every
request for a translation needs one.
"""


@click.command(
    "edge-translate serve --api", cls=OneLineErrors, extra="serve", epilog=_NOTES
)
@click.argument(
    "bundles", metavar="BUNDLE…", type=click.Path(), nargs=-1, required=True
)
@click.option("--host", default="127.0.0.1", help="Address to listen at.")
@click.option("--port", type=int, default=5000, help="Port; 0 for any that is free.")
@click.option("--processes", type=int, default=1, help="Processes that translate.")
@click.option("--api-keys", metavar="FILE", help="Who may translate.")
@click.option("--char-limit", type=int, default=10_000, help="Characters per text.")
@click.option("--batch-limit", type=int, default=100, help="Texts per request.")
@click.option(
    "--alternatives-limit", type=int, default=10, help="Alternatives per text."
)
@click.option("--body-limit", type=int, default=1 << 20, help="Bytes per request.")
@click.option("--req-limit", type=int, help="Texts per minute and client.")
@click.option("--queue-limit", type=int, default=1_000, help="Texts that wait.")
@click.option(
    "--connection-limit", type=int, default=256, help="Connections at a time."
)
@click.option(
    "--seconds-to-send", type=int, default=30, help="For a request, or an answer."
)
@click.option("--seconds-to-stop", type=int, default=30, help="For what was accepted.")
@decoding_arguments
def serve_api_command(
    *,
    bundles: tuple[str, ...],
    host: str,
    port: int,
    api_keys: str | None,
    decoding: "DecodingOptions",
    batch_size: int,
    threads: int,
    **limits: Any,
) -> None:
    """Serve translations with BUNDLEs over HTTP, as LibreTranslate does.

    Each BUNDLE, a directory or zip file, has a direction of its own.
    """
    # Imported here, so that --help and mistakes are answered at once.
    from edge_runtime.service.api_keys import ApiKeys
    from edge_runtime.service.options import ServiceOptions
    from edge_runtime.service.server import run_service

    check_range("batch_size", batch_size, BATCH_SIZE)
    check_range("threads", threads, THREADS)
    check_range("processes", limits["processes"], PROCESSES)
    run_service(
        bundles,
        host=host,
        port=port,
        decoding=decoding,
        options=ServiceOptions(**limits),
        keys=None if api_keys is None else ApiKeys.from_file(api_keys),
        batch_size=batch_size,
        threads=threads,
        started=_tell,
    )


def _tell(host: str, port: int) -> None:
    show(f"Translating at http://{address_text(host, port)} (Ctrl-C to stop)")

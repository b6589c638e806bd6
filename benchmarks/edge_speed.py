"""The edge runtime against CTranslate2's Transformers, one thread each.

    python benchmarks/edge_speed.py INT8_BUNDLE SOURCE REFERENCE \
        [--float32 BUNDLE] [--forced] [--environment FOLDER]

The Transformers have random weights in int8 and write as many tokens as the reference
has; their vocabularies are the bundle's. With --forced the bundles write as many too,
for models that were trained little and end where they like. All systems go from text to
text over the same sentences, in processes of their own that take turns every 256
sentences. What decides is the median of the ratios of such neighbouring turns, by the
clock on the wall and, in brackets, by the processor's, which counts nothing of other
programs. It exits with 1 if either is above the limit.
"""

import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import click
from contestants.rounds import Contestant, take_turns
from peers.environment import prepare

from edge_runtime.bundle.open_bundle import open_bundle
from edge_runtime.text.tokenizer import Tokenizer

REQUIREMENTS = ("ctranslate2>=4.8", "numpy", "sentencepiece>=0.2.2")
LARGER = "Transformer 6+2 x 256"
SMALLER = "Transformer 4+4 x 128"
TRANSFORMERS = {
    LARGER: {
        "encoder_layers": 6,
        "decoder_layers": 2,
        "width": 256,
        "heads": 8,
        "feed_forward": 1536,
    },
    SMALLER: {
        "encoder_layers": 4,
        "decoder_layers": 4,
        "width": 128,
        "heads": 4,
        "feed_forward": 256,
    },
}
LARGEST_SHARES = {LARGER: 0.5, SMALLER: 1.0}
"""Largest share of a Transformer's time that the int8 bundle may take."""


@click.command()
@click.argument("bundle", type=click.Path(exists=True))
@click.argument("source", type=click.Path(exists=True, dir_okay=False))
@click.argument("reference", type=click.Path(exists=True, dir_okay=False))
@click.option("--float32", type=click.Path(exists=True), help="Bundle to show beside.")
@click.option("--environment", type=click.Path(file_okay=False), help="Of the peers.")
@click.option("--forced", is_flag=True, help="Give the bundles lengths too.")
@click.option("--count", type=int, default=1000, show_default=True)
@click.option("--rounds", type=int, default=5, show_default=True)
def main(
    bundle: str,
    source: str,
    reference: str,
    float32: str | None,
    environment: str | None,
    forced: bool,
    count: int,
    rounds: int,
) -> None:
    """Time BUNDLE, int8, over the first lines of SOURCE."""
    opened = open_bundle(bundle)
    names = opened.manifest.source_tokenizer, opened.manifest.target_tokenizer
    texts = _lines(source)[:count]
    target_tokenizer = Tokenizer(opened.read(names[1]))
    lengths = [
        len(ids) + 1
        for ids in target_tokenizer.encode_batch(_lines(reference)[: len(texts)])
    ]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        python = prepare(
            Path(environment) if environment else folder / "environment", [REQUIREMENTS]
        )
        tokenizers = []
        for side, name in zip(("source", "target"), names, strict=True):
            tokenizers.append(folder / side)
            tokenizers[-1].write_bytes(opened.read(name))
        ours = opened.manifest.quantization
        contestants = {
            name: Contestant(sys.executable, "bundle", bundle=path, forced=forced)
            for name, path in ((ours, bundle), ("float32", float32))
            if path
        }
        for name, shape in TRANSFORMERS.items():
            contestants[name] = Contestant(
                python,
                "ctranslate2_transformer",
                source_tokenizer=str(tokenizers[0]),
                target_tokenizer=str(tokenizers[1]),
                **shape,
            )
        for contestant in contestants.values():
            stack.enter_context(contestant)
        click.echo(
            f"{len(texts)} sentences, references of "
            f"{sum(lengths) / len(lengths):.1f} tokens"
            f"{', written by the bundles too' * forced}; {rounds} rounds"
        )
        missed = False
        for batch_size in (1, 32):
            found = take_turns(contestants, texts, lengths, batch_size, rounds)
            click.echo(f"batch {batch_size}, one thread, median ms a sentence:")
            for name, timing in found.items():
                line = f"  {name:22} {timing.describe()}"
                if name in LARGEST_SHARES:
                    share, of_processor = found[ours].ratios_to(timing)
                    missed |= max(share, of_processor) > LARGEST_SHARES[name]
                    line += f"; {ours} takes {share:.2f} ({of_processor:.2f}) of it"
                click.echo(line)
    sys.exit(missed)


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").split("\n")


if __name__ == "__main__":
    main()

"""Check that a sentence's translation depends on nothing but the sentence.

    python benchmarks/edge_independence.py SENTENCES BUNDLE... [--count 1000]

Translates the same sentences alone, in batches of 1, 7, 32 and 128, in random company,
beside a long line that pads them, with one and two threads within an operator, from
several threads at once, and with the command in one and two processes; greedily and
with a beam; with bundles of any format. Passes if every text and every score is the
same every time, to the last digit; tells how many differ, the first few of them, and by
how much scores differ at most.
"""

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import click

from edge_runtime import DecodingOptions, Translation, Translator

ROOT = Path(__file__).parent.parent
BATCH_SIZES = (1, 7, 32, 128)
THREADS = (1, 2)
PROCESSES = (1, 2)
SHOWN = 3
"""Most differing sentences to print for each way of translating."""


class Found(NamedTuple):
    """A translation, as far as it is compared."""

    text: str
    score: float


@click.command()
@click.argument("sentences", type=click.Path(exists=True, dir_okay=False))
@click.argument("bundles", type=click.Path(exists=True), nargs=-1, required=True)
@click.option("--count", type=int, default=1000, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
def main(sentences: str, bundles: tuple[str, ...], count: int, seed: int) -> None:
    """Translate the first lines of SENTENCES in every way with every BUNDLE."""
    texts = Path(sentences).read_text(encoding="utf-8").split("\n")[:count]
    differing = 0
    for bundle in bundles:
        click.echo(f"{bundle}, {len(texts)} sentences:")
        for beam_size in (1, 4):
            options = DecodingOptions(beam_size=beam_size)
            alone = _found(map(Translator(bundle, options).translate, texts))
            for name, translate in _ways(bundle, options, texts, random.Random(seed)):
                differing += _compare(f"beam {beam_size}, {name}", alone, translate())
    click.echo(f"{differing} translations or scores differ")
    sys.exit(bool(differing))


def _compare(name: str, alone: list[Found], found: list[Found]) -> int:
    """Print what differs and return how many sentences do."""
    pairs = [
        (one, other) for one, other in zip(alone, found, strict=True) if one != other
    ]
    texts = sum(one.text != other.text for one, other in pairs)
    differences = [abs(one.score - other.score) for one, other in pairs]
    scores = sum(difference > 0 for difference in differences)
    largest = f" by at most {max(differences):.1e}" if differences else ""
    click.echo(f"  {name}: {texts} texts differ, {scores} scores{largest}")
    for one, other in pairs[:SHOWN]:
        click.echo(f"    {one.score!r} {one.text}\n    {other.score!r} {other.text}")
    return len(pairs)


def _ways(
    bundle: str, options: DecodingOptions, texts: list[str], generator: random.Random
) -> Iterator[tuple[str, Callable[[], list[Found]]]]:
    for threads in THREADS:
        translator = Translator(bundle, options, threads=threads)
        for batch_size in BATCH_SIZES:
            yield (
                f"{threads} threads an operator, batches of {batch_size}",
                lambda by=translator, size=batch_size: _found(
                    by.translate_batch(texts, batch_size=size)
                ),
            )
    translator = Translator(bundle, options)

    def shuffled() -> list[Found]:
        places = list(range(len(texts)))
        generator.shuffle(places)
        batch = translator.translate_batch([texts[place] for place in places])
        by_place = dict(zip(places, _found(batch), strict=True))
        return [by_place[place] for place in range(len(texts))]

    def in_company() -> list[Found]:
        by_place: dict[int, Found] = {}
        places = list(range(len(texts)))
        generator.shuffle(places)
        for begin in range(0, len(places), 32):
            chosen = places[begin : begin + 32]
            batch = translator.translate_batch([texts[place] for place in chosen])
            by_place.update(zip(chosen, _found(batch), strict=True))
        return [by_place[place] for place in range(len(texts))]

    def padded() -> list[Found]:
        long = " ".join(texts)[:400]
        pairs = (translator.translate_batch([text, long]) for text in texts)
        return _found(pair[0] for pair in pairs)

    def together() -> list[Found]:
        with ThreadPoolExecutor(8) as pool:
            return _found(pool.map(translator.translate, texts))

    yield "another order", shuffled
    yield "batches of 32 in random company", in_company
    yield "beside a long line", padded
    yield "8 threads at once", together
    for processes in PROCESSES:
        for batch_size in BATCH_SIZES:
            yield (
                f"{processes} processes, batches of {batch_size}",
                lambda count=processes, size=batch_size: _by_command(
                    bundle, options, texts, count, size
                ),
            )


def _found(translations: Iterator[Translation] | list[Translation]) -> list[Found]:
    return [Found(each.text, each.score) for each in translations]


def _by_command(
    bundle: str,
    options: DecodingOptions,
    texts: list[str],
    processes: int,
    batch_size: int,
) -> list[Found]:
    output = subprocess.run(
        [
            *[sys.executable, "-m", "edge_runtime", bundle, "--json"],
            *["--beam-size", str(options.beam_size), "--processes", str(processes)],
            *["--batch-size", str(batch_size)],
        ],
        input="".join(f"{text}\n" for text in texts).encode(),
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
    ).stdout
    lines = map(json.loads, output.decode().splitlines())
    return [Found(line["text"], line["score"]) for line in lines]


if __name__ == "__main__":
    main()

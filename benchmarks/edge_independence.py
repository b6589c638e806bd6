"""Check that a sentence's translation depends on nothing but the sentence.

    python benchmarks/edge_independence.py SENTENCES BUNDLE... [--count 1000]

Translates the same sentences alone, in batches of several sizes, in random company,
beside a long line that pads them, with several threads within an operator, from several
threads at once, and with several processes; greedily and with a beam; with bundles of
any format. Passes if every text is the same every time; tells how many scores differ,
and by how much at most.
"""

import os
import random
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click

from edge_runtime import DecodingOptions, Translator

ROOT = Path(__file__).parent.parent
Found = list[tuple[str, float | None]]
"""Text and score of every translation; the command does not tell scores."""


@click.command()
@click.argument("sentences", type=click.Path(exists=True, dir_okay=False))
@click.argument("bundles", type=click.Path(exists=True), nargs=-1, required=True)
@click.option("--count", type=int, default=1000, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
def main(sentences: str, bundles: tuple[str, ...], count: int, seed: int) -> None:
    """Translate the first lines of SENTENCES in every way with every BUNDLE."""
    texts = Path(sentences).read_text(encoding="utf-8").split("\n")[:count]
    different = 0
    for bundle in bundles:
        click.echo(f"{bundle}, {len(texts)} sentences:")
        for beam_size in (1, 4):
            options = DecodingOptions(beam_size=beam_size)
            alone = _alone(Translator(bundle, options), texts)
            for name, translate in _ways(bundle, options, texts, random.Random(seed)):
                pairs = list(zip(alone, translate(), strict=True))
                unequal = sum(one[0] != other[0] for one, other in pairs)
                differences = [
                    abs(one[1] - other[1])
                    for one, other in pairs
                    if one[1] is not None and other[1] is not None
                ]
                line = f"  beam {beam_size}, {name}: {unequal} texts differ"
                if differences:
                    scores = sum(difference > 0 for difference in differences)
                    line += f", {scores} scores by at most {max(differences):.1e}"
                click.echo(line)
                different += unequal
    sys.exit(bool(different))


def _ways(
    bundle: str, options: DecodingOptions, texts: list[str], generator: random.Random
) -> list[tuple[str, Callable[[], Found]]]:
    translator = Translator(bundle, options)
    threaded = Translator(bundle, options, threads=4)

    def batched(batch_size: int, by: Translator = translator) -> Found:
        found = by.translate_batch(texts, batch_size=batch_size)
        return [(each.text, each.score) for each in found]

    def shuffled() -> Found:
        places = list(range(len(texts)))
        generator.shuffle(places)
        found: Found = [("", None)] * len(texts)
        for begin in range(0, len(places), 32):
            chosen = places[begin : begin + 32]
            batch = translator.translate_batch([texts[place] for place in chosen])
            for place, each in zip(chosen, batch, strict=True):
                found[place] = each.text, each.score
        return found

    def padded() -> Found:
        long = " ".join(texts)[:400]
        pairs = (translator.translate_batch([text, long]) for text in texts)
        return [(pair[0].text, pair[0].score) for pair in pairs]

    def together() -> Found:
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(translator.translate, texts))
        return [(each.text, each.score) for each in found]

    return [
        ("batches of 7", lambda: batched(7)),
        ("batches of 32", lambda: batched(32)),
        ("batches of 128", lambda: batched(128)),
        ("batches of 32 in random company", shuffled),
        ("beside a long line", padded),
        ("batches of 32, 4 threads an operator", lambda: batched(32, threaded)),
        ("8 threads at once", together),
        ("4 processes", lambda: _in_processes(bundle, options, texts)),
    ]


def _alone(translator: Translator, texts: list[str]) -> Found:
    found = map(translator.translate, texts)
    return [(each.text, each.score) for each in found]


def _in_processes(bundle: str, options: DecodingOptions, texts: list[str]) -> Found:
    output = subprocess.run(
        [
            *[sys.executable, "-m", "edge_runtime", bundle],
            *["--beam-size", str(options.beam_size), "--processes", "4"],
            *["--batch-size", "16"],
        ],
        input="\n".join(texts).encode(),
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
    ).stdout
    lines = output.decode().split("\n")
    return [(line, None) for line in lines[: len(texts)]]


if __name__ == "__main__":
    main()

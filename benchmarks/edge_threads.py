"""Check that many threads can share one translator.

    python benchmarks/edge_threads.py BUNDLE SENTENCES [--count 10000] [--threads 8]

Passes if every thread's translations are those of one thread. Prints both times.
"""

import itertools
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click

from edge_runtime import Translator


@click.command()
@click.argument("bundle", type=click.Path(exists=True))
@click.argument("sentences", type=click.Path(exists=True, dir_okay=False))
@click.option("--count", type=int, default=10_000, show_default=True)
@click.option("--threads", type=int, default=8, show_default=True)
def main(bundle: str, sentences: str, count: int, threads: int) -> None:
    """Translate lines of SENTENCES, repeated up to --count, alone and in threads."""
    lines = Path(sentences).read_text(encoding="utf-8").split("\n")
    texts = list(itertools.islice(itertools.cycle(filter(None, lines)), count))
    translator = Translator(bundle)

    def translate(text: str) -> tuple[str, float]:
        found = translator.translate(text)
        return found.text, found.score

    begin = time.perf_counter()
    alone = [translate(text) for text in texts]
    middle = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        together = list(pool.map(translate, texts))
    end = time.perf_counter()
    different = sum(one != other for one, other in zip(alone, together, strict=True))
    print(
        f"{count} sentences: {middle - begin:.1f} s in one thread, "
        f"{end - middle:.1f} s in {threads}; {different} differ"
    )
    sys.exit(bool(different))


if __name__ == "__main__":
    main()

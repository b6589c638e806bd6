"""A first visit of the page: what it transfers, and how quickly it translates.

    python benchmarks/page_visit.py BUNDLE --source test.zh [--visits 5]

Each visit has a browser of its own, without anything kept from before. Prints, as the
median over the visits: the bytes of the page without those of the bundle, the time to
the first translation, that of a later one, and the longest task that kept the page from
answering, while it loads and while somebody types. Then it takes the network away and
translates again. Needs `make page`, Node and a browser.
"""

import statistics
from pathlib import Path
from typing import Any

import click
from page_scenario import play

from edge_runtime import DecodingOptions, Translator

TIMED_TOKENS = 14
"""Tokens of the translation that is timed."""


@click.command()
@click.argument("bundle", type=click.Path(exists=True, path_type=Path))
@click.option("--source", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--visits", type=int, default=5, show_default=True)
def main(bundle: Path, source: Path, visits: int) -> None:
    """Visit the page of BUNDLE."""
    lines = source.read_text("utf-8").splitlines()
    translator = Translator(bundle, DecodingOptions(beam_size=1))
    timed = next(
        (
            line
            for line in lines
            if len(translator.translate(line).tokens) == TIMED_TOKENS
        ),
        lines[0],
    )
    needs = {"text": lines[0], "timed": timed, "typed": " ".join(lines[:3])}
    found = [play("visit", bundle, **needs) for _ in range(visits)]
    model_card = bundle / "README.md"  # is not fetched
    size = sum(file.stat().st_size for file in bundle.iterdir() if file != model_card)

    def median(values: list[float]) -> float:
        return statistics.median(values)

    print(f"page: {median([each['bytes'] - size for each in found]) / 1e6:.2f} MB")
    cold = [each["coldMilliseconds"] / 1000 for each in found]
    print(
        f"first translation: {median(cold):.2f} s ({min(cold):.2f} to {max(cold):.2f})"
    )
    print(f"later ones, {TIMED_TOKENS} tokens: {', '.join(found[0]['times'])}")
    for name, key in (("loading", "loadingTasks"), ("typing", "typingTasks")):
        longest = [longest_task(each[key]) for each in found]
        print(
            f"longest task above 50 ms while {name}: {median(longest):.0f} ms "
            f"(at most {max(longest):.0f})"
        )
    expected = translator.translate(lines[0]).text
    offline = play("offline", bundle, text=lines[0])
    alike = found[0]["first"] == offline["online"] == offline["offline"] == expected
    print(f"without a network: {'the same' if alike else 'ANOTHER'} translation")


def longest_task(milliseconds: list[Any]) -> float:
    """Return the longest of some tasks, 0 without any: browsers tell those above 50."""
    return float(max(milliseconds, default=0))


if __name__ == "__main__":
    main()

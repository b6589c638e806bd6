"""Open hostile bundles in the built page in a browser, and in Python, and compare.

    python benchmarks/hostile_bundles_in_page.py BUNDLE... [--count 300] [--seed 0]

The bundles are zips of those that `hostile_bundles.py` makes of the same seeds. Each is
chosen as a file on the page, which then translates two sentences, greedily and with a
beam. Passes if the page refuses each one or translates, within the limit of time, and
nothing crashes. What the page takes and Python refuses, or the other way round, is
printed with the reason. Needs `make page`, Node and a browser; Linux.
"""

import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import click
from hostile_bundles import SENTENCES, outcomes, read_bundle, write_hostile
from page_scenario import play_by_line

FAILED = "it failed: "
"""How the page begins to tell an error that is not one of the bundle."""


@click.command()
@click.argument("bundles", type=click.Path(exists=True), nargs=-1, required=True)
@click.option("--count", type=int, default=300, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True, help="The first one.")
@click.option(
    "--seconds", type=int, default=60, show_default=True, help="Limit of each step."
)
def main(bundles: tuple[str, ...], count: int, seed: int, seconds: int) -> None:
    """Make hostile bundles from BUNDLES, which must be good ones, and use them."""
    contents = [read_bundle(Path(bundle)) for bundle in bundles]
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.zip" for number in range(seed, seed + count)]
        for number, path in enumerate(paths, seed):
            write_hostile(number, contents, path, packed=True)
        in_page = play_by_line(
            "strangers",
            bundles[0],
            archives=[str(path) for path in paths],
            lines=SENTENCES,
            limit=1000 * seconds,
            pause=300,
        )
        in_python = outcomes(list(bundles), seed, seed + count, packed=True)
        counts: Counter[str] = Counter()
        agreed = 0
        longest = 0.0
        for found, (number, kind, expected) in zip(in_page, in_python, strict=True):
            word, reason = _outcome(found)
            counts[word] += 1
            longest = max(longest, found["milliseconds"] / 1000)
            if word == expected.split()[0]:
                agreed += 1
            else:
                print(f"seed {number}, {kind}: {word} {reason}\n    Python: {expected}")
            print(f"\r{number - seed + 1} of {count}", end="", file=sys.stderr)
    print(file=sys.stderr)
    for word in ("refused", "translated", "crashed", "endless"):
        print(f"{word:12} {counts[word]}")
    print(f"{count} hostile bundles, the longest took {longest:.1f} s")
    print(f"page and Python agree on {agreed}")
    sys.exit(counts["refused"] + counts["translated"] < count)


def _outcome(found: dict[str, Any]) -> tuple[str, str]:
    """Return what came of a bundle in one word, and what was said."""
    if found["endless"]:
        return "endless", ""
    if found["failures"] or FAILED in found["message"]:
        return "crashed", f"{found['message']} {found['failures']}"
    return ("refused" if found["message"] else "translated"), found["message"]


if __name__ == "__main__":
    main()

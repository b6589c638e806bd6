"""Check that any line costs time in proportion to its length, and memory within bounds.

    python benchmarks/hostile_lines.py BUNDLE [--characters 20000] [--megabytes 10]

Lines of one kind each, such as a run of full stops with a letter at its end, are
translated at three lengths, each twice the one before; translations are cut after one
token, so that the time is that of reading, splitting, copying and joining. Passes if
twice the length takes at most 2.5 times the processor time. Then `edge-translate`
translates one line of --megabytes of each of a few kinds, as text, with several
translations, as JSON and with word alignments; passes if its peak memory stays below
300 MB. Linux and macOS only.
"""

import itertools
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import click

from edge_runtime import DecodingOptions, Translator

ROOT = Path(__file__).parent.parent
MOST_TIMES = 2.5
MOST_MEGABYTES = 300
KINDS = {
    "one long word": "a",
    "words": "we love apples ",
    "clauses": "we love, ",
    "sentences": "I love apples. ",
    "Chinese": "我爱吃苹果",
    "Chinese sentences": "我。",
    "full stops": ".",
    "commas": ",",
    "dashes": "—",
    "marks in turn": "!…",
    "full-width commas": "，",
    "full-width stops": "。",
    "quotes": '"',
    "closing quotes": ".”",
    "abbreviations": "z. B. ",
    "single letters": "x. ",
    "spaces": " ",
    "ideographic spaces": "\u3000",
    "tabs between words": "a\t",
    "line separators": "a\u2028",
    "addresses": "https://",
    "mail addresses": "a@b.",
    "at signs": "a@",
    "placeholders": "{{a",
    "underscores": "__a",
    "numbers": "1.",
    "accents": "\u0301",
    "emoji": "😀",
    "joiners": "\u200d",
    "zero-width spaces": "\u200b",
    "NUL": "\0",
}
LARGE_KINDS = ("one long word", "sentences", "Chinese", "full stops", "spaces")


@click.command()
@click.argument("bundle", type=click.Path(exists=True))
@click.option("--characters", type=int, default=20_000, show_default=True)
@click.option("--megabytes", type=float, default=10.0, show_default=True)
def main(bundle: str, characters: int, megabytes: float) -> None:
    """Translate hostile lines with BUNDLE."""
    slow = _time_against_length(bundle, characters)
    large = _peak_memory(bundle, int(megabytes * 1e6))
    for kind in slow:
        print(f"not in proportion: {kind}")
    for kind in large:
        print(f"more than {MOST_MEGABYTES} MB: {kind}")
    sys.exit(1 if slow or large else 0)


def _time_against_length(bundle: str, characters: int) -> list[str]:
    """Print the time of every kind and return those that grow faster than the line."""
    translator = Translator(bundle)
    options = DecodingOptions(max_length=1, copy_unknown=translator.model.attends)
    lengths = [characters, 2 * characters, 4 * characters]
    print("ms of processor time", *(f"{length:>9,}" for length in lengths), "  growth")
    slow = []
    for kind, unit in KINDS.items():
        times = [_time(translator, _line(unit, length), options) for length in lengths]
        growth = max(later / before for before, later in itertools.pairwise(times))
        print(
            f"{kind:20s}", *(f"{1e3 * taken:9.1f}" for taken in times), f"{growth:8.2f}"
        )
        if growth > MOST_TIMES:
            slow.append(kind)
    return slow


def _line(unit: str, characters: int) -> str:
    return "x" + unit * (characters // len(unit)) + "x"


def _time(translator: Translator, line: str, options: DecodingOptions) -> float:
    """Return the shortest of a few times; of many where one is too short to tell."""
    times: list[float] = []
    while len(times) < 3 or (sum(times) < 0.3 and len(times) < 30):
        begin = time.process_time()
        translator.translate(line, options)
        times.append(time.process_time() - begin)
    return min(times)


def _peak_memory(bundle: str, size: int) -> list[str]:
    """Print the peak of every kind and return those above the bound."""
    print(f"\none line of {size / 1e6:g} MB           seconds   peak MB")
    formats = {
        "": [],
        ", 2 translations": ["--beam-size", "2", "--n-best", "2"],
        ", JSON": ["--json"],
        ", word alignment": ["--show-alignment"],
    }
    large = []
    for kind, (suffix, arguments) in itertools.product(LARGE_KINDS, formats.items()):
        unit = KINDS[kind]
        line = (_line(unit, len(unit) * (size // len(unit.encode()))) + "\n").encode()
        begin = time.perf_counter()
        megabytes = _peak_of([bundle, "--max-length", "1", *arguments], line)
        taken = time.perf_counter() - begin
        print(f"{kind + suffix:32s} {taken:7.1f} {megabytes:9.0f}")
        if megabytes > MOST_MEGABYTES:
            large.append(kind + suffix)
    return large


def _peak_of(arguments: list[str], content: bytes) -> float:
    """Return the peak memory of `edge-translate` in megabytes."""
    process = subprocess.Popen(
        [sys.executable, "-m", "edge_runtime", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    if process.stdin is None:
        raise RuntimeError("standard input must be a pipe.")
    with process.stdin as stream:
        stream.write(content)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"edge-translate must end with 0. Received: {status}.")
    return _megabytes(usage)


def _megabytes(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


if __name__ == "__main__":
    main()

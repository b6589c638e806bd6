"""Time and memory from the start of a process to its first translated sentence.

    python benchmarks/cold_start.py BUNDLE SENTENCES [--python PYTHON]

Starts `edge-translate` again and again, each time with one line of SENTENCES, and waits
for the translation; then starts processes that say where their time and memory go.
Give as --python that of an environment with the edge runtime alone: with the training
extra installed, click and numpy find more to look through.
"""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import click

ROOT = Path(__file__).parent.parent
MOST_SECONDS = 0.6
MOST_MEGABYTES = 130.0

PHASES = """
import sys, time

started = float(sys.argv[1])


def report(phase):
    status = open("/proc/self/status").read()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    print(f"{phase}\\t{time.clock_gettime(time.CLOCK_MONOTONIC) - started}\\t"
          f"{int(peak.split()[1]) / 1024}")


report("Python itself")
import click
report("import click")
import numpy
report("import numpy")
import onnxruntime
report("import onnxruntime")
import sentencepiece
report("import sentencepiece")
import edge_runtime.cli, edge_runtime.commands.line_translation
report("import edge_runtime")
from edge_runtime.model import translation_model as models
from edge_runtime.bundle.open_bundle import open_bundle

bundle = open_bundle(sys.argv[2])
report("read and check the files")
for name in ("Tokenizer", "EncoderSession", "DecoderStepSession", "_try_out"):
    def call(*arguments, _call=getattr(models, name), _name=name):
        result = _call(*arguments)
        report({"_try_out": "first run of both graphs"}.get(_name, f"load {_name}"))
        return result
    setattr(models, name, call)
from edge_runtime import Translator

translator = Translator(models.load_model(bundle))
translator.translate(sys.argv[3])
report("translate the sentence")
"""


@click.command()
@click.argument("bundle", type=click.Path(exists=True))
@click.argument("sentences", type=click.Path(exists=True, dir_okay=False))
@click.option("--python", default=sys.executable, help="Python to start.")
@click.option("--count", type=int, default=20, show_default=True)
def main(bundle: str, sentences: str, python: str, count: int) -> None:
    """Measure BUNDLE with lines of SENTENCES."""
    lines = Path(sentences).read_text(encoding="utf-8").split("\n")[:count]
    starts = [_start(python, bundle, line) for line in lines]
    seconds = statistics.median(found[0] for found in starts)
    processor = statistics.median(found[1] for found in starts)
    megabytes = max(found[2] for found in starts)
    click.echo(
        f"{len(lines)} starts of edge-translate: median {seconds:.3f} s to the first "
        f"sentence ({processor:.3f} s on the processor in all); largest peak "
        f"{megabytes:.1f} MB"
    )
    click.echo("where it goes, median ms (MB of peak memory after it):")
    phases: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for line in lines:
        before = 0.0
        for phase, after, peak in _phases(python, bundle, line):
            phases[phase].append((1e3 * (after - before), peak))
            before = after
    for phase, found in phases.items():
        taken = statistics.median(each[0] for each in found)
        peak = statistics.median(each[1] for each in found)
        click.echo(f"  {phase:26} {taken:6.1f} ({peak:.1f})")
    sys.exit(seconds > MOST_SECONDS or megabytes > MOST_MEGABYTES)


def _start(python: str, bundle: str, line: str) -> tuple[float, float, float]:
    """Return seconds to the translation, seconds of processor, and megabytes."""
    begin = time.perf_counter()
    process = subprocess.Popen(
        [python, "-m", "edge_runtime", bundle],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=_environment(),
    )
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("edge-translate has no pipes")
    process.stdin.write(f"{line}\n".encode())
    process.stdin.flush()
    if not process.stdout.readline():
        raise SystemExit("edge-translate ended without a translation")
    seconds = time.perf_counter() - begin
    process.stdin.close()
    process.stdout.close()
    # What `resource` tells is the largest of all children; this is that of one.
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"edge-translate ended with {process.returncode}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def _phases(python: str, bundle: str, line: str) -> list[tuple[str, float, float]]:
    """Return phases with seconds since the start and megabytes, each at its end."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "phases.py"
        script.write_text(PHASES)
        started = time.clock_gettime(time.CLOCK_MONOTONIC)
        output = subprocess.run(
            [python, str(script), str(started), bundle, line],
            env=_environment(),
            check=True,
            capture_output=True,
            text=True,
        ).stdout
    found = re.findall(r"(.+)\t(.+)\t(.+)", output)
    return [(phase, float(seconds), float(peak)) for phase, seconds, peak in found]


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


if __name__ == "__main__":
    main()

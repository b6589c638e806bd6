"""The whole path with the versions that are installed, in every format of a bundle.

    python benchmarks/every_format.py [--edge-python .venv-edge/bin/python]

Trains a tiny model on sentences of the phrasebook for two epochs, exports it in every
format, and translates 50 test sentences with each bundle, every step by its command and
in a process of its own. Export compares each format with Keras, and BLEU must be lost
nowhere. Fails where a command does, where a line has no translation, or where the two
float32 bundles differ. Weights that the installed onnxruntime is too old for must be
refused in one line. With `--edge-python` the bundles are translated by another Python,
that of an environment without TensorFlow. It takes about three minutes.
"""

import importlib.metadata
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import click

from edge_runtime.bundle.manifest import oldest_onnxruntime
from edge_runtime.model.required_onnxruntime import is_new_enough
from export.errors import ExportError
from export.options import FLOAT32, ExportOptions, GraphFormat
from export.weights.quantization import Quantization
from keras_s2s.phrasebook import build_splits, write_splits

TEST_SENTENCES = 50
PACKAGES = (
    *("numpy", "onnxruntime", "sentencepiece", "click", "tensorflow", "keras"),
    *("protobuf", "h5py", "onnx", "tf2onnx", "sacrebleu", "matplotlib"),
)


@click.command()
@click.option("--edge-python", default=sys.executable, help="Translates the bundles.")
def main(edge_python: str) -> None:
    """Train, export in every format, translate."""
    versions = (f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    click.echo(f"Python {platform.python_version()}, {', '.join(versions)}")
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        data, run = directory / "data", directory / "run"
        write_splits(data, build_splits(seed=1))
        train(data, run)
        sentences, references = (
            shortened(data / f"test.{side}") for side in ("zh", "en")
        )
        outputs = {}
        for options in every_format():
            bundle = directory / options.name.replace(" ", "")
            exported = export(run, bundle, options, sentences, references)
            required = oldest_onnxruntime(options.quantization)
            if is_new_enough(required):
                require(exported.returncode == 0, options.name, exported)
                outputs[options.name] = translate(edge_python, bundle, sentences)
                click.echo(f"{options.name}: exported and translated")
            else:
                refused = exported.returncode == 2 and required in exported.stderr
                one_line = exported.stderr.count("export-onnx: ") == 1
                traceback = "Traceback" in exported.stderr
                require(refused and one_line and not traceback, options.name, exported)
                click.echo(f"{options.name}: refused, as it needs {required}")
        same = outputs[FLOAT32] == outputs[f"{FLOAT32} .ort"]
        click.echo(f"{FLOAT32} as .onnx and .ort: {'equal' if same else 'different'}")
        sys.exit(not same)


def every_format() -> Iterator[ExportOptions]:
    """Yield all that can be chosen, without what is refused as a combination."""
    for graph_format in get_args(GraphFormat):
        for quantization in get_args(Quantization):
            try:
                yield ExportOptions(quantization, graph_format)
            except ExportError:
                continue


def shortened(file: Path) -> Path:
    """Write the first lines of a file beside it."""
    lines = file.read_text(encoding="utf-8").splitlines()[:TEST_SENTENCES]
    shorter = file.with_name(f"first_{file.name}")
    shorter.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return shorter


def train(data: Path, run: Path) -> None:
    """Train for two epochs: enough for translations that differ between sentences."""
    sides = {"source": "zh", "target": "en"}
    files = [
        *(f"--{side}={data / f'train.{code}'}" for side, code in sides.items()),
        *(f"--valid-{side}={data / f'valid.{code}'}" for side, code in sides.items()),
    ]
    languages = [f"--{side}-language={code}" for side, code in sides.items()]
    recipe = ["--preset=tiny", "--set=epochs=2", f"--out={run}"]
    done = start("keras_s2s", "train", *files, *languages, *recipe)
    require(done.returncode == 0, "train", done)
    click.echo("trained")


def export(
    run: Path, bundle: Path, options: ExportOptions, sentences: Path, references: Path
) -> "subprocess.CompletedProcess[str]":
    """Export a run, with translations compared."""
    return start(
        *("export", str(run), str(bundle)),
        *(f"--quantize={options.quantization}", f"--format={options.graph_format}"),
        *(f"--verify-source={sentences}", f"--verify-reference={references}"),
    )


def translate(python: str, bundle: Path, sentences: Path) -> list[str]:
    """Return a translation of every sentence."""
    text = sentences.read_text(encoding="utf-8")
    done = start("edge_runtime", str(bundle), python=python, lines=text)
    lines = done.stdout.splitlines()
    complete = len(lines) == TEST_SENTENCES and all(map(str.strip, lines))
    require(done.returncode == 0 and complete, f"translate {bundle.name}", done)
    return lines


def start(
    module: str, *arguments: str, python: str = sys.executable, lines: str = ""
) -> "subprocess.CompletedProcess[str]":
    """Run a command of the project to its end."""
    return subprocess.run(
        [python, "-m", module, *arguments],
        input=lines,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONUTF8": "1"},
        check=False,
    )


def require(held: bool, step: str, done: "subprocess.CompletedProcess[str]") -> None:
    """End with what a step printed, where it did not do what it must."""
    if not held:
        shown = f"{done.stdout[-1000:]}\n{done.stderr[-3000:]}"
        sys.exit(f"{step} failed with exit code {done.returncode}:\n{shown}")


if __name__ == "__main__":
    main()

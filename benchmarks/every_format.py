"""The whole path with the versions that are installed, in every format of a bundle.

    python benchmarks/every_format.py [--edge-python .venv-edge/bin/python]

Trains a tiny model on sentences of the phrasebook for two epochs, exports it in every
format, and translates 50 test sentences with each bundle, every step by its command and
in a process of its own. Export compares each format with Keras, and its BLEU. Fails
where a command does, where a line has no translation, or where the two float32 bundles
differ. Weights that an onnxruntime is too old for must be refused in one line, by the
export and by the translation. With `--edge-python` another Python translates, that of
an environment without TensorFlow. It takes about four minutes of two quiet cores.
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
            required = oldest_onnxruntime(options.quantization)
            exported = export(run, bundle, options, sentences, references)
            if not is_new_enough(required):
                require_refusal(exported, f"export {options.name}", required)
                click.echo(f"{options.name}: not exported, as it needs {required}")
                continue
            require(exported.returncode == 0, f"export {options.name}", exported)
            translated = translate(edge_python, bundle, sentences)
            if not runs(edge_python, required):
                require_refusal(translated, f"translate {options.name}", required)
                click.echo(f"{options.name}: not translated, as it needs {required}")
                continue
            lines = translated.stdout.splitlines()
            complete = len(lines) == TEST_SENTENCES and all(map(str.strip, lines))
            succeeded = translated.returncode == 0 and complete
            require(succeeded, f"translate {options.name}", translated)
            outputs[options.name] = lines
            click.echo(f"{options.name}: exported and translated")
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
        # What bits cost a model of two epochs says nothing: other tests measure it.
        "--max-bleu-loss=100",
    )


def translate(
    python: str, bundle: Path, sentences: Path
) -> "subprocess.CompletedProcess[str]":
    """Translate every sentence."""
    text = sentences.read_text(encoding="utf-8")
    return start("edge_runtime", str(bundle), python=python, lines=text)


def runs(python: str, required: str) -> bool:
    """Whether another Python's onnxruntime is of a version at least."""
    code = (
        "from edge_runtime.model.required_onnxruntime import is_new_enough; "
        f"raise SystemExit(not is_new_enough({required!r}))"
    )
    return subprocess.run([python, "-c", code], check=False).returncode == 0


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


def require_refusal(
    done: "subprocess.CompletedProcess[str]", step: str, required: str
) -> None:
    """End with what a step printed, where it was not refused in one line."""
    lines = done.stderr.splitlines()
    told = [line for line in lines if f"needs onnxruntime {required}" in line]
    refused = (
        done.returncode == 2 and not done.stdout and "Traceback" not in done.stderr
    )
    require(refused and len(told) == 1 and lines[-1] == told[0], step, done)


def require(held: bool, step: str, done: "subprocess.CompletedProcess[str]") -> None:
    """End with what a step printed, where it did not do what it must."""
    if not held:
        shown = f"{done.stdout[-1000:]}\n{done.stderr[-3000:]}"
        sys.exit(f"{step} failed with exit code {done.returncode}:\n{shown}")


if __name__ == "__main__":
    main()

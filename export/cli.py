"""The command `export-onnx`."""

from pathlib import Path
from typing import Any

import click

from edge_runtime.commands.errors import INTERRUPTED, OneLineErrors
from edge_runtime.commands.number_range import NumberRange
from keras_s2s.quiet_tensorflow import import_tensorflow_quietly

_EXAMPLE = """
Example:

\b
  export-onnx runs/zh-en bundles/zh-en --quantize int8 \\
      --verify-source test.zh --verify-reference test.en
"""

_PATH = click.Path(path_type=Path)
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command(
    "export-onnx",
    cls=OneLineErrors,
    extra="train",
    epilog=_EXAMPLE,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.argument("run", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("bundle", type=_PATH)
@click.option(
    "--quantize",
    "quantization",
    type=click.Choice(["none", "fp16", "int8", "int4"]),
    default="none",
    show_default=True,
    help="How weights are stored.",
)
@click.option(
    "--format",
    "graph_format",
    type=click.Choice(["onnx", "ort"]),
    default="onnx",
    show_default=True,
    help="ort: for reduced builds of onnxruntime, with the list of operators.",
)
@click.option(
    "--weights",
    type=click.Choice(["best", "last"]),
    default="best",
    show_default=True,
    help="Weights of the best validation BLEU, or the last ones.",
)
@click.option(
    "--verify-source", type=_FILE, help="Sentences to compare translations of."
)
@click.option(
    "--verify-reference", type=_FILE, help="Their translations: BLEU and chrF."
)
@click.option(
    "--bleu-tokenizer",
    type=click.Choice(["auto", "13a", "intl", "char", "zh", "none"]),
    default="auto",
    show_default=True,
    help="sacreBLEU's tokenizer; auto takes that of the run's validation.",
)
@click.option(
    "--max-bleu-loss",
    type=NumberRange(min=0.0),
    default=0.5,
    show_default=True,
    help="Refuse a quantised bundle that loses more.",
)
@click.option(
    "--tolerance",
    type=NumberRange(min=0.0, min_open=True),
    default=1e-4,
    show_default=True,
    help="Refuse float32 graphs with a larger difference from Keras.",
)
@click.option(
    "--opset", type=int, default=17, show_default=True, help="ONNX operator set."
)
@click.option(
    "--beam-size",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Beam that the bundle recommends.",
)
@click.option(
    "--length-penalty",
    type=NumberRange(min=0.0),
    help="Length penalty that the bundle recommends; default: 1 with a beam, else 0.",
)
@click.option("--force", is_flag=True, help="Replace the bundle that is there.")
def main(**arguments: Any) -> None:
    """Turn the training run RUN into the verified bundle BUNDLE.

    BUNDLE is a directory, or a file that ends in .zip. Keras and the exported graphs
    are run side by side first; a bundle that differs is not written.
    """
    # Imported late: `--help` and wrong options need no TensorFlow.
    import_tensorflow_quietly()
    from edge_runtime.bundle.manifest import BEAM_LENGTH_PENALTY, DecodingDefaults
    from edge_runtime.files.same_file import is_same_file
    from edge_runtime.files.writable import OutputError
    from export.options import ExportOptions
    from export.pipeline import export_bundle
    from keras_s2s.commands.signals import ended_by_signals
    from keras_s2s.files.layout import first_within
    from keras_s2s.run.run_directory import load_run

    run_path, bundle = arguments.pop("run"), arguments.pop("bundle")
    for read in (run_path, arguments["verify_source"], arguments["verify_reference"]):
        if read and (is_same_file(read, bundle) or first_within(bundle, [read])):
            raise OutputError(
                "A bundle must not replace what is read. "
                f"Received: {read} and {bundle}."
            )
    weights = arguments.pop("weights")
    beam_size, length_penalty = map(arguments.pop, ("beam_size", "length_penalty"))
    if length_penalty is None:
        length_penalty = BEAM_LENGTH_PENALTY if beam_size > 1 else 0.0
    decoding = DecodingDefaults(beam_size=beam_size, length_penalty=length_penalty)
    before = _identity(bundle)
    try:
        with ended_by_signals():
            options = ExportOptions(decoding=decoding, **arguments)
            _report(f"reading {run_path}")
            export_bundle(load_run(run_path, weights), bundle, options, _report)
    except KeyboardInterrupt as interrupt:
        unchanged = _identity(bundle) == before
        written = "nothing was written" if unchanged else f"{bundle} is written"
        click.echo(f"export-onnx: interrupted; {written}.", err=True)
        raise SystemExit(getattr(interrupt, "exit_code", INTERRUPTED)) from None


def _identity(bundle: Path) -> tuple[int, int] | None:
    """Return what differs between a bundle and the one that replaces it."""
    try:
        found = bundle.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _report(message: str) -> None:
    click.echo(message, err=True)

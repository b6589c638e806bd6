"""What is to be written, checked before the work: possible, and at nobody's expense."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from edge_runtime.files.replacement import is_written_into
from edge_runtime.files.same_file import is_same_file
from edge_runtime.files.writable import OutputError, check_writable
from keras_s2s.files.inputs import is_input


def check_outputs(
    outputs: Mapping[str, Path | None],
    inputs: Mapping[str, Path | Sequence[Path] | None],
) -> None:
    """Refuse outputs that cannot be written, that are inputs, or that are one file.

    Devices, pipes and open files such as `/dev/stdout` may be given several times.

    Args:
        outputs: Files to be written, by the option that names them; None for those
            that nobody asked for.
        inputs: Files, runs and bundles that are read, in the same way; several where
            the option takes several. A report may be written into a run, but not over
            one of its own files, see `is_input`.

    Raises:
        OutputError: A directory is missing or in the way, something must not be
            written to, or two are the same file, also through links.
    """
    given = [(name, path) for name, path in outputs.items() if path is not None]
    for name, path in given:
        if path == Path("-"):
            raise OutputError(
                f"{name} takes the name of a file; standard output is /dev/stdout. "
                "Received: -."
            )
        check_writable(path)
    files = [(name, path) for name, path in given if not is_written_into(path)]
    for index, (name, path) in enumerate(files):
        for other, read in _each(inputs):
            if is_input(path, read):
                raise OutputError(
                    f"An output must not be an input. Received: {path} for {name}, "
                    f"{read} for {other}."
                )
        for other, written in files[:index]:
            if is_same_file(path, written):
                raise OutputError(
                    "Every output must be a file of its own. Received: "
                    f"{written} for {other}, {path} for {name}."
                )


def _each(
    inputs: Mapping[str, Path | Sequence[Path] | None],
) -> Iterator[tuple[str, Path]]:
    for name, given in inputs.items():
        for path in [given] if isinstance(given, Path) else given or ():
            yield name, path

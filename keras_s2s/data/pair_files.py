"""Sentence pairs to two line-aligned files."""

from collections.abc import Sequence
from pathlib import Path

from edge_runtime.files.replacement import replace_file
from keras_s2s.data.corpus import SentencePair
from keras_s2s.data.text_file import packed


def write_pairs(
    pairs: Sequence[SentencePair], source_path: Path, target_path: Path
) -> None:
    """Write the sources to one file and the targets to another, a line each.

    A file whose name says so is compressed, see `packed`.

    Raises:
        OSError: One cannot be written; what was there before still is.
    """
    for path, lines in (
        (source_path, [pair.source for pair in pairs]),
        (target_path, [pair.target for pair in pairs]),
    ):
        content = "".join(f"{line}\n" for line in lines).encode()
        replace_file(path, packed(path, content))

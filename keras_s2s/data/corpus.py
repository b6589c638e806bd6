"""Parallel text on disk, read as a stream of sentence pairs."""

import codecs
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO


class CorpusError(ValueError):
    """A corpus cannot be read as sentence pairs; the message names file and line."""


@dataclass(frozen=True, slots=True)
class SentencePair:
    """A source sentence and its translation, without line ends."""

    source: str
    target: str


@dataclass(frozen=True)
class ParallelCorpus:
    r"""Sentence pairs in two line-aligned files, or in one tab-separated file.

    Lines end at `\n` alone, as `wc -l` and other languages count them; a `\r` before
    it and a byte order mark are dropped.

    Attributes:
        source_path: One source sentence a line, or `source<TAB>target` lines.
        target_path: One target sentence a line; None for a tab-separated file, whose
            columns after the second are ignored. Where text has its number before it,
            as in Tatoeba's `id<TAB>source<TAB>id<TAB>target`, numbers are ignored.
        languages: Codes of source and target, either of them empty if it is not known,
            where `source_path` is a document with translations, such as TMX; None
            where it has lines.
    """

    source_path: Path
    target_path: Path | None = None
    languages: tuple[str, str] | None = None

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files it consists of."""
        if self.target_path is None:
            return (self.source_path,)
        return (self.source_path, self.target_path)

    @property
    def selection(self) -> str:
        """Which of the pairs in the files it consists of; empty for all."""
        return ""

    def __iter__(self) -> Iterator[SentencePair]:
        """Read the pairs from the start.

        Raises:
            CorpusError: The corpus is empty, misaligned, or not UTF-8.
        """
        return self.read()

    def read(
        self, listeners: Sequence[Callable[[bytes], object]] = ()
    ) -> Iterator[SentencePair]:
        """Read the pairs from the start.

        Args:
            listeners: For each file, what is called with its bytes, part by part, as
                they are read.

        Raises:
            CorpusError: The corpus is empty, misaligned, or not UTF-8.
        """
        heard = listeners or (None,) * len(self.paths)
        if self.languages is not None:
            pairs = read_document(self.source_path, self.languages, heard[0])
        else:
            lines = list(map(read_lines, self.paths, heard))
            read_pairs = self._read_tsv if len(lines) == 1 else self._read_aligned
            pairs = read_pairs(*lines)
        empty = True
        for pair in pairs:
            empty = False
            yield pair
        if empty:
            names = " and ".join(map(str, self.paths))
            raise CorpusError(f"A corpus must hold sentence pairs. {names} is empty.")

    def count(self) -> int:
        """Return the number of pairs.

        Raises:
            CorpusError: The corpus cannot be read.
        """
        return sum(1 for _ in self)

    def digests(self) -> tuple[bytes, ...]:
        """Return the SHA-256 of each file.

        Raises:
            CorpusError: A file cannot be read.
        """
        return tuple(map(_digest, self.paths))

    def _read_aligned(
        self, sources: Iterator[str], targets: Iterator[str]
    ) -> Iterator[SentencePair]:
        count = 0
        while True:
            source, target = next(sources, None), next(targets, None)
            if source is None and target is None:
                return
            if source is None or target is None:
                source_count = count + (source is not None) + sum(1 for _ in sources)
                target_count = count + (target is not None) + sum(1 for _ in targets)
                raise CorpusError(
                    "Source and target must have the same number of lines. Received: "
                    f"{source_count} lines in {self.source_path}, "
                    f"{target_count} lines in {self.target_path}."
                )
            count += 1
            yield SentencePair(source, target)

    def _read_tsv(self, lines: Iterator[str]) -> Iterator[SentencePair]:
        numbered = None
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                # Counted as a pair without text, like blank lines of two files.
                yield SentencePair("", "")
                continue
            columns = line.split("\t")
            if numbered is None:
                numbered = _have_ids(columns) and not any(
                    text.isdecimal() for text in columns[1:4:2]
                )
            if numbered:
                if not _have_ids(columns):
                    raise CorpusError(
                        "Every line must hold id, source, id and target, separated by "
                        f"tabs, as the first does. {self.source_path}, line {number} "
                        "does not."
                    )
                columns = columns[1::2]
            if len(columns) < 2:
                raise CorpusError(
                    "Every line must hold source and target, separated by a tab. "
                    f"{self.source_path}, line {number} has no tab."
                )
            yield SentencePair(columns[0], columns[1])

    def require_files(self) -> None:
        """Refuse what can be read once only, before it is read for the first time.

        Raises:
            CorpusError: A path is of a pipe or a device.
        """
        for path in self.paths:
            if path.exists() and not path.is_file() and not path.is_dir():
                raise CorpusError(
                    "A training corpus is read several times, so it must be in files. "
                    f"{path} is a pipe or a device: write what it gives to a file."
                )


def read_document(
    path: Path,
    languages: tuple[str, str],
    listener: Callable[[bytes], object] | None = None,
) -> Iterator[SentencePair]:
    """Read the pairs of a document with translations: TMX, XLIFF or PO.

    Args:
        path: The document.
        languages: Codes of source and target language.
        listener: Called with the bytes of the file, part by part.

    Raises:
        CorpusError: The file cannot be opened, or is not of its format.
    """
    from edge_runtime.documents.pairs import read_pairs
    from edge_runtime.documents.segment import DocumentError

    try:
        with path.open("rb") as file:
            heard = _HeardFile(file, listener or (lambda content: None))
            for pair in read_pairs(heard, path.name, *languages):
                yield SentencePair(*pair)
    except DocumentError as error:
        raise CorpusError(f"{path}: {error}") from None
    except OSError as error:
        raise CorpusError(f"{path} cannot be read: {error.strerror}.") from None


class _HeardFile:
    """A file of which someone hears what is read."""

    def __init__(self, file: BinaryIO, listener: Callable[[bytes], object]) -> None:
        self._file = file
        self._listener = listener

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes, at most `size` unless that is negative."""
        content = self._file.read(size)
        self._listener(content)
        return content


def _have_ids(columns: Sequence[str]) -> bool:
    """Return whether columns may be id, text, id, text."""
    return len(columns) >= 4 and all(column.isdecimal() for column in columns[:4:2])


def read_lines(
    path: Path, listener: Callable[[bytes], object] | None = None
) -> Iterator[str]:
    """Read the lines of a UTF-8 file, without their ends.

    Args:
        path: The file.
        listener: Called with the bytes of each line, its end included.

    Raises:
        CorpusError: The file cannot be opened, or a line is not UTF-8.
    """
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if number == 1:
                    _require_text(path, line)
                if listener:
                    listener(line)
                encoding = "utf-8-sig" if number == 1 else "utf-8"
                try:
                    text = line.decode(encoding)
                except UnicodeDecodeError as error:
                    raise CorpusError(
                        f"Text must be UTF-8. {path}, line {number} is not "
                        f"(byte {error.start + 1}: {error.reason})."
                    ) from None
                yield text.removesuffix("\n").removesuffix("\r")
    except OSError as error:
        raise CorpusError(f"{path} cannot be read: {error.strerror}.") from None


_COMPRESSED = {
    b"\x1f\x8b": "gunzip",
    b"BZh": "bunzip2",
    b"\xfd7zXZ\0": "unxz",
    b"\x28\xb5\x2f\xfd": "unzstd",
    b"PK\x03\x04": "unzip",
}
"""Commands that unpack files, by how the files begin."""


def _require_text(path: Path, first_line: bytes) -> None:
    """Refuse what is not UTF-8 and can be told by its beginning."""
    for beginning, command in _COMPRESSED.items():
        if first_line.startswith(beginning):
            raise CorpusError(
                f"Text must be UTF-8. {path} is compressed: unpack it with `{command}`."
            )
    # Every second byte of UTF-16 is zero where the text is ASCII, which is UTF-8 too.
    if first_line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or (
        3 * first_line.count(0) > len(first_line) > 1
    ):
        raise CorpusError(
            f"Text must be UTF-8. {path} is UTF-16: convert it with "
            "`iconv -f UTF-16 -t UTF-8`."
        )


def _digest(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError as error:
        raise CorpusError(f"{path} cannot be read: {error.strerror}.") from None

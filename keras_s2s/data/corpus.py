"""Parallel text on disk, read as a stream of sentence pairs."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path


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
            columns after the second are ignored.
    """

    source_path: Path
    target_path: Path | None = None

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
            listeners: For each file, what is called with its bytes, line by line, as
                they are read.

        Raises:
            CorpusError: The corpus is empty, misaligned, or not UTF-8.
        """
        lines = [
            read_lines(path, listener)
            for path, listener in zip(
                self.paths, listeners or (None,) * len(self.paths), strict=True
            )
        ]
        pairs = (
            self._read_tsv(*lines) if len(lines) == 1 else self._read_aligned(*lines)
        )
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
        for number, line in enumerate(lines, start=1):
            columns = line.split("\t")
            if len(columns) < 2:
                raise CorpusError(
                    "Every line must hold source and target, separated by a tab. "
                    f"{self.source_path}, line {number} has no tab."
                )
            yield SentencePair(columns[0], columns[1])


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


def _digest(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError as error:
        raise CorpusError(f"{path} cannot be read: {error.strerror}.") from None

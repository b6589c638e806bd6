"""Parallel text on disk, read as a stream of sentence pairs."""

from collections.abc import Iterator
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
        pairs = self._read_tsv() if self.target_path is None else self._read_aligned()
        empty = True
        for pair in pairs:
            empty = False
            yield pair
        if empty:
            names = " and ".join(map(str, self.paths))
            raise CorpusError(f"A corpus must hold sentence pairs. {names} is empty.")

    def _read_aligned(self) -> Iterator[SentencePair]:
        if self.target_path is None:
            return
        sources, targets = read_lines(self.source_path), read_lines(self.target_path)
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

    def _read_tsv(self) -> Iterator[SentencePair]:
        for number, line in enumerate(read_lines(self.source_path), start=1):
            columns = line.split("\t")
            if len(columns) < 2:
                raise CorpusError(
                    "Every line must hold source and target, separated by a tab. "
                    f"{self.source_path}, line {number} has no tab."
                )
            yield SentencePair(columns[0], columns[1])


def read_lines(path: Path) -> Iterator[str]:
    """Read the lines of a UTF-8 file, without their ends.

    Raises:
        CorpusError: The file cannot be opened, or a line is not UTF-8.
    """
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
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

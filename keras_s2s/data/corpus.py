"""Parallel text on disk, read as a stream of sentence pairs."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO, Self

from keras_s2s.data.table import Columns, is_csv, read_table
from keras_s2s.data.text_file import (
    CorpusError,
    TextCopy,
    is_read_once,
    open_content,
    plain_name,
    read_lines,
)

__all__ = [
    "Corpus",
    "CorpusError",
    "Listener",
    "ParallelCorpus",
    "SentencePair",
    "read_lines",
]

Listener = Callable[[bytes], object]
"""Is told the bytes of a file, part by part, as they are read."""


@dataclass(frozen=True, slots=True)
class SentencePair:
    """A source sentence and its translation, without line ends.

    Attributes:
        source: The sentence.
        target: Its translation.
        corpus: Number of the corpus that it comes from, counted from 0.
    """

    source: str
    target: str
    corpus: int = field(default=0, compare=False)


class Corpus(ABC):
    """Sentence pairs that can be read any number of times."""

    @property
    @abstractmethod
    def paths(self) -> tuple[Path, ...]:
        """The files it consists of."""

    @property
    def selection(self) -> str:
        """Which of the pairs in the files it consists of; empty for all."""
        return ""

    @property
    @abstractmethod
    def form(self) -> str:
        """How pairs are found in the files, where other pairs could be."""

    @property
    def corpus_count(self) -> int:
        """Number of corpora that it joins; 1 for a single one."""
        return 1

    @property
    def names(self) -> str:
        """The files, for a message."""
        return " and ".join(map(str, self.paths))

    def __iter__(self) -> Iterator[SentencePair]:
        """Read the pairs from the start.

        Raises:
            CorpusError: The corpus is empty, misaligned, or not UTF-8.
        """
        return self.read()

    @abstractmethod
    def read(self, listeners: Sequence[Listener] = ()) -> Iterator[SentencePair]:
        """Read the pairs from the start.

        Args:
            listeners: For each file, what is called with its bytes, unpacked, part by
                part, as they are read.

        Raises:
            CorpusError: The corpus is empty, misaligned, or not UTF-8.
        """

    @abstractmethod
    def readable_again(self) -> Self:
        """Return the corpus with copies of what can be read once only: pipes, devices.

        Raises:
            CorpusError: A pipe cannot be copied.
        """

    def count(self) -> int:
        """Return the number of pairs.

        Raises:
            CorpusError: The corpus cannot be read.
        """
        return sum(1 for _ in self)

    def digests(self) -> tuple[bytes, ...]:
        """Return the SHA-256 of what is in each file, unpacked.

        Raises:
            CorpusError: The corpus cannot be read.
        """
        hashes = [hashlib.sha256() for _ in self.paths]
        for _ in self.read([file.update for file in hashes]):
            pass
        return tuple(file.digest() for file in hashes)


@dataclass(frozen=True)
class ParallelCorpus(Corpus):
    r"""Sentence pairs in two line-aligned files, or in one table or document.

    Files may be compressed: gzip, xz, Zstandard, bzip2. Lines end at `\n` alone, as
    `wc -l` and other languages count them; a `\r` before it and a byte order mark are
    dropped.

    Attributes:
        source_path: One source sentence a line, or `source<TAB>target` lines, or CSV
            where the name of the file says so.
        target_path: One target sentence a line; None for a table or a document.
        languages: Codes of source and target, either of them empty if it is not known,
            where `source_path` is a document with translations, such as TMX; None
            where it has lines.
        columns: The columns of a table; None for the first two. Where text has its
            number before it, as in Tatoeba's `id<TAB>source<TAB>id<TAB>target`, numbers
            are ignored then.
        copies: What pipes and devices gave, see `readable_again`.
    """

    source_path: Path
    target_path: Path | None = None
    languages: tuple[str, str] | None = None
    columns: Columns | None = None
    copies: Mapping[Path, TextCopy] = field(
        default_factory=dict, compare=False, repr=False
    )

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files it consists of."""
        if self.target_path is None:
            return (self.source_path,)
        return (self.source_path, self.target_path)

    @property
    def form(self) -> str:
        """How pairs are found in the files, where other pairs could be."""
        if self.languages is not None:
            return repr(self.languages)
        if self.columns is None and not self._is_csv:
            return ""
        return repr((self.columns, self._is_csv))

    @property
    def _is_csv(self) -> bool:
        return self.target_path is None and is_csv(self.source_path)

    def read(self, listeners: Sequence[Listener] = ()) -> Iterator[SentencePair]:
        """Read the pairs from the start.

        Args:
            listeners: For each file, what is called with its bytes, unpacked, part by
                part, as they are read.

        Raises:
            CorpusError: The corpus is empty, misaligned, or not UTF-8.
        """
        heard = listeners or (None,) * len(self.paths)
        copies = map(self.copies.get, self.paths)
        if self.languages is not None:
            pairs = _read_document(
                self.source_path, self.languages, heard[0], next(copies)
            )
        else:
            lines = list(map(read_lines, self.paths, heard, copies))
            read_pairs = self._read_table if len(lines) == 1 else self._read_aligned
            pairs = read_pairs(*lines)
        empty = True
        for pair in pairs:
            empty = False
            yield pair
        if empty:
            found = f"{self.names} is empty"
            if self.languages and all(self.languages):
                source, target = self.languages
                found = f"{self.names} has none from {source} to {target}"
            raise CorpusError(f"A corpus must hold sentence pairs. {found}.")

    def readable_again(self) -> Self:
        """Return the corpus with copies of what can be read once only: pipes, devices.

        Raises:
            CorpusError: A pipe cannot be copied.
        """
        once = [path for path in dict.fromkeys(self.paths) if is_read_once(path)]
        missing = [path for path in once if path not in self.copies]
        if not missing:
            return self
        copies = {path: TextCopy(path) for path in missing}
        return replace(self, copies={**self.copies, **copies})

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

    def _read_table(self, lines: Iterator[str]) -> Iterator[SentencePair]:
        for pair in read_table(lines, self.source_path, self.columns):
            yield SentencePair(*pair)


def _read_document(
    path: Path,
    languages: tuple[str, str],
    listener: Listener | None,
    copy: TextCopy | None,
) -> Iterator[SentencePair]:
    """Read the pairs of a document with translations: TMX, XLIFF or PO."""
    from edge_runtime.documents.pairs import read_pairs
    from edge_runtime.documents.segment import DocumentError

    try:
        with open_content(path, copy) as file:
            heard = _HeardFile(file, listener or (lambda content: None))
            for pair in read_pairs(heard, plain_name(path), *languages):
                yield SentencePair(*pair)
    except DocumentError as error:
        raise CorpusError(f"{path}: {error}") from None


class _HeardFile:
    """A file of which someone hears what is read."""

    def __init__(self, file: BinaryIO, listener: Listener) -> None:
        self._file = file
        self._listener = listener

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes, at most `size` unless that is negative."""
        content = self._file.read(size)
        self._listener(content)
        return content

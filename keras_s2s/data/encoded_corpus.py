"""A parallel corpus as token ids on disk: made once, read without being loaded."""

import contextlib
import hashlib
import json
import logging
import os
import secrets
import shutil
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import chain, compress, islice
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from edge_runtime import contract
from edge_runtime.text.tokenizer import Tokenizer
from keras_s2s.config import DataConfig
from keras_s2s.data.back_translation_tag import require_tag_in
from keras_s2s.data.checked_corpus import HashedReading
from keras_s2s.data.corpus import Corpus, CorpusError, SentencePair
from keras_s2s.data.slots.pair_writer import PairWriter
from keras_s2s.data.slots.text_facts import TextFacts
from keras_s2s.data.tokenizer_check import require_special_ids

logger = logging.getLogger(__name__)

IdArray = npt.NDArray[np.int32]
_ID_BYTES = np.dtype(np.int32).itemsize
_CHUNK = 20_000
_MOST_ATTEMPTS = 10
_CHECKSUMS_FILE = "checksums.json"
_FILES = (
    *("source.ids", "target.ids", "source.ends.npy", "target.ends.npy"),
    *("report.json", "facts.json"),
)


@dataclass(frozen=True)
class FilterReport:
    """What was kept for training and what was left out.

    Attributes:
        kept: Pairs that are trained on.
        empty: Pairs with an empty source or target.
        overlong: Pairs with a side longer than the limit, in tokens.
        by_corpus: Kept pairs of each of several corpora, which follow each other.
    """

    kept: int
    empty: int
    overlong: int
    by_corpus: Sequence[int] = ()

    def __str__(self) -> str:
        text = f"{self.kept} pairs"
        left_out = [
            f"{count} {what}"
            for count, what in ((self.empty, "empty"), (self.overlong, "overlong"))
            if count
        ]
        return f"{text} ({', '.join(left_out)} left out)" if left_out else text


class EncodedSide:
    """One side of a corpus: the ids of all sentences end to end, and where each starts.

    A sentence is read from disk when it is indexed. So a corpus larger than the memory
    can be read, and the system's cache of it is not counted as this process's memory,
    as mapped pages would be.
    """

    def __init__(self, directory: Path, side: str) -> None:
        # A buffer would be filled with neighbours that nobody reads.
        self._ids = (directory / f"{side}.ids").open("rb", buffering=0)
        # A run directory is renamed while it is open: what leads to it is left out.
        self._name = f"{directory.parent.name}/{directory.name}/{side}.ids"
        weakref.finalize(self, self._ids.close)
        self._reading = threading.Lock()
        self._ends = np.load(directory / f"{side}.ends.npy", mmap_mode="r")

    def __getitem__(self, index: int) -> IdArray:
        start = int(self._ends[index - 1]) if index else 0
        try:
            with self._reading:
                self._ids.seek(start * _ID_BYTES)
                content = self._ids.read((int(self._ends[index]) - start) * _ID_BYTES)
        except OSError as error:  # that of a read names no file
            raise OSError(error.errno, error.strerror, self._name) from None
        return np.frombuffer(content, dtype=np.int32)

    @property
    def lengths(self) -> npt.NDArray[np.int32]:
        """Number of tokens of each sentence."""
        lengths = np.empty(len(self._ends), dtype=np.int32)
        lengths[:1] = self._ends[:1]
        # Written as four bytes each: the ends of a large corpus take much memory.
        np.subtract(self._ends[1:], self._ends[:-1], out=lengths[1:], casting="unsafe")
        return lengths


class EncodedCorpus:
    """Token ids of all pairs that are trained on.

    Attributes:
        source: `bos x_1 … x_n eos` of each pair.
        target: `y_1 … y_m eos` of each pair.
        report: What was kept and what was left out.
        facts: What the text says about spans and sentences.
        key: Name of the cache entry: changes with text, tokenizers and limits.
    """

    def __init__(self, directory: Path) -> None:
        self.key = directory.name
        self.source = EncodedSide(directory, "source")
        self.target = EncodedSide(directory, "target")
        report = json.loads((directory / "report.json").read_text())
        self.report = FilterReport(**report)
        facts = json.loads((directory / "facts.json").read_text())
        self.facts = TextFacts.from_json(facts)

    def __len__(self) -> int:
        return self.report.kept


def encode_corpus(
    corpus: Corpus,
    source_tokenizer: Tokenizer,
    target_tokenizer: Tokenizer,
    config: DataConfig,
    cache: Path,
    progress: Callable[[int], None] = lambda _: None,
) -> EncodedCorpus:
    """Tokenize a corpus, or open what an earlier call made of the same one.

    Args:
        corpus: The pairs.
        source_tokenizer: Tokenizer of the source.
        target_tokenizer: Tokenizer of the target.
        config: Holds the length limits.
        cache: Directory of encoded corpora, made if it is not there. An entry's name is
            a hash of text, tokenizers and limits, so a changed one is never reused, and
            a damaged one is made anew. Several processes may use it at a time.
        progress: Called with the number of pairs read so far.

    Raises:
        CorpusError: The corpus cannot be read, or no pair is left to train on.
        TokenizerError: A tokenizer has other special ids.
    """
    require_special_ids(source_tokenizer, "source_tokenizer")
    require_special_ids(target_tokenizer, "target_tokenizer")
    digests = corpus.digests()
    key = _cache_key(corpus, digests, source_tokenizer, target_tokenizer, config)
    directory = cache / key
    if not _is_sound(directory):
        # A name of its own: others may make the same entry at the same time.
        partial = cache / f"{key}.{os.getpid()}-{secrets.token_hex(4)}.partial"
        partial.mkdir(parents=True)
        try:
            reading = HashedReading(corpus)
            facts = TextFacts()
            writer = PairWriter(config, facts)
            writer.learn_alignment(corpus)
            _write(
                reading,
                writer,
                (source_tokenizer, target_tokenizer),
                config,
                partial,
                progress,
            )
            (partial / "facts.json").write_text(json.dumps(facts.to_json()))
            if reading.digests() != digests:
                raise CorpusError(
                    "A corpus must stay as it is while it is read. "
                    f"{corpus.names} changed meanwhile: start again."
                )
            _write_checksums(partial)
            _put_in_place(partial, directory)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return EncodedCorpus(directory)


def _is_sound(directory: Path) -> bool:
    """Return whether an entry is there, and its files are what was written."""
    # A named pipe in the place of one would be waited for.
    if not all((directory / name).is_file() for name in (*_FILES, _CHECKSUMS_FILE)):
        return False
    try:
        checksums = json.loads((directory / _CHECKSUMS_FILE).read_bytes())
        found = {name: _checksum(directory / name) for name in _FILES}
    except (OSError, ValueError):
        return False
    return bool(checksums == found)


def _write_checksums(directory: Path) -> None:
    checksums = {name: _checksum(directory / name) for name in _FILES}
    (directory / _CHECKSUMS_FILE).write_text(json.dumps(checksums))
    for name in (*_FILES, _CHECKSUMS_FILE):
        with (directory / name).open("rb+") as file:
            os.fsync(file.fileno())


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _put_in_place(partial: Path, directory: Path) -> None:
    """Rename an entry into place, unless another process was faster."""
    for _ in range(_MOST_ATTEMPTS):
        try:
            partial.rename(directory)
        except OSError:
            if not directory.is_dir():
                raise
            if _is_sound(directory):
                return
            _set_aside(directory, partial)
        else:
            return
    raise CorpusError(f"{directory} must not be changed while it is written.")


def _set_aside(damaged: Path, partial: Path) -> None:
    """Delete a damaged entry; other files in it are kept under another name."""
    old = partial.with_suffix(".damaged")
    try:
        damaged.rename(old)
    except FileNotFoundError:  # another process has done it
        return
    for name in (*_FILES, _CHECKSUMS_FILE):
        (old / name).unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        old.rmdir()


_ENCODING = 2
"""Grows when the same text and tokenizers come to be encoded in another way."""


def _cache_key(
    corpus: Corpus,
    digests: Iterable[bytes],
    source_tokenizer: Tokenizer,
    target_tokenizer: Tokenizer,
    config: DataConfig,
) -> str:
    key = hashlib.sha256()
    for digest in digests:
        key.update(digest)
    for tokenizer in (source_tokenizer, target_tokenizer):
        key.update(hashlib.sha256(tokenizer.model).digest())
    limits = config.max_source_length, config.max_target_length
    written = config.slot_share, config.drawn_slot_share, config.small_letter_share
    one_file = len(corpus.paths) == 1
    key.update(repr((_ENCODING, limits, written, one_file)).encode())
    key.update(corpus.selection.encode())
    key.update(corpus.form.encode())
    return key.hexdigest()[:16]


def _write(
    reading: HashedReading,
    writer: PairWriter,
    tokenizers: tuple[Tokenizer, Tokenizer],
    config: DataConfig,
    directory: Path,
    progress: Callable[[int], None],
) -> None:
    source_tokenizer, target_tokenizer = tokenizers
    empty = overlong = 0
    by_corpus = np.zeros(reading.corpus_count, dtype=np.int64)
    lengths: dict[str, list[IdArray]] = {"source": [], "target": []}
    with (
        (directory / "source.ids").open("wb") as source_file,
        (directory / "target.ids").open("wb") as target_file,
    ):
        for chunk in _chunks(reading):
            with_text = [
                pair for pair in chunk if pair.source.strip() and pair.target.strip()
            ]
            full = list(map(writer.write, with_text))
            require_tag_in(source_tokenizer, (pair.source for pair in full))
            # SentencePiece encodes on several threads; the rest works on whole arrays.
            sources = source_tokenizer.encode_batch([pair.source for pair in full])
            targets = target_tokenizer.encode_batch([pair.target for pair in full])
            source_lengths = _lengths(sources)
            target_lengths = _lengths(targets)
            # Text of dropped characters alone, such as a zero-width space, is empty.
            filled = (source_lengths > 0) & (target_lengths > 0)
            fits = (source_lengths + 2 <= config.max_source_length) & (
                target_lengths + 1 <= config.max_target_length
            )
            kept = filled & fits
            empty += len(chunk) - int(filled.sum())
            overlong += int((filled & ~fits).sum())
            numbers = [pair.corpus for pair in compress(with_text, kept)]
            by_corpus += np.bincount(numbers, minlength=len(by_corpus))
            _append(source_file, compress(sources, kept), bos=True)
            _append(target_file, compress(targets, kept), bos=False)
            lengths["source"].append(source_lengths[kept] + 2)
            lengths["target"].append(target_lengths[kept] + 1)
            progress(reading.pair_count)
    read = reading.pair_count
    report = FilterReport(read - empty - overlong, empty, overlong, by_corpus.tolist())
    if not report.kept:
        raise CorpusError(
            "A corpus must hold pairs to train on. Of "
            f"{read} pairs, {empty} are empty and {overlong} longer than "
            f"max_source_length={config.max_source_length} or "
            f"max_target_length={config.max_target_length} tokens."
        )
    for side, chunks in lengths.items():
        ends = np.cumsum(np.concatenate(chunks), dtype=np.int64)
        np.save(directory / f"{side}.ends.npy", ends)
    (directory / "report.json").write_text(json.dumps(asdict(report)))


def _lengths(sentences: Sequence[Sequence[int]]) -> IdArray:
    return np.fromiter(map(len, sentences), dtype=np.int32, count=len(sentences))


def _append(file: BinaryIO, sentences: Iterable[Sequence[int]], bos: bool) -> None:
    """Write sentences end to end, each with its eos, and bos before it."""
    before = (contract.BOS_ID,) if bos else ()
    parts = (part for ids in sentences for part in (before, ids, (contract.EOS_ID,)))
    file.write(np.fromiter(chain.from_iterable(parts), dtype=np.int32).data)


def _chunks(pairs: Iterable[SentencePair]) -> Iterator[list[SentencePair]]:
    iterator = iter(pairs)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk

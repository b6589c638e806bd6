"""A parallel corpus as token ids on disk: made once, read without being loaded."""

import hashlib
import json
import logging
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from edge_runtime import contract
from edge_runtime.tokenizer import Tokenizer
from keras_s2s.config import DataConfig
from keras_s2s.data.corpus import CorpusError, ParallelCorpus, SentencePair

logger = logging.getLogger(__name__)

IdArray = npt.NDArray[np.int32]
_CHUNK = 20_000


@dataclass(frozen=True)
class FilterReport:
    """What was kept for training and what was left out.

    Attributes:
        kept: Pairs that are trained on.
        empty: Pairs with an empty source or target.
        overlong: Pairs with a side longer than the limit, in tokens.
    """

    kept: int
    empty: int
    overlong: int

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

    The ids are mapped from disk, so a corpus larger than the memory can be read.
    """

    def __init__(self, directory: Path, side: str) -> None:
        self._ids = np.memmap(directory / f"{side}.ids", dtype=np.int32, mode="r")
        self._ends = np.load(directory / f"{side}.ends.npy", mmap_mode="r")

    def __getitem__(self, index: int) -> IdArray:
        start = int(self._ends[index - 1]) if index else 0
        ids: IdArray = np.asarray(self._ids[start : int(self._ends[index])])
        return ids

    @property
    def lengths(self) -> npt.NDArray[np.int32]:
        """Number of tokens of each sentence."""
        lengths: IdArray = np.diff(self._ends, prepend=0).astype(np.int32)
        return lengths


class EncodedCorpus:
    """Token ids of all pairs that are trained on.

    Attributes:
        source: `bos x_1 … x_n eos` of each pair.
        target: `y_1 … y_m eos` of each pair.
        report: What was kept and what was left out.
        key: Name of the cache entry: changes with text, tokenizers and limits.
    """

    def __init__(self, directory: Path) -> None:
        self.key = directory.name
        self.source = EncodedSide(directory, "source")
        self.target = EncodedSide(directory, "target")
        report = json.loads((directory / "report.json").read_text())
        self.report = FilterReport(**report)

    def __len__(self) -> int:
        return self.report.kept


def encode_corpus(
    corpus: ParallelCorpus,
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
            a hash of text, tokenizers and limits, so a changed one is never reused.
        progress: Called with the number of pairs read so far.

    Raises:
        CorpusError: The corpus cannot be read, or no pair is left to train on.
    """
    directory = cache / _cache_key(corpus, source_tokenizer, target_tokenizer, config)
    if not directory.is_dir():
        partial = directory.with_name(f"{directory.name}.{os.getpid()}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        try:
            _write(
                corpus, source_tokenizer, target_tokenizer, config, partial, progress
            )
            partial.rename(directory)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return EncodedCorpus(directory)


def _cache_key(
    corpus: ParallelCorpus,
    source_tokenizer: Tokenizer,
    target_tokenizer: Tokenizer,
    config: DataConfig,
) -> str:
    key = hashlib.sha256()
    for path in corpus.paths:
        try:
            with path.open("rb") as file:
                key.update(hashlib.file_digest(file, "sha256").digest())
        except OSError as error:
            raise CorpusError(f"{path} cannot be read: {error.strerror}.") from None
    for tokenizer in (source_tokenizer, target_tokenizer):
        key.update(hashlib.sha256(tokenizer.model).digest())
    limits = config.max_source_length, config.max_target_length
    key.update(repr((limits, corpus.target_path is None)).encode())
    return key.hexdigest()[:16]


def _write(
    corpus: ParallelCorpus,
    source_tokenizer: Tokenizer,
    target_tokenizer: Tokenizer,
    config: DataConfig,
    directory: Path,
    progress: Callable[[int], None],
) -> None:
    empty = overlong = read = 0
    ends: dict[str, list[npt.NDArray[np.int64]]] = {"source": [], "target": []}
    with (
        (directory / "source.ids").open("wb") as source_file,
        (directory / "target.ids").open("wb") as target_file,
    ):
        files = {"source": source_file, "target": target_file}
        for chunk in _chunks(corpus):
            read += len(chunk)
            full = [
                pair for pair in chunk if pair.source.strip() and pair.target.strip()
            ]
            empty += len(chunk) - len(full)
            sources = source_tokenizer.encode_batch([pair.source for pair in full])
            targets = target_tokenizer.encode_batch([pair.target for pair in full])
            kept: dict[str, list[list[int]]] = {"source": [], "target": []}
            for source, target in zip(sources, targets, strict=True):
                if not source or not target:
                    # Nothing but what the tokenizer drops, a zero-width space say.
                    empty += 1
                elif (
                    len(source) + 2 > config.max_source_length
                    or len(target) + 1 > config.max_target_length
                ):
                    overlong += 1
                else:
                    kept["source"].append([contract.BOS_ID, *source, contract.EOS_ID])
                    kept["target"].append([*target, contract.EOS_ID])
            for side, sentences in kept.items():
                _append(files[side], sentences)
                ends[side].append(np.array([len(ids) for ids in sentences], np.int64))
            progress(read)
    report = FilterReport(read - empty - overlong, empty, overlong)
    if not report.kept:
        raise CorpusError(
            "A corpus must hold pairs to train on. Of "
            f"{read} pairs, {empty} are empty and {overlong} longer than "
            f"max_source_length={config.max_source_length} or "
            f"max_target_length={config.max_target_length} tokens."
        )
    for side, lengths in ends.items():
        np.save(directory / f"{side}.ends.npy", np.cumsum(np.concatenate(lengths)))
    (directory / "report.json").write_text(json.dumps(asdict(report)))


def _append(file: object, sentences: Sequence[Sequence[int]]) -> None:
    flat = [token_id for ids in sentences for token_id in ids]
    np.array(flat, dtype=np.int32).tofile(file)  # type: ignore[arg-type]


def _chunks(pairs: Iterable[SentencePair]) -> Iterator[list[SentencePair]]:
    iterator = iter(pairs)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk

"""The sentences on which an export is verified."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from edge_runtime.contract import BOS_ID, EOS_ID
from edge_runtime.text.tokenizer import Tokenizer
from export.errors import ExportError
from keras_s2s.data.corpus import CorpusError, ParallelCorpus, read_lines
from keras_s2s.data.encoded_corpus import EncodedSide
from keras_s2s.files.layouts import CACHE_DIRECTORY
from keras_s2s.run.run_directory import Run

_SAMPLE_SIZE = 100


@dataclass(frozen=True)
class VerificationData:
    """Sources, and their reference translations if known.

    Attributes:
        origin: Name of the file, or a description of the sentences.
        sources: Source ids with bos and eos.
        references: Reference translations, or none.
        texts: The sources as text, or none.
    """

    origin: str
    sources: Sequence[Sequence[int]]
    references: Sequence[str] = ()
    texts: Sequence[str] = ()


def choose_verification_data(
    run: Run, source: Path | None, reference: Path | None
) -> VerificationData:
    """Return the sentences given, else some of the run's own, else random tokens.

    Args:
        run: The trained translator.
        source: Source sentences, one a line.
        reference: Their translations, if known.

    Raises:
        ExportError: A file cannot be read or is empty, or line counts differ.
    """
    if source is not None:
        return read_verification_data(source, reference, run.source_tokenizer)
    sample = sample_training_data(run.path)
    return sample or generate_sources(run.source_tokenizer.vocab_size)


def read_verification_data(
    source: Path, reference: Path | None, tokenizer: Tokenizer
) -> VerificationData:
    """Read sentences to translate, one a line.

    Args:
        source: Source sentences.
        reference: Their translations, if known.
        tokenizer: Tokenizer of the source.

    Raises:
        ExportError: A file cannot be read or is empty, or line counts differ.
    """
    references: list[str] = []
    try:
        if reference is None:
            lines = list(read_lines(source))
        else:
            pairs = list(ParallelCorpus(source, reference))
            lines = [pair.source for pair in pairs]
            references = [pair.target for pair in pairs]
    except CorpusError as error:
        raise ExportError(str(error)) from None
    if not lines:
        raise ExportError(f"--verify-source must hold sentences. {source} is empty.")
    sources = [[BOS_ID, *tokenizer.encode(line), EOS_ID] for line in lines]
    return VerificationData(source.name, sources, references, lines)


def sample_training_data(run: Path) -> VerificationData | None:
    """Return sentences that a run was trained on, if it still holds them."""
    for directory in sorted((run / CACHE_DIRECTORY).glob("*/")):
        if (directory / "source.ends.npy").exists():
            side = EncodedSide(directory, "source")
            indices = np.unique(
                np.linspace(0, len(side.lengths) - 1, _SAMPLE_SIZE).astype(int)
            )
            sources = [side[int(index)].tolist() for index in indices]
            return VerificationData("training data of the run", sources)
    return None


def generate_sources(vocab_size: int) -> VerificationData:
    """Return sources of random tokens, of 1 to 30 tokens, where there is no text."""
    generator = np.random.default_rng(0)
    sources = [
        [
            BOS_ID,
            *generator.integers(EOS_ID + 1, vocab_size, 1 + index % 30).tolist(),
            EOS_ID,
        ]
        for index in range(_SAMPLE_SIZE)
    ]
    return VerificationData("random tokens", sources)

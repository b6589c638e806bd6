"""The validation text of the training that a run comes from."""

from collections.abc import Iterator
from pathlib import Path

from keras_s2s.data.corpus import Corpus, CorpusError, ParallelCorpus, SentencePair
from keras_s2s.files.layouts import HELD_OUT_FILES, OLD_VALIDATION_FILES
from keras_s2s.run.run_file import require_regular


def old_validation(run: Path, given: Corpus | None = None) -> list[SentencePair]:
    """Return the pairs on which nothing must be forgotten.

    Args:
        run: The run that is adapted. It may hold pairs that were held out of its
            training text; one that is an adaptation itself holds those of the trainings
            before it, too.
        given: Pairs that are given instead.

    Returns:
        The pairs; none where there are neither.

    Raises:
        CorpusError: The given pairs cannot be read, or have no source.
    """
    pairs = given if given is not None else _held(run)
    found = [pair for pair in pairs if pair.source.strip()]
    if given is not None and not found:
        raise CorpusError("A validation corpus must hold sentences that are not empty.")
    return found


def held_old_validation(adapted: Path) -> list[SentencePair]:
    """Return the pairs on which a run was held to what it knew, when it was adapted.

    Args:
        adapted: A run that is an adaptation.

    Returns:
        The pairs; none where it was adapted without a bound.
    """
    return list(_pairs(adapted, OLD_VALIDATION_FILES))


def _held(run: Path) -> Iterator[SentencePair]:
    yield from _pairs(run, OLD_VALIDATION_FILES)
    yield from _pairs(run, HELD_OUT_FILES)


def _pairs(run: Path, names: tuple[str, str]) -> Iterator[SentencePair]:
    source, target = (run / name for name in names)
    if source.exists() and target.exists():
        require_regular(source)
        require_regular(target)
        yield from ParallelCorpus(source, target)

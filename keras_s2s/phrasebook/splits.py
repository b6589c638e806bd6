"""Train, validation and test sets that share no sentence."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from edge_runtime.files.replacement import replace_file
from keras_s2s.phrasebook.grammar.aligned_pair import AlignedPair
from keras_s2s.phrasebook.pairs import generate_pairs

_FINAL_MARKS = "。？.?"


@dataclass(frozen=True)
class PhrasebookSplits:
    """Three sets of pairs; no source and no target sentence is in two of them.

    Attributes:
        train: Pairs to train on.
        valid: Pairs to choose checkpoints by.
        test: Pairs to report scores on.
    """

    train: tuple[AlignedPair, ...]
    valid: tuple[AlignedPair, ...]
    test: tuple[AlignedPair, ...]


def build_splits(
    train: int = 20_000,
    valid: int = 500,
    test: int = 1_000,
    seed: int = 0,
    draw: Callable[[int, int], Iterator[AlignedPair]] = generate_pairs,
) -> PhrasebookSplits:
    """Draw the three sets.

    Sentences that differ in their final punctuation alone count as the same.

    Args:
        train: Number of training pairs.
        valid: Number of validation pairs.
        test: Number of test pairs.
        seed: Of the random draws.
        draw: Yields as many distinct pairs as it is told, of a seed.

    Returns:
        The sets. The pairs of a larger `train` begin with those of a smaller one.
    """
    sizes = {"train": train, "valid": valid, "test": test}
    if min(sizes.values()) < 0:
        raise ValueError(f"Split sizes must not be negative. Received: {sizes}.")
    # The generator is asked for more than needed; what is not drawn costs nothing.
    pairs = draw(10 * (train + valid + test), seed)
    taken: set[str] = set()
    held_out = []
    for size in (test, valid):
        part = tuple(islice(_apart(pairs, taken), size))
        taken.update(key for pair in part for key in _keys(pair))
        held_out.append(part)
    return PhrasebookSplits(
        train=tuple(islice(_apart(pairs, taken), train)),
        valid=held_out[1],
        test=held_out[0],
    )


def write_splits(directory: str | os.PathLike[str], splits: PhrasebookSplits) -> None:
    """Write each split as `<split>.zh`, `<split>.en` and `<split>.align`.

    The files are parallel line by line; alignments are in Pharaoh format (`i-j`, on
    the words of `AlignedPair`, which `<split>.words.zh` and `<split>.words.en` hold
    with spaces between them). Each file is written beside its place and renamed.

    Args:
        directory: Where to write; made if it is missing.
        splits: What to write.
    """
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("train", "valid", "test"):
        pairs: tuple[AlignedPair, ...] = getattr(splits, name)
        _write_lines(folder / f"{name}.zh", (pair.source for pair in pairs))
        _write_lines(folder / f"{name}.en", (pair.target for pair in pairs))
        for language, words in (
            ("zh", (pair.source_tokens for pair in pairs)),
            ("en", (pair.target_tokens for pair in pairs)),
        ):
            _write_lines(folder / f"{name}.words.{language}", map(" ".join, words))
        _write_lines(
            folder / f"{name}.align",
            (" ".join(f"{i}-{j}" for i, j in pair.alignment) for pair in pairs),
        )


def _keys(pair: AlignedPair) -> tuple[str, str]:
    return pair.source.rstrip(_FINAL_MARKS), pair.target.rstrip(_FINAL_MARKS)


def _apart(pairs: Iterable[AlignedPair], taken: set[str]) -> Iterable[AlignedPair]:
    return (pair for pair in pairs if taken.isdisjoint(_keys(pair)))


def _write_lines(path: Path, lines: Iterable[str]) -> None:
    replace_file(path, "".join(f"{line}\n" for line in lines).encode())

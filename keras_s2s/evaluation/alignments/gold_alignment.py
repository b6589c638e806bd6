"""A test set with gold word alignments, read from files."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from edge_runtime.text.word_alignment import WordLinks
from keras_s2s.data.corpus import CorpusError, SentencePair, read_lines
from keras_s2s.evaluation.alignments.alignment_error_rate import read_pharaoh
from keras_s2s.evaluation.alignments.forced_alignment import WordPair, given_word_spans


@dataclass(frozen=True)
class GoldAlignment:
    """Sentences and translations with their words, and gold links between the words.

    Attributes:
        pairs: One per sentence.
        links: Their gold links, in the same order.
    """

    pairs: tuple[WordPair, ...]
    links: tuple[WordLinks, ...]


def read_gold_alignment(
    path: Path,
    pairs: Sequence[SentencePair],
    *,
    source_words: Path | None = None,
    reference_words: Path | None = None,
) -> GoldAlignment:
    """Read the alignments of a test set.

    Args:
        path: Links of each sentence, in Pharaoh's format.
        pairs: The test set.
        source_words: The sources with white space between the words that the links
            count; by default they are written like that themselves.
        reference_words: The same for the references.

    Raises:
        CorpusError: A file cannot be read, has another number of lines than the test
            set, holds other words than it, or a link counts a word that is not there.
    """
    links = read_pharaoh(path)
    _check_count(path, len(links), len(pairs))
    of_sources = _words(source_words, [pair.source for pair in pairs])
    of_references = _words(reference_words, [pair.target for pair in pairs])
    found = []
    for number, (pair, gold, source, reference) in enumerate(
        zip(pairs, links, of_sources, of_references, strict=True), start=1
    ):
        for at, position, words in (
            (0, "source", source),
            (1, "reference", reference),
        ):
            last = max((link[at] for link in gold), default=-1)
            if last >= len(words):
                raise CorpusError(
                    "Links must count words of the sentence, from 0. "
                    f"{path}, line {number} links word {last} of the {position}, "
                    f"which has {len(words)}."
                )
        found.append(WordPair(pair.source, pair.target, source, reference))
    return GoldAlignment(tuple(found), tuple(links))


def _words(path: Path | None, texts: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the words of every text, from a file or separated by white space."""
    if path is None:
        return [tuple(text.split()) for text in texts]
    lines = list(read_lines(path))
    _check_count(path, len(lines), len(texts))
    words = [tuple(line.split()) for line in lines]
    for number, (text, of_text) in enumerate(zip(texts, words, strict=True), start=1):
        try:
            spans = given_word_spans(text, of_text)
        except ValueError as error:
            raise CorpusError(f"{path}, line {number}: {error}") from None
        rest = text[spans[-1][1] :] if spans else text
        if rest.strip():
            raise CorpusError(
                "The words must be all words of the sentence. "
                f"{path}, line {number} lacks {rest.strip()!r}."
            )
    return words


def _check_count(path: Path, count: int, expected: int) -> None:
    if count != expected:
        raise CorpusError(
            "There must be one line for every sentence of the test set. "
            f"{path} has {count} for {expected} sentences."
        )
